//! Scenario folders of Killercoda (and Katacoda, whose format it is): index.json, a Markdown file a step, and scripts. What has a
//! counterpart becomes a lesson; what has none is listed.
//!
//! A scenario knows neither other routes nor mistakes, and checks by a script that ends with status 0: whoever imports one writes
//! the checks that lesson.yaml asks for. What a verify script looks at is drafted, and the script itself kept as a comment.

mod text;
mod verify;

use api::{Value, json};
use std::fmt::Write;

/// A lesson's files, and what could not be mapped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Names and texts: lesson.yaml, lesson.en.md (or lesson.ko.md), files for learners.
    pub files: Vec<(String, String)>,
    /// What had no counterpart, and what is left to be written.
    pub left: Vec<String>,
}

/// What stands where an author has to write something; the linter finds it.
pub(crate) const TODO: &str = "TODO";

/// Keys of index.json that mean something here.
const KNOWN: &[&str] = &["title", "description", "details", "time", "difficulty"];

/// Keys of the intro, of steps and of the end, besides scripts.
const PARTS: &[&str] = &["title", "text", "verify", "answer"];

/// Scripts of the intro and of steps.
const SCRIPTS: [&str; 3] = ["courseData", "background", "foreground"];

/// Where files of the scenario may go without it making a difference.
const HOME: &[&str] = &["", ".", "/root", "~", "/home/ubuntu", "/home/student/work"];

/// Makes a lesson of a scenario's files.
///
/// # Errors
/// There is no index.json, or it is none.
pub fn import(files: &[(String, String)]) -> Result<Imported, String> {
    let Some((_, index)) = files.iter().find(|(name, _)| name == "index.json") else {
        return Err(no_index(files));
    };
    let index = json::parse(index.trim_start_matches('\u{feff}')).map_err(|error| format!("index.json: {error}"))?;
    let mut import =
        Import { files, index, plan: String::new(), words: String::new(), given: Vec::new(), left: Vec::new() };
    import.all();
    let lang = if hangul(&import.words) { "ko" } else { "en" };
    let words = (format!("lesson.{lang}.md"), import.words);
    let mut written = vec![("lesson.yaml".to_owned(), import.plan), words];
    written.append(&mut import.given);
    import.left.push(format!("{}: routes and mistakes", written[0].0));
    Ok(Imported { files: written, left: import.left })
}

/// Why this is no scenario: perhaps it holds some.
fn no_index(files: &[(String, String)]) -> String {
    let inner: Vec<&str> = files.iter().filter_map(|(name, _)| name.strip_suffix("/index.json")).collect();
    match inner.is_empty() {
        true => "the folder has no index.json".into(),
        false => format!("the folder has no index.json; a scenario is in each of {}", inner.join(", ")),
    }
}

struct Import<'a> {
    files: &'a [(String, String)],
    index: Value,
    plan: String,
    words: String,
    given: Vec<(String, String)>,
    left: Vec<String>,
}

