//! Hooks, deadlines, refusals, the order in which containers go, and what they leave as their message.

use super::{Sim, pod};

fn apply(sim: &mut Sim, name: &str, spec: &str) {
    sim.apply(&format!("{{kind: Pod, apiVersion: v1, metadata: {{name: {name}}}, spec: {{{spec}}}}}"));
}

fn exists(sim: &Sim, name: &str) -> bool {
    !sim.pod(name).is_null()
}

#[test]
fn a_pre_stop_hook_is_waited_for() {
    let mut sim = Sim::new(&["node1"]);
    let hook = "lifecycle: {preStop: {exec: {command: [sh, -c, \"sleep 4\"]}}}";
    sim.apply(&pod("web", &format!("{{name: c, image: nginx, {hook}}}")));
    sim.run(5.0);
    sim.delete("web", None);
    sim.run(3.0);
    assert!(exists(&sim, "web"));
    sim.run(3.0);
    assert!(!exists(&sim, "web"));
}

#[test]
fn a_failing_post_start_hook_kills_its_container() {
    let mut sim = Sim::new(&["node1"]);
    let hook = "lifecycle: {postStart: {exec: {command: [sh, -c, \"exit 3\"]}}}";
    sim.apply(&pod("web", &format!("{{name: c, image: nginx, {hook}}}")));
    sim.run(6.0);
    let events = sim.events("web");
    assert!(events.iter().any(|e| e.starts_with("FailedPostStartHook PostStartHook failed")), "{events:?}");
    assert!(events.iter().any(|e| e.starts_with("Killing FailedPostStartHook")), "{events:?}");
    let lines = sim.lines("web");
    assert!(lines.contains("PostStartHookError"), "{lines}");
}

#[test]
fn a_pod_ends_at_its_deadline() {
    let mut sim = Sim::new(&["node1"]);
    apply(&mut sim, "web", "activeDeadlineSeconds: 5, containers: [{name: c, image: nginx}]");
    sim.run(4.0);
    assert_eq!(sim.pod("web").at("status.phase").str(), "Running");
    sim.run(4.0);
    let web = sim.pod("web");
    assert_eq!([web.at("status.phase").str(), web.at("status.reason").str()], ["Failed", "DeadlineExceeded"]);
    assert!(!web.at("status.containerStatuses").array()[0].at("state.terminated").is_null());
}

#[test]
fn a_pod_that_does_not_fit_is_refused() {
    let mut sim = Sim::new(&["node1"]);
    let big = "resources: {requests: {cpu: \"3\"}}";
    apply(&mut sim, "one", &format!("containers: [{{name: c, image: nginx, {big}}}]"));
    sim.run(3.0);
    apply(&mut sim, "two", &format!("containers: [{{name: c, image: nginx, {big}}}]"));
    sim.run(2.0);
    let lines = sim.lines("two");
    assert!(lines.ends_with("0/1 OutOfcpu 0"), "{lines}");
    let message = sim.pod("two").at("status.message").str().to_owned();
    let why = "Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000";
    assert_eq!(message, format!("Pod was rejected: {why}"));
    assert_eq!(sim.events("two"), [format!("OutOfcpu {why} x1")]);
    sim.delete("two", None);
    sim.run(2.0);
    assert!(!exists(&sim, "two"));
}

#[test]
fn a_container_leaves_a_message() {
    let mut sim = Sim::new(&["node1"]);
    let written = "command: [sh, -c, \"echo all is lost > /dev/termination-log; exit 1\"]";
    let logged = "command: [sh, -c, \"echo goodbye; exit 1\"], terminationMessagePolicy: FallbackToLogsOnError";
    let spec = format!(
        "restartPolicy: Never, containers: [{{name: a, image: busybox, {written}}}, {{name: b, image: busybox, {logged}}}]"
    );
    apply(&mut sim, "web", &spec);
    sim.run(8.0);
    let web = sim.pod("web");
    let messages: Vec<&str> = web
        .at("status.containerStatuses")
        .array()
        .iter()
        .map(|status| status.at("state.terminated.message").str())
        .collect();
    assert_eq!(messages, ["all is lost\n", "goodbye\n"]);
}

#[test]
fn sidecars_go_last() {
    let mut sim = Sim::new(&["node1"]);
    let sidecar = "initContainers: [{name: s, image: nginx, restartPolicy: Always}]";
    let slow = "lifecycle: {preStop: {sleep: {seconds: 3}}}";
    apply(&mut sim, "web", &format!("{sidecar}, containers: [{{name: c, image: nginx, {slow}}}]"));
    sim.run(8.0);
    let lines = sim.lines("web");
    assert!(lines.ends_with("2/2 Running 0"), "{lines}");
    sim.delete("web", None);
    sim.run(2.0);
    let running = |sim: &Sim| -> Vec<bool> {
        let id = sim.pod("web").uid().to_owned();
        sim.kubelets.pods.get(id.as_str()).unwrap().containers.iter().map(|c| c.running()).collect()
    };
    assert_eq!(running(&sim), [true, true]);
    sim.run(4.0);
    assert!(!exists(&sim, "web"));
}
