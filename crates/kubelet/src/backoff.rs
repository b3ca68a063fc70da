//! Delays that double: of restarts, and of image pulls (client-go/util/flowcontrol).

use api::Time;
use std::time::Duration;

/// A delay, and when it was last made longer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) delay: Duration,
    pub(crate) updated: Time,
}

/// The first delay, and the longest.
const FIRST_DELAY: Duration = Duration::from_secs(10);
const LONGEST_DELAY: Duration = Duration::from_secs(300);

impl Backoff {
    /// Whether something that happened at `event` must still wait.
    pub(crate) fn holds(entry: Option<Backoff>, event: Time, now: Time) -> bool {
        entry.is_some_and(|e| !e.expired(event) && now.since(event) < e.delay)
    }

    /// The delay after this one.
    pub(crate) fn next(entry: Option<Backoff>, event: Time, now: Time) -> Backoff {
        let delay = match entry {
            Some(e) if !e.expired(event) => (e.delay * 2).min(LONGEST_DELAY),
            _ => FIRST_DELAY,
        };
        Backoff { delay, updated: now }
    }

    fn expired(self, event: Time) -> bool {
        event.since(self.updated) > LONGEST_DELAY * 2
    }
}
