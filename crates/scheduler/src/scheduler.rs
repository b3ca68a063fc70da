//! The component: takes Pods without a node, decides, binds; remembers those that found none until something changes.

use crate::cache::Cache;
use crate::cycle::{Failure, decide};
use crate::decision::{Decision, REMEMBERED_DECISIONS};
use crate::plugins::{Change, Cycle, PLUGINS};
use crate::pod::SharedClass;
use crate::preemption;
use crate::rows::Rows;
use crate::surroundings::{Claims, siblings};
use api::{OrdMap, Vector};
use api::{Str, Time, Value, condition, kind, obj};
use apiserver::component::{Component, Context, WorkKey};
use apiserver::watch::{EventType, WatchEvent};
use apiserver::{EventSpec, Wait};
use std::sync::Arc;
use std::time::Duration;

/// The scheduler's name, in `spec.schedulerName` and as the source of events.
pub const NAME: &str = "default-scheduler";
const QUEUE: &str = "pod";
/// A Pod that found no node waits 1 s before it is tried again, then 2, 4, 8 and 10 s (`podInitialBackoffSeconds`,
/// `podMaxBackoffSeconds`).
const FIRST_BACKOFF_SECONDS: u64 = 1;
const LONGEST_BACKOFF_SECONDS: u64 = 10;
/// Even if nothing changes it is tried again after this long (`podMaxInUnschedulablePodsDuration`).
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A Pod that found no node.
#[derive(Clone, Debug)]
struct Waiting {
    attempts: u32,
    last: Time,
    plugins: Vec<&'static str>,
}

impl Waiting {
    /// Has it tried again, once its back-off is over.
    fn try_again(&self, (namespace, name): &(Str, Str), cx: &mut Context<'_>) {
        let ready = self.last + backoff(self.attempts);
        let key = WorkKey::new(QUEUE, namespace.clone(), name.clone());
        if ready > cx.now { cx.wait_for(Wait::BackOff, key, ready.since(cx.now)) } else { cx.enqueue(key) }
    }
}

/// The place that others make for a Pod.
#[derive(Clone)]
struct Nomination {
    /// The Pod's namespace and name.
    pod: (Str, Str),
    node: Str,
    class: SharedClass,
}

/// kube-scheduler. A clone goes on from the same state.
#[derive(Clone, Default)]
pub struct Scheduler {
    cache: Cache,
    /// Where the next search among the nodes begins.
    start: usize,
    waiting: OrdMap<(Str, Str), Waiting>,
    /// Pods for which others were removed, by UID.
    nominated: OrdMap<Str, Nomination>,
    decisions: Vector<Arc<Decision>>,
    rows: Rows,
}

impl Scheduler {
    /// A scheduler that has seen nothing yet.
    pub fn new() -> Scheduler {
        Scheduler::default()
    }

    /// The last decisions, oldest first.
    pub fn decisions(&self) -> impl DoubleEndedIterator<Item = &Decision> {
        self.decisions.iter().map(|decision| &**decision)
    }

