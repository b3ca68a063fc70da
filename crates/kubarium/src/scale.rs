//! `kubarium scale`: the big workload, measured.

use crate::arguments::Made;
use crate::pages;
use api::{Value, kind, list, obj};
use apiserver::{Request, Verb};
use cluster::{Cluster, Options};
use std::time::{Duration, Instant};

/// Pods of one Deployment.
const DEPLOYMENT_SIZE: usize = 1000;
/// How far virtual time may go before the workload counts as stuck.
const LIMIT: Duration = Duration::from_secs(4 * 3600);
/// How often it is looked whether all Pods are Ready, in virtual time.
const LOOK: Duration = Duration::from_millis(250);
/// What the Pods run: an image that is on every node, so that no download is measured.
const IMAGE: &str = "registry.k8s.io/pause:3.10.1";
/// What a kubelet admits unless told otherwise (`--max-pods`).
const MAX_PODS: usize = 110;

/// What a Pod weighs, with what was written of it on the way and its events; a little less than measured.
const POD_BYTES: usize = 14_000;

/// Makes `pods` Pods on `nodes` workers and waits until all are Ready. Returns the report: one JSON object.
pub fn run(nodes: usize, pods: usize, seed: u64, made: &Made) -> Value {
    let began = Instant::now();
    let max_pods = MAX_PODS.max(pods.div_ceil(nodes.max(1)) * 3 / 2);
    let options = Options { seed, workers: nodes, addons: false, max_pods, ..made.options() };
    let mut cluster = Cluster::new(options);
    let booted = began.elapsed();
    pages::prefetch(pods * POD_BYTES);
    let start = cluster.now();
    create(&mut cluster, pods);
    let mut ready = 0;
    while ready < pods && cluster.now().since(start) < LIMIT {
        cluster.advance(cluster.now() + LOOK);
        ready = ready_pods(&cluster);
    }
    let (wall, passed) = (began.elapsed() - booted, cluster.now().since(start));
    // The process ends with it: to take millions of objects apart would be work for nothing.
    std::mem::forget(cluster);
    obj! {
        "nodes" => nodes, "pods" => pods, "ready" => ready, "boot_s" => rounded(booted), "wall_s" => rounded(wall),
        "sim_s" => rounded(passed), "peak_rss_mb" => peak_rss_mb(),
        "pods_per_s" => (ready as f64 / wall.as_secs_f64()).round() as i64,
    }
}

fn create(cluster: &mut Cluster, pods: usize) {
    for (index, first) in (0..pods).step_by(DEPLOYMENT_SIZE).enumerate() {
        let name = format!("load-{index}");
        let labels = obj! { "app" => name.as_str() };
        let container = obj! { "name" => "pause", "image" => IMAGE };
        let template = obj! {
            "metadata" => obj! { "labels" => &labels }, "spec" => obj! { "containers" => list![container] },
        };
        let deployment = obj! {
            "metadata" => obj! { "name" => name.as_str() },
            "spec" => obj! {
                "replicas" => DEPLOYMENT_SIZE.min(pods - first), "selector" => obj! { "matchLabels" => labels },
                "template" => template,
            },
        };
        let request = Request::new(Verb::Create, kind::DEPLOYMENT, "default", "").with_body(deployment);
        if let Err(status) = cluster.request(&request) {
            eprintln!("kubarium: {}", status.message);
        }
    }
}

fn ready_pods(cluster: &Cluster) -> usize {
    let deployments = cluster.api().store().list(kind::DEPLOYMENT, "default");
    deployments.map(|deployment| deployment.at("status.readyReplicas").int() as usize).sum()
}

fn rounded(span: Duration) -> f64 {
    (span.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The largest resident size of this process so far, where the system tells.
fn peak_rss_mb() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<i64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