impl Import<'_> {
    fn all(&mut self) {
        let index = self.index.clone();
        let details = index.get("details").clone();
        let known = |key: &str| KNOWN.contains(&key);
        self.left.extend(index.entries().filter(|(key, _)| !known(key)).map(|(key, _)| format!("index.json: {key}")));
        let intro = self.prose(details.get("intro"));
        self.plan = format!("level: {}\nminutes: {}\n", level(&index), minutes(&index));
        self.assets(details.get("assets"));
        let start: Vec<String> = SCRIPTS.iter().map(|key| script(&self.part(details.get("intro"), key))).collect();
        let start = start.iter().filter(|script| !script.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n");
        if !start.is_empty() {
            block(&mut self.plan, "", "start", &start);
        }
        self.words = format!(
            "---\ntitle: {}\nsummary: {}\n---\n{}\n",
            quoted(index.get("title").str()),
            quoted(api::text::or(index.get("description").str(), index.get("title").str())),
            self.said(&intro.body, "what is said before the first step")
        );
        let steps = details.get("steps").array().to_vec();
        if steps.is_empty() {
            self.left.push("lesson.yaml: the steps; index.json has none".into());
        }
        self.plan.push_str("steps:\n");
        for (at, step) in steps.iter().enumerate() {
            self.step(step, &format!("step{}", at + 1));
        }
        let finish = self.prose(details.get("finish"));
        let finish = self.said(&finish.body, "what is said at the end");
        _ = write!(self.words, "\n## {} {{#end}}\n\n{finish}\n", if hangul(&self.words) { "끝" } else { "Done" });
    }

    fn step(&mut self, step: &Value, id: &str) {
        let mut prose = self.prose(step);
        let answer = text::read(&self.part(step, "answer"));
        prose.hints.extend(Some(answer.body).filter(|body| !body.is_empty()));
        if prose.commands.is_empty() {
            prose.commands = answer.commands;
        }
        let title = api::text::or(step.get("title").str(), id);
        // A text that begins with its own title says it once.
        let body = prose.body.strip_prefix("### ").and_then(|body| body.strip_prefix(title)).unwrap_or(&prose.body);
        let goal = self.said(body.trim(), &format!("the goal of {id}"));
        _ = write!(self.words, "\n## {title} {{#{id}}}\n\n{goal}\n");
        for hint in &prose.hints {
            _ = write!(self.words, "\n:::hint\n{hint}\n:::\n");
        }
        if prose.hints.is_empty() {
            _ = write!(self.words, "\n:::hint\n{TODO}: a hint.\n:::\n");
            self.left.push(format!("the words: a hint for {id}"));
        }
        _ = writeln!(self.plan, "- id: {id}");
        block(&mut self.plan, "  ", "solution", &prose.commands.join("\n"));
        if prose.commands.is_empty() {
            self.left.push(format!("lesson.yaml: the solution of {id}; no code of it is run by a click"));
        }
        self.checks(step, id);
        for key in SCRIPTS.into_iter().filter(|key| !step.get(key).is_null()) {
            self.left.push(format!("{id}: its {key} script; a step types nothing by itself"));
        }
    }

    /// What the verify script looks at, and the script itself.
    fn checks(&mut self, step: &Value, id: &str) {
        let script = self.part(step, "verify");
        for line in script.lines().filter(|line| !line.trim().is_empty()) {
            _ = writeln!(self.plan, "  # verify: {line}");
        }
        let objects = verify::looked_at(&script);
        self.plan.push_str(if objects.is_empty() { "  checks: []\n" } else { "  checks:\n" });
        for object in &objects {
            let name = object.split(' ').next().unwrap_or_default().replace(['/', '.'], "-");
            _ = writeln!(self.plan, "  - id: {name}\n    object: {object}");
        }
        let so_far = match (script.is_empty(), objects.is_empty()) {
            (true, _) => "",
            (false, true) => " (its verify script is there as a comment)",
            (false, false) => " (drafted: what its verify script looks at, but not yet what it expects)",
        };
        self.left.push(format!("lesson.yaml: the checks of {id}{so_far}"));
    }

    /// Files of the scenario that learners find.
    fn assets(&mut self, assets: &Value) {
        for (_, list) in assets.entries() {
            for asset in list.array() {
                let pattern = asset.get("file").str();
                let names: Vec<&str> = self.files.iter().filter_map(|(name, _)| name.strip_prefix("assets/")).collect();
                let names: Vec<&str> = names.into_iter().filter(|name| fits(pattern, name)).collect();
                if names.is_empty() {
                    self.left.push(format!("assets/{pattern}: no such text file"));
                }
                names.into_iter().for_each(|name| self.asset(name, asset.get("target").str()));
            }
        }
        if !self.given.is_empty() {
            let names: Vec<String> = self.given.iter().map(|(name, _)| quoted(name)).collect();
            _ = writeln!(self.plan, "files: [{}]", names.join(", "));
        }
    }

    fn asset(&mut self, name: &str, target: &str) {
        let text = self.text(&format!("assets/{name}")).unwrap_or_default();
        if name.starts_with("lesson.") || name.contains('\'') {
            self.left.push(format!("assets/{name}: give it another name, and name it under `files` in lesson.yaml"));
        } else if self.given.iter().all(|(given, _)| given != name) {
            self.given.push((name.to_owned(), text));
        }
        if !HOME.contains(&target.trim_end_matches('/')) {
            self.left.push(format!("assets/{name}: it goes to {target} there, and into the working directory here"));
        }
    }

    /// The text of a file.
    fn text(&self, name: &str) -> Option<String> {
        let name = name.trim_start_matches("./");
        self.files.iter().find(|(file, _)| file == name).map(|(_, text)| text.clone())
    }

    /// The text of the file that a key names; that there is none is noted.
    fn part(&mut self, of: &Value, key: &str) -> String {
        let name = of.get(key).str();
        let found = self.text(name).unwrap_or_default();
        if !name.is_empty() && found.trim().is_empty() {
            self.left.push(format!("{name}: no such file, or nothing in it"));
        }
        found
    }

    /// The text of the intro, of a step or of the end.
    fn prose(&mut self, of: &Value) -> text::Prose {
        let prose = text::read(&self.part(of, "text"));
        let name = of.get("text").str();
        self.left.extend(prose.odd.iter().map(|odd| format!("{name}: {odd}")));
        let unknown =
            of.entries().filter(|(key, _)| !PARTS.contains(&key.as_str()) && !SCRIPTS.contains(&key.as_str()));
        self.left.extend(unknown.map(|(key, value)| format!("index.json: {key} {}", value.str())));
        prose
    }

    /// A text, or a note that it is to be written.
    fn said(&mut self, text: &str, what: &str) -> String {
        if !text.is_empty() {
            return text.to_owned();
        }
        self.left.push(format!("the words: {what}"));
        format!("{TODO}: {what}.")
    }
}

