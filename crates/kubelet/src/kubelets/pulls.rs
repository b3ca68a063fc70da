//! A node's images: pulled one at a time.

use super::{Dial, Kubelets, NetworkPlugin};
use crate::registry::Registry;
use crate::state::{Node, Pull, PullResult, Work};
use crate::{Reference, start};
use api::Time;
use apiserver::{Context, Wait, WorkKey};
use std::sync::Arc;
use std::time::Duration;

impl<N: NetworkPlugin> Kubelets<N> {
    /// A node's pulls: one at a time, in the order in which they were asked for.
    pub(super) fn run_pulls(&mut self, node: &str, cx: &mut Context<'_>) {
        let now = cx.now;
        let Some(state) = self.nodes.get_mut(node).map(Arc::make_mut).filter(|state| state.kubelet) else { return };
        if let Some((pull, until)) = state.pulling.clone().filter(|(_, until)| *until <= now) {
            state.pulling = None;
            let result = finish_pull(state, &self.registry, &pull, until);
            if let Some(pod) = self.pods.get_mut(&pull.pod).map(Arc::make_mut)
                && matches!(pod.work, Work::Pull(_))
            {
                pod.work = Work::Pull(Some(result));
                cx.cause = pull.cause;
                cx.wait_for(Wait::Pull, WorkKey::new("pod", node, pull.pod.clone()), Duration::ZERO);
            }
        }
        let Some(state) = self.nodes.get_mut(node).map(Arc::make_mut) else { return };
        if state.pulling.is_none()
            && let Some(mut pull) = state.pulls.pop_front()
        {
            pull.began = now;
            cx.cause = pull.cause;
            let dial = start::registry(&pull.image).map(|host| self.network.dial(node, &host));
            let takes = match dial {
                Some(Dial::Failed(why, takes)) => {
                    pull.unreachable = Some(why);
                    takes
                }
                Some(Dial::Open(later, rate)) => later + pull_time(state, &self.registry, &pull, rate, cx),
                None => pull_time(state, &self.registry, &pull, 0, cx),
            };
            state.pulling = Some((pull, now + takes));
        }
        if let Some((_, until)) = &state.pulling {
            cx.enqueue_after(WorkKey::new("pull", "", node), until.since(now));
        }
    }
}

/// How long a pull takes: an image that is there is only checked; otherwise it depends on the size. Recorded for nginx: 0.57 to
/// 0.69 s, and 1.41 to 1.67 s.
fn pull_time(node: &Node, registry: &Registry, pull: &Pull, rate: u64, cx: &mut Context<'_>) -> Duration {
    const BYTES_PER_MILLI: u64 = 400_000;
    let reference = Reference::parse(&pull.image).ok();
    let found = reference.as_ref().and_then(|r| start::pull(r, registry, &pull.keyring).ok());
    let stored = reference.and_then(|r| node.images.get(&r.full()));
    let there = stored.is_some_and(|(_, id)| found.as_ref().is_some_and(|found| found.id == *id));
    let size = found.map(|found| found.size);
    let millis = match size {
        Some(_) if there => 570 + u64::from(cx.rng.below(120)),
        Some(size) => {
            let slow = (size.unsigned_abs() * 1000).checked_div(rate).unwrap_or(0);
            slow + 1_250 + size.unsigned_abs() / BYTES_PER_MILLI + u64::from(cx.rng.below(260))
        }
        None => 600 + u64::from(cx.rng.below(300)),
    };
    Duration::from_millis(millis)
}

fn finish_pull(node: &mut Node, registry: &Registry, pull: &Pull, until: Time) -> PullResult {
    let (took, waited) = (until.since(pull.began), until.since(pull.asked));
    let pulled = Reference::parse(&pull.image).and_then(|reference| match &pull.unreachable {
        Some(why) => Err(start::unreachable(&reference, why)),
        None => Ok((start::pull(&reference, registry, &pull.keyring)?, reference)),
    });
    match pulled {
        Ok((found, reference)) => {
            let (full, size) = (reference.full(), found.size);
            match found.own {
                Some(own) => node.own_images.insert(full.clone(), own),
                None => node.own_images.remove(&full),
            };
            let known = node.images.insert(full, (size, found.id));
            node.dirty |= known.is_none();
            PullResult { error: None, took, waited, size }
        }
        Err(error) => PullResult { error: Some(error), took, waited, size: 0 },
    }
}
