//! The subresources that write something of their own: scale, binding, eviction, ephemeralcontainers, resize, approval.

use crate::delete;
use crate::request::{PatchType, Propagation, Request, Response, Verb};
use crate::server::ApiServer;
use crate::table::{self, IncludeObject};
use api::{FieldError, Kind, Selector, Status, Value, kind, list, obj, patch};

impl ApiServer {
    pub(crate) fn get_scale(&self, request: &Request) -> Result<Response, Status> {
        let object = self.find(request.kind, &request.namespace, &request.name)?;
        let scale = self.scale(request.kind, object);
        Ok(match request.options.table {
            true => table::table(&scale_kind(request.kind), [&scale], self.now, IncludeObject::Metadata).into(),
            false => scale.into(),
        })
    }

    pub(crate) fn write_scale(&mut self, request: &Request) -> Result<Response, Status> {
        let old = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let now = self.scale(request.kind, &old);
        let scale = match request.verb {
            Verb::Patch(PatchType::Json) => patch::json_patch(&now, &request.body)?,
            Verb::Patch(_) => patch::merge_patch(&now, &request.body),
            _ => request.body.clone(),
        };
        let name = scale.name();
        if !name.is_empty() && name != request.name {
            let url = &request.name;
            let why = format!("the name of the object ({name}) does not match the name on the URL ({url})");
            return Err(Status::bad_request(why));
        }
        let expected = scale["metadata"]["resourceVersion"].str();
        if !expected.is_empty() && expected != old["metadata"]["resourceVersion"].str() {
            return Err(Status::modified(request.kind, &request.name));
        }
        let replicas = &scale["spec"]["replicas"];
        if !replicas.is_null() && replicas.as_int().is_none() {
            let given = replicas.type_name();
            return Err(Status::bad_request(format!(
                "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {given} into Go struct field \
                 ScaleSpec.spec.replicas of type int32"
            )));
        }
        if replicas.int() < 0 {
            let error = FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            return Err(Status::invalid(&scale_kind(request.kind), &request.name, &[error]));
        }
        let mut object = old;
        match self.custom(request.kind) {
            Some(custom) => object.set(custom.replicas_path(), replicas.int()),
            None => object.set("spec.replicas", replicas.int()),
        }
        let stored = self.replace(request, object, None)?;
        Ok(self.scale(request.kind, &stored).into())
    }

    fn scale(&self, kind: &Kind, object: &Value) -> Value {
        match self.custom(kind) {
            Some(custom) => custom.scale_of(object),
            None => scale_of(object),
        }
    }

    /// A `Binding` that is created by itself says in its metadata which Pod it is for.
    pub(crate) fn create_binding(&mut self, request: &Request) -> Result<Response, Status> {
        let mut binding = Request { kind: kind::POD, subresource: "binding".into(), ..request.clone() };
        binding.name = request.body["metadata"]["name"].to_str();
        if binding.name.is_empty() {
            let error = FieldError::required("metadata.name", "name or generateName is required");
            return Err(Status::invalid(kind::BINDING, "", &[error]));
        }
        self.bind(&binding)
    }

    /// `pods/binding`: the scheduler's decision (pkg/registry/core/pod/storage, `assignPod`).
    pub(crate) fn bind(&mut self, request: &Request) -> Result<Response, Status> {
        let target = &request.body["target"];
        self.check_target(target)?;
        let mut pod = self.find(kind::POD, &request.namespace, &request.name)?.clone();
        let refuse = |why: String| Err(Status::conflict(kind::POD, &request.name, &why));
        if pod.deleting() {
            return refuse(format!("pod {} is being deleted, cannot be assigned to a host", request.name));
        }
        let bound = pod["spec"]["nodeName"].str();
        if !bound.is_empty() {
            return refuse(format!("pod {} is already assigned to node {bound:?}", request.name));
        }
        if !pod["spec"]["schedulingGates"].is_empty() {
            return refuse(format!("pod {} has non-empty .spec.schedulingGates", request.name));
        }
        let uid = request.body.uid();
        if !uid.is_empty() && uid != pod.uid() {
            let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", pod.uid());
            return refuse(why);
        }
        pod.set("spec.nodeName", target["name"].to_str());
        for (key, value) in request.body["metadata"]["annotations"].entries() {
            pod.annotate(key, value.str());
        }
        let condition = obj! {
            "type" => "PodScheduled", "status" => "True", "lastTransitionTime" => self.now,
            "observedGeneration" => &pod["metadata"]["generation"]; null "lastProbeTime"
        };
        api::set_condition(&mut pod, condition);
        // `ClearingNominatedNodeNameAfterBinding` (pkg/registry/core/pod/storage/storage.go): the room is taken now.
        pod.remove("status.nominatedNodeName");
        if !request.options.dry_run {
            self.store.put(kind::POD, pod, self.now);
        }
        Ok(created().into())
    }

