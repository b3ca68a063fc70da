use super::*;
use cluster::Options;
use proptest::prelude::*;
use std::time::Duration;

/// A cluster that nothing has happened to yet.
pub(super) fn timeline() -> Timeline {
    Timeline::new(Options::default())
}

/// Lets time pass in pieces, as a page does.
pub(super) fn pass(timeline: &mut Timeline, millis: u64) {
    let end = timeline.now() + Duration::from_millis(millis);
    while timeline.now() < end {
        let next = (timeline.now() + Duration::from_micros(16_700)).min(end);
        timeline.advance(next, &mut || true);
    }
}

/// What the terminal shows from the start, as a page that has just been put there sees it.
pub(super) fn screen(timeline: &mut Timeline) -> String {
    format!("{:?}", timeline.drain())
}

fn lines(timeline: &Timeline) -> Vec<&str> {
    let text = |entry| match entry {
        &Entry { input: Input::Command(ref line) | Input::Line(ref line), .. } => line.as_str(),
        _ => "",
    };
    timeline.entries().iter().map(text).collect()
}

/// What a line prints.
pub(super) fn ask(timeline: &mut Timeline, line: &str) -> String {
    timeline.drain();
    timeline.input(line);
    pass(timeline, 3000);
    let text = |chunk| match chunk {
        shell::process::Chunk::Text(_, text) => text,
        _ => String::new(),
    };
    timeline.drain().into_iter().map(text).collect()
}

#[test]
fn undo_and_redo_take_back_one_command_at_a_time() {
    let mut timeline = timeline();
    timeline.input("kubectl create deployment web --image=nginx");
    pass(&mut timeline, 5000);
    let two = timeline.position();
    timeline.input("kubectl scale deployment web --replicas=3\nexport A=5; cd /tmp");
    pass(&mut timeline, 5000);
    let (end, hash) = (timeline.position(), timeline.state_hash());
    assert!(!timeline.redo());

    assert!(timeline.undo());
    assert_eq!((timeline.done(), timeline.prompt().as_str()), (2, "student@workstation:~/work$ "));
    assert!(timeline.undo());
    assert_eq!((timeline.done(), timeline.is_live()), (1, false));
    assert_eq!(timeline.position(), Position { inputs: 1, ..two });
    assert!(timeline.undo());
    assert!(!timeline.undo(), "there is nothing before the first command");
    assert!(timeline.redo() && timeline.redo() && timeline.redo());
    assert_eq!((timeline.position(), timeline.state_hash(), timeline.is_live()), (end, hash, true));
    assert_eq!(ask(&mut timeline, "echo $A $PWD"), "5 /tmp\n");
}

#[test]
fn typing_in_the_past_keeps_what_was_done_as_a_branch() {
    let mut timeline = timeline();
    timeline.input("kubectl create deployment web --image=nginx");
    pass(&mut timeline, 2000);
    timeline.input("kubectl delete deployment web");
    pass(&mut timeline, 2000);
    let (old, end) = (timeline.state_hash(), timeline.position());
    timeline.undo();
    timeline.input("kubectl scale deployment web --replicas=2");
    pass(&mut timeline, 2000);
    assert!(timeline.is_live());
    assert_eq!(timeline.branches().collect::<Vec<_>>(), [("kubectl delete deployment web", 1)]);
    let (new, scaled) = (timeline.state_hash(), lines(&timeline).len());
    assert_eq!(scaled, 2);

    timeline.switch(0);
    assert!(timeline.work(&mut || true) && timeline.is_live());
    assert_eq!((timeline.state_hash(), timeline.position()), (old, end));
    assert_eq!(timeline.branches().collect::<Vec<_>>(), [("kubectl scale deployment web --replicas=2", 1)]);
    timeline.switch(0);
    timeline.work(&mut || true);
    assert_eq!(timeline.state_hash(), new);

    // From the middle of an old course nothing is kept that lies on the way.
    let again = Timeline::load(Recording::from_text(&timeline.recording().to_text()).unwrap());
    assert_eq!(again.branches().collect::<Vec<_>>(), [("kubectl delete deployment web", 1)]);
}

