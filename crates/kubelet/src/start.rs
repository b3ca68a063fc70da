//! Starting a container: its back-off, its image, its configuration, its process.

use crate::credentials::{self, Login};
use crate::images::{self, Image, Missing};
use crate::process::{Process, Program};
use crate::programs::{self, Invocation};
use crate::registry::{self, Found, Registry};
use crate::state::{Pull, PullResult, State, Terminated, Work};
use crate::worker::Worker;
use crate::{Reference, env, probes};
use api::quantity::Quantity;
use api::{Str, Time, Value};
use apiserver::{Backoff, EventSpec, WorkKey};
use std::sync::Arc;
use std::time::Duration;

/// Creating and starting a container.
const START: Duration = Duration::from_millis(15);
/// Between restarts, and between attempts to pull an image.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(300) };

/// Why a container cannot be created or started: the reason in its status, the event's text, the status's text.
struct Failure {
    reason: &'static str,
    message: String,
}

impl Worker<'_, '_> {
    /// Begins to start a container; `None` if that fails now.
    pub(crate) fn begin(&mut self, index: usize) -> Option<Work> {
        if self.backs_off(index) {
            return None;
        }
        self.image(index)
    }

    /// Whether the container has ended too recently to be started again (`doBackOff`).
    fn backs_off(&mut self, index: usize) -> bool {
        let now = self.cx.now;
        let container = &mut self.pod.containers[index];
        // The pass that kills a container still takes it for running: what counts is how the one before it ended.
        let replaced = std::mem::take(&mut container.replaced);
        let ended = if replaced { container.last.as_ref() } else { container.exited() };
        let Some(finished) = ended.map(|t| t.finished) else { return false };
        let entry = container.backoff;
        if !BACKOFF.holds(entry, finished, now) {
            self.pod.containers[index].backoff = Some(BACKOFF.next(entry, finished, now));
            return false;
        }
        let (name, object) = (container.name.clone(), &self.pod.object);
        let pod = format!("{}_{}({})", object.name(), object.namespace(), object.uid());
        let delay = go_duration(entry.map_or(Duration::ZERO, |e| e.span));
        let message = format!("back-off {delay} restarting failed container={name} pod={pod}");
        let text = format!("Back-off restarting failed container {name} in pod {pod}");
        self.container_event(index, EventSpec::warning("BackOff", text));
        self.pod.containers[index].reason = Some(("CrashLoopBackOff".into(), message));
        true
    }

    /// Sees to it that the image is there (pkg/kubelet/images/image_manager.go).
    fn image(&mut self, index: usize) -> Option<Work> {
        let spec = self.pod.spec_of(index).clone();
        let name = spec["image"].str();
        let reference = match Reference::parse(name) {
            Ok(reference) => reference,
            Err(error) => {
                let text = format!(
                    "Failed to apply default image tag \"{name}\": couldn't parse image name \"{name}\": {error}"
                );
                self.container_event(index, EventSpec::warning("InspectFailed", text.clone()));
                return self.fails(index, "InvalidImageName", text, "InvalidImageName");
            }
        };
        let keyring = self.keyring(&reference);
        // What was pulled with credentials is there for those who have them.
        let login = self.node.own_images.get(&reference.full()).and_then(|image| image.login.as_ref());
        let accessible = login.is_none_or(|login| keyring.contains(login));
        let present = accessible && self.node.images.contains_key(&reference.full());
        match spec["imagePullPolicy"].str() {
            "Always" => {}
            "Never" if !present => {
                let text = format!("Container image \"{name}\" is not present with pull policy of Never");
                self.container_event(index, EventSpec::warning("ErrImageNeverPull", text.clone()));
                return self.fails(index, "ErrImageNeverPull", text, "ErrImageNeverPull");
            }
            _ if present => {
                let text =
                    format!("Container image \"{name}\" already present on machine and can be accessed by the pod");
                self.container_event(index, EventSpec::normal("Pulled", text));
                return Some(Work::Start(self.cx.now + START));
            }
            _ => {}
        }
        let now = self.cx.now;
        let entry = self.pod.pull_backoffs.iter().find(|(image, _, _)| image == name);
        if let Some((_, backoff, why)) = entry
            && BACKOFF.holds(Some(*backoff), backoff.updated, now)
        {
            let text = format!("Back-off pulling image \"{name}\"");
            let message = format!("{text}: ErrImagePull: {why}");
            self.container_event(index, EventSpec::normal("BackOff", text));
            return self.fails(index, "ImagePullBackOff", message, "ImagePullBackOff");
        }
        self.container_event(index, EventSpec::normal("Pulling", format!("Pulling image \"{name}\"")));
        let cause = self.cx.cause;
        let (pod, image) = (self.pod.id.clone(), name.into());
        let pull = Pull { pod, image, keyring, asked: now, began: now, cause, unreachable: None };
        self.node.pulls.push_back(pull);
        self.cx.enqueue_after(WorkKey::new("pull", "", self.pod.node.clone()), Duration::ZERO);
        Some(Work::Pull(None))
    }

