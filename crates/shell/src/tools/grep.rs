//! `grep`, `egrep`, `fgrep`

use super::{Cx, Options};
use crate::interp::glob;
use crate::regex::Regex;

/// Shows the lines that match.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [
        ("invert-match", 'v'),
        ("ignore-case", 'i'),
        ("count", 'c'),
        ("line-number", 'n'),
        ("only-matching", 'o'),
        ("extended-regexp", 'E'),
        ("fixed-strings", 'F'),
        ("perl-regexp", 'P'),
        ("quiet", 'q'),
        ("silent", 'q'),
        ("word-regexp", 'w'),
        ("line-regexp", 'x'),
        ("files-with-matches", 'l'),
        ("files-without-match", 'L'),
        ("recursive", 'r'),
        ("max-count", 'm'),
        ("after-context", 'A'),
        ("before-context", 'B'),
        ("context", 'C'),
        ("regexp", 'e'),
        ("no-filename", 'h'),
        ("with-filename", 'H'),
        ("no-messages", 's'),
        ("color", 'z'),
        ("line-buffered", 'z'),
        ("include", 'I'),
        ("exclude", 'X'),
        ("exclude-dir", 'D'),
    ];
    let mut options = match Options::parse(&cx.args[1..], "ivcnoEFPGqwxlLrRm:A:B:C:e:hHsaz::I:X:D:f:", &long) {
        Ok(options) => options,
        Err(problem) => {
            cx.err(&format!("grep: {problem}\nUsage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"));
            return 2;
        }
    };
    let mut patterns: Vec<String> = options.values('e').flat_map(|p| p.split('\n')).map(str::to_owned).collect();
    if !options.has('e') {
        if options.operands.is_empty() {
            cx.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n");
            return 2;
        }
        patterns = options.operands.remove(0).split('\n').map(str::to_owned).collect();
    }
    let mut search = Search { regexes: Vec::new(), word: options.has('w'), line: options.has('x'), invert: options.has('v') };
    for pattern in &patterns {
        let ignore = options.has('i');
        let extended = options.has('E') || options.has('P') || cx.name() == "egrep";
        let regex = match options.has('F') || cx.name() == "fgrep" {
            true => Ok(Regex::literal(pattern, ignore)),
            false if options.has('P') => Regex::perl(pattern, ignore).map(|(regex, _)| regex),
            false => Regex::new(pattern, extended, ignore),
        };
        match regex {
            Ok(regex) => search.regexes.push(regex),
            Err(error) => return cx.fail(error) + 1,
        }
    }
    let context = ['A', 'B', 'C'].into_iter().flat_map(|letter| options.values(letter));
    if let Some(wrong) = context.filter(|n| n.parse::<usize>().is_err()).last() {
        return cx.fail(format_args!("{wrong}: invalid context length argument")) + 1;
    }
    let recursive = options.has('r') || options.has('R');
    let mut names = options.operands.clone();
    if recursive {
        let here = names.is_empty();
        names = walk(&cx, if here { vec![".".into()] } else { names });
        if here {
            names.iter_mut().for_each(|name| drop(name.drain(..2.min(name.len()))));
        }
        let fits = |letter: char, name: &str| {
            let letters: Vec<char> = vfs::path::name(name).chars().collect();
            options.values(letter).any(|pattern| glob::matches(&glob::unquoted(pattern), &letters))
        };
        names.retain(|name| (!options.has('I') || fits('I', name)) && !fits('X', name));
        let folders = |name: &str| name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        names.retain(|name| !folders(name).split('/').any(|folder| fits('D', folder)));
    }
    if names.is_empty() {
        names.push("-".into());
    }
    let titles = (names.len() > 1 || recursive || options.has('H')) && !options.has('h');
    let (mut found, mut failed) = (false, false);
    for name in &names {
        let text = if name == "-" && streams(&options) {
            found |= stream(&cx, &search, &options).await;
            continue;
        } else {
            cx.read(name).await
        };
        match text {
            Ok(text) => found |= one(&cx, name, &text, &search, &options, titles),
            Err(error) => {
                failed = true;
                if !options.has('s') {
                    cx.fail(format_args!("{name}: {error}"));
                }
            }
        }
        if found && options.has('q') {
            return 0;
        }
    }
    if failed { 2 } else { i32::from(!found) }
}

struct Search {
    regexes: Vec<Regex>,
    word: bool,
    line: bool,
    invert: bool,
}

