//! Clauses on a living cluster: when they are met, and what is said while they are not.

use api::Language;
use lessons::{Lesson, Progress};
use shell::Session;
use std::rc::Rc;
use std::time::Duration;

/// A learner at the one step of a lesson with these checks.
fn learner(checks: &str) -> (Session, Progress) {
    let plan = format!("level: beginner\nminutes: 1\nsteps:\n- id: one\n  solution: \"true\"\n  checks:\n{checks}");
    let note = if checks.contains("id: gone") { ":::note gone\nGone.\n:::\n" } else { "" };
    let words = format!("---\ntitle: T\nsummary: S\n---\n## One {{#one}}\n{note}## End {{#end}}\n");
    let files = [("lesson.yaml".to_owned(), plan), ("lesson.en.md".to_owned(), words)];
    let (lesson, problems) = Lesson::read("test", &files);
    assert_eq!(problems, []);
    let session = Session::new(Default::default(), true);
    let progress = Progress::new(Rc::new(lesson), Language::English, &session).unwrap();
    (session, progress)
}

/// Types lines, and says what is unmet after the last.
fn after(lines: &[&str], (session, progress): &mut (Session, Progress)) -> String {
    for line in lines {
        session.input(line);
        let to = session.now() + Duration::from_secs(40);
        session.advance(to, &mut || true);
        session.drain().iter().for_each(|chunk| progress.note(chunk));
    }
    progress.look(session);
    progress.checks().filter_map(|(_, unmet)| unmet).collect::<Vec<_>>().join(" | ")
}

#[test]
fn env_is_what_the_container_began_with() {
    let checks = "  - {id: a, env: COLOR, in: pods of deployment/web, text: red, count: 2}\n  \
                  - {id: b, env: COLOR, in: pod/one, container: one, text: {contains: re}}\n";
    let mut learner = learner(checks);
    let said = after(
        &[
            "kubectl create configmap paint --from-literal=COLOR=blue",
            "kubectl create deployment web --image=nginx --replicas=2",
            "kubectl run one --image=nginx --env=SIZE=1",
        ],
        &mut learner,
    );
    let none = "The variable COLOR is as it should be in 0 of 2 places; it should be in 2.";
    assert_eq!(said, format!("{none} | Pod one has no variable COLOR in its environment."));
    let lines = ["kubectl set env deployment/web --from=configmap/paint", "kubectl delete pod one"];
    let said = after(&[lines[0], lines[1], "kubectl run one --image=nginx --env=COLOR=blue"], &mut learner);
    assert_eq!(
        said,
        format!("{none} | In Pod one, the variable COLOR is \"blue\"; it should be something with re in it.")
    );
    let change =
        "kubectl create configmap paint --from-literal=COLOR=red --dry-run=client -o yaml | kubectl apply -f -";
    let said =
        after(&[change, "kubectl delete pod one", "kubectl run one --image=nginx --env=COLOR=red"], &mut learner);
    assert_eq!(said, none, "the value has changed, the containers have not");
    assert_eq!(after(&["kubectl rollout restart deployment web"], &mut learner), "");
}

#[test]
fn what_the_learner_types_himself_does_not_count() {
    let mut learner = learner("  - {id: a, saw: hello}\n");
    assert!(after(&["true"], &mut learner).starts_with("No command has shown this yet"));
    let said = after(&["echo hello"], &mut learner);
    assert_eq!(said, "This was shown, but it stands in the command itself: hello");
    assert_eq!(after(&["echo hel > x", "echo $(cat x)lo"], &mut learner), "");
}

#[test]
fn what_is_shown_with_too_much_does_not_count() {
    let mut learner = learner("  - {id: a, saw: [master, node1], without: [node2, node3]}\n");
    assert!(after(&["kubectl get nodes | head -2"], &mut learner).starts_with("No command has shown this yet: node1"));
    let said = after(&["kubectl get nodes"], &mut learner);
    assert_eq!(said, "It has been shown, but together with what should not be there: node2, node3");
    assert_eq!(after(&["kubectl get nodes | grep -v node[23]"], &mut learner), "");
}

#[test]
fn a_name_that_is_filled_in_counts_as_a_whole() {
    let mut learner = learner("  - {id: a, saw: \"{replicasets of deployment/web metadata.name}\"}\n");
    let said = after(&["kubectl create deployment web --image=nginx", "kubectl get pods"], &mut learner);
    assert!(said.starts_with("No command has shown this yet: web-"), "{said}");
    assert_eq!(after(&["kubectl describe deployment web"], &mut learner), "");
}

