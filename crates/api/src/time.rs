//! Virtual time: microseconds since the Unix epoch, and its texts.

use crate::Str;
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment, in microseconds since 1970-01-01T00:00:00Z. The simulation never reads the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// The months' names, as Go, C and OpenSSL shorten them.
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Time {
    /// Whole seconds since the Unix epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The time from `earlier` to this one; zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// As `metav1.Time` is written: `2026-11-23T00:43:19Z`.
    pub fn rfc3339(self) -> String {
        self.rfc3339_text().to_string()
    }

    /// [`Time::rfc3339`] without an allocation: objects are full of times.
    pub(crate) fn rfc3339_text(self) -> Str {
        let seconds = self.seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let mut text = *b"0000-00-00T00:00:00Z";
        let mut put = |at: usize, mut number: i64, digits: usize| {
            for place in (at..at + digits).rev() {
                text[place] = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, year, 4);
        for (at, number) in [(5, month), (8, day), (11, of_day / 3600), (14, of_day / 60 % 60), (17, of_day % 60)] {
            put(at, number, 2);
        }
        Str::new(std::str::from_utf8(&text).unwrap_or_default())
    }

    /// As `metav1.MicroTime` is written: `2026-11-23T00:43:19.123456Z`.
    pub fn rfc3339_micros(self) -> String {
        let (date, clock) = self.parts();
        format!("{date}T{clock}.{:06}Z", self.0.rem_euclid(MICROS_PER_SECOND))
    }

    /// As `kubectl describe` writes times (Go's RFC1123Z): `Mon, 23 Nov 2026 00:43:19 +0000`.
    pub fn rfc1123z(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let days = self.seconds().div_euclid(SECONDS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        let weekday = DAYS[days.rem_euclid(7) as usize];
        let month = MONTHS[month as usize - 1];
        format!("{weekday}, {day:02} {month} {year} {} +0000", self.parts().1)
    }

    /// Reads RFC 3339 text with `Z` or a numeric offset and an optional fraction.
    pub fn parse(text: &str) -> Option<Time> {
        let (date, rest) = text.split_once(['T', 't'])?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let offset_at = rest.find(['Z', 'z', '+', '-'])?;
        let (clock, offset) = rest.split_at(offset_at);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let micros = if fraction.is_empty() { 0 } else { format!("{fraction:0<6.6}").parse::<i64>().ok()? };
        let offset_seconds = match offset {
            "Z" | "z" => 0,
            _ => {
                let (sign, text) = offset.split_at(1);
                let (hours, minutes) = text.split_once(':')?;
                let seconds = (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?) * 60;
                if sign == "-" { -seconds } else { seconds }
            }
        };
        let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        Some(Time((seconds - offset_seconds) * MICROS_PER_SECOND + micros))
    }

    fn parts(self) -> (String, String) {
        let seconds = self.seconds();
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
        (format!("{year:04}-{month:02}-{day:02}"), clock)
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// Days since 1970-01-01 to (year, month, day) of the proleptic Gregorian calendar.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // The calendar repeats every 400 years = 146,097 days; counting years from March puts leap days last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The month (from 1) and the day of the month of a day since 1970-01-01.
pub(crate) fn month_and_day(days: i64) -> (i64, i64) {
    let (_, month, day) = civil_from_days(days);
    (month, day)
}

/// The year of a day since 1970-01-01.
pub(crate) fn year_of(days: i64) -> i64 {
    civil_from_days(days).0
}

/// Reads a duration as Go writes it: `90s`, `1h30m`, `1.5h`, `300ms`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() && rest != "0" {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let scale = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    /// Go counts nanoseconds in 64 bits.
    const MOST: f64 = 9_223_372_036.0;
    if seconds > MOST { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

/// The inverse of [`civil_from_days`].
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// An age as kubectl prints it (`duration.HumanDuration` of k8s.io/apimachinery/pkg/util/duration).
pub fn human_duration(span: Duration) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let with_rest = |whole: u64, unit: &str, rest: u64, rest_unit: &str| match rest {
        0 => format!("{whole}{unit}"),
        _ => format!("{whole}{unit}{rest}{rest_unit}"),
    };
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => with_rest(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => with_rest(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => with_rest(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => with_rest(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_moment() {
        let time = Time::parse("2026-11-23T00:43:19.25Z").unwrap();
        assert_eq!(time.rfc3339(), "2026-11-23T00:43:19Z");
        assert_eq!(time.rfc3339_micros(), "2026-11-23T00:43:19.250000Z");
        assert_eq!(time.rfc1123z(), "Mon, 23 Nov 2026 00:43:19 +0000");
        assert_eq!(Time::parse("2026-11-23T09:43:19+09:00"), Time::parse("2026-11-23T00:43:19Z"));
        assert_eq!(Time::parse("2000-02-29T00:00:00Z").unwrap().rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(Time::parse("tomorrow"), None);
        assert_eq!(Time::parse("2026-13-01T00:00:00Z"), None);
    }

    #[test]
    fn ages_are_shortened_as_kubectl_does() {
        let ages = [0, 119, 120, 125, 599, 600, 10_799, 10_860, 28_800, 172_800, 176_400, 691_200, 63_072_000];
        let texts = ages.map(|s| human_duration(Duration::from_secs(s)));
        let expected = "0s 119s 2m 2m5s 9m59s 10m 179m 3h1m 8h 2d 2d1h 8d 2y";
        assert_eq!(texts.join(" "), expected);
    }
}
