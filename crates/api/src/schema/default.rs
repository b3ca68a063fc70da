//! Defaulting: what the server writes where a manifest says nothing (pkg/apis/*/v1/defaults.go).
//!
//! Static defaults are in the schema's texts. What is written elsewhere depends on the rest of the object, and is here.
//! Nothing is written where nothing is missing, so that an object that has its defaults stays shared with its origin.

use super::table::{Presence, Struct, Type, struct_in, table};
use crate::{Kind, Value, base64, kind, list, obj};

/// Writes the defaults into an object of `kind` that has been decoded.
pub fn default(kind: &Kind, value: &mut Value) {
    // A Pod's containers get more than those of a template.
    if kind == kind::POD
        && let Some(spec) = pod_only(&value["spec"])
    {
        value.set("spec", spec);
    }
    if let Some(filled) = fill(table().get(table().kind(kind)), value) {
        *value = filled;
    }
}

/// The value with its defaults, if any was missing.
fn fill(structure: &Struct, value: &Value) -> Option<Value> {
    let mut result: Option<Value> = None;
    let set = |result: &mut Option<Value>, name: &'static str, new: Value| {
        let object = result.get_or_insert_with(|| value.clone()).object_mut();
        match new {
            Value::Null => object.remove(name),
            new => object.insert(name, new),
        };
    };
    for (name, new) in computed(structure, value) {
        set(&mut result, name, new);
    }
    for field in structure.defaults.iter().map(|&i| &structure.fields[i]) {
        let current = result.as_ref().unwrap_or(value).get(field.name);
        let missing = match field.presence {
            Presence::Pointer => current.is_null(),
            _ => is_zero(current),
        };
        if missing && *current != field.default {
            set(&mut result, field.name, field.default.clone());
        }
    }
    let now = result.clone();
    for (key, current) in now.as_ref().unwrap_or(value).entries().filter(|(_, current)| !is_plain(current)) {
        let Some(field) = structure.field(key) else { continue };
        let Some(inner) = struct_in(&field.ty).map(|id| table().get(id)).filter(|s| s.has_defaults) else { continue };
        let filled = match &field.ty {
            Type::Struct(_) => fill(inner, current),
            Type::List(_) => fill_list(inner, current),
            _ => None,
        };
        if let Some(filled) = filled {
            set(&mut result, field.name, filled);
        }
    }
    result
}

fn fill_list(element: &Struct, list: &Value) -> Option<Value> {
    let mut result: Option<Value> = None;
    for (i, item) in list.array().iter().enumerate() {
        if let Some(filled) = fill(element, item) {
            result.get_or_insert_with(|| list.clone()).array_mut()[i] = filled;
        }
    }
    result
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Int(i) => *i == 0,
        Value::String(s) => s.is_empty(),
        _ => false,
    }
}

type Missing = Vec<(&'static str, Value)>;

/// The defaults that depend on other fields of the struct; only what is missing, and null for what
/// is taken away. Their names are in `table::COMPUTED`.
fn computed(structure: &Struct, value: &Value) -> Missing {
    let has = |field: &str| structure.field(field).is_some();
    match structure.name {
        "PodSpec" => pod_spec(value),
        "Container" | "EphemeralContainer" => container(value),
        "Volume" if value.entries().all(|(key, _)| key == "name") => vec![("emptyDir", obj! {})],
        "ServiceSpec" => service_spec(value),
        "Job" => job(value),
        "ReplicationController" => replication_controller(value),
        "Secret" if !value["stringData"].is_null() => secret(value),
        "StatefulSetSpec" => claim_templates(value),
        "HorizontalPodAutoscalerSpec" if value["metrics"].is_empty() && has("metrics") => {
            let target = obj! { "type" => "Utilization", "averageUtilization" => 80 };
            vec![(
                "metrics",
                list![obj! { "type" => "Resource", "resource" => obj! { "name" => "cpu", "target" => target } }],
            )]
        }
        "HorizontalPodAutoscalerBehavior" => scaling_rules(value),
        "LimitRangeItem" if value["type"].str() == "Container" => container_limits(value),
        "NetworkPolicySpec" if value["policyTypes"].is_empty() => {
            let egress = !value["egress"].is_empty();
            vec![("policyTypes", if egress { list!["Ingress", "Egress"] } else { list!["Ingress"] })]
        }
        "Subject"
            if has("apiGroup")
                && value["apiGroup"].str().is_empty()
                && ["User", "Group"].contains(&value["kind"].str()) =>
        {
            vec![("apiGroup", kind::ROLE.group.into())]
        }
        "CSIDriverSpec" if value["volumeLifecycleModes"].is_empty() => {
            vec![("volumeLifecycleModes", list!["Persistent"])]
        }
        "DeploymentStrategy" | "DaemonSetUpdateStrategy" | "StatefulSetUpdateStrategy" => {
            let rolling = matches!(value["type"].str(), "" | "RollingUpdate");
            if rolling && value["rollingUpdate"].is_null() { vec![("rollingUpdate", obj! {})] } else { Vec::new() }
        }
        "NodeStatus" if value["allocatable"].is_null() && !value["capacity"].is_null() => {
            vec![("allocatable", value["capacity"].clone())]
        }
        _ => Vec::new(),
    }
}

/// The deprecated `serviceAccount` and its successor always say the same.
fn pod_spec(spec: &Value) -> Missing {
    let (old, new) = (&spec["serviceAccount"], &spec["serviceAccountName"]);
    match (old.str(), new.str()) {
        (old, new) if old == new => Vec::new(),
        (_, "") => vec![("serviceAccountName", old.clone())],
        _ => vec![("serviceAccount", new.clone())],
    }
}

fn container(container: &Value) -> Missing {
    let mut missing = Vec::new();
    if container["imagePullPolicy"].str().is_empty() {
        missing.push(("imagePullPolicy", pull_policy(container["image"].str()).into()));
    }
    missing
}

/// `Always` for the tag `latest`, given or implied; `IfNotPresent` for any other tag and for digests.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit('/').next().unwrap_or_default();
    match name.split_once('@').map_or((name, false), |(name, _)| (name, true)) {
        ("", _) => "IfNotPresent",
        (name, digest) => match name.split_once(':') {
            Some((_, "latest")) => "Always",
            None if !digest => "Always",
            _ => "IfNotPresent",
        },
    }
}

