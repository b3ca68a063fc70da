//! What somebody who writes a lesson gets wrong, and what is said of it, in which line.

use lessons::{Lesson, Problem};
use std::path::PathBuf;

/// The files of the worked example.
fn example() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/example-lesson");
    let read = |file: &str| (file.to_owned(), std::fs::read_to_string(folder.join(file)).unwrap());
    ["lesson.yaml", "lesson.en.md", "lesson.ko.md", "greeting.yaml", "web.yaml"].map(read).to_vec()
}

/// What is wrong with a lesson of these files.
fn problems(files: &[(String, String)]) -> Vec<Problem> {
    let (lesson, problems) = Lesson::read("example", files);
    if problems.is_empty() { lessons::lint(&lesson) } else { problems }
}

#[test]
fn each_slip_is_named_where_it_stands() {
    assert_eq!(problems(&example()), []);
    // The file, what is replaced by what, how many lines below that the problem is said to be, and what is said.
    for (file, from, to, below, said) in [
        ("lesson.yaml", "level: intermediate", "level: a: b", 0, "stands in quotes"),
        ("lesson.yaml", "files: [greeting.yaml, web.yaml]", "files: greeting.yaml", 0, "files is a list"),
        ("lesson.yaml", "    count: 2", "    count: two", 0, "this is a number"),
        ("lesson.yaml", "    count: 2", "    count: {atLeast: two}", 0, "takes a number"),
        ("lesson.yaml", "    ran: kubectl exec", "    ran: kubectl (exec", 0, "regular expression"),
        (
            "lesson.yaml",
            "    ready: true",
            "    columns:\n      STATE: Running",
            1,
            "Deployment has no column \"STATE\" (NAME, READY",
        ),
        ("lesson.yaml", "  step: change\n  type", "  step: chnage\n  type", 0, "there is no step \"chnage\""),
        ("lesson.yaml", "  unmet: configmap\n", "  unmet: config\n", 0, "has no \"config\""),
        ("lesson.yaml", "  unmet: configmap\n", "", -3, "a mistake has `unmet`"),
        ("lesson.yaml", "  note: configmap-gone", "  note: gone", 0, "there is no note \"gone\""),
        ("lesson.yaml", "  - id: old-value", "  - id: 7", 0, "an id is a text: write \"7\""),
        ("lesson.en.md", "title: A new setting,", "title: A: new setting,", 0, "stands in quotes"),
        ("lesson.en.md", "---\ntitle: A new setting", "Title: A new setting", 0, "begins with front matter"),
        ("lesson.en.md", "## Ask a Pod {#look}", "# Ask a Pod {#look}", 0, "begins with ##"),
        ("lesson.en.md", "## Ask a Pod {#look}", "### Ask a Pod {#look}", 0, "begins with ##"),
        ("lesson.en.md", "## Start them anew {#restart}", "## Start them anew {#look}", 0, "has words already"),
        ("lesson.en.md", "It is evening.", "```\nIt is evening.", 0, "this ``` is never closed"),
        ("lesson.ko.md", ":::hint old-value", ":::hint", -8, "only in lesson.en.md: Hint old-value"),
    ] {
        let mut files = example();
        let text = &mut files.iter_mut().find(|(name, _)| name == file).unwrap().1;
        let at = text.find(from).unwrap_or_else(|| panic!("{from}"));
        let line = text[..at].matches('\n').count() as i64 + 1;
        *text = text.replacen(from, to, 1);
        let found = problems(&files);
        let about = found.iter().find(|problem| problem.file == file && problem.text.contains(said));
        let about = about.unwrap_or_else(|| panic!("{from} -> {to}: {found:#?}"));
        assert!(below < -5 || about.line as i64 == line + below, "{from} -> {to}, line {line}: {found:#?}");
        assert!(found.len() <= 3, "one slip is said once: {found:#?}");
    }
}

#[test]
fn what_is_clear_is_taken_as_it_is_meant() {
    for (from, to) in [("{#look}", "{# look }"), ("- [x] Never", "- [X] Never")] {
        let mut files = example();
        files[1].1 = files[1].1.replacen(from, to, 1);
        assert_eq!(problems(&files), [], "{to}");
    }
    // The fields and columns of a kind that users define are theirs.
    let mut files = example();
    let custom = "object: certificates.cert-manager.io/web\n    fields:\n      spec.dnsNames[*]: web\n    columns:\n      READY: \"True\"";
    files[0].1 = files[0].1.replacen("object: deployment/web\n    ready: true", custom, 1);
    assert_eq!(problems(&files), []);
}

#[test]
fn what_a_command_complained_of_is_said() {
    let mut files = example();
    files[0].1 = files[0].1.replacen("kubectl exec deploy/web -- env\n", "kubectl exc deploy/web -- env\n", 1);
    let played = lessons::play(&std::rc::Rc::new(Lesson::read("example", &files).0)).problems;
    assert!(played[0].text.contains("error: unknown command \"exc\" for \"kubectl\""), "{played:#?}");
}
