//! A small world for tests: an API server, the controllers, the scheduler, and Pods that run as soon as they have a node.

use api::{Kind, Rng, Time, Value, kind, list, obj};
use apiserver::client::DeleteOptions;
use apiserver::{
    ApiServer, Client, Component, Context, EventType, Key, Propagation, Request, Verb, WatchEvent, WorkKey,
};
use controllers::Controllers;
use scheduler::Scheduler;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const START: Time = Time(1_767_603_600 * 1_000_000);

/// Everything, and what has been seen so far.
pub struct World {
    pub api: ApiServer,
    pub now: Time,
    pub history: Vec<WatchEvent>,
    /// Images that never run.
    pub broken: BTreeSet<String>,
    /// Nodes whose kubelet is off.
    pub silent: BTreeSet<String>,
    components: [Box<dyn Component>; 3],
    queue: BTreeMap<(Time, u64), (usize, WorkKey)>,
    queued: BTreeMap<(usize, WorkKey), (Time, u64)>,
    next: u64,
    rng: Rng,
}

/// A kubelet for all nodes: runs Pods after 20 ms, ends deleted ones after 100 ms, renews leases every 10 s. A container of
/// the image `job:N` ends with N after 1 s.
#[derive(Default)]
struct Kubelet;

impl Component for Kubelet {
    fn observe(&mut self, event: &WatchEvent, cx: &mut Context<'_>) {
        let pod = &event.object;
        let bound = event.kind == kind::POD && !pod["spec"]["nodeName"].str().is_empty();
        if bound && event.event != EventType::Deleted {
            let came = event.old["spec"]["nodeName"].str().is_empty();
            let dying = pod.deleting() && !event.old.deleting();
            let delay = Duration::from_millis(if dying { 100 } else { 20 });
            if came || dying {
                cx.enqueue_after(WorkKey::new("pod", pod.namespace(), pod.name()), delay);
            }
        } else if event.kind == kind::NODE && event.event == EventType::Added {
            cx.enqueue(WorkKey::new("lease", "", pod.name()));
        }
    }

    fn run(&mut self, key: &WorkKey, cx: &mut Context<'_>) {
        if key.what == "lease" {
            return;
        }
        let Some(mut pod) = cx.client.get(kind::POD, &key.namespace, &key.name) else { return };
        let code = exit_code(&pod);
        if key.what == "end" {
            if let Some(code) = code.filter(|_| !pod.deleting()) {
                end(&mut pod, code, cx.now);
                cx.client.update_status(kind::POD, pod).unwrap();
            }
            return;
        }
        if pod.deleting() {
            if !matches!(pod["status"]["phase"].str(), "Succeeded" | "Failed") {
                pod.set("status.phase", "Succeeded");
                set_ready(&mut pod, "False", cx.now);
                cx.client.update_status(kind::POD, pod).unwrap();
            }
            let options = DeleteOptions { grace_period: Some(0), ..DeleteOptions::default() };
            let _ = cx.client.delete(kind::POD, &key.namespace, &key.name, options);
            return;
        }
        if code.is_some() {
            cx.enqueue_after(WorkKey::new("end", pod.namespace(), pod.name()), Duration::from_secs(1));
        }
        pod.set("status.phase", "Running");
        pod.set("status.startTime", cx.now);
        pod.set("status.podIP", format!("10.44.{}.{}", cx.rng.below(250), cx.rng.below(250)));
        set_ready(&mut pod, "True", cx.now);
        cx.client.update_status(kind::POD, pod).unwrap();
    }
}

/// What the first container of the image `job:N` ends with.
fn exit_code(pod: &Value) -> Option<i64> {
    let image = pod["spec"]["containers"].array().first()?["image"].str();
    image.strip_prefix("job:")?.parse().ok()
}

fn end(pod: &mut Value, code: i64, now: Time) {
    let ended = obj! { "terminated" => obj! { "exitCode" => code, "finishedAt" => now } };
    pod.set("status.phase", if code == 0 { "Succeeded" } else { "Failed" });
    pod.set("status.containerStatuses", list![obj! { "name" => "c", "state" => ended }]);
    set_ready(pod, "False", now);
}

