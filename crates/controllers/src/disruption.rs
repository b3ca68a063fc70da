//! PodDisruptionBudget: how many Pods may be evicted just now (pkg/controller/disruption). The eviction itself is the API
//! server's: it counts `status.disruptionsAllowed` down and notes the Pod in `status.disruptedPods`.

use crate::amount::resolve;
use crate::{Controller, Queue, enqueue_self};
use api::{Kind, Map, OrdMap, Selector, Status, Str, Value, condition, is_pod_ready, kind, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::time::Duration;

const NAME: &str = "disruption";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "controllermanager", observe, reconcile };

/// A Pod that was to be evicted and is still there after this long is not waited for (`DeletionTimeout`).
const DELETION_TIMEOUT: Duration = Duration::from_secs(120);

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    if event.kind == kind::POD_DISRUPTION_BUDGET {
        if event.event != EventType::Deleted {
            enqueue_self(NAME, object, cx);
        }
    } else if event.kind == kind::POD && cx.client.count(kind::POD_DISRUPTION_BUDGET) > 0 && is_of_interest(event) {
        for budget in cx.client.list(kind::POD_DISRUPTION_BUDGET, object.namespace()) {
            let selector = Selector::from_label_selector(&budget["spec"]["selector"]);
            if selector.matches(object.labels()) || !event.old.is_null() && selector.matches(event.old.labels()) {
                enqueue_self(Queue::from(NAME), &budget, cx);
            }
        }
    }
}

/// Of the many writes to a Pod only those count that may change how it is counted.
fn is_of_interest(event: &WatchEvent) -> bool {
    let (new, old) = (&event.object, &event.old);
    event.event != EventType::Modified
        || is_pod_ready(new) != is_pod_ready(old)
        || new.deleting() != old.deleting()
        || new.labels() != old.labels()
        || new["metadata"]["ownerReferences"] != old["metadata"]["ownerReferences"]
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(budget) = cx.client.get(kind::POD_DISRUPTION_BUDGET, &key.namespace, &key.name) else { return Ok(()) };
    let selector = Selector::from_label_selector(&budget["spec"]["selector"]);
    let pods = cx.client.select(kind::POD, &key.namespace, &selector);
    if pods.is_empty() {
        say(&budget, EventSpec::normal("NoPods", "No matching pods found"), cx);
    }
    let expected = match expected(&budget, &pods, cx) {
        Ok(expected) => expected,
        Err(error) => {
            let message = format!("Failed to calculate the number of expected pods: {error}");
            say(&budget, EventSpec::warning("CalculateExpectedPodCountFailed", message), cx);
            return fail(budget, &error, cx);
        }
    };
    let disrupted = still_disrupted(&budget, &pods, key, cx);
    let healthy = |pod: &&Value| !pod.deleting() && disrupted[pod.name()].is_null() && is_pod_ready(pod);
    let healthy = pods.iter().filter(healthy).count() as i64;
    // With no Pods nothing may be evicted: the first one may come before this controller has seen it.
    let allowed = if expected.count <= 0 { 0 } else { (healthy - expected.desired).max(0) };
    let mut changed = budget.clone();
    let status = changed.at_mut("status").object_mut();
    let counts = [
        ("currentHealthy", healthy),
        ("desiredHealthy", expected.desired),
        ("disruptionsAllowed", allowed),
        ("expectedPods", expected.count),
        ("observedGeneration", budget.generation()),
    ];
    for (field, count) in counts {
        status.insert(field, count.into());
    }
    match disrupted.is_empty() {
        true => drop(status.remove("disruptedPods")),
        false => drop(status.insert("disruptedPods", disrupted)),
    }
    let reason = if allowed > 0 { "SufficientPods" } else { "InsufficientPods" };
    set_condition(&mut changed, allowed > 0, reason, "", cx);
    write(&budget, changed, cx)
}

fn say(budget: &Value, event: EventSpec<'_>, cx: &mut Context<'_>) {
    cx.client.event(budget, kind::POD_DISRUPTION_BUDGET, event);
}

fn write(before: &Value, budget: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    if budget["status"] == before["status"] {
        return Ok(());
    }
    cx.client.update_status(kind::POD_DISRUPTION_BUDGET, budget).map(drop)
}

/// Nothing may be evicted as long as it is not known how many Pods there should be.
fn fail(budget: Value, error: &str, cx: &mut Context<'_>) -> Result<(), Status> {
    let mut changed = budget.clone();
    changed.set("status.disruptionsAllowed", 0);
    changed.set("status.observedGeneration", budget.generation());
    for field in ["currentHealthy", "desiredHealthy", "expectedPods"] {
        let count = changed["status"][field].int();
        changed.at_mut("status").object_mut().insert(field, count.into());
    }
    set_condition(&mut changed, false, "SyncFailed", error, cx);
    write(&budget, changed, cx)
}

