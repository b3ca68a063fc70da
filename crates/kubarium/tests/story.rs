//! The story of a Deployment and its Service, typed into `kubarium sh`: the short form of the browser's journey.

#[path = "common/shell.rs"]
mod shell;

use shell::{Answer, Shell};

/// A shell in which every command must succeed unless it is asked otherwise.
struct Story(Shell);

impl Story {
    fn begin() -> Self {
        Self(Shell::start(&[]).expect("kubarium starts"))
    }

    fn answer(&mut self, line: &str) -> Answer {
        self.0.ask(line).unwrap_or_else(|| panic!("no answer to: {line}"))
    }

    /// The output of a command that succeeds.
    fn run(&mut self, line: &str) -> String {
        let answer = self.answer(line);
        assert_eq!(answer.exit, 0, "{line}\n{}", answer.text());
        answer.stdout
    }

    /// One value of an object.
    fn get(&mut self, object: &str, path: &str) -> String {
        self.run(&format!("kubectl get {object} -o jsonpath='{{{path}}}'"))
    }

    fn has_nginx(&mut self, replicas: usize) {
        self.run(&format!("kubectl create deployment mynginx --image=nginx --replicas={replicas}"));
        self.run("kubectl rollout status deployment mynginx");
    }

    /// The answer to a command that fails, with what it must say.
    fn fails(&mut self, line: &str, exit: i64, words: &str) {
        let answer = self.answer(line);
        assert_eq!(answer.exit, exit, "{line}\n{}", answer.text());
        assert!(answer.text().contains(words), "{line}\n{}", answer.text());
    }
}

#[test]
fn a_deployment_becomes_pods_spread_over_the_workers() {
    let mut story = Story::begin();
    story.has_nginx(1);
    story.run("kubectl scale deployment mynginx --replicas=4");
    story.run("kubectl rollout status deployment mynginx");
    let nodes = story.get("pods", ".items[*].spec.nodeName");
    let mut nodes: Vec<_> = nodes.split(' ').collect();
    nodes.sort_unstable();
    assert_eq!(nodes.len(), 4);
    nodes.dedup();
    assert_eq!(nodes, ["node1", "node2", "node3"]);
}

#[test]
fn the_first_pod_of_node1_has_weaves_first_address() {
    let mut story = Story::begin();
    story.run("kubectl cordon node2 node3");
    story.has_nginx(1);
    assert_eq!(story.get("pods", ".items[0].status.podIP"), "10.44.0.1");
}

#[test]
fn a_deleted_pod_is_replaced_by_another() {
    let mut story = Story::begin();
    story.has_nginx(2);
    let before = story.get("pods", ".items[*].metadata.name");
    let (deleted, kept) = before.split_once(' ').expect("two Pods");
    story.run(&format!("kubectl delete pod {deleted}"));
    story.run("kubectl rollout status deployment mynginx");
    let after = story.get("pods", ".items[*].metadata.name");
    assert_eq!(after.split(' ').count(), 2);
    assert!(after.contains(kept) && !after.contains(deleted), "{before} became {after}");
}

#[test]
fn a_service_leads_to_its_pods_from_where_it_should() {
    let mut story = Story::begin();
    story.has_nginx(3);
    story.run("kubectl create service nodeport mynginx --tcp=80:80");
    let pod = story.get("pods", ".items[0].status.podIP");
    let service = story.get("service mynginx", ".spec.clusterIP");
    let port = story.get("service mynginx", ".spec.ports[0].nodePort");
    let node3 = story.get("node node3", ".status.addresses[0].address");
    for inside in [&pod, &service] {
        story.fails(&format!("curl --max-time 3 http://{inside}"), 28, "curl: (28)");
        for place in ["ssh master", "ssh node2", "kubectl exec deploy/mynginx --"] {
            assert!(
                story.run(&format!("{place} curl -s http://{inside}")).contains("Welcome to nginx!"),
                "{place} {inside}"
            );
        }
    }
    assert!(story.run(&format!("curl http://{node3}:{port}")).contains("Welcome to nginx!"));
    story.run(&format!("for i in $(seq 60); do curl -s http://{node3}:{port} > answer; done"));
    for pod in story.get("pods", ".items[*].metadata.name").split(' ') {
        assert!(story.run(&format!("kubectl logs {pod}")).contains("GET / HTTP/1.1"), "{pod} was never asked");
    }
}

