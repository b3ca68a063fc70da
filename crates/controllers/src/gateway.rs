//! What NGINX Gateway Fabric tells the API while one of its Pods is ready: that it has taken GatewayClasses, Gateways and
//! HTTPRoutes over, where they are reached, and what is wrong with them. The requests themselves are carried by the Pod.

use crate::{Controller, enqueue_self};
use api::selector::Selector;
use api::{Kind, Status, Str, Value, kind, list, meta, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "gateway";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "nginx-gateway-controller", observe, reconcile };

const API: &str = "gateway.networking.k8s.io/v1";
const GROUP: &str = "gateway.networking.k8s.io";
/// `spec.controllerName` of the GatewayClasses that are its own.
const CONTROLLER_NAME: &str = "gateway.nginx.org/nginx-gateway-controller";
/// The label and the value that its Service has.
const LABEL: (&str, &str) = ("app.kubernetes.io/name", "nginx-gateway");
/// One pass over everything: there is little of it, and each object's status depends on others.
const ALL: &str = "all";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let own = || event.object.labels()[LABEL.0].str() == LABEL.1;
    let matters = match event.kind {
        k if k.group == GROUP => {
            event.event == EventType::Deleted
                || event.object["metadata"]["generation"] != event.old["metadata"]["generation"]
        }
        // Its Service has got an address, or its first Pod is ready.
        k if [kind::SERVICE, kind::ENDPOINT_SLICE].contains(&k) && own() => true,
        // A backend has come or gone.
        k if k == kind::SERVICE => event.event != EventType::Modified && installed(cx),
        _ => false,
    };
    if matters {
        enqueue_self(NAME, &obj! { "metadata" => obj! { "name" => ALL } }, cx);
    }
}

fn installed(cx: &Context<'_>) -> bool {
    cx.client.kind_named(API, "Gateway").is_some()
}

fn reconcile(_: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(service) = published(cx) else { return Ok(()) };
    let kinds = ["GatewayClass", "Gateway", "HTTPRoute"].map(|name| cx.client.kind_named(API, name));
    let [Some(classes), Some(gateways), Some(routes)] = kinds else { return Ok(()) };
    let mut own: Vec<Str> = Vec::new();
    for class in cx.client.list(classes, "") {
        if class["spec"]["controllerName"].str() == CONTROLLER_NAME {
            own.push(class.name().into());
            let conditions = [
                ("Accepted", "True", "Accepted", "GatewayClass is accepted".to_owned()),
                ("SupportedVersion", "True", "SupportedVersion", "Gateway API CRD versions are supported".to_owned()),
            ];
            let conditions = settled(&class["status"]["conditions"], &class, &conditions, cx);
            put(classes, class, obj! { "conditions" => conditions }, cx)?;
        }
    }
    let all: Vec<Value> = cx.client.list(gateways, "");
    let mine = |gateway: &&Value| own.contains(&gateway["spec"]["gatewayClassName"].to_str());
    let mine: Vec<&Value> = all.iter().filter(mine).collect();
    let routes_now = cx.client.list(routes, "");
    for gateway in &mine {
        let status = gateway_status(gateway, &routes_now, &service, cx);
        put(gateways, (*gateway).clone(), status, cx)?;
    }
    for route in routes_now {
        let status = route_status(&route, &mine, cx);
        put(routes, route, status, cx)?;
    }
    Ok(())
}

/// The Service in front of the data plane, if one of its Pods is ready.
fn published(cx: &Context<'_>) -> Option<Value> {
    let own = Selector::from_map(&obj! { LABEL.0 => LABEL.1 });
    cx.client.select(kind::SERVICE, "", &own).into_iter().find(|service| {
        let pods = cx.client.select(kind::POD, service.namespace(), &Selector::from_map(&service["spec"]["selector"]));
        pods.iter().any(meta::is_pod_ready)
    })
}

fn put(kind: &'static Kind, mut object: Value, status: Value, cx: &mut Context<'_>) -> Result<(), Status> {
    if object["status"] == status {
        return Ok(());
    }
    object.set("status", status);
    cx.client.update_status(kind, object).map(drop)
}

