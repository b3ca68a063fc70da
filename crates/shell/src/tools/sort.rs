//! `sort`, `uniq`

use super::{Cx, Options};
use std::cmp::Ordering;

/// Sorts lines.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("numeric-sort", 'n'), ("reverse", 'r'), ("unique", 'u'), ("key", 'k'), ("field-separator", 't'), ("human-numeric-sort", 'h'), ("version-sort", 'V'), ("month-sort", 'M'), ("check", 'c'), ("stable", 's'), ("ignore-case", 'f'), ("output", 'o')];
    let options = match cx.options("nruk:t:fbhVgso:cdiM", &long) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let mut texts = Vec::new();
    let stdin = ["-".to_owned()];
    for name in if options.operands.is_empty() { &stdin[..] } else { &options.operands } {
        match cx.read(name).await {
            Ok(text) => texts.push((name.clone(), text)),
            Err(error) => return cx.fail(format_args!("cannot read: {name}: {error}")) + 1,
        }
    }
    if options.has('c') {
        for (name, text) in &texts {
            let lines: Vec<&str> = text.lines().collect();
            let wrong = |at: &usize| {
                let order = compare(lines[at - 1], lines[*at], &options).then_with(|| last_resort(lines[at - 1], lines[*at], &options));
                order.is_gt() || options.has('u') && order.is_eq()
            };
            if let Some(at) = (1..lines.len()).find(wrong) {
                return cx.fail(format_args!("{name}:{}: disorder: {}", at + 1, lines[at]));
            }
        }
        return 0;
    }
    let mut lines: Vec<&str> = texts.iter().flat_map(|(_, text)| text.lines()).collect();
    api::sort_by(&mut lines, |a, b| compare(a, b, &options).then_with(|| last_resort(a, b, &options)));
    if options.has('u') {
        lines.dedup_by(|a, b| compare(a, b, &options) == Ordering::Equal);
    }
    let out: String = lines.iter().map(|line| format!("{line}\n")).collect();
    match options.value('o') {
        Some(path) => {
            let (path, now) = (cx.path(path), cx.now());
            match cx.files(|files| files.write(&path, out, now)) {
                Ok(()) => 0,
                Err(error) => cx.fail(format_args!("open failed: {path}: {error}")) + 1,
            }
        }
        None => {
            cx.out(&out);
            0
        }
    }
}

fn last_resort(a: &str, b: &str, options: &Options) -> Ordering {
    match options.has('s') || options.has('u') {
        true => Ordering::Equal,
        false if options.has('r') => b.cmp(a),
        false => a.cmp(b),
    }
}

fn compare(a: &str, b: &str, options: &Options) -> Ordering {
    let mut keys = options.values('k').peekable();
    if keys.peek().is_none() {
        return by(a, b, "", options);
    }
    for key in keys {
        let letters = key.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',' || c == '.');
        let ordering = by(&field(a, key, options), &field(b, key, options), letters, options);
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

fn by(a: &str, b: &str, letters: &str, options: &Options) -> Ordering {
    let has = |letter: char| letters.contains(letter) || (letters.is_empty() && options.has(letter));
    let ordering = if has('n') || has('g') {
        number(a).total_cmp(&number(b))
    } else if has('h') {
        human(a).total_cmp(&human(b))
    } else if has('V') {
        version(a).cmp(&version(b))
    } else if has('M') {
        month(a).cmp(&month(b))
    } else if has('f') {
        a.to_uppercase().cmp(&b.to_uppercase())
    } else {
        a.cmp(b)
    };
    if has('r') { ordering.reverse() } else { ordering }
}

/// The fields `M,N` of a line.
fn field(line: &str, key: &str, options: &Options) -> String {
    let (from, to) = key.split_once(',').unwrap_or((key, ""));
    let position = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<usize>().ok());
    let (from, to) = (position(from).unwrap_or(1).max(1), position(to).unwrap_or(usize::MAX));
    match options.value('t') {
        Some(separator) => {
            let fields: Vec<&str> = line.split(separator).collect();
            fields.get(from - 1..to.min(fields.len())).unwrap_or_default().join(separator)
        }
        None => {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.get(from - 1..to.min(fields.len())).unwrap_or_default().join(" ")
        }
    }
}

fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text.char_indices().find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-')));
    text[..end.map_or(text.len(), |(i, _)| i)].parse().unwrap_or(0.0)
}

fn human(text: &str) -> f64 {
    let unit = text.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-').chars().next();
    let power = unit.and_then(|u| "KMGTP".find(u.to_ascii_uppercase())).map_or(0, |p| p as i32 + 1);
    number(text) * 1024f64.powi(power)
}

/// The number of the month that a text begins with; 0 for none.
fn month(text: &str) -> usize {
    const NAMES: &str = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    let start: String = text.trim_start().chars().take(3).collect::<String>().to_uppercase();
    NAMES.find(&start).filter(|at| start.len() == 3 && at % 3 == 0).map_or(0, |at| at / 3 + 1)
}

/// Runs of digits compare as numbers, everything else as text.
fn version(text: &str) -> Vec<(String, u64)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let word = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[word..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |i| word + i);
        parts.push((rest[..word].to_owned(), rest[word..digits].parse().unwrap_or(0)));
        rest = &rest[digits..];
    }
    parts
}

/// What `uniq` looks at of a line.
fn compared(line: &str, options: &Options) -> String {
    let number = |letter: char| options.value(letter).and_then(|n| n.parse::<usize>().ok());
    let mut rest = line;
    for _ in 0..number('f').unwrap_or(0) {
        let blank = rest.trim_start_matches([' ', '\t']);
        rest = &blank[blank.find([' ', '\t']).unwrap_or(blank.len())..];
    }
    rest.chars().skip(number('s').unwrap_or(0)).take(number('w').unwrap_or(usize::MAX)).collect()
}

/// Folds equal neighbours into one.
pub(super) async fn uniq(cx: Cx) -> i32 {
    let long = [("count", 'c'), ("repeated", 'd'), ("unique", 'u'), ("ignore-case", 'i'), ("skip-fields", 'f'), ("skip-chars", 's'), ("check-chars", 'w')];
    let options = match cx.options("cduif:s:w:", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(options.operands.get(..1).unwrap_or_default()).await;
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        let same = |last: &str| {
            let (last, line) = (compared(last, &options), compared(line, &options));
            if options.has('i') { last.eq_ignore_ascii_case(&line) } else { last == line }
        };
        match groups.last_mut() {
            Some((last, count)) if same(last) => *count += 1,
            _ => groups.push((line, 1)),
        }
    }
    let shown = groups.iter().filter(|(_, n)| !(options.has('d') && *n < 2 || options.has('u') && *n > 1));
    let line = |(line, n): &(&str, usize)| if options.has('c') { format!("{n:7} {line}\n") } else { format!("{line}\n") };
    cx.out(&shown.map(line).collect::<String>());
    i32::from(!fine)
}
