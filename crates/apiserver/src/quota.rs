//! What objects count against a ResourceQuota (pkg/quota/v1/evaluator/core), and whether there is room for them
//! (k8s.io/apiserver/pkg/admission/plugin/resourcequota).

use crate::request::Request;
use crate::server::ApiServer;
use crate::strategy::qos_class;
use api::quantity::Format;
use api::{Kind, Map, Quantity, Selector, Status, Str, Time, Value, is_pod_ended, kind, obj};

/// Amounts of resources, by name.
type Amounts = Vec<(Str, Quantity)>;

/// What is counted in a Pod's requests and limits, besides what has a prefix.
const COMPUTE: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
/// Kinds whose plain name is a resource of its own.
const PLAIN: [&str; 5] = ["configmaps", "secrets", "resourcequotas", "replicationcontrollers", "services"];
/// In the middle of a resource that is counted for one StorageClass alone.
const OF_CLASS: &str = ".storageclass.storage.k8s.io/";
const CLAIMS: &str = "persistentvolumeclaims";
const STORAGE: &str = "requests.storage";

/// Whether objects of a kind may count against a resource of a quota.
pub fn tracks(kind: &Kind, resource: &str) -> bool {
    if resource.strip_prefix("count/").is_some_and(|counted| counted == kind.resource()) {
        return true;
    }
    match kind {
        k if k == kind::POD => {
            let plain = resource.strip_prefix("requests.").or(resource.strip_prefix("limits.")).unwrap_or(resource);
            let asked = resource.strip_prefix("requests.").unwrap_or_default();
            resource == "pods" || COMPUTE.contains(&plain) || plain.starts_with("hugepages-") || asked.contains('/')
        }
        k if k == kind::SERVICE => matches!(resource, "services" | "services.nodeports" | "services.loadbalancers"),
        k if k == kind::PERSISTENT_VOLUME_CLAIM => matches!(resource, CLAIMS | STORAGE) || resource.contains(OF_CLASS),
        k => k.group.is_empty() && PLAIN.contains(&k.plural) && resource == k.plural,
    }
}

/// What an object counts.
fn usage(kind: &Kind, object: &Value, now: Time) -> Amounts {
    let mut counted = vec![(Str::from(format!("count/{}", kind.resource())), one())];
    match kind {
        k if k == kind::POD => pod_usage(object, now, &mut counted),
        k if k == kind::SERVICE => service_usage(object, &mut counted),
        k if k == kind::PERSISTENT_VOLUME_CLAIM => claim_usage(object, &mut counted),
        k => counted.push((k.plural.into(), one())),
    }
    counted
}

fn one() -> Quantity {
    number(1)
}

fn number(n: usize) -> Quantity {
    Quantity::from_value(i64::try_from(n).unwrap_or(i64::MAX), Format::DecimalSi)
}

/// A Pod that has ended, or that should have died long ago, uses nothing.
fn pod_usage(pod: &Value, now: Time, counted: &mut Amounts) {
    let metadata = &pod["metadata"];
    let grace = std::time::Duration::from_secs(metadata["deletionGracePeriodSeconds"].int().unsigned_abs());
    let overdue = metadata["deletionTimestamp"].time().is_some_and(|end| now > end + grace);
    if is_pod_ended(pod) || overdue {
        return;
    }
    counted.push(("pods".into(), one()));
    compute(&pod_resources(pod, "requests"), &pod_resources(pod, "limits"), counted);
}

/// The resources of a quota that requests and limits count for (`podComputeUsageHelper`).
fn compute(requests: &Amounts, limits: &Amounts, counted: &mut Amounts) {
    for (name, amount) in requests {
        if COMPUTE.contains(&name.as_str()) || name.starts_with("hugepages-") {
            counted.push((name.clone(), *amount));
        } else if !name.contains('/') {
            continue;
        }
        counted.push((format!("requests.{name}").into(), *amount));
    }
    for (name, amount) in limits.iter().filter(|(name, _)| COMPUTE.contains(&name.as_str())) {
        counted.push((format!("limits.{name}").into(), *amount));
    }
}