#[test]
fn a_load_balancer_gets_its_address_after_a_moment() {
    let mut story = Story::begin();
    story.has_nginx(2);
    story.run("kubectl expose deployment mynginx --port=80 --type=LoadBalancer");
    story.run("sleep 30");
    let address = story.get("service mynginx", ".status.loadBalancer.ingress[0].ip");
    assert!(story.run(&format!("curl -s http://{address}")).contains("Welcome to nginx!"));
}

#[test]
fn a_stopped_kubelet_loses_its_pods_after_their_toleration_and_comes_back() {
    let mut story = Story::begin();
    story.has_nginx(4);
    story.run("ssh node1 systemctl stop kubelet");
    story.run("sleep 60");
    assert!(story.run("kubectl get node node1").contains(" NotReady "));
    story.run("sleep 320");
    let pods = story.run("kubectl get pods -o wide --no-headers");
    let (lost, healthy): (Vec<_>, Vec<_>) = pods.lines().partition(|line| line.contains(" node1 "));
    assert!(!lost.is_empty() && lost.iter().all(|line| line.contains(" Terminating ")), "{pods}");
    assert!(healthy.len() == 4 && healthy.iter().all(|line| line.contains(" Running ")), "{pods}");
    story.run("ssh node1 systemctl start kubelet");
    story.run("sleep 60");
    assert!(story.run("kubectl get node node1").contains(" Ready "));
    assert_eq!(story.get("pods", ".items[*].status.phase"), "Running Running Running Running");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let play = || {
        let mut story = Story::begin();
        story.has_nginx(3);
        story.run("kubectl delete pod -l app=mynginx");
        story.run("sleep 10");
        story.run("kubectl get pods,events -A -o yaml")
    };
    assert_eq!(play(), play());
}

#[test]
fn sleeping_takes_the_clusters_time() {
    let mut story = Story::begin();
    let before = story.answer("sleep 1000").time;
    let after = story.answer("true").time;
    assert!((1000.0..1001.0).contains(&(after - before)), "from {before} to {after}");
}

#[test]
fn a_load_makes_an_autoscaler_act_once_somebody_measures() {
    let mut story = Story::begin();
    story.fails("kubectl top nodes", 1, "Metrics API not available");
    story.run(
        "kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml",
    );
    story.run("kubectl -n kube-system rollout status deployment metrics-server");
    story.run("sleep 30");
    assert_eq!(story.run("kubectl top nodes --no-headers").lines().count(), 4);
    assert!(story.run("kubectl get apiservice").contains("kube-system/metrics-server   True"));
    assert!(story.run("kubectl explain podmetrics.containers").contains("usage\t<map[string]Quantity> -required-"));
    story.run("kubectl create deployment web --image=registry.k8s.io/hpa-example --port=80");
    story.run("kubectl set resources deployment web --requests=cpu=200m");
    story.run("kubectl expose deployment web --port=80");
    story.run("kubectl autoscale deployment web --cpu=50% --min=1 --max=6");
    story.run("sleep 60");
    assert_eq!(story.get("deployment web", ".spec.replicas"), "1");
    story.run("kubectl run load --image=busybox -- sh -c 'while true; do wget -q -O- http://web; done'");
    story.run("sleep 180");
    let grown: usize = story.get("deployment web", ".spec.replicas").parse().unwrap();
    assert!(grown > 2, "{}", story.run("kubectl describe hpa web"));
    story.run("kubectl delete pod load --now");
    story.run("sleep 600");
    assert_eq!(story.get("deployment web", ".spec.replicas"), "1");
}
