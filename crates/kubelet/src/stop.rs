//! Ending a Pod: asking its containers to end, killing those that do not, and taking the rest down.

use crate::state::{Life, State, Terminated, Work};
use crate::worker::Worker;
use api::{Str, Time, kind};
use apiserver::{DeleteOptions, EventSpec};
use std::time::Duration;

/// `terminationGracePeriodSeconds` where nothing says otherwise.
const GRACE: i64 = 30;
/// The exit code of a process that SIGKILL ended.
const KILLED: i32 = 137;

impl Worker<'_, '_> {
    /// The Pod is to go, or has done its work: its containers are asked to end (`SyncTerminatingPod`).
    pub(crate) fn terminate(&mut self) {
        self.pod.life = Life::Terminating;
        self.pod.plan.clear();
        self.pod.work = Work::Stop;
        self.write_status();
        let until = self.cx.now + self.grace();
        let all = self.pod.containers.iter().enumerate();
        let (sidecars, others): (Vec<_>, Vec<_>) =
            all.filter(|(_, c)| c.running()).map(|(index, c)| (index, c.sidecar)).partition(|(_, sidecar)| *sidecar);
        for (index, _) in others.into_iter().chain(sidecars.into_iter().rev()) {
            self.kill(index);
            self.ask_to_end(index, until);
        }
    }

    fn kill(&mut self, index: usize) {
        let text = format!("Stopping container {}", self.pod.containers[index].name);
        self.container_event(index, EventSpec::normal("Killing", text));
    }

    /// The container's `preStop` runs, then SIGTERM asks it to end, and SIGKILL ends it at `until`.
    pub(crate) fn ask_to_end(&mut self, index: usize, until: Time) {
        let ended = self.pod.containers[index].process.as_ref().and_then(|p| p.ended);
        if let Some((at, code)) = ended {
            self.pod.containers[index].dies = Some((at.max(self.cx.now), code));
            return;
        }
        self.pre_stop(index);
        self.pod.containers[index].stop = Some(until);
        self.heed_stops();
    }

    /// Asks those containers to end whose `preStop` is over and whose turn it is, or whose time is up.
    pub(crate) fn heed_stops(&mut self) {
        for index in 0..self.pod.containers.len() {
            let container = &self.pod.containers[index];
            let Some(until) = container.stop.filter(|_| container.running() && container.dies.is_none()) else {
                continue;
            };
            let ready = self.pre_stop_is_over(index) && self.has_its_turn(index);
            if ready || until <= self.cx.now {
                self.signal(index, until);
            }
        }
    }

    /// Sidecars of a Pod that goes end one by one, the last first, when all the others have ended.
    fn has_its_turn(&self, index: usize) -> bool {
        let sidecar = self.pod.life == Life::Terminating && self.pod.containers[index].sidecar;
        let mut others = self.pod.containers.iter().enumerate();
        !sidecar || !others.any(|(other, c)| c.running() && (!c.sidecar || other > index))
    }

    /// SIGTERM, now; SIGKILL at `until`.
    pub(crate) fn signal(&mut self, index: usize, until: Time) {
        /// What a container is left after its hook (`minimumGracePeriodInSeconds`).
        const LEAST: Duration = Duration::from_secs(2);
        let now = self.cx.now;
        let until = until.max(now + LEAST);
        let container = &mut self.pod.containers[index];
        container.stop = None;
        if let Some(process) = container.process.as_mut() {
            process.terminate(now);
        }
        let ended = container.process.as_ref().and_then(|p| p.ended);
        let answer = container.process.as_ref().and_then(|p| p.on_term());
        container.dies = Some(match (ended, answer) {
            (Some((at, code)), _) => (at.max(now), code),
            (None, Some((code, takes))) if now + takes <= until => (now + takes, code),
            _ => (until, KILLED),
        });
    }

    pub(crate) fn grace(&self) -> Duration {
        let object = &self.pod.object;
        let asked = object["metadata"]["deletionGracePeriodSeconds"].as_int();
        let own = object["spec"]["terminationGracePeriodSeconds"].as_int();
        let seconds = asked.or(own).unwrap_or(GRACE);
        // The kubelet never gives less than a second.
        let at_once = self.pod.gone || self.pod.verdict.as_ref().is_some_and(|v| v.0 == crate::eviction::EVICTED);
        Duration::from_secs(if at_once { 1 } else { seconds.max(1).unsigned_abs() })
    }

    /// A second deletion may leave less time than the first.
    pub(crate) fn retimed_stop(&mut self) -> bool {
        let latest = self.cx.now + self.grace();
        for container in self.pod.containers.iter_mut() {
            if let Some((at, code)) = container.dies
                && at > latest
            {
                container.dies = Some((latest, code));
            }
            container.stop = container.stop.map(|until| until.min(latest));
        }
        false
    }

    /// Whether no container runs any more. Those whose time has come are marked as ended.
    pub(crate) fn all_stopped(&mut self) -> bool {
        let now = self.cx.now;
        for index in 0..self.pod.containers.len() {
            if let Some((at, code)) = self.pod.containers[index].dies.filter(|(at, _)| *at <= now) {
                self.ended(index, at, code, None);
            }
        }
        self.pod.containers.iter().all(|container| !container.running())
    }

    /// All containers have ended: the sandbox goes, which the next relist sees.
    pub(crate) fn stopped(&mut self) {
        self.pod.work = Work::Nothing;
        self.pod.life = Life::Terminated;
        let initialized = self.pod.initialized;
        for container in self.pod.containers.iter_mut().filter(|c| c.state == State::Waiting && !c.init && initialized)
        {
            container.state = State::Exited(Terminated {
                code: KILLED,
                reason: "ContainerStatusUnknown".into(),
                message: "The container could not be located when the pod was terminated".into(),
                started: Time(0),
                finished: Time(0),
                id: Str::default(),
            });
        }
        self.write_status();
        if self.pod.sandbox && !self.pod.host_network() {
            self.network.delete(&self.pod.node, &self.pod.id);
        }
        self.pod.sandbox = false;
        self.pod.sync_at = Some(self.node.relist_after(self.cx.now));
    }

    /// Nothing of the Pod is left on the node: the object may go (`SyncTerminatedPod`).
    pub(crate) fn finish(&mut self) {
        self.write_status();
        let object = self.pod.object.clone();
        if !self.pod.deleting() {
            // Its work is done; the object stays until somebody deletes it, and so do its logs.
            return;
        }
        self.pod.life = Life::Finished;
        if !self.pod.gone {
            let options = DeleteOptions { grace_period: Some(0), uid: object.uid().into(), ..DeleteOptions::default() };
            let _ = self.cx.client.delete(kind::POD, object.namespace(), object.name(), options);
        }
    }
}