#[test]
fn what_is_run_in_a_shell_on_the_way_is_one_line_with_it() {
    let checks = "  - {id: a, ran: ^ssh node1 uptime$}\n  - {id: b, saw: \"4\", ran: exec web .*nproc}\n  - {id: c, ran: ^nproc}\n";
    let mut learner = learner(checks);
    let said = after(&["ssh node1", "uptime", "exit", "kubectl run web --image=nginx"], &mut learner);
    assert_eq!(said, "No command has shown this yet: 4 | No command like ^nproc has been run yet.");
    let said = after(&["kubectl exec web -it -- sh", "nproc"], &mut learner);
    assert_eq!(said, "No command like ^nproc has been run yet.", "that is what is run on one's own computer");
    assert_eq!(after(&["exit", "nproc"], &mut learner), "");
}

#[test]
fn what_a_command_is_about_stands_in_it_or_in_what_it_shows() {
    let mut learner = learner("  - {id: a, saw: \"{pod/hello spec.nodeName}\", about: hello}\n");
    let said = after(&["kubectl run hello --image=nginx", "kubectl get nodes"], &mut learner);
    assert_eq!(said, "It has been shown, but by a command that is not about this: hello");
    for shows in ["kubectl get pods -o wide", "kubectl get pod hello -o jsonpath={.spec.nodeName}"] {
        let (session, progress) = (Session::resume(&learner.0.keyframe().unwrap()).unwrap(), learner.1.clone());
        assert_eq!(after(&[shows], &mut (session, progress)), "", "{shows}");
    }
}

#[test]
fn who_has_written_something_is_known() {
    let by = "by: ann, fields: {metadata.labels.team: {changed: true}}";
    let mut learner = learner(&format!("  - {{id: a, written: deployment/web, {by}}}\n"));
    let make = [
        "kubectl create clusterrolebinding ann --clusterrole=edit --user=ann",
        "kubectl create deployment web --image=nginx",
        "kubectl label deployment web team=blue",
    ];
    let said = after(&make, &mut learner);
    assert_eq!(said, "ann has not changed Deployment web like that in this step yet.");
    let other = after(&["kubectl scale deployment web --replicas=2 --as=ann"], &mut learner);
    assert_eq!(other, said, "she has changed something else");
    assert_eq!(after(&["kubectl label deployment web team=red --overwrite --as=ann"], &mut learner), "");
}

#[test]
fn which_pods_a_connection_was_between_is_known() {
    let mut learner = learner("  - {id: a, reached: pods -l app=web, from: pods -n next}\n");
    let make = [
        "kubectl create namespace next",
        "kubectl create deployment web --image=nginx",
        "kubectl expose deployment web --port=80",
        "kubectl exec deployment/web -- curl -s http://web/",
        "curl -m 1 http://web.default/",
    ];
    let said = after(&make, &mut learner);
    assert_eq!(
        said,
        "No connection from Pods in the namespace next to Pods with app=web has come about in this step yet."
    );
    // The Pod that asks has gone when it is looked for.
    let ask = "kubectl run ask -n next --rm -it --restart=Never --image=busybox -- wget -qO- http://web.default/";
    assert_eq!(after(&[ask], &mut learner), "");
}

#[test]
fn what_is_undone_after_a_step_was_done_is_said() {
    let mut learner = learner(
        "  - {id: a, object: deployment/web}\n  - {id: b, saw: web-}\n  \
         notes:\n  - {id: gone, when: [{absent: deployment/web}, {object: namespace/default}]}\n",
    );
    let make = ["kubectl create deployment web --image=nginx", "kubectl get pods"];
    assert_eq!(after(&make, &mut learner), "");
    assert!(learner.1.is_complete() && learner.1.undone().is_empty());
    after(&["kubectl delete deployment web"], &mut learner);
    // It has just been seen, and may be about to come back.
    assert_eq!(learner.1.undone().len(), 0);
    after(&["true"], &mut learner);
    assert!(learner.1.is_complete(), "what is done stays done");
    assert_eq!(learner.1.undone(), ["There is no Deployment web yet."]);
    assert_eq!(learner.1.notes().len(), 1);
    after(&[make[0]], &mut learner);
    assert_eq!((learner.1.undone().len(), learner.1.notes().len()), (0, 0));
}