fn set_ready(pod: &mut Value, status: &str, now: Time) {
    api::set_condition(pod, obj! { "type" => "Ready", "status" => status, "lastTransitionTime" => now });
}

impl World {
    /// Workers `node1`...`nodeN` and a tainted `master`, with the four system namespaces.
    pub fn new(workers: usize) -> World {
        let mut world = World {
            api: ApiServer::new(Rng::new(1), START),
            now: START,
            history: Vec::new(),
            broken: BTreeSet::new(),
            silent: BTreeSet::new(),
            components: [Box::new(Controllers::default()), Box::new(Scheduler::default()), Box::new(Kubelet)],
            queue: BTreeMap::new(),
            queued: BTreeMap::new(),
            next: 0,
            rng: Rng::new(2),
        };
        for name in ["default", "kube-node-lease", "kube-system"] {
            world.create(kind::NAMESPACE, obj! { "metadata" => obj! { "name" => name } });
        }
        let taint = obj! { "key" => "node-role.kubernetes.io/control-plane", "effect" => "NoSchedule" };
        world.add_node("master", list![taint]);
        (1..=workers).for_each(|i| world.add_node(&format!("node{i}"), Value::Null));
        world.settle();
        world.history.clear();
        world
    }

    fn add_node(&mut self, name: &str, taints: Value) {
        let allocatable = obj! { "cpu" => "4", "memory" => "8Gi", "pods" => "110" };
        let ready = obj! { "type" => "Ready", "status" => "True", "lastHeartbeatTime" => self.now };
        let node = obj! {
            "metadata" => obj! { "name" => name, "labels" => obj! { "kubernetes.io/hostname" => name } },
            "spec" => obj! { "taints" => taints },
            "status" => obj! { "allocatable" => allocatable, "conditions" => list![ready] },
        };
        self.create(kind::NODE, node);
        let lease = obj! {
            "metadata" => obj! { "name" => name, "namespace" => "kube-node-lease" },
            "spec" => obj! { "holderIdentity" => name, "renewTime" => self.now.rfc3339_micros() },
        };
        self.create(kind::LEASE, lease);
    }

    /// A Deployment as `kubectl create deployment` makes it.
    pub fn deployment(&mut self, name: &str, image: &str, replicas: i64) -> Value {
        let labels = obj! { "app" => name };
        let spec = obj! {
            "replicas" => replicas, "selector" => obj! { "matchLabels" => labels.clone() },
            "template" => template(&labels, image),
        };
        self.create(kind::DEPLOYMENT, obj! { "metadata" => obj! { "name" => name, "namespace" => "default", "labels" => labels }, "spec" => spec })
    }

    pub fn client<T>(&mut self, call: impl FnOnce(&mut Client<'_>) -> T) -> T {
        self.api.set_now(self.now);
        let answer = call(&mut Client::new(&mut self.api, "test"));
        self.dispatch();
        answer
    }

    pub fn create(&mut self, kind: &'static Kind, mut object: Value) -> Value {
        object.set("apiVersion", kind.api_version());
        object.set("kind", kind.kind);
        let namespace = object["metadata"]["namespace"].to_str();
        self.send(Request::new(Verb::Create, kind, namespace, "").with_body(object))
    }

    /// As `kubectl edit` does it.
    pub fn edit(&mut self, kind: &'static Kind, name: &str, edit: impl FnOnce(&mut Value)) {
        let mut object = self.get(kind, name).unwrap();
        edit(&mut object);
        let namespace = object["metadata"]["namespace"].to_str();
        self.send(Request::new(Verb::Update, kind, namespace, name).with_body(object));
    }

    fn send(&mut self, request: Request) -> Value {
        self.api.set_now(self.now);
        let answer = self.api.handle(&request).unwrap();
        self.dispatch();
        answer.body
    }

    pub fn delete(&mut self, kind: &'static Kind, name: &str, propagation: Propagation) {
        let namespace = if kind.namespaced { "default" } else { "" };
        let options = DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() };
        self.client(|client| client.delete(kind, namespace, name, options)).unwrap();
    }

