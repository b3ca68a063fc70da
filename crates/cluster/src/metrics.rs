//! What metrics-server does while it is installed: it asks every kubelet, and its answers are served as the metrics API
//! (metrics.k8s.io). And the load that containers are by asking servers again and again.

use crate::cluster::Cluster;
use api::{OrdMap, Time, Value, condition, kind, obj};
use apiserver::{API_SERVICE, Key, Measured};
use kubelet::{Ask, ContainerUsage, PodUsage};
use network::{Place, Protocol};
use std::time::Duration;

/// How often metrics-server asks (`--metric-resolution`).
pub(crate) const RESOLUTION: Duration = Duration::from_secs(15);
/// What a node uses besides its Pods: its kubelet, its container runtime, its system. CPU in microseconds a second, memory in
/// bytes.
const NODE_ITSELF: (u64, i64) = (62_000, 480 << 20);

impl Cluster {
    /// Measures, if somebody is there who does.
    pub(crate) fn measure(&mut self) {
        self.check_api_services();
        let service = self.api.store().get(kind::API_SERVICE, &Key::new("", API_SERVICE));
        let available = service.is_some_and(|service| condition(service, "Available")["status"].str() == "True");
        let measured = available.then(|| {
            let now = self.now();
            let usage = self.kubelets.measure(now);
            Measured { nodes: self.nodes_metrics(&usage), pods: pods_metrics(&usage, now) }
        });
        self.api.set_measured(measured);
    }

    fn nodes_metrics(&self, usage: &[PodUsage]) -> OrdMap<Key, Value> {
        let mut all = OrdMap::new();
        for node in self.kubelets.nodes().filter(|node| node.power && node.kubelet) {
            let name = &node.config.name;
            let containers = usage.iter().filter(|pod| pod.node == *name).flat_map(|pod| &pod.containers);
            let (mut cpu, mut memory) = NODE_ITSELF;
            for container in containers {
                cpu += container.cpu_micros;
                memory += container.memory;
            }
            let key = Key::new("", name.clone());
            let Some(object) = self.api.store().get(kind::NODE, &key) else { continue };
            let mut metrics = measured_object("NodeMetrics", object, self.now());
            metrics.set("usage", amounts(cpu, memory));
            all.insert(key, metrics);
        }
        all
    }

    /// Carries what containers ask for, a question once for all that they would ask in that time: each side is charged for all.
    /// And runs the tools of theirs that wait for the network.
    pub(crate) fn carry_asks(&mut self) {
        for ask in self.kubelets.take_asks() {
            let (answerer, number) = self.carry(&ask);
            let server = answerer.as_ref().map(|(pod, port)| (pod.as_str(), *port));
            let questions = self.kubelets.charge(&ask, server, self.now());
            self.look_at_fallen();
            if let Some(carried) = number.and_then(|number| self.connection(number)) {
                let (trace, more) = (carried.trace.clone(), questions.saturating_sub(1) as u32);
                self.flows.count(&trace, more, self.now());
            }
        }
        self.carry_calls();
    }

    /// The Pod and the port that have answered, and the number of the connection.
    fn carry(&mut self, ask: &Ask) -> (Option<(api::Str, u16)>, Option<u64>) {
        let before = self.carried;
        let answerer = self.ask_once(ask);
        (answerer, (self.carried > before).then_some(before + 1))
    }

    fn ask_once(&mut self, ask: &Ask) -> Option<(api::Str, u16)> {
        let rest = ask.url.strip_prefix("http://").unwrap_or(&ask.url);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
        let trace = self.connect(&Place::Pod(ask.pod.clone()), host, port.parse().ok()?, Protocol::Tcp);
        let listener = trace.listener()?.clone();
        let request = kubelet::http::Request {
            method: "GET".into(),
            host: authority.into(),
            path: format!("/{path}").into(),
            agent: "Wget".into(),
            ..kubelet::http::Request::default()
        };
        self.http(&listener, &request)?;
        match listener.place {
            Place::Pod(pod) => Some((pod, listener.port)),
            Place::Node(_) | Place::Outside => None,
        }
    }
}

fn pods_metrics(usage: &[PodUsage], now: Time) -> OrdMap<Key, Value> {
    let mut all = OrdMap::new();
    for pod in usage {
        let mut metrics = measured_object("PodMetrics", &pod.object, now);
        let container = |c: &ContainerUsage| obj! { "name" => &c.name, "usage" => amounts(c.cpu_micros, c.memory) };
        let containers: Vec<Value> = pod.containers.iter().map(container).collect();
        metrics.set("containers", containers);
        all.insert(Key::of(&pod.object), metrics);
    }
    all
}

/// Metrics of an object, without what they are about.
fn measured_object(kind: &str, object: &Value, now: Time) -> Value {
    let metadata = &object["metadata"];
    let namespace = Some(object.namespace()).filter(|namespace| !namespace.is_empty());
    obj! {
        "kind" => kind, "apiVersion" => "metrics.k8s.io/v1beta1",
        "metadata" => obj! {
            "name" => &metadata["name"], "namespace" => namespace, "labels" => &metadata["labels"],
            "creationTimestamp" => now,
        },
        "timestamp" => now, "window" => "15s",
    }
}

fn amounts(cpu_micros: u64, memory: i64) -> Value {
    obj! { "cpu" => format!("{}n", cpu_micros * 1000), "memory" => format!("{}Ki", memory >> 10) }
}
