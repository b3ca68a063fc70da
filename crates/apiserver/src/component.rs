//! What a component of the cluster is: it observes changes, queues work for itself, and does it.

use crate::client::Client;
use crate::watch::WatchEvent;
use api::{Rng, Str, Time, Value};
use std::time::Duration;

/// One piece of work: usually the object to be reconciled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkKey {
    /// Which of the component's queues, such as a controller's name.
    pub what: &'static str,
    /// The object's namespace; empty for a cluster-scoped one.
    pub namespace: Str,
    /// The object's name.
    pub name: Str,
}

impl WorkKey {
    /// The key of `what` for `namespace`/`name`.
    pub fn new(what: &'static str, namespace: impl Into<Str>, name: impl Into<Str>) -> WorkKey {
        WorkKey { what, namespace: namespace.into(), name: name.into() }
    }
}

/// A component: scheduler, controllers, kubelets. Level-triggered: `observe` only decides what to look at, `run` looks at
/// how things are now and writes what is missing.
pub trait Component {
    /// A change has been seen. Must be quick: it is called for every change in the cluster.
    fn observe(&mut self, event: &WatchEvent, cx: &mut Context<'_>);

    /// Work that was queued is due.
    fn run(&mut self, key: &WorkKey, cx: &mut Context<'_>);
}

/// What a component has at hand while it works.
pub struct Context<'a> {
    /// The API.
    pub client: Client<'a>,
    /// The moment, in virtual time.
    pub now: Time,
    /// The component's randomness.
    pub rng: &'a mut Rng,
    /// What the component has remembered of the work at hand since the last time, and is to remember; null for nothing.
    /// Only what the real component forgets when it is restarted: all else is in the API.
    pub memory: Value,
    queued: &'a mut Vec<(Option<Duration>, WorkKey)>,
}

impl<'a> Context<'a> {
    /// A context. `queued` collects the work: the delay (none: the component's usual latency) and the key.
    pub fn new(
        client: Client<'a>,
        now: Time,
        rng: &'a mut Rng,
        queued: &'a mut Vec<(Option<Duration>, WorkKey)>,
    ) -> Context<'a> {
        Context { client, now, rng, memory: Value::Null, queued }
    }

    /// Queues work after the component's usual latency. If the same work is queued already, the earlier moment stays.
    pub fn enqueue(&mut self, key: WorkKey) {
        self.queued.push((None, key));
    }

    /// Queues work for later. If the same work is queued already, the earlier moment stays.
    pub fn enqueue_after(&mut self, key: WorkKey, delay: Duration) {
        self.queued.push((Some(delay), key));
    }
}