    /// What is known of the nodes.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    fn observe_pod(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let pod = &event.object;
        let ended = api::is_pod_ended(pod);
        let node = pod["spec"]["nodeName"].str();
        if event.event == EventType::Deleted || ended {
            self.nominated.remove(pod.uid());
            self.waiting.remove(&key_of(pod));
            if self.cache.remove(pod.uid()) {
                self.wake(&[Change::PodLeft], cx);
            }
        } else if !node.is_empty() {
            let came = event.old["spec"]["nodeName"].str().is_empty();
            let labels = event.old.labels() != pod.labels();
            // Most changes of a Pod are of its status, which is nothing to the cache.
            if came || labels || event.old.deleting() != pod.deleting() {
                self.cache.place(pod, node);
            }
            if came {
                self.nominated.remove(pod.uid());
                self.waiting.remove(&key_of(pod));
            }
            if came || labels {
                self.wake(&[Change::PodCame], cx);
            }
        } else if is_ours(pod)
            && (event.old.is_null() || event.old["spec"] != pod["spec"] || event.old.labels() != pod.labels())
        {
            cx.enqueue(WorkKey::new(QUEUE, pod.namespace(), pod.name()));
        }
    }

    fn observe_node(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let (node, old) = (&event.object, &event.old);
        if event.event == EventType::Deleted {
            return self.cache.remove_node(node.name());
        }
        let same = |path: [&str; 2]| node[path[0]][path[1]] == old[path[0]][path[1]];
        let labels = !same(["metadata", "labels"]);
        let taints = !same(["spec", "taints"]) || !same(["spec", "unschedulable"]);
        let resources = !same(["status", "allocatable"]);
        if !(labels || taints || resources) && same(["status", "images"]) && !old.is_null() {
            return;
        }
        if self.cache.set_node(node) {
            for pod in cx.client.pods_on(node.name()) {
                if !api::is_pod_ended(&pod) {
                    self.cache.place(&pod, node.name());
                }
            }
        }
        let changes = [(labels, Change::NodeLabels), (taints, Change::NodeTaints), (resources, Change::NodeResources)];
        let changes: Vec<Change> = changes.into_iter().filter(|c| c.0).map(|c| c.1).collect();
        self.wake(&changes, cx);
    }

    /// Tries those waiting Pods again that a change may help, once their back-off is over.
    fn wake(&mut self, changes: &[Change], cx: &mut Context<'_>) {
        for (pod, waiting) in &self.waiting {
            let interested = |plugin: &&str| {
                PLUGINS.iter().any(|p| p.name == *plugin && p.woken_by.iter().any(|change| changes.contains(change)))
            };
            if waiting.plugins.iter().any(interested) {
                waiting.try_again(pod, cx);
            }
        }
    }

    fn schedule(&mut self, pod: &Value, key: &WorkKey, cx: &mut Context<'_>) {
        let class = self.cache.class(pod);
        let claims = Claims::read(pod, &class.view, &cx.client);
        self.rows.forget(self.cache.take_changed());
        let with_nominated = self.cache_with_nominated(pod.uid(), class.view.priority);
        let cycle = Cycle {
            cache: with_nominated.as_ref().unwrap_or(&self.cache),
            pod: &class.view,
            siblings: siblings(pod, &class.view, &cx.client),
            claim_problem: claims.problem.clone(),
            claim_holders: claims.holders.clone(),
            volume_nodes: claims.volume_nodes.clone(),
            unbound: claims.unbound.clone(),
        };
        let mut fresh = Rows::default();
        let rows = if with_nominated.is_some() { &mut fresh } else { &mut self.rows };
        let outcome = decide(&cycle, rows, class.shape, &mut self.start, cx.rng);
        let result = outcome.result.map_err(|failure| {
            let more = preemption::post_filter(&cycle, pod, &failure, &mut cx.client, cx.now);
            (failure, more)
        });
        self.remember(pod, outcome.decision, cx.now);
        match result {
            Ok(node) if claims.unbound.is_empty() => self.bind(pod, &class, &node, key, cx),
            Ok(node) => {
                if let Some(node) = self.cache.node(&node) {
                    claims.select_node(node, &mut cx.client);
                }
                self.wait(key, vec!["VolumeBinding"], cx);
            }
            Err((failure, more)) => self.give_up(pod, &class, key, failure, more, cx),
        }
    }

    /// The cache with the Pods in it for which place has been made, unless they matter less than this one; `None` if
    /// there are no such Pods.
    fn cache_with_nominated(&self, uid: &str, priority: i64) -> Option<Cache> {
        let matter =
            |(other, nomination): &(&Str, &Nomination)| *other != uid && nomination.class.view.priority >= priority;
        let mut others = self.nominated.iter().filter(matter).peekable();
        others.peek()?;
        let mut cache = self.cache.clone();
        for (other, Nomination { node, class, .. }) in others {
            cache.place_class(other, node, class, true);
        }
        Some(cache)
    }

    fn bind(&mut self, pod: &Value, class: &SharedClass, node: &str, key: &WorkKey, cx: &mut Context<'_>) {
        let (namespace, name) = (pod.namespace(), pod.name());
        match cx.client.bind(namespace, name, node) {
            Ok(()) => {
                self.cache.place_class(pod.uid(), node, class, !pod.deleting());
                let message = format!("Successfully assigned {namespace}/{name} to {node}");
                cx.client.event(pod, kind::POD, EventSpec::normal("Scheduled", message));
            }
            Err(_) => cx.wait_for(Wait::Retry, key.clone(), Duration::from_secs(FIRST_BACKOFF_SECONDS)),
        }
    }

    fn give_up(
        &mut self,
        pod: &Value,
        class: &SharedClass,
        key: &WorkKey,
        failure: Failure,
        (more, nominated): (String, Option<Str>),
        cx: &mut Context<'_>,
    ) {
        let message = if more.is_empty() { failure.message } else { format!("{} {more}", failure.message) };
        cx.client.event(pod, kind::POD, EventSpec::warning("FailedScheduling", message.clone()));
        let mut changed = pod.clone();
        set_unschedulable(&mut changed, &message, cx.now);
        if let Some(node) = nominated {
            self.release(&node, class.view.priority, cx);
            changed.set("status.nominatedNodeName", node.clone());
            let nomination = Nomination { pod: key_of(pod), node, class: class.clone() };
            self.nominated.insert(pod["metadata"]["uid"].to_str(), nomination);
        }
        if changed != *pod {
            // If somebody else has changed the Pod meanwhile, the next attempt writes it.
            let _ = cx.client.update_status(kind::POD, changed);
        }
        self.wait(key, failure.plugins, cx);
    }

    /// Less important Pods that were to get a node may not fit there any more: they have to look for another
    /// (`ClearNominatedNodeName`).
    fn release(&mut self, node: &str, priority: i64, cx: &mut Context<'_>) {
        let gives_way = |nomination: &Nomination| nomination.node == node && nomination.class.view.priority < priority;
        let (gone, kept) = std::mem::take(&mut self.nominated).into_iter().partition(|(_, other)| gives_way(other));
        self.nominated = kept;
        let gone: OrdMap<Str, Nomination> = gone;
        for (_, Nomination { pod, .. }) in gone {
            if let Some(mut object) = cx.client.get(kind::POD, &pod.0, &pod.1) {
                object.remove("status.nominatedNodeName");
                // If somebody else has changed the Pod meanwhile, its next attempt writes what holds then.
                let _ = cx.client.update_status(kind::POD, object);
            }
            if let Some(waiting) = self.waiting.get(&pod) {
                waiting.try_again(&pod, cx);
            }
        }
    }

    fn wait(&mut self, key: &WorkKey, plugins: Vec<&'static str>, cx: &mut Context<'_>) {
        let place = (key.namespace.clone(), key.name.clone());
        let attempts = self.waiting.get(&place).map_or(0, |waiting| waiting.attempts) + 1;
        self.waiting.insert(place, Waiting { attempts, last: cx.now, plugins });
        cx.wait_for(Wait::Retry, key.clone(), LONGEST_WAIT);
    }

    fn remember(&mut self, pod: &Value, mut decision: Decision, now: Time) {
        if decision.nodes.is_empty() && decision.message.is_empty() {
            return;
        }
        (decision.namespace, decision.pod) = key_of(pod);
        decision.at = now;
        if self.decisions.len() >= REMEMBERED_DECISIONS {
            self.decisions.pop_front();
        }
        self.decisions.push_back(Arc::new(decision));
    }
}