impl Search {
    /// The first part of the line that matches at or after `from`.
    fn find(&self, line: &str, from: usize) -> Option<(usize, usize)> {
        let fits = |start: usize, end: usize| {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            (!self.line || (start, end) == (0, line.len()))
                && (!self.word || !(line[..start].ends_with(word) || line[end..].starts_with(word)))
        };
        let first = |regex: &Regex| {
            let mut at = from;
            loop {
                let found = regex.find(line, at)?;
                if fits(found.start, found.end) {
                    return Some((found.start, found.end));
                }
                at = found.start + line[found.start..].chars().next()?.len_utf8();
            }
        };
        self.regexes.iter().filter_map(first).min_by_key(|(start, end)| (*start, usize::MAX - end))
    }

    fn hits(&self, line: &str) -> bool {
        self.find(line, 0).is_some() != self.invert
    }
}

/// Whether lines can be shown as they come: `kubectl get pods -w | grep web`.
fn streams(options: &Options) -> bool {
    options.letters().all(|letter| "ivEFPGwxhsaezn".contains(letter))
}

async fn stream(cx: &Cx, search: &Search, options: &Options) -> bool {
    let (mut found, mut number) = (false, 0);
    while let Some(line) = cx.io.stdin.line(cx.kernel()).await {
        let line = line.trim_end_matches('\n');
        number += 1;
        if search.hits(line) {
            found = true;
            let prefix = if options.has('n') { format!("{number}:") } else { String::new() };
            cx.out(&format!("{prefix}{line}\n"));
            cx.io.stdout.drained(cx.kernel()).await;
        }
        cx.kernel().breathe().await;
    }
    found
}

fn one(cx: &Cx, name: &str, text: &str, search: &Search, options: &Options, titles: bool) -> bool {
    let shown = if name == "-" { "(standard input)" } else { name };
    let number = |letter: char| options.value(letter).and_then(|n| n.parse::<usize>().ok());
    let most = number('m').unwrap_or(usize::MAX);
    let lines: Vec<&str> = text.lines().collect();
    let hits: Vec<usize> = (0..lines.len()).filter(|i| search.hits(lines[*i])).take(most).collect();
    let found = !hits.is_empty();
    let title = if titles { format!("{shown}:") } else { String::new() };
    if options.has('q') {
        return found;
    }
    if options.has('l') || options.has('L') {
        if found != options.has('L') {
            cx.out(&format!("{shown}\n"));
        }
        return found;
    }
    if options.has('c') {
        cx.out(&format!("{title}{}\n", hits.len()));
        return found;
    }
    let place = |i: usize, sign: char| {
        let title = if titles { format!("{shown}{sign}") } else { String::new() };
        if options.has('n') { format!("{title}{}{sign}", i + 1) } else { title }
    };
    let mut out = String::new();
    if options.has('o') {
        for i in hits {
            let mut at = 0;
            while let Some((start, end)) = search.find(lines[i], at) {
                if end > start {
                    out.push_str(&format!("{}{}\n", place(i, ':'), &lines[i][start..end]));
                }
                at = if end > start { end } else { end + lines[i][end..].chars().next().map_or(1, char::len_utf8) };
                if at > lines[i].len() {
                    break;
                }
            }
        }
        cx.out(&out);
        return found;
    }
    let before = number('B').or(number('C')).unwrap_or(0);
    let after = number('A').or(number('C')).unwrap_or(0);
    let context = before + after > 0;
    let mut next = 0;
    for (nth, hit) in hits.iter().enumerate() {
        let from = hit.saturating_sub(before).max(next);
        if context && from > next && nth > 0 {
            out.push_str("--\n");
        }
        let to = hit.saturating_add(after).min(lines.len() - 1);
        let to = hits.get(nth + 1).map_or(to, |following| to.min(following - 1));
        for (i, line) in lines.iter().enumerate().take(to + 1).skip(from) {
            out.push_str(&format!("{}{line}\n", place(i, if i == *hit { ':' } else { '-' })));
        }
        next = to + 1;
    }
    cx.out(&out);
    found
}

/// All files below the names.
fn walk(cx: &Cx, names: Vec<String>) -> Vec<String> {
    let (mut files, mut todo) = (Vec::new(), names);
    todo.reverse();
    while let Some(name) = todo.pop() {
        let path = cx.path(&name);
        match cx.files(|files| files.list(&path)) {
            Ok(inner) => todo.extend(inner.iter().rev().map(|n| format!("{}/{n}", name.trim_end_matches('/')))),
            Err(_) => files.push(name),
        }
    }
    files
}
