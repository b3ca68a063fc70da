//! Every fault of the table is typed, seen, undone, and gone.

use super::cluster_tests::in_cluster;
use super::*;
use crate::faults::{FAULTS, Fault, Scope, bridge};

fn of(command: &str, range: &str) -> String {
    let values = [
        ("node", "node2"),
        ("other", "node3"),
        ("range", range),
        ("bridge", bridge(range)),
        ("deployment", "web"),
        ("container", "nginx"),
        ("image", "nginx"),
        ("pod", "$(kubectl get pods -l app=web -o name | head -1)"),
    ];
    Fault::fill(command, &values)
}

fn world() -> Session {
    world_of(Options::default())
}

fn world_of(options: Options) -> Session {
    let mut session = Session::new(options, false);
    in_cluster(
        &mut session,
        "kubectl create deployment web --image=nginx --replicas=3; kubectl rollout status deployment/web",
    );
    session
}

fn routed_world() -> Session {
    world_of(Options { cni: cluster::bridge("10.244.0.0/16").unwrap(), ..Options::default() })
}

/// What `kubectl get` and `describe` show of everything, with what changes by itself left out.
fn condition(session: &mut Session, node: &str, kind: &str) -> String {
    let path = format!("'{{.status.conditions[?(@.type==\"{kind}\")].status}}'");
    in_cluster(session, &format!("kubectl get node {node} -o jsonpath={path}")).0
}

#[test]
fn each_fault_can_be_caused_and_undone_by_its_commands() {
    for fault in FAULTS {
        // Where nodes have no ranges of their own there is no route to cut.
        let routed = fault.scope == Scope::RoutedNodes;
        let range = if routed { "10.244.3.0/24" } else { "" };
        let mut session = if routed { routed_world() } else { world() };
        let of = |command: &str| of(command, range);
        let (text, status) = in_cluster(&mut session, &of(fault.cause));
        let cut = fault.name == "power-off" && status == 255;
        assert!(status == 0 || cut, "{}: {text}", fault.cause);
        in_cluster(&mut session, "sleep 100");
        if !fault.undo.is_empty() {
            let (text, status) = in_cluster(&mut session, &of(fault.undo));
            assert_eq!(status, 0, "{}: {text}", fault.undo);
        }
        in_cluster(&mut session, "sleep 700");
        for (kind, expected) in [("Ready", "True"), ("DiskPressure", "False"), ("MemoryPressure", "False")] {
            assert_eq!(condition(&mut session, "node2", kind), expected, "{kind} after {}", fault.name);
        }
        let (text, status) = in_cluster(&mut session, "kubectl rollout status deployment/web --timeout=60s");
        assert_eq!(status, 0, "{}: {text}", fault.name);
        assert!(
            fault.scope != Scope::Pod || in_cluster(&mut session, "kubectl get pods").0.contains("1 ("),
            "{}",
            fault.name
        );
    }
}

#[test]
fn a_full_disk_costs_images_then_pods_and_keeps_others_out() {
    let mut session = world();
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    ask(
        "kubectl run once --image=httpd --restart=Never --overrides='{\"spec\":{\"nodeName\":\"node2\"}}'; sleep 20; kubectl delete pod once",
    );
    assert!(ask("kubectl get node node2 -o yaml").contains("library/httpd"));
    assert_eq!(
        ask("ssh node2 fallocate -l 200G /var/tmp/big"),
        "fallocate: fallocate failed: No space left on device\n"
    );
    ask("ssh node2 fallocate -l 82G /var/tmp/big; sleep 25");
    let node = ask("kubectl describe node node2");
    assert!(node.contains("DiskPressure     True"), "{node}");
    assert!(node.contains("KubeletHasDiskPressure       kubelet has disk pressure"), "{node}");
    assert!(node.contains("node.kubernetes.io/disk-pressure:NoSchedule"), "{node}");
    assert!(node.contains("Attempting to reclaim ephemeral-storage"), "{node}");
    assert!(node.contains("Node node2 status is now: NodeHasDiskPressure"), "{node}");
    assert!(!ask("kubectl get node node2 -o yaml").contains("library/httpd"));
    let pods = ask("kubectl get pods -o wide");
    assert!(pods.contains("0/1     Completed"), "{pods}");
    let failed = ask("kubectl get pods --field-selector status.phase=Failed -o jsonpath='{.items[0].status.message}'");
    assert!(
        failed.starts_with("The node was low on resource: ephemeral-storage. Threshold quantity: 10386530"),
        "{failed}"
    );
    assert!(
        failed.contains("Container nginx was using ")
            && failed.contains(", request is 0, has larger consumption of ephemeral-storage. "),
        "{failed}"
    );
    ask("kubectl run late --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node2\"}}'; sleep 2");
    assert_eq!(
        ask("kubectl get pod late -o jsonpath='{.status.reason}: {.status.message}'"),
        "Evicted: Pod was rejected: The node had condition: [DiskPressure]. "
    );
    assert!(ask("ssh node2 df -h /").contains("/dev/sda1"));
    assert_eq!(ask("ssh node2 du -sh /var/tmp/big"), "82G\t/var/tmp/big\n");
    ask("ssh node2 rm /var/tmp/big; sleep 330");
    assert_eq!(ask("kubectl get node node2 -o jsonpath='{.spec.taints}'"), "");
}

