//! The story that "why?" tells, from a Pod back to the command.

use super::tests::run_in;
use super::*;

fn session() -> Session {
    Session::new(Options::default(), true)
}

/// What a line prints; it must not fail.
fn ask(session: &mut Session, line: &str) -> String {
    let (out, err, status) = run_in(session, line);
    assert_eq!((err.as_str(), status), ("", 0), "{line}: {out}");
    out
}

/// The steps of a chain: lines without their events.
fn steps(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.starts_with("          ")).map(str::to_owned).collect()
}

/// That the steps say these things, in this order.
fn tells(text: &str, expected: &[&str]) {
    let steps = steps(text);
    assert_eq!(steps.len(), expected.len(), "{text}");
    for (step, part) in steps.iter().zip(expected) {
        assert!(step.contains(part), "{part:?} is not in {step:?}:\n{text}");
    }
}

const CREATE: &str = "kubectl create deployment web --image=nginx";

fn only_pod(session: &mut Session) -> String {
    ask(session, "kubectl get pod -l app=web -o name").trim().to_owned()
}

#[test]
fn a_pod_is_there_because_of_a_command() {
    let mut session = session();
    ask(&mut session, CREATE);
    ask(&mut session, "kubectl rollout status deployment web -w");
    let pod = only_pod(&mut session);
    let name = pod.trim_start_matches("pod/").to_owned();
    let text = ask(&mut session, &format!("why {pod}"));
    tells(
        &text,
        &[
            &format!("changed {pod}: status.phase Pending -> Running"),
            &format!("default-scheduler changed {pod}: spec.nodeName = node"),
            &format!("replicaset-controller created {pod}"),
            "deployment-controller created replicaset/web-",
            "kubernetes-admin created deployment/web",
            "you typed: kubectl create deployment web --image=nginx",
        ],
    );
    assert!(text.contains("Started: Container started") && text.contains(&format!("Created pod: {name}")), "{text}");
    let outcome = ask(&mut session, &format!("why --after '{CREATE}'"));
    let position = |part: &str| outcome.find(part).unwrap_or_else(|| panic!("{part}: {outcome}"));
    assert!(position("created deployment/web") < position("created replicaset/web"));
    assert!(position(&format!("created {pod}")) < position("status.phase Pending -> Running"));
    assert!(!ask(&mut session, "why --after 'kubectl get pod -l app=web -o name'").contains("created"));
}

#[test]
fn a_deleted_pod_is_why_there_is_another() {
    let mut session = session();
    ask(&mut session, CREATE);
    ask(&mut session, "kubectl rollout status deployment web");
    let first = only_pod(&mut session);
    ask(&mut session, &format!("kubectl delete {first}"));
    let second = only_pod(&mut session);
    let text = ask(&mut session, &format!("why --all {second}; why {second}"));
    let asked = format!("kubernetes-admin asked for the end of {first}");
    let typed = format!("you typed: kubectl delete {first}");
    assert!(steps(&text).iter().rev().nth(1).is_some_and(|step| step.contains(&asked)), "{text}");
    assert!(steps(&text).last().is_some_and(|step| step.ends_with(&typed)), "{text}");
    // Of what is gone one can still ask.
    assert!(ask(&mut session, &format!("why {first}")).ends_with(&format!("{typed}\n")));
}