fn service_spec(spec: &Value) -> Missing {
    let mut missing = Vec::new();
    let kind = spec["type"].str();
    let external = matches!(kind, "NodePort" | "LoadBalancer");
    if external && spec["externalTrafficPolicy"].is_null() {
        missing.push(("externalTrafficPolicy", "Cluster".into()));
    }
    if (external || matches!(kind, "" | "ClusterIP")) && spec["internalTrafficPolicy"].is_null() {
        missing.push(("internalTrafficPolicy", "Cluster".into()));
    }
    if kind == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"].is_null() {
        missing.push(("allocateLoadBalancerNodePorts", true.into()));
    }
    // DefaultClientIPServiceAffinitySeconds of pkg/apis/core: three hours.
    let timeout = spec.at("sessionAffinityConfig.clientIP.timeoutSeconds");
    if spec["sessionAffinity"].str() == "ClientIP" && timeout.is_null() {
        missing.push(("sessionAffinityConfig", obj! { "clientIP" => obj! { "timeoutSeconds" => 10_800 } }));
    }
    if spec["sessionAffinity"].str() == "None" && !spec["sessionAffinityConfig"].is_null() {
        missing.push(("sessionAffinityConfig", Value::Null));
    }
    let unset = |port: &Value| {
        matches!(&port["targetPort"], Value::Null | Value::Int(0)) || port["targetPort"].as_str() == Some("")
    };
    if spec["ports"].array().iter().any(unset) {
        let mut ports = spec["ports"].clone();
        for port in ports.array_mut().iter_mut().filter(|port| unset(port)) {
            let number = port["port"].clone();
            port.set("targetPort", number);
        }
        missing.push(("ports", ports));
    }
    missing
}

/// A Job's defaults are not those of a CronJob's template (pkg/apis/batch/v1/defaults.go).
fn job(job: &Value) -> Missing {
    let mut spec = job["spec"].clone();
    let once = spec["completions"].is_null() && spec["parallelism"].is_null();
    let by_policy = !spec["podFailurePolicy"].is_null();
    let forever = !spec["backoffLimitPerIndex"].is_null();
    let defaults: [(&str, Value); 7] = [
        ("completions", if once { 1.into() } else { Value::Null }),
        ("parallelism", 1.into()),
        ("backoffLimit", if forever { i64::from(i32::MAX) } else { 6 }.into()),
        ("completionMode", "NonIndexed".into()),
        ("suspend", false.into()),
        ("manualSelector", false.into()),
        ("podReplacementPolicy", if by_policy { "Failed" } else { "TerminatingOrFailed" }.into()),
    ];
    let mut changed = false;
    for (name, default) in defaults {
        if spec[name].is_null() && !default.is_null() {
            spec.set(name, default);
            changed = true;
        }
    }
    let mut missing = labels_of_template(job);
    if changed {
        missing.push(("spec", spec));
    }
    missing
}