#[test]
fn time_in_the_past_replays_what_was_done() {
    let mut timeline = timeline();
    pass(&mut timeline, 1000);
    timeline.input("kubectl run a --image=nginx");
    pass(&mut timeline, 3000);
    timeline.input("cat");
    pass(&mut timeline, 100);
    timeline.input("read by cat");
    timeline.end_of_input();
    pass(&mut timeline, 3000);
    timeline.input("sleep 100");
    pass(&mut timeline, 1000);
    timeline.interrupt();
    pass(&mut timeline, 500);
    let (end, hash) = (timeline.end(), timeline.state_hash());
    let start = timeline.at(Duration::from_millis(500));
    timeline.go(start);
    assert_eq!((timeline.done(), timeline.is_live()), (0, false));
    timeline.take_moved();
    pass(&mut timeline, 60_000);
    assert_eq!(timeline.entries().len(), timeline.done());
    assert!(timeline.is_live() && timeline.end() > end && timeline.branches().count() == 0);
    timeline.go(end);
    assert_eq!(timeline.state_hash(), hash);
    let shown = screen(&mut timeline);
    assert!(shown.matches("read by cat").count() == 2 && shown.contains("^C"), "{shown}");

    // Step by step it is the same.
    timeline.go(start);
    while timeline.position() < end {
        timeline.step();
    }
    timeline.go(end);
    assert_eq!(timeline.state_hash(), hash);
}

#[test]
fn any_moment_of_a_live_course_can_be_gone_to() {
    let mut timeline = timeline();
    timeline.input("kubectl create deployment web --image=nginx");
    pass(&mut timeline, 5000);
    // The first way back, and one from further on than the last began.
    for millis in [3000, 7000] {
        assert!(timeline.is_live());
        let there = timeline.at(Duration::from_millis(millis));
        assert_eq!((there.moment.at.0, there.inputs), (1000 * millis as i64, 1));
        timeline.go(there);
        assert_eq!(timeline.position().moment.at.0, 1000 * millis as i64);
        timeline.go(timeline.end());
        pass(&mut timeline, 5000);
    }
}

#[test]
fn an_editor_that_answers_is_recorded() {
    let mut timeline = timeline();
    timeline.input("kubectl create configmap c --from-literal=a=1\nkubectl edit configmap c");
    pass(&mut timeline, 2000);
    let text = timeline.editor().unwrap().text.replace("\"1\"", "\"2\"");
    timeline.finish_edit(Some(text));
    pass(&mut timeline, 1000);
    timeline.input("kubectl edit configmap c");
    pass(&mut timeline, 1000);
    timeline.finish_edit(None);
    pass(&mut timeline, 1000);
    let hash = timeline.state_hash();
    let text = timeline.recording().to_text();
    let mut again = Timeline::load(Recording::from_text(&text).unwrap());
    assert!(again.work(&mut || true));
    assert_eq!(again.state_hash(), hash);
    assert_eq!(ask(&mut again, "kubectl get cm c -o jsonpath='{.data.a}'"), "2");
}

#[test]
fn a_keyframe_goes_on_as_the_original_does() {
    let mut timeline = timeline();
    timeline.input("f() { echo f-$1-$X; }; alias k=kubectl; export X=7; false");
    timeline.input("for i in 1 2 3 4 5 6 7 8 9; do echo $i > /tmp/$i; done; (exit 3)");
    pass(&mut timeline, 4000);
    let keyframe = timeline.keyframe().expect("nothing runs");
    let mut other = shell::Session::resume(&keyframe).unwrap();
    let moment = timeline.moment();
    for line in ["echo $?; f 1; k run web --image=nginx; history | tail -2; sleep 5", "k get pods; echo $RANDOM $!"] {
        timeline.input(line);
        other.input(line);
        pass(&mut timeline, 9000);
        other.advance(timeline.now(), &mut || true);
    }
    assert_eq!(other.moment(), timeline.moment());
    assert_eq!(state_hash(&**other.kernel().system()), timeline.state_hash());
    assert_ne!(moment, timeline.moment());
    let texts = |chunks: Vec<shell::process::Chunk>| format!("{chunks:?}");
    let (ours, theirs) = (texts(timeline.drain()), texts(other.drain()));
    assert!(ours.contains("3\\nf-1-7") && ours.ends_with(theirs.trim_start_matches('[')), "{ours}\n{theirs}");
}

