//! Cells of which more is to be said than where their value stands.

use api::text::{self, NONE, UNKNOWN, UNSET};
use api::time::human_duration;
use api::{Quantity, Time, Value, meta};
use std::time::Duration;

/// The cell with a name of `kinds.txt`.
pub(super) fn cell(name: &str, object: &Value, now: Time) -> Value {
    let spec = &object["spec"];
    match name {
        "age" => text::age(now, &object["metadata"]["creationTimestamp"]).into(),
        "names" => of_containers(&spec["template"], "name"),
        "images" => of_containers(&spec["template"], "image"),
        "selector" => text::label_selector(&spec["selector"]).into(),
        "template_names" => of_containers(&object["template"], "name"),
        "template_images" => of_containers(&object["template"], "image"),
        "template_labels" => text::labels(object["template"].labels()).into(),
        "map_selector" => text::labels(&spec["selector"]).into(),
        "quota_requests" => quota(&object["status"], false).into(),
        "quota_limits" => quota(&object["status"], true).into(),
        "component_status" => match component(object)["status"].str() {
            "True" => "Healthy".into(),
            "" => "Unknown".into(),
            _ => "Unhealthy".into(),
        },
        "component_message" => component(object)["message"].str().into(),
        "component_error" => component(object)["error"].str().into(),
        "ready" => format!("{}/{}", object.at("status.readyReplicas").int(), spec["replicas"].int()).into(),
        "scale_target" => {
            format!("{}/{}", spec["scaleTargetRef"]["kind"].str(), spec["scaleTargetRef"]["name"].str()).into()
        }
        "targets" => targets(spec["metrics"].array(), object.at("status.currentMetrics").array()).into(),
        "current_replicas" => object.at("status.currentReplicas").int().into(),
        "suspend" => match spec["suspend"].as_bool() {
            Some(true) => "True".into(),
            Some(false) => "False".into(),
            None => UNSET.into(),
        },
        "last_schedule" => match object.at("status.lastScheduleTime") {
            Value::Null => NONE.into(),
            moment => text::age(now, moment).into(),
        },
        "job_names" => of_containers(spec.at("jobTemplate.spec.template"), "name"),
        "job_images" => of_containers(spec.at("jobTemplate.spec.template"), "image"),
        "job_selector" => text::label_selector(spec.at("jobTemplate.spec.selector")).into(),
        "job_status" => job_status(object).into(),
        "completions" => completions(object).into(),
        "duration" => duration(&object["status"], now).into(),
        "requested_duration" => match spec["expirationSeconds"].as_int() {
            Some(seconds) => human_duration(Duration::from_secs(seconds.max(0) as u64)).into(),
            None => NONE.into(),
        },
        "request_state" => request_state(object).into(),
        "parameters" => parameters(&spec["parameters"]).into(),
        "hosts" => hosts(spec["rules"].array()).into(),
        "addresses" => addresses(object.at("status.loadBalancer.ingress").array()).into(),
        "ingress_ports" => if spec["tls"].is_empty() { "80" } else { "80, 443" }.into(),
        "parent" => parent(&spec["parentRef"]).into(),
        "pod_selector" => text::label_selector(&spec["podSelector"]).into(),
        "cidrs" => joined(&spec["cidrs"], "").into(),
        "role" => format!("{}/{}", object["roleRef"]["kind"].str(), object["roleRef"]["name"].str()).into(),
        "users" => subjects(object, "User").into(),
        "groups" => subjects(object, "Group").into(),
        "accounts" => subjects(object, "ServiceAccount").into(),
        "token_requests" if spec["tokenRequests"].is_null() => UNSET.into(),
        "token_requests" => joined(&spec["tokenRequests"], "audience").into(),
        "modes" => text::or(&joined(&spec["volumeLifecycleModes"], ""), NONE).into(),
        "param_kind" => match &spec["paramKind"] {
            Value::Null => UNSET.into(),
            kind => format!("{}/{}", kind["apiVersion"].str(), kind["kind"].str()).into(),
        },
        "param" => match (&spec["paramRef"]["namespace"], spec["paramRef"]["name"].str()) {
            (_, "") => UNSET.into(),
            (Value::Null, name) => format!("*/{name}").into(),
            (namespace, name) => format!("{}/{name}", namespace.str()).into(),
        },
        "dangling" => text::or(meta::condition(object, "Dangling")["status"].str(), "?").into(),
        "claim_state" => claim_state(object).into(),
        _ => Value::Null,
    }
}

/// A field of a template's containers.
fn of_containers(template: &Value, field: &str) -> Value {
    joined(&template["spec"]["containers"], field).into()
}

/// A field of each element, or the element itself, joined by commas.
fn joined(list: &Value, field: &str) -> String {
    let mut text = String::new();
    for (i, item) in list.array().iter().enumerate() {
        text += if i > 0 { "," } else { "" };
        text += if field.is_empty() { item.str() } else { item[field].str() };
    }
    text
}

fn quota(status: &Value, limits: bool) -> String {
    let mut text = String::new();
    for (name, hard) in status["hard"].entries().filter(|(name, _)| name.starts_with("limits.") == limits) {
        let used = match &status["used"][name.as_str()] {
            Value::Null => "0".to_owned(),
            used => Quantity::of(used).to_string(),
        };
        text += if text.is_empty() { "" } else { ", " };
        text += &format!("{name}: {used}/{}", Quantity::of(hard));
    }
    text
}

