//! `virsh`: the nodes are virtual machines, and the workstation is their host. So somebody can press their power buttons and
//! pull their network cables, from outside, when `ssh` no longer gets in.

use super::Cx;
use crate::process::{Machine, Place};

/// Controls the machines. As libvirt's, each answer ends with an empty line.
pub(super) async fn run(cx: Cx) -> i32 {
    if cx.shell.place != Place::Workstation {
        cx.err("error: failed to connect to the hypervisor\nerror: Operation not supported: No hypervisor here\n");
        return 1;
    }
    let words: Vec<&str> = cx.args[1..].iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    match words[..] {
        ["list"] => list(&cx),
        [verb @ ("start" | "destroy" | "shutdown" | "reboot" | "reset"), domain] => power(&cx, verb, domain),
        ["domif-setlink", domain, _, state] => link(&cx, domain, state),
        ["domif-getlink", domain, interface] => {
            let Some((_, up)) = state(&cx, domain) else { return 1 };
            cx.out(&format!("{interface} {}\n\n", if up { "up" } else { "down" }));
            0
        }
        ["domstate", domain] => {
            let Some((on, _)) = state(&cx, domain) else { return 1 };
            cx.out(&format!("{}\n\n", if on { "running" } else { "shut off" }));
            0
        }
        [] | ["help"] => {
            cx.out("virsh: list, start, shutdown, reboot, destroy, domstate DOMAIN; domif-setlink DOMAIN INTERFACE up|down\n");
            0
        }
        ["start" | "destroy" | "shutdown" | "reboot" | "reset" | "domstate"] => {
            cx.err(&format!("error: command '{}' requires <domain> option\n", words[0]));
            1
        }
        ["domif-setlink" | "domif-getlink", ..] => {
            let missing = ["domain", "interface", "state"][words.len().saturating_sub(1).min(2)];
            cx.err(&format!("error: command '{}' requires <{missing}> option\n", words[0]));
            1
        }
        _ => {
            cx.err(&format!("error: unknown command: '{}'\n", words[0]));
            1
        }
    }
}

/// Whether a machine has power, and whether its cable is plugged in. What is no machine has been complained about.
fn state(cx: &Cx, domain: &str) -> Option<(bool, bool)> {
    let system = cx.kernel().system();
    let node = system.cluster().and_then(|cluster| {
        let node = cluster.kubelets().node(domain)?;
        Some((node.power, cluster.network().has_link(domain)))
    });
    drop(system);
    if node.is_none() {
        cx.err(&format!("error: failed to get domain '{domain}'\n"));
    }
    node
}

fn list(cx: &Cx) -> i32 {
    let all = cx.args.iter().any(|word| word == "--all");
    let system = cx.kernel().system();
    let nodes = system.cluster().into_iter().flat_map(|cluster| cluster.kubelets().nodes());
    let machines: Vec<(String, bool)> = nodes.map(|node| (node.config.name.to_string(), node.power)).collect();
    drop(system);
    let width = machines.iter().map(|(name, _)| name.len()).max().unwrap_or(4).max(4) + 3;
    cx.out(&format!(" Id   {:width$}State\n{}\n", "Name", "-".repeat(width + 15)));
    for (index, (name, on)) in machines.iter().enumerate().filter(|(_, (_, on))| all || *on) {
        let id = if *on { (index + 1).to_string() } else { "-".to_owned() };
        cx.out(&format!(" {id:<4} {name:width$}{}\n", if *on { "running" } else { "shut off" }));
    }
    cx.out("\n");
    0
}

fn power(cx: &Cx, verb: &str, domain: &str) -> i32 {
    let Some((on, _)) = state(cx, domain) else { return 1 };
    let refused = match (verb, on) {
        ("start", true) => Some("error: Domain is already active\n".to_owned()),
        ("start", false) | (_, true) => None,
        _ => Some(format!(
            "error: Failed to {verb} domain '{domain}'\nerror: Requested operation is not valid: domain is not running\n"
        )),
    };
    if let Some(text) = refused {
        cx.err(&text);
        return 1;
    }
    if verb != "start" {
        cx.shell.acting().machine(domain, Machine::PowerOff);
    }
    if matches!(verb, "start" | "reboot" | "reset") {
        cx.shell.acting().machine(domain, Machine::PowerOn);
    }
    cx.kernel().stepped();
    let done = match verb {
        "start" => "started",
        "destroy" => "destroyed",
        "shutdown" => "is being shutdown",
        "reboot" => "is being rebooted",
        _ => "was reset",
    };
    cx.out(&format!("Domain '{domain}' {done}\n\n"));
    0
}

fn link(cx: &Cx, domain: &str, to: &str) -> i32 {
    let act = match to {
        "up" => Machine::LinkUp,
        "down" => Machine::LinkDown,
        _ => {
            cx.err(&format!("error: invalid link state '{to}'\n"));
            return 1;
        }
    };
    if state(cx, domain).is_none() {
        return 1;
    }
    cx.shell.acting().machine(domain, act);
    cx.kernel().stepped();
    cx.out("Device updated successfully\n\n");
    0
}
