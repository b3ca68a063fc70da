//! What is built becomes a lesson's files.

use super::Draft;
use crate::set::Own;
use api::{Language, Value, yaml};
use lessons::{Answer, Lesson, Quiz};

impl Draft {
    /// The languages in which something is said.
    pub fn languages(&self) -> Vec<Language> {
        let speaks = |lang: &Language| {
            says(self.0.get("said"), lang.tag())
                || self.0.get("steps").array().iter().any(|step| says(step, lang.tag()))
        };
        Language::ALL.into_iter().filter(speaks).collect()
    }

    /// The files of the lesson's folder. `lang` is that of a lesson without any words.
    pub fn own(&self, lang: Language) -> Own {
        let mut languages = self.languages();
        if languages.is_empty() {
            languages.push(lang);
        }
        let texts = self.0.get("files").array().iter();
        let mut files: Vec<(String, String)> =
            texts.map(|file| (file.get("name").str().to_owned(), file.get("text").str().to_owned())).collect();
        files.retain(|(name, _)| !name.is_empty());
        for lang in languages {
            files.push((format!("lesson.{}.md", lang.tag()), self.words(lang)));
        }
        files.push(("lesson.yaml".to_owned(), yaml::to_string(&self.plan())));
        let own = Own { name: self.name(), files };
        self.as_it_was(own)
    }

    /// What says the same as when it was opened stays as it was written: with its comments, its order, its blank lines.
    fn as_it_was(&self, mut own: Own) -> Own {
        let kept = Own::of(&api::obj! { "name" => own.name.as_str(), "files" => self.0.get("kept").clone() });
        let (before, now) = (Lesson::read(&own.name, &kept.files).0, Lesson::read(&own.name, &own.files).0);
        let same_words = |tag: &str| {
            let words = |lesson: &Lesson| {
                let words = lesson.words.iter().filter(|words| words.lang.tag() == tag).cloned().collect();
                let draft = Draft::of(&Lesson { words, plan: now.plan.clone(), ..Lesson::default() });
                (draft.0.get("said").clone(), draft.0.get("steps").clone())
            };
            words(&before) == words(&now)
        };
        for (name, text) in &mut own.files {
            let Some((_, old)) = kept.files.iter().find(|(kept, _)| kept == name) else { continue };
            let same = match (name.as_str(), name.strip_prefix("lesson.").and_then(|rest| rest.strip_suffix(".md"))) {
                ("lesson.yaml", _) => before.plan == now.plan,
                (_, Some(tag)) => same_words(tag),
                _ => false,
            };
            if same {
                text.clone_from(old);
            }
        }
        own
    }

    /// lesson.yaml: scripts end with a line's end, files are listed, a mistake has a name and a check that notices it.
    fn plan(&self) -> Value {
        let mut plan = self.0.get("plan").clone();
        let names = self.0.get("files").array().iter().map(|file| file.get("name"));
        let names: Vec<Value> = names.filter(|name| !name.str().is_empty()).cloned().collect();
        if !names.is_empty() {
            plan.set("files", names);
        }
        let first = |step: &str| {
            let step = self.steps().iter().find(|other| other.get("id").str() == step);
            step.and_then(|step| step.get("checks").array().first()).map(|check| check.get("id").clone())
        };
        each(&mut plan, "steps", &mut |step| {
            ended(step, "solution");
            drop_empty(step, "notes");
        });
        each(&mut plan, "mistakes", &mut |mistake| {
            if mistake.get("name").is_null() {
                let name = mistake.get("type").str().trim().lines().last().unwrap_or("?").to_owned();
                mistake.set("name", name);
            }
            if mistake.get("unmet").is_null()
                && let Some(check) = first(mistake.get("step").str())
            {
                mistake.set("unmet", check);
            }
            ended(mistake, "type");
            ended(mistake, "back");
        });
        each(&mut plan, "routes", &mut |route| {
            let ids: Vec<_> = route.get("steps").entries().map(|(id, _)| id.clone()).collect();
            ids.iter().for_each(|id| ended(route.object_mut().entry("steps"), id));
        });
        if let Some(routes) = plan.as_object().and_then(|plan| plan.get("routes")) {
            let routes: Vec<Value> =
                routes.array().iter().filter(|route| !route.get("steps").is_empty()).cloned().collect();
            plan.set("routes", routes);
        }
        for list in ["routes", "mistakes", "notes"] {
            drop_empty(&mut plan, list);
        }
        ended(&mut plan, "start");
        plan
    }

