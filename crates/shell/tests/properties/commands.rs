//! What people do to a cluster, at random: commands, and faults. As text, so that a failure can be typed again.

use proptest::prelude::*;
use shell::faults::{FAULTS, Fault};

/// Names of Deployments: few, so that commands meet.
const DEPLOYMENTS: &[&str] = &["a", "b"];
const NODES: &[&str] = &["node1", "node2", "node3"];
/// nginx answers, busybox ends at once, `nosuch` cannot be pulled.
const IMAGES: &[&str] = &["nginx", "nginx:1.25", "busybox", "nosuch", "registry.k8s.io/pause:3.10.1"];

/// Objects that have no command of their own.
pub const MANIFESTS: &[(&str, &str)] = &[
    (
        "sts",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  replicas: 2\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {terminationGracePeriodSeconds: 3, containers: [{name: c, image: nginx}]}\n",
    ),
    (
        "ds",
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}}}]}\n",
    ),
    (
        "job",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: work}\nspec:\n  completions: 3\n  parallelism: 2\n  template:\n    spec: {restartPolicy: OnFailure, containers: [{name: c, image: busybox, command: [sleep, \"4\"]}]}\n",
    ),
    (
        "vip",
        "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: vip}\nvalue: 1000\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: vip}\nspec:\n  priorityClassName: vip\n  containers: [{name: c, image: nginx, resources: {requests: {cpu: 3500m}}}]\n",
    ),
    (
        "probe",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: probed}\nspec:\n  replicas: 2\n  minReadySeconds: 3\n  selector: {matchLabels: {app: probed}}\n  template:\n    metadata: {labels: {app: probed}}\n    spec: {containers: [{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 2}}]}\n",
    ),
];

fn one(of: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(of)
}

/// A command line.
pub fn command() -> impl Strategy<Value = String> {
    let manifest = prop::sample::select(MANIFESTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    prop_oneof![
        (one(DEPLOYMENTS), one(IMAGES), 0..5u8)
            .prop_map(|(name, image, n)| format!("kubectl create deployment {name} --image={image} --replicas={n}")),
        (one(DEPLOYMENTS), 0..8u8).prop_map(|(name, n)| format!("kubectl scale deployment {name} --replicas={n}")),
        (one(DEPLOYMENTS), one(IMAGES))
            .prop_map(|(name, image)| format!("kubectl set image deployment/{name} '*={image}'")),
        (one(DEPLOYMENTS), one(&["100m", "900m", "3"]))
            .prop_map(|(name, cpu)| format!("kubectl set resources deployment {name} --requests=cpu={cpu}")),
        (one(DEPLOYMENTS), one(&["undo", "restart", "pause", "resume"]))
            .prop_map(|(name, verb)| format!("kubectl rollout {verb} deployment/{name}")),
        (one(DEPLOYMENTS), one(&["background", "orphan", "foreground"]))
            .prop_map(|(name, cascade)| format!("kubectl delete deployment {name} --cascade={cascade} --wait=false")),
        one(DEPLOYMENTS).prop_map(|name| format!("kubectl expose deployment {name} --port=80")),
        one(&["rs", "pods", "svc", "jobs"]).prop_map(|kind| format!("kubectl delete {kind} --all --wait=false")),
        (1..6u8, one(&["", " --now", " --force"])).prop_map(|(n, how)| format!(
            "kubectl get pods -o name | sed -n {n}p | xargs -r kubectl delete --wait=false{how}"
        )),
        (1..6u8).prop_map(|n| format!(
            "kubectl get pods -o name | sed -n {n}p | xargs -r -I{{}} kubectl label {{}} app=stray --overwrite"
        )),
        manifest.clone().prop_map(|file| format!("kubectl apply -f {file}.yaml")),
        manifest.prop_map(|file| format!("kubectl delete -f {file}.yaml --wait=false")),
        (one(NODES), one(&["cordon", "uncordon"])).prop_map(|(node, verb)| format!("kubectl {verb} {node}")),
        one(NODES).prop_map(|node| format!("kubectl drain {node} --ignore-daemonsets --force --timeout=20s")),
        (one(NODES), one(&["NoSchedule", "NoExecute"]))
            .prop_map(|(node, effect)| format!("kubectl taint nodes {node} k=v:{effect}")),
        one(NODES).prop_map(|node| format!("kubectl taint nodes {node} k-")),
        one(NODES).prop_map(|node| format!("kubectl delete node {node}")),
        (one(NODES), one(&["stop", "start", "restart"]))
            .prop_map(|(node, verb)| format!("ssh -o ConnectTimeout=2 {node} systemctl {verb} kubelet")),
        (one(NODES), one(&["destroy", "start", "reset"])).prop_map(|(node, verb)| format!("virsh {verb} {node}")),
        (one(NODES), one(&["down", "up"])).prop_map(|(node, state)| format!("virsh domif-setlink {node} eth0 {state}")),
        (prop::sample::select(FAULTS.iter().collect::<Vec<_>>()), one(NODES), one(NODES), any::<bool>()).prop_map(
            |(fault, node, other, cause)| {
                let values = [
                    ("node", node),
                    ("other", other),
                    ("range", "10.244.1.0/24"),
                    ("bridge", "weave"),
                    ("deployment", "a"),
                    ("container", "nginx"),
                    ("image", "nginx"),
                    ("pod", "a"),
                ];
                Fault::fill(if cause { fault.cause } else { fault.undo }, &values)
            }
        ),
        (one(NODES), 1..8u8)
            .prop_map(|(node, gigabytes)| format!("ssh {node} stress --vm 1 --vm-bytes {gigabytes}G --timeout 40s &")),
        prop::sample::select(vec![1u16, 1, 5, 30, 60, 400]).prop_map(|seconds| format!("sleep {seconds}")),
    ]
}

/// What undoes every fault.
pub fn repair() -> Vec<String> {
    let of_node = |node: &&str| {
        [
            format!("virsh start {node}"),
            format!("virsh domif-setlink {node} eth0 up"),
            format!("ssh {node} iptables -F"),
            format!("ssh {node} ip link set weave up"),
            format!("ssh {node} ip link set eth0 up"),
            format!("ssh {node} tc qdisc del dev eth0 root"),
            format!("ssh {node} rm -f /var/tmp/big"),
            format!("ssh {node} systemctl start kubelet"),
            format!("sleep 15; kubectl uncordon {node}; kubectl taint nodes {node} k-"),
        ]
    };
    let load = "pkill -f stress".to_owned();
    std::iter::once(load).chain(NODES.iter().flat_map(of_node)).collect()
}
