//! `ip`: the network interfaces of a machine, shown, and taken down or up.

use super::Cx;
use crate::process::Place;
use network::Range;
use std::net::Ipv4Addr;

const DEVICE: &str = "eth0";

/// Shows addresses and routes; `ip link set eth0 down` cuts a node off.
pub(super) async fn run(cx: Cx) -> i32 {
    let words: Vec<&str> = cx.args[1..].iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let object = words.first().copied().unwrap_or_default();
    let is = |full: &str| !object.is_empty() && full.starts_with(object);
    let rest = words.get(1..).unwrap_or_default();
    if is("link") && rest.first() == Some(&"set") {
        return set(&cx, &rest[1..]);
    }
    if is("address") || is("link") {
        return show(&cx, rest, is("address"));
    }
    if is("route") {
        return match rest {
            ["g" | "ge" | "get", to, ..] => route_to(&cx, to),
            _ => {
                routes(&cx).iter().for_each(|route| cx.out(&format!("{route}\n")));
                0
            }
        };
    }
    match object {
        "" => cx.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n"),
        object => cx.err(&format!("Object \"{object}\" is unknown, try \"ip help\".\n")),
    }
    1
}

/// An interface of a machine.
struct Device {
    number: u8,
    name: &'static str,
    flags: &'static str,
    mtu: u32,
    /// What queues its packets.
    queue: &'static str,
    state: &'static str,
    /// Its addresses with their bits, and what else is said of each.
    addresses: Vec<(String, String)>,
}

impl Device {
    fn new(number: u8, name: &'static str, up: bool, mtu: u32, addresses: Vec<(String, String)>) -> Device {
        Device { number, name, flags: flags(up), mtu, queue: "noqueue", state: state(up), addresses }
    }
}

/// The interfaces of the machine where this runs.
fn devices(cx: &Cx) -> Vec<Device> {
    let address = cx.kernel().system().address(&cx.shell.place);
    let (flags, state) = ("<LOOPBACK,UP,LOWER_UP>", "UNKNOWN");
    let own = vec![("127.0.0.1/8".into(), "scope host lo".into())];
    let mut all = vec![Device { number: 1, name: "lo", flags, mtu: 65536, queue: "noqueue", state, addresses: own }];
    if let Some(bridge) = bridge_of_pod(cx) {
        let addresses = address.iter().map(|address| bridge.inet(*address, DEVICE)).collect();
        all.push(Device::new(2, DEVICE, true, bridge.mtu, addresses));
        return all;
    }
    let (eth0, bridge) = states(cx);
    let addresses = address.iter().map(|address| (format!("{address}/16"), format!("scope global {DEVICE}"))).collect();
    all.push(Device::new(2, DEVICE, eth0, 1500, addresses));
    let bound = match (&cx.shell.place, cx.kernel().system().cluster()) {
        (Place::Node(node), Some(cluster)) => network::ipvs::bound(cluster.network(), node),
        _ => Vec::new(),
    };
    if !bound.is_empty() {
        let addresses = bound.iter().map(|ip| (format!("{ip}/32"), "scope global kube-ipvs0".into())).collect();
        let (name, flags) = ("kube-ipvs0", "<BROADCAST,NOARP>");
        all.push(Device { number: 3, name, flags, mtu: 1500, queue: "noop", state: "DOWN", addresses });
    }
    if let Some(bridge) = bridge {
        let addresses = vec![bridge.inet(bridge.address, bridge.device)];
        all.push(Device::new(6, bridge.device, bridge.up, bridge.mtu, addresses));
    }
    all
}

/// `ip address` and `ip link`, of all interfaces or of one.
fn show(cx: &Cx, words: &[&str], with_addresses: bool) -> i32 {
    let is_verb = |word: &str| !word.is_empty() && ("show".starts_with(word) || "list".starts_with(word));
    let words = if words.first().is_some_and(|word| is_verb(word)) { &words[1..] } else { words };
    let wanted = words.iter().find(|word| !matches!(**word, "dev" | "up")).copied().unwrap_or_default();
    let (only_up, brief) = (words.contains(&"up"), cx.args.iter().any(|word| word.starts_with("-br")));
    let mut devices = devices(cx);
    devices.retain(|device| wanted.is_empty() || device.name == wanted);
    if devices.is_empty() {
        cx.err(&format!("Device \"{wanted}\" does not exist.\n"));
        return 1;
    }
    for device in devices.iter().filter(|device| !only_up || device.flags.contains("UP")) {
        let Device { number, name, flags, mtu, queue, state, addresses } = device;
        let addresses = addresses.iter().filter(|_| with_addresses);
        if brief {
            let addresses: String = addresses.map(|(address, _)| format!("{address} ")).collect();
            cx.out(&format!("{name:<16} {state:<14} {}\n", if with_addresses { addresses.as_str() } else { flags }));
            continue;
        }
        cx.out(&format!("{number}: {name}: {flags} mtu {mtu} qdisc {queue} state {state}\n"));
        addresses.for_each(|(address, more)| cx.out(&format!("    inet {address} {more}\n")));
    }
    0
}

