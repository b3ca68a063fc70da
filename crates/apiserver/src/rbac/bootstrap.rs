//! The roles and bindings that the server makes when it starts (post-start hook `rbac/bootstrap-roles`), and the
//! PriorityClasses (`scheduling/bootstrap-system-priority-classes`).

use crate::request::{Request, Verb};
use crate::server::ApiServer;
use api::{Kind, Map, Value, kind, list, obj};

const ROLES: &str = include_str!("roles.txt");
const BINDINGS: &str = include_str!("bindings.txt");
const CONTROLLER: &str = "system:controller:";
const AGGREGATE: &str = "rbac.authorization.k8s.io/";
/// What the letters of a rule stand for, in the order in which verbs are written.
const VERBS: [(char, &str); 8] = [
    ('c', "create"),
    ('d', "delete"),
    ('D', "deletecollection"),
    ('g', "get"),
    ('l', "list"),
    ('p', "patch"),
    ('u', "update"),
    ('w', "watch"),
];
/// `E`: every component may record events.
const EVENTS: &str = "cpu -,events.k8s.io events";

impl ApiServer {
    /// Makes the roles, the bindings and the PriorityClasses that every cluster has.
    pub fn bootstrap(&mut self) {
        let mut role: Option<(&'static Kind, Value)> = None;
        for line in ROLES.lines().filter(|line| !line.starts_with('#')) {
            match (rule(if line == "E" { EVENTS } else { line }), &mut role) {
                (Some(rule), Some((_, role))) => role.at_mut("rules").array_mut().push(rule),
                _ => {
                    if let Some((kind, role)) = role.replace(header(line)) {
                        self.make(kind, role);
                    }
                }
            }
        }
        if let Some((kind, role)) = role {
            self.make(kind, role);
        }
        for line in BINDINGS.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let (name, role) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            self.bind_role(name, role, words.map(subject).collect());
        }
        let controllers = ROLES.lines().filter(|line| line.starts_with(CONTROLLER));
        for name in controllers {
            self.bind_role(name, "-", list![account(&name[CONTROLLER.len()..])]);
        }
        self.priority_classes();
        self.config_maps();
    }

    /// What servers that extend this one must know to trust its users, and since when tokens in Secrets are watched
    /// (pkg/controlplane/controller/{clusterauthenticationtrust,legacytokentracking}).
    fn config_maps(&mut self) {
        let authority =
            "-----BEGIN CERTIFICATE-----\nVGhpcyBjbHVzdGVyIGlzIGEgc2ltdWxhdGlvbi4=\n-----END CERTIFICATE-----\n";
        let trusted = obj! {
            "client-ca-file" => authority,
            "requestheader-allowed-names" => "[\"front-proxy-client\"]",
            "requestheader-client-ca-file" => authority,
            "requestheader-extra-headers-prefix" => "[\"X-Remote-Extra-\"]",
            "requestheader-group-headers" => "[\"X-Remote-Group\"]",
            "requestheader-username-headers" => "[\"X-Remote-User\"]",
        };
        let today: String = self.now.rfc3339().chars().take(10).collect();
        let maps = [
            ("extension-apiserver-authentication", trusted),
            ("kube-apiserver-legacy-service-account-token-tracking", obj! { "since" => today }),
        ];
        for (name, data) in maps {
            let metadata = obj! { "name" => name, "namespace" => "kube-system" };
            self.make(kind::CONFIG_MAP, obj! { "metadata" => metadata, "data" => data });
        }
    }

    fn bind_role(&mut self, name: &str, role: &str, subjects: Value) {
        let (kind, mut binding) = object(kind::ROLE_BINDING, kind::CLUSTER_ROLE_BINDING, name);
        let of = if kind.namespaced { "Role" } else { "ClusterRole" };
        let role = if role == "-" { binding["metadata"]["name"].clone() } else { role.into() };
        binding.set("roleRef", obj! { "apiGroup" => kind.group, "kind" => of, "name" => role });
        if !subjects.is_empty() {
            binding.set("subjects", subjects);
        }
        self.make(kind, binding);
    }

