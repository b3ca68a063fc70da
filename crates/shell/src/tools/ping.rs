//! `ping`, `traceroute`: who is there, and which routers stand between; as iputils and Linux' traceroute tell it, and as busybox
//! does.

use super::Cx;
use crate::process::{Query, To};
use network::dns::{RecordType, name_for};
use network::{At, Outcome, Place, Protocol, Reason, Route, Trace, What, outside};
use std::net::Ipv4Addr;
use std::time::Duration;

/// The time between two pings.
const SECOND: Duration = Duration::from_secs(1);
/// How long the last answer is waited for unless told otherwise (`MAXWAIT` of both).
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks a machine whether it is there.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("c:i:w:W:qn4t:s:I:", &[]) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let busybox = cx.is_busybox();
    let Some(host) = options.operands.first() else {
        cx.err("ping: usage error: Destination address required\n");
        return if busybox { 1 } else { 2 };
    };
    let seconds = |letter: char| options.value(letter).and_then(|s| s.parse::<f64>().ok()).filter(|s| *s >= 0.0 && *s < 1e6);
    let patience = seconds('W').map_or(PATIENCE, Duration::from_secs_f64);
    let pause = seconds('i').map_or(SECOND, Duration::from_secs_f64).max(Duration::from_millis(2));
    let deadline = seconds('w').map(|s| cx.kernel().now() + Duration::from_secs_f64(s));
    let (found, _) = cx.kernel().system().lookup(&cx.shell.place, host);
    let Ok(address) = found else {
        match busybox {
            true => cx.err(&format!("ping: bad address '{host}'\n")),
            false => cx.err(&format!("ping: {host}: Name or service not known\n")),
        }
        return if busybox { 1 } else { 2 };
    };
    let count = options.value('c').and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let bytes = if busybox { "56 data bytes" } else { "56(84) bytes of data." };
    cx.out(&format!("PING {host} ({address}){} {bytes}\n", if busybox { ":" } else { "" }));
    let began = cx.kernel().now();
    let mut trips: Vec<Duration> = Vec::new();
    let (mut sent, mut errors) = (0, 0);
    while sent < count {
        sent += 1;
        match echo(&cx, address) {
            Echo::Back(trip) => {
                cx.kernel().sleep(trip).await;
                trips.push(trip);
                let (ms, sequence) = (ms(trip), if busybox { format!("seq={}", sent - 1) } else { format!("icmp_seq={sent}") });
                if !options.has('q') {
                    cx.out(&format!("64 bytes from {address}: {sequence} ttl=64 time={ms} ms\n"));
                }
            }
            Echo::Unreachable(by, after) => {
                cx.kernel().sleep(after).await;
                errors += 1;
                if !busybox {
                    cx.out(&format!("From {by} icmp_seq={sent} Destination Host Unreachable\n"));
                }
            }
            // Who has had answers before does not wait long for the last one.
            Echo::Lost if sent == count => {
                let longest = trips.iter().max().map_or(patience, |trip| (*trip * 2).max(SECOND));
                cx.kernel().sleep(longest.min(patience)).await;
            }
            Echo::Lost => {}
        }
        let over = deadline.is_some_and(|end| cx.kernel().now() + pause > end);
        if sent < count && !over {
            cx.kernel().sleep(pause).await;
        }
        if over {
            break;
        }
    }
    let (received, spent) = (trips.len(), cx.kernel().now().since(began).as_millis());
    let loss = (sent - received) * 100 / sent.max(1);
    let errors = if errors > 0 && !busybox { format!("+{errors} errors, ") } else { String::new() };
    let time = if busybox { String::new() } else { format!(", time {spent}ms") };
    let packets = if busybox { "packets received" } else { "received" };
    cx.out(&format!("\n--- {host} ping statistics ---\n{sent} packets transmitted, {received} {packets}, {errors}{loss}% packet loss{time}\n"));
    if let (Some(least), Some(most)) = (trips.iter().min(), trips.iter().max()) {
        let average = trips.iter().sum::<Duration>() / received as u32;
        let (least, average, most) = (ms(*least), ms(average), ms(*most));
        match busybox {
            true => cx.out(&format!("round-trip min/avg/max = {least}/{average}/{most} ms\n")),
            false => cx.out(&format!("rtt min/avg/max/mdev = {least}/{average}/{most}/{} ms\n", ms(deviation(&trips)))),
        }
    }
    i32::from(received == 0)
}

fn ms(span: Duration) -> String {
    format!("{:.3}", span.as_secs_f64() * 1000.0)
}

/// The mean deviation, as ping counts it: the root of the mean of squares less the square of the mean.
fn deviation(trips: &[Duration]) -> Duration {
    let count = trips.len().max(1) as u128;
    let (sum, squares) = trips.iter().map(Duration::as_micros).fold((0, 0), |(s, q), t| (s + t, q + t * t));
    let variance = (squares / count).saturating_sub((sum / count) * (sum / count));
    Duration::from_micros(variance.isqrt() as u64)
}

/// What comes of one echo request.
enum Echo {
    /// It came back, after so long.
    Back(Duration),
    /// Somebody said that there is no way, after so long.
    Unreachable(Ipv4Addr, Duration),
    /// Nothing came.
    Lost,
}

fn echo(cx: &Cx, address: Ipv4Addr) -> Echo {
    let trace = cx.kernel().connect(&cx.shell.place, &address.to_string(), 0, Protocol::Icmp);
    let Some(trace) = trace else { return Echo::Lost };
    match trace.outcome {
        Outcome::Answered(_) => Echo::Back(trace.after),
        Outcome::Unreachable(_) => Echo::Unreachable(source(&trace), trace.after),
        _ => Echo::Lost,
    }
}

