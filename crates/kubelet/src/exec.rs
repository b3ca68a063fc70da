//! Commands that the kubelet runs in a container for a probe, and what it asks servers (pkg/kubelet/prober).

use crate::http::Request;
use crate::process::{Process, Program, Started, Surroundings};
use crate::programs::{self, Invocation};
use crate::state::Pod;
use crate::usage::{Errand, Visit};
use crate::worker::Worker;
use crate::{images, serve};
use api::{OrdMap, Str, Time, Value};
use script::Outcome;
use std::sync::Arc;
use std::time::Duration;
use vfs::Fs;

/// How a command in a container went.
pub(crate) struct Ran {
    /// Its exit code; none if it had not ended in time.
    pub(crate) code: Option<i32>,
    /// What it printed.
    pub(crate) output: String,
    /// Whether it waits for the network: it is to be run once more when that has answered.
    pub(crate) waits: bool,
}

/// A probe that needs the network: a command that has left nothing behind and is run again from its beginning, with what the
/// network has answered so far, or (no command) a question to a server that is not in the Pod.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    command: Vec<String>,
    pub(crate) answers: Vec<Outcome>,
    /// What it asks now, until somebody takes that.
    pub(crate) asked: Option<Errand>,
}

/// Where a command in a container runs.
pub(crate) struct Run<'a> {
    pub(crate) disks: &'a mut OrdMap<Str, Fs>,
    pub(crate) tools: Option<crate::Tools>,
    pub(crate) now: Time,
}

impl Worker<'_, '_> {
    /// What a command is in a container, beside its own process.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub(crate) fn command(&self, index: usize, command: &[String]) -> Result<Program, String> {
        let container = &self.pod.containers[index];
        programs::program(&Invocation {
            image: crate::registry::image_of(container).unwrap_or(&images::UNKNOWN),
            own: None,
            command,
            args: &[],
            env: &container.env,
            memory_limit: None,
            stdin: false,
            file: false,
        })
    }

    /// Runs a command in a container, for as long as it takes, but no longer than `limit`.
    ///
    /// # Errors
    /// Why it cannot be started.
    pub(crate) fn exec(&mut self, index: usize, command: &[String], limit: Duration) -> Result<Ran, String> {
        let program = self.command(index, command).map_err(|why| format!("exec failed: {why}"))?;
        let now = self.cx.now;
        let place = self.pod.containers[index].pending.iter().position(|pending| pending.command == command);
        let pending = place.map(|place| self.pod.containers[index].pending.remove(place));
        let answers = pending.map(|pending| pending.answers).unwrap_or_default();
        let before = self.disks.clone();
        let inner = &mut serve::inside(self.pod, index, self.disks, now).with_tools(self.tools);
        let mut said = [String::new()];
        let mut trial = Trial { answers: answers.iter(), asked: None };
        let mut process = Process::start(Arc::new(program), now);
        while let Some(at) = process.wake().filter(|at| *at <= now + limit && trial.asked.is_none()) {
            process.run(at, &mut Aside { said: &mut said, trial: Some(&mut trial), inner });
        }
        let ([output], asked) = (said, trial.asked);
        let waits = asked.is_some();
        if waits {
            *self.disks = before;
            self.pod.containers[index].pending.push(Pending {
                command: command.to_vec(),
                answers,
                asked: asked.map(Errand::Tool),
            });
        }
        Ok(Ran { code: process.ended.map(|(_, code)| code), output, waits })
    }

    /// Asks the Pod's own server over HTTP as `get` (an `httpGet`) says: the URL, and the status if something answered.
    pub(crate) fn get(&mut self, index: usize, get: &Value, agent: &'static str) -> (String, Option<u16>) {
        let port = port_number(self.pod, index, &get["port"]);
        let mut request = request(self.pod, index, get, agent);
        request.client = self.node.config.address.clone();
        let reply = serve::reply(self.pod, port, &request, self.disks, self.cx.now);
        (url(self.pod, index, get), reply.map(|reply| reply.status))
    }

    /// Asks somebody who is not in the Pod; none while the network has not answered.
    pub(crate) fn visit(&mut self, index: usize, visit: Visit) -> Option<Outcome> {
        let key = [visit.url.clone(), visit.host.clone(), visit.port.to_string()];
        let pending = &mut self.pod.containers[index].pending;
        if let Some(place) = pending.iter().position(|pending| pending.command == key) {
            let answer = pending[place].answers.pop()?;
            pending.remove(place);
            return Some(answer);
        }
        pending.push(Pending { command: key.to_vec(), answers: Vec::new(), asked: Some(Errand::Visit(visit)) });
        None
    }
}

