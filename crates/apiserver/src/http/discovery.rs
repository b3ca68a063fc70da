//! What the server serves: `/api`, `/apis` and below, in the legacy form and in the aggregated one
//! (k8s.io/apiserver/pkg/endpoints/discovery, .../discovery/aggregated).

use super::answer::Answer;
use super::{Head, media, options, verbs};
use api::{Kind, Status, Value, kind, list, obj, sha256};

/// The groups in the order of a real server: by the priority of their APIService, which stands beside them
/// (pkg/controlplane/apiserver/aggregator.go: `DefaultGenericAPIServicePriorities`). The group of the APIServices has none, and
/// others, of custom resources, come after them.
const GROUPS: &[(&str, i64)] = &[
    ("", 18000),
    ("apiregistration.k8s.io", 0),
    ("apps", 17800),
    ("events.k8s.io", 17750),
    ("authentication.k8s.io", 17700),
    ("authorization.k8s.io", 17600),
    ("autoscaling", 17500),
    ("batch", 17400),
    ("certificates.k8s.io", 17300),
    ("networking.k8s.io", 17200),
    ("policy", 17100),
    ("rbac.authorization.k8s.io", 17000),
    ("storage.k8s.io", 16800),
    ("admissionregistration.k8s.io", 16700),
    ("apiextensions.k8s.io", 16700),
    ("scheduling.k8s.io", 16600),
    ("coordination.k8s.io", 16500),
    ("node.k8s.io", 16300),
    ("discovery.k8s.io", 16200),
    ("flowcontrol.apiserver.k8s.io", 16100),
    ("resource.k8s.io", 15900),
];

/// The address that clients in the cluster reach the server at.
const SERVER_ADDRESS: &str = "172.17.0.10:6443";

/// The groups with their versions, the preferred one first, in the order of discovery.
pub fn groups(kinds: &[&'static Kind]) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut groups: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for kind in kinds {
        match groups.iter_mut().find(|(group, _)| *group == kind.group) {
            Some((_, versions)) if versions.contains(&kind.version) => {}
            Some((_, versions)) => versions.push(kind.version),
            None => groups.push((kind.group, vec![kind.version])),
        }
    }
    let place = |group: &str| GROUPS.iter().position(|(known, _)| *known == group).unwrap_or(GROUPS.len());
    api::sort_by(&mut groups, |a, b| {
        place(a.0).cmp(&place(b.0)).then_with(|| match place(a.0) == GROUPS.len() {
            true => a.0.cmp(b.0),
            false => std::cmp::Ordering::Equal,
        })
    });
    for (_, versions) in &mut groups {
        api::sort_by(versions, |a, b| priority(b).cmp(&priority(a)).then_with(|| a.cmp(b)));
    }
    groups
}

/// The priorities of a built-in group and of one of its versions; none for a group that is not registered.
pub(crate) fn priorities(group: &str, version: &str) -> Option<(i64, i64)> {
    let (_, of_group) = GROUPS.iter().find(|(known, of_group)| *known == group && *of_group > 0)?;
    let of_version = match (group, version) {
        ("", _) => 1,
        ("autoscaling", "v2") => 30,
        ("flowcontrol.apiserver.k8s.io", _) => 21,
        _ => 15,
    };
    Some((*of_group, of_version))
}

/// How a version ranks: stable before beta before alpha, then the higher number (apimachinery/pkg/version/helpers.go).
fn priority(version: &str) -> (u8, u32, u32) {
    let Some(rest) = version.strip_prefix('v') else { return (0, 0, 0) };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let major = rest[..digits].parse().unwrap_or_default();
    let tail = &rest[digits..];
    match (tail, tail.strip_prefix("beta"), tail.strip_prefix("alpha")) {
        ("", _, _) => (3, major, 0),
        (_, Some(minor), _) => (2, major, minor.parse().unwrap_or_default()),
        (_, _, Some(minor)) => (1, major, minor.parse().unwrap_or_default()),
        _ => (0, 0, 0),
    }
}

