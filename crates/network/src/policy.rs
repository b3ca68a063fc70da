//! NetworkPolicies as weave-net's policy controller enforces them: a Pod that a policy selects lets through only what some
//! policy allows; every other Pod lets everything through. Answers to what was let through always pass.

use crate::packet::Protocol;
use crate::service::Range;
use api::OrdMap;
use api::selector::Selector;
use api::{Str, Value};
use std::net::Ipv4Addr;

/// The policies, and the labels of the Namespaces that they may ask for. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies {
    /// By `namespace/name`.
    policies: OrdMap<Str, Value>,
    /// Namespaces' labels, by name.
    namespaces: OrdMap<Str, Value>,
}

/// Which way a connection goes, seen from the Pod whose policies are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the Pod.
    Ingress,
    /// From the Pod.
    Egress,
}

impl Direction {
    /// As `spec.policyTypes` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Ingress => "Ingress",
            Direction::Egress => "Egress",
        }
    }
}

/// A connection that no policy allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Denial {
    /// Seen from the Pod that is isolated.
    pub direction: Direction,
    /// The Pod's namespace, which is that of the policies.
    pub namespace: Str,
    /// The policies that select the Pod; none of them lets the connection through.
    pub policies: Vec<Str>,
}

/// What a policy sees of a connection.
pub(crate) struct Connection<'a> {
    pub(crate) direction: Direction,
    /// The Pod whose policies are asked.
    pub(crate) pod: &'a Value,
    /// The other end's address.
    pub(crate) address: Ipv4Addr,
    /// The other end, where it is a Pod.
    pub(crate) peer: Option<&'a Value>,
    pub(crate) protocol: Protocol,
    /// The port that is called, at the end that is called.
    pub(crate) port: u16,
}

impl Policies {
    /// Takes a NetworkPolicy as it now is; `deleted`: it is gone.
    pub(crate) fn set_policy(&mut self, policy: &Value, deleted: bool) {
        let key = Str::from(format!("{}/{}", policy.namespace(), policy.name()));
        match deleted {
            true => self.policies.remove(&key),
            false => self.policies.insert(key, policy["spec"].clone()),
        };
    }

    /// Takes a Namespace as it now is; `deleted`: it is gone.
    pub(crate) fn set_namespace(&mut self, namespace: &Value, deleted: bool) {
        match deleted {
            true => self.namespaces.remove(namespace.name()),
            false => self.namespaces.insert(namespace.name().into(), namespace.labels().clone()),
        };
    }

    /// The labels of a Namespace; null where there is none.
    pub(crate) fn labels(&self, name: &str) -> Value {
        self.namespaces.get(name).cloned().unwrap_or_default()
    }

    /// Whether there is a Namespace.
    pub(crate) fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains_key(name)
    }

    /// Whether there is any policy at all: most clusters have none, and their packets need not be looked at.
    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Why a connection does not get through; nothing if it does.
    pub(crate) fn denies(&self, connection: &Connection<'_>) -> Option<Denial> {
        let namespace = connection.pod.namespace();
        let prefix = Str::from(format!("{namespace}/"));
        let mut policies = Vec::new();
        for (key, spec) in self.policies.range(prefix.clone()..) {
            let Some(name) = key.strip_prefix(prefix.as_str()) else { break };
            if !isolates(spec, connection) {
                continue;
            }
            if self.allows(spec, namespace, connection) {
                return None;
            }
            policies.push(name.into());
        }
        let denial = Denial { direction: connection.direction, namespace: namespace.into(), policies };
        (!denial.policies.is_empty()).then_some(denial)
    }

    fn allows(&self, spec: &Value, namespace: &str, connection: &Connection<'_>) -> bool {
        let (rules, peers) = match connection.direction {
            Direction::Ingress => ("ingress", "from"),
            Direction::Egress => ("egress", "to"),
        };
        spec[rules].array().iter().any(|rule| {
            let peers = rule[peers].array();
            (peers.is_empty() || peers.iter().any(|peer| self.is_peer(peer, namespace, connection)))
                && (rule["ports"].is_empty() || rule["ports"].array().iter().any(|port| is_port(port, connection)))
        })
    }

    /// Whether the other end is one that a rule names.
    fn is_peer(&self, peer: &Value, namespace: &str, connection: &Connection<'_>) -> bool {
        let block = &peer["ipBlock"];
        if !block.is_null() {
            let excepted = block["except"].array().iter().any(|cidr| is_within(connection.address, cidr.str()));
            return is_within(connection.address, block["cidr"].str()) && !excepted;
        }
        let Some(pod) = connection.peer else { return false };
        let of_namespace = match &peer["namespaceSelector"] {
            Value::Null => pod.namespace() == namespace,
            selector => self.namespaces.get(pod.namespace()).is_some_and(|labels| selects(selector, labels)),
        };
        of_namespace && (peer["podSelector"].is_null() || selects(&peer["podSelector"], pod.labels()))
    }
}

/// Whether a policy is about the connection's Pod and direction. A policy without `policyTypes` is about what comes in,
/// and about what goes out if it says anything of that (pkg/apis/networking/v1/defaults.go).
fn isolates(spec: &Value, connection: &Connection<'_>) -> bool {
    let types = spec["policyTypes"].array();
    let about = match (types.is_empty(), connection.direction) {
        (false, direction) => types.iter().any(|t| t.str() == direction.as_str()),
        (true, Direction::Ingress) => true,
        (true, Direction::Egress) => !spec["egress"].is_empty(),
    };
    about && selects(&spec["podSelector"], connection.pod.labels())
}

