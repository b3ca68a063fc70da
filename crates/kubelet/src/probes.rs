//! Startup, readiness and liveness probes (pkg/kubelet/prober).

use crate::exec::{self, port_number};
use crate::serve;
use crate::state::Pod;
use crate::usage::Visit;
use crate::worker::Worker;
use api::{Rng, Time, Value};
use apiserver::EventSpec;
use std::time::Duration;

/// How a probe's request calls itself.
const AGENT: &str = "kube-probe/1.36";

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Startup,
    Readiness,
    Liveness,
}

/// A probe of a running container.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) role: Role,
    /// When it is due next.
    pub(crate) due: Time,
    successes: i64,
    failures: i64,
}

impl Role {
    fn key(self) -> &'static str {
        match self {
            Role::Startup => "startupProbe",
            Role::Readiness => "readinessProbe",
            Role::Liveness => "livenessProbe",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Role::Startup => "Startup",
            Role::Readiness => "Readiness",
            Role::Liveness => "Liveness",
        }
    }
}

/// The probes of a container that has just started. The prober's clock ticks since the Pod came, so the first probe is due
/// anywhere within the first period.
pub(crate) fn of(spec: &Value, now: Time, rng: &mut Rng) -> Vec<Probe> {
    let roles = [Role::Startup, Role::Readiness, Role::Liveness];
    let there = roles.into_iter().filter(|role| !spec[role.key()].is_null());
    let probes = there.map(|role| {
        let probe = &spec[role.key()];
        let offset = rng.below(period(probe).as_millis().min(60_000) as u32);
        let delay = Duration::from_secs(probe["initialDelaySeconds"].int().unsigned_abs());
        Probe { role, due: now + delay + Duration::from_millis(u64::from(offset)), successes: 0, failures: 0 }
    });
    probes.collect()
}

fn period(probe: &Value) -> Duration {
    Duration::from_secs(probe["periodSeconds"].as_int().filter(|s| *s > 0).unwrap_or(10).unsigned_abs())
}

impl Worker<'_, '_> {
    /// Runs the probes that are due.
    pub(crate) fn probe(&mut self) {
        if self.pod.life != crate::state::Life::Syncing {
            return;
        }
        for index in 0..self.pod.containers.len() {
            for at in 0..self.pod.containers[index].probes.len() {
                let container = &self.pod.containers[index];
                let Some(probe) = container.probes.get(at).filter(|p| p.due <= self.cx.now) else { continue };
                let role = probe.role;
                let waits = role != Role::Startup && !container.started || role == Role::Startup && container.started;
                let spec = self.pod.spec_of(index)[role.key()].clone();
                self.pod.containers[index].probes[at].due = self.cx.now + period(&spec);
                if !waits && !self.pod.containers[index].ending() {
                    match self.check(index, &spec) {
                        Some(verdict) => self.judge(index, at, role, &spec, verdict),
                        // It is done again as soon as the network has answered, which is before time goes on.
                        None => self.pod.containers[index].probes[at].due = self.cx.now,
                    }
                }
            }
        }
    }

    fn judge(&mut self, index: usize, at: usize, role: Role, spec: &Value, verdict: Result<(), String>) {
        let threshold = |key: &str, default: i64| spec[key].as_int().filter(|n| *n > 0).unwrap_or(default);
        if let Err(output) = &verdict {
            let text = format!("{} probe failed: {output}", role.name());
            self.container_event(index, EventSpec::warning("Unhealthy", text));
        }
        let container = &mut self.pod.containers[index];
        let Some(probe) = container.probes.get_mut(at) else { return };
        (probe.successes, probe.failures) = match verdict {
            Ok(()) => (probe.successes + 1, 0),
            Err(_) => (0, probe.failures + 1),
        };
        let passed = probe.successes >= threshold("successThreshold", 1);
        let failed = probe.failures >= threshold("failureThreshold", 3);
        match role {
            Role::Readiness if passed != container.ready && (passed || failed) => container.ready = passed,
            Role::Startup if passed => container.started = true,
            Role::Startup | Role::Liveness if failed => return self.unhealthy(index, role),
            _ => return,
        }
        self.pod.sync_at = Some(self.cx.now);
    }

