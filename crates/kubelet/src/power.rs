//! What people do to a node from outside: its kubelet, its network interface, its power.

use crate::kubelets::{Kubelets, NetworkPlugin, is_static};
use crate::state::{Life, Work};
use crate::{node, volumes};
use api::{Time, kind};
use apiserver::{Context, WorkKey};
use std::sync::Arc;
use std::time::Duration;

impl<N: NetworkPlugin> Kubelets<N> {
    /// Stops a node's kubelet. Its containers go on, but nobody looks after them.
    pub fn stop_kubelet(&mut self, node: &str) {
        if let Some(node) = self.node_mut(node) {
            node.kubelet = false;
        }
    }

    /// Starts a node's kubelet again; it sees what has changed meanwhile.
    pub fn start_kubelet(&mut self, node: &str, cx: &mut Context<'_>) {
        let Some(state) = self.node_mut(node).filter(|state| state.power && !state.kubelet) else { return };
        state.kubelet = true;
        state.dirty = true;
        // A node that somebody has deleted registers again.
        state.registered &= cx.client.get(kind::NODE, "", node).is_some();
        cx.enqueue_after(WorkKey::new("node", "", node), Duration::from_millis(500));
        for object in cx.client.pods_on(node) {
            self.take(node, &object, cx.now);
        }
        for id in self.pods_of(node) {
            let Some(pod) = self.pods.get_mut(&id).map(Arc::make_mut) else { continue };
            let there = cx.client.get(kind::POD, pod.object.namespace(), pod.object.name());
            pod.gone = there.is_none_or(|object| object.uid() != pod.object.uid()) && !is_static(&pod.object);
            pod.sync_at = Some(cx.now);
            cx.enqueue_after(WorkKey::new("pod", node, id), Duration::from_millis(500));
        }
    }

    /// Cuts a node off from the API, or lets it reach that again. Meanwhile the kubelet hears and tells nothing; its containers
    /// go on.
    pub fn set_link(&mut self, node: &str, up: bool, cx: &mut Context<'_>) {
        let Some(state) = self.node_mut(node).filter(|state| state.cut == up) else { return };
        state.cut = !up;
        match up {
            false => state.kubelet_was = std::mem::replace(&mut state.kubelet, false),
            true if state.kubelet_was => self.start_kubelet(node, cx),
            true => {}
        }
    }

    /// Cuts a node's power: its containers and their files are gone, what is on the node's own disk stays.
    pub fn power_off(&mut self, node: &str, now: Time) {
        let Some(state) = self.node_mut(node) else { return };
        state.kubelet = false;
        state.power = false;
        state.cut = false;
        state.pulls.clear();
        state.pulling = None;
        (state.load, state.heavy, state.memory_pressure) = (0, false, None);
        for id in self.pods_of(node) {
            let Some(pod) = self.pods.get_mut(&id).map(Arc::make_mut) else { continue };
            for container in pod.containers.iter_mut() {
                crate::worker::exit(container, now, 255, Some("Unknown"));
                self.disks.remove(&volumes::root_disk(&id, &container.name));
            }
            if pod.sandbox && !pod.host_network() {
                self.network.delete(node, &id);
            }
            pod.sandbox = false;
            pod.plan.clear();
            pod.work = if pod.life == Life::Terminating { Work::Stop } else { Work::Nothing };
        }
    }

    /// Gives a node its power back: it boots, and its kubelet starts its Pods anew.
    pub fn power_on(&mut self, node: &str, cx: &mut Context<'_>) {
        let Some(state) = self.node_mut(node).filter(|state| !state.power) else { return };
        state.power = true;
        state.boot_id = cx.rng.uid();
        node::rebooted(state, cx);
        self.start_kubelet(node, cx);
    }
}
