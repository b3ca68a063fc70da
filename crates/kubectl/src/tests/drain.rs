//! Draining a node whose Pods may not all go.

use super::host::{Answer, World};
use api::kind;

const FILE: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {nodeName: n1, containers: [{name: c, image: i}]}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: budget}, spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}}
";

/// A node with the Pods a, b and c, of which a budget protects a and b.
fn world() -> World {
    let world = World::new();
    world.files.borrow_mut().insert("all.yaml".to_owned(), FILE.to_owned());
    let mut patches = vec!["create -f all.yaml".to_owned()];
    let ready = r#"{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"#;
    let patch = "patch --subresource=status --type=merge";
    patches.extend(["a", "b", "c"].map(|pod| format!("{patch} pod {pod} -p '{ready}'")));
    let counts = r#"{"status":{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":2,"desiredHealthy":2,"expectedPods":2}}"#;
    patches.push(format!("{patch} pdb budget -p '{counts}'"));
    for line in patches {
        let answer = world.run(&line);
        assert_eq!((answer.exit, answer.stderr.as_str()), (0, ""), "{line}");
    }
    world
}

fn check(answer: &Answer, stdout: &str, stderr: &str, exit: i32) {
    assert_eq!((answer.stdout.as_str(), answer.stderr.as_str(), answer.exit), (stdout, stderr, exit));
}

#[test]
fn all_pods_are_evicted_at_once_and_again_until_the_time_is_up() {
    let world = world();
    let answer = world.run("drain n1 --force --grace-period=0 --timeout=8s");
    let warned = "Warning: deleting Pods that declare no controller: default/a, default/b, default/c\n";
    let refused = |pod: &str| {
        format!(
            "error when evicting pods/{pod:?} -n \"default\" (will retry after 5s): \
             Cannot evict pod as it would violate the pod's disruption budget.\n"
        )
    };
    let ended = |pod: &str| format!("error when evicting pods/{pod:?} -n \"default\": global timeout reached: 8s");
    let round = refused("a") + &refused("b");
    let (a, b) = (ended("a"), ended("b"));
    let stderr = format!(
        "{warned}{round}{round}There are pending pods in node \"n1\" when an error occurred: [{a}, {b}]\npod/a\npod/b\n\
         error: unable to drain node \"n1\" due to error: [{a}, {b}], continuing command...\n\
         There are pending nodes to be drained:\n n1\n{a}\n{b}\n"
    );
    let again = "evicting pod default/a\nevicting pod default/b\n";
    let stdout = format!("node/n1 cordoned\n{again}evicting pod default/c\npod/c evicted\n{again}{again}");
    check(&answer, &stdout, &stderr, 1);
}

#[test]
fn waiting_for_a_pod_that_does_not_go_ends_with_the_time() {
    let world = world();
    world.run("patch pod c --type=merge -p '{\"metadata\":{\"finalizers\":[\"a.b/c\"]}}'");
    world.run("delete pdb budget");
    let answer = world.run("drain n1 --force --grace-period=0 --timeout=3s");
    let goes = "evicting pod default/a\nevicting pod default/b\nevicting pod default/c\n";
    let gone = "pod/a evicted\npod/b evicted\n";
    assert_eq!(answer.stdout, format!("node/n1 cordoned\n{goes}{gone}"));
    let why = "error when waiting for pod \"c\" in namespace \"default\" to terminate: context deadline exceeded\n";
    assert!(
        answer.stderr.ends_with(&format!("There are pending nodes to be drained:\n n1\n{why}")),
        "{}",
        answer.stderr
    );
    let answer = world.run("drain n1 --force --disable-eviction --timeout=3s --skip-wait-for-delete-timeout=1");
    assert_eq!((answer.stdout.as_str(), answer.exit), ("node/n1 already cordoned\nnode/n1 drained\n", 0));
}

#[test]
fn deletion_asks_no_budget() {
    let world = world();
    let line = "drain n1 --force --grace-period=0 --disable-eviction --pod-selector=app=web";
    let warned = "Warning: deleting Pods that declare no controller: default/a, default/b\n";
    let answer = world.run(&format!("{line} --dry-run=server"));
    check(&answer, "node/n1 cordoned (server dry run)\nnode/n1 drained (server dry run)\n", warned, 0);
    let answer = world.run(line);
    check(&answer, "node/n1 cordoned\npod/a deleted\npod/b deleted\nnode/n1 drained\n", warned, 0);
    assert!(world.get(kind::POD, "a").is_none() && world.get(kind::POD, "c").is_some());
}

#[test]
fn nothing_is_cordoned_where_a_node_is_not_there() {
    let world = world();
    let answer = world.run("drain n1 nosuch");
    check(&answer, "", "Error from server (NotFound): nodes \"nosuch\" not found\n", 1);
}

#[test]
fn pods_that_stand_in_the_way_are_named() {
    let world = world();
    let why = "cannot delete Pods that declare no controller (use --force to override): default/a, default/b";
    let stderr = format!(
        "error: unable to drain node \"n1\" due to error: {why}, continuing command...\n\
         There are pending nodes to be drained:\n n1\n{why}\n"
    );
    check(&world.run("drain n1 --pod-selector app=web"), "node/n1 cordoned\n", &stderr, 1);
    let answer = world.run("drain n1 -l a=b");
    assert!(answer.stderr.starts_with("error: cannot specify both a node name and a --selector option\n"));
    let answer = world.run("drain n1 --pod-selector '='");
    assert_eq!(answer.stderr, "error: --pod-selector=<pod_selector> must be a valid label selector\n");
}
