//! `nc`

use super::Cx;
use crate::process::To;
use network::{Outcome, Protocol};
use std::time::Duration;

/// Tries ports; with input, sends it and shows what comes back.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("zvw:nuq:lp:Nk", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let [host, port] = options.operands.as_slice() else {
        cx.err("usage: nc [-nuvz] [-w timeout] destination port\n");
        return 1;
    };
    let Ok(port) = port.parse::<u16>() else { return cx.fail(format_args!("port number invalid: {port}")) };
    let protocol = if options.has('u') { Protocol::Udp } else { Protocol::Tcp };
    let source_port = options.value('p').and_then(|port| port.parse().ok()).unwrap_or(0);
    let to = To { host, port, protocol, source_port, held: true };
    let Some(connection) = cx.kernel().hold(&cx.shell.place, to) else { return cx.fail("network is unreachable") };
    let trace = &connection.trace;
    let limit = options.value('w').and_then(|s| s.parse::<u64>().ok()).map(|s| Duration::from_secs(s.min(86_400)));
    let slow = limit.is_some_and(|limit| trace.after > limit);
    cx.kernel().sleep(limit.map_or(trace.after, |limit| trace.after.min(limit))).await;
    let address = trace.address().map(|a| a.to_string()).unwrap_or_default();
    let name = if *host == address { host.clone() } else { format!("{host} ({address})") };
    let busybox = cx.is_busybox();
    let problem = match &trace.outcome {
        Outcome::Unresolved(_) if busybox => return cx.fail(format_args!("bad address '{host}'")),
        Outcome::Unresolved(_) => return cx.fail(format_args!("getaddrinfo for host \"{host}\" port {port}: Name or service not known")),
        Outcome::Answered(_) | Outcome::TimedOut(_) if slow => "Operation now in progress",
        outcome => outcome.error(),
    };
    let Some(listener) = trace.listener().filter(|_| problem.is_empty()) else {
        if busybox {
            // It complains whether it is asked to be verbose or not.
            return match slow {
                true => cx.fail("timed out"),
                false => cx.fail(format_args!("{host} ({address}:{port}): {problem}")),
            };
        }
        if options.has('v') {
            cx.err(&format!("nc: connect to {name} port {port} ({}) failed: {problem}\n", protocol.lower()));
        }
        return 1;
    };
    if options.has('v') && busybox {
        cx.err(&format!("{host} ({address}:{port}) open\n"));
    } else if options.has('v') {
        cx.err(&format!("Connection to {name} {port} port [{}/*] succeeded!\n", protocol.lower()));
    }
    if options.has('z') {
        return 0;
    }
    let text = cx.io.stdin.all(cx.kernel()).await;
    let mut words = text.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
    if method.is_empty() {
        return 0;
    }
    let mut request = kubelet::http::Request::get(host.as_str(), path);
    request.method = method.into();
    let reply = cx.kernel().http(listener, &request);
    if let Some(reply) = reply {
        if reply.status != 0 {
            cx.out(&format!("HTTP/1.1 {} {}\r\n", reply.status, reply.reason()));
            reply.headers.iter().for_each(|(name, value)| cx.out(&format!("{name}: {value}\r\n")));
            cx.out("\r\n");
        }
        cx.out(&reply.text());
    }
    0
}
