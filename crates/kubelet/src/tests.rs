//! Pods on real kubelets with a real API server: what a watch shows, line by line.

use crate::http::Request as HttpRequest;
use crate::{Kubelets, NetworkPlugin, NodeConfig};
use api::{Kind, Rng, Str, Time, Value, kind, obj, yaml};
use apiserver::{ApiServer, Client, Component, Context, Request, Verb, Watch, WorkKey};
use network::Weave;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

#[derive(Clone, Default)]
struct Wires {
    weave: Weave,
    used: BTreeMap<Ipv4Addr, Str>,
}

impl NetworkPlugin for Wires {
    fn add(&mut self, node: &str, pod_uid: &str) -> Option<Ipv4Addr> {
        let ip = self.weave.allocate(node, pod_uid)?;
        let holder = self.used.insert(ip, pod_uid.into());
        assert!(holder.is_none_or(|holder| holder == pod_uid), "{ip} twice");
        Some(ip)
    }
    fn delete(&mut self, node: &str, pod_uid: &str) {
        self.weave.release(node, pod_uid).map(|ip| self.used.remove(&ip));
    }
    fn ready(&self, node: &str) -> bool {
        self.weave.bridge(node).is_some()
    }
    fn started(&mut self, _: &str, _: &Value) -> bool {
        false
    }
}

struct Sim {
    api: ApiServer,
    kubelets: Kubelets<Wires>,
    rng: Rng,
    now: Time,
    queue: BTreeMap<(Time, u64), WorkKey>,
    next: u64,
    watch: Watch,
    lines: Vec<(f64, String)>,
}

const START: Time = Time(1_800_000_000_000_000);

impl Sim {
    fn new(nodes: &[&str]) -> Sim {
        let mut api = ApiServer::new(Rng::new(1), START);
        for name in ["default", "kube-system", "kube-node-lease"] {
            let namespace = obj! { "metadata" => obj! { "name" => name } };
            api.handle(&Request::new(Verb::Create, kind::NAMESPACE, "", "").with_body(namespace)).unwrap();
        }
        let account = obj! { "metadata" => obj! { "name" => "default", "namespace" => "default" } };
        api.handle(&Request::new(Verb::Create, kind::SERVICE_ACCOUNT, "default", "").with_body(account)).unwrap();
        let mut request = Request::new(Verb::Watch, kind::POD, "default", "");
        request.options.table = true;
        let watch = api.watch(&request).unwrap();
        let mut wires = Wires::default();
        for node in nodes {
            wires.weave.join(node, &mut Rng::new(3));
            wires.weave.expose(node);
        }
        let kubelets = Kubelets::new(wires);
        let (rng, queue, lines) = (Rng::new(2), BTreeMap::new(), Vec::new());
        let mut sim = Sim { api, kubelets, rng, now: START, queue, next: 0, watch, lines };
        for (i, node) in nodes.iter().enumerate() {
            let config = NodeConfig::new(node, &format!("172.17.0.{}", 10 + i));
            sim.with(|kubelets, cx| kubelets.add_node(config, cx));
        }
        sim.run(1.0);
        sim
    }

