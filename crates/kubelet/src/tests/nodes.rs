//! Nodes: kubelets that stop, power that fails, static Pods, addresses.

use super::{Sim, pod};
use crate::NodeConfig;
use api::{Rng, Value, kind, obj};
use apiserver::{Request, Verb};

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
    assert!(pods.iter().all(api::meta::is_pod_ready), "{:?}", pods[0]);
    assert!(sim.kubelets.node_listens("master", 6443));
    let mut request = Request::new(Verb::Delete, kind::POD, "kube-system", "etcd-master");
    request.options.grace_period = Some(0);
    sim.api.handle(&request).unwrap();
    sim.dispatch();
    sim.run(2.0);
    let again = sim.api.store().get(kind::POD, &apiserver::Key::new("kube-system", "etcd-master")).cloned().unwrap();
    assert!(api::meta::is_pod_ready(&again) && again.uid() != pods[0].uid());
}
