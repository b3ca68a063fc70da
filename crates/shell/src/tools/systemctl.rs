//! `systemctl`, `poweroff`, `reboot`

use super::Cx;
use crate::process::{Machine, Place};

/// What runs on a node besides its kubelet.
const OTHERS: &[(&str, &str)] = &[("containerd", "containerd container runtime"), ("ssh", "OpenBSD Secure Shell server")];

/// Controls the services of a machine.
pub(super) async fn run(cx: Cx) -> i32 {
    let words: Vec<&str> = cx.args[1..].iter().map(String::as_str).filter(|a| !a.starts_with('-')).collect();
    let (verb, units) = words.split_first().map_or(("list-units", &[][..]), |(verb, units)| (*verb, units));
    if verb == "poweroff" || verb == "reboot" {
        return power(&cx, verb == "reboot").await;
    }
    if !["start", "stop", "restart", "status", "is-active", "enable", "disable", "daemon-reload"].contains(&verb) {
        cx.err(&format!("Unknown command verb '{verb}'.\n"));
        return 1;
    }
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.err("System has not been booted with systemd as init system (PID 1). Can't operate.\n");
        return 1;
    };
    let mut status = 0;
    for unit in units {
        let name = unit.strip_suffix(".service").unwrap_or(unit);
        let other = OTHERS.iter().find(|(other, _)| *other == name);
        let active = match (name, other) {
            ("kubelet", _) => cx.kernel().system().kubelet_runs(&node).unwrap_or(false),
            (_, Some(_)) => true,
            _ => {
                let problem = match verb {
                    "status" | "is-active" => format!("Unit {name}.service could not be found."),
                    _ => format!("Failed to {verb} {name}.service: Unit {name}.service not found."),
                };
                cx.err(&format!("{problem}\n"));
                status = if verb == "status" { 4 } else { 5 };
                continue;
            }
        };
        match verb {
            "start" | "stop" | "restart" if name == "kubelet" => {
                if verb != "start" {
                    cx.shell.acting().machine(&node, Machine::StopKubelet);
                }
                if verb != "stop" {
                    cx.shell.acting().machine(&node, Machine::StartKubelet);
                }
                cx.kernel().stepped();
            }
            "status" | "is-active" => {
                let what = other.map_or("kubelet: The Kubernetes Node Agent", |(_, what)| what);
                let (dot, state) = if active { ("\u{25cf}", "active (running)") } else { ("\u{25cb}", "inactive (dead)") };
                cx.out(&match verb {
                    "is-active" => format!("{}\n", if active { "active" } else { "inactive" }),
                    _ => format!(
                        "{dot} {name}.service - {what}\n     Loaded: loaded (/usr/lib/systemd/system/{name}.service; enabled; preset: enabled)\n     Active: {state}\n"
                    ),
                });
                status = if active { 0 } else { 3 };
            }
            _ => {}
        }
    }
    status
}

/// Switches the machine off.
pub(super) async fn poweroff(cx: Cx) -> i32 {
    power(&cx, cx.args.iter().any(|a| a == "-r")).await
}

/// Switches the machine off and on again.
pub(super) async fn reboot(cx: Cx) -> i32 {
    power(&cx, true).await
}

async fn power(cx: &Cx, again: bool) -> i32 {
    let Place::Node(node) = cx.shell.place.clone() else {
        return cx.fail("Must be superuser: this is your own workstation.");
    };
    cx.shell.acting().machine(&node, Machine::PowerOff);
    if again {
        cx.shell.acting().machine(&node, Machine::PowerOn);
    }
    cx.kernel().stepped();
    0
}