    fn with<R>(&mut self, call: impl FnOnce(&mut Kubelets<Wires>, &mut Context<'_>) -> R) -> R {
        self.api.set_now(self.now);
        let mut queued = Vec::new();
        let client = Client::new(&mut self.api, "kubelet");
        let result = call(&mut self.kubelets, &mut Context::new(client, self.now, &mut self.rng, &mut queued));
        for (delay, key) in queued {
            self.next += 1;
            self.queue.insert((self.now + delay.unwrap_or(Duration::from_millis(20)), self.next), key);
        }
        self.dispatch();
        result
    }

    fn dispatch(&mut self) {
        for event in self.api.take_fresh() {
            self.with(|kubelets, cx| kubelets.observe(&event, cx));
        }
        for event in self.api.poll(&mut self.watch) {
            for row in event.object["rows"].array() {
                let cells: Vec<&str> = row["cells"].array()[..3].iter().map(Value::str).collect();
                let restarts = row["cells"].array()[3].int().to_string();
                let restarts =
                    row["cells"].array()[3].as_str().map_or(restarts, |r| r.split(' ').next().unwrap().into());
                self.lines.push((self.seconds(), format!("{} {restarts}", cells.join(" "))));
            }
        }
    }

    fn seconds(&self) -> f64 {
        self.now.since(START).as_secs_f64()
    }

    fn run(&mut self, seconds: f64) {
        let until = self.now + Duration::from_secs_f64(seconds);
        while let Some((slot, key)) =
            self.queue.iter().next().map(|(s, k)| (*s, k.clone())).filter(|(s, _)| s.0 <= until)
        {
            self.queue.remove(&slot);
            self.now = self.now.max(slot.0);
            self.with(|kubelets, cx| kubelets.run(&key, cx));
        }
        self.now = until;
    }

    fn create(&mut self, kind: &'static Kind, object: Value) {
        self.api.set_now(self.now);
        let namespace = if kind.namespaced { "default" } else { "" };
        let request = Request::new(Verb::Create, kind, namespace, "").with_body(object);
        self.api.handle(&request).unwrap_or_else(|status| panic!("{status}"));
        self.dispatch();
    }

    /// Creates the Pods of some YAML, each bound to node1 unless it says otherwise.
    fn apply(&mut self, text: &str) {
        for mut object in yaml::documents(text).expect("YAML") {
            if object.is_null() {
                continue;
            }
            let kind = object.kind().unwrap();
            if kind == kind::POD && object.at("spec.nodeName").is_null() {
                object.set("spec.nodeName", "node1");
            }
            self.create(kind, object);
        }
    }

    fn pod(&self, name: &str) -> Value {
        self.api.handle_get(kind::POD, name)
    }

    fn delete(&mut self, name: &str, grace: Option<i64>) {
        self.api.set_now(self.now);
        let mut request = Request::new(Verb::Delete, kind::POD, "default", name);
        request.options.grace_period = grace;
        self.api.handle(&request).unwrap();
        self.dispatch();
    }

    /// The watch's lines about a Pod since the last call, one after the other.
    fn lines(&mut self, name: &str) -> String {
        let ours = self.lines.iter().filter(|(_, line)| line.starts_with(&format!("{name} ")));
        let text = ours.map(|(_, line)| line[name.len() + 1..].to_owned()).collect::<Vec<_>>().join(", ");
        self.lines.clear();
        text
    }

    fn events(&self, name: &str) -> Vec<String> {
        let events = self.api.store().list(kind::EVENT, "default");
        let ours = events.filter(|e| e.at("involvedObject.name").str() == name);
        ours.map(|e| format!("{} {} x{}", e["reason"].str(), e["message"].str(), e["count"].int())).collect()
    }
}

trait Get {
    fn handle_get(&self, kind: &Kind, name: &str) -> Value;
}

impl Get for ApiServer {
    fn handle_get(&self, kind: &Kind, name: &str) -> Value {
        self.store().get(kind, &apiserver::Key::new("default", name)).cloned().unwrap_or_default()
    }
}

fn pod(name: &str, container: &str) -> String {
    format!("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers: [{container}]\n")
}

#[test]
fn a_pod_starts_as_recorded() {
    let mut sim = Sim::new(&["node1"]);
    let node = sim.api.store().get(kind::NODE, &apiserver::Key::new("", "node1")).cloned().unwrap();
    assert_eq!(api::meta::condition(&node, "Ready")["status"].str(), "True");
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(3.0);
    let text = "0/1 Pending 0, 0/1 ContainerCreating 0, 0/1 ContainerCreating 0, 1/1 Running 0";
    assert_eq!(sim.lines("web"), text);
    let web = sim.pod("web");
    assert_eq!(web.at("status.phase").str(), "Running");
    let status = &web.at("status.containerStatuses").array()[0];
    assert_eq!(status["image"].str(), "docker.io/library/nginx:latest");
    assert_eq!(
        status["volumeMounts"].array().len(),
        web["spec"]["containers"].array()[0]["volumeMounts"].array().len()
    );
    let order: Vec<&str> = web.at("status.conditions").array().iter().map(|c| c["type"].str()).collect();
    assert_eq!(order, ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]);
    assert!(web.at("status.conditions").array().iter().all(|c| c["observedGeneration"].int() == 1), "{web:?}");
    let reasons: Vec<String> = sim.events("web").iter().map(|e| e.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(reasons, ["Pulling", "Pulled", "Created", "Started"]);
    // The image is there now: with the policy Always it is only checked.
    sim.apply(&pod("again", "{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}"));
    sim.lines.clear();
    let before = sim.seconds();
    sim.run(2.0);
    let (at, last) = sim.lines.last().cloned().unwrap();
    assert_eq!(last, "again 1/1 Running 0");
    assert!((0.3..0.45).contains(&(at - before)), "{}", at - before);
}

#[test]
fn a_deleted_pod_goes_in_steps() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(4.0);
    sim.lines.clear();
    sim.delete("web", None);
    let before = sim.seconds();
    sim.run(2.0);
    let after = sim.lines.last().unwrap().0 - before;
    assert!((0.03..1.1).contains(&after), "{after}");
    // The last line is that of the deletion itself.
    let text = "1/1 Terminating 0, 1/1 Terminating 0, 0/1 Completed 0, 0/1 Completed 0, 0/1 Completed 0";
    assert_eq!(sim.lines("web"), text);
    assert!(sim.pod("web").is_null());
    assert!(sim.kubelets.pods.is_empty() && sim.kubelets.names.is_empty() && sim.kubelets.network.used.is_empty());
    // A process that pays no attention to SIGTERM is killed when its time is over.
    sim.apply(&pod("slow", "{name: c, image: busybox, command: [sleep, \"3600\"]}"));
    sim.run(4.0);
    sim.lines.clear();
    sim.delete("slow", Some(6));
    sim.run(5.0);
    assert_eq!(sim.lines("slow"), "1/1 Terminating 0, 1/1 Terminating 0");
    sim.run(3.0);
    assert_eq!(sim.lines("slow"), "0/1 Error 0, 0/1 Error 0, 0/1 Error 0");
}