#[test]
fn looking_leaves_no_trace() {
    let mut timeline = timeline();
    timeline.input("kubectl run web --image=nginx");
    pass(&mut timeline, 5000);
    let hash = timeline.state_hash();
    for line in ["kubectl exec web -- cat /et", "ssh node2 cat /etc/h", "kubectl get pods w"] {
        assert!(!timeline.complete(line, line.len()).candidates.is_empty(), "{line}");
    }
    assert!(timeline.preview("apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n").contains("new"));
    assert_eq!(timeline.state_hash(), hash);
}

#[test]
fn while_something_runs_there_is_no_keyframe() {
    let mut timeline = timeline();
    assert!(timeline.keyframe().is_some());
    for (line, after) in
        [("sleep 5", ""), ("sleep 100 &", "kill %1; wait; jobs"), ("ssh node1", "exit"), ("echo 'a", "'")]
    {
        timeline.input(line);
        pass(&mut timeline, 500);
        assert!(timeline.keyframe().is_none(), "{line}");
        timeline.input(after);
        pass(&mut timeline, 6000);
        timeline.input("");
        assert!(timeline.keyframe().is_some(), "{line}");
    }
}

#[test]
fn a_comparison_names_objects_and_fields() {
    let mut timeline = timeline();
    timeline.input("kubectl create deployment web --image=nginx; kubectl create configmap gone");
    pass(&mut timeline, 8000);
    timeline.input("kubectl scale deployment web --replicas=2; kubectl delete cm gone; kubectl create cm new");
    pass(&mut timeline, 8000);
    assert_eq!(timeline.compare_with_end(), []);
    timeline.undo();
    let changes = timeline.compare_with_end();
    let of = |kind: &str, name: &str| {
        changes.iter().find(|c| c.kind == kind && c.name.starts_with(name)).unwrap().what.clone()
    };
    assert_eq!((of("ConfigMap", "gone"), of("ConfigMap", "new")), (What::Removed, What::Added));
    assert_eq!(of("Pod", "web-"), What::Added);
    let place = |kind: &str| changes.iter().position(|change| change.kind == kind);
    assert!(place("Deployment") < place("Pod") && place("Pod").is_some(), "what was made comes first: {changes:?}");
    let What::Changed(fields) = of("Deployment", "web") else { panic!("{changes:?}") };
    let replicas = fields.iter().find(|field| field.path == "spec.replicas").unwrap();
    assert_eq!((&replicas.before, &replicas.after), (&1.into(), &2.into()));
    assert!(!changes.iter().any(|change| change.kind == "Node" || change.kind == "Lease"), "{changes:?}");
}

#[test]
fn broken_texts_are_refused_with_a_reason() {
    let good = r#"{"kubarium":1,"seed":1,"inputs":[[0,"$ls"]],"end":[5,0]}"#;
    assert!(Recording::from_text(good).is_ok());
    assert_eq!(Recording::from_text(&good.replace(":1,\"seed", ":7,\"seed")).unwrap_err(), Broken::Newer(7));
    for (from, to) in [
        ("{", ""),
        ("kubarium", "x"),
        ("\"seed\":1,", ""),
        ("[0,\"$ls\"]", "5"),
        ("$ls", "?ls"),
        ("[0", "[-1"),
        ("[0", "[99999999999999999"),
        ("[5,0]", "[5,-1]"),
        ("[5,0]", "7"),
        ("\"end\"", "\"branches\":[{\"from\":9}],\"end\""),
        ("\"seed\"", "\"workers\":1000000,\"seed\""),
    ] {
        let text = good.replacen(from, to, 1);
        assert!(matches!(Recording::from_text(&text), Err(Broken::Damaged(_))), "{text}");
    }
}