    fn unhealthy(&mut self, index: usize, role: Role) {
        let name = self.pod.containers[index].name.clone();
        let text = format!("Container {name} failed {} probe, will be restarted", role.name().to_lowercase());
        self.container_event(index, EventSpec::normal("Killing", text));
        let object = &self.pod.object["spec"];
        let own = self.pod.spec_of(index)[role.key()]["terminationGracePeriodSeconds"].as_int();
        let grace = own.or(object["terminationGracePeriodSeconds"].as_int()).unwrap_or(30);
        self.ask_to_end(index, self.cx.now + Duration::from_secs(grace.max(1).unsigned_abs()));
    }

    /// What a probe finds; none while it waits for the network.
    fn check(&mut self, index: usize, spec: &Value) -> Option<Result<(), String>> {
        let seconds = spec["timeoutSeconds"].as_int().filter(|s| *s > 0).unwrap_or(1).unsigned_abs();
        let command = exec::command_of(spec);
        if command.is_empty() {
            let agent = if spec["httpGet"].is_null() { "" } else { AGENT };
            let asked = if agent.is_empty() { &spec["tcpSocket"] } else { &spec["httpGet"] };
            return match exec::visit(self.pod, index, asked, agent) {
                Some(visit) => self.check_elsewhere(index, visit, seconds),
                None => Some(self.check_port(index, spec, seconds)),
            };
        }
        let ran = match self.exec(index, &command, Duration::from_secs(seconds)) {
            Ok(ran) if ran.waits => return None,
            Ok(ran) => ran,
            Err(why) => return Some(Err(why)),
        };
        Some(match ran.code {
            Some(0) => Ok(()),
            Some(_) => Err(ran.output.trim_end().to_owned()),
            None => Err(format!("command timed out: {:?} timed out after {seconds}s", command.join(" "))),
        })
    }

    /// A server that is not in the Pod.
    fn check_elsewhere(&mut self, index: usize, visit: Visit, seconds: u64) -> Option<Result<(), String>> {
        let (http, url) = (visit.request.is_some(), visit.url.clone());
        let address = format!("{}:{}", visit.host, visit.port);
        let outcome = self.visit(index, visit)?;
        Some(match outcome.out.parse::<u16>().ok() {
            _ if outcome.took > Duration::from_secs(seconds) && http => Err(late(&url)),
            _ if outcome.took > Duration::from_secs(seconds) => Err(format!("dial tcp {address}: i/o timeout")),
            _ if outcome.status != 0 => Err(outcome.err),
            Some(status) => well(status),
            None => Ok(()),
        })
    }

    fn check_port(&mut self, index: usize, spec: &Value, seconds: u64) -> Result<(), String> {
        let ip = self.pod.ip.clone().unwrap_or_default();
        let cut_off = !self.pod.host_network() && !self.network.reaches_pods(&self.pod.node);
        if !spec["httpGet"].is_null() {
            let (url, status) = self.get(index, &spec["httpGet"], AGENT);
            let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            return match status {
                _ if cut_off => Err(late(&url)),
                None => Err(format!("Get \"{url}\": dial tcp {host}: connect: connection refused")),
                Some(0) => Err(format!("Get \"{url}\": {}", crate::http::MALFORMED)),
                Some(status) => well(status),
            };
        }
        let port = |socket: &Value, pod: &Pod| port_number(pod, index, &socket["port"]);
        if !spec["grpc"].is_null() {
            let port = port(&spec["grpc"], self.pod);
            return match serve::listens(self.pod, port) && !cut_off {
                true => Ok(()),
                false => Err(format!(
                    "timeout: failed to connect service \"{ip}:{port}\" within {seconds}s: context deadline exceeded"
                )),
            };
        }
        if !spec["tcpSocket"].is_null() {
            let port = port(&spec["tcpSocket"], self.pod);
            return match serve::listens(self.pod, port) {
                _ if cut_off => Err(format!("dial tcp {ip}:{port}: i/o timeout")),
                true => Ok(()),
                false => Err(format!("dial tcp {ip}:{port}: connect: connection refused")),
            };
        }
        Ok(())
    }
}

/// Whether a status says that a server is well.
fn well(status: u16) -> Result<(), String> {
    match (200..400).contains(&status) {
        true => Ok(()),
        false => Err(format!("HTTP probe failed with statuscode: {status}")),
    }
}

/// A server has not answered in time.
fn late(url: &str) -> String {
    format!("Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
}
