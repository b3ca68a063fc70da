//! Which containers are started again.

use super::{Sim, pod};
use api::condition;

#[test]
fn a_container_may_have_a_restart_policy_and_rules_of_its_own() {
    let mut sim = Sim::new(&["node1"]);
    let runs = |name: &str, code: u8, own: &str| {
        let container = format!("{{name: c, image: busybox, command: [sh, -c, \"exit {code}\"], {own}}}");
        pod(name, &container) + "  restartPolicy: Never\n"
    };
    let rules =
        "restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [42]}}]";
    sim.apply(&runs("again", 42, rules));
    sim.apply(&runs("once", 41, rules));
    sim.apply(&runs("fails", 1, "restartPolicy: OnFailure"));
    sim.apply(&runs("plain", 1, ""));
    sim.run(8.0);
    let state = |name: &str| {
        let pod = sim.pod(name);
        let restarts = pod.at("status.containerStatuses").array()[0]["restartCount"].int();
        (pod.at("status.phase").str().to_owned(), restarts > 0)
    };
    assert_eq!(state("again"), ("Running".to_owned(), true));
    assert_eq!(state("once"), ("Failed".to_owned(), false));
    assert_eq!(state("fails"), ("Running".to_owned(), true));
    assert_eq!(state("plain"), ("Failed".to_owned(), false));
}

#[test]
fn a_rule_may_have_all_containers_started_again() {
    let mut sim = Sim::new(&["node1"]);
    let rule = "restartPolicyRules: [{action: RestartAllContainers, exitCodes: {operator: In, values: [88]}}]";
    let text = pod(
        "job",
        "{name: main, image: busybox, command: [sleep, 1h], lifecycle: {preStop: {sleep: {seconds: 20}}}}",
    ) + "  restartPolicy: Never\n  volumes: [{name: v, emptyDir: {}}]\n  initContainers:\n"
        + "  - {name: setup, image: busybox, volumeMounts: [{name: v, mountPath: /v}], command: [sh, -c, '[ -e /v/first ] && echo > /v/again; echo > /v/first']}\n"
        + &format!(
            "  - {{name: watcher, image: busybox, volumeMounts: [{{name: v, mountPath: /v}}], restartPolicy: Always, {rule}, \
             command: [sh, -c, 'sleep 5; [ -e /v/again ] && sleep 1h; exit 88']}}\n"
        );
    sim.apply(&text);
    sim.run(5.0);
    let before = sim.pod("job");
    assert_eq!(before.at("status.phase").str(), "Running");
    assert_eq!(condition(&before, "AllContainersRestarting")["status"].str(), "False");
    sim.run(5.5);
    let during = sim.pod("job");
    assert_eq!(condition(&during, "AllContainersRestarting")["status"].str(), "True");
    assert_eq!(condition(&during, "AllContainersRestarting")["reason"].str(), "RestartAllContainersStarted");
    sim.run(60.0);
    let after = sim.pod("job");
    assert_eq!(after.at("status.phase").str(), "Running");
    assert_eq!(condition(&after, "AllContainersRestarting")["status"].str(), "False");
    // Its sandbox, and with it its address, stays; each container was started once more, the init container, too.
    assert_eq!(after.at("status.podIP"), before.at("status.podIP"));
    let restarts = |list: &str| -> Vec<i64> {
        after["status"][list].array().iter().map(|status| status["restartCount"].int()).collect()
    };
    assert_eq!((restarts("initContainerStatuses"), restarts("containerStatuses")), (vec![1, 1], vec![1]));
    let main = &after.at("status.containerStatuses").array()[0];
    assert_eq!(main.at("lastState.terminated.exitCode").int(), 137, "{main:?}");
    // Neither the hook nor the grace period was waited for.
    assert!(sim.events("job").iter().any(|event| event.starts_with("Killing killing")));
}
