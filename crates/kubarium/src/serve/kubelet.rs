//! What a kubelet serves on its port to the API server (pkg/kubelet/server/server.go): its health, its Pods, their logs, and
//! what they use.

use super::owner::Owner;
use ::kubelet::http::{Reply, Request};
use api::{Value, json, kind, obj};
use apiserver::{Request as ApiRequest, Verb};

/// Where a kubelet listens.
pub const PORT: u16 = 10_250;

/// Answers as the kubelet of a node.
pub fn answer(owner: &mut Owner, node: &str, request: &Request) -> Reply {
    let words: Vec<&str> = request.file().split('/').filter(|word| !word.is_empty()).collect();
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return text(405, "405 Method Not Allowed\n");
    }
    match words[..] {
        ["healthz"] | ["healthz", "ping" | "log" | "syncloop"] => text(200, "ok"),
        ["pods"] => of_json(&pods(owner, node)),
        ["runningpods"] => of_json(&running(owner, node)),
        ["stats", "summary"] => of_json(&summary(owner, node)),
        ["containerLogs", namespace, pod, container] => log(owner, (namespace, pod, container), &request.path),
        _ => text(404, "404 page not found\n"),
    }
}

fn text(status: u16, text: &str) -> Reply {
    Reply::new(status, "", "text/plain; charset=utf-8", text)
}

fn of_json(value: &Value) -> Reply {
    Reply::new(200, "", "application/json", format!("{}\n", json::to_string(value)))
}

/// The Pods that it knows.
fn pods(owner: &mut Owner, node: &str) -> Value {
    let mut list = ApiRequest::new(Verb::List, kind::POD, "", "");
    list.options.field_selector = format!("spec.nodeName={node}").into();
    let items = owner.request(&list).map(|response| response.body["items"].clone()).unwrap_or_default();
    obj! { "kind" => "PodList", "apiVersion" => "v1", "metadata" => obj! {}, "items" => items }
}

/// The Pods of which containers run.
fn running(owner: &mut Owner, node: &str) -> Value {
    let all = pods(owner, node);
    let runs = |pod: &&Value| pod.at("status.phase").str() == "Running";
    let items: Value = all["items"].array().iter().filter(runs).cloned().collect();
    obj! { "kind" => "PodList", "apiVersion" => "v1", "metadata" => obj! {}, "items" => items }
}

/// What they use (k8s.io/kubelet/pkg/apis/stats/v1alpha1).
fn summary(owner: &mut Owner, node: &str) -> Value {
    let now = owner.now();
    let usage = owner.usage();
    let figures = |cpu_micros: u64, memory: i64| {
        obj! {
            "cpu" => obj! { "time" => now, "usageNanoCores" => (cpu_micros * 1000) as i64 },
            "memory" => obj! { "time" => now, "workingSetBytes" => memory },
        }
    };
    let (mut cpu, mut memory) = (0, 0);
    let mut all = Vec::new();
    for pod in usage.iter().filter(|pod| pod.node == node) {
        let mut containers = Vec::new();
        for container in &pod.containers {
            cpu += container.cpu_micros;
            memory += container.memory;
            let mut stats = figures(container.cpu_micros, container.memory);
            stats.set("name", container.name.as_str());
            containers.push(stats);
        }
        let reference =
            obj! { "name" => pod.object.name(), "namespace" => pod.object.namespace(), "uid" => pod.object.uid() };
        all.push(obj! { "podRef" => reference, "containers" => containers.into_iter().collect::<Value>() });
    }
    let mut whole = figures(cpu, memory);
    whole.set("nodeName", node);
    obj! { "node" => whole, "pods" => all.into_iter().collect::<Value>() }
}

fn log(owner: &mut Owner, (namespace, pod, container): (&str, &str, &str), path: &str) -> Reply {
    let mut request = ApiRequest::new(Verb::Get, kind::POD, namespace, pod).with_subresource("log");
    request.options.query.push(("container".into(), container.into()));
    let query = path.split_once('?').map_or("", |(_, query)| query);
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        request.options.query.push((key.into(), apiserver::http::decode(value, true).into()));
    }
    match owner.request(&request) {
        Ok(response) => text(200, response.body.str()),
        Err(status) => text(status.code, &format!("{}\n", status.message)),
    }
}
