//! What the server itself writes into an object, kind by kind (pkg/registry/*/strategy.go).

use api::{Kind, Value, kind, obj, schema};

/// The kinds whose `metadata.generation` counts the changes of what they ask for, by their groups.
fn has_generation(kind: &Kind) -> bool {
    match kind.group {
        "" => ["Pod", "PodTemplate", "ReplicationController"].contains(&kind.kind),
        "apps" => kind != kind::CONTROLLER_REVISION,
        "networking.k8s.io" => ["Ingress", "IngressClass", "NetworkPolicy"].contains(&kind.kind),
        "discovery.k8s.io" => kind == kind::ENDPOINT_SLICE,
        "resource.k8s.io" => kind == kind::RESOURCE_SLICE || kind == kind::DEVICE_CLASS,
        "batch" | "policy" | "scheduling.k8s.io" | "admissionregistration.k8s.io" | "flowcontrol.apiserver.k8s.io" => {
            true
        }
        _ => false,
    }
}

fn has_status(kind: &Kind) -> bool {
    kind.subresources.contains(&"status")
}

/// A new object: no status but the initial one, generation 1.
pub(crate) fn prepare_for_create(kind: &Kind, object: &mut Value) {
    let metadata = object.at_mut("metadata").object_mut();
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "managedFields", "selfLink"] {
        metadata.remove(field);
    }
    metadata.remove("generation");
    if has_generation(kind) {
        metadata.insert("generation", 1.into());
    }
    if kind == kind::NODE {
        return; // a kubelet registers its node together with a first status
    }
    if has_status(kind) {
        match schema::blank(kind, "status") {
            Value::Null => drop(object.remove("status")),
            blank => object.set("status", blank),
        }
    }
    match kind {
        k if k == kind::POD => {
            let qos = qos_class(object);
            object.set("status", obj! { "phase" => "Pending", "qosClass" => qos });
            if !object["spec"]["schedulingGates"].is_empty() {
                let mut condition = obj! {
                    "message" => "Scheduling is blocked due to non-empty scheduling gates", "reason" => "SchedulingGated",
                    "status" => "False", "type" => "PodScheduled",
                };
                for time in ["lastProbeTime", "lastTransitionTime"] {
                    condition.object_mut().insert(time, Value::Null);
                }
                object.set("status.conditions", api::list![condition]);
            }
        }
        k if k == kind::NAMESPACE => {
            object.set("spec.finalizers", api::list!["kubernetes"]);
            object.set("status.phase", "Active");
            // Every namespace can be selected by its name (NamespaceDefaultLabelName).
            let name = object["metadata"]["name"].clone();
            object.at_mut("metadata.labels").object_mut().insert("kubernetes.io/metadata.name", name);
        }
        k if k == kind::DAEMON_SET => object.annotate(TEMPLATE_GENERATION, "1"),
        k if k == kind::JOB => generate_selector(object),
        k if k == kind::PERSISTENT_VOLUME || k == kind::PERSISTENT_VOLUME_CLAIM => {
            object.set("status.phase", "Pending")
        }
        _ => {}
    }
}

/// A Job finds its Pods by labels that nothing else has, unless it selects by hand (pkg/registry/batch/job/strategy.go,
/// `generateSelector`).
fn generate_selector(job: &mut Value) {
    if job["spec"]["manualSelector"].bool() {
        return;
    }
    const UID: &str = "batch.kubernetes.io/controller-uid";
    let (uid, name) = (job["metadata"]["uid"].clone(), job["metadata"]["name"].clone());
    let inherited = job.labels().is_empty() || job.labels() == job.at("spec.template").labels();
    let labels = job.at_mut("spec.template.metadata.labels").object_mut();
    let generated =
        [("job-name", &name), ("batch.kubernetes.io/job-name", &name), ("controller-uid", &uid), (UID, &uid)];
    for (key, value) in generated {
        if !labels.contains_key(key) {
            labels.insert(key, value.clone());
        }
    }
    if inherited {
        let labels = job.at("spec.template.metadata.labels").clone();
        job.set("metadata.labels", labels);
    }
    let selected = job.at_mut("spec.selector.matchLabels").object_mut();
    if !selected.contains_key(UID) {
        selected.insert(UID, uid);
    }
}

/// Where a DaemonSet's template generation, a field of older API versions, is kept.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Counts the changes of a DaemonSet's template.
fn count_template_generation(object: &mut Value, old: &Value) {
    let before: i64 = old.annotation(TEMPLATE_GENERATION).parse().unwrap_or(0);
    let now = before + i64::from(object["spec"]["template"] != old["spec"]["template"]);
    if object.annotation(TEMPLATE_GENERATION) != now.to_string() {
        object.annotate(TEMPLATE_GENERATION, now.to_string());
    }
}

/// A changed object: what the subresource may not change is taken from the stored one.
pub(crate) fn prepare_for_update(kind: &Kind, subresource: &str, object: &mut Value, old: &Value) {
    match subresource {
        "status" => {
            for (field, stored) in old.entries() {
                if field != "status" && field != "metadata" && object[field.as_str()] != *stored {
                    object.object_mut().insert(field.clone(), stored.clone());
                }
            }
        }
        "" if has_status(kind) => {
            let status = old["status"].clone();
            if object["status"] != status {
                object.set("status", status);
            }
        }
        _ => {}
    }
    // What was asked to be signed stays what it was; and a lone PUT approves nothing.
    if kind == kind::CERTIFICATE_SIGNING_REQUEST && object["spec"] != old["spec"] {
        object.set("spec", &old["spec"]);
    }
}

/// Counts a change of anything but metadata and status in `metadata.generation`.
pub(crate) fn count_generation(kind: &Kind, object: &mut Value, old: &Value) {
    if kind == kind::DAEMON_SET {
        count_template_generation(object, old);
    }
    // Of a Deployment, annotations count as well (pkg/registry/apps/deployment/strategy.go).
    let annotations = |object: &Value| object["metadata"]["annotations"].clone();
    let annotated = kind == kind::DEPLOYMENT && annotations(object) != annotations(old);
    // What has no spec asks with other fields; PriorityClasses do not count.
    let asks = |field: &str| !["metadata", "status", "apiVersion", "kind"].contains(&field);
    let changed = object.entries().any(|(field, new)| asks(field) && *new != old[field.as_str()])
        || old.entries().any(|(field, _)| asks(field) && object[field.as_str()].is_null());
    if has_generation(kind) && kind != kind::PRIORITY_CLASS && (changed || annotated) {
        object.set("metadata.generation", old.generation() + 1);
    }
}

/// A Pod's quality of service (pkg/apis/core/v1/helper/qos): Guaranteed if every container limits CPU and memory to
/// what it requests, BestEffort if none requests or limits anything, else Burstable.
pub(crate) fn qos_class(pod: &Value) -> &'static str {
    let spec = &pod["spec"];
    let containers = || spec["containers"].array().iter().chain(spec["initContainers"].array());
    let computed = ["cpu", "memory"];
    let asks = |c: &Value, what: &str| computed.iter().any(|r| !c["resources"][what][*r].is_null());
    if !containers().any(|c| asks(c, "requests") || asks(c, "limits")) {
        return "BestEffort";
    }
    let guaranteed = containers().all(|c| {
        let resources = &c["resources"];
        computed.iter().all(|r| {
            let (limit, request) = (&resources["limits"][*r], &resources["requests"][*r]);
            !limit.is_null() && (request.is_null() || request == limit)
        })
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}
