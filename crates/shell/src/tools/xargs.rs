//! `xargs`

use super::Cx;
use crate::process::{Input, Io};

/// Runs a command with arguments from standard input.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("replace", 'i'), ("arg-file", 'a'), ("max-args", 'n'), ("no-run-if-empty", 'r'), ("verbose", 't'), ("null", '0'), ("delimiter", 'd'), ("max-procs", 'P'), ("max-lines", 'L')];
    let options = match cx.options("+I:i::n:rt0d:P:L:pa:E:", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    for letter in ['n', 'L', 'P'] {
        if let Some(wrong) = options.value(letter).filter(|n| n.parse::<u32>().is_err()) {
            cx.err(&format!("xargs: invalid number \"{wrong}\" for -{letter} option\nTry 'xargs --help' for more information.\n"));
            return 1;
        }
    }
    let name = options.value('a').unwrap_or("-");
    let text = match cx.read(name).await {
        Ok(text) => text,
        Err(error) => return cx.fail(format_args!("Cannot open input file '{name}': {error}")),
    };
    let mark = options.value('I').or(options.value('i').map(|mark| if mark.is_empty() { "{}" } else { mark }));
    let mut items: Vec<String> = match (options.has('0'), options.value('d'), mark.is_some() || options.has('L')) {
        (true, _, _) => text.split('\0').filter(|item| !item.is_empty()).map(str::to_owned).collect(),
        (_, Some(delimiter), _) => {
            let (delimiter, _) = crate::text::unescape(delimiter, true);
            let parts = if delimiter.is_empty() { vec![text.as_str()] } else { text.split(delimiter.as_str()).collect() };
            parts.into_iter().map(|item| item.trim_end_matches('\n').to_owned()).filter(|item| !item.is_empty()).collect()
        }
        (_, _, true) => text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
        _ => match words(&text) {
            Ok(words) => words,
            Err(quote) => return cx.fail(format_args!("unmatched {quote} quote; by default quotes are special to xargs unless you use the -0 option")),
        },
    };
    if let Some(end) = options.value('E').and_then(|end| items.iter().position(|item| item == end)) {
        items.truncate(end);
    }
    let base = if options.operands.is_empty() { vec!["echo".to_owned()] } else { options.operands.clone() };
    let mut commands: Vec<Vec<String>> = Vec::new();
    if let Some(mark) = mark {
        commands.extend(items.iter().map(|item| base.iter().map(|word| word.replace(mark, item)).collect()));
    } else {
        let size = options.value('n').or(options.value('L')).and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(usize::MAX);
        commands.extend(items.chunks(size.min(items.len().max(1))).map(|chunk| [base.as_slice(), chunk].concat()));
        if commands.is_empty() && !options.has('r') {
            commands.push(base);
        }
    }
    let io = Io { stdin: Input::Null, ..cx.io.clone() };
    let mut status = 0;
    for command in commands {
        if options.has('t') {
            cx.err(&format!("{}\n", command.join(" ")));
        }
        match cx.run(command, &io).await {
            0 => {}
            126 | 127 => return 127,
            255 => {
                cx.fail(format_args!("{}: exited with status 255; aborting", options.operands.first().map_or("echo", String::as_str)));
                return 124;
            }
            _ => status = 123,
        }
    }
    status
}

/// Words separated by blanks; quotes and backslashes protect.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut current, mut chars) = (Vec::new(), None::<String>, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = current.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some(end) if end == c => break,
                        Some('\n') | None => return Err(if c == '"' { "double" } else { "single" }),
                        Some(inner) => word.push(inner),
                    }
                }
            }
            '\\' => current.get_or_insert_default().extend(chars.next()),
            c if c.is_whitespace() => words.extend(current.take()),
            c => current.get_or_insert_default().push(c),
        }
    }
    words.extend(current);
    Ok(words)
}
