//! The words of a command line: options, durations, texts, sizes.

use super::base;

pub(super) fn option<'a>(args: &[&'a str], name: &str) -> Option<&'a str> {
    let at = args.iter().position(|a| *a == name)?;
    args.get(at + 1).copied()
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