/// Conditions (type, status, reason, message); those that say the same as before keep their time.
fn settled(before: &Value, object: &Value, wanted: &[(&str, &str, &str, String)], cx: &Context<'_>) -> Value {
    let one = |(kind, status, reason, message): &(&str, &str, &str, String)| {
        let old = before.array().iter().find(|old| old["type"].str() == *kind && old["status"].str() == *status);
        let since = old.map_or(Value::from(cx.now), |old| old["lastTransitionTime"].clone());
        obj! {
            "type" => *kind, "status" => *status, "reason" => *reason, "message" => message.as_str(),
            "observedGeneration" => &object["metadata"]["generation"], "lastTransitionTime" => since,
        }
    };
    wanted.iter().map(one).collect()
}

/// Whether a route names a listener of a Gateway as its parent, and the listener lets it in.
fn attaches(route: &Value, parent: &Value, gateway: &Value, listener: &Value, cx: &Context<'_>) -> bool {
    let from = &listener["allowedRoutes"]["namespaces"];
    let section = parent["sectionName"].str();
    parent["name"].str() == gateway.name()
        && parent["namespace"].as_str().unwrap_or(route.namespace()) == gateway.namespace()
        && (section.is_empty() || section == listener["name"].str())
        && match from["from"].str() {
            "All" => true,
            "Selector" => {
                let namespace = cx.client.get(kind::NAMESPACE, "", route.namespace()).unwrap_or_default();
                Selector::from_label_selector(&from["selector"]).matches(namespace.labels())
            }
            _ => route.namespace() == gateway.namespace(),
        }
}

fn gateway_status(gateway: &Value, routes: &[Value], service: &Value, cx: &Context<'_>) -> Value {
    let before = |name: &str| {
        let listeners = gateway["status"]["listeners"].array().iter();
        listeners.clone().find(|l| l["name"].str() == name).map(|l| l["conditions"].clone()).unwrap_or_default()
    };
    let mut listeners = list![];
    let mut broken = false;
    for listener in gateway["spec"]["listeners"].array() {
        let name = listener["name"].str();
        let attached = routes.iter().filter(|route| {
            let parents = route["spec"]["parentRefs"].array().iter();
            parents.clone().any(|parent| attaches(route, parent, gateway, listener, cx))
        });
        let problem = certificate_problem(gateway, listener, cx);
        broken |= problem.is_some();
        let good = |kind, reason, message: &str| (kind, "True", reason, message.to_owned());
        let conditions = match problem {
            None => [
                good("Accepted", "Accepted", "Listener is accepted"),
                good("Programmed", "Programmed", "Listener is programmed"),
                good("ResolvedRefs", "ResolvedRefs", "All references are resolved"),
                ("Conflicted", "False", "NoConflicts", "No conflicts".to_owned()),
            ],
            Some(problem) => [
                good("Accepted", "Accepted", "Listener is accepted"),
                ("Programmed", "False", "Invalid", problem.clone()),
                ("ResolvedRefs", "False", "InvalidCertificateRef", problem),
                ("Conflicted", "False", "NoConflicts", "No conflicts".to_owned()),
            ],
        };
        listeners.array_mut().push(obj! {
            "name" => name, "attachedRoutes" => attached.count() as i64,
            "supportedKinds" => list![obj! { "group" => GROUP, "kind" => "HTTPRoute" }],
            "conditions" => settled(&before(name), gateway, &conditions, cx),
        });
    }
    let conditions = match broken {
        false => [
            ("Accepted", "True", "Accepted", "Gateway is accepted".to_owned()),
            ("Programmed", "True", "Programmed", "Gateway is programmed".to_owned()),
        ],
        true => [
            ("Accepted", "True", "ListenersNotValid", "Gateway has at least one valid listener".to_owned()),
            ("Programmed", "True", "Programmed", "Gateway is programmed".to_owned()),
        ],
    };
    let balancer = service.at("status.loadBalancer.ingress").array();
    let address = |ip: &Value| obj! { "type" => "IPAddress", "value" => ip };
    let addresses: Value = match balancer.is_empty() {
        false => balancer.iter().map(|ingress| address(&ingress["ip"])).collect(),
        true => list![address(&service["spec"]["clusterIP"])],
    };
    obj! {
        "addresses" => addresses, "listeners" => listeners,
        "conditions" => settled(&gateway["status"]["conditions"], gateway, &conditions, cx),
    }
}

