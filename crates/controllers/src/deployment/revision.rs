//! Revisions: each template a Deployment has had is a ReplicaSet with a number, and the newest has the highest.

use super::sets::{self, HASH_LABEL, same_template};
use super::status::{self, Condition};
use super::{Sync, scale, wanted};
use crate::hash::template_hash;
use api::{Status, Str, Value, controller_ref, kind, list, obj};
use apiserver::DeleteOptions;

/// The annotation with the number.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The annotation with the numbers that a ReplicaSet had before, when its template came back.
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The annotations of a Deployment that its ReplicaSets do not get (`annotationsToSkip`).
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    scale::DESIRED_REPLICAS,
    scale::MAX_REPLICAS,
    "deprecated.deployment.rollback.to",
];
/// The history annotation is cut from its oldest end to at most this many bytes.
const LONGEST_HISTORY: usize = 2000;

/// The revision of a set, 0 if it has none.
fn revision(set: &Value) -> i64 {
    set.annotation(REVISION).parse().unwrap_or(0)
}

impl Sync<'_, '_> {
    /// Numbers the set of the Deployment's template; makes it if there is none and `create` says so.
    pub fn sync_revision(&mut self, create: bool) -> Result<(), Status> {
        let number = self.sets.old().map(revision).max().unwrap_or(0) + 1;
        match self.sets.newest().cloned() {
            Some(set) => self.renumber(set, number),
            None if create => self.make_new_set(number),
            None => Ok(()),
        }
    }

    fn renumber(&mut self, set: Value, number: i64) -> Result<(), Status> {
        let mut changed = set.clone();
        copy_annotations(&mut changed, &self.deployment);
        set_revision(&mut changed, number);
        let min_ready = &self.deployment["spec"]["minReadySeconds"];
        if set["spec"]["minReadySeconds"].int() != min_ready.int() {
            changed.set("spec.minReadySeconds", min_ready.clone());
        }
        if changed != set {
            // The Deployment's own number follows when the set's event comes back.
            let stored = self.cx.client.update(kind::REPLICA_SET, changed)?;
            self.sets.replace(stored);
            return Ok(());
        }
        let mut needs_update = self.take_revision(set.annotation(REVISION));
        if status::deadline(&self.deployment).is_some() && api::condition(&self.deployment, "Progressing").is_null() {
            let message = format!("Found new replica set {:?}", set.name());
            let condition = Condition::progressing("True", "FoundNewReplicaSet", message);
            status::set_condition(&mut self.deployment, condition, self.cx.now);
            needs_update = true;
        }
        if needs_update { self.update_status() } else { Ok(()) }
    }

    fn make_new_set(&mut self, number: i64) -> Result<(), Status> {
        let collisions = self.deployment["status"]["collisionCount"].as_int();
        let mut set = new_set(&self.deployment, collisions);
        let size = self.sets_with(&set, |sync| sync.size_of_new(0));
        set.set("spec.replicas", size);
        copy_annotations(&mut set, &self.deployment);
        set_revision(&mut set, number);
        scale::annotate(&mut set, &self.deployment);
        let stored = match self.cx.client.create(kind::REPLICA_SET, set.clone()) {
            Ok(stored) => stored,
            Err(status) if status.code == 409 => return self.resolve_collision(&set, collisions, status),
            Err(status) => return self.note_failure(&set, status),
        };
        let name = stored.name().to_owned();
        self.sets.add_new(stored);
        if size > 0 {
            self.say_scaled(format!("Scaled up replica set {name} from 0 to {size}"));
        }
        let mut needs_update = self.take_revision(&number.to_string());
        if status::deadline(&self.deployment).is_some() {
            let message = format!("Created new replica set {name:?}");
            let condition = Condition::progressing("True", "NewReplicaSetCreated", message);
            status::set_condition(&mut self.deployment, condition, self.cx.now);
            needs_update = true;
        }
        if needs_update { self.update_status() } else { Ok(()) }
    }

    /// Asks `question` as if `set` (still without Pods) were the new one already.
    fn sets_with<T>(&mut self, set: &Value, question: impl FnOnce(&Self) -> T) -> T {
        let without: Vec<Value> = self.sets.all().cloned().collect();
        self.sets.add_new(set.clone());
        let answer = question(self);
        self.sets = sets::Sets::new(without);
        answer
    }

    /// The name is taken: by the very set (then it is ours), or by another with the same hash (then try another hash).
    fn resolve_collision(&mut self, set: &Value, collisions: Option<i64>, status: Status) -> Result<(), Status> {
        let existing = self.cx.client.get(kind::REPLICA_SET, set.namespace(), set.name()).unwrap_or_default();
        let ours = existing.controller()["uid"].str() == self.deployment.uid();
        if ours && same_template(&existing["spec"]["template"], &set["spec"]["template"]) {
            self.sets.add_new(existing);
            return Ok(());
        }
        self.deployment.set("status.collisionCount", collisions.unwrap_or(0) + 1);
        self.update_status()?;
        Err(status)
    }