fn hangul(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

/// Whether a file is meant by a name in which stars stand for anything.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => {
            let end = after.trim_start_matches(['*', '/']);
            name.len() >= before.len() + end.len()
                && name.starts_with(before)
                && (end.contains('*') || name.ends_with(end))
        }
    }
}

fn level(index: &Value) -> &'static str {
    match index.get("difficulty").str().to_ascii_lowercase().as_str() {
        "advanced" | "hard" | "expert" => "advanced",
        "intermediate" | "medium" => "intermediate",
        _ => "beginner",
    }
}

/// `15 minutes`, `10-15 min`: the last number.
fn minutes(index: &Value) -> i64 {
    let mut numbers =
        index.get("time").str().split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
    numbers.rfind(|minutes| (1..=240).contains(minutes)).unwrap_or(15)
}

/// A text as a YAML scalar.
fn quoted(text: &str) -> String {
    json::to_string(&Value::from(text))
}

/// `key: |` and the text, indented.
fn block(plan: &mut String, indent: &str, key: &str, text: &str) {
    // A text that begins with a blank says how far it is indented.
    _ = writeln!(plan, "{indent}{key}: |{}", if text.starts_with([' ', '\n']) { "2" } else { "" });
    for line in text.lines() {
        _ = writeln!(plan, "{}", if line.is_empty() { String::new() } else { format!("{indent}  {line}") });
    }
}

