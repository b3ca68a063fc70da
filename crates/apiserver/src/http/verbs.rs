//! Which resource has which verbs, as discovery tells and the router allows.

use crate::request::Verb;
use api::{Kind, kind};

/// What every stored kind allows.
const ALL: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// A Namespace is deleted one at a time.
const NAMESPACE: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];

/// The verbs of a kind or of one of its subresources, sorted.
pub(super) fn of(kind: &Kind, subresource: &str) -> &'static [&'static str] {
    match subresource {
        "" if kind == kind::COMPONENT_STATUS => &["get", "list"],
        "" if kind::METRICS.iter().any(|metrics| metrics == kind) => &["get", "list"],
        "" if kind::REVIEWS.iter().any(|review| review == kind) => &["create"],
        "" if kind == kind::NAMESPACE => NAMESPACE,
        "" => ALL,
        "finalize" => &["update"],
        "log" => &["get"],
        "binding" | "eviction" | "token" => &["create"],
        "attach" | "exec" | "portforward" => &["create", "get"],
        "proxy" => &["create", "delete", "get", "patch", "update"],
        _ => &["get", "patch", "update"],
    }
}

/// What answers a subresource: its group, version and kind.
pub(super) fn response_kind(kind: &Kind, subresource: &str) -> (&'static str, &'static str, &'static str) {
    match subresource {
        "scale" => ("autoscaling", "v1", "Scale"),
        "binding" => ("", "v1", "Binding"),
        "eviction" => ("policy", "v1", "Eviction"),
        "token" => ("authentication.k8s.io", "v1", "TokenRequest"),
        "attach" => ("", "v1", "PodAttachOptions"),
        "exec" => ("", "v1", "PodExecOptions"),
        "portforward" => ("", "v1", "PodPortForwardOptions"),
        "proxy" if kind == kind::POD => ("", "v1", "PodProxyOptions"),
        "proxy" if kind == kind::SERVICE => ("", "v1", "ServiceProxyOptions"),
        "proxy" => ("", "v1", "NodeProxyOptions"),
        _ => (kind.group, kind.version, kind.kind),
    }
}

/// Whether a kind or its subresource allows a verb.
pub(super) fn allows(kind: &Kind, subresource: &str, verb: Verb) -> bool {
    of(kind, subresource).contains(&verb.name())
}

/// Whether a subresource connects a client to something, whatever the method.
pub(super) fn connects(subresource: &str) -> bool {
    matches!(subresource, "attach" | "exec" | "portforward" | "proxy")
}
