//! What leaves a session for another cluster, and what is taken in from elsewhere.

use super::*;
use crate::export::{ESTABLISHED, TWICE};
use std::time::Duration;
use tests::{ask, pass, screen, timeline};

#[test]
fn what_is_exported_makes_the_same_in_another_cluster() {
    let mut one = timeline();
    for line in [
        "kubectl create namespace shop; kubectl create deployment web --image=nginx --replicas=2 -n shop",
        "kubectl expose deployment web --port=80 -n shop; kubectl run alone --image=busybox -- sleep 1000",
        "kubectl create job hello --image=busybox -- echo hi; kubectl create secret generic s --from-literal=a=b",
        "kubectl set image deployment/web nginx=nginx:1.27 -n shop",
    ] {
        one.input(line);
        pass(&mut one, 9000);
    }
    let text = one.manifests();
    for absent in
        ["status:", "uid:", "resourceVersion", "ReplicaSet", "clusterIP", "kube-api-access", "nodeName", "system:"]
    {
        assert!(!text.contains(absent), "{absent} in\n{text}");
    }
    let mut other = timeline();
    let Imported::Lines(lines) = import("x.yaml", &text).unwrap() else { panic!("{text}") };
    other.input(&lines.join("\n"));
    pass(&mut other, 20_000);
    let shown = screen(&mut other);
    for made in ["namespace/shop", "deployment.apps/web", "service/web", "pod/alone", "job.batch/hello", "secret/s"] {
        assert!(shown.contains(&format!("{made} created")), "{made} in\n{shown}");
    }
    assert_eq!(other.manifests(), text);
    let script = one.kind_script();
    assert!(script.starts_with("#!/bin/sh\n") && script.matches("role: worker").count() == 3, "{script}");
}

#[test]
fn what_was_made_or_changed_in_the_system_s_namespaces_leaves_and_comes_back() {
    let untouched = in_a_fresh_one("a.sh", "sleep 30; kubectl create namespace a; kubectl label node node1 a=b\n");
    assert_eq!(untouched.manifests(), "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n");
    let mut one = in_a_fresh_one(
        "a.sh",
        "kubectl patch configmap coredns -n kube-system -p '{\"data\":{\"extra\":\"mine\"}}'
kubectl create configmap own -n kube-system --from-literal=a=b
kubectl create deployment agent -n kube-system --image=nginx
kubectl scale deployment coredns -n kube-system --replicas=3
kubectl create clusterrole system:mine --verb=get --resource=pods
kubectl label namespace default pod-security.kubernetes.io/warn=baseline\n",
    );
    let text = one.manifests();
    let made: Vec<&str> =
        text.lines().filter(|line| line.starts_with("kind:") || line.starts_with("  name:")).collect();
    for of in [
        ["kind: Namespace", "  name: default"],
        ["kind: ConfigMap", "  name: coredns"],
        ["kind: ConfigMap", "  name: own"],
        ["kind: Deployment", "  name: agent"],
        ["kind: Deployment", "  name: coredns"],
        ["kind: ClusterRole", "  name: system:mine"],
    ] {
        assert!(made.chunks(2).any(|pair| pair == of), "{of:?} in\n{text}");
    }
    assert_eq!(made.len(), 12, "{text}");
    assert!(one.kind_script().contains("extra: mine"));
    let mut other = in_a_fresh_one("manifests.yaml", &text);
    assert_eq!(other.manifests(), text, "{}", screen(&mut other));
    assert!(!screen(&mut one).contains("error"));
}

/// Lets a text do what it does in a cluster of its own.
fn in_a_fresh_one(name: &str, text: &str) -> Timeline {
    let mut timeline = timeline();
    let Imported::Lines(lines) = import(name, text).unwrap() else { panic!("{text}") };
    timeline.input(&lines.join("\n"));
    let end = timeline.now() + Duration::from_secs(60);
    timeline.advance(end, &mut || true);
    timeline
}

