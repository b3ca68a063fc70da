//! What others may see and do on a node: logs, files, environment, servers. For `kubectl logs`, `exec`, `cp`, for `ssh`, and
//! for packets that arrive.

use crate::http::{Reply, Request};
use crate::kubelets::Kubelets;
use crate::registry::image_of;
use crate::state::{Container, LogLine, Node, Pod};
use crate::{NetworkPlugin, Reference, env, rootfs, serve, static_pods, volumes};
use api::{Str, Time};
use apiserver::{Context, WorkKey};
use std::sync::Arc;
use std::time::Duration;
use vfs::{Fs, Mounts};

impl<N: NetworkPlugin> Kubelets<N> {
    /// A node.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.get(name).map(|node| &**node)
    }

    /// All nodes, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().map(|node| &**node)
    }

    /// The Pod `namespace/name`, if its node has something of it.
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Pod> {
        let id = self.names.get(format!("{namespace}/{name}").as_str())?;
        self.pod_by_id(id)
    }

    /// The Pod with this [`Pod::id`].
    pub fn pod_by_id(&self, id: &str) -> Option<&Pod> {
        self.pods.get(id).map(|pod| &**pod)
    }

    /// A container.
    pub fn container(&self, pod: &str, container: &str) -> Option<&Container> {
        self.pod_by_id(pod)?.container(container)
    }

    /// The container of a Pod that listens at a port.
    pub fn listener(&self, pod: &str, port: u16) -> Option<Str> {
        let pod = self.pods.get(pod)?;
        Some(pod.containers[serve::listener(pod, port)?].name.clone())
    }

    /// Whom a container runs as.
    pub fn user(&self, pod: &str, container: &str) -> Option<crate::User> {
        let pod = self.pods.get(pod)?;
        let index = pod.containers.iter().position(|c| c.name == container)?;
        Some(crate::user::user(pod, index))
    }

    /// What a container wrote; `previous`: the one before it was started again.
    pub fn logs(&self, pod: &str, container: &str, previous: bool) -> Option<&[LogLine]> {
        let container = self.container(pod, container)?;
        match previous {
            true => container.previous_log.as_deref(),
            false => Some(&container.log),
        }
    }

    /// Writes to a container's log, as its process would.
    pub fn print(&mut self, pod: &str, container: &str, text: &str, now: Time) {
        let Some(pod) = self.pods.get_mut(pod).map(Arc::make_mut) else { return };
        if let Some(container) = pod.containers.iter_mut().find(|c| c.name == container) {
            serve::write_log(&mut container.log, text, now);
        }
    }

    /// The environment of a container's processes.
    pub fn environment(&self, pod: &str, container: &str) -> Option<Vec<(Str, Str)>> {
        let pod = self.pod_by_id(pod)?;
        let container = pod.container(container)?;
        Some(env::whole(pod, container, &container.env, &container.service_env))
    }

    /// The directory in which a container's processes begin.
    pub fn workdir(&self, pod: &str, container: &str) -> Option<Str> {
        let pod = self.pod_by_id(pod)?;
        let index = pod.containers.iter().position(|c| c.name == container)?;
        let own = pod.spec_of(index)["workingDir"].as_str().filter(|dir| !dir.is_empty());
        let image = image_of(&pod.containers[index]);
        Some(own.map(Str::from).unwrap_or_else(|| image.map_or("/", |i| i.workdir).into()))
    }

    /// Which disks a container sees, and where. They all exist afterwards.
    pub fn mounts(&mut self, pod: &str, container: &str, now: Time) -> Option<Mounts> {
        let pod = self.pods.get(pod)?;
        let index = pod.containers.iter().position(|c| c.name == container)?;
        let mounts = volumes::mounts(pod, index);
        rootfs::ensure(pod, index, &mounts, &mut self.disks, now);
        Some(mounts)
    }

    /// Whether the token that a Pod's containers see has yet to be made, or to be replaced: see [`Kubelets::show_token`].
    pub fn token_due(&self, pod: &str, now: Time) -> bool {
        self.pod_by_id(pod).is_some_and(|pod| volumes::token_due(pod, &self.disks, now))
    }

    /// Gets a Pod's token from the API server. Called before somebody looks into one of its containers.
    pub fn show_token(&mut self, pod: &str, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get(pod).filter(|pod| volumes::token_due(pod, &self.disks, cx.now)) else { return };
        if let Some(node) = self.nodes.get(&pod.node) {
            volumes::show_token(pod, &node.config, &mut self.disks, &cx.client, cx.now);
        }
    }

    /// Which disk a node's own files are on. It exists afterwards.
    pub fn node_mounts(&mut self, node: &str, now: Time) -> Mounts {
        let disk = volumes::node_disk(node);
        let fs = self.disks.entry(disk.clone()).or_default();
        if !fs.exists("/etc/hostname") {
            let name = format!("{node}\n");
            for (path, text) in [("/etc/hostname", name.as_str()), ("/etc/resolv.conf", rootfs::NODE_RESOLV_CONF)] {
                let _ = fs.put(path, text, now.0);
            }
            const FOLDERS: &str = "/root /tmp /var/log/pods /var/lib /var/tmp /home /mnt /opt /srv";
            for directory in FOLDERS.split(' ').chain([static_pods::FOLDER]) {
                let _ = fs.mkdir_all(directory, now.0);
            }
            for manifest in self.nodes.get(node).into_iter().flat_map(|node| &node.config.static_pods) {
                let path = format!("{}/{}.yaml", static_pods::FOLDER, manifest.name());
                let _ = fs.put(&path, api::yaml::to_string(manifest), now.0);
            }
        }
        Mounts::new(disk)
    }

    /// All disks by name, to be read: see [`Kubelets::disks`].
    pub fn all_disks(&self) -> &api::OrdMap<Str, Fs> {
        &self.disks
    }

    /// All disks by name: containers' own files, volumes, nodes, and what lies outside the cluster (`nfs/SERVER`,
    /// `pv/NAME`). Read and write through [`Mounts::view`].
    pub fn disks(&mut self) -> &mut api::OrdMap<Str, Fs> {
        &mut self.disks
    }

    /// The name of a Pod's container that runs an image of `repository`, such as `registry.k8s.io/pause`.
    pub fn runs_image(&self, pod: &str, repository: &str) -> Option<Str> {
        let runs = |c: &&Container| {
            c.running() && Reference::parse(&c.image.0).is_ok_and(|reference| reference.repository == repository)
        };
        self.pod_by_id(pod)?.containers.iter().find(runs).map(|container| container.name.clone())
    }

    /// Whether something in a Pod listens on a port.
    pub fn pod_listens(&self, pod: &str, port: u16) -> bool {
        self.pod_by_id(pod).is_some_and(|pod| serve::listens(pod, port))
    }

    /// The Corefile by which a Pod's name server answers: empty for the cluster's own, which follows its ConfigMap; none where the
    /// Pod is no name server.
    pub fn corefile(&self, pod: &str) -> Option<Str> {
        let pod = self.pod_by_id(pod)?;
        let own = pod.object.namespace() == "kube-system" && pod.object.labels()["k8s-app"].str() == "kube-dns";
        serve::corefile(pod).map(|text| if own { Str::default() } else { text.clone() })
    }

    /// Whether something on a node itself listens on a port: its kubelet, sshd, or a Pod with `hostNetwork`.
    pub fn node_listens(&self, node: &str, port: u16) -> bool {
        const SSH: u16 = 22;
        const KUBELET: u16 = 10_250;
        let Some(state) = self.node(node).filter(|state| state.power) else { return false };
        port == SSH || port == KUBELET && state.kubelet || self.host_pod(node, port).is_some()
    }

    /// What the server at a port of a Pod answers to a request; `None` where nothing listens. The request is in the
    /// server's access log afterwards.
    pub fn http(&mut self, pod: &str, port: u16, request: &Request, now: Time) -> Option<Reply> {
        let reply = serve::reply(self.pods.get_mut(pod).map(Arc::make_mut)?, port, request, &mut self.disks, now);
        self.look_at(pod);
        reply
    }

    /// The same at a port of a node itself.
    pub fn node_http(&mut self, node: &str, port: u16, request: &Request, now: Time) -> Option<Reply> {
        let pod = self.host_pod(node, port)?;
        self.http(&pod, port, request, now)
    }

    /// `/etc/resolv.conf` of a Pod, as its containers see it.
    pub fn resolv_conf(&self, pod: &str) -> Option<String> {
        let pod = self.pod_by_id(pod)?;
        self.etc(pod, "/etc/resolv.conf").or_else(|| Some(rootfs::resolv_conf(pod)))
    }

    /// `/etc/hosts` of a Pod, as its containers see it.
    pub fn hosts(&self, pod: &str) -> Option<String> {
        let pod = self.pod_by_id(pod)?;
        self.etc(pod, "/etc/hosts").or_else(|| Some(rootfs::hosts(pod)))
    }

    /// `/etc/resolv.conf` of the nodes.
    pub fn node_resolv_conf(&self) -> &'static str {
        rootfs::NODE_RESOLV_CONF
    }

    /// Ends a container's main process from inside (`kill 1`, or a program that a shell ran in its place).
    pub fn kill(&mut self, pod: &str, container: &str, code: i32, cx: &mut Context<'_>) {
        let Some(pod) = self.pods.get_mut(pod).map(Arc::make_mut) else { return };
        let Some(container) = pod.containers.iter_mut().find(|c| c.name == container) else { return };
        if let Some(process) = &mut container.process {
            process.kill(code, cx.now);
            cx.enqueue_after(WorkKey::new("pod", pod.node.clone(), pod.id.clone()), Duration::ZERO);
        }
    }

    /// A file of the first container that somebody has looked into.
    fn etc(&self, pod: &Pod, path: &str) -> Option<String> {
        let disks = pod.containers.iter().map(|c| volumes::root_disk(&pod.id, &c.name));
        disks.filter_map(|disk| self.disks.get(&disk)?.read_text(path).ok()).next()
    }

    /// Whether what listens on a port of a node itself runs an image of `repository`.
    pub fn node_runs(&self, node: &str, port: u16, repository: &str) -> bool {
        self.host_pod(node, port).is_some_and(|pod| self.runs_image(&pod, repository).is_some())
    }

    fn host_pod(&self, node: &str, port: u16) -> Option<Str> {
        let pods = self.nodes.get(node)?.pods.iter();
        let mut serving =
            pods.filter(|id| self.pod_by_id(id).is_some_and(|pod| pod.host_network() && serve::listens(pod, port)));
        serving.next().cloned()
    }
}
