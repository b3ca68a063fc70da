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
fn a_failing_hook_says_what_it_ran_and_what_that_said() {
    let mut sim = Sim::new(&["node1"]);
    let message = |sim: &mut Sim, name: &str, hook: &str| {
        sim.apply(&pod(name, &format!("{{name: c, image: nginx, lifecycle: {{postStart: {hook}}}}}")));
        sim.run(6.0);
        let pod = sim.pod(name);
        let status = &pod.at("status.containerStatuses").array()[0];
        assert_eq!(status.at("state.waiting.reason").str(), "PostStartHookError");
        let uid = pod.uid().to_owned();
        status.at("state.waiting.message").str().replace(&uid, "UID").replace(pod.at("status.podIP").str(), "IP")
    };
    assert_eq!(
        message(&mut sim, "a", "{exec: {command: [sh, -c, \"echo so; echo oh >&2; exit 3\"]}}"),
        "Exec lifecycle hook ([sh -c echo so; echo oh >&2; exit 3]) for Container \"c\" in Pod \"a_default(UID)\" failed - \
         error: command 'sh -c echo so; echo oh >&2; exit 3' exited with 3: oh\n, message: \"so\\noh\\n\""
    );
    assert_eq!(
        message(&mut sim, "b", "{httpGet: {path: /up, port: 81}}"),
        "HTTP lifecycle hook (/up) for Container \"c\" in Pod \"b_default(UID)\" failed - error: Get \"http://IP:81/up\": dial \
         tcp IP:81: connect: connection refused"
    );
    let none = "Cannot run handler: invalid handler: &LifecycleHandler{Exec:nil,HTTPGet:nil,TCPSocket:&TCPSocketAction{\
                Port:{0 80 },Host:,},Sleep:nil,}";
    assert_eq!(message(&mut sim, "d", "{tcpSocket: {port: 80}}"), none);
}

#[test]
fn what_a_server_answers_to_a_hook_does_not_matter() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: c, image: nginx, lifecycle: {postStart: {httpGet: {path: /nowhere, port: 80}}}}"));
    sim.run(6.0);
    let lines = sim.lines("web");
    assert!(lines.ends_with("1/1 Running 0"), "{lines}");
    let log = sim.kubelets.pods.values().next().unwrap().containers[0].log.last().unwrap().text.clone();
    assert!(log.contains("GET /nowhere") && log.contains("kube-lifecycle/1.36"), "{log}");
}

#[test]
fn a_hook_works_while_time_goes_by() {
    let mut sim = Sim::new(&["node1"]);
    let hooks = "lifecycle: {postStart: {exec: {command: [sh, -c, \"sleep 3; echo a > /x; sleep 3\"]}}}";
    sim.apply(&pod("web", &format!("{{name: c, image: nginx, {hooks}}}")));
    let read = |sim: &mut Sim| {
        let pod = sim.kubelets.pods.values().next().unwrap().id.clone();
        let mounts = sim.kubelets.mounts(&pod, "c", sim.now).unwrap();
        mounts.view(sim.kubelets.disks()).exists("/x")
    };
    sim.run(4.0);
    assert!(!read(&mut sim));
    sim.run(3.0);
    assert!(read(&mut sim));
    assert!(sim.lines("web").ends_with("0/1 ContainerCreating 0"));
    sim.run(3.0);
    assert!(sim.lines("web").ends_with("1/1 Running 0"));
}

#[test]
fn a_pre_stop_hook_gets_no_more_than_the_grace_period() {
    let mut sim = Sim::new(&["node1"]);
    let hook = "lifecycle: {preStop: {exec: {command: [sleep, \"60\"]}}}";
    apply(
        &mut sim,
        "web",
        &format!("terminationGracePeriodSeconds: 5, containers: [{{name: c, image: nginx, {hook}}}]"),
    );
    sim.run(5.0);
    sim.delete("web", None);
    sim.run(4.5);
    assert!(exists(&sim, "web"));
    sim.run(4.0);
    assert!(!exists(&sim, "web"));
    let events = sim.events("web");
    assert!(events.iter().any(|e| e == "FailedPreStopHook PreStopHook failed x1"), "{events:?}");
}

#[test]
fn a_failing_pre_stop_hook_is_told_and_not_waited_for() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: c, image: nginx, lifecycle: {preStop: {exec: {command: [\"false\"]}}}}"));
    sim.run(5.0);
    sim.delete("web", None);
    sim.run(2.5);
    assert!(!exists(&sim, "web"));
    let events = sim.events("web");
    assert!(events.iter().any(|e| e == "FailedPreStopHook PreStopHook failed x1"), "{events:?}");
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