    fn check_target(&self, target: &Value) -> Result<(), Status> {
        let mut errors = Vec::new();
        if !matches!(target["kind"].str(), "" | "Node") {
            errors.push(FieldError::unsupported("target.kind", &target["kind"], &["Node", "<empty>"]));
        }
        if target["name"].str().is_empty() {
            errors.push(FieldError::required("target.name", ""));
        }
        match &errors[..] {
            [] => Ok(()),
            errors => Err(Status::invalid(kind::BINDING, "", errors)),
        }
    }

    /// `pods/eviction`: a deletion that a disruption budget may refuse (pkg/registry/core/pod/storage/eviction.go).
    pub(crate) fn evict(&mut self, request: &Request) -> Result<Response, Status> {
        let named = request.body["metadata"]["name"].str();
        if !named.is_empty() && named != request.name {
            let why = format!("name in URL does not match name in Eviction object: {named}");
            return Err(Status::bad_request(why));
        }
        let pod = self.find(kind::POD, &request.namespace, &request.name)?.clone();
        let options = &request.body["deleteOptions"];
        let mut deletion = Request { verb: Verb::Delete, subresource: "".into(), ..request.clone() };
        delete::read_options(&mut deletion, options);
        deletion.options.propagation.get_or_insert(Propagation::Background);
        // What does not run, or is going already, is no loss to a budget.
        let idle = pod.deleting() || matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed" | "Pending");
        if !idle {
            self.spend_budget(&pod, deletion.options.dry_run)?;
        }
        if !deletion.options.dry_run && !pod.deleting() {
            self.announce_eviction(request)?;
        }
        self.delete(&deletion)?;
        Ok(created().into())
    }

    /// Takes one of the disruptions that the Pod's budget allows.
    fn spend_budget(&mut self, pod: &Value, dry_run: bool) -> Result<(), Status> {
        let selects = |budget: &&Value| {
            let selector = &budget["spec"]["selector"];
            !selector.is_null() && Selector::from_label_selector(selector).matches(pod.labels())
        };
        let budgets: Vec<Value> =
            self.store.list(kind::POD_DISRUPTION_BUDGET, pod.namespace()).filter(selects).cloned().collect();
        let [budget] = &budgets[..] else {
            if budgets.is_empty() {
                return Ok(());
            }
            let message =
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(Status { code: 500, reason: "", message: message.to_owned(), details: obj! {} });
        };
        let status = &budget["status"];
        if !api::is_pod_ready(pod) {
            // A Pod that serves nobody may go, if the budget says so or has what it needs without it.
            let wanted = status["desiredHealthy"].int();
            let healthy = wanted > 0 && status["currentHealthy"].int() >= wanted;
            match budget["spec"]["unhealthyPodEvictionPolicy"].str() {
                "AlwaysAllow" => return Ok(()),
                _ if healthy => return Ok(()),
                _ => {}
            }
        }
        if status["observedGeneration"].int() < budget.generation() {
            let why = format!("The disruption budget {} is still being processed by the server.", budget.name());
            return Err(too_many(&why, 10));
        }
        if status["disruptionsAllowed"].int() < 0 {
            return Err(Status::forbidden(
                kind::POD_DISRUPTION_BUDGET,
                budget.name(),
                "pdb disruptions allowed is negative",
            ));
        }
        if status["disruptionsAllowed"].int() == 0 {
            return Err(too_many(&exhausted(budget), 0));
        }
        let mut changed = budget.clone();
        let left = status["disruptionsAllowed"].int() - 1;
        changed.set("status.disruptionsAllowed", left);
        if left == 0 {
            let condition = obj! {
                "type" => "DisruptionAllowed", "status" => "False", "reason" => "InsufficientPods", "message" => "",
                "lastTransitionTime" => self.now, "observedGeneration" => budget.generation(),
            };
            api::set_condition(&mut changed, condition);
        }
        if dry_run {
            return Ok(());
        }
        // The controller counts a Pod as gone from now on, though it may still be there for a while.
        changed.at_mut("status.disruptedPods").object_mut().insert(pod.name(), self.now.into());
        let mut write = Request::new(Verb::Update, kind::POD_DISRUPTION_BUDGET, budget.namespace(), budget.name());
        write.subresource = "status".into();
        write.options.trusted = true;
        write.options.user_agent = "kube-apiserver".into();
        self.replace(&write, changed, None).map(drop)
    }

    /// Notes on the Pod why it goes.
    fn announce_eviction(&mut self, request: &Request) -> Result<(), Status> {
        let mut pod = self.find(kind::POD, &request.namespace, &request.name)?.clone();
        let condition = obj! {
            "type" => "DisruptionTarget", "status" => "True", "reason" => "EvictionByEvictionAPI",
            "message" => "Eviction API: evicting", "lastTransitionTime" => self.now,
            "observedGeneration" => Some(pod.generation()).filter(|g| *g > 0); null "lastProbeTime"
        };
        api::set_condition(&mut pod, condition);
        let mut write = Request { verb: Verb::Update, subresource: "status".into(), ..request.clone() };
        write.options.trusted = true;
        self.replace(&write, pod, None).map(drop)
    }

