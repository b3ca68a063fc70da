use super::*;
use lessons::{BlockKind, Words};
use std::fs;
use std::path::Path;
use std::rc::Rc;

fn text(text: &str) -> Value {
    Value::from(text)
}

fn built() -> Draft {
    let mut draft = Draft::default();
    for (path, said) in [
        ("/said/title/en", "Web: <b>4</b> of them"),
        ("/said/summary/en", "A Deployment is made."),
        ("/said/intro/en", "Look.\n## not a heading\n```\n## nor this"),
        ("/plan/start", "kubectl create namespace shop\nkubectl get namespace shop"),
        ("/steps/0/title/en", "Make \"it\""),
        ("/steps/0/goal/en", ":::done\n**Make a Deployment `web` of four.**"),
        ("/plan/steps/0/solution", "kubectl create deployment web --image=nginx --replicas=4"),
    ] {
        draft.set(path, text(said));
    }
    draft.set("/steps/0/blocks/0/text/en", text("Think of a Deployment."));
    let route = "kubectl create deployment web --image=nginx\nkubectl scale deployment web --replicas=4";
    draft.push("/plan/routes", obj! { "name" => "in two", "steps" => obj! { "step-1" => route } });
    for mistake in ["kubectl run web --image=nginx", "kubectl create deployment web --image=nginx"] {
        draft.push("/plan/mistakes", obj! { "step" => "step-1", "type" => mistake });
    }
    draft
}

#[test]
fn what_is_clicked_becomes_a_check_and_the_lesson_is_accepted() {
    let mut draft = built();
    // The teacher plays the solution, and clicks what came of it.
    let mut session = shell::Session::new(cluster::Options::default(), true);
    session.input("kubectl create deployment web --image=nginx --replicas=4");
    session.advance(session.now() + std::time::Duration::from_secs(30), &mut || true);
    let system = session.kernel().system();
    let cluster = system.cluster().unwrap();
    let kinds = cluster.api().stored_kinds();
    let pods = kinds.iter().find(|kind| kind.kind == "Pod").unwrap();
    let pod = cluster.api().store().list(pods, "default").next().unwrap().name().to_owned();
    let of_pod = crate::offers(cluster, &format!("Pod/default/{pod}"));
    assert_eq!(
        crate::clause_words(&of_pod[0], Language::English),
        "pods of deployment/web: STATUS = Running, 4 of them"
    );
    let listed = crate::objects(cluster);
    let expected = ["Deployment/default/web", "Node//node1", "Service/default/kubernetes", "Namespace//default"];
    assert!(expected.iter().all(|object| listed.iter().any(|listed| listed == object)), "{listed:?}");
    assert!(!listed.iter().any(|object| object.starts_with("Pod/") || object.contains("kube-")), "{listed:?}");
    assert_eq!(
        (crate::called("Service/shop/web"), crate::called("Node//node1")),
        ("service/web -n shop".into(), "node/node1".into())
    );
    let of_deployment = crate::offers(cluster, "Deployment/default/web");
    assert_eq!(of_deployment[0], of_pod[0]);
    for object in ["Node//node1", "Service/default/kubernetes", "ReplicaSet/default/nothing", "x"] {
        for clause in crate::offers(cluster, object) {
            assert!(!crate::clause_words(&clause, Language::Korean).is_empty());
        }
    }
    for clause in [&of_pod[0], &of_deployment[2], &of_pod[0]] {
        draft.add_clause("/plan/steps/0/checks", clause.clone());
    }
    assert_eq!(draft.at("/plan/steps/0/checks").array().len(), 2);
    // A note, in two languages, and what leads back.
    draft.add_note(0);
    draft.add_clause("/plan/steps/0/notes/0/when", obj! { "object" => "pod/web" });
    draft.set("/steps/0/blocks/2/text/en", text("That is a Pod alone."));
    draft.set("/plan/mistakes/0/note", text("note-1"));
    let back = "kubectl delete pod web\nkubectl create deployment web --image=nginx --replicas=4";
    draft.set("/plan/mistakes/0/back", text(back));
    // A quiz.
    draft.add_block(0, "quiz", "");
    draft.set("/steps/0/blocks/3/question/en", text("Who made the Pods?"));
    draft.set("/steps/0/blocks/3/answers/0/text/en", text("A ReplicaSet"));
    draft.set("/steps/0/blocks/3/answers/1/text/en", text("I\ndid"));
    let (lesson, problems) = draft.own(Language::English).read();
    assert_eq!((problems, lessons::lint(&lesson)), (vec![], vec![]), "{}", lesson.plan_text);
    let words = lesson.words(Language::English).unwrap();
    assert_eq!((words.steps.len(), words.steps[0].blocks.len()), (1, 3));
    assert_eq!((words.title.as_str(), lesson.name.as_str()), ("Web: <b>4</b> of them", "own-web-b-4-b-of-them"));
    let lesson = Rc::new(lesson);
    // Who plays it a piece at a time is told what is played, and what notices each mistake.
    let (mut play, mut stages) = (lessons::Play::new(lesson), Vec::new());
    let outcome = loop {
        let outcome = play.go_on(&mut || false);
        stages.push(play.stage());
        if let Some(outcome) = outcome {
            break outcome;
        }
    };
    stages.dedup();
    let stages: Vec<_> = stages.iter().map(|stage| (stage.mistake, stage.at, stage.of)).collect();
    assert_eq!(stages, [(false, 0, 2), (false, 1, 2), (true, 0, 2), (true, 1, 2)]);
    let noticed = outcome.noticed.iter().find(|(_, noticed)| !noticed.notes.is_empty());
    let noticed = noticed.map(|(_, noticed)| (noticed.unmet.join(" "), noticed.notes.join(" ")));
    assert_eq!(noticed, Some(("check-1 check-2".into(), "note-1".into())));
    assert_eq!((outcome.problems, outcome.routes, outcome.mistakes), (Vec::new(), 2, 2));
    // The other language: what is still missing there is said, and all is well when it is said.
    draft.set("/said/title/ko", text("웹 네 개"));
    let missing = lessons::lint(&draft.own(Language::English).read().0);
    assert!(missing.iter().all(|problem| problem.file == "lesson.ko.md") && !missing.is_empty(), "{missing:?}");
    for path in [
        "/said/summary",
        "/said/intro",
        "/steps/0/goal",
        "/steps/0/blocks/0/text",
        "/steps/0/blocks/2/text",
        "/steps/0/blocks/3/question",
        "/steps/0/blocks/3/answers/0/text",
        "/steps/0/blocks/3/answers/1/text",
    ] {
        draft.set(&format!("{path}/ko"), text("한국어"));
    }
    let (lesson, problems) = draft.own(Language::English).read();
    assert_eq!((problems, lessons::lint(&lesson)), (vec![], vec![]));
    assert_eq!(Draft::read(&draft.text()), draft);
    draft.set("/steps/0/blocks/0/id", text("check-1"));
    draft.set("/plan/mistakes/0/unmet", text("check-1"));
    draft.remove_check(0, 0);
    draft.remove_note(0, 0);
    let gone = ["/steps/0/blocks/0/id", "/plan/mistakes/0/unmet", "/plan/mistakes/0/note", "/steps/0/blocks/3"];
    assert!(gone.iter().all(|path| draft.at(path).is_null()), "{}", draft.text());
    assert_eq!(Draft::read("nonsense"), Draft::default());
}

