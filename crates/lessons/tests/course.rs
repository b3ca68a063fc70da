//! The course's own lessons, as they are and spoilt in many ways: whatever is wrong must be noticed, and where.

use api::Language;
use lessons::{Lesson, Progress};
use shell::Session;
use std::path::PathBuf;
use std::rc::Rc;

fn files(name: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../static/lessons").join(name);
    let read = |file: &str| (file.to_owned(), std::fs::read_to_string(folder.join(file)).unwrap());
    ["lesson.yaml", "lesson.en.md", "lesson.ko.md"].map(read).to_vec()
}

/// The lesson with `from` replaced by `to` in all of its files; `from` must be there.
fn spoilt(name: &str, from: &str, to: &str) -> Lesson {
    let mut files = files(name);
    assert!(files.iter().any(|(_, text)| text.contains(from)), "{from}");
    files.iter_mut().for_each(|(_, text)| *text = text.replace(from, to));
    Lesson::read(name, &files).0
}

#[test]
fn what_is_written_wrongly_is_noticed_with_its_line() {
    assert_eq!(lessons::lint(&Lesson::read("cluster", &files("cluster")).0), []);
    // Whether the problem stands where the text was changed.
    for (from, to, there, said) in [
        ("level: beginner", "level: easy", true, "level is one of"),
        ("minutes: 10", "minutes: long", true, "minutes is"),
        ("- id: nodes", "- id: addresses", false, "another step has the id"),
        ("kubectl get nodes -o wide\n", "kubectl get 'nodes\n", true, "the shell cannot read this"),
        ("object: pod/hello\n    ready: true", "object: pot/hello\n    ready: true", true, "there is no kind \"pot\""),
        ("    ready: true\n  - id: where", "    redy: true\n  - id: where", true, "`object` goes with"),
        ("saw: \"{node/node2", "say: \"{node/node2", false, "a clause has one of the keys"),
        ("STATUS: {matches: ^NotReady}", "STATUS: {like: x}", true, "there is no operator \"like\""),
        ("STATUS: {matches: ^NotReady}", "STATUS: {matches: (}", true, ""),
        ("  unmet: not-ready\n", "  unmet: nothing\n", false, "`unmet` names the check"),
        ("    nodes: kubectl get no -o name", "    knots: kubectl get no -o name", true, "there is no step \"knots\""),
    ] {
        let lesson = spoilt("cluster", from, to);
        let problems = lessons::lint(&lesson);
        let found = problems.iter().find(|problem| problem.text.contains(said) && problem.file == "lesson.yaml");
        let found = found.unwrap_or_else(|| panic!("{from} -> {to}: {problems:#?}"));
        let (was, is) = (&files("cluster")[0].1, &lesson.plan_text);
        let first = was.lines().zip(is.lines()).take_while(|(was, is)| was == is).count() + 1;
        assert!(!there || found.line == first, "{from} -> {to}, line {first}: {found}");
    }
    for (from, to, said) in [
        (":::unmet all", ":::unmet al", "lesson.yaml has nothing of the id \"al\""),
        ("{#silence}", "{#quiet}", "lesson.yaml has no step \"quiet\""),
        ("- [x] `kube-apiserver`.", "- [ ] `kube-apiserver`.", "no answer of the quiz is right"),
        ("- [x] `kube-apiserver`.", "- [x] `etcd`.\n- [x] `kube-apiserver`.", "has other blocks"),
        (":::note cordoned", ":::hint", "the note \"cordoned\" has no words"),
        ("{#end}", "", "a step's heading ends with its id"),
    ] {
        let mut files = files("cluster");
        assert!(files[1].1.contains(from), "{from}");
        files[1].1 = files[1].1.replace(from, to);
        let (lesson, mut problems) = Lesson::read("cluster", &files);
        problems.extend(lessons::lint(&lesson));
        assert!(problems.iter().any(|problem| problem.text.contains(said)), "{from} -> {to}: {problems:#?}");
    }
}

/// The worked example of docs/lessons.md, with each of these changed in turn, and what is said of it where.
#[test]
fn who_writes_the_first_lesson_is_told_what_is_wrong() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/example-lesson");
    let read = |file: &str| (file.to_owned(), std::fs::read_to_string(folder.join(file)).unwrap());
    let names = ["lesson.yaml", "lesson.en.md", "lesson.ko.md", "greeting.yaml", "web.yaml"];
    let files: Vec<_> = names.map(read).to_vec();
    let outcome = lessons::play(&Rc::new(Lesson::read("example", &files).0));
    assert_eq!((outcome.problems, outcome.routes, outcome.mistakes), (Vec::new(), 2, 3));
    let text = &files[0].1;
    let line = |of: &str, text: &str| text.lines().position(|line| line.contains(of)).map_or(0, |at| at + 1);
    for (from, to, said) in [
        ("object: configmap/", "objct: configmap/", "any, all, not; here are fields, objct"),
        ("data.GREETING: good", "spec.greeting: good", "ConfigMap has no field \"spec\""),
        ("start: |\n  kubectl apply -f g", "start:\n- kubectl apply -f g", "begin it with start: |"),
        ("env: GREETING", "saw: GREETING\n    env: GREETING", "are two clauses"),
        ("    in: pods of deployment/web\n", "", "`env` needs `in`"),
        ("- id: change", "- id: change\n  patiense: 3s", "has no key \"patiense\""),
        ("files: [greeting.yaml, web.yaml]", "files: [greeting.yaml]", "does not name it under files"),
        ("steps:\n- id: change", "step:\n- id: change", "lesson.yaml has no key \"step\""),
        (
            "kubectl apply -f web.yaml\n  kubectl rollout",
            "kubectl aply -f web.yaml\n  kubectl rollout",
            "unknown command",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let mut files = files.clone();
        files[0].1 = text.replacen(from, to, 1);
        let (lesson, mut problems) = Lesson::read("example", &files);
        problems.extend(lessons::lint(&lesson));
        if problems.is_empty() {
            problems = lessons::play(&Rc::new(lesson)).problems;
            assert_eq!(problems.len(), 1, "one cause is said once: {problems:#?}");
            assert_eq!(problems[0].line, line("aply", &files[0].1));
        }
        assert!(problems.iter().any(|problem| problem.text.contains(said)), "{from} -> {to}: {problems:#?}");
        assert!(problems.len() <= 3, "{problems:#?}");
    }
    // What Windows' editor puts before a text is no part of it; a file that nobody reads is noticed.
    let mut marked = files.clone();
    marked.iter_mut().for_each(|(_, text)| text.insert(0, '\u{feff}'));
    assert_eq!(Lesson::read("example", &marked).1, []);
    marked[1].0 = "lesson.md".into();
    assert_eq!(Lesson::read("example", &marked).1[0].file, "lesson.md");
}

