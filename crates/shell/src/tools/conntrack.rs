//! `conntrack`: the connections that a node's kernel remembers.

use super::{Cx, Options};
use crate::process::Place;
use network::{Entry, Protocol};
use std::net::Ipv4Addr;

const LONG: &[(&str, char)] = &[
    ("dump", 'L'),
    ("count", 'C'),
    ("delete", 'D'),
    ("proto", 'p'),
    ("src", 's'),
    ("orig-src", 's'),
    ("dst", 'd'),
    ("orig-dst", 'd'),
    ("sport", 'S'),
    ("orig-port-src", 'S'),
    ("dport", 'P'),
    ("orig-port-dst", 'P'),
    ("reply-src", 'r'),
    ("numeric", 'n'),
];

/// Lists, counts or deletes entries.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("LCDnp:s:d:S:P:r:", LONG) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.err("conntrack v1.4.8 (conntrack-tools): Operation failed: Operation not permitted\n");
        return 1;
    };
    let wanted = match filter(&options) {
        Ok(wanted) => wanted,
        Err(problem) => {
            cx.err(&format!("conntrack v1.4.8 (conntrack-tools): {problem}\nTry `conntrack -h' or 'conntrack --help' for more information.\n"));
            return 2;
        }
    };
    let now = cx.kernel().now();
    let mut system = cx.kernel().system();
    let (lines, verb) = if options.has('D') {
        let gone = system.forget_connections(&node, &wanted);
        (gone.iter().map(|entry| entry.line(now)).collect::<Vec<_>>(), "deleted")
    } else {
        let Some(cluster) = system.cluster() else { return 1 };
        let known = cluster.network().conntrack.entries(&node, now);
        let known = known.into_iter().filter(|entry| options.has('C') || wanted(entry));
        (known.map(|entry| entry.line(now)).collect(), "shown")
    };
    drop(system);
    if options.has('C') {
        cx.out(&format!("{}\n", lines.len()));
        return 0;
    }
    if !options.has('L') && !options.has('D') {
        cx.err("conntrack v1.4.8 (conntrack-tools): You need to supply parameters!\nTry `conntrack -h' or 'conntrack --help' for more information.\n");
        return 2;
    }
    lines.iter().for_each(|line| cx.out(&format!("{line}\n")));
    cx.err(&format!("conntrack v1.4.8 (conntrack-tools): {} flow entries have been {verb}.\n", lines.len()));
    i32::from(options.has('D') && lines.is_empty())
}

/// Which entries the options ask for.
fn filter(options: &Options) -> Result<impl Fn(&Entry) -> bool + use<>, String> {
    let protocol = match options.value('p') {
        None => None,
        Some("icmp") => Some(Protocol::Icmp),
        Some(name) => match Protocol::parse(&name.to_ascii_uppercase()) {
            Some(protocol) if !name.is_empty() => Some(protocol),
            _ => return Err(format!("unknown protocol `{name}'")),
        },
    };
    let address = |letter: char| match options.value(letter) {
        None => Ok(None),
        Some(text) => text.parse::<Ipv4Addr>().map(Some).map_err(|_| format!("Invalid IP address `{text}'")),
    };
    let port = |letter: char| match options.value(letter) {
        None => Ok(None),
        Some(text) => text.parse::<u16>().map(Some).map_err(|_| format!("invalid port value `{text}'")),
    };
    let (source, destination, reply) = (address('s')?, address('d')?, address('r')?);
    let (source_port, destination_port) = (port('S')?, port('P')?);
    Ok(move |entry: &Entry| {
        protocol.is_none_or(|p| p == entry.came.protocol)
            && source.is_none_or(|a| a == entry.came.source)
            && destination.is_none_or(|a| a == entry.came.destination)
            && reply.is_none_or(|a| a == entry.left.destination)
            && source_port.is_none_or(|p| p == entry.came.source_port)
            && destination_port.is_none_or(|p| p == entry.came.port)
    })
}
