//! `tc qdisc`: makes a node's network slow, as a bad line does.

use super::Cx;
use crate::process::Place;
use std::time::Duration;

const USAGE: &str = "Usage: tc qdisc [ add | del | replace | show ] dev STRING root netem [ delay TIME ] [ rate RATE ]\n";

/// Shows and sets the queueing of `eth0`.
pub(super) async fn run(cx: Cx) -> i32 {
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.err("RTNETLINK answers: Operation not permitted\n");
        return 2;
    };
    let words: Vec<&str> = cx.args[1..].iter().map(String::as_str).collect();
    let [object, rest @ ..] = &words[..] else {
        cx.err(USAGE);
        return 255;
    };
    if !"qdisc".starts_with(object) || object.is_empty() {
        cx.err(&format!("Object \"{object}\" is unknown, try \"tc help\".\n"));
        return 1;
    }
    let device = rest.iter().position(|word| *word == "dev").and_then(|at| rest.get(at + 1));
    if let Some(device) = device.filter(|device| **device != "eth0") {
        cx.err(&format!("Cannot find device \"{device}\"\n"));
        return 1;
    }
    match rest.first().copied() {
        None | Some("show" | "ls" | "list") => show(&cx, &node),
        Some("del" | "delete") if device.is_some() => {
            if current(&cx, &node) == (Duration::ZERO, 0) {
                cx.err("Error: Cannot delete qdisc with handle of zero.\n");
                return 2;
            }
            set(&cx, &node, Duration::ZERO, 0)
        }
        Some(verb @ ("add" | "replace" | "change")) if device.is_some() => {
            if verb == "add" && current(&cx, &node) != (Duration::ZERO, 0) {
                cx.err("Error: Exclusivity flag on, cannot modify.\n");
                return 2;
            }
            let Some(kind) = rest.iter().find(|word| matches!(**word, "netem" | "tbf")) else {
                cx.err("Error: Specified qdisc kind is unknown.\n");
                return 2;
            };
            let after = |name: &str| rest.iter().position(|word| *word == name).and_then(|at| rest.get(at + 1));
            let delay = match after("delay").map(|text| time(text)) {
                Some(None) => return wrong(&cx, "delay", kind),
                delay => delay.flatten().unwrap_or_default(),
            };
            let rate = match after("rate").map(|text| bytes_per_second(text)) {
                Some(None) => return wrong(&cx, "rate", kind),
                rate => rate.flatten().unwrap_or_default(),
            };
            set(&cx, &node, delay, rate)
        }
        _ => {
            cx.err(USAGE);
            255
        }
    }
}

fn wrong(cx: &Cx, what: &str, kind: &str) -> i32 {
    cx.err(&format!("Illegal \"{what}\"\nUsage: ... {kind} [ limit PACKETS ] [ delay TIME ] [ rate RATE ]\n"));
    1
}

/// `200ms`, `1s`, `300` (microseconds)
fn time(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].parse::<u64>().ok()?;
    let unit = match &text[end..] {
        "s" | "sec" => 1_000_000,
        "ms" | "msec" => 1000,
        "" | "us" | "usec" => 1,
        _ => return None,
    };
    Some(Duration::from_micros(number.checked_mul(unit)?.min(3_600_000_000)))
}

/// `1mbit`, `500kbit`, `2mbps` (bytes)
fn bytes_per_second(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].parse::<u64>().ok()?;
    let (bits, per) = match &text[end..] {
        "" | "bit" => (1, 8),
        "kbit" => (1000, 8),
        "mbit" => (1_000_000, 8),
        "gbit" => (1_000_000_000, 8),
        "bps" => (1, 1),
        "kbps" => (1000, 1),
        "mbps" => (1_000_000, 1),
        _ => return None,
    };
    Some((number.checked_mul(bits)? / per).max(1))
}

fn current(cx: &Cx, node: &str) -> (Duration, u64) {
    let system = cx.kernel().system();
    let gear = system.cluster().and_then(|cluster| cluster.network().gear(node));
    gear.map_or((Duration::ZERO, 0), |gear| (gear.delay, gear.rate))
}

fn set(cx: &Cx, node: &str, delay: Duration, rate: u64) -> i32 {
    cx.shell.acting().change_gear(node, &mut |gear| (gear.delay, gear.rate) = (delay, rate));
    cx.kernel().stepped();
    0
}

fn show(cx: &Cx, node: &str) -> i32 {
    let (delay, rate) = current(cx, node);
    if (delay, rate) == (Duration::ZERO, 0) {
        cx.out("qdisc fq_codel 0: dev eth0 root refcnt 2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64\n");
        return 0;
    }
    let mut text = "qdisc netem 8001: dev eth0 root refcnt 2 limit 1000".to_owned();
    if !delay.is_zero() {
        text.push_str(&format!(" delay {}ms", delay.as_millis()));
    }
    if rate > 0 {
        text.push_str(&format!(" rate {}Kbit", rate * 8 / 1000));
    }
    cx.out(&(text + "\n"));
    0
}