fn component(object: &Value) -> &Value {
    let mut conditions = object["conditions"].array().iter();
    conditions.find(|condition| condition["type"].str() == "Healthy").unwrap_or(&api::NULL)
}

/// An autoscaler's metrics: `cpu: 40%/80%`, two of them at most.
fn targets(metrics: &[Value], current: &[Value]) -> String {
    const MOST: usize = 2;
    if metrics.is_empty() {
        return NONE.to_owned();
    }
    let mut text = String::new();
    for (i, metric) in metrics.iter().take(MOST).enumerate() {
        text += if i > 0 { ", " } else { "" };
        text += &target(metric, current.get(i).unwrap_or(&api::NULL));
    }
    if metrics.len() > MOST {
        text += &format!(" + {} more...", metrics.len() - MOST);
    }
    text
}

fn target(metric: &Value, status: &Value) -> String {
    let kind = match metric["type"].str() {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (target, current) = (&metric[kind]["target"], &status[kind]["current"]);
    let amount = |value: &Value, unknown: &str| match value {
        Value::Null => unknown.to_owned(),
        value => Quantity::of(value).to_string(),
    };
    let average = !target["averageValue"].is_null();
    let field = if average || kind == "pods" { "averageValue" } else { "value" };
    let plain = || format!("{}/{}", amount(&current[field], UNKNOWN), amount(&target[field], "0"));
    let percent = |value: &Value, unknown: &str| value.as_int().map_or(unknown.to_owned(), |value| format!("{value}%"));
    let used = |of: &Value| percent(&of["averageUtilization"], UNKNOWN);
    match kind {
        "pods" => plain(),
        "external" | "object" if average => format!("{} (avg)", plain()),
        "external" | "object" => plain(),
        _ if average => format!("{}: {}", metric[kind]["name"].str(), plain()),
        _ => {
            let wanted = percent(&target["averageUtilization"], "<auto>");
            format!("{}: {}/{wanted}", metric[kind]["name"].str(), used(current))
        }
    }
}

fn job_status(job: &Value) -> &'static str {
    let is = |name: &str| meta::condition(job, name)["status"].str() == "True";
    match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if job.deleting() => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(job: &Value) -> String {
    let succeeded = job.at("status.succeeded").int();
    match (job["spec"]["completions"].as_int(), job["spec"]["parallelism"].int()) {
        (Some(wanted), _) => format!("{succeeded}/{wanted}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(status: &Value, now: Time) -> String {
    let Some(start) = status["startTime"].time() else { return String::new() };
    human_duration(status["completionTime"].time().unwrap_or(now).since(start))
}

fn request_state(request: &Value) -> String {
    let has = |name: &str| !meta::condition(request, name).is_null();
    let decided = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    };
    let failed = if has("Failed") { ",Failed" } else { "" };
    let issued = if request.at("status.certificate").str().is_empty() { "" } else { ",Issued" };
    format!("{decided}{failed}{issued}")
}

fn parameters(reference: &Value) -> String {
    if reference.is_null() {
        return NONE.to_owned();
    }
    let group = reference["apiGroup"].str();
    let dot = if group.is_empty() { "" } else { "." };
    format!("{}{dot}{group}/{}", reference["kind"].str(), reference["name"].str())
}

/// The hosts of an Ingress's rules, the first three.
fn hosts(rules: &[Value]) -> String {
    const MOST: usize = 3;
    let mut text = String::new();
    let (mut count, mut more) = (0, false);
    for rule in rules {
        more |= count == MOST;
        let host = rule["host"].str();
        if count < MOST && !host.is_empty() {
            text += if count > 0 { "," } else { "" };
            text += host;
            count += 1;
        }
    }
    match (count, more) {
        (0, _) => "*".to_owned(),
        (_, true) => format!("{text} + {} more...", rules.len() - MOST),
        _ => text,
    }
}

/// Where a load balancer can be reached.
fn addresses(ingress: &[Value]) -> String {
    let mut all: Vec<&str> = ingress.iter().map(|one| text::or(one["ip"].str(), one["hostname"].str())).collect();
    all.retain(|address| !address.is_empty());
    api::sort(&mut all);
    all.dedup();
    all.join(",")
}

fn parent(reference: &Value) -> String {
    if reference.is_null() {
        return NONE.to_owned();
    }
    let group = match reference["group"].str() {
        "" => String::new(),
        group => format!(".{group}"),
    };
    let namespace = match reference["namespace"].str() {
        "" => String::new(),
        namespace => format!("/{namespace}"),
    };
    format!("{}{group}{namespace}/{}", reference["resource"].str(), reference["name"].str()).to_lowercase()
}

/// The subjects of one kind that a binding names.
fn subjects(binding: &Value, kind: &str) -> String {
    let mut text = String::new();
    for subject in binding["subjects"].array().iter().filter(|subject| subject["kind"].str() == kind) {
        text += if text.is_empty() { "" } else { ", " };
        if kind == "ServiceAccount" {
            text += subject["namespace"].str();
            text += "/";
        }
        text += subject["name"].str();
    }
    text
}

fn claim_state(claim: &Value) -> String {
    let mut text = if claim.deleting() { "deleted" } else { "" }.to_owned();
    let mut add = |state: &str| {
        text += if text.is_empty() { "" } else { "," };
        text += state;
    };
    match claim.at("status.allocation").is_null() {
        true if !claim.deleting() => add("pending"),
        true => {}
        false => {
            add("allocated");
            if !claim.at("status.reservedFor").is_empty() {
                add("reserved");
            }
        }
    }
    text
}