/// What is wrong with the certificate of an HTTPS listener.
fn certificate_problem(gateway: &Value, listener: &Value, cx: &Context<'_>) -> Option<String> {
    if listener["protocol"].str() != "HTTPS" {
        return None;
    }
    let reference = listener["tls"]["certificateRefs"].array().first().cloned().unwrap_or_default();
    let (namespace, name) = (reference["namespace"].as_str().unwrap_or(gateway.namespace()), reference["name"].str());
    match cx.client.get(kind::SECRET, namespace, name) {
        Some(_) => None,
        None => Some(format!(
            "tls.certificateRefs[0]: Invalid value: {:?}: secret does not exist",
            format!("{namespace}/{name}")
        )),
    }
}

fn route_status(route: &Value, gateways: &[&Value], cx: &Context<'_>) -> Value {
    let before = route["status"]["parents"].array();
    // What other controllers have written stays.
    let mut parents: Value = before.iter().filter(|p| p["controllerName"].str() != CONTROLLER_NAME).cloned().collect();
    for parent in route["spec"]["parentRefs"].array() {
        let namespace = parent["namespace"].as_str().unwrap_or(route.namespace());
        let named = |g: &&&Value| g.name() == parent["name"].str() && g.namespace() == namespace;
        let Some(gateway) = gateways.iter().find(named) else { continue };
        let listeners = gateway["spec"]["listeners"].array();
        let section = parent["sectionName"].str();
        let accepted = if listeners.iter().any(|listener| attaches(route, parent, gateway, listener, cx)) {
            ("Accepted", "True", "Accepted", "The route is accepted".to_owned())
        } else if !section.is_empty() && !listeners.iter().any(|listener| listener["name"].str() == section) {
            ("Accepted", "False", "NoMatchingParent", "The Gateway doesn't have a matching listener".to_owned())
        } else {
            ("Accepted", "False", "NotAllowedByListeners", "The Gateway listener doesn't allow this route".to_owned())
        };
        let resolved = match unresolved(route, cx) {
            None => ("ResolvedRefs", "True", "ResolvedRefs", "All references are resolved".to_owned()),
            Some((reason, message)) => ("ResolvedRefs", "False", reason, message),
        };
        let old =
            before.iter().find(|p| p["parentRef"] == *parent).map(|p| p["conditions"].clone()).unwrap_or_default();
        parents.array_mut().push(obj! {
            "parentRef" => parent, "controllerName" => CONTROLLER_NAME,
            "conditions" => settled(&old, route, &[accepted, resolved], cx),
        });
    }
    if parents.is_empty() {
        route["status"].clone()
    } else {
        obj! { "parents" => parents }
    }
}

/// The first backend that a route may not use or that is not there: the reason and the message.
fn unresolved(route: &Value, cx: &Context<'_>) -> Option<(&'static str, String)> {
    for (i, rule) in route["spec"]["rules"].array().iter().enumerate() {
        for (j, backend) in rule["backendRefs"].array().iter().enumerate() {
            let path = format!("spec.rules[{i}].backendRefs[{j}]");
            let (namespace, name) = (backend["namespace"].as_str().unwrap_or(route.namespace()), backend["name"].str());
            if namespace != route.namespace() && !granted(route, namespace, name, cx) {
                let message = format!(
                    "{path}.namespace: Forbidden: Backend ref to Service {namespace}/{name} not permitted by any ReferenceGrant"
                );
                return Some(("RefNotPermitted", message));
            }
            let Some(service) = cx.client.get(kind::SERVICE, namespace, name) else {
                return Some(("BackendNotFound", format!("{path}.name: Not found: {name:?}")));
            };
            let port = backend["port"].int();
            if !service["spec"]["ports"].array().iter().any(|p| p["port"].int() == port) {
                return Some(("BackendNotFound", format!("{path}.port: Not found: {port}")));
            }
        }
    }
    None
}

fn granted(route: &Value, namespace: &str, name: &str, cx: &Context<'_>) -> bool {
    let Some(grants) = cx.client.kind_named("gateway.networking.k8s.io/v1beta1", "ReferenceGrant") else {
        return false;
    };
    cx.client.list(grants, namespace).iter().any(|grant| {
        let from = |f: &Value| f["kind"].str() == "HTTPRoute" && f["namespace"].str() == route.namespace();
        let to = |t: &Value| t["kind"].str() == "Service" && ["", name].contains(&t["name"].str());
        grant["spec"]["from"].array().iter().any(from) && grant["spec"]["to"].array().iter().any(to)
    })
}
