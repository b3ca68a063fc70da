//! Schedules of CronJobs: five fields of minutes, hours, days, months and weekdays, or a descriptor such as `@daily`, as
//! github.com/robfig/cron reads them.

use crate::Time;

mod zone;

pub use zone::Zone;

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At the minutes that match these sets of bits: minutes, hours, days of the month, months, days of the week.
    Fields([u64; 5]),
    /// Again and again after so many seconds.
    Every(i64),
}

struct Bounds {
    low: u32,
    high: u32,
    /// The names of the values from `low` on.
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const BOUNDS: [Bounds; 5] = [
    Bounds { low: 0, high: 59, names: &[] },
    Bounds { low: 0, high: 23, names: &[] },
    Bounds { low: 1, high: 31, names: &[] },
    Bounds { low: 1, high: 12, names: MONTHS },
    Bounds { low: 0, high: 6, names: WEEKDAYS },
];
/// Marks a field that was written as `*`.
const STAR: u64 = 1 << 63;
const DESCRIPTORS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
const MINUTE: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;
/// A schedule that does not come true within so many years never will (robfig/cron, `SpecSchedule.Next`).
const YEARS: i64 = 5;

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// The library's words, such as `expected exactly 5 fields, found 4: [* * * *]`.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        let mut text = text;
        if let Some(zoned) = text.strip_prefix("TZ=").or(text.strip_prefix("CRON_TZ=")) {
            let Some((zone, rest)) = zoned.split_once(' ') else {
                return Err("invalid schedule format: runtime error: slice bounds out of range [:-1]".to_owned());
            };
            if Zone::named(zone).is_none() {
                return Err(format!("provided bad location {zone}: unknown time zone {zone}"));
            }
            text = rest.trim();
        }
        if text.starts_with('@') {
            return descriptor(text);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != BOUNDS.len() {
            return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        }
        let mut bits = [0; 5];
        for (i, field) in fields.iter().enumerate() {
            for part in field.split(',').filter(|part| !part.is_empty()) {
                bits[i] |= range(part, &BOUNDS[i])?;
            }
        }
        Ok(Schedule::Fields(bits))
    }

    /// The first moment after `after` at which it is due by the clocks of `zone`; none if there is none in five years.
    pub fn next(&self, after: Time, zone: &Zone) -> Option<Time> {
        let bits = match self {
            Schedule::Fields(bits) => bits,
            Schedule::Every(seconds) => {
                let start = after.seconds() + seconds;
                return Some(Time(start * 1_000_000));
            }
        };
        // Minutes on the wall; the clocks may be put forward or back on the way.
        let local = |time: Time| time.0.div_euclid(MINUTE) + zone.offset(time) / 60;
        let mut minute = local(after) + 1;
        let end = minute + YEARS * 366 * DAY_MINUTES;
        while minute < end {
            let day = minute.div_euclid(DAY_MINUTES);
            if !on_day(bits, day) {
                minute = (day + 1) * DAY_MINUTES;
                continue;
            }
            let of_day = minute.rem_euclid(DAY_MINUTES);
            if bits[1] >> (of_day / 60) & 1 == 0 {
                minute += 60 - of_day % 60;
                continue;
            }
            if bits[0] >> (of_day % 60) & 1 == 1
                && let Some(time) = zone.moment(minute).filter(|time| *time > after)
            {
                return Some(time);
            }
            minute += 1;
        }
        None
    }
}

fn on_day(bits: &[u64; 5], day: i64) -> bool {
    let (month, of_month) = crate::time::month_and_day(day);
    let weekday = (day + 4).rem_euclid(7); // the epoch was a Thursday
    let (by_month, by_week) = (bits[2] >> of_month & 1 == 1, bits[4] >> weekday & 1 == 1);
    let either = (bits[2] | bits[4]) & STAR == 0;
    bits[3] >> month & 1 == 1 && if either { by_month || by_week } else { by_month && by_week }
}

fn descriptor(text: &str) -> Result<Schedule, String> {
    if let Some((_, fields)) = DESCRIPTORS.iter().find(|(name, _)| *name == text) {
        return Schedule::parse(fields);
    }
    let Some(span) = text.strip_prefix("@every ") else { return Err(format!("unrecognized descriptor: {text}")) };
    match crate::time::parse_duration(span) {
        // The library counts whole seconds, and at least one.
        Some(span) => Ok(Schedule::Every((span.as_secs() as i64).max(1))),
        None => Err(format!("failed to parse duration {text}: time: invalid duration {span:?}")),
    }
}