    /// A pull has ended.
    pub(crate) fn pulled(&mut self, result: PullResult) {
        let Some(index) = self.pod.plan.front().copied() else {
            self.pod.work = Work::Nothing;
            return;
        };
        let name = self.pod.spec_of(index)["image"].to_str();
        let before = self.pod.pull_backoffs.iter().position(|(image, _, _)| *image == name);
        if let Some(error) = result.error {
            let entry = before.map(|at| self.pod.pull_backoffs.remove(at).1);
            let backoff = BACKOFF.next(entry, self.cx.now, self.cx.now);
            self.pod.pull_backoffs.push((name.clone(), backoff, error.clone()));
            let text = format!("Failed to pull image \"{name}\": {error}");
            self.container_event(index, EventSpec::warning("Failed", text));
            self.fails(index, "ErrImagePull", error, "ErrImagePull");
            self.pod.pass.failed = true;
            self.pod.plan.pop_front();
            return self.next();
        }
        if let Some(at) = before {
            self.pod.pull_backoffs.remove(at);
        }
        let (took, waited) = (go_duration(result.took), go_duration(result.waited));
        let text = format!(
            "Successfully pulled image \"{name}\" in {took} ({waited} including waiting). Image size: {} bytes.",
            result.size
        );
        self.container_event(index, EventSpec::normal("Pulled", text));
        self.pod.work = Work::Start(self.cx.now + START);
    }

    /// Creates and starts the container whose image is there.
    pub(crate) fn start(&mut self) {
        self.pod.work = Work::Nothing;
        let Some(index) = self.pod.plan.pop_front() else { return };
        match self.create(index) {
            Ok(hook) => {
                self.pod.pass.started = true;
                if hook {
                    self.pod.work = Work::Hook(index);
                    return;
                }
            }
            Err(failure) => {
                self.pod.pass.failed = true;
                self.pod.containers[index].reason = Some((failure.reason.into(), failure.message));
            }
        }
        self.next();
    }

    /// Creates and starts a container; whether it begins with a `postStart` hook.
    fn create(&mut self, index: usize) -> Result<bool, Failure> {
        let config = |message: String| Failure { reason: "CreateContainerConfigError", message };
        let own = env::of(self.pod, index, &self.node.config, &self.cx.client)
            .and_then(|own| crate::user::verify(self.pod, index).map(|()| own))
            .map_err(config);
        let (own, reference) = match own {
            Ok(own) => (own, Reference::parse(self.pod.spec_of(index)["image"].str())),
            Err(failure) => {
                let text = format!("Error: {}", failure.message);
                self.container_event(index, EventSpec::warning("Failed", text));
                return Err(failure);
            }
        };
        let Ok(reference) = reference else { return Ok(false) };
        let services = env::services(self.pod, &self.cx.client, self.service_env);
        // A program of somebody's own may read the token; those of known images do not.
        if !(self.pod.spec_of(index)["command"].is_empty() && self.pod.spec_of(index)["args"].is_empty())
            && crate::volumes::token_due(self.pod, self.disks, self.cx.now)
        {
            crate::volumes::show_token(self.pod, &self.node.config, self.disks, &self.cx.client, self.cx.now);
        }
        self.reset(index, &reference);
        crate::volumes::freeze(self.pod, index, self.disks);
        let spec = self.pod.spec_of(index).clone();
        let program = self.program(index, &spec, &own, &services);
        let container = &mut self.pod.containers[index];
        (container.env, container.service_env) = (own, services);
        self.pod.pass.changed = Some(self.cx.now);
        self.container_event(index, EventSpec::normal("Created", "Container created"));
        match program {
            Ok(program) => {
                self.container_event(index, EventSpec::normal("Started", "Container started"));
                self.started(index, program);
                Ok(self.post_start(index))
            }
            Err(why) => {
                let message = format!(
                    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc \
                     create failed: unable to start container process: error during container init: {why}"
                );
                self.container_event(index, EventSpec::warning("Failed", format!("Error: {message}")));
                let container = &mut self.pod.containers[index];
                container.state = State::Exited(Terminated {
                    code: 128,
                    reason: "StartError".into(),
                    message: format!("rpc error: code = Unknown desc = {message}").into(),
                    started: Time(0),
                    finished: self.cx.now,
                    id: container.id.clone(),
                });
                Err(Failure { reason: "RunContainerError", message })
            }
        }
    }