/// An object without labels takes those of its template.
fn labels_of_template(object: &Value) -> Missing {
    let labels = object.at("spec.template.metadata.labels");
    if labels.is_empty() || !object.labels().is_empty() {
        return Vec::new();
    }
    let mut metadata = object["metadata"].clone();
    metadata.set("labels", labels);
    vec![("metadata", metadata)]
}

/// A ReplicationController selects by its template's labels unless it says otherwise.
fn replication_controller(controller: &Value) -> Missing {
    let mut missing = labels_of_template(controller);
    let labels = controller.at("spec.template.metadata.labels");
    if controller["spec"]["selector"].is_empty() && !labels.is_empty() {
        let mut spec = controller["spec"].clone();
        spec.set("selector", labels);
        missing.push(("spec", spec));
    }
    missing
}

/// What a Secret is given as text becomes data.
fn secret(secret: &Value) -> Missing {
    let mut data = secret["data"].clone();
    for (key, text) in secret["stringData"].entries() {
        data.object_mut().insert(key.clone(), base64::encode(text.str().as_bytes()).into());
    }
    vec![("data", data), ("stringData", Value::Null)]
}

/// The claims in a StatefulSet's template say what they are.
fn claim_templates(spec: &Value) -> Missing {
    let named = |claim: &Value| !claim["kind"].str().is_empty() && !claim["apiVersion"].str().is_empty();
    if spec["volumeClaimTemplates"].array().iter().all(named) {
        return Vec::new();
    }
    let mut claims = spec["volumeClaimTemplates"].clone();
    for claim in claims.array_mut() {
        claim.set("apiVersion", "v1");
        claim.set("kind", "PersistentVolumeClaim");
    }
    vec![("volumeClaimTemplates", claims)]
}

/// How fast an autoscaler scales (pkg/apis/autoscaling/v2/defaults.go).
fn scaling_rules(behavior: &Value) -> Missing {
    let policy = |kind: &str, value: i64| obj! { "type" => kind, "value" => value, "periodSeconds" => 15 };
    let mut missing = Vec::new();
    for direction in ["scaleUp", "scaleDown"] {
        let up = direction == "scaleUp";
        let mut rules = behavior[direction].clone();
        if rules["selectPolicy"].is_null() {
            rules.set("selectPolicy", "Max");
        }
        if rules["policies"].is_null() {
            let percent = policy("Percent", 100);
            rules.set("policies", if up { list![policy("Pods", 4), percent] } else { list![percent] });
        }
        if up && rules["stabilizationWindowSeconds"].is_null() {
            rules.set("stabilizationWindowSeconds", 0);
        }
        if rules != behavior[direction] {
            missing.push((direction, rules));
        }
    }
    missing
}

/// What a container is limited to and requests by default follows from the most and the least that it may
/// (pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`).
fn container_limits(item: &Value) -> Missing {
    let fill = |into: &Value, from: &Value| {
        let mut filled = into.clone();
        for (name, quantity) in from.entries() {
            let map = filled.object_mut();
            if !map.contains_key(name) {
                map.insert(name.clone(), quantity.clone());
            }
        }
        filled
    };
    let default = fill(&item["default"], &item["max"]);
    let request = fill(&fill(&item["defaultRequest"], &default), &item["min"]);
    let both = [("default", default), ("defaultRequest", request)];
    both.into_iter().filter(|(name, new)| !new.is_empty() && *new != item[*name]).collect()
}

/// What Pods get, and templates do not: service links, requests that follow limits, ports of the host's network.
fn pod_only(spec: &Value) -> Option<Value> {
    let mut result: Option<Value> = None;
    if spec["enableServiceLinks"].is_null() {
        result = Some(spec.clone());
        result.as_mut()?.set("enableServiceLinks", true);
    }
    let host_network = spec["hostNetwork"].bool();
    for list in ["containers", "initContainers"] {
        let mut containers: Option<Value> = None;
        for (i, container) in spec[list].array().iter().enumerate() {
            let mut changed: Option<Value> = None;
            if let Some(requests) = requests_from_limits(&container["resources"]) {
                changed.get_or_insert_with(|| container.clone()).set("resources.requests", requests);
            }
            let unset = |port: &Value| host_network && port["hostPort"].int() == 0;
            if container["ports"].array().iter().any(unset) {
                let container = changed.get_or_insert_with(|| container.clone());
                for port in container.at_mut("ports").array_mut().iter_mut().filter(|port| unset(port)) {
                    let number = port["containerPort"].clone();
                    port.set("hostPort", number);
                }
            }
            if let Some(changed) = changed {
                containers.get_or_insert_with(|| spec[list].clone()).array_mut()[i] = changed;
            }
        }
        if let Some(containers) = containers {
            result.get_or_insert_with(|| spec.clone()).set(list, containers);
        }
    }
    result
}

