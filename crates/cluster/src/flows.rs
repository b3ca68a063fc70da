//! How many requests take which way: what a picture shows of steady traffic, instead of a swarm of packets.
//!
//! A way is counted by its sender, the Service that it asked for, and where it ended. The counts of the last seconds are kept
//! for a bounded number of ways, so that neither the memory nor the cost of a request grows with the traffic.

use api::{OrdMap, Str, Time};
use network::{At, Outcome, Place, Reason, Trace};
use std::time::Duration;

/// The span that rates are told of.
pub const WINDOW: Duration = Duration::from_secs(SECONDS as u64);
const SECONDS: usize = 10;
/// How many ways are counted at most; further ones are not, until others have fallen silent.
const MOST: usize = 1024;

/// The traffic of one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Who asks.
    pub from: Place,
    /// The Service that was asked for, by namespace and name; nothing where the way leads through none.
    pub service: Option<(Str, Str)>,
    /// Where it ends; nothing where it does not get that far.
    pub to: Option<Place>,
    /// Why it does not.
    pub stopped: Option<Reason>,
    /// How many requests there were in the last [`Flow::span`].
    pub requests: u64,
    /// The span that `requests` are of: whole seconds, at most [`WINDOW`].
    pub span: Duration,
    /// How many there were since the first.
    pub total: u64,
}

/// The counts of all ways. A clone is a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    /// By the text of the way, so that it is found without comparing places.
    ways: OrdMap<Str, Way>,
}

#[derive(Clone, Debug)]
struct Way {
    from: Place,
    service: Option<(Str, Str)>,
    to: Option<Place>,
    stopped: Option<Reason>,
    /// Requests by second; the second `s` is at `s % SECONDS`.
    counts: [u32; SECONDS],
    first: u64,
    last: u64,
    total: u64,
}

impl Way {
    /// Moves on to a second: what is older than the window is forgotten.
    fn move_to(&mut self, second: u64) {
        let passed = second.saturating_sub(self.last).min(SECONDS as u64);
        for i in 1..=passed {
            self.counts[((self.last + i) % SECONDS as u64) as usize] = 0;
        }
        self.last = self.last.max(second);
    }
}

fn second(at: Time) -> u64 {
    at.0 as u64 / 1_000_000
}

impl Flows {
    /// Counts `requests` that go the way of a trace.
    pub(crate) fn count(&mut self, trace: &Trace, requests: u32, now: Time) {
        let service = trace.hops.iter().find_map(|hop| match &hop.at {
            At::Service { namespace, name } => Some((namespace, name)),
            _ => None,
        });
        let (to, stopped) = match &trace.outcome {
            Outcome::Answered(listener) => (Some(&listener.place), None),
            _ => (None, trace.reason()),
        };
        let key = Str::from(format!("{:?} {service:?} {to:?} {stopped:?}", trace.from));
        let second = second(now);
        if !self.ways.contains_key(&key) {
            if self.ways.len() >= MOST && !self.forget_silent(second) {
                return;
            }
            let service = service.map(|(namespace, name)| (namespace.clone(), name.clone()));
            let (from, to) = (trace.from.clone(), to.cloned());
            let way = Way { from, service, to, stopped, counts: [0; SECONDS], first: second, last: second, total: 0 };
            self.ways.insert(key.clone(), way);
        }
        let Some(way) = self.ways.get_mut(&key) else { return };
        way.move_to(second);
        let count = &mut way.counts[(second % SECONDS as u64) as usize];
        *count = count.saturating_add(requests);
        way.total += u64::from(requests);
    }

    /// Forgets the ways that nobody has gone for the length of the window; says whether there was one.
    fn forget_silent(&mut self, second: u64) -> bool {
        let silent = |way: &Way| way.last + (SECONDS as u64) <= second;
        let keys: Vec<Str> = self.ways.iter().filter(|(_, way)| silent(way)).map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| drop(self.ways.remove(key)));
        !keys.is_empty()
    }

    /// The ways of the last seconds, in a stable order.
    pub(crate) fn read(&self, now: Time) -> Vec<Flow> {
        let second = second(now);
        let mut flows = Vec::new();
        for way in self.ways.values() {
            if way.last + SECONDS as u64 <= second {
                continue;
            }
            let mut way = way.clone();
            way.move_to(second);
            flows.push(Flow {
                requests: way.counts.iter().map(|count| u64::from(*count)).sum(),
                span: Duration::from_secs((second - way.first + 1).min(SECONDS as u64)),
                from: way.from,
                service: way.service,
                to: way.to,
                stopped: way.stopped,
                total: way.total,
            });
        }
        flows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(from: &str) -> Trace {
        Trace {
            from: Place::Pod(from.into()),
            host: "web".into(),
            port: 80,
            lookups: vec![],
            query: vec![],
            hops: vec![],
            outcome: Outcome::Unresolved(Reason::NameUnknown),
            after: Duration::ZERO,
        }
    }

    fn at(seconds: i64) -> Time {
        Time(seconds * 1_000_000)
    }

    #[test]
    fn a_rate_is_of_the_last_seconds() {
        let mut flows = Flows::default();
        for second in 0..30 {
            flows.count(&trace("a"), 100, at(1000 + second));
        }
        flows.count(&trace("b"), 7, at(1029));
        let rates =
            |now| flows.read(at(now)).iter().map(|f| (f.requests, f.span.as_secs(), f.total)).collect::<Vec<_>>();
        assert_eq!(rates(1029), [(1000, 10, 3000), (7, 1, 7)]);
        assert_eq!(rates(1034), [(500, 10, 3000), (7, 6, 7)]);
        assert!(rates(1039).is_empty());
    }

    #[test]
    fn the_number_of_ways_is_bounded() {
        let mut flows = Flows::default();
        for i in 0..MOST + 100 {
            flows.count(&trace(&i.to_string()), 1, at(1000));
        }
        assert_eq!(flows.read(at(1000)).len(), MOST);
        flows.count(&trace("late"), 1, at(1020));
        assert_eq!(flows.read(at(1020)).len(), 1, "the silent ones make room");
    }
}