#[test]
fn containers_that_end() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("crash", "{name: c, image: busybox, command: [sh, -c, \"echo starting; exit 1\"]}"));
    sim.apply(&(pod("done", "{name: c, image: busybox, command: [echo, hi]}") + "  restartPolicy: Never\n"));
    sim.apply(&(pod("err", "{name: c, image: busybox, command: [sh, -c, \"exit 5\"]}") + "  restartPolicy: Never\n"));
    sim.run(36.0);
    let lines = sim.lines.clone();
    let done = sim.lines("done");
    assert!(done.ends_with("1/1 Running 0, 0/1 Completed 0, 0/1 Completed 0"), "{done}");
    sim.lines = lines;
    let crash = sim.lines("crash");
    let recorded = "1/1 Running 0, 0/1 Error 0, 1/1 Running 1, 0/1 Error 1, 0/1 CrashLoopBackOff 1, 1/1 Running 2, \
                    0/1 Error 2, 0/1 CrashLoopBackOff 2";
    assert!(crash.ends_with(recorded), "{crash}");
    assert_eq!(sim.pod("done").at("status.phase").str(), "Succeeded");
    assert_eq!(sim.pod("err").at("status.phase").str(), "Failed");
    let id = sim.kubelets.pod("default", "crash").unwrap().id.clone();
    assert_eq!(sim.kubelets.logs(&id, "c", true).unwrap()[0].text, "starting");
    let message = sim.pod("crash").at("status.containerStatuses").array()[0].at("state.waiting.message").to_str();
    assert!(message.starts_with("back-off 20s restarting failed container=c pod=crash_default("), "{message}");
    assert!(sim.events("crash").iter().any(|e| e.starts_with("BackOff Back-off restarting failed container c in pod")));
    // After that 40 s, 80 s ... up to 5 minutes.
    sim.run(3_600.0);
    let restarts = sim.pod("crash").at("status.containerStatuses").array()[0]["restartCount"].int();
    assert!((12..18).contains(&restarts), "{restarts}");
}

