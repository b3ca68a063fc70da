//! A node's disk: what lies on it, and what the kubelet throws away when it fills up (pkg/kubelet/images/image_gc_manager.go,
//! pkg/kubelet/eviction/helpers.go). Nobody adds anything up until somebody has written something big.

use crate::kubelets::{Kubelets, NetworkPlugin};
use crate::state::{Node, Pod};
use crate::volumes::{node_disk, root_disk};
use api::{OrdSet, Str, kind, obj};
use apiserver::{Context, EventSpec, WorkKey};
use std::time::Duration;

/// The size of a node's disk in KiB, as the recordings' nodes report it (`ephemeral-storage`).
pub(crate) const CAPACITY_KIB: i64 = 101_430_960;
const CAPACITY: i64 = CAPACITY_KIB * 1024;
/// What the operating system has on it.
const SYSTEM: i64 = 9 << 30;
/// What a container has on it besides its image: a log, a few files of its runtime.
const CONTAINER: i64 = 8 << 10;
/// `imageGCHighThresholdPercent` and `imageGCLowThresholdPercent`: from where on images are thrown away, and down to where.
const HIGH: i64 = 85;
const LOW: i64 = 80;
/// `ImageGCPeriod`
const PERIOD: Duration = Duration::from_secs(300);

impl<N: NetworkPlugin> Kubelets<N> {
    /// Somebody has written something big on a node's disk, on the node itself or in one of its containers: from now on its
    /// kubelet adds up, while there is anything big.
    pub fn disk_written(&mut self, node: &str, cx: &mut Context<'_>) {
        let Some(state) = self.node_mut(node) else { return };
        state.bulky = true;
        cx.enqueue_after(WorkKey::new("node", "", node), Duration::from_secs(1));
    }

    /// The bytes of a node's disk, and how many of them are free.
    pub fn disk_space(&self, node: &str) -> Option<(i64, i64)> {
        let state = self.nodes.get(node)?;
        let images: i64 = state.images.values().map(|(size, _)| size).sum();
        let own = self.disks.get(&node_disk(node)).map_or(0, vfs::Fs::usage) as i64;
        let pods: i64 = state.pods.iter().filter_map(|id| self.pods.get(id)).map(|pod| self.disk_usage(pod)).sum();
        Some((CAPACITY, CAPACITY - SYSTEM - images - own - pods))
    }

    /// The bytes of a node's disk that a Pod's containers and its own volumes take.
    pub(crate) fn disk_usage(&self, pod: &Pod) -> i64 {
        let containers: i64 = (0..pod.containers.len()).map(|index| self.container_disk(pod, index)).sum();
        let own = format!("volume/{}/", pod.id);
        let volumes = pod.volumes.iter().filter(|volume| volume.disk.starts_with(&own));
        containers + volumes.filter_map(|volume| self.disks.get(&volume.disk)).map(|fs| fs.usage() as i64).sum::<i64>()
    }

    /// The bytes that a container has written outside its volumes.
    pub(crate) fn container_disk(&self, pod: &Pod, index: usize) -> i64 {
        let disk = self.disks.get(&root_disk(&pod.id, &pod.containers[index].name));
        CONTAINER + disk.map_or(0, vfs::Fs::usage) as i64
    }

    /// Throws away the images that no container of a node has, at least `bytes` of them or (`None`) all; returns how many
    /// bytes that gave.
    pub(crate) fn delete_images(&mut self, node: &str, bytes: Option<i64>) -> i64 {
        let Some(state) = self.nodes.get(node) else { return 0 };
        let pods = state.pods.iter().filter_map(|id| self.pods.get(id));
        let used: OrdSet<Str> = pods.flat_map(|pod| pod.containers.iter().map(|c| c.image.0.clone())).collect();
        let pinned = |name: &Str| name.starts_with("registry.k8s.io/pause:");
        let unused = state.images.iter().filter(|(name, _)| !used.contains(*name) && !pinned(name));
        let unused: Vec<(Str, i64)> = unused.map(|(name, (size, _))| (name.clone(), *size)).collect();
        let Some(state) = self.node_mut(node) else { return 0 };
        let mut freed = 0;
        for (name, size) in unused {
            if bytes.is_some_and(|bytes| freed >= bytes) {
                break;
            }
            state.images.remove(&name);
            state.own_images.remove(&name);
            state.dirty = true;
            freed += size;
        }
        freed
    }

    /// The image garbage collector's round, every five minutes.
    pub(crate) fn collect_images(&mut self, node: &str, cx: &mut Context<'_>) {
        let Some((capacity, available)) = self.disk_space(node) else { return };
        let Some(state) = self.node_mut(node) else { return };
        if state.collected.is_some_and(|at| cx.now.since(at) < PERIOD) {
            return;
        }
        state.collected = Some(cx.now);
        let failed_before = std::mem::take(&mut state.collection_failed);
        if 100 - available.max(0) * 100 / capacity < HIGH {
            return;
        }
        let wanted = capacity * (100 - LOW) / 100 - available;
        let freed = self.delete_images(node, Some(wanted));
        if freed >= wanted {
            return;
        }
        if let Some(state) = self.node_mut(node) {
            state.collection_failed = true;
        }
        let text = format!(
            "Failed to garbage collect required amount of images. Attempted to free {wanted} bytes, but only found {freed} \
             bytes eligible to free."
        );
        node_event(node, EventSpec::warning("FreeDiskSpaceFailed", text.clone()), cx);
        if failed_before {
            node_event(node, EventSpec::warning("ImageGCFailed", text), cx);
        }
    }
}

impl Node {
    /// Bytes below which Pods are evicted, and the quantity that is said of it: `imagefs.available<15%`, and below that
    /// `nodefs.available<10%`, which are the same disk.
    pub(crate) fn disk_threshold(available: i64) -> i64 {
        // Upstream multiplies by a 32-bit fraction.
        let percent = |fraction: f32| (CAPACITY as f64 * f64::from(fraction)) as i64;
        let (images, own) = (percent(0.15), percent(0.1));
        if available < own { own } else { images }
    }
}

/// Records an event about a node.
pub(crate) fn node_event(node: &str, spec: EventSpec<'_>, cx: &mut Context<'_>) {
    cx.client.host = node.into();
    // The kubelet names its node as the UID too.
    let about = obj! { "metadata" => obj! { "name" => node, "uid" => node } };
    cx.client.event(&about, kind::NODE, spec);
}