#[test]
fn a_whole_shop_goes_to_another_cluster_and_back() {
    let shop = include_str!("../../../tests/clients/shop.sh");
    let mut one = in_a_fresh_one("shop.sh", shop);
    let text = one.manifests();
    for kind in [
        "Deployment",
        "Service",
        "ConfigMap",
        "Secret",
        "PersistentVolumeClaim",
        "Ingress",
        "CustomResourceDefinition",
        "ClusterRoleBinding",
        "StatefulSet",
        "Shelf",
    ] {
        assert!(text.contains(&format!("kind: {kind}\n")), "{kind} is not in\n{text}");
    }
    // The claims of the StatefulSet are made anew by it.
    assert!(text.starts_with(TWICE) && !text.contains("data-db-0") && !text.contains("status:"), "{text}");
    let mut other = in_a_fresh_one("manifests.yaml", &text);
    let shown = screen(&mut other);
    assert!(!shown.contains("Stderr"), "{shown}");
    let differs = other
        .manifests()
        .lines()
        .zip(text.lines())
        .find(|(theirs, ours)| theirs != ours)
        .map(|(a, b)| format!("{a} / {b}"));
    assert_eq!((differs, other.manifests().len()), (None, text.len()));
    // What both show is the same, but for names that are drawn by lot, addresses and ages.
    let list = "kubectl get all,pvc,ingress,cm,secret,shelves -n shop -o name | grep -v 'tick\\|replicaset' | sed 's/-[^-]*$//'";
    let shown = ask(&mut one, list);
    assert!(shown.contains("\nshelf.shop.example/left\n") && shown.lines().count() > 20, "{shown}");
    assert_eq!(ask(&mut other, list), shown);
    let script = one.kind_script();
    let (defined, rest) = script.split_once(ESTABLISHED).expect("it waits for the definitions");
    assert!(
        defined.contains("CustomResourceDefinition")
            && rest.contains("kind: Shelf")
            && !rest.contains("kind: Namespace")
    );
}

/// What a real cluster printed for a command.
fn recorded(file: &str, command: &str) -> String {
    let path = format!("{}/../../tests/oracle/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let answers = text.lines().map(|line| api::json::parse(line).unwrap());
    let answer = answers.into_iter().find(|answer| answer["cmd"].str().starts_with(command)).unwrap();
    answer["stdout"].str().to_owned()
}

#[test]
fn dumps_of_a_real_cluster_are_taken_in() {
    let kinds = [
        ("A1-seed", "kubectl get deploy mynginx -o yaml", "deployment.apps/mynginx"),
        ("A2-services", "kubectl get svc mynginx -o yaml", "service/mynginx"),
        ("D2-jobs", "kubectl get job hello -o yaml", "job.batch/hello"),
        ("D1-daemon-stateful", "kubectl get ds agent -o yaml", "daemonset.apps/agent"),
        ("C2-output", "kubectl get pod solo -o yaml", "pod/solo"),
    ];
    // As `kubectl get all -A -o yaml` prints them: one list, with what belongs to the cluster itself among it.
    let indented = |(file, command, _): &(&str, &str, &str)| {
        let text = recorded(file, command);
        let mut lines = text.lines();
        format!(
            "- {}\n{}",
            lines.next().unwrap_or_default(),
            lines.map(|line| format!("  {line}\n")).collect::<String>()
        )
    };
    let of_its_own = [
        ("A1-seed", "kubectl get rs", ""),
        ("A1-seed", "kubectl get pod mynginx", ""),
        ("A3-nodes", "kubectl get node node1 -o yaml", ""),
    ];
    let own: String =
        of_its_own.iter().map(|of| recorded(of.0, of.1)).filter(|text| text.starts_with("apiVersion")).collect();
    let dump = format!("apiVersion: v1\nitems:\n{}kind: List\n", kinds.iter().map(indented).collect::<String>());
    let mut timeline = timeline();
    let Imported::Lines(lines) = import("dump.yaml", &format!("{dump}---\n{own}")).unwrap() else { panic!("{dump}") };
    timeline.input(&lines.join("\n"));
    pass(&mut timeline, 30_000);
    let shown = screen(&mut timeline);
    for (_, _, made) in kinds {
        assert!(shown.contains(&format!("{made} created")), "{made} in\n{shown}");
    }
    assert!(!shown.contains("Stderr"), "{shown}");
}

#[test]
fn what_cannot_be_taken_in_is_refused() {
    assert_eq!(import("a.yaml", "a: [").map(|_| ()).map_err(|e| matches!(e, Refused::Unreadable(_))), Err(true));
    let good = "# The first.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n";
    assert_eq!(import("a.yaml", "hello: world").unwrap_err(), Refused::NoObject(1, 1));
    assert_eq!(import("a.yaml", &format!("{good}hello: world\n")).unwrap_err(), Refused::NoObject(2, 6));
    let wrong = import("a.yaml", &format!("{good}a: b\n c: d\n")).unwrap_err();
    assert_eq!(wrong, Refused::Unreadable("yaml: line 7: mapping values are not allowed in this context".into()));
    assert_eq!(import("a.yaml", "kind: {{ .Values.kind }}\n").unwrap_err(), Refused::Template);
    assert_eq!(import("a.png", "\u{fffd}PNG\r\n\0\0").unwrap_err(), Refused::NoText);
    assert_eq!(import("a.yaml", "").unwrap_err(), Refused::Nothing);
    assert_eq!(import("a.sh", "#!/bin/sh\n").unwrap_err(), Refused::Nothing);
    assert_eq!(import("a", "{\"kubarium\": 9}").unwrap_err(), Refused::Recording(Broken::Newer(9)));
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: node9}\n";
    assert_eq!(import("a.yaml", node).unwrap_err(), Refused::Nothing);
    let Ok(Imported::Lines(lines)) = import("a.sh", "#!/bin/sh\nkubectl get pods\n") else { panic!() };
    assert_eq!(lines, ["kubectl get pods"]);
}

