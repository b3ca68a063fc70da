use super::tests::run_in;
use super::*;

/// What one command answers in a cluster, and how it ended.
fn in_cluster(session: &mut Session, line: &str) -> (String, i32) {
    let (out, err, status) = run_in(session, line);
    (out + &err, status)
}

#[test]
fn commands_reach_nodes_containers_and_servers() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    assert_eq!(ask("ssh node1 hostname; ssh root@master pwd"), ("node1\n/root\n".into(), 0));
    assert_eq!(ask("ssh nosuch").1, 255);
    ask("kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web");
    assert_eq!(ask("kubectl exec web -- hostname").0, "web\n");
    assert_eq!(ask("kubectl exec web -- sh -c 'echo hi > /tmp/f; cat /tmp/f; exit 3'").1, 3);
    assert_eq!(ask("kubectl logs web | head -1 | cut -c1-10").0, "/docker-en\n");
    assert_eq!(ask("kubectl exec web -- nosuch").1, 1);
    assert!(ask("kubectl exec web -- curl -s localhost").0.contains("Welcome to nginx"));
    assert_eq!(ask("kubectl exec web -- curl -s localhost:81").1, 7);
    assert_eq!(
        ask("curl -sS localhost"),
        ("curl: (7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server\n".into(), 7)
    );
    assert_eq!(ask("curl http://nosuch.invalid").1, 6);
    let (text, status) = ask("curl -m 3 http://$(kubectl get pod web -o jsonpath='{.status.podIP}')");
    assert_eq!((text.starts_with("curl: (28) "), status), (true, 28));
    assert_eq!(
        ask("ssh node1 curl -s -o /dev/null -w '%{http_code}' $(kubectl get pod web -o jsonpath='{.status.podIP}')").0,
        "200"
    );
    assert_eq!(ask("ssh node2 systemctl stop kubelet; ssh node2 systemctl is-active kubelet").0, "inactive\n");
}

#[test]
fn a_shell_inside_is_left_by_exit_and_by_a_loss() {
    let mut session = Session::new(Options::default(), true);
    session.input("ssh node3");
    let later = |session: &mut Session| {
        let to = session.now() + std::time::Duration::from_secs(2);
        session.advance(to, &mut || true);
    };
    later(&mut session);
    assert_eq!(session.prompt(), "root@node3:~# ");
    session.input("sleep 100");
    later(&mut session);
    session.interrupt();
    assert_eq!(session.prompt(), "root@node3:~# ", "Ctrl-C ends what runs there, not the connection");
    assert_eq!(run_in(&mut session, "hostname").0, "node3\n");
    session.input("exit");
    later(&mut session);
    assert_eq!(session.prompt(), "student@workstation:~/work$ ");
    session.input("ssh node3");
    later(&mut session);
    session.input("poweroff");
    later(&mut session);
    assert_eq!(session.prompt(), "student@workstation:~/work$ ");
    assert_eq!(run_in(&mut session, "echo $?").0, "255\n");
}

#[test]
fn tab_completes() {
    let mut session = Session::new(Options::default(), true);
    run_in(&mut session, "mkdir manifests; touch manifests/a.yaml 'b c'; alias k=kubectl");
    let complete = |line: &str| session.complete(line, line.len()).candidates;
    assert_eq!(complete("kubec"), ["kubectl"]);
    assert_eq!(complete("ls man"), ["manifests/"]);
    assert_eq!(complete("cat b"), ["b\\ c"]);
    assert_eq!(complete("kubectl apply -f manifests/"), ["manifests/a.yaml"]);
    assert_eq!(complete("echo a; kubectl desc"), ["describe"]);
    assert_eq!(complete("k get nodes node"), ["node1", "node2", "node3"]);
    assert_eq!(complete("ssh m"), ["master"]);
    assert_eq!(session.complete("ls man", 6).start, 3);
    for line in ["", "é", "'", "kubectl ", "ls /", "$(", "k -"] {
        for cursor in 0..=line.len() + 1 {
            let _ = session.complete(line, cursor);
        }
    }
}