/// The address that a packet was sent from.
fn source(trace: &Trace) -> Ipv4Addr {
    trace.hops.first().map_or(Ipv4Addr::LOCALHOST, |hop| hop.before.source)
}

/// The first of the ports that traceroute calls: nobody listens there, so whoever has the address says so.
const UNLIKELY: u16 = 33_434;
/// Probes of each router, and how long each is waited for.
const PROBES: usize = 3;
const WAIT: Duration = Duration::from_secs(5);
/// As many probes are under way at once.
const AT_ONCE: u32 = 16;

/// Lists the routers on the way.
pub(super) async fn traceroute(cx: Cx) -> i32 {
    let options = match cx.options("nm:w:q:IT4p:", &[]) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let busybox = cx.is_busybox();
    let Some(host) = options.operands.first() else {
        cx.err("Usage: traceroute [-nIT] [-m max_ttl] [-w wait] [-q nqueries] host\n");
        return 2;
    };
    let (found, _) = cx.kernel().system().lookup(&cx.shell.place, host);
    let Ok(address) = found else {
        match busybox {
            true => cx.err(&format!("traceroute: bad address '{host}'\n")),
            false => cx.err(&format!("{host}: Name or service not known\nCannot handle \"host\" cmdline arg `{host}' on position 1 (argc {})\n", cx.args.len() - 1)),
        }
        return if busybox { 1 } else { 2 };
    };
    let number = |letter: char, default: usize| options.value(letter).and_then(|n| n.parse().ok()).unwrap_or(default);
    let (most, probes) = (number('m', 30).clamp(1, 255), number('q', PROBES).clamp(1, 10));
    let wait = options.value('w').and_then(|s| s.parse().ok()).map_or(WAIT, |s: u64| Duration::from_secs(s.min(3_600)));
    let size = if busybox { 46 } else { 60 };
    cx.out(&format!("traceroute to {host} ({address}), {most} hops max, {size} byte packets\n"));
    let (protocol, port) = if options.has('I') { (Protocol::Icmp, 0) } else { (Protocol::Udp, UNLIKELY) };
    let text = address.to_string();
    let to = To { host: &text, port, protocol, source_port: 0, held: false };
    let Some(trace) = cx.kernel().call(&cx.shell.place, to) else { return cx.fail("network is unreachable") };
    let there = matches!(trace.outcome, Outcome::Answered(_) | Outcome::Refused(Reason::NothingListens));
    let mut routers = routers(&cx, &trace);
    routers.extend(there.then_some(address));
    routers.truncate(most);
    for (i, router) in routers.iter().enumerate() {
        // As far along the way as this router is.
        let trip = trace.after.min(SECOND) * (i as u32 + 1) / routers.len() as u32;
        let name = if options.has('n') { router.to_string() } else { format!("{} ({router})", name_of(&cx, *router)) };
        let times: String = (0..probes).map(|probe| format!("  {} ms", ms(trip + Duration::from_micros(3 * probe as u64)))).collect();
        cx.out(&format!("{:>2}  {name}{times}\n", i + 1));
        cx.kernel().sleep(trip).await;
    }
    for ttl in routers.len()..if there { routers.len() } else { most } {
        cx.out(&format!("{:>2}  {}\n", ttl + 1, ["*"; 10][..probes].join(" ")));
        cx.kernel().sleep(wait * probes as u32 / if busybox { 1 } else { AT_ONCE }).await;
    }
    0
}

/// The machines that hand the packet on: the nodes where it is routed, by the address at which it comes in, and the gateway of the
/// nodes for what leaves the cluster.
fn routers(cx: &Cx, trace: &Trace) -> Vec<Ipv4Addr> {
    let system = cx.kernel().system();
    let Some(network) = system.cluster().map(cluster::Cluster::network) else { return Vec::new() };
    let mut routers = Vec::new();
    for (i, hop) in trace.hops.iter().enumerate() {
        let At::Node(node) = &hop.at else { continue };
        // A machine that has sent the packet itself, or is its end, hands nothing on.
        let ends = trace.hops[i..].iter().all(|later| matches!(&later.at, At::Node(n) if n == node));
        let known = matches!(i.checked_sub(1).map(|i| &trace.hops[i].at), Some(At::Node(n)) if n == node);
        let mine = trace.from == Place::Node(node.clone());
        let from_pod = matches!(i.checked_sub(1).map(|i| &trace.hops[i].what), Some(What::Forwarded(Route::DefaultGateway)));
        if !(ends && !matches!(hop.what, What::Forwarded(Route::Internet)) || known || mine) {
            let own = if from_pod { network.bridge(node) } else { network.address(&Place::Node(node.clone())) };
            routers.extend(own);
        }
        if matches!(hop.what, What::Forwarded(Route::Internet)) && hop.after.destination != outside::WORKSTATION {
            routers.push(outside::WORKSTATION);
        }
    }
    routers
}

/// The name of an address, if it has one.
fn name_of(cx: &Cx, address: Ipv4Addr) -> String {
    let name = name_for(address) + ".";
    let query = Query { name: &name, kind: RecordType::Ptr, server: None, search: false };
    let answered = cx.kernel().system().ask(&cx.shell.place, &query);
    let record = answered.ok().and_then(|answered| answered.answers.last()?.1.records.last().map(|r| r.data.clone()));
    record.map_or_else(|| address.to_string(), |name| name.trim_end_matches('.').to_owned())
}
