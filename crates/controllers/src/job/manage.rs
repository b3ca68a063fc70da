//! Makes the Pods that are missing and deletes those that are too many (`manageJob`).

use super::indexes::{self, FAILURES, IGNORED_FAILURES, INDEX, number};
use super::{FINALIZER, Sync, policy, remove_finalizer};
use crate::replicaset::ranking;
use crate::{is_terminating_namespace, pods};
use api::{OrdSet, Status, Value, controller_ref, kind, list, obj};
use apiserver::EventSpec;
use std::time::Duration;

/// At most this many Pods are made or deleted in one go (`MaxPodCreateDeletePerSync`).
const BURST: i64 = 500;
/// Where a container finds the index of its Pod.
const INDEX_VARIABLE: &str = "JOB_COMPLETION_INDEX";
/// The longest prefix of a generated name (`MaxGeneratedNameLength`).
const LONGEST_PREFIX: usize = 58;

impl Sync<'_, '_> {
    /// One step. `active` is left at what it is by then.
    pub fn manage(&mut self, active: &mut i64) -> Result<(), Status> {
        let wanted = self.wanted(*active);
        let doomed = self.doomed((*active - wanted).max(0) as usize);
        if !doomed.is_empty() {
            return self.remove(doomed, active);
        }
        let ending = if self.replaces_failed_only() { self.terminating } else { 0 };
        let missing = (wanted - ending - *active).min(BURST);
        if missing <= 0 {
            return Ok(());
        }
        if !self.has_limit_per_index() && self.put_off(self.wait()) {
            *active = 0;
            return Ok(());
        }
        if !self.is_indexed() {
            return (0..missing).try_for_each(|_| self.create(None, active));
        }
        let mut indexes = self.pending_indexes(missing as usize);
        if self.has_limit_per_index() {
            let shortest = indexes.iter().map(|index| self.wait_for_index(*index)).min().unwrap_or_default();
            if self.put_off(shortest) {
                *active = 0;
                return Ok(());
            }
            indexes.retain(|index| self.wait_for_index(*index).is_zero());
        }
        indexes.into_iter().try_for_each(|index| self.create(Some(index), active))
    }

    /// Whether the work has to wait; it is queued for then.
    fn put_off(&mut self, wait: Duration) -> bool {
        if !wait.is_zero() {
            self.cx.wait_for(apiserver::Wait::BackOff, self.key.clone(), wait);
        }
        !wait.is_zero()
    }

    /// How many Pods should run.
    fn wanted(&self, active: i64) -> i64 {
        let parallelism = self.spec()["parallelism"].as_int().unwrap_or(1);
        match self.completions() {
            _ if self.is_suspended() => 0,
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded).min(parallelism).max(0),
        }
    }

    /// The Pods that have to go: those with an index twice or out of range, then so many as there are too many.
    fn doomed(&self, surplus: usize) -> Vec<Value> {
        let mut left: Vec<&Value> = self.active.iter().collect();
        let mut doomed: Vec<Value> = Vec::new();
        if self.is_indexed() {
            ranking::sort(&mut left, self.cx.now);
            let mut taken = OrdSet::new();
            // From the last to go to the first: of two with one index the better one stays.
            left.reverse();
            let (stay, go): (Vec<&Value>, Vec<&Value>) =
                left.iter().partition(|pod| self.index(pod).is_some_and(|index| taken.insert(index)));
            doomed.extend(go.into_iter().cloned());
            left = stay;
            left.reverse();
        }
        if doomed.len() < surplus {
            ranking::sort(&mut left, self.cx.now);
            doomed.extend(left.into_iter().take(surplus - doomed.len()).cloned());
        }
        doomed.truncate(BURST as usize);
        doomed
    }

    /// Deletes Pods that nobody has to count.
    fn remove(&mut self, doomed: Vec<Value>, active: &mut i64) -> Result<(), Status> {
        for pod in doomed {
            remove_finalizer(&pod, self.cx)?;
            self.delete(&pod)?;
            *active -= 1;
            self.terminating += 1;
            self.ready -= i64::from(api::is_pod_ready(&pod));
        }
        Ok(())
    }

    fn create(&mut self, index: Option<i64>, active: &mut i64) -> Result<(), Status> {
        let owner = controller_ref(kind::JOB, &self.job);
        let template = &self.spec()["template"];
        let mut pod = pods::from_template(template, self.job.namespace(), self.job.name(), owner);
        let finalizers = pod.at_mut("metadata.finalizers").array_mut();
        if !finalizers.iter().any(|finalizer| finalizer.str() == FINALIZER) {
            finalizers.push(FINALIZER.into());
        }
        if let Some(index) = index {
            self.give_index(&mut pod, index);
        }
        match self.cx.client.create(kind::POD, pod) {
            Ok(made) => {
                *active += 1;
                self.say(EventSpec::normal("SuccessfulCreate", format!("Created pod: {}", made.name())));
                Ok(())
            }
            Err(status) if is_terminating_namespace(&status) => Ok(()),
            Err(status) => {
                self.say(EventSpec::warning("FailedCreate", format!("Error creating: {status}")));
                Err(status)
            }
        }
    }

    fn give_index(&self, pod: &mut Value, index: i64) {
        let (text, name) = (index.to_string(), self.job.name());
        let suffix = format!("-{text}-");
        let kept = name.len().min(LONGEST_PREFIX.saturating_sub(suffix.len()));
        pod.set("metadata.generateName", format!("{}{suffix}", name.get(..kept).unwrap_or(name)));
        pod.at_mut("metadata.labels").object_mut().insert(INDEX, text.as_str().into());
        pod.annotate(INDEX, text.as_str());
        pod.set("spec.hostname", format!("{name}-{text}"));
        for list in ["initContainers", "containers"] {
            if !pod["spec"][list].is_null() {
                let containers = pod.at_mut("spec").object_mut().entry(list).array_mut();
                containers.iter_mut().for_each(give_index_variable);
            }
        }
        if self.has_limit_per_index() {
            let (failures, ignored) = self.kept.get(&index).map_or((0, 0), |last| {
                let counts = i64::from(policy::counts(&self.spec()["podFailurePolicy"], last));
                (number(last, FAILURES) + counts, number(last, IGNORED_FAILURES) + 1 - counts)
            });
            pod.annotate(FAILURES, failures.to_string());
            if ignored > 0 {
                pod.annotate(IGNORED_FAILURES, ignored.to_string());
            }
        }
    }
}

fn give_index_variable(container: &mut Value) {
    if container["env"].array().iter().any(|variable| variable["name"].str() == INDEX_VARIABLE) {
        return;
    }
    let field = obj! { "fieldPath" => format!("metadata.labels['{}']", indexes::INDEX) };
    let source = obj! { "fieldRef" => field };
    let variable = list![obj! { "name" => INDEX_VARIABLE, "valueFrom" => source }];
    container.at_mut("env").array_mut().extend(variable.array().iter().cloned());
}
