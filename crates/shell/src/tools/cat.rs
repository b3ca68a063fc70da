//! `cat`, `tac`, `less`, `more`

use super::Cx;

/// Copies files, or standard input, to standard output.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("number", 'n'), ("number-nonblank", 'b'), ("show-ends", 'E'), ("show-all", 'A'), ("squeeze-blank", 's')];
    let options = match cx.options("nbEAsevtTuv", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let plain = options.letters().all(|letter| "uv".contains(letter));
    let stdin = ["-".to_owned()];
    let names = if options.operands.is_empty() { &stdin[..] } else { &options.operands };
    let (mut status, mut number) = (0, 0);
    for name in names {
        if plain && name == "-" {
            // Line by line: `tail -f | cat` shows what comes when it comes.
            while let Some(line) = cx.io.stdin.line(cx.kernel()).await {
                cx.out(&line);
                cx.io.stdout.drained(cx.kernel()).await;
            }
            continue;
        }
        match cx.read(name).await {
            Ok(text) if plain => cx.out(&text),
            Ok(text) => {
                let mut out = String::new();
                for line in text.split_inclusive('\n') {
                    let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
                    if options.has('n') && !options.has('b') || options.has('b') && !line.is_empty() {
                        number += 1;
                        out.push_str(&format!("{number:6}\t"));
                    }
                    let tabs = options.has('A') || options.has('T') || options.has('t');
                    out.push_str(&if tabs { line.replace('\t', "^I") } else { line.to_owned() });
                    let ends = options.has('E') || options.has('A') || options.has('e');
                    out.push_str(if ends && !end.is_empty() { "$\n" } else { end });
                }
                cx.out(&out);
            }
            Err(error) => status = cx.not_opened(name, error),
        }
    }
    status
}

/// `less`, `more`: all of it at once, as the terminal itself scrolls.
pub(super) async fn page(mut cx: Cx) -> i32 {
    let operands = cx.args.split_off(1);
    cx.args.extend(operands.into_iter().filter(|word| word == "-" || !word.starts_with(['-', '+'])));
    run(cx).await
}

/// The lines in reverse.
pub(super) async fn tac(cx: Cx) -> i32 {
    let (texts, fine) = cx.inputs(&cx.args[1..]).await;
    for (_, text) in texts {
        cx.out(&text.lines().rev().map(|line| format!("{line}\n")).collect::<String>());
    }
    i32::from(!fine)
}
