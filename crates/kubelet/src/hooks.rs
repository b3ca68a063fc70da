//! Commands and requests that the kubelet makes in a container: lifecycle hooks, and what probes have in common with them
//! (pkg/kubelet/lifecycle/handlers.go, kuberuntime's killContainer).

use crate::http::Request;
use crate::process::{OVERHEAD, Process, Started, Surroundings};
use crate::programs::{self, Invocation};
use crate::state::Pod;
use crate::worker::Worker;
use crate::{images, serve};
use api::{Str, Time, Value};
use apiserver::EventSpec;
use script::Outcome;
use std::sync::Arc;
use std::time::Duration;

/// How a command in a container went.
pub(crate) struct Ran {
    /// Its exit code; none if it had not ended in time.
    pub(crate) code: Option<i32>,
    /// What it printed.
    pub(crate) output: String,
    /// How long it took.
    pub(crate) took: Duration,
    /// Whether it waits for the network: it is to be run once more when that has answered.
    pub(crate) waits: bool,
}

/// A command beside a container's own process that needs the network. It has left nothing behind and is run again from its
/// beginning, with what the network has answered so far.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    command: Vec<String>,
    pub(crate) answers: Vec<Outcome>,
    /// What it asks now, until somebody takes that.
    pub(crate) asked: Option<script::Program>,
}

impl Worker<'_, '_> {
    /// Runs a command in a container, for as long as it takes, but no longer than `limit`.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub(crate) fn exec(&mut self, index: usize, command: &[String], limit: Duration) -> Result<Ran, String> {
        let container = &self.pod.containers[index];
        let image = crate::registry::image_of(container).unwrap_or(&images::UNKNOWN);
        let env = container.env.clone();
        let invocation = Invocation {
            image,
            own: None,
            command,
            args: &[],
            env: &env,
            memory_limit: None,
            stdin: false,
            file: false,
        };
        let program = programs::program(&invocation).map_err(|why| format!("exec failed: {why}"))?;
        let now = self.cx.now;
        let place = self.pod.containers[index].pending.iter().position(|pending| pending.command == command);
        let pending = place.map(|place| self.pod.containers[index].pending.remove(place));
        let answers = pending.map(|pending| pending.answers).unwrap_or_default();
        let before = self.disks.clone();
        let inner = &mut serve::inside(self.pod, index, self.disks, now).with_tools(self.tools);
        let mut around = Trial { output: String::new(), answers: answers.iter(), asked: None, inner };
        let mut process = Process::start(Arc::new(program), now);
        while let Some(at) = process.wake().filter(|at| *at <= now + limit && around.asked.is_none()) {
            process.run(at, &mut around);
        }
        let Trial { output, asked, .. } = around;
        let waits = asked.is_some();
        if waits {
            *self.disks = before;
            self.pod.containers[index].pending.push(Pending { command: command.to_vec(), answers, asked });
        }
        let took = process.ended.map_or(limit, |(at, _)| at.since(now).saturating_sub(OVERHEAD));
        Ok(Ran { code: process.ended.map(|(_, code)| code), output, took, waits })
    }

    /// Asks a server over HTTP as `get` (an `httpGet`) says: the URL, and the status if something answered.
    pub(crate) fn get(&mut self, index: usize, get: &Value) -> (String, Option<u16>) {
        let port = port_number(self.pod, index, &get["port"]);
        let host = get["host"].as_str().map_or(self.pod.ip.clone().unwrap_or_default(), Str::from);
        let path = get["path"].as_str().filter(|p| !p.is_empty()).unwrap_or("/");
        let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_ascii_lowercase();
        let mut request = Request::get(format!("{host}:{port}"), path);
        request.agent = "kube-probe/1.36".into();
        request.client = self.node.config.address.clone();
        let reply = serve::reply(self.pod, port, &request, self.disks, self.cx.now);
        (format!("{scheme}://{host}:{port}{path}"), reply.map(|reply| reply.status))
    }

    /// Does what a hook says; how long that takes.
    ///
    /// # Errors
    /// What went wrong, for the container's status.
    fn hook(&mut self, index: usize, hook: &Value, limit: Duration) -> Result<Duration, String> {
        if let Some(seconds) = hook["sleep"]["seconds"].as_int() {
            return Ok(Duration::from_secs(seconds.max(0).unsigned_abs()).min(limit));
        }
        if !hook["httpGet"].is_null() {
            return match self.get(index, &hook["httpGet"]) {
                (_, Some(_)) => Ok(Duration::ZERO),
                (url, None) => Err(format!("Get \"{url}\": connect: connection refused")),
            };
        }
        let command: Vec<String> = hook["exec"]["command"].array().iter().map(|w| w.str().to_owned()).collect();
        if command.is_empty() {
            return Ok(Duration::ZERO);
        }
        let ran = self.exec(index, &command, limit)?;
        match ran.code {
            // A hook is not waited for so long: what it asks the network is taken to be there.
            _ if ran.waits => {
                self.pod.containers[index].pending.retain(|pending| pending.command != command);
                Ok(Duration::ZERO)
            }
            Some(0) => Ok(ran.took),
            Some(code) => Err(format!("command '{}' exited with {code}: {}", command.join(" "), ran.output)),
            None => Err(format!("command '{}' timed out", command.join(" "))),
        }
    }

    /// `lifecycle.postStart`: the container counts as started only after it. If it fails, the container is killed.
    ///
    /// # Errors
    /// What went wrong.
    pub(crate) fn post_start(&mut self, index: usize) -> Result<Duration, String> {
        const PATIENCE: Duration = Duration::from_secs(3600);
        let hook = self.pod.spec_of(index)["lifecycle"]["postStart"].clone();
        if hook.is_null() {
            return Ok(Duration::ZERO);
        }
        self.hook(index, &hook, PATIENCE).inspect_err(|_| {
            self.container_event(index, EventSpec::warning("FailedPostStartHook", "PostStartHook failed"));
            self.container_event(index, EventSpec::normal("Killing", "FailedPostStartHook"));
        })
    }

    /// `lifecycle.preStop`, of which at most `limit` is waited for; how long it takes.
    pub(crate) fn pre_stop(&mut self, index: usize, limit: Duration) -> Duration {
        let hook = self.pod.spec_of(index)["lifecycle"]["preStop"].clone();
        if hook.is_null() {
            return Duration::ZERO;
        }
        let gone = self.hook(index, &hook, limit);
        gone.unwrap_or_else(|_| {
            self.container_event(index, EventSpec::warning("FailedPreStopHook", "PreStopHook failed"));
            Duration::ZERO
        })
    }

    /// What a container that has ended says about it: the text of its termination message file, or the end of its log
    /// (pkg/kubelet/kuberuntime: `getTerminationMessage`).
    pub(crate) fn termination_message(&mut self, index: usize, code: i32) -> Str {
        /// `MaxContainerTerminationMessageLength`, and the limits of what is taken from the log.
        const LONGEST: usize = 4096;
        const LOG_LINES: usize = 80;
        const LOG_BYTES: usize = 2048;
        let spec = self.pod.spec_of(index);
        let path = spec["terminationMessagePath"].as_str().unwrap_or("/dev/termination-log").to_owned();
        let from_log = spec["terminationMessagePolicy"].str() == "FallbackToLogsOnError" && code != 0;
        let root = crate::volumes::root_disk(&self.pod.id, &self.pod.containers[index].name);
        let mounted = spec["volumeMounts"].array().iter().any(|mount| path.starts_with(mount["mountPath"].str()));
        // A container whose files nobody has made has written none.
        let text = match self.disks.contains_key(&root) || mounted {
            true => serve::inside(self.pod, index, self.disks, self.cx.now).read(&path).unwrap_or_default(),
            false => String::new(),
        };
        let text = match text.is_empty() && from_log {
            true => {
                let log = &self.pod.containers[index].log;
                let lines = log.iter().skip(log.len().saturating_sub(LOG_LINES));
                let all: String = lines.map(|line| format!("{}\n", line.text)).collect();
                tail(&all, LOG_BYTES).to_owned()
            }
            false => text,
        };
        head(&text, LONGEST).into()
    }
}

