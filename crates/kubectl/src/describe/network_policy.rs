//! What a NetworkPolicy lets through.

use super::writer::{Writer, joined};
use api::{Value, text};

/// One direction: its policy type, the field of its rules, that of a rule's peers, and what texts call them.
struct Direction {
    name: &'static str,
    field: &'static str,
    peers: &'static str,
    title: &'static str,
    far_end: &'static str,
}

const DIRECTIONS: [Direction; 2] = [
    Direction { name: "Ingress", field: "ingress", peers: "from", title: "From", far_end: "source" },
    Direction { name: "Egress", field: "egress", peers: "to", title: "To", far_end: "destination" },
];

/// Which Pods are meant, and the rules of both directions.
pub fn describe(w: &mut Writer, spec: &Value) {
    let selector = &spec["podSelector"];
    let pods = match text::label_selector(selector) {
        none if none == text::NONE => format!("{none} (Allowing the specific traffic to all pods in this namespace)"),
        pods => pods,
    };
    w.line(1, format_args!("PodSelector:     {pods}"));
    for direction in &DIRECTIONS {
        let field = direction.field;
        if !spec["policyTypes"].array().iter().any(|t| t.str() == direction.name) {
            w.line(1, format_args!("Not affecting {field} traffic"));
            continue;
        }
        w.line(1, format_args!("Allowing {field} traffic:"));
        rules(w, direction, spec[field].array());
    }
}

fn rules(w: &mut Writer, direction: &Direction, rules: &[Value]) {
    if rules.is_empty() {
        w.line(2, format_args!("<none> (Selected pods are isolated for {} connectivity)", direction.field));
    }
    for (i, rule) in rules.iter().enumerate() {
        if i > 0 {
            w.line(2, "----------");
        }
        ports(w, rule["ports"].array());
        let (title, peers) = (direction.title, rule[direction.peers].array());
        if peers.is_empty() {
            w.line(2, format_args!("{title}: <any> (traffic not restricted by {})", direction.far_end));
        }
        for one in peers {
            w.line(2, format_args!("{title}:"));
            peer(w, one);
        }
    }
}

fn ports(w: &mut Writer, ports: &[Value]) {
    if ports.is_empty() {
        w.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in ports {
        let protocol = text::or(port["protocol"].str(), "TCP");
        let number = match &port["port"] {
            Value::Null => "<nil>".to_owned(),
            number => text::int_or_string(number),
        };
        match port["endPort"].as_int() {
            None => w.line(2, format_args!("To Port: {number}/{protocol}")),
            Some(end) => w.line(2, format_args!("To Port Range: {number}-{end}/{protocol}")),
        }
    }
}

fn peer(w: &mut Writer, peer: &Value) {
    let mut selected = false;
    for (title, field) in [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")] {
        if !peer[field].is_null() {
            w.line(3, format_args!("{title}: {}", text::label_selector(&peer[field])));
            selected = true;
        }
    }
    let block = &peer["ipBlock"];
    if !selected && !block.is_null() {
        w.line(3, "IPBlock:");
        w.line(4, format_args!("CIDR: {}", block["cidr"].str()));
        w.line(4, format_args!("Except: {}", joined(&block["except"], ", ")));
    }
}