/// Folders of lessons: the course and the worked example.
fn folders() -> Vec<Own> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut paths: Vec<_> =
        fs::read_dir(root.join("static/lessons")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.push(root.join("docs/example-lesson"));
    paths.retain(|path| path.is_dir());
    paths.sort();
    let read = |path: &Path| {
        let mut files: Vec<(String, String)> = fs::read_dir(path)
            .unwrap()
            .filter_map(|entry| {
                let path = entry.unwrap().path();
                Some((path.file_name()?.to_str()?.to_owned(), fs::read_to_string(&path).ok()?))
            })
            .collect();
        files.sort();
        Own { name: path.file_name().unwrap().to_str().unwrap().to_owned(), files }
    };
    paths.iter().map(|path| read(path)).collect()
}

/// What words say, however they are laid out.
fn meant(words: &Words) -> impl PartialEq + std::fmt::Debug {
    let quiz = |block: &lessons::Block| match block.kind {
        BlockKind::Quiz => format!("{:?}", lessons::Quiz::read(&block.text)),
        _ => block.text.clone(),
    };
    let steps = words.steps.iter().map(|step| {
        let mut blocks: Vec<_> =
            step.blocks.iter().map(|block| (block.kind.name(), block.id.clone(), quiz(block))).collect();
        // The order of hints with one id counts; that of the others does not.
        blocks.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        (step.id.clone(), step.title.clone(), step.body.clone(), blocks)
    });
    let end = words.end.clone().map(|(title, text)| (title, text.trim().to_owned()));
    (words.title.clone(), words.summary.clone(), words.intro.clone(), steps.collect::<Vec<_>>(), end)
}