    fn priority_classes(&mut self) {
        let classes = [
            (
                "system-cluster-critical",
                2_000_000_000_i64,
                "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            ),
            (
                "system-node-critical",
                2_000_001_000,
                "Used for system critical pods that must not be moved from their current node.",
            ),
        ];
        for (name, value, description) in classes {
            let metadata = obj! { "name" => name };
            let class = obj! {
                "metadata" => metadata, "value" => value, "description" => description,
                "preemptionPolicy" => "PreemptLowerPriority",
            };
            self.make(kind::PRIORITY_CLASS, class);
        }
    }

    /// Makes an object, unless it is there or its namespace is not.
    fn make(&mut self, kind: &'static Kind, object: Value) {
        let namespace = object["metadata"]["namespace"].to_str();
        let made = self.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object));
        debug_assert!(made.is_ok() || made.as_ref().is_err_and(|e| matches!(e.code, 404 | 409)), "{made:?}");
    }
}

/// An object called `NAME` or `NAMESPACE/NAME`, with the marks of what the server makes.
fn object(namespaced: &'static Kind, cluster: &'static Kind, name: &str) -> (&'static Kind, Value) {
    let (kind, namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (namespaced, Some(namespace), name),
        None => (cluster, None, name),
    };
    let metadata = obj! {
        "name" => name, "namespace" => namespace,
        "annotations" => obj! { "rbac.authorization.kubernetes.io/autoupdate" => "true" },
        "labels" => obj! { "kubernetes.io/bootstrapping" => "rbac-defaults" },
    };
    (kind, obj! { "metadata" => metadata })
}

/// The role that a line begins: `NAME [LABEL] [< LABEL]`.
fn header(line: &str) -> (&'static Kind, Value) {
    let (own, selector) = line.split_once(" < ").map_or((line.trim_end(), None), |(own, of)| (own, Some(of)));
    let (name, label) = own.split_once(' ').map_or((own, None), |(name, label)| (name, Some(label)));
    let (kind, mut role) = object(kind::ROLE, kind::CLUSTER_ROLE, name);
    let truth =
        |label: &str| -> Map { [(format!("{AGGREGATE}{label}").into(), Value::from("true"))].into_iter().collect() };
    if let Some(label) = label {
        role.at_mut("metadata.labels").object_mut().insert(format!("{AGGREGATE}{label}"), "true".into());
    }
    if let Some(label) = selector {
        let selector = obj! { "matchLabels" => truth(label) };
        role.set("aggregationRule", obj! { "clusterRoleSelectors" => list![selector] });
    }
    (kind, role)
}

/// The rule on a line; none if the line begins a role.
fn rule(line: &str) -> Option<Value> {
    let mut words = line.split(' ');
    let (verbs, groups, resources) = (words.next()?, words.next()?, words.next()?);
    let verbs: Value = match verbs.strip_prefix('=') {
        Some(verbs) => verbs.split(',').collect(),
        None => {
            let known = |letter: char| VERBS.iter().find(|(l, _)| *l == letter).map(|(_, verb)| *verb);
            verbs.chars().map(known).collect::<Option<Vec<&str>>>()?.into()
        }
    };
    let listed = |text: &str| -> Value { text.split(',').map(|item| if item == "-" { "" } else { item }).collect() };
    Some(match groups {
        "@" => obj! { "nonResourceURLs" => listed(resources), "verbs" => verbs },
        _ => obj! {
            "apiGroups" => listed(groups), "resources" => listed(resources), "verbs" => verbs,
            "resourceNames" => words.next().map(listed),
        },
    })
}

fn account(name: &str) -> Value {
    obj! { "kind" => "ServiceAccount", "name" => name, "namespace" => "kube-system" }
}

fn subject(word: &str) -> Value {
    let (kind, name) = match (word.strip_prefix('@'), word.strip_prefix('%')) {
        (Some(group), _) => ("Group", group),
        (_, Some(name)) => return account(name),
        _ => ("User", word),
    };
    obj! { "apiGroup" => "rbac.authorization.k8s.io", "kind" => kind, "name" => name }
}