/// What may happen to a session.
#[derive(Clone, Debug)]
enum Act {
    Type(&'static str),
    Pass(u64),
    Interrupt,
    Undo,
    Redo,
    Go(u64),
    Switch(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let lines = prop_oneof![
        Just("kubectl create deployment web --image=nginx --replicas=2"),
        Just("kubectl scale deployment web --replicas=5; cd /tmp"),
        Just("kubectl delete pods --all --wait=false"),
        Just("sleep 3 & echo $! >> log; i=$((i + 1)); echo $i"),
        Just("cat <<E > f"),
        Just("E"),
        Just("ssh node1"),
        Just("exit"),
        Just("kubectl get pods -w"),
        Just("ssh node2 systemctl stop kubelet"),
    ];
    let act = prop_oneof![
        6 => lines.prop_map(Act::Type),
        6 => (0u64..9000).prop_map(Act::Pass),
        1 => Just(Act::Interrupt),
        2 => Just(Act::Undo),
        2 => Just(Act::Redo),
        1 => (0u64..40_000).prop_map(Act::Go),
        1 => (0usize..3).prop_map(Act::Switch),
    ];
    prop::collection::vec(act, 1..25)
}

fn perform(timeline: &mut Timeline, act: &Act) {
    match act {
        Act::Type(line) => timeline.input(line),
        Act::Pass(millis) => pass(timeline, *millis),
        Act::Interrupt => timeline.interrupt(),
        Act::Undo => _ = timeline.undo(),
        Act::Redo => _ = timeline.redo(),
        Act::Go(millis) => timeline.go(timeline.at(Duration::from_millis(*millis))),
        Act::Switch(branch) => timeline.switch(*branch),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However one got there: what was recorded leads to the same state and to the same text.
    #[test]
    fn a_recording_replays_to_the_same_state(acts in acts()) {
        let mut timeline = timeline();
        acts.iter().for_each(|act| perform(&mut timeline, act));
        timeline.work(&mut || true);
        timeline.go(timeline.end());
        let recording = timeline.signed_recording();
        let mut again = Timeline::load(Recording::from_text(&recording.to_text()).unwrap());
        prop_assert!(again.work(&mut || true));
        prop_assert_eq!(again.position(), timeline.position());
        prop_assert_eq!(again.state_hash(), timeline.state_hash());
        prop_assert_eq!(Some(again.state_hash()), recording.hash);
        timeline.restart_for_test();
        prop_assert_eq!(screen(&mut again), screen(&mut timeline));
        prop_assert_eq!(again.signed_recording().to_text(), recording.to_text());

        // Undo and redo, all the way, by replaying.
        let mut count = 0;
        while timeline.undo() {
            count += 1;
        }
        for _ in 0..count {
            timeline.redo();
        }
        timeline.go(timeline.end());
        prop_assert_eq!(Some(timeline.state_hash()), recording.hash);
        prop_assert_eq!(timeline.position(), again.position());
    }
}

#[test]
fn a_recording_says_how_its_cluster_was_made() {
    let cni = cluster::bridge("10.10.0.0/16").unwrap();
    let (control_plane, preload) = (cluster::ControlPlane::Hosted, vec!["nginx".into()]);
    let service_range = cluster::services("10.0.0.0/24").ok();
    let made = crate::Recording::new(Options {
        cni,
        control_plane,
        preload,
        service_range,
        images: vec!["name: shop:1\n".into()],
        ..Options::default()
    });
    let text = made.to_text();
    let read = crate::Recording::from_text(&text).unwrap().options;
    assert_eq!((read.cni, read.control_plane), (made.options.cni, made.options.control_plane));
    assert_eq!((read.preload, read.service_range), (made.options.preload, made.options.service_range));
    assert_eq!(read.images, made.options.images);
    for (from, to) in [("10.10.0.0/16", "10.0.0.0/16"), ("10.0.0.0/24", "10.0.0.0/30"), ("hosted", "nowhere")] {
        assert!(crate::Recording::from_text(&text.replace(from, to)).is_err(), "{to}");
    }
}
