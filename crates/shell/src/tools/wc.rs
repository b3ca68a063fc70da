//! `wc`, `nl`, `rev`, `fold`

use super::Cx;

/// Counts lines, words, bytes.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("lwcmL", &[("lines", 'l'), ("words", 'w'), ("bytes", 'c'), ("chars", 'm')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let all = options.letters().next().is_none();
    let (texts, fine) = cx.inputs(&options.operands).await;
    let count = |text: &str| {
        let lines = text.matches('\n').count();
        let columns = [
            ('l', lines),
            ('w', text.split_whitespace().count()),
            ('m', text.chars().count()),
            ('c', vfs::text::to_bytes(text).len()),
            ('L', text.lines().map(|line| line.chars().count()).max().unwrap_or(0)),
        ];
        let shown = |letter: char| if all { "lwc".contains(letter) } else { options.has(letter) };
        columns.into_iter().filter(|(letter, _)| shown(*letter)).map(|(_, n)| n).collect::<Vec<usize>>()
    };
    let mut rows: Vec<(Vec<usize>, String)> = texts
        .iter()
        .map(|(name, text)| (count(text), if options.operands.is_empty() { String::new() } else { format!(" {name}") }))
        .collect();
    if options.operands.len() > 1 {
        let sum = |i: usize| rows.iter().map(|(counts, _)| counts[i]).sum();
        let columns = rows.first().map_or(0, |(counts, _)| counts.len());
        rows.push(((0..columns).map(sum).collect(), " total".into()));
    }
    // As wide as the size of all files; standard input alone gets columns of seven.
    let size: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let one = rows.len() == 1 && rows[0].0.len() == 1;
    let width = match (one, options.operands.is_empty()) {
        (true, _) => 0,
        (_, true) => 7,
        _ => size.to_string().len(),
    };
    for (counts, name) in rows {
        let counts: Vec<String> = counts.iter().map(|n| format!("{n:width$}")).collect();
        cx.out(&format!("{}{name}\n", counts.join(" ")));
    }
    i32::from(!fine)
}

/// Numbers lines.
pub(super) async fn nl(cx: Cx) -> i32 {
    let options = match cx.options("b:", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let mut number = 0;
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        if line.is_empty() && options.value('b') != Some("a") {
            cx.out("       \n");
            continue;
        }
        number += 1;
        cx.out(&format!("{number:6}\t{line}\n"));
    }
    i32::from(!fine)
}

/// Turns each line around.
pub(super) async fn rev(cx: Cx) -> i32 {
    let (texts, fine) = cx.inputs(&cx.args[1..]).await;
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        cx.out(&format!("{}\n", line.chars().rev().collect::<String>()));
    }
    i32::from(!fine)
}

/// Breaks long lines.
pub(super) async fn fold(cx: Cx) -> i32 {
    let options = match cx.options("w:sb", &[("width", 'w')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let width = options.value('w').and_then(|w| w.parse().ok()).filter(|w| *w > 0).unwrap_or(80);
    let (texts, fine) = cx.inputs(&options.operands).await;
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        let chars: Vec<char> = line.chars().collect();
        let mut rows: Vec<String> = Vec::new();
        let mut rest = &chars[..];
        while rest.len() > width {
            // At a blank, if there is one.
            let blank = rest[..width].iter().rposition(|c| c.is_whitespace()).filter(|_| options.has('s'));
            let (row, more) = rest.split_at(blank.map_or(width, |at| at + 1));
            rows.push(row.iter().collect());
            rest = more;
        }
        rows.push(rest.iter().collect());
        cx.out(&format!("{}\n", rows.join("\n")));
    }
    i32::from(!fine)
}