#[test]
fn lessons_are_opened_and_changed_without_loss() {
    let lessons = folders();
    assert!(lessons.len() > 20);
    for own in lessons {
        let mut draft = Draft::open(&own);
        let mut written = draft.own(Language::English);
        written.files.sort();
        assert_eq!(written, own, "what was not changed stays byte for byte");
        // Written anew, it says the same.
        draft.0.remove("kept");
        let (before, _) = own.read();
        let (after, problems) = draft.own(Language::English).read();
        assert_eq!(problems, [], "{}", own.name);
        let mut plan = after.plan.clone();
        let files = |plan: &Value| plan.get("files").array().to_vec();
        assert_eq!(files(&plan), files(&before.plan));
        plan.set("files", before.plan.get("files").clone());
        let mut old = before.plan.clone();
        old.set("files", before.plan.get("files").clone());
        assert_eq!(plan, old, "{}", own.name);
        assert_eq!(after.words.len(), before.words.len());
        for (a, b) in after.words.iter().zip(&before.words) {
            assert_eq!(meant(a), meant(b), "{}", own.name);
        }
        assert_eq!(lessons::lint(&after), lessons::lint(&before));
    }
}

#[test]
fn one_change_leaves_the_other_files_alone() {
    let own = folders().into_iter().find(|own| own.name == "deployment").unwrap();
    let mut draft = Draft::open(&own);
    draft.set("/said/title/en", text("Another title"));
    let changed = draft.own(Language::English);
    for (name, old) in &own.files {
        let (_, new) = changed.files.iter().find(|(other, _)| other == name).unwrap();
        assert_eq!(new == old, name != "lesson.en.md", "{name}");
    }
}

#[test]
fn steps_come_and_go() {
    let mut draft = built();
    draft.add_step(1);
    draft.push("/plan/routes/0/steps/step-2", Value::Null);
    draft.set("/plan/routes/0/steps/step-2", text("ls"));
    draft.push("/plan/mistakes", obj! { "step" => "step-2", "type" => "ls" });
    draft.raise_step(1);
    assert_eq!(draft.at("/plan/steps/0/id").str(), "step-2");
    assert_eq!(draft.at("/steps/1/title/en").str(), "Make \"it\"");
    draft.remove_step(0);
    assert_eq!((draft.steps().len(), draft.at("/plan/mistakes").array().len()), (1, 2));
    assert_eq!(draft.at("/plan/routes/0/steps").len(), 1);
    draft.remove_step(0);
    draft.raise_step(7);
    draft.set("/plan/steps/9/id", text("x"));
    draft.remove("/plan/steps/9");
    assert_eq!(draft.steps().len(), 1);
}

#[test]
fn a_set_has_several_lessons() {
    let mut draft = built();
    draft.push("/pick", text("pod"));
    draft.turn_to(None, Language::English);
    assert!(!draft.is_begun());
    draft.set("/said/title/en", text("Second"));
    let set = draft.handed_out(Language::English);
    let names = |set: &Set| set.own.iter().map(|own| own.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&set), set.pick.len()), (vec!["own-web-b-4-b-of-them".to_owned(), "own-second".into()], 1));
    draft.turn_to(Some(0), Language::English);
    assert_eq!(draft.at("/said/title/en").str(), "Web: <b>4</b> of them");
    let again = Draft::of_set(&draft.handed_out(Language::English));
    assert_eq!(names(&again.handed_out(Language::English)).len(), 2);
}

#[test]
fn what_is_missing_is_said() {
    let (lesson, problems) = Draft::default().own(Language::Korean).read();
    assert!(problems.iter().any(|problem| problem.text.contains("title")));
    assert!(lessons::lint(&lesson).iter().any(|problem| problem.text.contains("checks")));
}

#[test]
fn lessons_with_other_titles_have_other_names() {
    let named = |title: &str, mark: i64| {
        let mut draft = Draft::default();
        draft.set("/said/title/ko", title.into());
        draft.mark(mark);
        draft.mark(mark + 1);
        draft.name()
    };
    assert_eq!([named("", 0), named("Four <i>webs</i>", 0)], ["own-lesson", "own-four-i-webs-i"]);
    let names =
        [named("서비스", 28), named("볼륨", 29), named("Pod", 28), named("Pod", 29), named(&"pod ".repeat(99), 1)];
    assert_eq!(names[..4], ["own-lesson-1c", "own-lesson-1d", "own-pod-1c", "own-pod-1d"]);
    assert!(names.iter().all(|name| crate::is_name(name)), "{names:?}");
    // A copy of a lesson is another one.
    let mut draft = Draft::default();
    let pod =
        Own { name: "pod".into(), files: vec![("lesson.en.md".into(), "---\ntitle: Pods\nsummary: x\n---\n".into())] };
    draft.take(&pod);
    draft.mark(28);
    assert_eq!(draft.name(), "own-pods-1c");
}
