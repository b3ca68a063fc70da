//! kube-controller-manager: one reconcile function a file.
//!
//! **Invariant:** a controller keeps no state (but for what upstream's forgets when it is restarted: [`Context::memory`]): it
//! observes changes only to decide which objects to look at, and then makes the world as it should be from what the API says
//! now. Adding one is adding a file and a line in [`CONTROLLERS`]; none knows another.

mod adoption;
mod amount;
mod certificates;
mod clusterroleaggregation;
mod cronjob;
mod daemonset;
mod deployment;
mod disruption;
mod endpoints;
mod endpointslice;
mod endpointslicemirroring;
mod garbagecollector;
mod gateway;
mod hash;
mod history;
mod ingressnginx;
mod job;
mod namespace;
mod nodeipam;
mod nodelifecycle;
mod persistentvolume;
mod podautoscaler;
mod podgc;
mod pods;
mod replicaset;
mod resourcequota;
mod serviceaccount;
mod serviceaccounttokens;
mod servicecidrs;
mod servicelb;
mod servicepods;
mod statefulset;
mod tainteviction;
mod ttl;
mod ttlafterfinished;

use api::{OrdMap, Status, Time};
use apiserver::{Component, Context, WatchEvent, WorkKey};
use std::time::Duration;

/// One controller.
struct Controller {
    /// Its queue: the `what` of its work keys.
    name: &'static str,
    /// The source of its events.
    source: &'static str,
    /// Queues the objects that a change may concern.
    observe: fn(&WatchEvent, &mut Context<'_>),
    /// Makes the world around one object as it should be. An error is tried again, later each time.
    reconcile: fn(&WorkKey, &mut Context<'_>) -> Result<(), Status>,
}

/// All of them. At one moment they observe, and therefore act, in this order: owners before what they own.
static CONTROLLERS: &[Controller] = &[
    namespace::CONTROLLER,
    serviceaccount::CONTROLLER,
    serviceaccounttokens::CONTROLLER,
    clusterroleaggregation::CONTROLLER,
    resourcequota::CONTROLLER,
    certificates::approving::CONTROLLER,
    certificates::CONTROLLER,
    certificates::cleaning::CONTROLLER,
    deployment::CONTROLLER,
    replicaset::CONTROLLER,
    replicaset::REPLICATION_CONTROLLER,
    daemonset::CONTROLLER,
    statefulset::CONTROLLER,
    cronjob::CONTROLLER,
    job::CONTROLLER,
    job::orphans::CONTROLLER,
    ttlafterfinished::CONTROLLER,
    podautoscaler::CONTROLLER,
    disruption::CONTROLLER,
    endpoints::CONTROLLER,
    endpointslice::CONTROLLER,
    endpointslicemirroring::CONTROLLER,
    nodeipam::CONTROLLER,
    nodelifecycle::CONTROLLER,
    tainteviction::CONTROLLER,
    podgc::CONTROLLER,
    persistentvolume::CONTROLLER,
    garbagecollector::CONTROLLER,
    ttl::CONTROLLER,
    servicelb::CONTROLLER,
    servicecidrs::CONTROLLER,
    ingressnginx::CONTROLLER,
    gateway::CONTROLLER,
];

/// After an error, work is tried again after this long, then twice as long ... (`DefaultControllerRateLimiter`).
const FIRST_RETRY: Duration = Duration::from_millis(5);
const LONGEST_RETRY: Duration = Duration::from_secs(1000);

/// kube-controller-manager, and the cloud's load balancer controller. A clone goes on from the same state.
#[derive(Clone)]
pub struct Controllers {
    /// How often in a row each piece of work has failed: the queues' rate limiter, and all that is remembered.
    failures: OrdMap<WorkKey, u32>,
    /// What controllers remember that upstream's keep in memory, too: the autoscaler's recommendations, and which ranges nodes
    /// have.
    memory: OrdMap<WorkKey, api::Value>,
    load_balancers: bool,
}

impl Default for Controllers {
    fn default() -> Controllers {
        Controllers { failures: OrdMap::new(), memory: OrdMap::new(), load_balancers: true }
    }
}

impl Controllers {
    /// All controllers. Whether Services of type LoadBalancer get an external address: only with `load_balancers`, as only
    /// a cloud has them. Whether nodes get ranges for their Pods: only with a `cluster_cidr` (`--allocate-node-cidrs
    /// --cluster-cidr`), of which they are parts.
    pub fn new(load_balancers: bool, cluster_cidr: Option<api::Str>) -> Controllers {
        let mut controllers = Controllers { load_balancers, ..Controllers::default() };
        if let Some(range) = cluster_cidr {
            controllers.memory.insert(nodeipam::memory(), nodeipam::begin(&range));
        }
        controllers
    }

    fn runs(&self, controller: &Controller) -> bool {
        match controller.name {
            name if name == servicelb::CONTROLLER.name => self.load_balancers,
            nodeipam::NAME => self.memory.contains_key(&nodeipam::memory()),
            _ => true,
        }
    }
}

impl Component for Controllers {
    fn observe(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        for controller in CONTROLLERS.iter().filter(|c| self.runs(c)) {
            (controller.observe)(event, cx);
        }
    }

    fn run(&mut self, key: &WorkKey, cx: &mut Context<'_>) {
        let Some(controller) = CONTROLLERS.iter().find(|c| c.name == key.what) else { return };
        cx.client.component = controller.source.into();
        // What there is to give is one for all nodes.
        let memory = if key.what == nodeipam::NAME { nodeipam::memory() } else { key.clone() };
        cx.memory = self.memory.get(&memory).cloned().unwrap_or_default();
        let done = (controller.reconcile)(key, cx);
        match std::mem::take(&mut cx.memory) {
            api::Value::Null => drop(self.memory.remove(&memory)),
            value => drop(self.memory.insert(memory, value)),
        }
        match done {
            Ok(()) => drop(self.failures.remove(key)),
            Err(_) => {
                let failures = self.failures.entry(key.clone()).or_default();
                let delay = FIRST_RETRY * 2_u32.saturating_pow((*failures).min(20));
                *failures = failures.saturating_add(1);
                cx.wait_for(apiserver::Wait::Retry, key.clone(), delay.min(LONGEST_RETRY));
            }
        }
    }
}

/// A controller's queue, and how long it takes from a change until work is done: none for the usual time.
#[derive(Clone, Copy)]
struct Queue(&'static str, Option<Duration>);

impl From<&'static str> for Queue {
    fn from(name: &'static str) -> Queue {
        Queue(name, None)
    }
}

impl Queue {
    fn add(self, namespace: api::Str, name: api::Str, cx: &mut Context<'_>) {
        let key = WorkKey::new(self.0, namespace, name);
        match self.1 {
            Some(delay) => cx.enqueue_after(key, delay),
            None => cx.enqueue(key),
        }
    }
}

/// Queues the object that controls `object`, if that is a `kind` in the same namespace.
fn enqueue_owner(queue: impl Into<Queue>, kind: &api::Kind, object: &api::Value, cx: &mut Context<'_>) {
    let owner = object.controller();
    if owner["kind"].str() == kind.kind && owner["apiVersion"].str() == kind.api_version() {
        queue.into().add(object["metadata"]["namespace"].to_str(), owner["name"].to_str(), cx);
    }
}

/// Queues `object` itself.
fn enqueue_self(queue: impl Into<Queue>, object: &api::Value, cx: &mut Context<'_>) {
    let metadata = &object["metadata"];
    queue.into().add(metadata["namespace"].to_str(), metadata["name"].to_str(), cx);
}

/// A refusal that means the namespace is on its way out: there is nothing to be done.
fn is_terminating_namespace(status: &Status) -> bool {
    status.code == 403 && status.message.contains("because it is being terminated")
}

/// The first regular moment after `at` of a controller that looks once in every so many microseconds.
fn next_look(at: Time, period_micros: i64) -> Time {
    Time((at.0.div_euclid(period_micros) + 1) * period_micros)
}

/// A refusal that means the object is gone, which is what was wanted.
fn gone_is_fine(result: Result<api::Value, Status>) -> Result<(), Status> {
    match result {
        Err(status) if status.code != 404 => Err(status),
        _ => Ok(()),
    }
}