    /// Writes one part of an object by way of the subresource that is for it.
    pub(crate) fn write_part(&mut self, request: &Request) -> Result<Response, Status> {
        let old = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let (sent, warnings) = self.sent(request, &old)?;
        let mut object = old.clone();
        for field in ["resourceVersion", "uid"] {
            if !sent["metadata"][field].is_null() {
                object.set(&format!("metadata.{field}"), &sent["metadata"][field]);
            }
        }
        match request.subresource.as_str() {
            "ephemeralcontainers" => add_ephemeral(&mut object, &sent, &old)?,
            "resize" => resize(&mut object, &sent),
            _ => object.set("status.conditions", &sent["status"]["conditions"]),
        }
        let body = self.replace(request, object, None)?;
        Ok(Response { body, warnings, ..Response::default() })
    }
}

/// Ephemeral containers may be added, and no more.
fn add_ephemeral(object: &mut Value, sent: &Value, old: &Value) -> Result<(), Status> {
    let new = &sent["spec"]["ephemeralContainers"];
    let find = |name: &str| new.array().iter().find(|c| c["name"].str() == name);
    let mut errors = Vec::new();
    for container in old["spec"]["ephemeralContainers"].array() {
        let name = container["name"].str();
        let problem = match find(name) {
            None => "removed",
            Some(other) if other != container => "changed",
            Some(_) => continue,
        };
        let detail = format!("existing ephemeral containers {name:?} may not be {problem}");
        errors.push(FieldError::forbidden("spec.ephemeralContainers", &detail));
    }
    if !errors.is_empty() {
        return Err(Status::invalid(kind::POD, old.name(), &errors));
    }
    if !new.is_null() {
        object.set("spec.ephemeralContainers", new);
    }
    Ok(())
}

/// Containers may ask for other resources, and no more.
fn resize(object: &mut Value, sent: &Value) {
    for list in ["containers", "initContainers"] {
        let wanted = sent["spec"][list].array();
        if object["spec"][list].is_empty() {
            continue;
        }
        for container in object.at_mut("spec").object_mut().entry(list).array_mut() {
            let Some(new) = wanted.iter().find(|c| c["name"] == container["name"]) else { continue };
            for field in ["resources", "resizePolicy"] {
                if !new[field].is_null() {
                    container.set(field, &new[field]);
                }
            }
        }
    }
}

fn exhausted(budget: &Value) -> String {
    let (name, status) = (budget.name(), &budget["status"]);
    let condition = api::condition(budget, "DisruptionAllowed");
    if condition["reason"].str() == "SyncFailed" {
        let why = condition["message"].str();
        return format!(
            "The disruption budget {name} does not allow evicting pods currently because it failed sync: {why}"
        );
    }
    let (needs, has) = (status["desiredHealthy"].int(), status["currentHealthy"].int());
    format!("The disruption budget {name} needs {needs} healthy pods and has {has} currently")
}

/// 429: the budget does not allow it now.
fn too_many(cause: &str, retry_after: i64) -> Status {
    let causes = list![obj! { "reason" => "DisruptionBudget", "message" => cause }];
    let retry = Some(retry_after).filter(|seconds| *seconds > 0);
    Status {
        code: 429,
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget.".to_owned(),
        details: obj! { "causes" => causes, "retryAfterSeconds" => retry },
    }
}

/// What is answered when something is done of which there is no object.
fn created() -> Value {
    obj! { "kind" => "Status", "apiVersion" => "v1", "metadata" => obj! {}, "status" => "Success", "code" => 201 }
}

/// The components of the control plane, which are all well: the simulation has no way to break them.
pub(crate) fn component_statuses() -> Vec<Value> {
    ["controller-manager", "etcd-0", "scheduler"]
        .iter()
        .map(|name| {
            let condition = obj! { "type" => "Healthy", "status" => "True", "message" => "ok" };
            let metadata = obj! { "name" => *name; null "creationTimestamp" };
            obj! {
                "apiVersion" => "v1", "kind" => "ComponentStatus", "metadata" => metadata,
                "conditions" => list![condition],
            }
        })
        .collect()
}

/// What the Scale of a workload is called.
fn scale_kind(kind: &Kind) -> Kind {
    Kind { group: "autoscaling", kind: "Scale", ..*kind }
}

/// The `autoscaling/v1` Scale of a workload.
fn scale_of(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let selector = api::selector::Selector::from_label_selector(&object["spec"]["selector"]);
    obj! {
        "apiVersion" => "autoscaling/v1", "kind" => "Scale",
        "metadata" => obj! {
            "name" => &metadata["name"], "namespace" => &metadata["namespace"], "uid" => &metadata["uid"],
            "resourceVersion" => &metadata["resourceVersion"], "creationTimestamp" => &metadata["creationTimestamp"],
        },
        "spec" => obj! { "replicas" => object["spec"]["replicas"].int() },
        "status" => obj! { "replicas" => object["status"]["replicas"].int(), "selector" => selector.to_string() },
    }
}
