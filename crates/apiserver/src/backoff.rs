//! Delays that double (client-go/util/flowcontrol): of restarts, of image pulls, of Pods that fail again and again.

use api::Time;
use std::time::Duration;

/// How delays grow.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The first delay.
    pub first: Duration,
    /// The longest.
    pub longest: Duration,
}

/// A delay, and when it was last made longer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay {
    /// How long.
    pub span: Duration,
    /// Since when.
    pub updated: Time,
}

impl Backoff {
    /// Whether something that happened at `event` must still wait.
    pub fn holds(self, entry: Option<Delay>, event: Time, now: Time) -> bool {
        entry.is_some_and(|entry| !self.expired(entry, event) && now.since(event) < entry.span)
    }

    /// The delay after this one.
    pub fn next(self, entry: Option<Delay>, event: Time, now: Time) -> Delay {
        let span = match entry {
            Some(entry) if !self.expired(entry, event) => (entry.span * 2).min(self.longest),
            _ => self.first,
        };
        Delay { span, updated: now }
    }

    fn expired(self, entry: Delay, event: Time) -> bool {
        event.since(entry.updated) > self.longest * 2
    }
}
