//! `paste`, `comm`, `cmp`, `column`, `shuf`, `expand`: lines side by side.

use super::Cx;

/// Joins lines of files.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("d:sz", &[("delimiters", 'd'), ("serial", 's')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let delimiters: Vec<char> = crate::text::unescape(options.value('d').unwrap_or("\t"), true).0.chars().collect();
    let between = |at: usize| delimiters.get(at % delimiters.len().max(1)).map(char::to_string).unwrap_or_default();
    let joined = |parts: &[&str]| {
        let mut line = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                line.push_str(&between(at - 1));
            }
            line.push_str(part);
        }
        line + "\n"
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let columns: Vec<Vec<&str>> = texts.iter().map(|(_, text)| text.lines().collect()).collect();
    if options.has('s') {
        columns.iter().for_each(|lines| cx.out(&joined(lines)));
        return i32::from(!fine);
    }
    // `paste - -` takes lines in turns.
    let same = options.operands.iter().filter(|name| *name == "-").count();
    if same > 1 && same == options.operands.len() {
        let lines = columns.first().map_or(&[][..], Vec::as_slice);
        for row in lines.chunks(same) {
            let mut row = row.to_vec();
            row.resize(same, "");
            cx.out(&joined(&row));
        }
        return i32::from(!fine);
    }
    for row in 0..columns.iter().map(Vec::len).max().unwrap_or(0) {
        let parts: Vec<&str> = columns.iter().map(|lines| lines.get(row).copied().unwrap_or_default()).collect();
        cx.out(&joined(&parts));
    }
    i32::from(!fine)
}

/// Tells lines that sorted files have in common from those that they have not.
pub(super) async fn comm(cx: Cx) -> i32 {
    let options = match cx.options("123i", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.len() != 2 {
        return super::wrong_operands(&cx, &options.operands, 2);
    }
    let (texts, fine) = cx.inputs(&options.operands).await;
    let [(_, left), (_, right)] = &texts[..] else { return 1 };
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let (mut i, mut j) = (0, 0);
    let tabs = |column: usize| "\t".repeat((1..column).filter(|c| !options.has((b'0' + *c as u8) as char)).count());
    while i < left.len() || j < right.len() {
        let order = match (left.get(i), right.get(j)) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        let (column, line) = match order {
            std::cmp::Ordering::Less => (1, left[i]),
            std::cmp::Ordering::Greater => (2, right[j]),
            std::cmp::Ordering::Equal => (3, left[i]),
        };
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
        if !options.has((b'0' + column as u8) as char) {
            cx.out(&format!("{}{line}\n", tabs(column)));
        }
    }
    i32::from(!fine)
}

/// Finds the first byte in which two files differ.
pub(super) async fn cmp(cx: Cx) -> i32 {
    let options = match cx.options("sl", &[("silent", 's'), ("quiet", 's')]) {
        Ok(options) => options,
        Err(status) => return status + 1,
    };
    let [left, right] = &options.operands[..] else { return super::wrong_operands(&cx, &options.operands, 2) + 1 };
    let mut texts = Vec::new();
    for name in [left, right] {
        match cx.read(name).await {
            Ok(text) => texts.push(vfs::text::to_bytes(&text)),
            Err(error) => return cx.fail(format_args!("{name}: {error}")) + 1,
        }
    }
    let at = texts[0].iter().zip(&texts[1]).position(|(a, b)| a != b);
    let (shorter, length) = if texts[0].len() < texts[1].len() { (left, texts[0].len()) } else { (right, texts[1].len()) };
    match at {
        None if texts[0].len() == texts[1].len() => return 0,
        _ if options.has('s') => {}
        Some(at) => {
            let line = texts[0][..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            cx.out(&format!("{left} {right} differ: byte {}, line {line}\n", at + 1));
        }
        None => {
            let lines = texts[0][..length].iter().filter(|byte| **byte == b'\n').count();
            cx.err(&format!("cmp: EOF on {shorter} after byte {length}, line {lines}\n"));
        }
    }
    1
}

/// Puts fields into columns (`column -t`); without it, lines stay as they are.
pub(super) async fn column(cx: Cx) -> i32 {
    let options = match cx.options("ts:o:n", &[("table", 't'), ("separator", 's'), ("output-separator", 'o')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let lines = texts.iter().flat_map(|(_, text)| text.lines()).filter(|line| !line.trim().is_empty());
    if !options.has('t') {
        lines.for_each(|line| cx.out(&format!("{line}\n")));
        return i32::from(!fine);
    }
    let rows: Vec<Vec<&str>> = lines
        .map(|line| match options.value('s') {
            Some(separators) => line.split(|c| separators.contains(c)).collect(),
            None => line.split_whitespace().collect(),
        })
        .collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (at, cell) in row.iter().enumerate() {
            widths.resize(widths.len().max(at + 1), 0);
            widths[at] = widths[at].max(cell.chars().count());
        }
    }
    let between = options.value('o').unwrap_or("  ");
    for row in &rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if at + 1 < row.len() {
                line.push_str(&" ".repeat(widths[at] - cell.chars().count()));
                line.push_str(between);
            }
        }
        cx.out(&format!("{line}\n"));
    }
    i32::from(!fine)
}

/// Lines in another order: by a number that depends on nothing but the session's course.
pub(super) async fn shuf(cx: Cx) -> i32 {
    let options = match cx.options("n:ei:", &[("head-count", 'n'), ("echo", 'e'), ("input-range", 'i')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut lines: Vec<String> = match (options.has('e'), options.value('i')) {
        (true, _) => options.operands.clone(),
        (false, Some(range)) => {
            let ends = range.split_once('-').and_then(|(a, b)| Some((a.parse::<u64>().ok()?, b.parse::<u64>().ok()?)));
            let Some((from, to)) = ends.filter(|(from, to)| to.saturating_sub(*from) < 100_000) else {
                return cx.fail(format_args!("invalid input range: \u{2018}{range}\u{2019}"));
            };
            (from..=to).map(|n| n.to_string()).collect()
        }
        (false, None) => {
            let (texts, _) = cx.inputs(&options.operands).await;
            texts.iter().flat_map(|(_, text)| text.lines()).map(str::to_owned).collect()
        }
    };
    let mut seed = cx.now() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for at in (1..lines.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(at, (seed >> 33) as usize % (at + 1));
    }
    let count = options.value('n').and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    lines.iter().take(count).for_each(|line| cx.out(&format!("{line}\n")));
    0
}