#[test]
fn a_silent_node_is_why_its_pods_are_replaced() {
    let mut session = session();
    ask(&mut session, CREATE);
    ask(&mut session, "kubectl rollout status deployment web");
    let first = only_pod(&mut session);
    let node = ask(&mut session, "kubectl get pod -l app=web -o jsonpath='{.items[0].spec.nodeName}'");
    let stop = format!("ssh {node} poweroff");
    run_in(&mut session, &stop);
    ask(&mut session, "sleep 400");
    let pods = ask(&mut session, "kubectl get pod -l app=web --sort-by=.metadata.creationTimestamp -o name");
    let second = pods.lines().last().unwrap_or_default();
    let text = ask(&mut session, &format!("why {second}"));
    tells(
        &text,
        &[
            "status.phase Pending -> Running",
            "default-scheduler changed",
            &format!("replicaset-controller created {second}"),
            &format!("taint-eviction-controller asked for the end of {first} (toleration, 300 s)"),
            &format!("node-controller changed node/{node}: spec.taints = node.kubernetes.io/unreachable"),
            &format!("{node} was switched off"),
            &format!("you typed: {stop}"),
        ],
    );
    assert!(text.contains("no sign of life"), "{text}");
    assert!(ask(&mut session, &format!("why --after '{stop}'")).contains(&format!("created {second}")));
}

#[test]
fn scaling_is_told_by_who_scaled() {
    let mut session = session();
    ask(&mut session, CREATE);
    ask(&mut session, "kubectl rollout status deployment web");
    ask(&mut session, "kubectl scale deployment web --replicas=2; sleep 10");
    let set = ask(&mut session, "kubectl get rs -l app=web -o name").trim().replace(".apps", "");
    let text = ask(&mut session, &format!("why {set}"));
    let steps = steps(&text);
    assert!(
        steps
            .iter()
            .any(|step| step.contains("deployment-controller changed") && step.contains("spec.replicas 1 -> 2"))
    );
    assert!(steps.iter().any(|step| step.contains("kubernetes-admin changed deployment/web: spec.replicas 1 -> 2")));
    assert!(text.ends_with("you typed: kubectl scale deployment web --replicas=2; sleep 10\n"), "{text}");
    ask(&mut session, "kubectl autoscale deployment web --min=4 --max=6 --cpu=50%");
    ask(&mut session, "sleep 60");
    let text = ask(&mut session, "why deployment web");
    let scaled = "horizontal-pod-autoscaler changed deployment/web: spec.replicas 2 -> 4 (regular look, 15 s)";
    assert!(text.contains(scaled) && text.contains("SuccessfulRescale: New size: 4"), "{text}");
    assert!(text.contains("created horizontalpodautoscaler/web"), "{text}");
    assert!(text.ends_with("you typed: kubectl autoscale deployment web --min=4 --max=6 --cpu=50%\n"), "{text}");
}

#[test]
fn a_killed_process_and_a_missed_schedule_have_causes() {
    let mut session = session();
    ask(&mut session, "kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web");
    ask(&mut session, "kubectl exec web -- sh -c 'kill 1'");
    ask(&mut session, "sleep 30");
    let text = ask(&mut session, "why pod/web");
    assert!(text.contains("restartCount 0 -> 1"), "{text}");
    assert!(text.contains("a process in pod/web was ended"), "{text}");
    assert!(text.ends_with("you typed: kubectl exec web -- sh -c 'kill 1'\n"), "{text}");
    ask(&mut session, "kubectl create cronjob tick --image=busybox --schedule='* * * * *' -- true");
    ask(&mut session, "sleep 100");
    let job = ask(&mut session, "kubectl get jobs -o jsonpath='{.items[0].metadata.name}'");
    let text = ask(&mut session, &format!("why --all job {job}; why job {job}"));
    assert!(text.contains(&format!("cronjob-controller created job/{job} (schedule, ")), "{text}");
    assert!(text.ends_with("-- true\n"), "{text}");
}

#[test]
fn what_the_cluster_began_with_has_no_command() {
    let mut session = session();
    let text = ask(&mut session, "why -n kube-system deployment coredns");
    assert!(text.ends_with("it has been so since the cluster began\n"), "{text}");
    assert_eq!(run_in(&mut session, "why pod/nosuch").1, "why: nothing is known of pods \"nosuch\"\n");
    assert_eq!(run_in(&mut session, "why nosuch/x").1, "why: the server doesn't have a resource type \"nosuch\"\n");
    assert_eq!(run_in(&mut session, "why").2, 2);
    assert!(ask(&mut session, "why --help").starts_with("Usage: why"));
}
