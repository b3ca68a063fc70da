//! The world of a session: a cluster, and a workstation outside of it.

use super::programs::in_container;
use crate::process::{Identity, Machine, Place, Query, System, To};
use api::{Status, Str, Time};
use apiserver::{Request, Response, Watch, WatchEvent};
use cluster::Cluster;
use kubelet::http;
use kubelet::images::Image;
use network::{Answered, Call, Entry, Listener, Lookup, Question, Reason, Trace, Unanswered};
use std::net::Ipv4Addr;
use std::time::Duration;
use vfs::{Fs, Mounts};

/// Where the user works.
const WORK: &str = "/home/student/work";

/// A cluster and a workstation. A clone is a snapshot.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) home: Fs,
    mounts: Mounts,
    /// How far a process is ahead that runs by itself, while everything else stands still; none in the world of a session.
    pub(crate) ahead: Option<Duration>,
}

impl World {
    /// The world in which a session begins.
    pub(crate) fn new(mut cluster: Cluster) -> World {
        let (mut home, now) = (Fs::new(), cluster.now().0);
        for directory in [
            WORK,
            "/tmp",
            "/usr/local/sbin",
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/bin",
            "/sbin",
            "/bin",
            "/root",
            "/var/log",
        ] {
            // The tree is empty: nothing can be in the way.
            let _ = home.mkdir_all(directory, now);
        }
        let hosts = cluster.kubelets().nodes().map(|node| format!("{}\t{}\n", node.config.address, node.config.name));
        let hosts: String = std::iter::once("127.0.0.1\tlocalhost workstation\n".to_owned()).chain(hosts).collect();
        let files = [
            ("/etc/hosts", hosts.as_str()),
            ("/etc/hostname", "workstation\n"),
            ("/etc/resolv.conf", cluster.kubelets().node_resolv_conf()),
            ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nstudent:x:1000:1000:student:/home/student:/bin/bash\n"),
            (
                "/etc/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nID=debian\n",
            ),
        ];
        for (path, text) in files {
            let _ = home.put(path, text, now);
        }
        let config = api::yaml::to_string(&kubectl::config::fresh());
        let _ = home.put("/home/student/.kube/config", config, now);
        cluster.set_tools(crate::process::near, crate::process::far);
        World { cluster, home, mounts: Mounts::new(""), ahead: None }
    }

    /// A cluster that stands still while one process runs in it.
    pub(crate) fn still(cluster: Cluster) -> World {
        World { cluster, home: Fs::new(), mounts: Mounts::new(""), ahead: Some(Duration::ZERO) }
    }

    /// The image of a container; none if the place is none.
    fn image(&self, uid: &str, container: &str) -> Option<&'static Image> {
        kubelet::registry::image_of(self.cluster.kubelets().container(uid, container)?)
    }

    /// Where a place is in the network.
    fn stack(&self, place: &Place) -> Option<network::Place> {
        match place {
            Place::Workstation => Some(network::Place::Outside),
            Place::Node(name) => Some(network::Place::Node(name.clone())),
            Place::Container { uid, .. } => {
                let pod = self.cluster.kubelets().pod_by_id(uid)?;
                Some(if pod.host_network() {
                    network::Place::Node(pod.node.clone())
                } else {
                    network::Place::Pod(uid.clone())
                })
            }
        }
    }
}

