//! Faults as people meet them: the command that causes each, and the one that undoes it.
//!
//! This table is the only place where they are written. A button of the page types a command from here, so that buttons and
//! commands cannot diverge; tests type them all.

use network::{Plugin, Range};

/// What a fault befalls: the placeholders of its commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `{node}`, and `{bridge}`, its Pods' bridge.
    Node,
    /// `{node}` and `{other}`, another node, with an overlay between them.
    TwoNodes,
    /// `{node}` and `{other}`, another node, with a route from the one to the other's Pods, `{range}`.
    RoutedNodes,
    /// `{deployment}`, whose first container is `{container}` and runs `{image}`.
    Deployment,
    /// `{pod}`
    Pod,
}

impl Scope {
    /// Whether it is a node, or two of them, in a cluster where nodes have a range for their Pods (`spec.podCIDR`) or have none:
    /// with the plugin `bridge` they do, with weave-net they do not.
    pub fn is_node(self, range: &str) -> bool {
        match self {
            Scope::Node => true,
            Scope::TwoNodes => range.is_empty(),
            Scope::RoutedNodes => !range.is_empty(),
            Scope::Deployment | Scope::Pod => false,
        }
    }
}

/// What the Pods' bridge of a node is called, by its range for its Pods.
pub fn bridge(range: &str) -> &'static str {
    Range::parse(range).map_or(Plugin::Weave, Plugin::Bridge).device()
}

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is called: a code for tables of texts.
    pub name: &'static str,
    /// What it befalls.
    pub scope: Scope,
    /// The command that causes it.
    pub cause: &'static str,
    /// The command that undoes it; empty for what passes by itself.
    pub undo: &'static str,
    /// What a learner will see of it.
    pub shows: &'static str,
}

impl Fault {
    /// A command with its placeholders filled in: pairs of a name and what stands for it.
    pub fn fill(command: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(command.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<&'static Fault> {
        FAULTS.iter().find(|fault| fault.name == name)
    }
}

const fn node(name: &'static str, cause: &'static str, undo: &'static str, shows: &'static str) -> Fault {
    Fault { name, scope: Scope::Node, cause, undo, shows }
}

const fn deployment(name: &'static str, cause: &'static str, shows: &'static str) -> Fault {
    Fault { name, scope: Scope::Deployment, cause, undo: "kubectl rollout undo deployment/{deployment}", shows }
}

/// All faults, in the order in which a list should show them.
pub static FAULTS: &[Fault] = &[
    node("power-off", "ssh {node} poweroff", "virsh start {node}", "NotReady after 40 s, evictions after 5 min"),
    node(
        "kubelet-stop",
        "ssh {node} systemctl stop kubelet",
        "ssh {node} systemctl start kubelet",
        "NotReady after 40 s; its containers go on",
    ),
    node(
        "partition",
        "virsh domif-setlink {node} eth0 down",
        "virsh domif-setlink {node} eth0 up",
        "NotReady after 40 s; nobody reaches its Pods",
    ),
    Fault {
        name: "partition-between",
        scope: Scope::TwoNodes,
        cause: "ssh {node} iptables -A INPUT -s {other} -j DROP",
        undo: "ssh {node} iptables -D INPUT -s {other} -j DROP",
        shows: "both stay Ready; their Pods do not reach each other",
    },
    Fault {
        name: "partition-between",
        scope: Scope::RoutedNodes,
        cause: "ssh {node} 'for from in {other} {range}; do iptables -A INPUT -s $from -j DROP; iptables -A FORWARD -s $from -j DROP; done'",
        undo: "ssh {node} 'for from in {other} {range}; do iptables -D INPUT -s $from -j DROP; iptables -D FORWARD -s $from -j DROP; done'",
        shows: "both stay Ready; their Pods do not reach each other",
    },
    node(
        "bridge-down",
        "ssh {node} ip link set {bridge} down",
        "ssh {node} ip link set {bridge} up",
        "its Pods are cut off; probes by HTTP and TCP fail",
    ),
    node(
        "memory-pressure",
        "ssh {node} stress --vm 1 --vm-bytes 6950M --timeout 600s &",
        "pkill -f 'ssh {node} stress'",
        "MemoryPressure, evictions by rank",
    ),
    node(
        "disk-pressure",
        "ssh {node} fallocate -l 82G /var/tmp/big",
        "ssh {node} rm /var/tmp/big",
        "DiskPressure, images deleted, evictions by rank",
    ),
    node(
        "registry-down",
        "ssh {node} iptables -A OUTPUT -p tcp --dport 443 -j REJECT",
        "ssh {node} iptables -D OUTPUT -p tcp --dport 443 -j REJECT",
        "ErrImagePull, ImagePullBackOff for what is not there yet",
    ),
    node(
        "slow-network",
        "ssh {node} tc qdisc add dev eth0 root netem delay 300ms rate 8mbit",
        "ssh {node} tc qdisc del dev eth0 root",
        "pulls take minutes, answers come late",
    ),
    deployment(
        "crash-loop",
        "kubectl patch deployment {deployment} -p \
         '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"{container}\",\"command\":[\"sh\",\"-c\",\"sleep 5; exit 1\"]}]}}}}'",
        "CrashLoopBackOff: restarts after 10, 20, 40 ... seconds",
    ),
    deployment(
        "slow-start",
        "kubectl patch deployment {deployment} -p \
         '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"{container}\",\"lifecycle\":{\"postStart\":{\"exec\":{\"command\":[\"sleep\",\"20\"]}}}}]}}}}'",
        "each new Pod takes 20 s longer; the rollout waits",
    ),
    deployment(
        "bad-image",
        "kubectl set image deployment/{deployment} {container}={image}-nosuch",
        "ErrImagePull in the new Pods; the old ones go on",
    ),
    Fault {
        name: "crash",
        scope: Scope::Pod,
        cause: "kubectl exec {pod} -- sh -c 'kill 1'",
        undo: "",
        shows: "the container is restarted",
    },
];