/// What `ip route` lists.
fn routes(cx: &Cx) -> Vec<String> {
    let Some(address) = cx.kernel().system().address(&cx.shell.place) else { return Vec::new() };
    let link = |range: &str, device: &str| format!("{range} dev {device} proto kernel scope link src {address}");
    if let Some(bridge) = bridge_of_pod(cx) {
        return vec![format!("default via {} dev {DEVICE}", bridge.address), link(&bridge.range.text, DEVICE)];
    }
    let [a, b, ..] = address.octets();
    let mut lines = vec![format!("default via {a}.{b}.0.1 dev {DEVICE}")];
    if let (Place::Node(node), Some(cluster)) = (&cx.shell.place, cx.kernel().system().cluster()) {
        lines.extend(cluster.network().routes(node));
    }
    lines.push(link(&format!("{a}.{b}.0.0/16"), DEVICE));
    lines
}

/// `ip route get`: the route that a packet would take, the narrowest one.
fn route_to(cx: &Cx, to: &str) -> i32 {
    let Ok(address) = to.parse::<Ipv4Addr>() else {
        cx.err(&format!("Error: any valid prefix is expected rather than \"{to}\".\n"));
        return 1;
    };
    let own = cx.kernel().system().address(&cx.shell.place);
    if own == Some(address) || address.is_loopback() {
        cx.out(&format!("local {to} dev lo src {to} uid 0 \n    cache <local> \n"));
        return 0;
    }
    let bits = |route: &str| match route.split(' ').next() {
        Some("default") => Some(0),
        range => Range::parse(range?).filter(|range| range.contains(address)).map(|range| range.bits() + 1),
    };
    let lines = routes(cx);
    let Some(route) = lines.iter().filter(|line| bits(line).is_some()).max_by_key(|line| bits(line)) else {
        cx.err("RTNETLINK answers: Network is unreachable\n");
        return 2;
    };
    let words: Vec<&str> = route.split(' ').collect();
    let after = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1));
    let via = after("via").map_or(String::new(), |via| format!("via {via} "));
    let source = after("src").map_or_else(|| own.map_or(String::new(), |own| own.to_string()), |src| src.to_string());
    cx.out(&format!("{to} {via}dev {} src {source} uid 0 \n    cache \n", after("dev").unwrap_or(&DEVICE)));
    0
}

/// What the bridge of a node's Pods is called.
fn device(cx: &Cx) -> &'static str {
    cx.kernel().system().cluster().map_or("weave", |cluster| cluster.network().plugin.device())
}

/// The bridge of a node's Pods.
struct Bridge {
    device: &'static str,
    up: bool,
    mtu: u32,
    address: Ipv4Addr,
    range: Range,
}

impl Bridge {
    /// An address in its range, as `ip` shows it at an interface.
    fn inet(&self, address: Ipv4Addr, device: &str) -> (String, String) {
        let (bits, last) = (self.range.bits(), Ipv4Addr::from_bits(self.range.last()));
        (format!("{address}/{bits}"), format!("brd {last} scope global {device}"))
    }
}

/// The bridge that a Pod's interface hangs on; none for who is in no Pod, or in one that has its node's network.
fn bridge_of_pod(cx: &Cx) -> Option<Bridge> {
    let Place::Container { uid, .. } = &cx.shell.place else { return None };
    let node = cx.kernel().system().cluster()?.network().node_of(uid)?;
    bridge(cx, &node)
}

/// The bridge of a node's Pods, if there is one yet.
fn bridge(cx: &Cx, node: &str) -> Option<Bridge> {
    let system = cx.kernel().system();
    let network = system.cluster()?.network();
    let (device, mtu, up) = (network.plugin.device(), network.plugin.mtu(), network.bridge_is_up(node));
    let (address, range) = network.bridge(node).zip(network.bridge_range(node))?;
    Some(Bridge { device, up, mtu, address, range })
}

/// Whether the interface is up, and the bridge if there is one.
fn states(cx: &Cx) -> (bool, Option<Bridge>) {
    let Place::Node(node) = &cx.shell.place else { return (true, None) };
    let up = cx.kernel().system().cluster().and_then(|cluster| cluster.network().gear(node)).is_none_or(|gear| !gear.eth0_down);
    (up, bridge(cx, node))
}

fn flags(up: bool) -> &'static str {
    if up { "<BROADCAST,MULTICAST,UP,LOWER_UP>" } else { "<BROADCAST,MULTICAST>" }
}

fn state(up: bool) -> &'static str {
    if up { "UP" } else { "DOWN" }
}

fn set(cx: &Cx, words: &[&str]) -> i32 {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "dev").collect();
    let [device, state @ ("up" | "down")] = words[..] else {
        cx.err("Not enough information: \"dev\" argument is required.\n");
        return 255;
    };
    if device != DEVICE && device != self::device(cx) {
        cx.err(&format!("Cannot find device \"{device}\"\n"));
        return 1;
    }
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.err("RTNETLINK answers: Operation not permitted\n");
        return 2;
    };
    let down = state == "down";
    cx.shell.acting().change_gear(&node, &mut |gear| match device {
        DEVICE => gear.eth0_down = down,
        _ => gear.bridge_down = down,
    });
    cx.kernel().stepped();
    0
}
