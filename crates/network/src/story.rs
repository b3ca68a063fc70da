//! A trace in words, a line a hop: what `curl --trace-route` prints.

use crate::packet::{At, Packet};
use crate::proxy::{Choice, Rule};
use crate::trace::{Hop, Outcome, Route, Trace, What};

impl Trace {
    /// The way of the connection, a line a hop: the place, the packet, and what decided there. `pod` names a Pod by its UID.
    pub fn story(&self, pod: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        for (i, hop) in self.query.iter().enumerate() {
            lines.push(line("dns", i, hop, pod));
        }
        for lookup in &self.lookups {
            let mut found: Vec<String> = lookup.answer.aliases.iter().map(ToString::to_string).collect();
            found.extend(lookup.answer.addresses.iter().map(ToString::to_string));
            let found = if found.is_empty() { "NXDOMAIN".to_owned() } else { found.join(", ") };
            lines.push(format!("dns    {} is {found}", lookup.name));
        }
        for (i, hop) in self.hops.iter().enumerate() {
            lines.push(line("hop", i, hop, pod));
        }
        let micros = self.after.as_micros();
        let took = format!("{}.{:03} ms", micros / 1000, micros % 1000);
        let end = match &self.outcome {
            Outcome::Answered(listener) => format!("connected to {}:{}", listener.address, listener.port),
            Outcome::Refused(reason) => format!("refused: {}", reason.code()),
            Outcome::TimedOut(reason) => format!("timed out: {}", reason.code()),
            Outcome::Unreachable(reason) => format!("no route: {}", reason.code()),
            Outcome::Unresolved(reason) => format!("not resolved: {}", reason.code()),
        };
        lines.push(format!("end    {end} after {took}"));
        lines
    }
}

fn line(part: &str, number: usize, hop: &Hop, pod: &dyn Fn(&str) -> String) -> String {
    let place = match &hop.at {
        At::Outside => "outside".to_owned(),
        At::LoadBalancer(address) => format!("load balancer {address}"),
        At::Node(name) => name.to_string(),
        At::Bridge(name) => format!("{name}'s bridge"),
        At::Service { namespace, name } => format!("service {namespace}/{name}"),
        At::Pod(uid) => format!("pod {}", pod(uid)),
    };
    format!("{part:3} {:<2} {place}: {}", number + 1, what(hop))
}

fn what(hop: &Hop) -> String {
    let Packet { source, destination, port, .. } = hop.after;
    match &hop.what {
        What::Sent => format!("sends {}", hop.after),
        What::Forwarded(route) => match route {
            Route::Local => "stays on this stack".to_owned(),
            Route::Bridge => format!("to the Pod at {destination}"),
            Route::Tunnel => format!("through the overlay to the node of {destination}"),
            Route::DefaultGateway => "by the default gateway to its node".to_owned(),
            Route::NodeNetwork => format!("arrives for {destination}:{port}"),
            Route::Internet => format!("out of the cluster to {destination}"),
        },
        What::Balanced { node, .. } => format!("gives it to {node}, {destination}:{port}"),
        What::Translated(rule, choice) => format!("{}; DNAT to {}", picked(rule, choice), choice.to),
        What::Masqueraded => format!("SNAT to {source}"),
        What::Delivered => format!("delivered at port {port}, from {source}"),
        What::Denied(denial) => {
            format!("{} denied by NetworkPolicy {}", denial.direction.as_str(), denial.policies.join(", "))
        }
        What::Stopped(reason, rule) => match rule {
            Some(rule) => format!("{}; stops: {}", rule.chains.join(" -> "), reason.code()),
            None => format!("stops: {}", reason.code()),
        },
    }
}

fn picked(rule: &Rule, choice: &Choice) -> String {
    let chains = rule.chains.join(" -> ");
    let (number, of) = (choice.index + 1, choice.of);
    let again = if choice.again { ", as before" } else { "" };
    format!("{chains} picked {} ({number} of {of}{again})", choice.chain)
}
