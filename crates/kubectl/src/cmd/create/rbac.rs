//! `kubectl create role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.

use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;
use api::{Value, kind, list, obj};

const RBAC: &str = "rbac.authorization.k8s.io";

static RULE_FLAGS: &[Flag] =
    &[flag("verb", Kind::List, ""), flag("resource", Kind::List, ""), flag("resource-name", Kind::Repeated, "")];
static CLUSTER_FLAGS: &[Flag] = &[flag("non-resource-url", Kind::List, ""), flag("aggregation-rule", Kind::Pairs, "")];
static ROLE_FLAG: &[Flag] = &[flag("role", Kind::Text, "")];
static BINDING_FLAGS: &[Flag] = &[
    flag("clusterrole", Kind::Text, ""),
    flag("user", Kind::Repeated, ""),
    flag("group", Kind::Repeated, ""),
    flag("serviceaccount", Kind::Repeated, ""),
];

maker!(ROLE = "role", "NAME --verb=verb --resource=resource.group/subresource", [RULE_FLAGS], kind::ROLE, "", role);
maker!(
    CLUSTER_ROLE = "clusterrole",
    "NAME --verb=verb --resource=resource.group",
    [RULE_FLAGS, CLUSTER_FLAGS],
    kind::CLUSTER_ROLE,
    "",
    cluster_role
);
maker!(
    ROLE_BINDING = "rolebinding",
    "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]",
    [BINDING_FLAGS, ROLE_FLAG],
    kind::ROLE_BINDING,
    "failed to create rolebinding:",
    binding
);
maker!(
    CLUSTER_ROLE_BINDING = "clusterrolebinding",
    "NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]",
    [BINDING_FLAGS],
    kind::CLUSTER_ROLE_BINDING,
    "failed to create clusterrolebinding:",
    binding,
    "clusterrole"
);

/// Verbs that requests have, and some that only rules have (`validResourceVerbs`).
const VERBS: [&str; 14] = [
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
/// The verbs of other paths (`validNonResourceVerbs`).
const URL_VERBS: [&str; 8] = ["*", "get", "post", "put", "delete", "patch", "head", "options"];
/// Verbs that are for certain resources only: verb, group, resource (`specialVerbs`).
const SPECIAL: [(&str, &str, &str); 10] = [
    ("use", "policy", "podsecuritypolicies"),
    ("use", "extensions", "podsecuritypolicies"),
    ("bind", RBAC, "roles"),
    ("bind", RBAC, "clusterroles"),
    ("escalate", RBAC, "roles"),
    ("escalate", RBAC, "clusterroles"),
    ("impersonate", "", "users"),
    ("impersonate", "", "serviceaccounts"),
    ("impersonate", "", "groups"),
    ("impersonate", "authentication.k8s.io", "userextras"),
];

/// The texts, each once, in order.
fn distinct(texts: &[String]) -> Vec<&str> {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !distinct.contains(&text.as_str()) {
            distinct.push(text);
        }
    }
    distinct
}

fn verbs<'a>(cx: &'a Cx<'_>) -> Vec<&'a str> {
    let verbs = distinct(cx.flags.list("verb"));
    if verbs.contains(&"*") { vec!["*"] } else { verbs }
}

fn role(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let verbs = verbs(cx);
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    warn_of_verbs(cx, &verbs);
    if cx.flags.list("resource").is_empty() {
        return Err("at least one resource must be specified".into());
    }
    object.set("rules", resource_rules(cx, &verbs)?);
    Ok(())
}

fn cluster_role(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let verbs = verbs(cx);
    let (resources, urls) = (cx.flags.list("resource"), distinct(cx.flags.list("non-resource-url")));
    let aggregated = cx.flags.list("aggregation-rule");
    if !aggregated.is_empty() {
        if [resources, cx.flags.list("verb"), cx.flags.list("resource-name")].iter().any(|l| !l.is_empty())
            || !urls.is_empty()
        {
            return Err(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames".into(),
            );
        }
        let mut labels = Value::object();
        for (key, value) in aggregated.iter().filter_map(|pair| pair.split_once('=')) {
            labels.object_mut().insert(key, value.into());
        }
        object.set("aggregationRule.clusterRoleSelectors", list![obj! { "matchLabels" => labels }]);
        object.set("rules", Value::Null);
        return Ok(());
    }
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    if resources.is_empty() && urls.is_empty() {
        return Err("one of resource or nonResourceURL must be specified".into());
    }
    let mut rules = list![];
    if !resources.is_empty() {
        warn_of_verbs(cx, &verbs);
        rules = resource_rules(cx, &verbs)?;
    }
    if !urls.is_empty() {
        check_urls(&verbs, &urls)?;
        let texts = |list: &[&str]| list.iter().copied().collect::<Value>();
        rules.array_mut().push(obj! { "nonResourceURLs" => texts(&urls), "verbs" => texts(&verbs) });
    }
    object.set("rules", rules);
    Ok(())
}