    /// lesson.LANG.md.
    fn words(&self, lang: Language) -> String {
        let tag = lang.tag();
        let said = |value: &Value| plain(value.get(tag).str().trim());
        let line = |value: &Value| value.get(tag).str().trim().replace('\n', " ");
        let whole = self.0.get("said");
        let mut front = Value::object();
        for key in ["title", "summary"] {
            front.set(key, line(whole.get(key)));
        }
        let mut out = format!("---\n{}---\n{}\n", yaml::to_string(&front), said(whole.get("intro")));
        for (at, step) in self.0.get("steps").array().iter().enumerate() {
            let id = self.steps().get(at).unwrap_or(step).get("id").str();
            let title = line(step.get("title"));
            let heading = match (title.is_empty(), lang) {
                (false, _) => title,
                (true, Language::Korean) => format!("{}단계", at + 1),
                (true, _) => format!("Step {}", at + 1),
            };
            out.push_str(&format!("\n## {heading} {{#{id}}}\n\n{}\n", said(step.get("goal"))));
            for block in step.get("blocks").array() {
                let text = match block.get("kind").str() {
                    "quiz" => quiz(block, tag),
                    _ => said(block.get("text")),
                };
                if !text.trim().is_empty() {
                    let mark = format!("{} {}", block.get("kind").str(), block.get("id").str());
                    out.push_str(&format!("\n:::{}\n{text}\n:::\n", mark.trim()));
                }
            }
        }
        let (title, text) = (line(whole.at("end.title")), said(whole.at("end.text")));
        let (well, over) = match lang {
            Language::Korean => ("잘하셨습니다", "여기까지입니다."),
            _ => ("Well done", "That was it."),
        };
        let end = if title.is_empty() { well.to_owned() } else { title };
        out + &format!("\n## {end} {{#end}}\n\n{}\n", if text.is_empty() { over } else { &text })
    }
}

/// Whether something within a tree of words is said in a language.
fn says(value: &Value, tag: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| says(item, tag)),
        _ => value.entries().any(|(key, inner)| match inner {
            Value::String(text) => key.as_str() == tag && !text.trim().is_empty(),
            _ => says(inner, tag),
        }),
    }
}

/// A quiz as it stands in a file; empty if it says nothing in this language.
fn quiz(block: &Value, tag: &str) -> String {
    let text = |value: &Value| value.get(tag).str().trim().to_owned();
    let answers = block.get("answers").array().iter().map(|answer| Answer {
        right: answer.get("right").bool(),
        text: text(answer.get("text")),
        why: text(answer.get("why")),
    });
    let quiz = Quiz { question: plain(&text(block.get("question"))), answers: answers.collect() };
    if says(block, tag) { quiz.text() } else { String::new() }
}

fn each(of: &mut Value, list: &str, change: &mut dyn FnMut(&mut Value)) {
    if let Value::Array(_) = of.get(list) {
        of.object_mut().entry(list).array_mut().iter_mut().for_each(change);
    }
}

/// A script of several lines ends with a line's end.
fn ended(of: &mut Value, key: &str) {
    let Some(script) = of.get(key).as_str() else { return };
    if script.contains('\n') && !script.ends_with('\n') {
        let script = format!("{script}\n");
        of.object_mut().insert(key, script.into());
    }
}

fn drop_empty(of: &mut Value, list: &str) {
    if of.as_object().is_some_and(|fields| fields.contains_key(list)) && of.get(list).is_empty() {
        of.remove(list);
    }
}

/// A text that cannot be taken for a mark of the lesson's file, and whose code ends where it does.
fn plain(text: &str) -> String {
    let (mut out, mut fence) = (Vec::new(), false);
    for line in text.lines() {
        let line = line.trim_end();
        if line.trim_start().starts_with("```") {
            fence = !fence;
        }
        let mark = !fence && (line.starts_with(":::") || line.starts_with("## "));
        out.push(if mark { format!(" {line}") } else { line.to_owned() });
    }
    if fence {
        out.push("```".to_owned());
    }
    out.join("\n")
}
