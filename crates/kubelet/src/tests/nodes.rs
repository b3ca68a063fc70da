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
    config.static_pods = crate::control_plane("172.17.0.9", "10.96.0.0/12", None);
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

#[test]
fn a_node_short_of_memory_evicts_by_rank() {
    let mut sim = Sim::new(&["node1"]);
    let asks = "resources: {requests: {memory: 64Mi}}";
    sim.apply(&pod("modest", &format!("{{name: c, image: nginx, {asks}}}")));
    sim.apply(&pod("greedy", "{name: c, image: nginx}"));
    sim.run(5.0);
    sim.with(|kubelets, cx| kubelets.load_memory("node1", 7 << 30, cx));
    sim.run(2.0);
    let greedy = sim.pod("greedy");
    assert_eq!([greedy.at("status.phase").str(), greedy.at("status.reason").str()], ["Failed", "Evicted"]);
    let condition = api::condition(&greedy, "DisruptionTarget");
    assert_eq!(condition["reason"].str(), "TerminationByKubelet");
    assert!(
        condition["message"]
            .str()
            .contains("Container c was using 8Mi, request is 0, has larger consumption of memory")
    );
    assert_eq!(sim.pod("modest").at("status.phase").str(), "Running");
    let pressure = |sim: &Sim| {
        let node = sim.api.store().get(kind::NODE, &apiserver::Key::new("", "node1")).cloned().unwrap();
        api::condition(&node, "MemoryPressure")["status"].to_str()
    };
    assert_eq!(pressure(&sim), "True");
    sim.apply(&pod("late", "{name: c, image: nginx}"));
    sim.run(1.0);
    assert_eq!(
        sim.pod("late").at("status.message").str(),
        "Pod was rejected: The node had condition: [MemoryPressure]. "
    );
    sim.with(|kubelets, cx| kubelets.load_memory("node1", -(7 << 30), cx));
    sim.run(400.0);
    assert_eq!(pressure(&sim), "False");
}

#[test]
fn a_node_that_is_cut_off_goes_on_and_comes_back() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: c, image: nginx}"));
    sim.run(5.0);
    let renewed = |sim: &Sim| {
        let key = apiserver::Key::new("kube-node-lease", "node1");
        sim.api.store().get(kind::LEASE, &key).unwrap().at("spec.renewTime").str().to_owned()
    };
    sim.with(|kubelets, cx| kubelets.set_link("node1", false, cx));
    let before = renewed(&sim);
    sim.run(60.0);
    assert_eq!(renewed(&sim), before);
    sim.with(|kubelets, cx| kubelets.set_link("node1", true, cx));
    sim.run(15.0);
    assert_ne!(renewed(&sim), before);
}