#[test]
fn images_that_cannot_be_had() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("bad", "{name: c, image: nosuchrepo/nosuchimage}"));
    sim.apply(&pod("tag", "{name: c, image: \"nginx:1.161\"}"));
    sim.apply(&pod("name", "{name: c, image: \"Nginx:UPPER\"}"));
    sim.apply(&pod("never", "{name: c, image: \"example.org/odd:1\", imagePullPolicy: Never}"));
    sim.apply(&pod("command", "{name: c, image: nginx, command: [nosuchcommand]}"));
    sim.run(4.0);
    let reason = |sim: &Sim, name: &str| {
        sim.pod(name).at("status.containerStatuses").array()[0].at("state.waiting.reason").to_str()
    };
    let names = ["bad", "tag", "name", "never"];
    assert_eq!(
        names.map(|n| reason(&sim, n)),
        ["ErrImagePull", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"]
    );
    sim.run(16.0);
    assert_eq!(reason(&sim, "bad"), "ImagePullBackOff");
    let events = sim.events("bad");
    assert!(
        events.iter().any(|e| e.starts_with("BackOff Back-off pulling image \"nosuchrepo/nosuchimage\"")),
        "{events:?}"
    );
    assert!(events.iter().any(|e| e.starts_with("Failed Error: ErrImagePull x2")), "{events:?}");
    assert!(sim.events("tag").iter().any(|e| e.contains("docker.io/library/nginx:1.161: not found")));
    let command = sim.lines("command");
    assert!(command.contains("0/1 RunContainerError 0, 0/1 RunContainerError 1, 0/1 CrashLoopBackOff 1"), "{command}");
    sim.delete("bad", None);
    sim.run(3.0);
    assert!(sim.pod("bad").is_null());
}

