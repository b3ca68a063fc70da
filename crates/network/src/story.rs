//! The story of a request as data: a step for each thing that happened to it, of a kind that a machine can tell and with the
//! values that decided. `words` tells it in words.

use crate::dns::Answer;
use crate::packet::At;
use crate::trace::{Hop, Lookup, Outcome, Reason, Route, Trace, What};
use crate::words::{self, Field};
use api::Language;
use api::Str;
use std::time::Duration;

/// Which part of a story a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name was asked for: the packet's way to the name server, and the answers.
    Dns,
    /// The way of the packet itself.
    Hop,
    /// What came of it.
    End,
    /// Why it ended badly.
    Why,
    /// What was asked and answered over the open connection.
    Http,
}

/// One step of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The part it belongs to.
    pub part: Part,
    /// The how-manieth of its part, from 1; 0 where they are not counted.
    pub number: usize,
    /// Where it happened; nothing where it is about the whole.
    pub at: Option<At>,
    /// What happened, by the name of its template. The beginning tells who decided: `route-` a routing table, `rule-`
    /// kube-proxy's chains, `policy-` NetworkPolicies, `dns-` the name server, `ingress-` and `gateway-` the rules of a proxy.
    pub kind: &'static str,
    /// The values, by their names in the template. Some are there for machines only.
    pub values: Vec<Field>,
}

impl Step {
    /// A step that is about the whole.
    pub fn new(part: Part, kind: &'static str, values: Vec<Field>) -> Step {
        Step { part, number: 0, at: None, kind, values }
    }

    /// A value by its name; empty where the step has none.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    /// What happened, in words.
    pub fn text(&self, language: Language) -> String {
        words::fill(language, self.kind, &self.values)
    }

    /// Where it happened, in words; empty where it is about the whole.
    pub fn place(&self, language: Language) -> String {
        let kind = match &self.at {
            None => return String::new(),
            Some(At::Outside) => "at-outside",
            Some(At::LoadBalancer(_)) => "at-balancer",
            Some(At::Node(_)) => "at-node",
            Some(At::Bridge(_)) => "at-bridge",
            Some(At::Service { .. }) => "at-service",
            Some(At::Pod(_)) => "at-pod",
        };
        words::fill(language, kind, &self.values)
    }

    /// The step as a line of a terminal: what `curl --trace-route` prints.
    pub fn line(&self, language: Language) -> String {
        let part = match self.part {
            Part::Dns => "dns",
            Part::Hop => "hop",
            Part::End => "end",
            Part::Why => "why",
            Part::Http => "http",
        };
        let number = if self.number == 0 { String::new() } else { self.number.to_string() };
        let place = self.place(language);
        let colon = if place.is_empty() { "" } else { ": " };
        format!("{part:4}{number:<2} {place}{colon}{}", self.text(language))
    }
}

impl Trace {
    /// The way of the connection. `pod` names a Pod by its UID.
    pub fn story(&self, pod: &dyn Fn(&str) -> String) -> Vec<Step> {
        let mut steps = Vec::new();
        self.query.iter().enumerate().for_each(|(i, hop)| steps.push(step(Part::Dns, i, hop, pod)));
        self.lookups.iter().for_each(|lookup| steps.push(looked_up(lookup)));
        self.hops.iter().enumerate().for_each(|(i, hop)| steps.push(step(Part::Hop, i, hop, pod)));
        let kind = match &self.outcome {
            Outcome::Answered(_) => "end-connected",
            Outcome::Refused(_) => "end-refused",
            Outcome::TimedOut(_) => "end-timeout",
            Outcome::Unreachable(_) => "end-unreachable",
            Outcome::Unresolved(_) => "end-unresolved",
        };
        let to = match (&self.outcome, self.address()) {
            (Outcome::Answered(listener), _) => format!("{}:{}", listener.address, listener.port),
            (Outcome::Unresolved(_), _) => self.host.to_string(),
            (_, Some(address)) => format!("{address}:{}", self.port),
            (_, None) => format!("{}:{}", self.host, self.port),
        };
        let reason = self.reason().map_or("", Reason::code);
        let values: Vec<Field> = vec![
            ("to", to.into()),
            ("reason", Str::new_static(reason)),
            ("after", span(self.after).into()),
            ("micros", number(self.after.as_micros() as u64)),
        ];
        steps.push(Step::new(Part::End, kind, values.clone()));
        if let Some(reason) = self.reason() {
            let mut values = values;
            // Where it got to: rules may have given it another destination on the way.
            if let Some(Hop { after, .. }) = self.hops.last() {
                values[0].1 = format!("{}:{}", after.destination, after.port).into();
            }
            steps.push(Step::new(Part::Why, reason.why(), values));
        }
        steps
    }
}

