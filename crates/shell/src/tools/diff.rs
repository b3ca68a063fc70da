//! `diff`

use super::Cx;

/// Files beyond this many lines are compared as wholes: the table of common lines grows with the square.
const MAX_LINES: usize = 3000;

/// Compares two files, or with `-r` two directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("unified", 'V'), ("brief", 'q'), ("recursive", 'r'), ("new-file", 'N'), ("ignore-space-change", 'b'), ("color", 'z'), ("report-identical-files", 's'), ("ignore-case", 'i'), ("ignore-all-space", 'w'), ("ignore-blank-lines", 'B')];
    let options = match cx.options("uU:V::qrNsbwBiz::", &long) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let [left, right] = options.operands.as_slice() else {
        let last = cx.args.last().cloned().unwrap_or_default();
        cx.err(&format!("diff: missing operand after '{last}'\ndiff: Try 'diff --help' for more information.\n"));
        return 2;
    };
    let directory = |name: &str| cx.stat(name).is_ok_and(|stat| stat.directory);
    let mut pairs = vec![(left.clone(), right.clone())];
    if directory(left) && directory(right) {
        pairs = inside(&cx, left, right);
    } else if directory(left) != directory(right) {
        // A file is compared with the one of its name in the folder.
        let (folder, file) = if directory(left) { (left, right) } else { (right, left) };
        let found = vfs::path::join(folder, vfs::path::name(file));
        pairs = vec![if directory(left) { (found, right.clone()) } else { (left.clone(), found) }];
    }
    let titles = pairs.len() > 1 || directory(left) && directory(right);
    let mut status = 0;
    let mut at = 0;
    while at < pairs.len() {
        let (left, right) = pairs[at].clone();
        at += 1;
        let both = directory(&left) && directory(&right);
        if both && options.has('r') {
            let more = inside(&cx, &left, &right);
            pairs.splice(at..at, more);
            continue;
        }
        if both {
            cx.out(&format!("Common subdirectories: {left} and {right}\n"));
            continue;
        }
        if titles && !options.has('N') {
            let (there, other) = (cx.stat(&left).is_ok(), cx.stat(&right).is_ok());
            if there != other {
                let only = if there { &left } else { &right };
                let (folder, name) = only.rsplit_once('/').unwrap_or((".", only));
                cx.out(&format!("Only in {folder}: {name}\n"));
                status = 1;
                continue;
            }
        }
        let mut texts = Vec::new();
        for name in [&left, &right] {
            match cx.read(name).await {
                Ok(text) => texts.push(text),
                Err(vfs::Error::NotFound) if options.has('N') => texts.push(String::new()),
                Err(error) => {
                    cx.fail(format_args!("{name}: {error}"));
                    return 2;
                }
            }
        }
        let same = |a: &str, b: &str| seen(a, &options) == seen(b, &options);
        if same(&texts[0], &texts[1]) {
            if options.has('s') {
                cx.out(&format!("Files {left} and {right} are identical\n"));
            }
            continue;
        }
        status = 1;
        if options.has('q') {
            cx.out(&format!("Files {left} and {right} differ\n"));
            continue;
        }
        if titles {
            let given: String = cx.args[1..].iter().filter(|a| a.starts_with('-')).map(|flag| format!(" {flag}")).collect();
            cx.out(&format!("diff{given} {left} {right}\n"));
        }
        let time = |name: &str| {
            let modified = cx.stat(name).map_or(0, |stat| stat.modified);
            api::Time(modified).rfc3339_micros().replace('T', " ").replace('Z', "000 +0000")
        };
        // A last line without an end differs from one that has one.
        let whole = |text: &str| match text.is_empty() || text.ends_with('\n') {
            true => text.to_owned(),
            false => format!("{text}\n\\ No newline at end of file"),
        };
        let texts = [whole(&texts[0]), whole(&texts[1])];
        let lines = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            if let [.., last, _] = &mut lines[..]
                && text.ends_with("\n\\ No newline at end of file")
            {
                last.push_str("\n\\ No newline at end of file");
                lines.pop();
            }
            lines
        };
        let (a, b) = (lines(&texts[0]), lines(&texts[1]));
        let (a, b): (Vec<&str>, Vec<&str>) = (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
        if ['u', 'U', 'V'].iter().any(|letter| options.has(*letter)) {
            let around = options.value('U').or(options.value('V')).and_then(|n| n.parse().ok()).unwrap_or(3);
            cx.out(&format!("--- {left}\t{}\n+++ {right}\t{}\n{}", time(&left), time(&right), unified(&a, &b, around)));
        } else {
            cx.out(&normal(&a, &b));
        }
    }
    status
}

/// What lies in two folders, by name.
fn inside(cx: &Cx, left: &str, right: &str) -> Vec<(String, String)> {
    let list = |dir: &str| cx.files(|files| files.list(&cx.path(dir))).unwrap_or_default();
    let mut names: Vec<vfs::Str> = list(left).into_iter().chain(list(right)).collect();
    api::sort(&mut names);
    names.dedup();
    names.iter().map(|n| (vfs::path::join(left, n), vfs::path::join(right, n))).collect()
}