#[test]
fn init_containers_come_first() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: init}\nspec:\n  initContainers:\n  - {name: i1, image: busybox, command: \
         [sh, -c, \"sleep 2\"]}\n  - {name: i2, image: busybox, command: [sh, -c, \"sleep 2\"]}\n  containers: [{name: c, \
         image: nginx}, {name: d, image: redis}]\n",
    );
    sim.run(15.0);
    let text = "0/2 Pending 0, 0/2 Init:0/2 0, 0/2 Init:0/2 0, 0/2 Init:0/2 0, 0/2 Init:1/2 0, 0/2 Init:1/2 0, \
                0/2 PodInitializing 0, 2/2 Running 0";
    assert_eq!(sim.lines("init"), text);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: sidecar}\nspec:\n  initContainers:\n  - {name: s, image: nginx, \
         restartPolicy: Always}\n  containers: [{name: c, image: busybox, command: [sleep, \"4\"]}]\n  restartPolicy: Never\n",
    );
    sim.run(15.0);
    let text = "0/2 Pending 0, 0/2 Init:0/1 0, 0/2 Init:0/1 0, 1/2 PodInitializing 0, 2/2 Running 0, 1/2 Completed 0, \
                0/2 Completed 0, 0/2 Completed 0";
    assert_eq!(sim.lines("sidecar"), text);
}

#[test]
fn volumes_are_shared_and_outlive_pods() {
    let mut sim = Sim::new(&["node1", "node2"]);
    let config = obj! { "metadata" => obj! { "name" => "page" }, "data" => obj! { "index.html" => "from a map\n" } };
    sim.create(kind::CONFIG_MAP, config);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec:\n  containers:\n  - {name: web, image: nginx, volumeMounts: \
         [{name: shared, mountPath: /usr/share/nginx/html}]}\n  - {name: writer, image: busybox, command: [sh, -c, \"echo \
         hello > /out/index.html; sleep 1000\"], volumeMounts: [{name: shared, mountPath: /out}, {name: nfs, mountPath: \
         /nfs}]}\n  volumes: [{name: shared, emptyDir: {}}, {name: nfs, nfs: {server: nas, path: /export}}]\n",
    );
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: map}\nspec:\n  containers:\n  - {name: web, image: nginx, volumeMounts: \
         [{name: page, mountPath: /usr/share/nginx/html}]}\n  volumes: [{name: page, configMap: {name: page}}]\n",
    );
    sim.run(8.0);
    let get = |sim: &mut Sim, name: &str, path: &str| {
        let id = sim.kubelets.pod("default", name).unwrap().id.clone();
        sim.kubelets.http(&id, 80, &HttpRequest::get("x", path), sim.now).map(|reply| (reply.status, reply.text()))
    };
    assert_eq!(get(&mut sim, "two", "/"), Some((200, "hello\n".into())));
    assert_eq!(get(&mut sim, "map", "/index.html"), Some((200, "from a map\n".into())));
    assert_eq!(get(&mut sim, "two", "/../../etc/passwd").unwrap().0, 404);
    let id = sim.kubelets.pod("default", "two").unwrap().id.clone();
    let mounts = sim.kubelets.mounts(&id, "writer", sim.now).unwrap();
    mounts.view(sim.kubelets.disks()).write("/nfs/kept", "still here", 0).unwrap();
    mounts.view(sim.kubelets.disks()).write("/lost", "gone", 0).unwrap();
    sim.delete("two", Some(1));
    sim.run(4.0);
    assert!(sim.pod("two").is_null());
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: three}\nspec:\n  nodeName: node2\n  containers:\n  - {name: c, image: \
         busybox, command: [sh, -c, \"cat /nfs/kept /lost; sleep 1000\"], volumeMounts: [{name: nfs, mountPath: /nfs}]}\n  \
         volumes: [{name: nfs, nfs: {server: nas, path: /export}}]\n",
    );
    sim.run(4.0);
    let id = sim.kubelets.pod("default", "three").unwrap().id.clone();
    let log: Vec<&str> = sim.kubelets.logs(&id, "c", false).unwrap().iter().map(|line| line.text.as_str()).collect();
    assert_eq!(log, ["still here", "cat: can't open '/lost': No such file or directory"]);
    // A missing Secret or ConfigMap holds the Pod back until it is there.
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: waits}\nspec:\n  containers:\n  - {name: c, image: nginx, env: [{name: \
         MODE, valueFrom: {configMapKeyRef: {name: later, key: mode}}}]}\n",
    );
    sim.run(5.0);
    assert!(sim.lines("waits").ends_with("0/1 CreateContainerConfigError 0"));
    sim.create(kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "later" }, "data" => obj! { "mode" => "ok" } });
    sim.run(20.0);
    let id = sim.kubelets.pod("default", "waits").unwrap().id.clone();
    assert!(sim.kubelets.environment(&id, "c").unwrap().contains(&("MODE".into(), "ok".into())));
}

#[test]
fn probes_decide_about_ready_and_restart() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod(
        "ready",
        "{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}",
    ));
    sim.apply(&pod(
        "notready",
        "{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}}",
    ));
    sim.apply(&pod(
        "notfound",
        "{name: c, image: nginx, livenessProbe: {httpGet: {path: /x, port: 80}, periodSeconds: 1}}",
    ));
    let live = "args: [/bin/sh, -c, \"touch /tmp/healthy; sleep 8; rm -f /tmp/healthy; sleep 600\"]";
    sim.apply(&pod("live", &format!("{{name: c, image: busybox, {live}, livenessProbe: {{exec: {{command: [cat, /tmp/healthy]}}, periodSeconds: 2, failureThreshold: 1}}}}")));
    sim.run(15.0);
    let lines = sim.lines.clone();
    assert!(sim.lines("ready").ends_with("0/1 Running 0, 1/1 Running 0"));
    sim.lines = lines;
    assert!(sim.lines("notfound").contains("1/1 Running 0, 1/1 Running 1"));
    let events = sim.events("notready");
    let refused = "dial tcp 10.32.0.3:8080: connect: connection refused";
    assert!(
        events.iter().any(|e| e.starts_with("Unhealthy Readiness probe failed: Get") && e.contains(refused)),
        "{events:?}"
    );
    let missing = "Unhealthy Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory";
    assert!(sim.events("live").iter().any(|e| e.starts_with(missing)), "{:?}", sim.events("live"));
}