#[test]
fn a_registry_that_cannot_be_reached_is_told_in_the_runtimes_words() {
    let mut session = world();
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    let pod = |name: &str, image: &str, policy: &str| {
        format!(
            "kubectl run {name} --image={image} --image-pull-policy={policy} --overrides='{{\"spec\":{{\"nodeName\":\"node2\"}}}}'"
        )
    };
    ask("ssh node2 iptables -A OUTPUT -p tcp --dport 443 -j REJECT");
    ask(&pod("a", "redis", "Always"));
    ask(&pod("b", "nginx", "IfNotPresent"));
    ask("sleep 6");
    let told = ask("kubectl describe pod a");
    assert!(
        told.contains("Failed to pull image \"redis\": rpc error: code = Unknown desc = failed to pull and unpack image \"docker.io/library/redis:latest\": failed to resolve reference \"docker.io/library/redis:latest\": failed to do request: Head \"https://registry-1.docker.io/v2/library/redis/manifests/latest\": dial tcp 203.0.113.30:443: connect: connection refused"),
        "{told}"
    );
    assert!(ask("kubectl get pod a").contains("ImagePullBackOff") || ask("kubectl get pod a").contains("ErrImagePull"));
    assert!(ask("kubectl get pod b").contains("Running"), "what is there needs no registry");
    assert!(
        ask("ssh node2 iptables -S OUTPUT")
            .contains("-A OUTPUT -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-port-unreachable")
    );
    ask("ssh node2 iptables -D OUTPUT 1; ssh node2 iptables -A OUTPUT -p tcp --dport https -j DROP");
    ask(&pod("c", "httpd", "Always"));
    ask("sleep 200");
    assert!(
        ask("kubectl describe pod c").contains("code = DeadlineExceeded")
            && ask("kubectl describe pod c").contains("i/o timeout")
    );
    ask("ssh node2 iptables -F; sleep 320");
    assert!(ask("kubectl get pod a").contains("Running") && ask("kubectl get pod c").contains("Running"));
}

