//! What a component of the cluster is: it observes changes, queues work for itself, and does it.

use crate::cause::{Cause, Wait};
use crate::client::Client;
use crate::watch::WatchEvent;
use api::{OrdKey, Rng, Str, Time, Value};
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

impl OrdKey for WorkKey {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        [self.what.as_bytes(), self.namespace.as_bytes(), self.name.as_bytes(), &[]]
    }
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

/// Work that a component wants to be called for.
#[derive(Clone, Debug)]
pub struct Queued {
    /// After how long; none for the component's usual latency.
    pub delay: Option<Duration>,
    /// Which work.
    pub key: WorkKey,
    /// Why.
    pub cause: Cause,
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
    /// Why the component looks: what it queues has the same reason, and what was waited for besides.
    pub cause: Cause,
    queued: &'a mut Vec<Queued>,
}

impl<'a> Context<'a> {
    /// A context. `queued` collects the work.
    pub fn new(client: Client<'a>, now: Time, rng: &'a mut Rng, queued: &'a mut Vec<Queued>) -> Context<'a> {
        Context { client, now, rng, memory: Value::Null, cause: Cause::default(), queued }
    }

    /// Queues work after the component's usual latency. If the same work is queued already, the earlier moment stays.
    pub fn enqueue(&mut self, key: WorkKey) {
        self.queued.push(Queued { delay: None, key, cause: self.cause });
    }

    /// Queues work for later. If the same work is queued already, the earlier moment stays.
    pub fn enqueue_after(&mut self, key: WorkKey, delay: Duration) {
        self.queued.push(Queued { delay: Some(delay), key, cause: self.cause });
    }

    /// The same, with what is waited for meanwhile.
    pub fn wait_for(&mut self, wait: Wait, key: WorkKey, delay: Duration) {
        let cause = self.cause.later(wait, self.now);
        self.queued.push(Queued { delay: Some(delay), key, cause });
    }
}
