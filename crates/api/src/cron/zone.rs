//! Time zones: how far the clocks of a place are from UTC, and when they are put forward and back.

use crate::Time;
use crate::time::{days_from_civil, year_of};

const ZONES: &str = include_str!("../../schema/zones.txt");
const MINUTE: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;

/// A time zone, by the rules of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Minutes that its clocks are ahead of UTC.
    standard: i64,
    summer: Option<Summer>,
}

/// The part of the year in which the clocks are ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    /// By so many minutes.
    ahead: i64,
    begins: Change,
    ends: Change,
}

/// A change of the clocks: on a weekday of a month's week (5 is the last), at a minute of the clocks before the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    month: i64,
    week: i64,
    weekday: i64,
    minute: i64,
}

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone { standard: 0, summer: None };

    /// The zone with a name of the IANA time zone database, such as `Asia/Seoul`.
    pub fn named(name: &str) -> Option<Zone> {
        let lines = ZONES.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).find_map(|(offset, rest)| {
            // A rule is not a name.
            let found = !name.contains(',') && rest.split(' ').any(|one| one == name);
            if found { read(offset, rest) } else { None }
        })
    }

    /// Seconds that the clocks are ahead of UTC at a moment.
    pub fn offset(&self, time: Time) -> i64 {
        60 * self.minutes(time.0.div_euclid(MINUTE))
    }

    /// As [`Zone::offset`], in minutes, of a minute since the epoch.
    fn minutes(&self, minute: i64) -> i64 {
        let Some(summer) = self.summer else { return self.standard };
        let year = year_of((minute + self.standard).div_euclid(DAY_MINUTES));
        let begins = summer.begins.minute_of(year) - self.standard;
        let ends = summer.ends.minute_of(year) - self.standard - summer.ahead;
        let inside = match begins < ends {
            true => (begins..ends).contains(&minute),
            false => !(ends..begins).contains(&minute), // south of the equator
        };
        self.standard + if inside { summer.ahead } else { 0 }
    }

    /// The moment at which the clocks show a minute (since the epoch's date); none if they skip it.
    pub(super) fn moment(&self, wall: i64) -> Option<Time> {
        let ahead = self.summer.map_or(0, |summer| summer.ahead);
        [self.standard + ahead, self.standard]
            .into_iter()
            .map(|offset| wall - offset)
            .find_map(|minute| (minute + self.minutes(minute) == wall).then_some(Time(minute * MINUTE)))
    }
}

fn read(offset: &str, rest: &str) -> Option<Zone> {
    let Some((standard, ahead)) = offset.split_once('+') else {
        return Some(Zone { standard: offset.parse().ok()?, summer: None });
    };
    let (begins, ends) = rest.split(' ').next()?.split_once(',')?;
    let summer = Summer { ahead: ahead.parse().ok()?, begins: Change::read(begins)?, ends: Change::read(ends)? };
    Some(Zone { standard: standard.parse().ok()?, summer: Some(summer) })
}

impl Change {
    /// Reads `M3.5.0/2`: the last Sunday of March, at 2 o'clock, which is the default.
    fn read(text: &str) -> Option<Change> {
        let (day, clock) = text.split_once('/').unwrap_or((text, "2"));
        let (hours, minutes) = clock.split_once(':').unwrap_or((clock, "0"));
        let mut parts = day.strip_prefix('M')?.split('.').map(|part| part.parse::<i64>().ok());
        let (month, week, weekday) = (parts.next()??, parts.next()??, parts.next()??);
        let minute = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
        Some(Change { month, week, weekday, minute })
    }

    /// The minute since the epoch, by the wall's clock, at which the change is in a year.
    fn minute_of(&self, year: i64) -> i64 {
        let first = days_from_civil(year, self.month, 1);
        let weekday = (first + 4).rem_euclid(7);
        let mut day = first + (self.weekday - weekday).rem_euclid(7) + 7 * (self.week - 1);
        let next_month = days_from_civil(year + self.month / 12, self.month % 12 + 1, 1);
        while day >= next_month {
            day -= 7;
        }
        day * DAY_MINUTES + self.minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(zone: &str, time: &str) -> i64 {
        Zone::named(zone).unwrap().offset(Time::parse(time).unwrap()) / 60
    }

    #[test]
    fn offsets_of_places() {
        for (zone, winter, summer) in [
            ("UTC", 0, 0),
            ("Asia/Seoul", 540, 540),
            ("Europe/Dublin", 0, 60),
            ("America/New_York", -300, -240),
            ("Australia/Lord_Howe", 660, 630),
            ("Asia/Kathmandu", 345, 345),
            ("MST7MDT", -420, -360),
        ] {
            assert_eq!(offset(zone, "2026-01-15T12:00:00Z"), winter, "{zone}");
            assert_eq!(offset(zone, "2026-07-15T12:00:00Z"), summer, "{zone}");
        }
        assert_eq!(offset("Europe/Berlin", "2026-03-29T00:59:59Z"), 60);
        assert_eq!(offset("Europe/Berlin", "2026-03-29T01:00:00Z"), 120);
        assert_eq!(offset("Europe/Berlin", "2026-10-25T00:59:59Z"), 120);
        assert_eq!(offset("Europe/Berlin", "2026-10-25T01:00:00Z"), 60);
    }

    #[test]
    fn names_are_exact() {
        assert!(["", "Mars/Phobos", "utc", "M3.5.0,M10.5.0/3", "60"].iter().all(|name| Zone::named(name).is_none()));
        assert!(
            ZONES.lines().filter(|l| !l.starts_with('#')).all(|l| Zone::named(l.rsplit(' ').next().unwrap()).is_some())
        );
    }
}