/// What all containers of a Pod request, or are limited to: those that run together, or the greediest of those that run
/// one after the other before (k8s.io/component-helpers/resource, `PodRequests`, `PodLimits`).
pub(crate) fn pod_resources(pod: &Value, field: &str) -> Vec<(Str, Quantity)> {
    let spec = &pod["spec"];
    let mut total = Amounts::new();
    for container in spec["containers"].array() {
        add(&mut total, &amounts(&container["resources"][field]));
    }
    let (mut sidecars, mut first) = (Amounts::new(), Amounts::new());
    for container in spec["initContainers"].array() {
        let mut own = amounts(&container["resources"][field]);
        if container["restartPolicy"].str() == "Always" {
            add(&mut total, &own);
            add(&mut sidecars, &own);
            own.clone_from(&sidecars);
        } else {
            add(&mut own, &sidecars);
        }
        at_least(&mut first, &own);
    }
    at_least(&mut total, &first);
    for (name, amount) in amounts(&spec["overhead"]) {
        if field == "requests" || amount_of(&total, &name).is_some() {
            add(&mut total, &[(name, amount)]);
        }
    }
    total
}

fn service_usage(service: &Value, counted: &mut Amounts) {
    let spec = &service["spec"];
    let ports = spec["ports"].array();
    let given = ports.iter().filter(|port| port["nodePort"].int() != 0).count();
    let (node_ports, balancers) = match spec["type"].str() {
        "NodePort" => (ports.len(), 0),
        "LoadBalancer" if spec["allocateLoadBalancerNodePorts"].as_bool() == Some(false) => (given, 1),
        "LoadBalancer" => (ports.len(), 1),
        _ => (0, 0),
    };
    counted.push(("services".into(), one()));
    counted.push(("services.loadbalancers".into(), number(balancers)));
    counted.push(("services.nodeports".into(), number(node_ports)));
}

fn claim_usage(claim: &Value, counted: &mut Amounts) {
    let class = match claim["spec"]["storageClassName"].str() {
        "" => claim.annotation("volume.beta.kubernetes.io/storage-class"),
        class => class,
    };
    let storage = Quantity::of(&claim["spec"]["resources"]["requests"]["storage"]);
    for (name, amount) in [(CLAIMS, one()), (STORAGE, storage)] {
        counted.push((name.into(), amount));
        if !class.is_empty() {
            counted.push((format!("{class}{OF_CLASS}{name}").into(), amount));
        }
    }
}

/// Whether an object is among those that a quota's scopes mean. Only Pods have scopes.
fn in_scope(quota: &Value, kind: &Kind, object: &Value) -> bool {
    let spec = &quota["spec"];
    let plain = spec["scopes"].array().iter().map(|scope| obj! { "scopeName" => scope, "operator" => "Exists" });
    let mut scopes = plain.chain(spec["scopeSelector"]["matchExpressions"].array().iter().cloned());
    scopes.all(|scope| kind == kind::POD && pod_in_scope(&scope, object))
}

fn pod_in_scope(scope: &Value, pod: &Value) -> bool {
    let terminating = !pod["spec"]["activeDeadlineSeconds"].is_null();
    match scope["scopeName"].str() {
        "Terminating" => terminating,
        "NotTerminating" => !terminating,
        "BestEffort" => qos_class(pod) == "BestEffort",
        "NotBestEffort" => qos_class(pod) != "BestEffort",
        "PriorityClass" => {
            let class = &pod["spec"]["priorityClassName"];
            let key = "PriorityClass";
            let (operator, values) = (&scope["operator"], &scope["values"]);
            let expression = obj! { "key" => key, "operator" => operator, "values" => values };
            let selector = Selector::from_label_selector(&obj! { "matchExpressions" => api::list![expression] });
            let labels = if class.str().is_empty() {
                obj! {}
            } else {
                obj! { key => class }
            };
            selector.matches(&labels)
        }
        "CrossNamespacePodAffinity" => crosses_namespaces(&pod["spec"]["affinity"]),
        _ => false,
    }
}

