//! `read` and `mapfile`: lines into variables.

use crate::{Elements, Memory};

/// What `read` is to do with the text that it reads.
pub struct Reading {
    names: Vec<String>,
    raw: bool,
    array: Option<String>,
    /// What the text ends with.
    pub end: char,
    most: Option<usize>,
    /// What it writes to standard error before.
    pub prompt: String,
}

impl Reading {
    /// What the arguments of `read` ask for.
    pub fn new(arguments: &[String]) -> Reading {
        let mut prompt = String::new();
        let mut names: Vec<String> = Vec::new();
        let (mut raw, mut array, mut end, mut most) = (false, None, '\n', None);
        let mut rest = arguments.iter().skip(1);
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-t" | "-u" => drop(rest.next()),
                "-d" => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
                "-n" | "-N" => most = rest.next().and_then(|n| n.parse::<usize>().ok()),
                flags if flags.starts_with('-') && flags.len() > 1 => {
                    raw |= flags.contains('r');
                    match flags.chars().next_back() {
                        Some('a') => array = rest.next().cloned(),
                        Some('p') => prompt.push_str(rest.next().map_or("", String::as_str)),
                        Some('d') => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
                        _ => {}
                    }
                }
                _ => names.push(argument.clone()),
            }
        }
        Reading { names, raw, array, end, most, prompt }
    }

    /// Gives the variables what has been read: up to the end that was asked for, or all there was. The exit status.
    pub fn give(self, memory: &mut Memory, line: Option<String>) -> i32 {
        let Reading { names, raw, array, end, most, .. } = self;
        let complete = line.as_ref().is_some_and(|line| line.contains(end));
        let mut text = line.unwrap_or_default();
        if let Some(at) = text.find(end) {
            text.truncate(at);
        }
        if let Some(most) = most {
            text = text.chars().take(most).collect();
        }
        if !raw {
            text = text.replace('\\', "");
        }
        let separators = memory.get("IFS").unwrap_or(" \t\n").to_owned();
        let blank = |c: char| separators.contains(c);
        if let Some(array) = array {
            let whole = text.trim_matches(|c: char| blank(c) && c.is_whitespace());
            let mut values: Vec<String> = whole.split(blank).map(str::to_owned).collect();
            values.retain(|value| !value.is_empty() || !separators.contains([' ', '\t']));
            if whole.is_empty() {
                values.clear();
            }
            memory.set_elements(&array, Elements::of(values));
            return i32::from(!complete);
        }
        if names.is_empty() {
            memory.set("REPLY", text);
            return i32::from(!complete);
        }
        let mut rest = text.trim_matches(|c: char| blank(c) && c.is_whitespace());
        for (i, name) in names.iter().enumerate() {
            let value = if i + 1 == names.len() {
                std::mem::take(&mut rest)
            } else {
                let end = rest.find(blank).unwrap_or(rest.len());
                let (value, more) = rest.split_at(end);
                let skip = more.chars().next().map_or(0, char::len_utf8);
                rest = more[skip..].trim_start_matches(|c: char| blank(c) && c.is_whitespace());
                value
            };
            memory.set(name, value);
        }
        i32::from(!complete)
    }
}

/// `mapfile`, `readarray`: the lines of standard input become an array.
pub fn mapfile(memory: &mut Memory, arguments: &[String], text: &str) {
    let (mut cut, mut end, mut most, mut name) = (false, '\n', usize::MAX, "MAPFILE".to_owned());
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-t" => cut = true,
            "-d" => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
            "-n" => most = rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(usize::MAX),
            "-s" | "-O" | "-u" => drop(rest.next()),
            _ => name.clone_from(argument),
        }
    }
    let lines = text.split_inclusive(end).take(most);
    let lines = lines.map(|line| if cut { line.trim_end_matches(end) } else { line }.to_owned());
    memory.set_elements(&name, Elements::of(lines));
}
