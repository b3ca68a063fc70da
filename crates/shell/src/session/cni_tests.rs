//! Clusters with another network, and with a control plane elsewhere.

use super::Session;
use super::cluster_tests::in_cluster;
use cluster::{ControlPlane, Options};

/// A session in a cluster with the plugin `bridge` over a range.
fn session(range: &str) -> impl FnMut(&str) -> String {
    let cni = cluster::bridge(range).unwrap();
    let mut session = Session::new(Options { cni, control_plane: ControlPlane::Hosted, ..Options::default() }, true);
    move |line| in_cluster(&mut session, line).0
}

#[test]
fn pods_reach_each_other_by_routes() {
    let mut ask = session("10.244.0.0/16");
    let ranges = ask("kubectl get nodes -o custom-columns=R:.spec.podCIDR --no-headers");
    assert!(ranges.contains("10.244.0.0/24\n10.244.1.0/24\n10.244.2.0/24\n10.244.3.0/24"), "{ranges}");
    let pods = ask("kubectl get pods -A");
    assert!(!pods.contains("weave") && !pods.contains("apiserver") && pods.contains("coredns"), "{pods}");
    ask("for n in 1 2; do kubectl run on$n --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node'$n'\"}}'; done");
    ask("kubectl wait --for=condition=Ready pod --all --timeout=60s; kubectl expose pod on2 --port=80");
    let both = ask("kubectl get pods -o custom-columns=R:.status.podIP --no-headers");
    // CoreDNS came before on node1, and nobody on node2.
    assert!(both.contains("10.244.1.3\n10.244.2.2"), "{both}");
    ask(
        "kubectl create -f - <<'E'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: none}\nspec: {podSelector: {}, policyTypes: [Ingress]}\nE",
    );
    let story = ask("kubectl exec on1 -- curl -s --trace-route http://on2");
    for step in [
        "node1: by its route 10.244.2.0/24 via 172.17.0.12",
        "node2's bridge: to the Pod at 10.244.2.2",
        "delivered at port 80, from 10.244.1.3",
    ] {
        assert!(story.contains(step), "{step}: {story}");
    }
    let api = ask("kubectl exec on1 -- curl -s -m 2 --trace-route http://10.96.0.1:443");
    assert!(api.contains("out of the cluster to 172.17.0.2"), "{api}");
    ask("kubectl run box --image=busybox --overrides='{\"spec\":{\"nodeName\":\"node1\"}}' -- sleep 1d");
    ask("kubectl wait --for=condition=Ready pod box");
    for (line, answer) in [
        (
            "kubectl exec box -- ip route",
            "default via 10.244.1.1 dev eth0\n10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.4",
        ),
        ("kubectl exec box -- ip -br addr show eth0", "eth0             UP             10.244.1.4/24"),
        ("ssh node1 ip route get 10.244.2.2", "10.244.2.2 via 172.17.0.12 dev eth0 src 172.17.0.11 uid 0"),
        ("ssh node1 ip route get 10.244.1.3", "10.244.1.3 dev cni0 src 10.244.1.1 uid 0"),
    ] {
        let told = ask(line);
        assert!(told.starts_with(answer), "{line}: {told}");
    }
    ask("ssh node2 ip link set cni0 down");
    assert!(ask("kubectl exec on1 -- curl -s -m 2 --trace-route http://10.244.2.2").contains("bridge-down"));
}

#[test]
fn a_node_without_a_range_is_not_ready() {
    let mut ask = session("10.244.0.0/23");
    let nodes = ask("kubectl get nodes");
    assert_eq!(nodes.matches("NotReady").count(), 2, "{nodes}");
    let told = ask("kubectl describe node node3");
    for words in ["cni plugin not initialized", "CIDRNotAvailable"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // What one node gives back another one gets, with its next report.
    ask("ssh node1 systemctl stop kubelet; kubectl delete node node1; sleep 310");
    let nodes = ask("kubectl get nodes -o wide; kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}'");
    assert!(nodes.contains("10.244.0.0/24 10.244.1.0/24") && nodes.matches("NotReady").count() == 1, "{nodes}");
}

#[test]
fn services_may_have_another_range() {
    let service_range = cluster::services("10.0.0.0/24").ok();
    let mut session = Session::new(Options { service_range, ..Options::default() }, true);
    let mut ask = move |line: &str| in_cluster(&mut session, line).0;
    let services = ask("kubectl get services -A -o custom-columns=IP:.spec.clusterIP --no-headers");
    assert_eq!(services.trim(), "10.0.0.1\n10.0.0.10");
    ask("kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80");
    ask("kubectl run asker --image=nginx; kubectl wait --for=condition=Ready pod --all --timeout=60s");
    assert!(ask("kubectl get service web -o jsonpath={.spec.clusterIP}").starts_with("10.0.0."));
    let inside = ask("kubectl exec asker -- sh -c 'cat /etc/resolv.conf; env; curl -s http://web'");
    for words in ["nameserver 10.0.0.10\n", "KUBERNETES_SERVICE_HOST=10.0.0.1\n", "Welcome to nginx!"] {
        assert!(inside.contains(words), "{words}: {inside}");
    }
    // Outside nobody knows the range, and on a node no rule has the address.
    assert!(ask("curl -s -m 2 --trace-route http://10.0.0.10").contains("service-network-is-inside"));
    assert!(ask("ssh node1 curl -s -m 2 --trace-route http://10.0.0.99").contains("no-such-service"));
    assert!(ask("curl -s -m 2 --trace-route http://10.96.0.1").contains("no-such-address"));
    let told =
        ask("kubectl get pod kube-apiserver-master -n kube-system -o yaml; kubectl get cm -n kube-system -o yaml");
    for words in ["--service-cluster-ip-range=10.0.0.0/24", "serviceSubnet: 10.0.0.0/24", "- 10.0.0.10"] {
        assert!(told.contains(words), "{words}");
    }
    assert!(!told.contains("10.96."), "the usual range is nowhere");
}