#[test]
fn checks_that_accept_too_much_or_too_little_are_noticed_by_playing() {
    for (from, to, said) in [
        ("saw: [master, node1, node2, node3]", "saw: [Ready]", "a mistake that is accepted"),
        ("  unmet: all\n", "  unmet: all\n  back: kubectl get node node2\n", "does not lead back"),
        (
            "addresses: kubectl describe node node2",
            "addresses: kubectl describe node node1",
            "is not complete after this",
        ),
        ("count: 4\n    ready: true", "count: 4", "is complete before anything is typed"),
        (
            "columns:\n        STATUS: {contains: SchedulingDisabled}",
            "ready: false",
            "the note \"cordoned\" does not appear",
        ),
    ] {
        let outcome = lessons::play(&Rc::new(spoilt("cluster", from, to)));
        let said = if said.starts_with("a mistake") { "this mistake is accepted" } else { said };
        assert!(
            outcome.problems.iter().any(|problem| problem.text.contains(said) && problem.line > 0),
            "{from}: {outcome:#?}"
        );
    }
}

/// Types a line and lets it end.
fn run(session: &mut Session, progress: Option<&mut Progress>, line: &str) -> String {
    session.input(line);
    let to = session.now() + std::time::Duration::from_secs(8);
    session.advance(to, &mut || true);
    let chunks = session.drain();
    if let Some(progress) = progress {
        chunks.iter().for_each(|chunk| progress.note(chunk));
        progress.look(session);
    }
    format!("{chunks:?}")
}

#[test]
fn what_is_unmet_is_said_in_words_and_looking_changes_nothing() {
    let lesson = Rc::new(Lesson::read("deployment", &files("deployment")).0);
    let (mut watched, mut alone) = (Session::new(Default::default(), true), Session::new(Default::default(), true));
    let mut progress = Progress::new(lesson, Language::English, &watched).unwrap();
    let (mut said, mut noted) = (Vec::new(), Vec::new());
    for line in [
        "kubectl run mynginx --image=nginx",
        "kubectl create deployment mynginx --image=ngnix",
        "kubectl set image deployment/mynginx ngnix=nginx",
        "kubectl get pods -o wide",
    ] {
        let bytes = run(&mut watched, Some(&mut progress), line);
        assert_eq!(bytes, run(&mut alone, None, line), "with a lesson, {line} says something else");
        said.push(progress.checks().filter_map(|(_, unmet)| unmet).collect::<Vec<_>>().join(" | "));
        noted.push(progress.notes().len());
    }
    assert!(
        said[0].starts_with("There is no Deployment mynginx yet. There is a Pod of this name, though."),
        "{said:#?}"
    );
    assert!(
        said[1].contains("Deployment mynginx: spec.template.spec.containers[*].image is ngnix; it should be"),
        "{said:#?}"
    );
    assert!(said[1].contains("is not ready yet: ErrImagePull") || said[1].contains("ImagePullBackOff"), "{said:#?}");
    assert_eq!(noted, [1, 2, 0, 0], "the bare Pod is still there, and no news once the step is done");
    assert!(progress.is_complete(), "{said:#?}");
    assert_eq!((progress.count(), progress.reference()), ((4, 0), 6));
    progress.next(&watched);
    progress.speak(Language::Korean);
    progress.look(&watched);
    assert_eq!(progress.hints().len(), 2);
    assert!(progress.checks().all(|(_, unmet)| unmet.is_some_and(|words| words.contains("아직"))));
}

/// What stands between two fences of a language in a text, the nth time.
fn fenced(text: &str, open: &str, close: &str) -> String {
    let inside = text.split_once(&format!("\n{open}\n")).map_or("", |(_, rest)| rest);
    inside.split_once(&format!("\n{close}\n")).map_or("", |(inside, _)| inside).to_owned()
}

#[test]
fn the_lesson_that_the_documentation_shows_is_a_good_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (file, lang) in [("lessons.md", "en"), ("lessons.ko.md", "ko")] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let files = [
            ("lesson.yaml".to_owned(), fenced(&text, "```yaml", "```")),
            (format!("lesson.{lang}.md"), fenced(&text, "````markdown", "````")),
            ("web.yaml".to_owned(), String::new()),
        ];
        let (lesson, problems) = Lesson::read("docs", &files);
        assert_eq!((problems, lessons::lint(&lesson)), (vec![], vec![]), "{file}");
        let outcome = lessons::play(&Rc::new(lesson));
        assert_eq!((outcome.routes, outcome.mistakes, outcome.problems), (2, 2, vec![]), "{file}");
    }
}
