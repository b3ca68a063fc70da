//! How long a decision takes: 5,000 nodes, and Pods of Deployments of 30. Prints microseconds a Pod.

use api::{Rng, Selector, Value, list, obj};
use scheduler::cache::Cache;
use scheduler::cycle::decide;
use scheduler::plugins::Cycle;
use scheduler::rows::Rows;
use std::time::Instant;

fn node(name: &str) -> Value {
    let allocatable = obj! { "cpu" => "32", "memory" => "256Gi", "pods" => "110" };
    let labels = obj! { "kubernetes.io/hostname" => name };
    let metadata = obj! { "name" => name, "labels" => labels };
    obj! { "metadata" => metadata, "status" => obj! { "allocatable" => allocatable } }
}

fn pod(uid: usize, app: usize) -> Value {
    let labels = obj! { "app" => format!("app-{app}"), "pod-template-hash" => format!("hash{app}") };
    let owner = obj! {
        "apiVersion" => "apps/v1", "kind" => "ReplicaSet", "name" => format!("app-{app}"),
        "uid" => format!("owner-{app}"), "controller" => true,
    };
    let metadata = obj! {
        "uid" => format!("uid-{uid}"), "namespace" => "default", "labels" => labels, "ownerReferences" => list![owner],
    };
    let tolerations = list![
        obj! { "key" => "node.kubernetes.io/not-ready", "operator" => "Exists", "effect" => "NoExecute" },
        obj! { "key" => "node.kubernetes.io/unreachable", "operator" => "Exists", "effect" => "NoExecute" },
    ];
    let spec = obj! { "containers" => list![obj! { "name" => "c", "image" => "nginx" }], "tolerations" => tolerations };
    obj! { "metadata" => metadata, "spec" => spec }
}

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|a| a.parse::<usize>().ok());
    let (nodes, pods) = (args.next().unwrap_or(5000), args.next().unwrap_or(50_000));
    let mut cache = Cache::default();
    for i in 0..nodes {
        cache.set_node(&node(&format!("node{i}")));
    }
    let mut rows = Rows::default();
    let (mut start, mut rng) = (0, Rng::new(1));
    let begin = Instant::now();
    for i in 0..pods {
        let pod = pod(i, i / 30);
        let class = cache.class(&pod);
        rows.forget(cache.take_changed());
        let siblings = Selector::from_map(&class.view.labels);
        let cycle = Cycle {
            cache: &cache,
            pod: &class.view,
            siblings: Some(siblings),
            claim_problem: String::new(),
            claim_holders: Vec::new(),
            volume_nodes: Vec::new(),
            unbound: Vec::new(),
        };
        let outcome = decide(&cycle, &mut rows, class.shape, &mut start, &mut rng);
        let node = outcome.result.unwrap_or_default();
        cache.place_class(pod.uid(), &node, &class, true);
    }
    let micros = begin.elapsed().as_secs_f64() * 1e6 / pods as f64;
    let most = cache.nodes().iter().map(|node| node.pods).max();
    println!("{nodes} nodes, {pods} Pods: {micros:.1} microseconds a Pod; at most {most:?} on a node");
}