fn crosses_namespaces(affinity: &Value) -> bool {
    let crosses = |term: &Value| !term["namespaces"].is_empty() || !term["namespaceSelector"].is_null();
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let part = &affinity[*kind];
        part["requiredDuringSchedulingIgnoredDuringExecution"].array().iter().any(crosses)
            || part["preferredDuringSchedulingIgnoredDuringExecution"]
                .array()
                .iter()
                .any(|term| crosses(&term["podAffinityTerm"]))
    })
}

/// What is used of a quota's hard limits: the sum over all objects of its namespace. `list` gives those of a kind.
pub fn used(quota: &Value, now: Time, list: &mut dyn FnMut(&'static Kind) -> Vec<Value>) -> Value {
    let hard = &quota["spec"]["hard"];
    let mut total: Amounts = hard.entries().map(|(name, _)| (name.clone(), number(0))).collect();
    for kind in kind::KINDS.iter().filter(|kind| kind.namespaced) {
        if !hard.entries().any(|(name, _)| tracks(kind, name)) {
            continue;
        }
        for object in list(kind).iter().filter(|object| in_scope(quota, kind, object)) {
            for (name, amount) in usage(kind, object, now) {
                if let Some((_, sum)) = total.iter_mut().find(|(known, _)| *known == name) {
                    *sum = *sum + amount;
                }
            }
        }
    }
    value(&total)
}

impl ApiServer {
    /// The quotas as they are after an object has been let in; an error if there is no room for it.
    pub(crate) fn check_quotas(&self, request: &Request, object: &Value, old: &Value) -> Result<Vec<Value>, Status> {
        let kind = request.kind.stored().unwrap_or(request.kind);
        let measured = old.is_null() || kind == kind::SERVICE || kind == kind::PERSISTENT_VOLUME_CLAIM;
        if !kind.namespaced || !measured || self.store.count(kind::RESOURCE_QUOTA) == 0 {
            return Ok(Vec::new());
        }
        let mut charged = Vec::new();
        let wanted = usage(kind, object, self.now);
        for quota in self.store.list(kind::RESOURCE_QUOTA, object.namespace()) {
            let hard = &quota["status"]["hard"];
            let tracked: Vec<&Str> = hard.entries().map(|(name, _)| name).filter(|name| tracks(kind, name)).collect();
            if tracked.is_empty() || !in_scope(quota, kind, object) {
                continue;
            }
            let refuse = |why: String| Status::forbidden(kind, object.name(), &why);
            if kind == kind::POD
                && let Some(why) = unspecified(object, &tracked)
            {
                return Err(refuse(format!("failed quota: {}: must specify {why}", quota.name())));
            }
            let used = &quota["status"]["used"];
            if tracked.iter().any(|name| used[name.as_str()].is_null()) {
                let names: Vec<&str> = tracked.iter().map(|name| name.as_str()).collect();
                let (quota, names) = (quota.name(), names.join(","));
                return Err(refuse(format!("status unknown for quota: {quota}, resources: {names}")));
            }
            let mut delta: Amounts =
                wanted.iter().filter(|(name, _)| !hard[name.as_str()].is_null()).cloned().collect();
            if !old.is_null() && in_scope(quota, kind, old) {
                let before = usage(kind, old, self.now);
                for (name, amount) in &mut delta {
                    let was = amount_of(&before, name).unwrap_or_default();
                    *amount = if *amount > was { *amount - was } else { number(0) };
                }
            }
            delta.retain(|(_, amount)| !amount.is_zero());
            if let Some(changed) = charge(quota, &mut delta).map_err(refuse)? {
                charged.push(changed);
            }
        }
        Ok(charged)
    }

    /// Writes down what has been used.
    pub(crate) fn charge_quotas(&mut self, quotas: Vec<Value>) {
        for quota in quotas {
            self.store.put(kind::RESOURCE_QUOTA, quota, self.now);
        }
    }
}

/// A quota of which `delta` more is used; none if that is nothing, an error if it is too much.
fn charge(quota: &Value, delta: &mut Amounts) -> Result<Option<Value>, String> {
    if delta.is_empty() {
        return Ok(None);
    }
    api::sort_by(delta, |a, b| a.0.cmp(&b.0));
    let status = &quota["status"];
    let at = |field: &str, name: &Str| Quantity::of(&status[field][name.as_str()]);
    let exceeded: Vec<&(Str, Quantity)> =
        delta.iter().filter(|(name, amount)| at("used", name) + *amount > at("hard", name)).collect();
    if !exceeded.is_empty() {
        let listed = |of: &dyn Fn(&Str, Quantity) -> Quantity| {
            let texts: Vec<String> =
                exceeded.iter().map(|(name, amount)| format!("{name}={}", of(name, *amount))).collect();
            texts.join(",")
        };
        let (requested, used, hard) =
            (listed(&|_, amount| amount), listed(&|name, _| at("used", name)), listed(&|name, _| at("hard", name)));
        return Err(format!("exceeded quota: {}, requested: {requested}, used: {used}, limited: {hard}", quota.name()));
    }
    let mut changed = quota.clone();
    for (name, amount) in delta.iter() {
        let sum = at("used", name) + *amount;
        changed.at_mut("status.used").object_mut().insert(name.clone(), sum.into());
    }
    Ok(Some(changed))
}

/// Of which CPU or memory that a quota limits, a container says nothing: `cpu for: a,b; memory for: a`.
fn unspecified(pod: &Value, tracked: &[&Str]) -> Option<String> {
    let named = |resource: &str| {
        let (field, plain) = match resource.split_once('.') {
            Some((field, plain)) => (field, plain),
            None => ("requests", resource),
        };
        let silent = |c: &&Value| c["resources"][field][plain].is_null();
        let containers = pod["spec"]["containers"].array().iter().chain(pod["spec"]["initContainers"].array());
        let mut names: Vec<&str> = containers.filter(silent).map(|c| c["name"].str()).collect();
        api::sort(&mut names);
        names.join(",")
    };
    let strict = tracked.iter().filter(|name| name.ends_with("cpu") || name.ends_with("memory"));
    let missing = strict.map(|name| (name, named(name))).filter(|(_, names)| !names.is_empty());
    let texts: Vec<String> = missing.map(|(name, names)| format!("{name} for: {names}")).collect();
    Some(texts.join("; ")).filter(|text| !text.is_empty())
}

fn amounts(map: &Value) -> Amounts {
    map.entries().map(|(name, amount)| (name.clone(), Quantity::of(amount))).collect()
}

fn amount_of(amounts: &Amounts, name: &str) -> Option<Quantity> {
    amounts.iter().find(|(known, _)| known == name).map(|(_, amount)| *amount)
}

fn add(total: &mut Amounts, more: &[(Str, Quantity)]) {
    for (name, amount) in more {
        match total.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum = *sum + *amount,
            None => total.push((name.clone(), *amount)),
        }
    }
}

fn at_least(total: &mut Amounts, least: &Amounts) {
    for (name, amount) in least {
        match total.iter_mut().find(|(known, _)| known == name) {
            Some((_, most)) if *most >= *amount => {}
            Some((_, most)) => *most = *amount,
            None => total.push((name.clone(), *amount)),
        }
    }
}

fn value(amounts: &Amounts) -> Value {
    amounts.iter().map(|(name, amount)| (name.clone(), (*amount).into())).collect::<Map>().into()
}