fn looked_up(Lookup { name, answer }: &Lookup) -> Step {
    let Answer { aliases, addresses, .. } = answer;
    let mut found = String::new();
    let texts = aliases.iter().map(Str::to_string).chain(addresses.iter().map(ToString::to_string));
    texts.for_each(|text| {
        let comma = if found.is_empty() { "" } else { ", " };
        found = format!("{found}{comma}{text}");
    });
    let kind = match (addresses.is_empty(), answer.exists) {
        (false, _) => "dns-found",
        (true, true) => "dns-nodata",
        (true, false) => "dns-nxdomain",
    };
    Step::new(Part::Dns, kind, vec![("name", name.clone()), ("found", found.into())])
}

fn step(part: Part, index: usize, hop: &Hop, pod: &dyn Fn(&str) -> String) -> Step {
    let mut values: Vec<Field> = Vec::new();
    match &hop.at {
        At::Outside => {}
        At::LoadBalancer(address) => values.push(("address", address.to_string().into())),
        At::Node(name) | At::Bridge(name) => values.push(("node", name.clone())),
        At::Service { namespace, name } => values.extend([("namespace", namespace.clone()), ("name", name.clone())]),
        At::Pod(uid) => values.push(("pod", pod(uid).into())),
    }
    let kind = happened(hop, &mut values, pod);
    values.extend([
        ("from", format!("{}:{}", hop.after.source, hop.after.source_port).into()),
        ("to", format!("{}:{}", hop.after.destination, hop.after.port).into()),
        ("address", hop.after.destination.to_string().into()),
        ("source", hop.after.source.to_string().into()),
        ("client", hop.after.source.to_string().into()),
        ("port", number(u64::from(hop.after.port))),
        ("protocol", Str::new_static(hop.after.protocol.lower())),
        // As the packet came: other addresses, where they were translated.
        ("was-from", format!("{}:{}", hop.before.source, hop.before.source_port).into()),
        ("was-to", format!("{}:{}", hop.before.destination, hop.before.port).into()),
    ]);
    Step { part, number: index + 1, at: Some(hop.at.clone()), kind, values }
}

/// The kind of a step, and the values that only such steps have.
fn happened(hop: &Hop, values: &mut Vec<Field>, pod: &dyn Fn(&str) -> String) -> &'static str {
    match &hop.what {
        What::Sent => "sent",
        What::Forwarded(route) => match route {
            Route::Local => "route-local",
            Route::Bridge => "route-bridge",
            Route::Tunnel => "route-tunnel",
            Route::ToRange { range, bits, via } => {
                values.extend([("range", format!("{range}/{bits}").into()), ("via", via.to_string().into())]);
                "route-range"
            }
            Route::DefaultGateway => "route-gateway",
            Route::NodeNetwork => "route-node",
            Route::Internet => "route-internet",
        },
        What::Balanced { node, namespace, name } => {
            values.extend([("node", node.clone()), ("namespace", namespace.clone()), ("name", name.clone())]);
            "balanced"
        }
        What::Translated(rule, choice) => {
            values.extend([
                ("chains", rule.chains.join(" -> ").into()),
                ("door", Str::new_static(rule.door.as_str())),
                ("chain", choice.chain(hop.before.protocol)),
                ("number", number(u64::from(choice.index) + 1)),
                ("of", number(u64::from(choice.of))),
                // Of the rule that matched, after those before it did not.
                ("probability", format!("1/{}", choice.of - choice.index.min(choice.of)).into()),
                ("endpoint", pod(&choice.pod).into()),
            ]);
            if choice.again { "rule-again" } else { "rule-picked" }
        }
        What::Tracked => "rule-tracked",
        What::Masqueraded => "snat",
        What::Delivered => "delivered",
        What::Denied(denial) => {
            values.extend([
                ("direction", Str::new_static(denial.direction.as_str())),
                ("policies", denial.policies.join(", ").into()),
                ("namespace", denial.namespace.clone()),
            ]);
            "policy-denied"
        }
        What::Stopped(reason, rule) => {
            values.push(("reason", Str::new_static(reason.code())));
            let Some(rule) = rule else { return "stop" };
            values.push(("chains", rule.chains.join(" -> ").into()));
            "rule-stop"
        }
    }
}

fn number(number: u64) -> Str {
    number.to_string().into()
}

/// `0.760 ms`, `129.004 s`
fn span(span: Duration) -> String {
    let micros = span.as_micros() as u64;
    match micros < 1_000_000 {
        true => format!("{}.{:03} ms", micros / 1000, micros % 1000),
        false => format!("{}.{:03} s", micros / 1_000_000, micros / 1000 % 1000),
    }
}
