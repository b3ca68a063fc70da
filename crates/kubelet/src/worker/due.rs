//! When a Pod's worker is to be called again.

use crate::state::{Life, Work};
use crate::worker::Worker;
use api::Time;
use apiserver::Wait;

impl Worker<'_, '_> {
    /// When there is more to do, and what is waited for until then.
    pub(super) fn next_at(&self) -> Option<(Time, Wait)> {
        if self.pod.life == Life::Finished {
            return None;
        }
        let syncing = self.pod.life == Life::Syncing;
        let mut next: Option<(Time, Wait)> = None;
        let mut consider = |at: Option<Time>, wait: Wait| {
            if let Some(at) = at.filter(|at| next.is_none_or(|(next, _)| *at < next)) {
                next = Some((at, wait));
            }
        };
        for hook in self.pod.containers.iter().filter_map(|c| c.hook.as_ref()) {
            let wait = if matches!(self.pod.work, Work::Hook(_)) { Wait::Launch } else { Wait::Grace };
            consider(hook.wake(), wait);
        }
        for c in self.pod.containers.iter().filter(|c| c.running()) {
            let exit = c.process.as_ref().and_then(|p| p.ended).map(|(at, _)| self.node.relist_after(at));
            consider(exit.filter(|_| c.dies.is_none()), Wait::Exit);
            consider(c.process.as_ref().and_then(crate::process::Process::wake), Wait::Nothing);
            consider(c.dies.map(|(at, _)| at).or(c.stop), Wait::Grace);
            consider(c.probes.iter().map(|probe| probe.due).min().filter(|_| syncing), Wait::Probe);
        }
        match self.pod.work {
            Work::Sandbox(at) | Work::Start(at) => consider(Some(at), Wait::Launch),
            Work::Nothing if self.pod.pass.failed => consider(self.pod.sync_at, Wait::BackOff),
            Work::Nothing => consider(self.pod.sync_at, Wait::Nothing),
            Work::Stop | Work::Pull(_) | Work::Hook(_) => {}
        }
        consider(self.deadline().filter(|_| syncing && self.pod.verdict.is_none()), Wait::Deadline);
        next.map(|(at, wait)| (at.max(self.cx.now), wait))
    }
}
