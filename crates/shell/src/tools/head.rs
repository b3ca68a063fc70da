//! `head`, `tail`

use super::Cx;
use std::time::Duration;

/// How often `tail -f` looks, as GNU tail does.
const LOOK: Duration = Duration::from_secs(1);

/// How much to show.
struct Amount {
    count: usize,
    bytes: bool,
    /// `head -n -5`: all but the last; `tail -n +5`: from there on.
    reversed: bool,
}

/// `-5` is an old way to write `-n 5`.
fn modern(cx: &Cx) -> Vec<String> {
    let old = |a: &String| a.len() > 1 && a.starts_with('-') && a[1..].chars().all(|c| c.is_ascii_digit());
    // A number behind `-n` is a value: `head -n -5`.
    let mut value = false;
    let mut modern = Vec::new();
    for argument in &cx.args {
        modern.push(if old(argument) && !value { format!("-n{}", &argument[1..]) } else { argument.clone() });
        value = matches!(argument.as_str(), "-n" | "-c");
    }
    modern
}

fn amount(cx: &Cx, options: &super::Options, sign: char) -> Result<Amount, i32> {
    let (text, bytes) = match (options.value('c'), options.value('n')) {
        (Some(c), _) => (c, true),
        (None, n) => (n.unwrap_or("10"), false),
    };
    let reversed = text.starts_with(sign);
    let digits = text.trim_start_matches(['-', '+']);
    match digits.parse() {
        Ok(count) => Ok(Amount { count, bytes, reversed }),
        Err(_) => {
            let what = if bytes { "bytes" } else { "lines" };
            Err(cx.fail(format_args!("invalid number of {what}: \u{2018}{text}\u{2019}")))
        }
    }
}

const LONG: [(&str, char); 6] =
    [("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("silent", 'q'), ("verbose", 'v'), ("follow", 'f')];

fn headed(name: &str, first: bool) -> String {
    let name = if name == "-" { "standard input" } else { name };
    format!("{}==> {name} <==\n", if first { "" } else { "\n" })
}

/// The texts of the operands; what cannot be opened has been complained about.
async fn opened(cx: &Cx, operands: &[String]) -> (Vec<(String, String)>, bool) {
    let (mut texts, mut fine) = (Vec::new(), true);
    let stdin = ["-".to_owned()];
    for name in if operands.is_empty() { &stdin[..] } else { operands } {
        match cx.read(name).await {
            Ok(text) => texts.push((name.clone(), text)),
            Err(error) if cx.is_busybox() => fine = cx.fail(format_args!("{name}: {error}")) == 0,
            Err(vfs::Error::IsDirectory) => fine = cx.fail(format_args!("error reading '{name}': Is a directory")) == 0,
            Err(error) => fine = cx.fail(format_args!("cannot open '{name}' for reading: {error}")) == 0,
        }
    }
    (texts, fine)
}

/// The first lines.
pub(super) async fn run(mut cx: Cx) -> i32 {
    cx.args = modern(&cx);
    let options = match cx.options("n:c:qv", &LONG) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let amount = match amount(&cx, &options, '-') {
        Ok(amount) => amount,
        Err(status) => return status,
    };
    if options.operands.is_empty() && !amount.bytes && !amount.reversed {
        // Ends as soon as it has enough, which ends the writer too.
        for _ in 0..amount.count {
            let Some(line) = cx.io.stdin.line(cx.kernel()).await else { break };
            cx.out(&line);
        }
        return 0;
    }
    let (texts, fine) = opened(&cx, &options.operands).await;
    let titles = (texts.len() > 1 || options.has('v')) && !options.has('q');
    for (i, (name, text)) in texts.iter().enumerate() {
        if titles {
            cx.out(&headed(name, i == 0));
        }
        if amount.bytes {
            let all = vfs::text::to_bytes(text);
            let end = if amount.reversed { all.len().saturating_sub(amount.count) } else { amount.count.min(all.len()) };
            cx.out(&vfs::text::to_text(&all[..end]));
            continue;
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let end = if amount.reversed { lines.len().saturating_sub(amount.count) } else { amount.count.min(lines.len()) };
        cx.out(&lines[..end].concat());
    }
    i32::from(!fine)
}

/// The last lines.
pub(super) async fn tail(mut cx: Cx) -> i32 {
    cx.args = modern(&cx);
    let options = match cx.options("n:c:qvfFs:", &LONG) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let amount = match amount(&cx, &options, '+') {
        Ok(amount) => amount,
        Err(status) => return status,
    };
    let (texts, fine) = opened(&cx, &options.operands).await;
    let titles = texts.len() > 1 && !options.has('q');
    for (i, (name, text)) in texts.iter().enumerate() {
        if titles {
            cx.out(&headed(name, i == 0));
        }
        if amount.bytes {
            let all = vfs::text::to_bytes(text);
            let from = if amount.reversed { amount.count.saturating_sub(1) } else { all.len().saturating_sub(amount.count) };
            cx.out(&vfs::text::to_text(&all[from.min(all.len())..]));
            continue;
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let from = if amount.reversed { amount.count.saturating_sub(1) } else { lines.len().saturating_sub(amount.count) };
        cx.out(&lines[from.min(lines.len())..].concat());
    }
    if options.has('f') || options.has('F') {
        follow(&cx, texts).await;
    }
    i32::from(!fine)
}

/// Shows what is added to the files, until it is interrupted.
async fn follow(cx: &Cx, texts: Vec<(String, String)>) {
    let mut seen: Vec<(String, usize)> = texts.into_iter().filter(|t| t.0 != "-").map(|t| (t.0, t.1.len())).collect();
    while !seen.is_empty() {
        cx.kernel().sleep(LOOK).await;
        for (name, length) in &mut seen {
            let Ok(text) = cx.read(name).await else { continue };
            if text.len() < *length {
                *length = 0;
            }
            cx.out(text.get(*length..).unwrap_or_default());
            *length = text.len();
        }
    }
}