    /// A fresh container in place of the one before.
    fn reset(&mut self, index: usize, reference: &Reference) {
        let id = format!("containerd://{}", self.cx.rng.hex(64)).into();
        let root = crate::volumes::root_disk(&self.pod.id, &self.pod.containers[index].name);
        self.disks.remove(&root);
        let asked = self.pod.spec_of(index)["image"].to_str();
        let container = &mut self.pod.containers[index];
        if let Some(ended) = container.exited().cloned() {
            container.last = Some(ended);
            container.restarts += 1;
            container.previous_log = Some(std::mem::take(&mut container.log));
        }
        container.id = id;
        // The node's own copies of the names: there are many containers of one image.
        let full = reference.full();
        let stored = self.node.images.get(&full).map(|(_, id)| (full.clone(), id.clone()));
        container.own = self.node.own_images.get(&full).cloned();
        container.image = stored.unwrap_or_else(|| (full, reference.id()));
        container.held = 0;
        container.asked_image = asked;
        container.actual = container.allocated.clone();
        container.reason = None;
        (container.dies, container.stop, container.hook) = (None, None, None);
        container.changed = false;
    }

    fn started(&mut self, index: usize, program: Arc<Program>) {
        let now = self.cx.now;
        let spec = self.pod.spec_of(index).clone();
        // So much that it is worth a look whether the node has it.
        const HEAVY: i64 = 64 << 20;
        if program.memory >= HEAVY {
            self.node.heavy = true;
        }
        let container = &mut self.pod.containers[index];
        container.state = State::Running(now);
        container.process = Some(Process::start(program, now));
        container.probes = probes::of(&spec, now, self.cx.rng);
        container.pending.clear();
        container.started = spec["startupProbe"].is_null();
        container.ready = spec["readinessProbe"].is_null();
        self.run_to(now);
        let (node, pod) = (self.pod.node.clone(), self.pod.object.clone());
        if self.network.started(&node, &pod) {
            self.node.dirty = true;
            self.cx.enqueue_after(WorkKey::new("node", "", node), Duration::ZERO);
        }
    }

    /// What a container's spec runs. What an image starts by itself is kept once for all its containers.
    fn program(
        &mut self,
        index: usize,
        spec: &Value,
        own_env: &[(Str, Str)],
        services: &[(Str, Str)],
    ) -> Result<Arc<Program>, String> {
        let file = self.runs_file(index, spec)?;
        let container = &self.pod.containers[index];
        let image = registry::image_of(container).unwrap_or(&images::UNKNOWN);
        let bare = spec["command"].is_empty() && spec["args"].is_empty() && !spec["stdin"].bool();
        // What depends on its environment is not the same for all.
        let plain = bare && image.needs.is_empty();
        let repository = container.image.0.rsplit_once(':').map_or("", |(repository, _)| repository);
        let key = if container.own.is_some() { container.image.1.as_str() } else { repository };
        if plain && let Some(program) = self.programs.get(key) {
            return Ok(program.clone());
        }
        let references = [own_env, services].concat();
        let env = env::whole(self.pod, container, own_env, services);
        let program = Arc::new(program_of(spec, image, container.own.as_ref(), &references, &env, file)?);
        if plain && program.killed.is_none() {
            self.programs.insert(key.into(), program.clone());
        }
        Ok(program)
    }