/// A session as text: each input is some seconds after the one before it.
fn played(inputs: &[(i64, &str)]) -> Timeline {
    let inputs = inputs.iter().map(|(seconds, text)| api::list![seconds * 1_000_000, *text]).collect::<Vec<_>>();
    let text = api::obj! { "kubarium" => 1, "seed" => 1, "inputs" => api::Value::from(inputs), "end" => api::list![200_000_000, 0] };
    let mut timeline = Timeline::load(Recording::from_text(&api::json::to_string(&text)).unwrap());
    let end = timeline.now() + Duration::from_secs(200);
    timeline.advance(end, &mut || true);
    timeline
}

#[test]
fn a_script_answers_what_a_person_had_answered() {
    let one = played(&[
        (1, "$kubectl run web --image=nginx; kubectl create configmap k --from-literal=t=\"it's '가'\""),
        (20, "$cat > f.txt"),
        (1, ">kubectl delete pod web"),
        (1, "."),
        (1, "$kubectl get pods -w"),
        (3, "^"),
        (1, "$kubectl exec -it web -- sh"),
        (1, ">rm -rf /tmp/x"),
        (1, ">exit"),
        (1, "$cat <<EOF > g.txt"),
        (0, ">KUBARIUM_END"),
        (0, ">EOF"),
        (1, "$kubectl edit cm k"),
        (
            9,
            "=apiVersion: v1\nkind: ConfigMap\ndata: {t: new}\nmetadata: {name: k, namespace: default, uid: x, resourceVersion: \"9\"}\n",
        ),
        (1, "$vi h.txt"),
        (9, "=in a file"),
        (1, "$ssh node1 systemctl stop kubelet"),
        (1, "$echo 'not"),
        (1, "^"),
        (1, "$alias k=kubectl"),
    ]);
    let script = one.script();
    let expected = r#"#!/bin/bash
shopt -s expand_aliases
# The machines are simulated: elsewhere, what is done to them is only told.
[ "$USER@$HOSTNAME" = student@workstation ] || ssh() { echo "left out: ssh $*"; }
kubectl run web --image=nginx; kubectl create configmap k --from-literal=t="it's '가'"
{ cat > f.txt
} <<'KUBARIUM_END'
kubectl delete pod web
KUBARIUM_END
timeout 4 kubectl get pods -w
{ kubectl exec -it web -- sh
} <<'KUBARIUM_END'
rm -rf /tmp/x
exit
KUBARIUM_END
cat <<EOF > g.txt
KUBARIUM_END
EOF
# kubectl edit cm k
kubectl replace -f - <<'KUBARIUM_END'
apiVersion: v1
data:
  t: new
kind: ConfigMap
metadata:
  name: k
  namespace: default
KUBARIUM_END
cat > h.txt <<'KUBARIUM_END'
in a file
KUBARIUM_END
ssh node1 systemctl stop kubelet
alias k=kubectl
"#;
    assert_eq!(script, expected);
    // And it does the same here.
    let mut other = in_a_fresh_one("commands.sh", &script);
    assert_eq!(ask(&mut other, "cat f.txt g.txt h.txt"), "kubectl delete pod web\nKUBARIUM_END\nin a file\n");
    assert_eq!(ask(&mut other, "kubectl get cm k -o jsonpath='{.data.t}'"), "new");
    assert_eq!(ask(&mut other, "kubectl get pods -o name"), "pod/web\n");
    assert_eq!(timeline().script(), "");
}

