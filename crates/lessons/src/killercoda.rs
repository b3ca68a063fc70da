//! Scenario folders of Killercoda (and Katacoda, whose format it is): index.json, a Markdown file a step, and scripts. What has a
//! counterpart becomes a lesson; what has none is listed.
//!
//! A scenario knows neither other routes nor mistakes, and checks by a script that ends with status 0: whoever imports one writes
//! the checks that lesson.yaml asks for. What a verify script asks of kubectl is kept beside each step as a comment, to start from.

use api::{Value, json};
use std::fmt::Write;

/// A lesson's files, and what could not be mapped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Names and texts: lesson.yaml, lesson.en.md.
    pub files: Vec<(String, String)>,
    /// What had no counterpart.
    pub left: Vec<String>,
}

/// Marks that Killercoda puts behind code which a click runs or copies.
const MARKS: [&str; 4] = ["{{exec}}", "{{execute}}", "{{copy}}", "{{exec interrupt}}"];

/// Keys of index.json that mean something here.
const KNOWN: &[&str] = &["title", "description", "details", "time", "difficulty"];

/// Makes a lesson of a scenario's files.
///
/// # Errors
/// There is no index.json, or it is none.
pub fn import(files: &[(String, String)]) -> Result<Imported, String> {
    let text = |name: &str| files.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str());
    let index = json::parse(text("index.json").ok_or("the folder has no index.json")?)?;
    let mut left: Vec<String> = Vec::new();
    for (key, _) in index.entries().filter(|(key, _)| !KNOWN.contains(&key.as_str())) {
        left.push(format!("index.json: {key}"));
    }
    let details = index.get("details");
    let part = |of: &Value, key: &str, left: &mut Vec<String>| -> String {
        let name = of.get(key).str();
        let found = text(name).unwrap_or_default();
        if !name.is_empty() && found.is_empty() {
            left.push(format!("{name}: no such file"));
        }
        found.to_owned()
    };
    let intro = details.get("intro");
    let start = part(intro, "background", &mut left) + &part(intro, "foreground", &mut left);
    let mut plan = format!("level: {}\nminutes: {}\n", level(&index), minutes(&index));
    if !start.trim().is_empty() {
        block(&mut plan, "", "start", &script(&start));
    }
    plan.push_str("steps:\n");
    let mut words = format!(
        "---\ntitle: {}\nsummary: {}\n---\n{}\n",
        quoted(index.get("title").str()),
        quoted(api::text::or(index.get("description").str(), index.get("title").str())),
        prose(&part(intro, "text", &mut left))
    );
    for (at, step) in details.get("steps").array().iter().enumerate() {
        let id = format!("step{}", at + 1);
        let body = part(step, "text", &mut left);
        _ = write!(words, "\n## {} {{#{id}}}\n\n{}\n", api::text::or(step.get("title").str(), &id), prose(&body));
        _ = writeln!(words, "\n:::hint\nTODO: a hint.\n:::");
        _ = writeln!(plan, "- id: {id}");
        block(&mut plan, "  ", "solution", &commands_in(&body));
        let verify = part(step, "verify", &mut left);
        for line in verify.lines().filter(|line| !line.trim().is_empty()) {
            _ = writeln!(plan, "  # verify: {line}");
        }
        plan.push_str("  checks: []\n");
        left.push(format!(
            "lesson.yaml: the checks of {id}{}",
            if verify.is_empty() { "" } else { " (its verify script is there as a comment)" }
        ));
        for key in ["background", "foreground"] {
            if !step.get(key).is_null() {
                left.push(format!("{id}: its {key} script; a step types nothing by itself"));
            }
        }
    }
    _ = write!(words, "\n## Done {{#end}}\n\n{}\n", prose(&part(details.get("finish"), "text", &mut left)));
    if !details.get("assets").is_null() {
        left.push("index.json: assets; name the files under `files` in lesson.yaml".into());
    }
    left.push("lesson.yaml: routes and mistakes".into());
    Ok(Imported { files: vec![("lesson.yaml".into(), plan), ("lesson.en.md".into(), words)], left })
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
    _ = writeln!(plan, "{indent}{key}: |");
    for line in text.lines() {
        _ = writeln!(plan, "{indent}  {line}");
    }
}

/// A script without what only a file has: its first line, and options of the shell.
fn script(text: &str) -> String {
    let kept = text
        .lines()
        .filter(|line| !line.starts_with("#!") && !line.trim().starts_with("set -") && !line.trim().is_empty());
    kept.collect::<Vec<_>>().join("\n")
}

/// The Markdown without Killercoda's marks, its headings one level lower so that they are no steps.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for mark in MARKS {
            line = line.replace(mark, "");
        }
        if line.starts_with("# ") || line.starts_with("## ") {
            line = format!("###{}", line.trim_start_matches('#'));
        }
        out.push_str(&line);
        out.push('\n');
    }
    out.trim().to_owned()
}

/// The commands that a click runs: code with a mark to execute, in fences or within a line.
fn commands_in(text: &str) -> String {
    let (mut commands, mut fence) = (Vec::new(), None::<Vec<&str>>);
    for line in text.lines() {
        let trimmed = line.trim();
        match (&mut fence, trimmed.strip_prefix("```")) {
            (Some(lines), Some(after)) => {
                if after.contains("{{exec") {
                    commands.append(lines);
                }
                fence = None;
            }
            (Some(lines), None) => lines.push(line),
            (None, Some(_)) => fence = Some(Vec::new()),
            (None, None) => {
                // `command`{{exec}}
                for (before, _) in line.match_indices("`{{exec").map(|(at, _)| line.split_at(at)) {
                    commands.extend(before.rsplit('`').next());
                }
            }
        }
    }
    commands.join("\n")
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
        assert!(crate::lint(&lesson).iter().any(|problem| problem.text.starts_with("a step has checks")));
        assert!(import(&[]).is_err() && import(&[file("index.json", "[")]).is_err());
    }
}
