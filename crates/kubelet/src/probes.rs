//! Startup, readiness and liveness probes (pkg/kubelet/prober).

use crate::http::Request;
use crate::process::{Process, Step, Surroundings};
use crate::programs::{self, Invocation};
use crate::state::Pod;
use crate::worker::Worker;
use crate::{Reference, images, serve};
use api::{Rng, Str, Time, Value};
use apiserver::EventSpec;
use std::sync::Arc;
use std::time::Duration;

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
                if !waits && self.pod.containers[index].dies.is_none() {
                    let verdict = self.check(index, &spec);
                    self.judge(index, at, role, &spec, verdict);
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

    fn check(&mut self, index: usize, spec: &Value) -> Result<(), String> {
        let ip = self.pod.ip.clone().unwrap_or_default();
        if let Some(get) = Some(&spec["httpGet"]).filter(|v| !v.is_null()) {
            let port = port_number(self.pod, index, &get["port"]);
            let host = get["host"].as_str().map_or(ip, Str::from);
            let path = get["path"].as_str().filter(|p| !p.is_empty()).unwrap_or("/");
            let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_ascii_lowercase();
            let mut request = Request::get(format!("{host}:{port}"), path);
            request.agent = "kube-probe/1.36".into();
            request.client = self.node.config.address.clone();
            let reply = serve::reply(self.pod, port, &request, self.disks, self.cx.now);
            return match reply {
                None => {
                    let url = format!("{scheme}://{host}:{port}{path}");
                    Err(format!("Get \"{url}\": dial tcp {host}:{port}: connect: connection refused"))
                }
                Some(reply) if reply.status == 0 => Err("Get: malformed HTTP response".to_owned()),
                Some(reply) if !(200..400).contains(&reply.status) => {
                    Err(format!("HTTP probe failed with statuscode: {}", reply.status))
                }
                Some(_) => Ok(()),
            };
        }
        let socket = if spec["tcpSocket"].is_null() { &spec["grpc"] } else { &spec["tcpSocket"] };
        if !socket.is_null() {
            let port = port_number(self.pod, index, &socket["port"]);
            return match serve::listens(self.pod, port) {
                true => Ok(()),
                false => Err(format!("dial tcp {ip}:{port}: connect: connection refused")),
            };
        }
        let command: Vec<String> = spec.at("exec.command").array().iter().map(|w| w.str().to_owned()).collect();
        if command.is_empty() { Ok(()) } else { self.exec(index, &command) }
    }

    /// Runs a command in a container for its verdict.
    fn exec(&mut self, index: usize, command: &[String]) -> Result<(), String> {
        let Ok(reference) = Reference::parse(&self.pod.containers[index].image.0) else { return Ok(()) };
        let image = images::find(&reference).unwrap_or(&images::UNKNOWN);
        let invocation = Invocation { image, command, args: &[], env: &[], memory_limit: None };
        let program = programs::program(&invocation).map_err(|why| format!("exec failed: {why}"))?;
        let now = self.cx.now;
        let mut around =
            Trial { output: String::new(), failed: false, inner: &mut serve::inside(self.pod, index, self.disks, now) };
        let mut process = Process::start(Arc::new(program.clone()), now);
        process.run(now, &mut around);
        let only_cat = program.steps.iter().any(|step| matches!(step, Step::Cat(_)));
        let code = process.ended.map_or(0, |(_, code)| code);
        match code != 0 || only_cat && around.failed {
            true => Err(around.output.trim_end().to_owned()),
            false => Ok(()),
        }
    }
}

/// Collects what a probe's command prints.
struct Trial<'a> {
    output: String,
    failed: bool,
    inner: &'a mut dyn Surroundings,
}

impl Surroundings for Trial<'_> {
    fn print(&mut self, text: &str, _: Time) {
        self.output.push_str(text);
    }
    fn read(&mut self, path: &str) -> Result<String, String> {
        let text = self.inner.read(path);
        self.failed |= text.is_err();
        text
    }
    fn write(&mut self, path: &str, text: &str, append: bool, at: Time) {
        self.inner.write(path, text, append, at);
    }
    fn remove(&mut self, path: &str) {
        self.inner.remove(path);
    }
    fn make_directory(&mut self, path: &str, at: Time) {
        self.inner.make_directory(path, at);
    }
    fn variable(&self, name: &str) -> String {
        self.inner.variable(name)
    }
}

/// A port that is given by number or by the name of one of the container's ports.
fn port_number(pod: &Pod, index: usize, port: &Value) -> u16 {
    let named = || {
        let ports = pod.spec_of(index)["ports"].array();
        ports.iter().find(|p| p["name"].str() == port.str()).map(|p| p["containerPort"].int())
    };
    let number = port.as_int().or_else(named).or_else(|| port.str().parse().ok());
    number.and_then(|n| u16::try_from(n).ok()).unwrap_or_default()
}
