//! Makes the Pods that are missing and deletes those that are too many, in the order of their ordinals
//! (stateful_set_control.go).

use super::{Sync, identity, is_running_and_ready};
use crate::{gone_is_fine, history, pods};
use api::{OrdMap, Status, Value, kind};
use apiserver::DeleteOptions;

/// What a step says about those after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Go,
    /// The Pod has to get further before anything else is done.
    Wait,
}

impl Sync<'_, '_> {
    /// Brings the set one step further. The status is that of the Pods as they were: their own events bring the rest.
    pub fn run(&mut self, pods: &[Value]) -> (Value, Result<(), Status>) {
        let status = self.status(pods);
        if self.set.deleting() {
            return (status, Ok(()));
        }
        let (replicas, condemned) = self.partition(pods);
        match self.step(&replicas, &condemned) {
            Ok(Next::Go) => self.roll(&replicas, status),
            Ok(Next::Wait) => (status, Ok(())),
            Err(error) => (status, Err(error)),
        }
    }

    /// The Pods by ordinal, new ones in the place of those that are missing; and those that are too many, highest first.
    fn partition(&self, pods: &[Value]) -> (Vec<Value>, Vec<Value>) {
        let (mut there, mut condemned) = (OrdMap::new(), OrdMap::new());
        for pod in pods {
            if let Some(ordinal) = identity::ordinal(self.set, pod) {
                let place = if identity::in_range(self.set, pod) { &mut there } else { &mut condemned };
                place.insert(ordinal, pod.clone());
            }
        }
        let start = identity::start(self.set);
        let ordinals = start..start + self.wanted();
        let replicas = ordinals.map(|ordinal| there.remove(&ordinal).unwrap_or_else(|| self.new_pod(ordinal)));
        let mut condemned: Vec<Value> = condemned.values().cloned().collect();
        condemned.reverse();
        (replicas.collect(), condemned)
    }

    /// A Pod of the revision that one of this ordinal should have.
    fn new_pod(&self, ordinal: i64) -> Value {
        let strategy = &self.set["spec"]["updateStrategy"];
        let update = &strategy["rollingUpdate"];
        let kept = match update.is_null() {
            true => self.set["status"]["currentReplicas"].int(),
            false => update["partition"].int(),
        };
        let rolling = strategy["type"].str() == "RollingUpdate";
        let keeps = rolling && ordinal < identity::start(self.set) + kept;
        let revision = if keeps { &self.current } else { &self.history.update };
        identity::new_pod(&history::apply(self.set, revision), revision.name(), ordinal)
    }

    fn step(&mut self, replicas: &[Value], condemned: &[Value]) -> Result<Next, Status> {
        let waits = self.one_by_one();
        let first_unavailable = {
            let mut all = replicas.iter().chain(condemned.iter().rev());
            all.find(|pod| self.is_unavailable(pod)).map(|pod| pod.name().to_owned())
        };
        for pod in replicas {
            if self.process(pod)? == Next::Wait && waits {
                return Ok(Next::Wait);
            }
        }
        for pod in condemned {
            self.retain_claims(pod)?;
        }
        for pod in condemned {
            let is_first = first_unavailable.as_deref() == Some(pod.name());
            if self.process_condemned(pod, is_first)? == Next::Wait && waits {
                return Ok(Next::Wait);
            }
        }
        Ok(Next::Go)
    }

    fn process(&mut self, pod: &Value) -> Result<Next, Status> {
        if pods::is_terminal(pod) {
            if !pod.deleting() {
                self.delete(pod)?;
            }
            return Ok(Next::Wait);
        }
        if pod.uid().is_empty() {
            if !self.has_stale_claim(pod) {
                self.create(pod)?;
            }
            return Ok(Next::Wait);
        }
        if pod["status"]["phase"].str() == "Pending" {
            self.create_claims(pod)?;
        }
        if self.one_by_one() && self.is_unavailable(pod) {
            return Ok(Next::Wait);
        }
        self.retain_claims(pod)?;
        if !identity::matches(self.set, pod) || !super::claims::mounted(self.set, pod) {
            self.correct(pod.clone())?;
        }
        Ok(Next::Go)
    }

    /// Gives a Pod back what it needs to be the one of its name.
    fn correct(&mut self, mut pod: Value) -> Result<(), Status> {
        identity::update(self.set, &mut pod);
        if !super::claims::mounted(self.set, &pod) {
            super::claims::mount(self.set, &mut pod);
            self.create_claims(&pod)?;
        }
        let name = pod.name().to_owned();
        let updated = self.cx.client.update(kind::POD, pod).map(drop);
        self.say("Update", &name, updated.as_ref().err());
        updated
    }

    fn create(&mut self, pod: &Value) -> Result<(), Status> {
        let made = match self.create_claims(pod) {
            Ok(()) => self.cx.client.create(kind::POD, pod.clone()),
            Err(status) => Err(status),
        };
        // So that they go with the set even if the Pod never runs.
        let made = made.and_then(|made| self.retain_claims(&made));
        match &made {
            Err(status) if status.reason == "AlreadyExists" => {}
            _ => self.say("Create", pod.name(), made.as_ref().err()),
        }
        made
    }

    fn process_condemned(&mut self, pod: &Value, is_first_unavailable: bool) -> Result<Next, Status> {
        if pod.deleting() {
            return Ok(Next::Wait);
        }
        let is_fit = is_running_and_ready(pod) && self.is_available(pod);
        if self.one_by_one() && !is_fit && !is_first_unavailable {
            return Ok(Next::Wait);
        }
        self.delete(pod)?;
        Ok(Next::Wait)
    }

    /// Deletes a Pod and says so.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn delete(&mut self, pod: &Value) -> Result<(), Status> {
        let options = DeleteOptions { uid: pod["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
        let deleted = gone_is_fine(self.cx.client.delete(kind::POD, pod.namespace(), pod.name(), options));
        self.say("Delete", pod.name(), deleted.as_ref().err());
        deleted
    }
}