/// A text as far as the options look at it.
fn seen(text: &str, options: &super::Options) -> String {
    let mut seen = String::new();
    for line in text.split_inclusive('\n') {
        if options.has('B') && line.trim().is_empty() {
            continue;
        }
        let line = match (options.has('w'), options.has('b')) {
            (true, _) => line.chars().filter(|c| *c == '\n' || !c.is_whitespace()).collect(),
            (_, true) => line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n",
            _ => line.to_owned(),
        };
        seen.push_str(&if options.has('i') { line.to_lowercase() } else { line });
    }
    seen
}

/// A run of lines: equal ones, or `from` replaced by `to`.
struct Block {
    equal: bool,
    from: (usize, usize),
    to: (usize, usize),
}

/// How `a` becomes `b`, by their longest common subsequence.
fn blocks(a: &[&str], b: &[&str]) -> Vec<Block> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let width = y.len() + 1;
    let small = x.len() <= MAX_LINES && y.len() <= MAX_LINES;
    let mut table = vec![0u32; if small { (x.len() + 1) * width } else { 0 }];
    if small {
        for i in (0..x.len()).rev() {
            for j in (0..y.len()).rev() {
                table[i * width + j] = match x[i] == y[j] {
                    true => table[(i + 1) * width + j + 1] + 1,
                    false => table[(i + 1) * width + j].max(table[i * width + j + 1]),
                };
            }
        }
    }
    let mut all = vec![Block { equal: true, from: (0, head), to: (0, head) }];
    let (mut i, mut j) = (0, 0);
    while i < x.len() || j < y.len() {
        let equal = small && i < x.len() && j < y.len() && x[i] == y[j];
        let (di, dj) = match equal {
            true => (1, 1),
            false if !small => (x.len(), y.len()),
            false if j >= y.len() || (i < x.len() && table[(i + 1) * width + j] >= table[i * width + j + 1]) => (1, 0),
            false => (0, 1),
        };
        let start = (head + i, head + j);
        (i, j) = (i + di, j + dj);
        match all.last_mut() {
            Some(last) if last.equal == equal => (last.from.1, last.to.1) = (head + i, head + j),
            _ => all.push(Block { equal, from: (start.0, head + i), to: (start.1, head + j) }),
        }
    }
    all.push(Block { equal: true, from: (a.len() - tail, a.len()), to: (b.len() - tail, b.len()) });
    all
}

fn normal(a: &[&str], b: &[&str]) -> String {
    let span = |(from, to): (usize, usize)| if to - from == 1 { to.to_string() } else { format!("{},{to}", from + 1) };
    let mut out = String::new();
    for block in blocks(a, b).iter().filter(|block| !block.equal) {
        let (removed, added) = (block.from.1 > block.from.0, block.to.1 > block.to.0);
        out.push_str(&match (removed, added) {
            (true, true) => format!("{}c{}\n", span(block.from), span(block.to)),
            (true, false) => format!("{}d{}\n", span(block.from), block.to.1),
            _ => format!("{}a{}\n", block.from.1, span(block.to)),
        });
        a[block.from.0..block.from.1].iter().for_each(|line| out.push_str(&format!("< {line}\n")));
        if removed && added {
            out.push_str("---\n");
        }
        b[block.to.0..block.to.1].iter().for_each(|line| out.push_str(&format!("> {line}\n")));
    }
    out
}

/// The hunks of a unified diff, with this many lines around each change.
fn unified(a: &[&str], b: &[&str], around: usize) -> String {
    let mut lines: Vec<(char, &str, usize, usize)> = Vec::new();
    for block in blocks(a, b) {
        if block.equal {
            lines.extend((block.from.0..block.from.1).zip(block.to.0..).map(|(i, j)| (' ', a[i], i, j)));
        } else {
            lines.extend((block.from.0..block.from.1).map(|i| ('-', a[i], i, block.to.0)));
            lines.extend((block.to.0..block.to.1).map(|j| ('+', b[j], block.from.1, j)));
        }
    }
    let near = |i: usize| lines[i.saturating_sub(around)..(i + around + 1).min(lines.len())].iter().any(|line| line.0 != ' ');
    let (mut out, mut at) = (String::new(), 0);
    while at < lines.len() {
        if !near(at) {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|i| !near(*i)).unwrap_or(lines.len());
        let hunk = &lines[at..end];
        let side = |sign: char, start: usize| match hunk.iter().filter(|line| line.0 != sign).count() {
            0 => format!("{start},0"),
            1 => (start + 1).to_string(),
            n => format!("{},{n}", start + 1),
        };
        out.push_str(&format!("@@ -{} +{} @@\n", side('+', hunk[0].2), side('-', hunk[0].3)));
        hunk.iter().for_each(|(sign, line, ..)| out.push_str(&format!("{sign}{line}\n")));
        at = end;
    }
    out
}
