//! `seq`

use super::Cx;

/// The most numbers that are counted before others get their turn.
const BATCH: usize = 4096;

/// Counts.
pub(super) async fn run(cx: Cx) -> i32 {
    let (mut separator, mut numbers, mut equal, mut format) = ("\n".to_owned(), Vec::new(), false, None);
    let mut arguments = cx.args[1..].iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-s" => separator = arguments.next().cloned().unwrap_or_default(),
            "-w" => equal = true,
            "-f" => format = arguments.next().cloned(),
            text if text.starts_with("-s") => separator = text[2..].to_owned(),
            text => match text.parse::<f64>().ok().filter(|n| n.is_finite()) {
                Some(n) => numbers.push((n, text.split_once('.').map_or(0, |(_, digits)| digits.len()))),
                None => {
                    cx.err(&format!("seq: invalid floating point argument: \u{2018}{text}\u{2019}\nTry 'seq --help' for more information.\n"));
                    return 1;
                }
            },
        }
    }
    let one = (1.0, 0);
    let (first, step, last) = match numbers.as_slice() {
        [last] => (one, one, *last),
        [first, last] => (*first, one, *last),
        [first, step, last] => (*first, *step, *last),
        _ => {
            let problem = if numbers.is_empty() { "missing operand".into() } else { format!("extra operand \u{2018}{}\u{2019}", numbers[3].0) };
            cx.err(&format!("seq: {problem}\nTry 'seq --help' for more information.\n"));
            return 1;
        }
    };
    if step.0 == 0.0 {
        return cx.fail("invalid Zero increment value: \u{2018}0\u{2019}");
    }
    let digits = first.1.max(step.1);
    let width = if equal { format!("{:.digits$}", first.0).len().max(format!("{:.digits$}", last.0).len()) } else { 0 };
    let (mut i, mut batch) = (0usize, String::new());
    loop {
        let value = first.0 + i as f64 * step.0;
        if (step.0 > 0.0 && value > last.0 + 1e-9) || (step.0 < 0.0 && value < last.0 - 1e-9) {
            break;
        }
        if i > 0 {
            batch.push_str(&separator);
        }
        let text = format!("{value:0width$.digits$}");
        match &format {
            Some(format) => batch.push_str(&script::formatted(format, &text)),
            None => batch.push_str(&text),
        }
        i += 1;
        if i.is_multiple_of(BATCH) {
            cx.out(&std::mem::take(&mut batch));
            cx.io.stdout.drained(cx.kernel()).await;
            cx.kernel().breathe().await;
        }
    }
    if i > 0 {
        batch.push('\n');
    }
    cx.out(&batch);
    0
}
