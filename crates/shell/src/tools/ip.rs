//! `ip`: the network interface of a machine, shown, and taken down or up.

use super::Cx;
use crate::process::{Machine, Place};

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
        cx.out(&format!("2: {DEVICE}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP\n"));
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
        return 0;
    }
    if is("route") {
        let gateway = address.rsplit_once('.').map(|(net, _)| format!("{net}.1")).unwrap_or_default();
        cx.out(&format!("default via {gateway} dev {DEVICE}\n"));
        return 0;
    }
    match object {
        "" => cx.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n"),
        object => cx.err(&format!("Object \"{object}\" is unknown, try \"ip help\".\n")),
    }
    1
}

fn set(cx: &Cx, words: &[&str]) -> i32 {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "dev").collect();
    let [device, state @ ("up" | "down")] = words[..] else {
        cx.err("Not enough information: \"dev\" argument is required.\n");
        return 255;
    };
    if device != DEVICE {
        cx.err(&format!("Cannot find device \"{device}\"\n"));
        return 1;
    }
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.err("RTNETLINK answers: Operation not permitted\n");
        return 2;
    };
    let act = if state == "up" { Machine::LinkUp } else { Machine::LinkDown };
    cx.shell.acting().machine(&node, act);
    cx.kernel().stepped();
    0
}