impl Component for Scheduler {
    fn observe(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let kind = event.kind;
        if kind == kind::POD {
            self.observe_pod(event, cx);
        } else if kind == kind::NODE {
            self.observe_node(event, cx);
        } else if [kind::PERSISTENT_VOLUME_CLAIM, kind::PERSISTENT_VOLUME, kind::STORAGE_CLASS].contains(&kind) {
            self.wake(&[Change::Storage], cx);
        }
    }

    fn run(&mut self, key: &WorkKey, cx: &mut Context<'_>) {
        cx.client.component = NAME.into();
        match cx.client.get(kind::POD, &key.namespace, &key.name) {
            Some(pod) if is_ours(&pod) => self.schedule(&pod, key, cx),
            _ => drop(self.waiting.remove(&(key.namespace.clone(), key.name.clone()))),
        }
    }
}

/// Whether the Pod waits for this scheduler.
fn is_ours(pod: &Value) -> bool {
    let spec = &pod["spec"];
    let name = spec["schedulerName"].str();
    spec["nodeName"].str().is_empty()
        && (name.is_empty() || name == NAME)
        && spec["schedulingGates"].is_empty()
        && !pod.deleting()
}

fn key_of(pod: &Value) -> (Str, Str) {
    (pod["metadata"]["namespace"].to_str(), pod["metadata"]["name"].to_str())
}

fn backoff(attempts: u32) -> Duration {
    let seconds = FIRST_BACKOFF_SECONDS << attempts.saturating_sub(1).min(8);
    Duration::from_secs(seconds.min(LONGEST_BACKOFF_SECONDS))
}

/// Sets the condition `PodScheduled` to `False`, keeping the time of the last transition where there is none.
fn set_unschedulable(pod: &mut Value, message: &str, now: Time) {
    let old = condition(pod, "PodScheduled");
    let since = match old["status"].str() == "False" {
        true => old["lastTransitionTime"].clone(),
        false => now.into(),
    };
    let new = obj! {
        "type" => "PodScheduled", "status" => "False", "reason" => "Unschedulable", "message" => message,
        "lastTransitionTime" => since, "observedGeneration" => pod.generation(); null "lastProbeTime"
    };
    let conditions = pod.at_mut("status.conditions").array_mut();
    match conditions.iter_mut().find(|c| c["type"].str() == "PodScheduled") {
        Some(condition) => *condition = new,
        None => conditions.push(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_doubles_to_ten_seconds() {
        let seconds: Vec<u64> = [1, 2, 3, 4, 5, 99].map(|n| backoff(n).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 4, 8, 10, 10]);
    }

    #[test]
    fn only_waiting_pods_of_this_scheduler_are_taken() {
        let pod = |spec: Value| obj! { "metadata" => obj! { "name" => "a" }, "spec" => spec };
        assert!(is_ours(&pod(obj! { "schedulerName" => NAME })));
        assert!(!is_ours(&pod(obj! { "schedulerName" => "mine" })));
        assert!(!is_ours(&pod(obj! { "nodeName" => "node1" })));
        assert!(!is_ours(&pod(obj! { "schedulingGates" => api::list![obj! { "name" => "later" }] })));
    }

    #[test]
    fn the_condition_keeps_its_transition_time() {
        let mut pod = obj! { "metadata" => obj! { "name" => "a" } };
        set_unschedulable(&mut pod, "no", Time(0));
        set_unschedulable(&mut pod, "still no", Time(5_000_000));
        let condition = condition(&pod, "PodScheduled");
        assert_eq!((condition["message"].str(), condition["lastTransitionTime"].time()), ("still no", Some(Time(0))));
        assert_eq!(pod["status"]["conditions"].len(), 1);
    }
}
