//! The words of a command line: options, durations, texts, sizes.

use super::base;
use crate::process::Text;
use std::time::Duration;

pub(super) fn option<'a>(args: &'a [Text], name: &str) -> Option<&'a str> {
    let at = args.iter().position(|a| a.as_str() == name)?;
    args.get(at + 1).map(Text::as_str)
}

/// `10`, `0.5`, `2m`, `1h`, `infinity` (none).
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, unit @ ('s' | 'm' | 'h' | 'd'))) => (&text[..at], unit),
        _ => (text, 's'),
    };
    let scale = match unit {
        'm' => 60.0,
        'h' => 3_600.0,
        'd' => 86_400.0,
        _ => 1.0,
    };
    let seconds = number.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)? * scale;
    Duration::try_from_secs_f64(seconds.min(1e9)).ok()
}

pub(super) fn echoed(args: &[Text]) -> Text {
    let options = args.iter().take_while(|a| matches!(a.as_str(), "-n" | "-e" | "-ne" | "-en")).count();
    let (options, words) = args.split_at(options);
    let has = |letter: char| options.iter().any(|o| o.as_str().contains(letter));
    let mut text = Text::line(words).as_str().to_owned();
    if has('n') {
        text.pop();
    }
    Text::raw(if has('e') { unescape(&text) } else { text })
}

pub(super) fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t").replace("%%", "%")
}

/// How many bytes of memory `stress` is told to take; none for any other command.
pub fn memory_needed(words: &[&str]) -> Option<i64> {
    if !matches!(base(words.first()?), "stress" | "stress-ng") {
        return None;
    }
    let after = |name: &str| words.iter().position(|w| *w == name).and_then(|at| words.get(at + 1).copied());
    let workers: i64 = after("--vm").or_else(|| after("-m"))?.parse().ok()?;
    let bytes = after("--vm-bytes").unwrap_or("256M");
    let (number, unit) = bytes.split_at(bytes.find(|c: char| !c.is_ascii_digit()).unwrap_or(bytes.len()));
    let scale = match unit.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('k') => 1 << 10,
        Some('m') => 1 << 20,
        Some('g') => 1 << 30,
        _ => 1,
    };
    Some(workers.saturating_mul(number.parse::<i64>().ok()?).saturating_mul(scale))
}
