//! When a CronJob is due (`mostRecentScheduleTime`, `nextScheduleTimeDuration`).

use crate::pods;
use api::cron::{Schedule, Zone};
use api::{Time, Value};
use std::time::Duration;

/// More missed moments than this are worth a warning.
pub const MANY: i64 = 100;

/// The moments of one CronJob.
pub struct Times {
    schedule: Schedule,
    zone: Zone,
    /// The last moment for which a Job was made, or else when the CronJob was made.
    since: Time,
    /// A Job that is later than this is not made (`spec.startingDeadlineSeconds`).
    pub deadline: Option<Duration>,
}

impl Times {
    /// Reads the schedule.
    ///
    /// # Errors
    /// An event's reason and message.
    pub fn of(cron_job: &Value) -> Result<Times, (&'static str, String)> {
        let spec = &cron_job["spec"];
        let text = spec["schedule"].str();
        let name = spec["timeZone"].as_str().or_else(|| zone_in(text)).unwrap_or("UTC");
        let Some(zone) = Zone::named(name) else {
            return Err(("UnknownTimeZone", format!("invalid timeZone: {name:?}: unknown time zone {name}")));
        };
        let schedule = Schedule::parse(text)
            .map_err(|error| ("UnparseableSchedule", format!("unparseable schedule: {text:?} : {error}")))?;
        let since = cron_job["status"]["lastScheduleTime"].time().unwrap_or_else(|| cron_job.created());
        let deadline = spec["startingDeadlineSeconds"].as_int().map(pods::seconds);
        Ok(Times { schedule, zone, since, deadline })
    }

    /// The last moment that has come and has no Job yet, and how many there were since the last one.
    ///
    /// # Errors
    /// A message: the schedule never comes true.
    pub fn due(&self, now: Time) -> Result<(Option<Time>, i64), String> {
        let since = self.deadline.map_or(self.since, |deadline| self.since.max(now - deadline));
        let (Some(first), Some(second)) = (self.next(since), self.next(since).and_then(|first| self.next(first)))
        else {
            return Err("time difference between two schedules is less than 1 second".to_owned());
        };
        if now < first {
            return Ok((None, 0));
        }
        if now < second {
            return Ok((Some(first), 1));
        }
        // Not one by one through all that were missed: most schedules are regular, so nearly all can be left out.
        let period = second.since(first).as_secs().max(1) as i64;
        let missed = now.since(first).as_secs() as i64 / period + 1;
        let near = Time(first.0.saturating_add((missed - 2).max(0).saturating_mul(period).saturating_mul(1_000_000)));
        let mut last = first;
        let mut next = self.next(near);
        while let Some(moment) = next.filter(|moment| *moment <= now) {
            last = moment;
            next = self.next(moment);
        }
        Ok((Some(last), missed))
    }

    /// The next moment at which there may be something to be done.
    pub fn next_look(&self, now: Time) -> Option<Time> {
        // `@every` counts from the last moment, not from whenever somebody looks (`nextScheduleTimeDuration`).
        let last = self.due(now).ok().and_then(|(due, _)| due).unwrap_or(self.since);
        self.next(last).filter(|next| *next > now).or_else(|| self.next(now))
    }

    /// A moment as the zone's clocks show it.
    pub fn local(&self, time: Time) -> String {
        let offset = self.zone.offset(time);
        let shown = Time(time.0 + offset * 1_000_000).rfc3339();
        if offset == 0 {
            return shown;
        }
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        format!("{}{sign}{:02}:{:02}", shown.trim_end_matches('Z'), minutes / 60, minutes % 60)
    }

    fn next(&self, after: Time) -> Option<Time> {
        self.schedule.next(after, &self.zone)
    }
}

/// The zone that is written into the schedule itself, as older CronJobs have it.
fn zone_in(schedule: &str) -> Option<&str> {
    let zoned = schedule.strip_prefix("TZ=").or_else(|| schedule.strip_prefix("CRON_TZ="))?;
    zoned.split_once(' ').map(|(zone, _)| zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    fn due(schedule: &str, last: &str, now: &str, deadline: Option<i64>) -> (String, i64) {
        let spec = obj! { "schedule" => schedule, "startingDeadlineSeconds" => deadline };
        let cron_job = obj! { "spec" => spec, "status" => obj! { "lastScheduleTime" => last } };
        let now = Time::parse(now).unwrap();
        let (due, missed) = Times::of(&cron_job).unwrap_or_else(|error| panic!("{error:?}")).due(now).unwrap();
        (due.map_or("none".to_owned(), Time::rfc3339), missed)
    }

    #[test]
    fn the_last_moment_is_due_and_the_missed_ones_are_counted() {
        let last = "2026-11-23T00:10:00Z";
        assert_eq!(due("*/5 * * * *", last, "2026-11-23T00:14:59Z", None), ("none".to_owned(), 0));
        assert_eq!(due("*/5 * * * *", last, "2026-11-23T00:15:00Z", None).0, "2026-11-23T00:15:00Z");
        let (time, missed) = due("*/5 * * * *", last, "2026-11-23T10:01:00Z", None);
        assert_eq!((time.as_str(), missed), ("2026-11-23T10:00:00Z", 118));
        assert_eq!(due("*/5 * * * *", last, "2026-11-23T10:01:00Z", Some(100)).1, 1);
        assert_eq!(due("0 9 * * 1", last, "2026-12-09T00:00:00Z", None).0, "2026-12-07T09:00:00Z");
    }

    #[test]
    fn an_interval_is_counted_from_its_last_moment() {
        let cron_job = |last: &str| {
            obj! {
                "spec" => obj! { "schedule" => "@every 1m" }, "status" => obj! { "lastScheduleTime" => last },
            }
        };
        let look = |now: &str| {
            let times = Times::of(&cron_job("2026-11-23T00:10:00Z")).unwrap_or_else(|error| panic!("{error:?}"));
            times.next_look(Time::parse(now).unwrap()).map_or(String::new(), Time::rfc3339)
        };
        assert_eq!(look("2026-11-23T00:10:02Z"), "2026-11-23T00:11:00Z");
        assert_eq!(look("2026-11-23T00:11:00Z"), "2026-11-23T00:12:00Z");
    }

    #[test]
    fn moments_are_told_by_the_clocks_of_the_zone() {
        let cron_job = |zone: &str| obj! { "spec" => obj! { "schedule" => "0 9 * * *", "timeZone" => zone } };
        let local = |zone: &str| match Times::of(&cron_job(zone)) {
            Ok(times) => times.local(Time::parse("2026-11-23T00:00:00Z").unwrap()),
            Err((reason, message)) => format!("{reason} {message}"),
        };
        assert_eq!(local("Asia/Seoul"), "2026-11-23T09:00:00+09:00");
        assert_eq!(local("America/New_York"), "2026-11-22T19:00:00-05:00");
        assert_eq!(local("Nowhere"), "UnknownTimeZone invalid timeZone: \"Nowhere\": unknown time zone Nowhere");
    }
}