#[test]
fn rules_on_a_node_stop_what_they_name() {
    let mut session = world();
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask(
        "kubectl run a --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node2\"}}'; kubectl run b --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node3\"}}'; kubectl wait --for=condition=Ready pod/a pod/b",
    );
    let call = "kubectl exec a -- curl -s -m 2 -o /dev/null -w '%{http_code}' $(kubectl get pod b -o jsonpath='{.status.podIP}')";
    assert_eq!(ask(call).0, "200");
    ask("ssh node2 iptables -A INPUT -s node3 -j DROP");
    assert_eq!(ask("ssh node2 iptables -C INPUT -s node3 -j DROP").1, 0);
    assert!(ask(call).0.starts_with("000"), "{:?}", ask(call));
    assert!(ask("ssh node2 curl -s -m 2 --trace-route node3:10250").0.contains("iptables"));
    assert!(ask("kubectl get nodes").0.matches(" Ready").count() == 4);
    ask("ssh node2 iptables -D INPUT -s node3 -j DROP");
    assert_eq!(ask(call).0, "200");
    ask("ssh node3 ip link set weave down");
    assert!(ask(call).0.starts_with("000"));
    assert!(ask("ssh node3 ip link").0.contains("weave: <BROADCAST,MULTICAST> mtu 1376"));
    ask("ssh node3 ip link set weave up");
    assert_eq!(ask(call).0, "200");
    // Cut off from the API alone.
    ask("ssh node3 iptables -A OUTPUT -d master -p tcp --dport 6443 -j DROP; sleep 60");
    assert!(ask("kubectl get node node3").0.contains("NotReady"));
    assert_eq!(ask(call).0, "200");
    ask("ssh node3 iptables -F; sleep 15");
    assert!(ask("kubectl get node node3").0.contains(" Ready"));
    // Answers to what is under way may pass where nothing new may.
    ask(
        "ssh node3 iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT; ssh node3 iptables -A INPUT -p tcp --dport 22 -j ACCEPT; ssh node3 iptables -P INPUT DROP",
    );
    assert_eq!(ask("ssh node3 hostname").0, "node3\n");
    assert_eq!(ask("ssh node2 curl -s -m 2 node3:10250").1, 28);
    ask("sleep 60");
    assert!(ask("kubectl get node node3").0.contains(" Ready"));
    for (line, text, status) in [
        ("iptables -A INPUT -j NOSUCH", "Couldn't load target `NOSUCH'", 2),
        ("iptables -A NOSUCH -j DROP", "No chain/target/match", 1),
        ("iptables -D INPUT -s 1.2.3.4 -j DROP", "Bad rule", 1),
        ("iptables -A INPUT --dport 1 -j DROP", "unknown option \"--dport\"", 2),
        ("iptables -A INPUT -s nosuch.invalid -j DROP", "host/network `nosuch.invalid' not found", 2),
        ("tc qdisc add dev eth9 root netem delay 1s", "Cannot find device", 1),
    ] {
        let (answer, code) = ask(&format!("ssh node1 {line}"));
        assert!(answer.contains(text) && code == status, "{line}: {code} {answer}");
    }
}

#[test]
fn a_cut_between_nodes_stops_routed_pods_too() {
    let mut session = routed_world();
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    for (pod, node) in [("a", "node2"), ("b", "node3"), ("c", "node1")] {
        ask(&format!("kubectl run {pod} --image=nginx --overrides='{{\"spec\":{{\"nodeName\":\"{node}\"}}}}'"));
    }
    ask("kubectl expose pod a --port=80 --type=NodePort; kubectl wait --for=condition=Ready pod --all");
    let port = ask("kubectl get service a -o jsonpath={.spec.ports[0].nodePort}");
    let range = ask("kubectl get node node3 -o jsonpath={.spec.podCIDR}");
    let calls = |from: &str, to: &str| {
        format!(
            "kubectl exec {from} -- curl -s -m 2 -o /dev/null -w '%{{http_code}} ' $(kubectl get pod {to} -o jsonpath={{.status.podIP}})"
        )
    };
    let all =
        [calls("a", "b"), calls("b", "a"), format!("curl -s -m 2 -o /dev/null -w '%{{http_code}} ' node3:{port}")];
    let others = [calls("a", "c"), calls("c", "b"), calls("b", "c")];
    let fault = FAULTS.iter().find(|fault| fault.scope == Scope::RoutedNodes).unwrap();
    for (command, codes) in [("true", "200 200 200"), (fault.cause, "000 000 000"), (fault.undo, "200 200 200")] {
        ask(&of(command, &range));
        assert!(ask(&all.join(";")).starts_with(codes), "{command}");
        assert!(ask(&others.join(";")).starts_with("200 200 200"), "{command}");
    }
}

#[test]
fn a_machine_outlives_its_node_and_registers_again() {
    let mut session = Session::new(Options::default(), false);
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    ask("kubectl delete node node3; sleep 2");
    assert!(ask("ssh node3 systemctl status kubelet").contains("active (running)"));
    ask("sleep 70");
    assert!(ask("kubectl get node node3").contains("NotFound"));
    ask("ssh node3 systemctl restart kubelet; sleep 60");
    assert!(ask("kubectl get node node3 --no-headers").contains(" Ready "));
    assert!(ask("kubectl get pods -A -o wide --field-selector spec.nodeName=node3 --no-headers").contains("Running"));
}