    fn note_failure(&mut self, set: &Value, refusal: Status) -> Result<(), Status> {
        if status::deadline(&self.deployment).is_some() {
            let message = format!("Failed to create new replica set {:?}: {refusal}", set.name());
            let condition = Condition::progressing("False", "ReplicaSetCreateError", message);
            status::set_condition(&mut self.deployment, condition, self.cx.now);
            self.update_status()?;
        }
        Err(refusal)
    }

    fn take_revision(&mut self, number: &str) -> bool {
        let differs = self.deployment.annotation(REVISION) != number;
        if differs {
            self.deployment.annotate(REVISION, Str::from(number));
        }
        differs
    }

    /// Deletes the oldest empty sets beyond `revisionHistoryLimit`.
    pub fn clean_up(&mut self) -> Result<(), Status> {
        let Some(limit) = self.deployment["spec"]["revisionHistoryLimit"].as_int() else { return Ok(()) };
        let mut old: Vec<&Value> = self.sets.old().filter(|set| !set.deleting()).collect();
        let surplus = old.len().saturating_sub(limit.max(0) as usize);
        api::sort_by_key(&mut old, |set| revision(set));
        let empty = |set: &&&Value| {
            let status = &set["status"];
            status["replicas"].int() == 0
                && sets::size(set) == 0
                && set.generation() <= status["observedGeneration"].int()
        };
        for set in old.iter().take(surplus).filter(empty) {
            let deleted =
                self.cx.client.delete(kind::REPLICA_SET, set.namespace(), set.name(), DeleteOptions::default());
            crate::gone_is_fine(deleted)?;
        }
        Ok(())
    }
}

fn new_set(deployment: &Value, collisions: Option<i64>) -> Value {
    let spec = &deployment["spec"];
    let hash = template_hash(&spec["template"], collisions);
    let mut template = spec["template"].clone();
    template.at_mut("metadata.labels").object_mut().insert(HASH_LABEL, hash.as_str().into());
    let mut selector = spec["selector"].clone();
    selector.at_mut("matchLabels").object_mut().insert(HASH_LABEL, hash.as_str().into());
    obj! {
        "apiVersion" => kind::REPLICA_SET.api_version(), "kind" => kind::REPLICA_SET.kind,
        "metadata" => obj! {
            "name" => format!("{}-{hash}", deployment.name()), "namespace" => deployment.namespace(),
            "labels" => &template["metadata"]["labels"],
            "ownerReferences" => list![controller_ref(kind::DEPLOYMENT, deployment)],
        },
        "spec" => obj! {
            "replicas" => 0, "minReadySeconds" => Some(spec["minReadySeconds"].int()).filter(|n| *n > 0),
            "selector" => selector, "template" => template,
        },
    }
}

fn copy_annotations(set: &mut Value, deployment: &Value) {
    for (key, value) in deployment["metadata"]["annotations"].entries() {
        if !NOT_COPIED.contains(&key.as_str()) && set.annotation(key) != value.str() {
            set.annotate(key, value.to_str());
        }
    }
}

/// Gives the set a higher number, and remembers the one it had.
fn set_revision(set: &mut Value, number: i64) {
    let old = revision(set);
    if old >= number {
        return;
    }
    set.annotate(REVISION, number.to_string());
    if old > 0 {
        let mut history = match set.annotation(REVISION_HISTORY) {
            "" => old.to_string(),
            earlier => format!("{earlier},{old}"),
        };
        while history.len() > LONGEST_HISTORY {
            history = history.split_once(',').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        }
        set.annotate(REVISION_HISTORY, history);
    }
}

/// What the new set should have in all, where the Pods of all sets together are limited: see [`super::rolling`].
impl Sync<'_, '_> {
    /// The size the new set may have now that it has `size`.
    pub fn size_of_new(&self, size: i64) -> i64 {
        let wanted = wanted(&self.deployment);
        match super::is_recreate(&self.deployment) {
            true => wanted,
            false => super::rolling::grown(size, wanted, self.sets.total_size(), scale::max_surge(&self.deployment)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_comes_back_gets_the_next_number() {
        let mut set = obj! { "metadata" => obj! { "name" => "web-1" } };
        set_revision(&mut set, 1);
        assert_eq!((set.annotation(REVISION), set.annotation(REVISION_HISTORY)), ("1", ""));
        set_revision(&mut set, 3);
        set_revision(&mut set, 2);
        set_revision(&mut set, 5);
        assert_eq!((set.annotation(REVISION), set.annotation(REVISION_HISTORY)), ("5", "1,3"));
    }

    #[test]
    fn a_new_set_is_named_after_its_hash() {
        let template = obj! { "metadata" => obj! { "labels" => obj! { "app" => "web" } }, "spec" => obj! {} };
        let deployment = obj! {
            "metadata" => obj! { "name" => "web", "namespace" => "default", "uid" => "u" },
            "spec" => obj! { "selector" => obj! { "matchLabels" => obj! { "app" => "web" } }, "template" => template },
        };
        let set = new_set(&deployment, None);
        let hash = set.labels()[HASH_LABEL].str();
        assert_eq!(set.name(), format!("web-{hash}"));
        assert_eq!(set.at("spec.selector.matchLabels")[HASH_LABEL].str(), hash);
        assert_eq!(set.at("spec.template.metadata.labels")["app"].str(), "web");
        assert_ne!(new_set(&deployment, Some(1)).name(), set.name());
    }
}