    pub fn list(&self, kind: &Kind) -> Vec<Value> {
        self.api.store().list(kind, "").filter(|o| !o.namespace().starts_with("kube-")).cloned().collect()
    }

    pub fn get(&self, kind: &Kind, name: &str) -> Option<Value> {
        let namespace = if kind.namespaced { "default" } else { "" };
        self.api.store().get(kind, &Key::new(namespace, name)).cloned()
    }

    /// The messages of the events with a reason, in the order in which they came.
    pub fn messages(&self, reason: &str) -> Vec<String> {
        let events = self.history.iter().filter(|e| e.kind == kind::EVENT && e.object["reason"].str() == reason);
        events.map(|e| e.object["message"].str().to_owned()).collect()
    }

    /// Runs what is due within the next 3 s.
    pub fn settle(&mut self) {
        self.advance(Duration::from_secs(3));
    }

    /// Runs what is due within `span`.
    pub fn advance(&mut self, span: Duration) {
        let to = self.now + span;
        while let Some((slot, (component, key))) = self.queue.pop_first() {
            if slot.0 > to {
                self.queue.insert(slot, (component, key));
                break;
            }
            self.queued.remove(&(component, key.clone()));
            self.now = slot.0;
            self.run(component, &key);
            self.dispatch();
        }
        self.now = to;
    }

    /// Whether a kubelet does nothing about this work.
    fn is_stuck(&self, component: usize, key: &WorkKey) -> bool {
        let pod = self.api.store().get(kind::POD, &Key::new(key.namespace.clone(), key.name.clone()));
        let Some(pod) = pod.filter(|_| component == 2) else { return false };
        let image = pod["spec"]["containers"].array().first().map_or("", |c| c["image"].str());
        self.silent.contains(pod["spec"]["nodeName"].str()) || !pod.deleting() && self.broken.contains(image)
    }

    fn run(&mut self, component: usize, key: &WorkKey) {
        if component == 2 && key.what == "lease" {
            self.renew(&key.name);
            self.queue(component, Some(Duration::from_secs(10)), key.clone());
        } else if !self.is_stuck(component, key) {
            self.with(component, |c, cx| c.run(key, cx));
        }
    }

    fn renew(&mut self, node: &str) {
        if !self.silent.contains(node) {
            let now = self.now.rfc3339_micros();
            self.client(|client| {
                let mut lease = client.get(kind::LEASE, "kube-node-lease", node).unwrap();
                lease.set("spec.renewTime", now);
                client.update(kind::LEASE, lease).unwrap();
            });
        }
    }

    fn dispatch(&mut self) {
        loop {
            let fresh = self.api.take_fresh();
            if fresh.is_empty() {
                return;
            }
            for event in fresh {
                (0..3).for_each(|i| self.with(i, |c, cx| c.observe(&event, cx)));
                self.history.push(event);
            }
        }
    }

    fn with(&mut self, component: usize, call: impl FnOnce(&mut dyn Component, &mut Context<'_>)) {
        self.api.set_now(self.now);
        let mut queued = Vec::new();
        let client = Client::new(&mut self.api, "test");
        call(&mut *self.components[component], &mut Context::new(client, self.now, &mut self.rng, &mut queued));
        queued.into_iter().for_each(|work| self.queue(component, work.delay, work.key));
    }

    fn queue(&mut self, component: usize, delay: Option<Duration>, key: WorkKey) {
        let at = self.now + delay.unwrap_or(Duration::from_millis([15, 25, 30][component]));
        let work = (component, key);
        if let Some(slot) = self.queued.get(&work) {
            if slot.0 <= at {
                return;
            }
            self.queue.remove(slot);
        }
        self.next += 1;
        self.queue.insert((at, self.next), work.clone());
        self.queued.insert(work, (at, self.next));
    }
}

fn template(labels: &Value, image: &str) -> Value {
    obj! {
        "metadata" => obj! { "labels" => labels.clone() },
        "spec" => obj! { "containers" => list![obj! { "name" => "c", "image" => image }] },
    }
}