fn requests_from_limits(resources: &Value) -> Option<Value> {
    let missing = |name: &str| resources["requests"].as_object().is_none_or(|map| !map.contains_key(name));
    let mut requests: Option<Value> = None;
    for (name, limit) in resources["limits"].entries().filter(|(name, _)| missing(name)) {
        let requests = requests.get_or_insert_with(|| resources["requests"].clone());
        requests.object_mut().insert(name.clone(), limit.clone());
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::decode;
    use crate::yaml;

    fn defaulted(kind: &Kind, text: &str) -> Value {
        let mut value = decode(kind, &yaml::parse(text).unwrap().value).unwrap().value;
        default(kind, &mut value);
        value
    }

    #[test]
    fn a_deployment_gets_what_kubectl_shows() {
        let text = "spec: {selector: {matchLabels: {app: web}}, template: {spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}}}";
        assert_eq!(
            yaml::to_string(&defaulted(kind::DEPLOYMENT, text)),
            "metadata: {}
spec:
  progressDeadlineSeconds: 600
  replicas: 1
  revisionHistoryLimit: 10
  selector:
    matchLabels:
      app: web
  strategy:
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 25%
    type: RollingUpdate
  template:
    metadata: {}
    spec:
      containers:
      - image: nginx
        imagePullPolicy: Always
        name: nginx
        ports:
        - containerPort: 80
          protocol: TCP
        resources: {}
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
status: {}
"
        );
    }

    #[test]
    fn defaults_that_depend_on_other_fields() {
        let pod = defaulted(
            kind::POD,
            "spec: {serviceAccount: me, hostNetwork: true, volumes: [{name: v}, {name: c, configMap: {name: x}}], containers:
              [{name: c, image: 'r:5000/a:1', resources: {limits: {cpu: 1}}, ports: [{containerPort: 80}], livenessProbe: {httpGet: {port: 80}}}]}",
        );
        let spec = &pod["spec"];
        assert_eq!(spec["serviceAccountName"].str(), "me");
        assert!(spec["enableServiceLinks"].bool());
        assert_eq!(spec["volumes"].array()[0]["emptyDir"], obj! {});
        assert_eq!(spec["volumes"].array()[1].at("configMap.defaultMode").int(), 420);
        let container = &spec["containers"].array()[0];
        assert_eq!(container["imagePullPolicy"].str(), "IfNotPresent");
        assert_eq!(container.at("resources.requests.cpu").str(), "1");
        assert_eq!(container["ports"].array()[0]["hostPort"].int(), 80);
        assert_eq!(container.at("livenessProbe.failureThreshold").int(), 3);
        assert_eq!(container.at("livenessProbe.httpGet.path").str(), "/");

        let service =
            defaulted(kind::SERVICE, "spec: {type: NodePort, sessionAffinity: ClientIP, ports: [{port: 80}]}");
        assert_eq!(service.at("spec.externalTrafficPolicy").str(), "Cluster");
        assert_eq!(service.at("spec.sessionAffinityConfig.clientIP.timeoutSeconds").int(), 10_800);
        assert_eq!(service.at("spec.ports").array()[0]["targetPort"].int(), 80);

        let recreate = defaulted(kind::DEPLOYMENT, "spec: {strategy: {type: Recreate}, replicas: 0}");
        assert!(recreate.at("spec.strategy.rollingUpdate").is_null());
        assert_eq!(recreate.at("spec.replicas").as_int(), Some(0));
    }

    #[test]
    fn pull_policies_follow_the_tag() {
        for (image, policy) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("localhost:5000/nginx", "Always"),
            ("nginx@sha256:abc", "IfNotPresent"),
            ("nginx:latest@sha256:abc", "Always"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }

    #[test]
    fn what_has_its_defaults_stays_shared() {
        let template = defaulted(
            kind::DEPLOYMENT,
            "spec: {template: {spec: {containers: [{name: a, image: b, livenessProbe: {tcpSocket: {port: 1}}}]}}}",
        );
        let containers = template.at("spec.template.spec.containers").clone();
        let mut pod = obj! { "spec" => template.at("spec.template.spec").clone() };
        default(kind::POD, &mut pod);
        match (&containers, pod.at("spec.containers")) {
            (Value::Array(a), Value::Array(b)) => assert!(std::sync::Arc::ptr_eq(a, b)),
            _ => panic!("containers are lists"),
        }
    }
}
