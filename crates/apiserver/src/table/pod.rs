//! Pods: the STATUS column is a story of its own.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text::{self, NONE};
use api::{Time, Value, meta};

pub(super) static POD: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Ready", "How many of the containers are ready."),
        Column::string("Status", "The phase, or the reason that says more."),
        Column::string("Restarts", "How often containers were started again, and when last."),
        AGE,
        Column::string("IP", "The address in the Pod network.").wide(),
        Column::string("Node", "The node on which it runs.").wide(),
        Column::string("Nominated Node", "The node on which room is being made for it.").wide(),
        Column::string("Readiness Gates", "How many of its extra readiness conditions are true.").wide(),
    ],
    row,
};

fn row(pod: &Value, now: Time) -> Vec<Value> {
    let summary = Summary::of(pod);
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let ip = status["podIPs"].array().first().map_or("", |ip| ip["ip"].str());
    vec![
        pod["metadata"]["name"].clone(),
        format!("{}/{}", summary.ready, summary.containers).into(),
        summary.status.as_str().into(),
        summary.restarts_text(now).into(),
        text::age(now, &pod["metadata"]["creationTimestamp"]).into(),
        text::or(ip, NONE).into(),
        text::or(spec["nodeName"].str(), NONE).into(),
        text::or(status["nominatedNodeName"].str(), NONE).into(),
        readiness_gates(pod).into(),
    ]
}

fn readiness_gates(pod: &Value) -> String {
    let gates = pod["spec"]["readinessGates"].array();
    if gates.is_empty() {
        return NONE.to_owned();
    }
    let is_true = |gate: &&Value| meta::condition(pod, gate["conditionType"].str())["status"].str() == "True";
    format!("{}/{}", gates.iter().filter(is_true).count(), gates.len())
}

/// What `kubectl get pods` says of a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many containers are ready.
    pub ready: usize,
    /// How many containers it has, sidecars among them.
    pub containers: usize,
    /// The STATUS column: `Running`, `Init:0/2`, `CrashLoopBackOff`, `Terminating` ...
    pub status: String,
    /// How often containers were started again.
    pub restarts: i64,
    /// When a container that was started again last ended.
    pub last_restart: Option<Time>,
}

impl Summary {
    /// Sums up a Pod.
    pub fn of(pod: &Value) -> Summary {
        let sidecars = pod["spec"]["initContainers"].array().iter().filter(|c| is_sidecar(c)).count();
        let containers = pod["spec"]["containers"].len() + sidecars;
        let mut summary = Summary { containers, status: phase_or_reason(pod).to_owned(), ..Summary::default() };
        let initializing = summary.add_init_containers(pod);
        if !initializing || meta::condition(pod, "Initialized")["status"].str() == "True" {
            summary.add_containers(pod);
        }
        summary.mark_deletion(pod);
        summary
    }

    /// The RESTARTS column: `2 (15s ago)`.
    pub fn restarts_text(&self, now: Time) -> String {
        match self.last_restart {
            Some(at) if self.restarts != 0 => format!("{} ({} ago)", self.restarts, text::age_of(now, at)),
            _ => self.restarts.to_string(),
        }
    }

    /// Goes through the init containers up to the first that is not done; returns whether there is one.
    fn add_init_containers(&mut self, pod: &Value) -> bool {
        let specs = pod["spec"]["initContainers"].array();
        for (i, status) in pod["status"]["initContainerStatuses"].array().iter().enumerate() {
            self.add_restarts(status);
            let sidecar = specs.iter().any(|c| c["name"] == status["name"] && is_sidecar(c));
            let (terminated, waiting) = (&status["state"]["terminated"], &status["state"]["waiting"]);
            if !terminated.is_null() && terminated["exitCode"].int() == 0 {
                continue;
            }
            if sidecar && status["started"].bool() {
                self.ready += usize::from(status["ready"].bool());
                continue;
            }
            self.status = match waiting["reason"].str() {
                _ if !terminated.is_null() => format!("Init:{}", termination(terminated)),
                "" | "PodInitializing" => format!("Init:{i}/{}", specs.len()),
                reason => format!("Init:{reason}"),
            };
            return true;
        }
        false
    }

    /// Goes through the containers, from the last to the first: the first one's reason is shown. From here on the restarts of
    /// init containers that have ended no longer count, those of sidecars do.
    fn add_containers(&mut self, pod: &Value) {
        (self.restarts, self.last_restart) = (0, None);
        let specs = pod["spec"]["initContainers"].array();
        for status in pod["status"]["initContainerStatuses"].array() {
            if specs.iter().any(|c| c["name"] == status["name"] && is_sidecar(c)) {
                self.add_restarts(status);
            }
        }
        let mut any_running = false;
        for status in pod["status"]["containerStatuses"].array().iter().rev() {
            self.add_restarts(status);
            let (state, waiting) = (&status["state"], status["state"]["waiting"]["reason"].str());
            if !waiting.is_empty() {
                self.status = waiting.to_owned();
            } else if !state["terminated"].is_null() {
                self.status = termination(&state["terminated"]);
            } else if status["ready"].bool() && !state["running"].is_null() {
                any_running = true;
                self.ready += 1;
            }
        }
        if self.status == "Completed" && any_running {
            self.status = if meta::is_pod_ready(pod) { "Running" } else { "NotReady" }.to_owned();
        }
    }

    fn add_restarts(&mut self, status: &Value) {
        self.restarts += status["restartCount"].int();
        self.last_restart = self.last_restart.max(status["lastState"]["terminated"]["finishedAt"].time());
    }

    fn mark_deletion(&mut self, pod: &Value) {
        if !pod.deleting() {
            return;
        }
        if pod["status"]["reason"].str() == "NodeLost" {
            self.status = "Unknown".to_owned();
        } else if !api::is_pod_ended(pod) {
            self.status = "Terminating".to_owned();
        }
    }
}

fn phase_or_reason(pod: &Value) -> &str {
    const GATED: &str = "SchedulingGated";
    if meta::condition(pod, "PodScheduled")["reason"].str() == GATED {
        return GATED;
    }
    text::or(pod["status"]["reason"].str(), pod["status"]["phase"].str())
}

/// Whether an init container is a sidecar: it goes on running beside the containers.
fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"].str() == "Always"
}

/// Why a container ended, in a word.
fn termination(terminated: &Value) -> String {
    match (terminated["reason"].str(), terminated["signal"].int()) {
        ("", 0) => format!("ExitCode:{}", terminated["exitCode"].int()),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}
