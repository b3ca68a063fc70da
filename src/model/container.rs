//! A Pod's containers, and what of the rest of its spec a reader wants to know close up: probes, volumes, back-off.

use api::{Str, Time, Value};
use std::time::Duration;

/// A container of a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: Str,
    /// Its image, as the spec names it.
    pub image: Str,
    /// Whether it is an init container.
    pub init: bool,
    /// Whether it runs.
    pub running: bool,
    /// Whether it counts as ready.
    pub ready: bool,
    /// Whether it has ended well.
    pub done: bool,
    /// Whether it failed or cannot start.
    pub failed: bool,
    /// How often it was started again.
    pub restarts: i64,
    /// Why it waits or has ended, such as `CrashLoopBackOff`; empty while it runs.
    pub reason: Str,
    /// How it ended the last time, such as `OOMKilled (137)`; empty if it never did.
    pub last: Str,
    /// Which probes it has: liveness, readiness, startup.
    pub probes: [bool; 3],
}

/// The names of the probes, in the order of [`Container::probes`].
pub const PROBES: [&str; 3] = ["liveness", "readiness", "startup"];

/// When a container that crashes is started again, and how long it has to wait in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// Not before this moment, in seconds since the Unix epoch.
    pub until: i64,
    /// The length of the wait, in seconds.
    pub length: i64,
}

/// Something that a Pod mounts or reads its environment from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `ConfigMap`, `Secret`, `PersistentVolumeClaim`, or the type of a volume such as `emptyDir`.
    pub kind: Str,
    /// The object's name, or the volume's.
    pub name: Str,
}

/// The init containers and the containers of a Pod, in the order of its spec.
pub fn containers(pod: &Value) -> Vec<Container> {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let mut all = Vec::with_capacity(spec["containers"].len());
    for (list, statuses, init) in
        [("initContainers", "initContainerStatuses", true), ("containers", "containerStatuses", false)]
    {
        let statuses = status[statuses].array();
        for container in spec[list].array() {
            let name = container["name"].str();
            let status = statuses.iter().find(|s| s["name"].str() == name).unwrap_or(&api::NULL);
            all.push(read(container, status, init));
        }
    }
    all
}

fn read(container: &Value, status: &Value, init: bool) -> Container {
    let state = &status["state"];
    let (waiting, ended) = (state["waiting"]["reason"].str(), &state["terminated"]);
    Container {
        name: container["name"].to_str(),
        image: container["image"].to_str(),
        init,
        running: !state["running"].is_null(),
        ready: status["ready"].bool(),
        done: !ended.is_null() && ended["exitCode"].int() == 0,
        failed: is_failure(waiting) || ended["exitCode"].int() != 0,
        restarts: status["restartCount"].int(),
        reason: if waiting.is_empty() { ended["reason"].to_str() } else { waiting.into() },
        last: end(&status["lastState"]["terminated"]),
        probes: ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| !container[probe].is_null()),
    }
}

fn end(ended: &Value) -> Str {
    match ended["reason"].str() {
        "" => Str::default(),
        reason => format!("{reason} ({})", ended["exitCode"].int()).into(),
    }
}

/// Whether this is a reason for waiting that will not pass by itself soon.
pub fn is_failure(reason: &str) -> bool {
    reason.contains("BackOff") || reason.starts_with("Err") || reason.ends_with("Error") || reason == "InvalidImageName"
}

/// The wait of the first container that crashes: the kubelet starts it again so long after its last end
/// (pkg/kubelet: `doBackOff`), and says how long in the message.
pub fn back_off(pod: &Value) -> Option<BackOff> {
    let status = &pod["status"];
    let all = status["initContainerStatuses"].array().iter().chain(status["containerStatuses"].array());
    let waits = |status: &&Value| status.at("state.waiting.reason").str() == "CrashLoopBackOff";
    let status = all.into_iter().find(waits)?;
    let message = status.at("state.waiting.message").str();
    let length: Duration = api::time::parse_duration(message.strip_prefix("back-off ")?.split(' ').next()?)?;
    let ended = Time::parse(status.at("lastState.terminated.finishedAt").str())?;
    let length = length.as_secs() as i64;
    Some(BackOff { until: ended.seconds() + length, length })
}