/// The command of a probe or a hook; empty if it has none.
pub(crate) fn command_of(handler: &Value) -> Vec<String> {
    handler["exec"]["command"].array().iter().map(|word| word.str().to_owned()).collect()
}

/// The address that an `httpGet` names.
pub(crate) fn url(pod: &Pod, index: usize, get: &Value) -> String {
    let (host, port, path) = asked(pod, index, get);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_ascii_lowercase();
    format!("{scheme}://{host}:{port}{slash}{path}")
}

/// The host, the port and the path that an `httpGet` asks.
fn asked<'g>(pod: &Pod, index: usize, get: &'g Value) -> (Str, u16, &'g str) {
    let given = |field: &str| get[field].as_str().filter(|text| !text.is_empty());
    let host = given("host").map_or(pod.ip.clone().unwrap_or_default(), Str::from);
    (host, port_number(pod, index, &get["port"]), given("path").unwrap_or("/"))
}

fn request(pod: &Pod, index: usize, get: &Value, agent: &'static str) -> Request {
    let (host, port, path) = asked(pod, index, get);
    let mut request = Request::get(format!("{host}:{port}"), path);
    request.agent = agent.into();
    for header in get["httpHeaders"].array() {
        match header["name"].str() {
            "Host" => request.host = header["value"].to_str(),
            "User-Agent" => request.agent = header["value"].to_str(),
            name => request.headers.push((name.into(), header["value"].to_str())),
        }
    }
    request
}

/// Whom an `httpGet` or a `tcpSocket` asks beside the Pod itself, if it names somebody.
pub(crate) fn visit(pod: &Pod, index: usize, get: &Value, agent: &'static str) -> Option<Visit> {
    let host = get["host"].as_str().filter(|host| !host.is_empty() && pod.ip.as_deref() != Some(*host))?;
    let http = !agent.is_empty();
    Some(Visit {
        node: pod.node.clone(),
        host: host.to_owned(),
        port: port_number(pod, index, &get["port"]),
        url: if http { url(pod, index, get) } else { String::new() },
        request: http.then(|| request(pod, index, get, agent)),
    })
}

/// Collects what a command prints that runs beside a container's own process.
pub(crate) struct Aside<'a, 'b> {
    /// Of standard output and of standard error, or one text for both.
    pub(crate) said: &'a mut [String],
    /// What it gets from the network, if it is only tried.
    pub(crate) trial: Option<&'a mut Trial<'b>>,
    pub(crate) inner: &'a mut dyn Surroundings,
}

/// What the network has answered a command, and what it asks beyond that.
pub(crate) struct Trial<'a> {
    answers: std::slice::Iter<'a, Outcome>,
    asked: Option<script::Program>,
}

impl Trial<'_> {
    fn call(&mut self, program: &script::Program) -> script::Ran {
        if let Some(outcome) = self.answers.next() {
            return script::Ran::Done(outcome.clone());
        }
        self.asked = Some(program.clone());
        script::Ran::Later
    }
}

impl Surroundings for Aside<'_, '_> {
    fn print(&mut self, text: &str, _: Time) {
        self.said.first_mut().into_iter().for_each(|said| said.push_str(text));
    }
    fn complain(&mut self, text: &str, _: Time) {
        self.said.last_mut().into_iter().for_each(|said| said.push_str(text));
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
        match (self.inner.call(program), &mut self.trial) {
            (script::Ran::Later, Some(trial)) => trial.call(program),
            (ran, _) => ran,
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