/// The last `most` bytes, or a little less.
fn tail(text: &str, most: usize) -> &str {
    let from = (text.len().saturating_sub(most)..).find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[from..]
}

/// The first `most` bytes, or a little less.
fn head(text: &str, most: usize) -> &str {
    let to = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..to]
}

/// Collects what a command prints.
struct Trial<'a> {
    output: String,
    answers: std::slice::Iter<'a, Outcome>,
    asked: Option<script::Program>,
    inner: &'a mut dyn Surroundings,
}

impl Surroundings for Trial<'_> {
    fn print(&mut self, text: &str, _: Time) {
        self.output.push_str(text);
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) {
        self.inner.files(act);
    }
    fn variable(&self, name: &str) -> String {
        self.inner.variable(name)
    }
    fn shell(&self) -> script::Memory {
        self.inner.shell()
    }
    fn start(&mut self, args: &[String]) -> Started {
        self.inner.start(args)
    }
    fn call(&mut self, program: &script::Program) -> script::Ran {
        match self.inner.call(program) {
            script::Ran::Later => match self.answers.next() {
                Some(outcome) => script::Ran::Done(outcome.clone()),
                None => {
                    self.asked = Some(program.clone());
                    script::Ran::Later
                }
            },
            ran => ran,
        }
    }
}

/// A port that is given by number or by the name of one of the container's ports.
pub(crate) fn port_number(pod: &Pod, index: usize, port: &Value) -> u16 {
    let named = || {
        let ports = pod.spec_of(index)["ports"].array();
        ports.iter().find(|p| p["name"].str() == port.str()).map(|p| p["containerPort"].int())
    };
    let number = port.as_int().or_else(named).or_else(|| port.str().parse().ok());
    number.and_then(|n| u16::try_from(n).ok()).unwrap_or_default()
}