/// One part between commas: `*`, `5`, `1-5`, each with an optional `/step`.
fn range(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let (ends, step) = match text.split('/').collect::<Vec<_>>()[..] {
        [ends] => (ends, None),
        [ends, step] => (ends, Some(step)),
        _ => return Err(format!("too many slashes: {text}")),
    };
    let parts: Vec<&str> = ends.split('-').collect();
    let mut star = 0;
    let (low, mut high) = match parts[..] {
        ["*" | "?", ..] => {
            star = STAR;
            (bounds.low, bounds.high)
        }
        [one] => {
            let one = value(one, bounds)?;
            (one, one)
        }
        [low, high] => (value(low, bounds)?, value(high, bounds)?),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    let mut by = 1;
    if let Some(step) = step {
        by = number(step)?;
        // `5/15` means `5-59/15`.
        if parts.len() == 1 {
            high = if star == 0 { bounds.high } else { high };
        }
        if by > 1 {
            star = 0;
        }
    }
    if low < bounds.low {
        return Err(format!("beginning of range ({low}) below minimum ({}): {text}", bounds.low));
    }
    if high > bounds.high {
        return Err(format!("end of range ({high}) above maximum ({}): {text}", bounds.high));
    }
    if low > high {
        return Err(format!("beginning of range ({low}) beyond end of range ({high}): {text}"));
    }
    if by == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok((low..=high).step_by(by as usize).fold(star, |bits, i| bits | 1 << i))
}

fn value(text: &str, bounds: &Bounds) -> Result<u32, String> {
    match bounds.names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
        Some(place) => Ok(bounds.low + place as u32),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, String> {
    match text.parse::<i64>() {
        Ok(number) if number < 0 => Err(format!("negative number ({number}) not allowed: {text}")),
        Ok(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        Err(_) => Err(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: &str, zone: &str) -> String {
        let schedule = Schedule::parse(schedule).unwrap();
        let next = schedule.next(Time::parse(after).unwrap(), &Zone::named(zone).unwrap());
        next.map_or("never".to_owned(), Time::rfc3339)
    }

    #[test]
    fn the_next_time_follows_the_fields() {
        for (schedule, expected) in [
            ("*/1 * * * *", "2026-11-23T00:43:00Z"),
            ("*/15 * * * *", "2026-11-23T00:45:00Z"),
            ("0 12 * * *", "2026-11-23T12:00:00Z"),
            ("0 0 1 * *", "2026-12-01T00:00:00Z"),
            ("0 0 * * sun", "2026-11-29T00:00:00Z"),
            ("0 0 13 * 5", "2026-11-27T00:00:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
            ("0 0 30 2 *", "never"),
            ("5-10/5 0,1 * NOV *", "2026-11-23T01:05:00Z"),
            ("@hourly", "2026-11-23T01:00:00Z"),
            ("@every 90s", "2026-11-23T00:43:49Z"),
        ] {
            assert_eq!(next(schedule, "2026-11-23T00:42:19Z", "UTC"), expected, "{schedule}");
        }
    }

    #[test]
    fn clocks_are_those_of_the_zone() {
        assert_eq!(next("0 9 * * *", "2026-11-23T00:42:19Z", "Asia/Seoul"), "2026-11-24T00:00:00Z");
        assert_eq!(next("0 9 * * *", "2026-07-01T00:00:00Z", "Europe/Berlin"), "2026-07-01T07:00:00Z");
        assert_eq!(next("0 9 * * *", "2026-12-01T00:00:00Z", "Europe/Berlin"), "2026-12-01T08:00:00Z");
        // There is no half past two on the night in which the clocks are put forward.
        assert_eq!(next("30 2 29 3 *", "2026-03-28T00:00:00Z", "Europe/Berlin"), "2027-03-29T00:30:00Z");
    }

    #[test]
    fn mistakes_are_named_as_the_library_names_them() {
        for (schedule, expected) in [
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("every minute", "expected exactly 5 fields, found 2: [every minute]"),
            ("61 * * * *", "end of range (61) above maximum (59): 61"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("@often", "unrecognized descriptor: @often"),
            ("@every x", "failed to parse duration @every x: time: invalid duration \"x\""),
            ("TZ=Nowhere * * * * *", "provided bad location Nowhere: unknown time zone Nowhere"),
        ] {
            assert_eq!(Schedule::parse(schedule), Err(expected.to_owned()));
        }
    }
}
