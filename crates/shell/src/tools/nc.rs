//! `nc`, `ping`

use super::Cx;
use crate::process::To;
use network::{Outcome, Protocol, Reason};
use std::net::Ipv4Addr;
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
    let trace = cx.kernel().call(&cx.shell.place, To { host, port, protocol, source_port });
    let Some(trace) = trace else { return cx.fail("network is unreachable") };
    let limit = options.value('w').and_then(|s| s.parse::<u64>().ok()).map(|s| Duration::from_secs(s.min(86_400)));
    let slow = limit.is_some_and(|limit| trace.after > limit);
    cx.kernel().sleep(limit.map_or(trace.after, |limit| trace.after.min(limit))).await;
    let address = trace.address().map(|a| a.to_string()).unwrap_or_default();
    let name = if *host == address { host.clone() } else { format!("{host} ({address})") };
    let problem = match &trace.outcome {
        Outcome::Unresolved(_) => return cx.fail(format_args!("getaddrinfo for host \"{host}\" port {port}: Name or service not known")),
        Outcome::Answered(_) if !slow => "",
        Outcome::Refused(_) => "Connection refused",
        Outcome::Unreachable(_) => "No route to host",
        _ if slow => "Operation now in progress",
        _ => "Connection timed out",
    };
    let Some(listener) = trace.listener().filter(|_| problem.is_empty()) else {
        if options.has('v') {
            cx.err(&format!("nc: connect to {name} port {port} ({}) failed: {problem}\n", protocol.lower()));
        }
        return 1;
    };
    if options.has('v') {
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
    let reply = cx.kernel().system().http(listener, &request);
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

/// A port that nothing listens on: what refuses a connection there would answer a ping.
const NOBODY: u16 = 7;
/// The time between two pings, and how long one is waited for.
const SECOND: Duration = Duration::from_secs(1);

/// Asks a machine whether it is there.
pub(super) async fn ping(cx: Cx) -> i32 {
    let options = match cx.options("c:i:w:W:qn4t:s:", &[]) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let Some(host) = options.operands.first() else {
        cx.err("ping: usage error: Destination address required\n");
        return 2;
    };
    let (found, _) = cx.kernel().system().lookup(&cx.shell.place, host);
    let Ok(address) = found else {
        cx.err(&format!("ping: {host}: Name or service not known\n"));
        return 2;
    };
    let count = options.value('c').and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX);
    cx.out(&format!("PING {host} ({address}) 56(84) bytes of data.\n"));
    let (mut sent, mut received) = (0, 0);
    while sent < count {
        sent += 1;
        let trip = trip(&cx, address);
        match trip {
            Some(trip) => {
                received += 1;
                let ms = trip.as_secs_f64() * 1000.0;
                cx.out(&format!("64 bytes from {address}: icmp_seq={sent} ttl=64 time={ms:.3} ms\n"));
            }
            None if sent == count => cx.kernel().sleep(SECOND * 9).await,
            None => {}
        }
        if sent < count {
            cx.kernel().sleep(SECOND).await;
        }
    }
    let loss = (sent - received) * 100 / sent.max(1);
    cx.out(&format!("\n--- {host} ping statistics ---\n{sent} packets transmitted, {received} received, {loss}% packet loss, time {}ms\n", (sent - 1) * 1000));
    i32::from(received == 0)
}

/// How long an echo takes; none if it does not come back. A cluster IP is no machine: nothing answers pings there.
fn trip(cx: &Cx, address: Ipv4Addr) -> Option<Duration> {
    let trace = cx.kernel().connect(&cx.shell.place, &address.to_string(), NOBODY, Protocol::Tcp)?;
    match trace.outcome {
        Outcome::Answered(_) | Outcome::Refused(Reason::NothingListens) => Some(trace.after),
        _ => None,
    }
}