fn set_condition(budget: &mut Value, allowed: bool, reason: &str, message: &str, cx: &Context<'_>) {
    let status = if allowed { "True" } else { "False" };
    let old = condition(budget, "DisruptionAllowed");
    let since = match old["status"].str() == status {
        true => old["lastTransitionTime"].clone(),
        false => cx.now.into(),
    };
    let new = obj! {
        "type" => "DisruptionAllowed", "status" => status, "reason" => reason, "message" => message,
        "lastTransitionTime" => since, "observedGeneration" => budget.generation(),
    };
    api::set_condition(budget, new);
}

/// How many Pods there should be, and how many of them have to be healthy.
struct Expected {
    count: i64,
    desired: i64,
}

fn expected(budget: &Value, pods: &[Value], cx: &mut Context<'_>) -> Result<Expected, String> {
    let (most_missing, fewest) = (&budget["spec"]["maxUnavailable"], &budget["spec"]["minAvailable"]);
    if most_missing.is_null()
        && let Some(fewest) = fewest.as_int()
    {
        return Ok(Expected { count: pods.len() as i64, desired: fewest });
    }
    if most_missing.is_null() && fewest.is_null() {
        return Ok(Expected { count: 0, desired: 0 });
    }
    let (count, unmanaged) = expected_scale(pods, cx)?;
    if unmanaged {
        let selector = dump(&budget["spec"]["selector"]);
        let message = format!(
            "Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a result, the \
             status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these \
             pods please set \".spec.minAvailable\" field of the PDB to an integer value."
        );
        say(budget, EventSpec::warning("UnmanagedPods", message), cx);
    }
    let desired = match most_missing.is_null() {
        true => resolve(fewest, count, true),
        false => (count - resolve(most_missing, count, true)).max(0),
    };
    Ok(Expected { count, desired })
}

/// A selector as the server's log and events show it (Go's `%v`).
pub fn dump(selector: &Value) -> String {
    let labels: String = api::meta::string_pairs(&selector["matchLabels"]).map(|(k, v)| format!("{k}: {v},")).collect();
    let requirement = |e: &Value| {
        let values: Vec<&str> = e["values"].array().iter().map(Value::str).collect();
        let (key, operator) = (e["key"].str(), e["operator"].str());
        format!("{{{key} {operator} [{}]}},", values.join(" "))
    };
    let expressions: String = selector["matchExpressions"].array().iter().map(requirement).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}

/// The sizes of all that control the Pods, added up; and whether there are Pods that nobody controls.
fn expected_scale(pods: &[Value], cx: &Context<'_>) -> Result<(i64, bool), String> {
    let mut sizes: OrdMap<Str, i64> = OrdMap::default();
    let mut unmanaged = false;
    for pod in pods {
        let owner = pod.controller();
        if owner.is_null() {
            unmanaged = true;
            continue;
        }
        if sizes.contains_key(owner["uid"].str()) {
            continue;
        }
        let (uid, size) = size_of(pod, owner, cx)?;
        sizes.insert(uid, size);
        sizes.entry(owner["uid"].to_str()).or_insert(0);
    }
    Ok((sizes.values().sum(), unmanaged))
}

/// The size of the controller of a Pod: of the Deployment, if it is a ReplicaSet that one controls.
fn size_of(pod: &Value, owner: &Value, cx: &Context<'_>) -> Result<(Str, i64), String> {
    let missing = || format!("found no controllers for pod {:?}", pod.name());
    let kind = api::kind::by_api_version(owner["apiVersion"].str(), owner["kind"].str()).ok_or_else(missing)?;
    if !kind.subresources.contains(&"scale") {
        return Err(format!("{} does not implement the scale subresource", kind.resource()));
    }
    let get = |kind: &Kind, owner: &Value| {
        let found = cx.client.get(kind, pod.namespace(), owner["name"].str());
        found.filter(|found| found.uid() == owner["uid"].str())
    };
    let controller = get(kind, owner).ok_or_else(missing)?;
    let above = controller.controller();
    if kind == kind::REPLICA_SET
        && above["kind"].str() == kind::DEPLOYMENT.kind
        && let Some(deployment) = get(kind::DEPLOYMENT, above)
    {
        return Ok((deployment["metadata"]["uid"].to_str(), deployment["spec"]["replicas"].int()));
    }
    Ok((owner["uid"].to_str(), controller["spec"]["replicas"].int()))
}

/// The Pods that the API server has begun to evict and that are not on their way out yet, by name.
fn still_disrupted(budget: &Value, pods: &[Value], key: &WorkKey, cx: &mut Context<'_>) -> Value {
    let mut left = Map::default();
    for (name, since) in budget["status"]["disruptedPods"].entries() {
        let Some(pod) = pods.iter().find(|pod| pod.name() == name && !pod.deleting()) else { continue };
        let due = since.time().unwrap_or_default() + DELETION_TIMEOUT;
        if due > cx.now {
            cx.enqueue_after(key.clone(), due.since(cx.now));
            left.insert(name.clone(), since.clone());
            continue;
        }
        let (namespace, budget) = (budget.namespace(), budget.name());
        let message = format!("Pod was expected by PDB {namespace}/{budget} to be deleted but it wasn't");
        cx.client.event(pod, kind::POD, EventSpec::warning("NotDeleted", message));
    }
    left.into()
}
