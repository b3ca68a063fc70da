//! Whose a container's processes are (pkg/kubelet/kuberuntime/security_context.go).

use crate::state::Pod;
use api::{FlatSet, Value};

/// A user with his groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The user's number; 0 is root.
    pub uid: i64,
    /// The number of his group.
    pub gid: i64,
    /// All his groups, in order.
    pub groups: Vec<i64>,
}

impl User {
    /// Whether nothing in an image has a name for him.
    pub fn is_nameless(&self) -> bool {
        self.uid != 0 || self.gid != 0 || self.groups.iter().any(|group| *group != 0)
    }
}

/// Images that do not run as root, by the end of their names, and their users.
const USERS: &[(&str, i64)] = &[
    ("coredns/coredns", 65_532),
    ("grafana/grafana", 472),
    ("hashicorp/http-echo", 100),
    ("jenkins/jenkins", 1_000),
    ("metrics-server/metrics-server", 65_534),
    ("nginx-unprivileged", 101),
    ("pause", 65_535),
    ("prom/prometheus", 65_534),
];

/// The user that an image names; none for one that nobody knows.
fn of_image(pod: &Pod, index: usize) -> Option<i64> {
    let reference = crate::Reference::parse(pod.spec_of(index)["image"].str()).ok()?;
    let known = USERS.iter().find(|(end, _)| reference.repository.ends_with(end)).map(|(_, uid)| *uid);
    let root = || {
        (pod.containers[index].own.is_none()
            && crate::images::find(&reference).is_ok_and(|image| !image.repository.is_empty()))
        .then_some(0)
    };
    known.or_else(root)
}

/// A field of the container's `securityContext`, or of the Pod's.
fn context<'p>(pod: &'p Pod, index: usize, field: &str) -> &'p Value {
    match &pod.spec_of(index)["securityContext"][field] {
        Value::Null => &pod.object["spec"]["securityContext"][field],
        own => own,
    }
}

/// Whom a container runs as.
pub(crate) fn user(pod: &Pod, index: usize) -> User {
    let uid = context(pod, index, "runAsUser").as_int().or_else(|| of_image(pod, index)).unwrap_or(0);
    let gid = context(pod, index, "runAsGroup").as_int().unwrap_or(0);
    let whole = &pod.object["spec"]["securityContext"];
    let more = whole["supplementalGroups"].array().iter().filter_map(Value::as_int);
    let mut groups: FlatSet<i64> = more.chain(whole["fsGroup"].as_int()).collect();
    groups.insert(gid);
    User { uid, gid, groups: groups.iter().copied().collect() }
}

/// `runAsNonRoot` (`verifyRunAsNonRoot`).
///
/// # Errors
/// Why the container must not be started.
pub(crate) fn verify(pod: &Pod, index: usize) -> Result<(), String> {
    if !context(pod, index, "runAsNonRoot").bool() {
        return Ok(());
    }
    let object = &pod.object;
    let (who, container) =
        (format!("{}_{}({})", object.name(), object.namespace(), object.uid()), &pod.containers[index].name);
    let why = match (context(pod, index, "runAsUser").as_int(), of_image(pod, index)) {
        (Some(0), _) => "container's runAsUser breaks non-root policy",
        (None, Some(0)) => "container has runAsNonRoot and image will run as root",
        _ => return Ok(()),
    };
    Err(format!("{why} (pod: \"{who}\", container: {container})"))
}