    fn fails(&mut self, index: usize, reason: &'static str, message: String, error: &str) -> Option<Work> {
        self.container_event(index, EventSpec::warning("Failed", format!("Error: {error}")));
        self.pod.containers[index].reason = Some((reason.into(), message));
        None
    }
}

/// What a container's spec runs; `references` are the variables that `$(NAME)` in it may name.
fn program_of(
    spec: &Value,
    image: &'static Image,
    own: Option<&Arc<crate::OwnImage>>,
    references: &[(Str, Str)],
    env: &[(Str, Str)],
    file: bool,
) -> Result<Program, String> {
    let words = |key: &str| -> Vec<String> {
        spec[key].array().iter().map(|word| env::expand(word.str(), references)).collect()
    };
    let (command, args) = (words("command"), words("args"));
    let limit =
        spec.at("resources.limits.memory").as_str().and_then(|text| Quantity::parse(text).ok()).map(Quantity::value);
    programs::program(&Invocation {
        image,
        own,
        command: &command,
        args: &args,
        env,
        memory_limit: limit,
        stdin: spec["stdin"].bool(),
        file,
    })
}

/// The host of the registry that an image is pulled from.
pub(crate) fn registry(image: &str) -> Option<String> {
    let reference = Reference::parse(image).ok()?;
    let host = reference.repository.split('/').next().unwrap_or_default();
    Some(if host == "docker.io" { "registry-1.docker.io".to_owned() } else { host.to_owned() })
}

/// What containerd says of an image whose registry it cannot reach; `why` is its dialer's word.
pub(crate) fn unreachable(reference: &Reference, why: &str) -> String {
    let full = reference.full();
    let host = registry(&full).unwrap_or_default();
    let path = reference.repository.split_once('/').map_or("", |(_, path)| path);
    let version = reference.version();
    let code = if why.ends_with("i/o timeout") { "DeadlineExceeded" } else { "Unknown" };
    format!(
        "rpc error: code = {code} desc = failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": \
         failed to do request: Head \"https://{host}/v2/{path}/manifests/{version}\": {why}"
    )
}

/// What a registry gives for an image, or says about it, as containerd passes it on.
pub(crate) fn pull(reference: &Reference, registry: &Registry, keyring: &[Login]) -> Result<Found, String> {
    let full = reference.full();
    let failed = |code: &str, why: String| {
        format!(
            "rpc error: code = {code} desc = failed to pull and unpack image \"{full}\": failed to resolve reference \
             \"{full}\": {why}"
        )
    };
    match registry.find(reference) {
        Ok(found) => match found.own.as_ref().and_then(|image| image.login.as_ref()) {
            Some(login) => {
                credentials::admit(login, keyring, reference).map(|()| found).map_err(|why| failed("Unknown", why))
            }
            None => Ok(found),
        },
        Err(Missing::Tag) => Err(failed("NotFound", format!("{full}: not found"))),
        Err(Missing::Repository) => {
            Err(failed("Unknown", credentials::denied("server message: insufficient_scope: authorization failed")))
        }
    }
}

/// As Go prints durations of whole milliseconds: `666ms`, `1.596s`, `1m20s`.
pub(crate) fn go_duration(span: Duration) -> String {
    let millis = span.as_millis() as u64;
    if millis == 0 {
        return "0s".to_owned();
    }
    if millis < 1_000 {
        return format!("{millis}ms");
    }
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let fraction = format!("{:03}", rest % 1_000);
    let fraction = fraction.trim_end_matches('0');
    let seconds =
        if fraction.is_empty() { format!("{}s", rest / 1_000) } else { format!("{}.{fraction}s", rest / 1_000) };
    match minutes {
        0 => seconds,
        m if m < 60 => format!("{m}m{seconds}"),
        m => format!("{}h{}m{seconds}", m / 60, m % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        let texts =
            [0, 666, 1_000, 1_596, 1_180, 80_000, 300_000, 3_600_000].map(|ms| go_duration(Duration::from_millis(ms)));
        assert_eq!(texts, ["0s", "666ms", "1s", "1.596s", "1.18s", "1m20s", "5m0s", "1h0m0s"]);
    }
}