#[test]
fn a_kind_cluster_has_the_same_nodes_and_its_services_are_at_the_same_ports() {
    let mut one = in_a_fresh_one("shop.sh", include_str!("../../../tests/clients/shop.sh"));
    ask(
        &mut one,
        "kubectl taint node node2 dedicated=db:NoSchedule; kubectl label node node3 disk=ssd topology.kubernetes.io/zone=b",
    );
    ask(&mut one, "kubectl taint node master node-role.kubernetes.io/control-plane-; kubectl cordon node1");
    let port = ask(&mut one, "kubectl get svc web -n shop -o jsonpath='{.spec.ports[0].nodePort}'");
    let script = one.kind_script();
    let (head, rest) = script.split_once("<<'KUBARIUM_END' || exit\n").unwrap();
    assert!(head.contains(&format!("# Service shop/web, port 80 is at localhost:{port}\n")), "{head}");
    assert!(head.contains("# Ingresses need") && head.contains("# Autoscalers need"), "{head}");
    let (config, rest) = rest.split_once("KUBARIUM_END\n").unwrap();
    let expected = format!(
        "kind: Cluster
name: kubarium
networking:
  podSubnet: 10.32.0.0/12
  serviceSubnet: 10.96.0.0/12
nodes:
- extraPortMappings:
  - containerPort: {port}
    hostPort: {port}
    listenAddress: 127.0.0.1
    protocol: TCP
  kubeadmConfigPatches:
  - |
    kind: InitConfiguration
    nodeRegistration:
      taints: []
  labels:
    kubernetes.io/hostname: master
  role: control-plane
- labels:
    kubernetes.io/hostname: node1
  role: worker
- kubeadmConfigPatches:
  - |
    kind: JoinConfiguration
    nodeRegistration:
      taints:
      - effect: NoSchedule
        key: dedicated
        value: db
  labels:
    kubernetes.io/hostname: node2
  role: worker
- labels:
    disk: ssd
    kubernetes.io/hostname: node3
    topology.kubernetes.io/zone: b
  role: worker
"
    );
    assert_eq!(config, format!("apiVersion: kind.x-k8s.io/v1alpha4\n{expected}"));
    assert!(rest.starts_with("kubectl apply -f -"));
    // Opened here, it makes what is in it.
    let mut other = in_a_fresh_one("kind-cluster.sh", &script);
    assert_eq!(ask(&mut other, "kubectl get svc web -n shop -o jsonpath='{.spec.ports[0].nodePort}'"), port);
}

#[test]
fn what_the_cluster_keeps_for_itself_stays_there() {
    let mut one = in_a_fresh_one(
        "a.sh",
        "kubectl run web --image=nginx\nsleep 9\nkubectl debug web --image=busybox -- sleep 9\n\
        cat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: Service\nmetadata: {name: outside}\nspec: {ports: [{port: 80}]}\n---\n\
        apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: by-hand, labels: {kubernetes.io/service-name: outside}}\n\
        addressType: IPv4\nendpoints: [{addresses: [5.6.7.8]}]\nports: [{port: 80}]\nEOF\nkubectl expose pod web --port=80",
    );
    assert_eq!(ask(&mut one, "kubectl get pod web -o jsonpath='{.spec.ephemeralContainers[*].image}'"), "busybox");
    let text = one.manifests();
    // The server refuses a new Pod that has them.
    let again = "kubectl get pod web -o yaml | sed 's/name: web$/name: again/' | kubectl apply -f - | head -c 0";
    ask(&mut one, again);
    assert_eq!(ask(&mut one, "kubectl get pod again --ignore-not-found"), "");
    assert!(!text.contains("ephemeralContainers"), "{text}");
    assert_eq!(
        (text.matches("kind: EndpointSlice").count(), text.matches("kind: Endpoints\n").count()),
        (1, 0),
        "{text}"
    );
    assert!(text.contains("5.6.7.8"), "{text}");
}
