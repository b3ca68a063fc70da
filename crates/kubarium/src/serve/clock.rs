//! The wall clock, and how virtual time follows it. Nothing else in the project reads it.

use api::Time;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The moment, by the machine's clock, in whole seconds: clients compare it with their own.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_secs()).unwrap_or_default() * 1_000_000)
}

/// Virtual time as the wall clock drives it.
#[derive(Debug)]
pub struct Clock {
    began: Instant,
    /// The virtual moment at which `began` was.
    origin: Time,
    speed: f64,
}

impl Clock {
    /// A clock that shows `origin` now and runs `speed` times as fast as the wall clock.
    pub fn new(origin: Time, speed: f64) -> Clock {
        Clock { began: Instant::now(), origin, speed }
    }

    /// What it shows.
    pub fn show(&self) -> Time {
        let micros = self.began.elapsed().as_secs_f64() * self.speed * 1e6;
        Time(self.origin.0.saturating_add(micros as i64))
    }

    /// Sets it forward.
    pub fn skip(&mut self, span: Duration) {
        self.origin = self.origin + span;
    }

    /// How long the wall clock takes until this one shows `to`; none if it never does.
    pub fn until(&self, to: Time) -> Option<Duration> {
        if self.speed <= 0.0 {
            return None;
        }
        let seconds = to.since(self.show()).as_secs_f64() / self.speed;
        // An hour is long enough to look again.
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 3600.0)))
    }
}
