//! `date`

use super::Cx;
use api::Time;

/// Shows the virtual time, in UTC.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("uRI::d:", &[("utc", 'u'), ("iso-8601", 'I'), ("date", 'd'), ("rfc-email", 'R')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut at = cx.kernel().now();
    if let Some(text) = options.value('d') {
        let seconds = text.strip_prefix('@').and_then(|s| s.parse::<i64>().ok());
        let parsed = seconds.map(|s| Time(s.saturating_mul(1_000_000))).or_else(|| Time::parse(text));
        match parsed {
            Some(time) => at = time,
            None if matches!(text, "now" | "today") => {}
            None => return cx.fail(format_args!("invalid date \u{2018}{text}\u{2019}")),
        }
    }
    let format = match options.operands.first() {
        Some(format) if format.starts_with('+') => &format[1..],
        Some(other) => return cx.fail(format_args!("invalid date \u{2018}{other}\u{2019}")),
        None if options.has('R') => "%a, %d %b %Y %H:%M:%S +0000",
        None if options.value('I').is_some_and(|i| !i.is_empty()) => "%Y-%m-%dT%H:%M:%S+00:00",
        None if options.has('I') => "%Y-%m-%d",
        None => "%a %b %e %H:%M:%S UTC %Y",
    };
    cx.out(&format!("{}\n", show(at, format)));
    0
}

/// A time by a format of `strftime`.
fn show(at: Time, format: &str) -> String {
    // "Mon, 23 Nov 2026 00:43:19 +0000" and "2026-11-23T00:43:19.123456Z" hold all there is.
    let (words, digits) = (at.rfc1123z(), at.rfc3339_micros());
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('Y') => out.push_str(&digits[..4]),
            Some('y') => out.push_str(&digits[2..4]),
            Some('m') => out.push_str(&digits[5..7]),
            Some('d') => out.push_str(&digits[8..10]),
            Some('e') => out.push_str(&format!("{:>2}", digits[8..10].trim_start_matches('0'))),
            Some('H') => out.push_str(&digits[11..13]),
            Some('M') => out.push_str(&digits[14..16]),
            Some('S') => out.push_str(&digits[17..19]),
            Some('N') => out.push_str(&format!("{}000", &digits[20..26])),
            Some('F') => out.push_str(&digits[..10]),
            Some('T') => out.push_str(&digits[11..19]),
            Some('R') => out.push_str(&digits[11..16]),
            Some('s') => out.push_str(&at.seconds().to_string()),
            Some('a') => out.push_str(&words[..3]),
            Some('b' | 'h') => out.push_str(&words[8..11]),
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('%') => out.push('%'),
            Some(c) => out.extend(['%', c]),
            None => out.push('%'),
        }
    }
    out
}