#[test]
fn a_stopped_kubelet_sees_nothing_and_catches_up() {
    let mut sim = Sim::new(&["node1", "node2"]);
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(4.0);
    sim.kubelets.stop_kubelet("node1");
    sim.delete("web", None);
    sim.run(60.0);
    assert!(sim.pod("web").deleting());
    let id = sim.kubelets.pod("default", "web").unwrap().id.clone();
    assert!(sim.kubelets.pod_listens(&id, 80));
    sim.with(|kubelets, cx| kubelets.start_kubelet("node1", cx));
    sim.run(4.0);
    assert!(sim.pod("web").is_null());
    sim.apply(&pod("power", "{name: nginx, image: nginx}"));
    sim.run(4.0);
    let now = sim.now;
    sim.kubelets.power_off("node1", now);
    sim.run(100.0);
    assert!(!sim.kubelets.node_listens("node1", 22) && sim.kubelets.network.used.is_empty());
    sim.with(|kubelets, cx| kubelets.power_on("node1", cx));
    sim.run(10.0);
    let status = sim.pod("power").at("status.containerStatuses").array()[0].clone();
    assert_eq!((status["restartCount"].int(), status["ready"].bool()), (1, true), "{status:?}");
}

#[test]
fn no_two_pods_share_an_address() {
    let mut sim = Sim::new(&["node1", "node2", "node3"]);
    let mut rng = Rng::new(9);
    for i in 0..150u32 {
        let node = 1 + rng.below(3);
        let text = format!(
            "{{name: c, image: nginx, imagePullPolicy: IfNotPresent}}]\n  nodeName: node{node}\n  tolerations: ["
        );
        sim.apply(&pod(&format!("p{i}"), &text));
        if rng.below(2) == 0 {
            let victim = format!("p{}", rng.below(i + 1));
            if !sim.pod(&victim).is_null() {
                sim.delete(&victim, Some(i64::from(rng.below(3))));
            }
        }
        sim.run(rng.float() * 2.0);
    }
    sim.run(30.0);
    let pods: Vec<Value> = sim.api.store().list(kind::POD, "default").cloned().collect();
    assert!(pods.iter().all(|pod| pod.at("status.phase").str() == "Running"), "{:?}", pods.len());
    assert_eq!(sim.kubelets.network.used.len(), pods.len());
    assert_eq!(sim.kubelets.pods.len(), pods.len());
}

#[test]
fn static_pods_have_mirrors() {
    let mut sim = Sim::new(&["node1"]);
    let mut config = NodeConfig::new("master", "172.17.0.9");
    config.static_pods = crate::control_plane("172.17.0.9");
    config.taints = vec![obj! { "key" => "node-role.kubernetes.io/control-plane", "effect" => "NoSchedule" }];
    sim.with(|kubelets, cx| kubelets.add_node(config, cx));
    sim.run(10.0);
    let pods: Vec<Value> = sim.api.store().list(kind::POD, "kube-system").cloned().collect();
    let names: Vec<&str> = pods.iter().map(|pod| pod.name()).collect();
    assert_eq!(
        names,
        ["etcd-master", "kube-apiserver-master", "kube-controller-manager-master", "kube-scheduler-master"]
    );
    assert!(pods.iter().all(|pod| api::meta::is_pod_ready(pod)), "{:?}", pods[0]);
    assert!(sim.kubelets.node_listens("master", 6443));
    let mut request = Request::new(Verb::Delete, kind::POD, "kube-system", "etcd-master");
    request.options.grace_period = Some(0);
    sim.api.handle(&request).unwrap();
    sim.dispatch();
    sim.run(2.0);
    let again = sim.api.store().get(kind::POD, &apiserver::Key::new("kube-system", "etcd-master")).cloned().unwrap();
    assert!(api::meta::is_pod_ready(&again) && again.uid() != pods[0].uid());
}
