//! Which requests a policy or a binding is about
//! (k8s.io/apiserver/pkg/admission/plugin/policy/matching, .../webhook/predicates/rules).

use api::{Selector, Value, kind};
use apiserver::{ApiServer, Change, Key};

/// Whether `matchConstraints` or `matchResources` fit; without them everything does.
pub(crate) fn fits(server: &ApiServer, constraints: &Value, change: &Change<'_>) -> bool {
    if constraints.is_null() {
        return true;
    }
    let named = |field: &str| constraints[field].array().iter().any(|rule| rule_fits(rule, change));
    let wanted = constraints["resourceRules"].is_empty() || named("resourceRules");
    wanted
        && !named("excludeResourceRules")
        && namespace_fits(server, &constraints["namespaceSelector"], change)
        && object_fits(&constraints["objectSelector"], change)
}

fn rule_fits(rule: &Value, change: &Change<'_>) -> bool {
    let (request, kind) = (change.request, change.request.kind);
    let any = |field: &str, value: &str| {
        let listed = rule[field].array();
        listed.iter().any(|known| known.str() == "*" || known.str() == value)
    };
    let resource = |known: &Value| {
        let (plural, sub) = known.str().split_once('/').unwrap_or((known.str(), ""));
        let sub_fits = sub == request.subresource || sub == "*";
        // `*` alone is every resource without its subresources, `*/*` with them.
        (plural == "*" || plural == kind.plural) && sub_fits
    };
    let scope = match rule["scope"].str() {
        "Cluster" => !kind.namespaced,
        "Namespaced" => kind.namespaced,
        _ => true,
    };
    let names = rule["resourceNames"].array();
    let name = change.either().name();
    scope
        && any("operations", change.operation)
        && any("apiGroups", kind.group)
        && any("apiVersions", kind.version)
        && rule["resources"].array().iter().any(resource)
        && (names.is_empty() || names.iter().any(|known| known.str() == name))
}

fn namespace_fits(server: &ApiServer, selector: &Value, change: &Change<'_>) -> bool {
    if selector.is_empty() {
        return true;
    }
    let labels = match change.request.kind {
        k if k == kind::NAMESPACE => change.either()["metadata"]["labels"].clone(),
        k if !k.namespaced => return true,
        _ => namespace(server, change)["metadata"]["labels"].clone(),
    };
    Selector::from_label_selector(selector).matches(&labels)
}

fn object_fits(selector: &Value, change: &Change<'_>) -> bool {
    let selector = Selector::from_label_selector(selector);
    let fits = |object: &Value| !object.is_null() && selector.matches(&object["metadata"]["labels"]);
    selector.is_everything() || fits(change.object) || fits(change.old)
}

/// The namespace of what changes; null for what has none.
pub(crate) fn namespace(server: &ApiServer, change: &Change<'_>) -> Value {
    let key = Key::new("", change.either().namespace());
    match change.request.kind.namespaced {
        true => server.store().get(kind::NAMESPACE, &key).cloned().unwrap_or_default(),
        false => Value::Null,
    }
}