/// A script without what only a file has: its first line, and options of the shell.
fn script(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.starts_with("#!") && !line.trim().starts_with("set -"));
    kept.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lesson;

    #[test]
    fn a_scenario_becomes_a_lesson_to_be_completed() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let index = r#"{"title": "Pods: \"first\"", "time": "10-15 minutes", "difficulty": "Intermediate", "backend": {"imageid": "kubernetes-kubeadm-2nodes"},
            "details": {"intro": {"text": "intro.md", "background": "setup.sh"},
                        "steps": [{"title": "Run it", "text": "step1.md", "verify": "verify1.sh"}, {"text": "gone.md"}],
                        "finish": {"text": "finish.md"}}}"#;
        let files = [
            file("index.json", index),
            file("intro.md", "# Welcome\nHello."),
            file("setup.sh", "#!/bin/bash\nset -e\nkubectl create ns shop\n"),
            file(
                "step1.md",
                "Run `kubectl get pods`{{exec}} and then\n\n```bash\nkubectl run web --image=nginx\n```{{exec}}\n\n```\nno command\n```\n",
            ),
            file("verify1.sh", "kubectl get pod web\n"),
            file("finish.md", "Bye."),
        ];
        let imported = import(&files).unwrap();
        let (lesson, problems) = Lesson::read("x", &imported.files);
        assert_eq!(problems, []);
        assert_eq!((lesson.plan.get("level").str(), lesson.plan.get("minutes").int()), ("intermediate", 15));
        assert_eq!(lesson.start(), "kubectl create ns shop\n");
        assert_eq!(lesson.steps()[0].get("solution").str(), "kubectl get pods\nkubectl run web --image=nginx\n");
        let words = &lesson.words[0];
        assert_eq!((words.title.as_str(), words.intro.as_str()), ("Pods: \"first\"", "### Welcome\nHello."));
        assert_eq!(words.steps[0].title, "Run it");
        assert!(!words.steps[0].body.contains("{{"), "{}", words.steps[0].body);
        assert!(imported.files[0].1.contains("  # verify: kubectl get pod web\n"));
        for left in ["index.json: backend", "gone.md: no such file", "routes and mistakes"] {
            assert!(imported.left.iter().any(|text| text.contains(left)), "{left}: {:#?}", imported.left);
        }
        // What is left to be written is what the linter asks for.
        let asked = crate::lint(&lesson);
        assert!(asked.iter().any(|problem| problem.text.starts_with("a step has checks")), "{asked:#?}");
        for text in ["a hint for step2", "the goal of step2", "the solution of step2"] {
            assert!(imported.left.iter().any(|left| left.contains(text)), "{text}: {:#?}", imported.left);
        }
        for (at, line) in words.text.lines().enumerate().filter(|(_, line)| line.contains(TODO)) {
            assert!(
                asked.iter().any(|problem| problem.line == at + 1 && problem.text.contains(TODO)),
                "{line}: {asked:#?}"
            );
        }
        assert_eq!(words.text.matches(TODO).count(), 3, "two hints and a goal");
        assert!(import(&[]).is_err() && import(&[file("index.json", "[")]).is_err());
        let course = import(&[file("a/index.json", "{}"), file("structure.json", "{}")]).unwrap_err();
        assert!(course.ends_with("a scenario is in each of a"), "{course}");
    }

    #[test]
    fn assets_answers_and_scripts_come_along() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let index = r#"{"title": "파드", "details": {
            "intro": {"text": "intro.md", "background": "b.sh", "foreground": "f.sh"},
            "steps": [{"title": "하나", "text": "./one.md", "answer": "answer.md", "verify": "v.sh"}],
            "finish": {"text": "intro.md"},
            "assets": {"host01": [{"file": "*.yaml", "target": "/root"}, {"file": "x/run.sh", "target": "/opt"}, {"file": "no"}]}}}"#;
        let files = [
            file("index.json", index),
            file("intro.md", "소개"),
            // Neither script ends with the end of a line, and a here-document keeps its empty lines.
            file("b.sh", "#!/bin/sh\nset -e\ncat > a <<END\n\nb\nEND"),
            file("f.sh", "ls"),
            file("one.md", "# 하나\n해 보세요."),
            file("answer.md", "`kubectl get pods`{{execute}}"),
            file("v.sh", "kubectl get deploy web -n shop | grep 3/3"),
            file("assets/c.yaml", "a: 1\n"),
            file("assets/x/run.sh", "ls\n"),
        ];
        let imported = import(&files).unwrap();
        let (lesson, problems) = Lesson::read("x", &imported.files);
        assert_eq!(problems, []);
        assert_eq!(lesson.start(), "cat > a <<END\n\nb\nEND\nls\n");
        assert_eq!(lesson.given().collect::<Vec<_>>(), [("c.yaml", "a: 1\n"), ("x/run.sh", "ls\n")]);
        let (words, step) = (&lesson.words[0], &lesson.steps()[0]);
        assert_eq!((words.file.as_str(), words.steps[0].body.as_str()), ("lesson.ko.md", "해 보세요."));
        assert_eq!(words.steps[0].blocks[0].text, "`kubectl get pods`");
        assert_eq!(step.get("solution").str(), "kubectl get pods\n");
        assert_eq!(step.at("checks").array()[0].get("object").str(), "deployment/web -n shop");
        for left in ["assets/x/run.sh: it goes to /opt", "assets/no: no such", "the checks of step1 (drafted"] {
            assert!(imported.left.iter().any(|text| text.contains(left)), "{left}: {:#?}", imported.left);
        }
    }
}
