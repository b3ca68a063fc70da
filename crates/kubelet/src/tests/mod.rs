//! Kubelets with a real API server, and what a watch of their Pods shows.

mod hooks;
mod nodes;
mod pods;
mod restarts;

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
    fn add(&mut self, node: &str, pod_uid: &str) -> Result<Ipv4Addr, String> {
        let ip = self.weave.allocate(node, pod_uid).ok_or("full")?;
        let holder = self.used.insert(ip, pod_uid.into());
        assert!(holder.is_none_or(|holder| holder == pod_uid), "{ip} twice");
        Ok(ip)
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
        api.bootstrap();
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
        let mut kubelets = Kubelets::new(wires);
        kubelets.tools = Some(crate::programs::tests::tools);
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
        for apiserver::Queued { delay, key, .. } in queued {
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

    fn update(&mut self, kind: &'static Kind, name: &str, object: Value) {
        self.api.set_now(self.now);
        let request = Request::new(Verb::Update, kind, "default", name).with_body(object);
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
