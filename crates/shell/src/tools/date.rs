//! `date`

mod read;

use super::Cx;
use api::Time;
use api::time::{civil_from_days, days_from_civil as days};
pub(crate) use read::by_format as read;

/// Names of days and months.
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
];

/// Shows the virtual time, in UTC.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("utc", 'u'), ("universal", 'u'), ("iso-8601", 'I'), ("date", 'd'), ("rfc-email", 'R'), ("reference", 'r'), ("rfc-3339", '3')];
    let options = match cx.options("uRI::d:r:3:", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut at = cx.kernel().now();
    if let Some(file) = options.value('r') {
        match cx.stat(file) {
            Ok(stat) => at = Time(stat.modified),
            Err(error) => return cx.fail(format_args!("{file}: {error}")),
        }
    }
    if let Some(text) = options.value('d') {
        match read::free(text, at) {
            Some(time) => at = time,
            None => return cx.fail(format_args!("invalid date \u{2018}{text}\u{2019}")),
        }
    }
    let format = match options.operands.first() {
        Some(format) if format.starts_with('+') => &format[1..],
        Some(other) => return cx.fail(format_args!("invalid date \u{2018}{other}\u{2019}")),
        None if options.has('R') => "%a, %d %b %Y %H:%M:%S +0000",
        None => match options.value('I').or(options.value('3')) {
            Some("hours") => "%Y-%m-%dT%H+00:00",
            Some("minutes") => "%Y-%m-%dT%H:%M+00:00",
            Some("seconds") if options.has('3') => "%Y-%m-%d %H:%M:%S+00:00",
            Some("seconds") => "%Y-%m-%dT%H:%M:%S+00:00",
            Some("ns") => "%Y-%m-%dT%H:%M:%S,%N+00:00",
            Some(_) => "%Y-%m-%d",
            None => "%a %b %e %H:%M:%S UTC %Y",
        },
    };
    cx.out(&format!("{}\n", show(at, format)));
    0
}

/// The parts of a moment, in UTC.
struct Parts {
    year: i64,
    /// From 1.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    /// From Sunday, 0.
    weekday: i64,
    /// From 1.
    yearday: i64,
}

fn parts(at: Time) -> Parts {
    const DAY: i64 = 86_400_000_000;
    let (day, rest) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY));
    let (year, month, of_month) = civil_from_days(day);
    Parts {
        year,
        month,
        day: of_month,
        hour: rest / 3_600_000_000,
        minute: rest / 60_000_000 % 60,
        second: rest / 1_000_000 % 60,
        micros: rest % 1_000_000,
        weekday: (day + 4).rem_euclid(7),
        yearday: day - days(year, 1, 1) + 1,
    }
}

/// The year and week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday.
fn iso_week(parts: &Parts) -> (i64, i64) {
    let weekday = (parts.weekday + 6) % 7;
    let week = (parts.yearday - weekday + 9) / 7;
    let weeks = |year: i64| {
        let first = (days(year, 1, 1) + 4).rem_euclid(7);
        let leap = days(year + 1, 1, 1) - days(year, 1, 1) == 366;
        if first == 4 || leap && first == 3 { 53 } else { 52 }
    };
    match week {
        week if week < 1 => (parts.year - 1, weeks(parts.year - 1)),
        week if week > weeks(parts.year) => (parts.year + 1, 1),
        week => (parts.year, week),
    }
}

/// A time by a format of `strftime`, with GNU's flags between `%` and the letter.
pub(crate) fn show(at: Time, format: &str) -> String {
    let parts = parts(at);
    let mut out = String::new();
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        out.push_str(&rest[..start]);
        let directive = &rest[start + 1..];
        let flags = directive.len() - directive.trim_start_matches(['-', '_', '0', '^', '#', ':']).len();
        let (flags, directive) = directive.split_at(flags);
        let Some(letter) = directive.chars().next() else {
            out.push_str(&rest[start..]);
            return out;
        };
        match field(at, &parts, letter) {
            Some((text, width, pad)) => {
                let pad = match flags.chars().next_back() {
                    Some('_') => ' ',
                    Some('0') => '0',
                    _ => pad,
                };
                let text = if flags.contains('^') { text.to_uppercase() } else { text };
                if !flags.contains('-') {
                    out.extend(std::iter::repeat_n(pad, width.saturating_sub(text.len())));
                }
                out.push_str(&text);
            }
            None if letter == 'z' => out.push_str(if flags.contains(':') { "+00:00" } else { "+0000" }),
            None => out.push_str(&rest[start..start + 1 + flags.len() + letter.len_utf8()]),
        }
        rest = &directive[letter.len_utf8()..];
    }
    out + rest
}

/// A field's text, and the width and what it is padded with.
fn field(at: Time, parts: &Parts, letter: char) -> Option<(String, usize, char)> {
    let two = |n: i64| Some((n.to_string(), 2, '0'));
    let plain = |text: &str| Some((text.to_owned(), 0, ' '));
    let (day, month) = (DAYS[parts.weekday as usize % 7], MONTHS[(parts.month - 1) as usize % 12]);
    let twelve = (parts.hour + 11) % 12 + 1;
    let of = |format: &str| Some((show(at, format), 0, ' '));
    match letter {
        'Y' => Some((parts.year.to_string(), 4, '0')),
        'C' => two(parts.year / 100),
        'y' => two(parts.year % 100),
        'm' => two(parts.month),
        'd' => two(parts.day),
        'e' => Some((parts.day.to_string(), 2, ' ')),
        'H' => two(parts.hour),
        'k' => Some((parts.hour.to_string(), 2, ' ')),
        'I' => two(twelve),
        'l' => Some((twelve.to_string(), 2, ' ')),
        'M' => two(parts.minute),
        'S' => two(parts.second),
        'N' => Some((format!("{:06}000", parts.micros), 9, '0')),
        'j' => Some((parts.yearday.to_string(), 3, '0')),
        'u' => plain(&((parts.weekday + 6) % 7 + 1).to_string()),
        'w' => plain(&parts.weekday.to_string()),
        'U' => two((parts.yearday + 6 - parts.weekday) / 7),
        'W' => two((parts.yearday + 6 - (parts.weekday + 6) % 7) / 7),
        'V' => two(iso_week(parts).1),
        'G' => Some((iso_week(parts).0.to_string(), 4, '0')),
        'g' => two(iso_week(parts).0 % 100),
        's' => plain(&at.seconds().to_string()),
        'p' => plain(if parts.hour < 12 { "AM" } else { "PM" }),
        'P' => plain(if parts.hour < 12 { "am" } else { "pm" }),
        'A' => plain(day),
        'a' => plain(&day[..3]),
        'B' => plain(month),
        'b' | 'h' => plain(&month[..3]),
        'Z' => plain("UTC"),
        'F' => of("%Y-%m-%d"),
        'T' | 'X' => of("%H:%M:%S"),
        'R' => of("%H:%M"),
        'r' => of("%I:%M:%S %p"),
        'D' | 'x' => of("%m/%d/%y"),
        'c' => of("%a %b %e %H:%M:%S %Y"),
        'q' => plain(&((parts.month - 1) / 3 + 1).to_string()),
        'n' => plain("\n"),
        't' => plain("\t"),
        '%' => plain("%"),
        _ => None,
    }
}