fn warn_of_verbs(cx: &Cx<'_>, verbs: &[&str]) {
    for verb in verbs.iter().filter(|verb| !VERBS.contains(verb)) {
        cx.warn(format_args!("Warning: '{verb}' is not a standard resource verb"));
    }
}

fn check_urls(verbs: &[&str], urls: &[&str]) -> Outcome {
    if let Some(verb) = verbs.iter().find(|verb| !URL_VERBS.contains(verb)) {
        return Err(fail!("invalid verb: '{verb}' for nonResourceURL"));
    }
    for url in urls.iter().filter(|url| **url != "*") {
        if !url.starts_with('/') {
            return Err("nonResourceURL should start with /".into());
        }
        if url.trim_end_matches('*').len() + 1 < url.len() || url[..url.len() - 1].contains('*') {
            return Err("nonResourceURL only supports wildcard matches when '*' is at the end".into());
        }
    }
    Ok(())
}

/// A rule for each API group of the resources.
fn resource_rules(cx: &Cx<'_>, verbs: &[&str]) -> Outcome<Value> {
    let kinds = cx.host.kinds();
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let given = cx.flags.list("resource");
    let everything = [String::from("*")];
    let given = if given.iter().any(|r| r == "*") { &everything[..] } else { given };
    for word in given {
        let (word, sub) = word.split_once('/').map_or((word.as_str(), ""), |(word, sub)| (word, sub));
        let (resource, group) = word.split_once('.').unwrap_or((word, ""));
        if resource.is_empty() {
            return Err("resource must be specified if apiGroup/subresource specified".into());
        }
        let known = lookup(&kinds, word);
        let (group, plural) = known.map_or((group, resource), |kind| (kind.group, kind.plural));
        check_special(verbs, group, plural, resource == "*" || known.is_some(), word)?;
        let plural = if sub.is_empty() { plural.to_owned() } else { format!("{plural}/{sub}") };
        match groups.iter_mut().find(|(g, _)| *g == group) {
            Some((_, plurals)) if plurals.contains(&plural) => {}
            Some((_, plurals)) => plurals.push(plural),
            None => groups.push((group.to_owned(), vec![plural])),
        }
    }
    api::sort(&mut groups);
    let names = distinct(cx.flags.list("resource-name"));
    let texts = |list: &[&str]| list.iter().copied().collect::<Value>();
    let rule = |(group, plurals): &(String, Vec<String>)| {
        obj! {
            "apiGroups" => list![group.as_str()], "resources" => plurals.iter().map(String::as_str).collect::<Value>(),
            "verbs" => texts(verbs), "resourceNames" => (!names.is_empty()).then(|| texts(&names)),
        }
    };
    Ok(groups.iter().map(rule).collect())
}

/// Whether the verbs are for this resource, and whether there is such a resource.
fn check_special(verbs: &[&str], group: &str, plural: &str, mut known: bool, word: &str) -> Outcome {
    for verb in verbs {
        let mut of_verb = SPECIAL.iter().filter(|(special, _, _)| special == verb).peekable();
        if plural == "*" || of_verb.peek().is_none() {
            continue;
        }
        if !of_verb.any(|(_, g, r)| *g == group && *r == plural) {
            return Err(fail!("can not perform '{verb}' on '{plural}' in group '{group}'"));
        }
        known = true;
    }
    match (known, word.split_once('.')) {
        (true, _) => Ok(()),
        (false, Some((resource, group))) => {
            Err(Fail::Plain(format!("the server doesn't have a resource type {resource:?} in group {group:?}")))
        }
        (false, None) => Err(Fail::Plain(format!("the server doesn't have a resource type {word:?}"))),
    }
}

fn binding(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let namespaced = object["kind"].str() == "RoleBinding";
    let (kind, name) = match (cx.flags.text("role"), cx.flags.text("clusterrole")) {
        ("", name) if !namespaced || !name.is_empty() => ("ClusterRole", name),
        (name, "") if !name.is_empty() => ("Role", name),
        _ => return Err("exactly one of clusterrole or role must be specified".into()),
    };
    object.set("roleRef", obj! { "apiGroup" => RBAC, "kind" => kind, "name" => name });
    let subjects = subjects(cx)?;
    if !subjects.is_empty() {
        object.set("subjects", subjects);
    }
    Ok(())
}

/// The users, groups and service accounts that flags name, as subjects of a binding.
pub(crate) fn subjects(cx: &Cx<'_>) -> Outcome<Vec<Value>> {
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let subject = |name: &String| obj! { "apiGroup" => RBAC, "kind" => kind, "name" => name.as_str() };
        subjects.extend(cx.flags.list(flag).iter().map(subject));
    }
    for account in cx.flags.list("serviceaccount") {
        let parts = account.split_once(':').filter(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains(':'));
        let Some((namespace, name)) = parts else {
            return Err("serviceaccount must be <namespace>:<name>".into());
        };
        subjects.push(obj! { "kind" => "ServiceAccount", "name" => name, "namespace" => namespace });
    }
    Ok(subjects)
}