/// The answer to a path of discovery; none for another path.
///
/// # Errors
/// 405 for another method than GET, 406 for a form that is not offered.
pub(super) fn answer(head: &Head, words: &[&str], kinds: &[&'static Kind]) -> Result<Option<Answer>, Status> {
    if let (["api"] | ["apis"], Some(version)) = (words, aggregated(&head.accept)) {
        return Ok(Some(aggregate(words[0], version, &groups(kinds), kinds, head)));
    }
    let Some(value) = document(words, kinds) else { return Ok(None) };
    if !matches!(head.method.as_str(), "GET" | "HEAD") {
        return Err(Status::method_not_allowed());
    }
    let query = options::pairs(&head.query);
    let media = media::negotiate_for(&head.accept, options::pretty(&query, &head.agent), false)?;
    Ok(Some(Answer::text(200, media.content_type(), super::answer::write(&value, media.format))))
}

/// What a path of discovery tells, in its older form; none for another path.
pub fn document(words: &[&str], kinds: &[&'static Kind]) -> Option<Value> {
    let groups = groups(kinds);
    let versions = |group: &str| groups.iter().find(|(name, _)| *name == group);
    Some(match words {
        ["api"] => legacy_versions(),
        ["apis"] => group_list(&groups),
        ["apis", group] => {
            let (name, versions) = versions(group)?;
            let mut value = group_of(name, versions);
            value.set("kind", "APIGroup");
            value.set("apiVersion", "v1");
            value
        }
        ["api", version] if versions("").is_some_and(|(_, known)| known.contains(version)) => {
            resource_list("", version, kinds)
        }
        ["apis", group, version] if versions(group).is_some_and(|(_, known)| known.contains(version)) => {
            resource_list(group, version, kinds)
        }
        _ => return None,
    })
}

fn legacy_versions() -> Value {
    let address = obj! { "clientCIDR" => "0.0.0.0/0", "serverAddress" => SERVER_ADDRESS };
    obj! { "kind" => "APIVersions", "versions" => list!["v1"], "serverAddressByClientCIDRs" => list![address] }
}

fn group_list(groups: &[(&str, Vec<&str>)]) -> Value {
    let named = groups.iter().filter(|(name, _)| !name.is_empty());
    let listed: Value = named.map(|(name, versions)| group_of(name, versions)).collect();
    obj! { "kind" => "APIGroupList", "apiVersion" => "v1", "groups" => listed }
}

fn group_of(name: &str, versions: &[&str]) -> Value {
    let version = |version: &&str| obj! { "groupVersion" => format!("{name}/{version}"), "version" => *version };
    let listed: Value = versions.iter().map(version).collect();
    obj! { "name" => name, "versions" => &listed, "preferredVersion" => listed.array().first().cloned() }
}

/// The kinds of a version by their resource's name.
fn sorted(group: &str, version: &str, kinds: &[&'static Kind]) -> Vec<&'static Kind> {
    let mut found: Vec<&'static Kind> =
        kinds.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    api::sort_by_key(&mut found, |kind| kind.plural);
    found
}

/// `APIResourceList`: the resources of a version and, after each, its subresources.
fn resource_list(group: &str, version: &str, kinds: &[&'static Kind]) -> Value {
    let mut resources: Vec<Value> = Vec::new();
    for kind in sorted(group, version, kinds) {
        let mut resource = obj! {
            "name" => kind.plural, "singularName" => kind.singular, "namespaced" => kind.namespaced, "kind" => kind.kind,
            "verbs" => texts(verbs::of(kind, "")),
        };
        if !kind.short_names.is_empty() {
            resource.set("shortNames", texts(kind.short_names));
        }
        if !kind.categories.is_empty() {
            resource.set("categories", texts(kind.categories));
        }
        if is_stored(kind) {
            resource.set("storageVersionHash", storage_version_hash(kind));
        }
        resources.push(resource);
        for subresource in kind.subresources {
            let (of_group, of_version, of_kind) = verbs::response_kind(kind, subresource);
            let mut resource = obj! {
                "name" => format!("{}/{subresource}", kind.plural), "singularName" => "", "namespaced" => kind.namespaced,
                "kind" => of_kind, "verbs" => texts(verbs::of(kind, subresource)),
            };
            if (of_group, of_version) != (group, version) {
                resource.set("group", of_group);
                resource.set("version", of_version);
            }
            resources.push(resource);
        }
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut value = obj! { "kind" => "APIResourceList", "groupVersion" => group_version, "resources" => resources };
    if !group.is_empty() {
        value.set("apiVersion", "v1");
    }
    value
}

fn texts(words: &[&str]) -> Value {
    words.iter().copied().collect()
}

fn is_stored(kind: &Kind) -> bool {
    !kind::REVIEWS.iter().chain(kind::METRICS).any(|other| other == kind)
}

/// Which version of a kind is stored, as a hash that changes when it does (k8s.io/apiserver/pkg/endpoints/discovery:
/// `StorageVersionHash`).
fn storage_version_hash(kind: &Kind) -> String {
    let stored = kind::KINDS.get(kind.index).unwrap_or(kind);
    api::base64::encode(&sha256::digest(format!("{}/{}/{}", stored.group, stored.version, stored.kind).as_bytes())[..8])
}

/// The version of the aggregated form that a client prefers to the legacy one.
fn aggregated(accept: &str) -> Option<&'static str> {
    for range in media::ranges(accept) {
        let wanted = range.parameter("as") == "APIGroupDiscoveryList" && range.parameter("g") == "apidiscovery.k8s.io";
        match (range.name, range.parameter("v")) {
            ("application/json", "v2") if wanted => return Some("v2"),
            ("application/json", "v2beta1") if wanted => return Some("v2beta1"),
            ("application/json" | "*/*" | "application/*" | "application/yaml", _)
                if range.parameter("as").is_empty() =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// `APIGroupDiscoveryList`: everything below `/api` or `/apis` in one answer.
fn aggregate(
    root: &str,
    version: &str,
    groups: &[(&'static str, Vec<&'static str>)],
    kinds: &[&'static Kind],
    head: &Head,
) -> Answer {
    let wanted = groups.iter().filter(|(group, _)| group.is_empty() == (root == "api"));
    let items: Value = wanted.map(|(group, versions)| aggregated_group(group, versions, kinds)).collect();
    let value = obj! {
        "kind" => "APIGroupDiscoveryList", "apiVersion" => format!("apidiscovery.k8s.io/{version}"),
        "metadata" => obj! {}, "items" => items,
    };
    let content_type = format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
    Answer { content_type, ..Answer::json(200, &value, false) }.with_etag(&head.etag)
}

fn aggregated_group(group: &str, versions: &[&str], kinds: &[&'static Kind]) -> Value {
    let version = |version: &&str| {
        let resources: Value = sorted(group, version, kinds).into_iter().map(aggregated_resource).collect();
        obj! { "version" => *version, "resources" => resources, "freshness" => "Current" }
    };
    let versions: Value = versions.iter().map(version).collect();
    let mut metadata = obj! { "creationTimestamp" => Value::Null };
    if !group.is_empty() {
        metadata.set("name", group);
    }
    obj! { "metadata" => metadata, "versions" => versions }
}

fn aggregated_resource(kind: &'static Kind) -> Value {
    let response = |(group, version, kind): (&str, &str, &str)| {
        obj! { "group" => group, "version" => version, "kind" => kind }
    };
    let mut resource = obj! {
        "resource" => kind.plural, "singularResource" => kind.singular,
        "responseKind" => response((kind.group, kind.version, kind.kind)),
        "scope" => if kind.namespaced { "Namespaced" } else { "Cluster" },
        "verbs" => texts(verbs::of(kind, "")),
    };
    if !kind.short_names.is_empty() {
        resource.set("shortNames", texts(kind.short_names));
    }
    if !kind.categories.is_empty() {
        resource.set("categories", texts(kind.categories));
    }
    if !kind.subresources.is_empty() {
        let sub = |name: &&str| {
            obj! {
                "subresource" => *name, "responseKind" => response(verbs::response_kind(kind, name)),
                "verbs" => texts(verbs::of(kind, name)),
            }
        };
        resource.set("subresources", kind.subresources.iter().map(sub).collect::<Value>());
    }
    resource
}