fn login(user: &str, home: &str, hostname: &str, cwd: &str) -> Identity {
    Identity {
        user: user.into(),
        nameless: None,
        home: home.into(),
        hostname: hostname.into(),
        cwd: cwd.into(),
        env: vec![
            ("PATH".into(), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into()),
            ("SHELL".into(), "/bin/bash".into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
        ],
        prompt: "\\u@\\h:\\w\\$ ".into(),
        shell: "bash".into(),
    }
}

impl System for World {
    fn now(&self) -> Time {
        self.cluster.now() + self.ahead.unwrap_or_default()
    }

    fn next_at(&self) -> Option<Time> {
        self.cluster.next_at()
    }

    fn step(&mut self) {
        self.cluster.step();
    }

    fn set_time(&mut self, to: Time) {
        match &mut self.ahead {
            Some(ahead) => *ahead = to.since(self.cluster.now()),
            None => self.cluster.advance(to),
        }
    }

    fn files(&mut self, place: &Place, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        let now = self.cluster.now();
        let mounts = match place {
            Place::Workstation => {
                act(&mut self.mounts.view(&mut self.home));
                return true;
            }
            Place::Node(name) => match self.cluster.kubelets().node(name) {
                Some(_) => self.cluster.kubelets_mut().node_mounts(name, now),
                None => return false,
            },
            Place::Container { uid, container } => {
                self.cluster.show_token(uid);
                match self.cluster.kubelets_mut().mounts(uid, container, now) {
                    Some(mounts) => mounts,
                    None => return false,
                }
            }
        };
        act(&mut mounts.view(self.cluster.kubelets_mut().disks()));
        if let Place::Node(name) = place {
            self.cluster.files_touched(name);
        }
        true
    }

    fn identity(&self, place: &Place) -> Option<Identity> {
        match place {
            Place::Workstation => Some(login("student", "/home/student", "workstation", WORK)),
            Place::Node(name) => self.cluster.kubelets().node(name).map(|_| login("root", "/root", name, "/root")),
            Place::Container { uid, container } => {
                let kubelets = self.cluster.kubelets();
                let env = kubelets.environment(uid, container)?;
                let value = |name: &str| env.iter().find(|(n, _)| n == name).map(|(_, v)| v.to_string());
                let busybox = self.is_busybox(place);
                Some(Identity {
                    user: "root".into(),
                    nameless: kubelets.user(uid, container).filter(kubelet::User::is_nameless),
                    home: value("HOME").unwrap_or_else(|| "/root".into()),
                    hostname: value("HOSTNAME").unwrap_or_default(),
                    cwd: kubelets.workdir(uid, container).map_or("/".into(), |dir| dir.to_string()),
                    env: env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
                    prompt: if busybox { "\\w # ".into() } else { "# ".into() },
                    shell: "sh".into(),
                })
            }
        }
    }

    fn address(&self, place: &Place) -> Option<Ipv4Addr> {
        self.cluster.network().address(&self.stack(place)?)
    }

    fn installed(&self, place: &Place, program: &str) -> bool {
        match place {
            Place::Container { uid, container } => {
                let root = self.cluster.kubelets().all_disks().get(&kubelet::root_disk(uid, container));
                in_container(self.image(uid, container), root, program)
            }
            Place::Workstation => !matches!(program, "apk" | "nginx" | "ps"),
            Place::Node(_) if matches!(program, "apk" | "nginx" | "ps" | "registry" | "virsh" | "why") => false,
            Place::Node(name) => program != "kubectl" || name == "master",
        }
    }

    fn incarnation(&self, place: &Place) -> Option<Str> {
        let kubelets = self.cluster.kubelets();
        match place {
            Place::Workstation => Some(Str::default()),
            Place::Node(name) => kubelets.node(name).filter(|node| node.power).map(|node| node.boot_id.clone()),
            Place::Container { uid, container } => {
                let container = kubelets.container(uid, container).filter(|container| container.running())?;
                Some(container.id.clone())
            }
        }
    }

    fn waits(&self, place: &Place) -> bool {
        let Place::Container { uid, container } = place else { return false };
        let container = self.cluster.kubelets().container(uid, container);
        container.and_then(|container| container.process.as_ref()).is_some_and(kubelet::Process::waits)
    }

    fn kill(&mut self, place: &Place, code: i32) {
        if let Place::Container { uid, container } = place {
            self.cluster.kill(uid, container, code);
        }
    }

    fn container(&self, namespace: &str, pod: &str, container: &str) -> Option<Place> {
        let pod = self.cluster.kubelets().pod(namespace, pod)?;
        let place = Place::Container { uid: pod.id.clone(), container: container.into() };
        pod.container(container).filter(|container| container.running()).map(|_| place)
    }

    fn kinds(&self) -> Vec<&'static api::Kind> {
        self.cluster.api().kinds()
    }

    fn request(&mut self, request: &Request) -> Result<Response, Status> {
        self.cluster.request(request)
    }

    fn begin_command(&mut self, line: &str) -> Option<usize> {
        Some(self.cluster.begin_command(line))
    }

    fn on_behalf_of(&mut self, command: Option<usize>) {
        self.cluster.on_behalf_of(command);
    }

    fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.cluster.watch(request)
    }

    fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.cluster.poll(watch)
    }

    fn connect(&mut self, from: &Place, call: &To<'_>) -> Option<Trace> {
        if let Place::Container { uid, container } = from {
            self.cluster.kubelets_mut().has_asked(uid, container);
        }
        let from = &self.stack(from)?;
        let To { host, port, protocol, source_port, held } = *call;
        Some(self.cluster.call(&Call { from, host, port, protocol, source_port, held }))
    }

    fn close(&mut self, connection: &Trace) {
        self.cluster.close(connection);
    }

    fn is_busybox(&self, place: &Place) -> bool {
        match place {
            Place::Container { uid, container } => self.image(uid, container).is_none_or(Image::is_busybox),
            Place::Workstation | Place::Node(_) => false,
        }
    }

    fn forget_connections(&mut self, node: &str, gone: &dyn Fn(&Entry) -> bool) -> Vec<Entry> {
        self.cluster.forget_connections(node, gone)
    }

    fn lookup(&mut self, from: &Place, name: &str) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>) {
        match self.stack(from) {
            Some(from) => self.cluster.lookup(&from, name),
            None => (Err(Reason::NoNetwork), Vec::new()),
        }
    }

    fn ask(&mut self, from: &Place, query: &Query<'_>) -> Result<Answered, Unanswered> {
        let server = Ipv4Addr::LOCALHOST;
        let nowhere = Unanswered { server, reason: Reason::NoNetwork, refused: false };
        let from = &self.stack(from).ok_or(nowhere)?;
        let Query { name, kind, server, search } = *query;
        self.cluster.ask(&Question { from, name, kind, server, search })
    }

    fn http(&mut self, listener: &Listener, request: &http::Request) -> Option<http::Reply> {
        self.cluster.http(listener, request)
    }

    fn rest(&mut self, request: &http::Request, who: &Request) -> Result<http::Reply, Status> {
        self.cluster.raw(request, Some(who))
    }

    fn http_as(&mut self, listener: &Listener, request: &http::Request, who: &Request) -> Option<http::Reply> {
        self.cluster.http_as(listener, request, Some(who))
    }

    fn machine(&mut self, node: &str, act: Machine) {
        match act {
            Machine::StopKubelet => self.cluster.stop_kubelet(node),
            Machine::StartKubelet => self.cluster.start_kubelet(node),
            Machine::PowerOff => self.cluster.set_power(node, false),
            Machine::PowerOn => self.cluster.set_power(node, true),
            Machine::LinkDown => self.cluster.set_link(node, false),
            Machine::LinkUp => self.cluster.set_link(node, true),
            Machine::Memory(bytes) => self.cluster.load_memory(node, bytes),
            Machine::DiskWritten => self.cluster.disk_written(node),
        }
    }

    fn registry(&mut self, act: &mut dyn FnMut(&mut kubelet::Registry)) {
        act(&mut self.cluster.kubelets_mut().registry);
    }

    fn change_gear(&mut self, node: &str, change: &mut dyn FnMut(&mut network::Gear)) {
        self.cluster.change_gear(node, change);
    }

    fn node_of(&self, place: &Place) -> Option<Str> {
        match place {
            Place::Workstation => None,
            Place::Node(name) => Some(name.clone()),
            Place::Container { uid, .. } => self.cluster.kubelets().pod_by_id(uid).map(|pod| pod.node.clone()),
        }
    }

    fn disk_space(&self, node: &str) -> Option<(i64, i64)> {
        self.cluster.kubelets().disk_space(node)
    }

    fn cluster(&self) -> Option<&Cluster> {
        Some(&self.cluster)
    }

    fn snapshot(&self) -> Option<Box<dyn System>> {
        Some(Box::new(self.clone()))
    }

    fn file_systems(&self) -> Vec<(Str, Fs)> {
        let disks = self.cluster.kubelets().all_disks().iter().map(|(name, disk)| (name.clone(), disk.clone()));
        std::iter::once((Str::new("workstation"), self.home.clone())).chain(disks).collect()
    }

    fn free_memory(&self, node: &str) -> Option<i64> {
        self.cluster.kubelets().available_memory(node)
    }

    fn kubelet_runs(&self, node: &str) -> Option<bool> {
        self.cluster.kubelets().node(node).map(|node| node.power && (node.kubelet || node.cut && node.kubelet_ran()))
    }
}