fn selects(selector: &Value, labels: &Value) -> bool {
    Selector::from_label_selector(selector).matches(labels)
}

/// Whether a rule's port is the one that is called: a number, a range up to `endPort`, the name of a container's port at
/// the called Pod, or any.
fn is_port(port: &Value, connection: &Connection<'_>) -> bool {
    if Protocol::parse(port["protocol"].str()) != Some(connection.protocol) {
        return false;
    }
    let called = i64::from(connection.port);
    match &port["port"] {
        Value::Null => true,
        Value::String(name) => {
            let pod = match connection.direction {
                Direction::Ingress => Some(connection.pod),
                Direction::Egress => connection.peer,
            };
            let containers = pod.map_or(&[][..], |pod| pod["spec"]["containers"].array());
            let mut ports = containers.iter().flat_map(|container| container["ports"].array());
            ports.any(|p| p["name"].str() == name && p["containerPort"].int() == called)
        }
        number => (number.int()..=port["endPort"].as_int().unwrap_or(number.int())).contains(&called),
    }
}

/// Whether `address` lies in `cidr`, such as `10.0.0.0/8`; never in one that cannot be read.
fn is_within(address: Ipv4Addr, cidr: &str) -> bool {
    Range::parse(cidr).is_some_and(|range| range.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::yaml;

    /// What a policy (the text of its spec) makes of a connection to or from Pod `db` in Namespace `default`.
    fn passes(spec: &str, direction: Direction, peer: &str, port: u16) -> bool {
        let mut policies = Policies::default();
        let one = |text: &str| yaml::documents(text).unwrap().remove(0);
        let policy = format!("metadata: {{namespace: default, name: p}}\nspec: {spec}");
        policies.set_policy(&one(&policy), false);
        for (name, team) in [("default", "a"), ("other", "b")] {
            let labels = format!("{{kubernetes.io/metadata.name: {name}, team: {team}}}");
            policies.set_namespace(&one(&format!("metadata: {{name: {name}, labels: {labels}}}")), false);
        }
        let pod = |namespace: &str, name: &str| {
            let ports = "[{name: sql, containerPort: 5432}]";
            one(&format!(
                "metadata: {{namespace: {namespace}, labels: {{app: {name}}}}}\nspec: {{containers: [{{ports: {ports}}}]}}"
            ))
        };
        let (address, peer) = match peer.split_once('/') {
            Some((namespace, name)) => (Ipv4Addr::new(10, 44, 0, 7), Some(pod(namespace, name))),
            None => (peer.parse().unwrap(), None),
        };
        let db = pod("default", "db");
        let peer = peer.as_ref();
        policies.denies(&Connection { direction, pod: &db, address, peer, protocol: Protocol::Tcp, port }).is_none()
    }

    #[test]
    fn truth_table_of_ingress() {
        // Who calls which port, and whether it gets through.
        type Calls = &'static [(&'static str, u16, bool)];
        let cases: &[(&str, Calls)] = &[
            ("{podSelector: {}}", &[("default/web", 5432, false), ("other/web", 5432, false)]),
            ("{podSelector: {matchLabels: {app: x}}}", &[("default/web", 5432, true)]),
            ("{podSelector: {}, ingress: [{}]}", &[("default/web", 1, true), ("8.8.8.8", 1, true)]),
            ("{podSelector: {}, policyTypes: [Egress]}", &[("default/web", 1, true)]),
            (
                "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}",
                &[("default/web", 1, true), ("default/x", 1, false), ("other/web", 1, false), ("10.44.0.7", 1, false)],
            ),
            (
                "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}",
                &[("default/web", 1, false), ("other/web", 1, true)],
            ),
            (
                "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}",
                &[("default/web", 1, true), ("other/web", 1, true), ("other/x", 1, false)],
            ),
            (
                "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}}]}]}",
                &[("172.17.0.1", 1, true), ("172.17.1.1", 1, false), ("10.0.0.1", 1, false)],
            ),
            (
                "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}, {port: sql}]}]}",
                &[("other/x", 80, true), ("other/x", 90, true), ("other/x", 91, false), ("other/x", 5432, true)],
            ),
            ("{podSelector: {}, ingress: [{ports: [{protocol: UDP, port: 80}]}]}", &[("other/x", 80, false)]),
        ];
        for (spec, calls) in cases {
            for (peer, port, expected) in *calls {
                assert_eq!(passes(spec, Direction::Ingress, peer, *port), *expected, "{spec} {peer} {port}");
            }
        }
    }

    #[test]
    fn what_goes_out_has_rules_of_its_own() {
        let out = |spec, peer, port| passes(spec, Direction::Egress, peer, port);
        assert!(
            out("{podSelector: {}}", "8.8.8.8", 443),
            "a policy about ingress alone isolates nothing that goes out"
        );
        assert!(!out("{podSelector: {}, policyTypes: [Ingress, Egress]}", "8.8.8.8", 443));
        let web = "{podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: sql}]}]}";
        assert!(out(web, "default/web", 5432) && !out(web, "default/web", 80) && !out(web, "other/web", 5432));
    }

    #[test]
    fn cidrs() {
        let inside = |address: &str, cidr| is_within(address.parse().unwrap(), cidr);
        assert!(
            inside("1.2.3.4", "0.0.0.0/0") && inside("1.2.3.4", "1.2.3.4/32") && inside("10.47.9.9", "10.32.0.0/12")
        );
        assert!(!inside("10.48.0.0", "10.32.0.0/12") && !inside("1.2.3.4", "1.2.3.4") && !inside("1.2.3.4", "x/8"));
    }
}
