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
    let address = cx.kernel().system().address(&cx.shell.place).map(|address| address.to_string());
    if is("link") && words.get(1) == Some(&"set") {
        return set(&cx, &words[2..]);
    }
    let address = address.unwrap_or_default();
    if is("address") || is("link") {
        cx.out("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n");
        if is("address") {
            cx.out("    inet 127.0.0.1/8 scope host lo\n");
        }
        let (eth0, bridge) = states(&cx);
        cx.out(&format!("2: {DEVICE}: {} mtu 1500 qdisc noqueue {}\n", flags(eth0), state(eth0)));
        if is("address") && !address.is_empty() {
            cx.out(&format!("    inet {address}/16 scope global {DEVICE}\n"));
        }
        let bound = match (&cx.shell.place, cx.kernel().system().cluster()) {
            (Place::Node(node), Some(cluster)) => network::ipvs::bound(cluster.network(), node),
            _ => Vec::new(),
        };
        if !bound.is_empty() {
            cx.out("3: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN\n");
            let shown = bound.iter().filter(|_| is("address"));
            shown.for_each(|ip| cx.out(&format!("    inet {ip}/32 scope global kube-ipvs0\n")));
        }
        if let Some(bridge) = bridge {
            let (device, up) = (bridge.device, bridge.up);
            cx.out(&format!("6: {device}: {} mtu {} qdisc noqueue {}\n", flags(up), bridge.mtu, state(up)));
            if is("address") {
                let (bits, last) = (bridge.range.bits(), Ipv4Addr::from_bits(bridge.range.last()));
                cx.out(&format!("    inet {}/{bits} brd {last} scope global {device}\n", bridge.address));
            }
        }
        return 0;
    }
    if is("route") {
        let gateway = address.rsplit_once('.').map(|(net, _)| format!("{net}.1")).unwrap_or_default();
        cx.out(&format!("default via {gateway} dev {DEVICE}\n"));
        if let (Place::Node(node), Some(cluster)) = (&cx.shell.place, cx.kernel().system().cluster()) {
            cluster.network().routes(node).iter().for_each(|route| cx.out(&format!("{route}\n")));
        }
        return 0;
    }
    match object {
        "" => cx.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n"),
        object => cx.err(&format!("Object \"{object}\" is unknown, try \"ip help\".\n")),
    }
    1
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

/// Whether the interface is up, and the bridge if there is one.
fn states(cx: &Cx) -> (bool, Option<Bridge>) {
    let Place::Node(node) = &cx.shell.place else { return (true, None) };
    let system = cx.kernel().system();
    let Some(network) = system.cluster().map(cluster::Cluster::network) else { return (true, None) };
    let (device, mtu, up) = (network.plugin.device(), network.plugin.mtu(), network.bridge_is_up(node));
    let bridge = network.bridge(node).zip(network.bridge_range(node));
    let bridge = bridge.map(|(address, range)| Bridge { device, up, mtu, address, range });
    (network.gear(node).is_none_or(|gear| !gear.eth0_down), bridge)
}

fn flags(up: bool) -> &'static str {
    if up { "<BROADCAST,MULTICAST,UP,LOWER_UP>" } else { "<BROADCAST,MULTICAST>" }
}

fn state(up: bool) -> &'static str {
    if up { "state UP" } else { "state DOWN" }
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