/// What a Pod mounts, and what its containers' environment comes from; each once, but not what every Pod has.
pub fn sources(pod: &Value) -> Vec<Source> {
    let spec = &pod["spec"];
    let mut sources: Vec<Source> = Vec::new();
    let mut add = |kind: &str, name: &str| {
        let source = Source { kind: kind.into(), name: name.into() };
        if !sources.contains(&source) {
            sources.push(source);
        }
    };
    for volume in spec["volumes"].array() {
        match () {
            _ if !volume["configMap"].is_null() => add("ConfigMap", volume.at("configMap.name").str()),
            _ if !volume["secret"].is_null() => add("Secret", volume.at("secret.secretName").str()),
            _ if !volume["persistentVolumeClaim"].is_null() => {
                add("PersistentVolumeClaim", volume.at("persistentVolumeClaim.claimName").str());
            }
            // The token of the ServiceAccount.
            _ if volume["name"].str().starts_with("kube-api-access-") => {}
            _ => {
                let type_ = volume.entries().map(|(key, _)| key.as_str()).find(|key| *key != "name");
                add(type_.unwrap_or("emptyDir"), volume["name"].str());
            }
        }
    }
    for container in spec["initContainers"].array().iter().chain(spec["containers"].array()) {
        let named = container["env"].array().iter().map(|env| &env["valueFrom"]);
        for from in named {
            add_if(&mut add, "ConfigMap", &from["configMapKeyRef"]);
            add_if(&mut add, "Secret", &from["secretKeyRef"]);
        }
        for from in container["envFrom"].array() {
            add_if(&mut add, "ConfigMap", &from["configMapRef"]);
            add_if(&mut add, "Secret", &from["secretRef"]);
        }
    }
    sources
}

fn add_if(add: &mut impl FnMut(&str, &str), kind: &str, reference: &Value) {
    if !reference["name"].str().is_empty() {
        add(kind, reference["name"].str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(text: &str) -> Value {
        api::yaml::parse(text).expect("the test has YAML").value
    }

    #[test]
    fn a_crash_loop_says_when_it_goes_on() {
        let pod = pod("status:
  containerStatuses:
  - name: c
    restartCount: 4
    state: {waiting: {reason: CrashLoopBackOff, message: 'back-off 1m20s restarting failed container=c pod=x_default(u)'}}
    lastState: {terminated: {exitCode: 137, reason: OOMKilled, finishedAt: '2026-01-05T09:00:10Z'}}
spec:
  containers: [{name: c, image: busybox, livenessProbe: {exec: {command: [x]}}}]
");
        let back_off = back_off(&pod).expect("it waits");
        assert_eq!(back_off.length, 80);
        assert_eq!(Some(back_off.until), Time::parse("2026-01-05T09:01:30Z").map(Time::seconds));
        let container = &containers(&pod)[0];
        assert_eq!((container.last.as_str(), container.restarts, container.failed), ("OOMKilled (137)", 4, true));
        assert_eq!(container.probes, [true, false, false]);
    }

    #[test]
    fn what_a_pod_reads_is_named_once() {
        let pod = pod("spec:
  volumes:
  - {name: a, configMap: {name: conf}}
  - {name: d, persistentVolumeClaim: {claimName: data}}
  - {name: scratch, emptyDir: {}}
  - {name: kube-api-access-x, projected: {}}
  containers:
  - name: c
    envFrom: [{configMapRef: {name: conf}}]
    env: [{name: P, valueFrom: {secretKeyRef: {name: pass, key: p}}}]
");
        let found: Vec<String> =
            sources(&pod).iter().map(|source| format!("{}/{}", source.kind, source.name)).collect();
        assert_eq!(found, ["ConfigMap/conf", "PersistentVolumeClaim/data", "emptyDir/scratch", "Secret/pass"]);
    }
}
