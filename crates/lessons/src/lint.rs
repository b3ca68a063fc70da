//! What is wrong with a lesson, found without playing it: its plan here, its words in a file of their own.

mod played;
mod words;

use crate::clause::{self, FORMS, Form, Takes};
use crate::lesson::{Lesson, PLAN, Problem, commands};
use crate::reference::Reference;
use crate::{expect, field};
use api::regex::Regex;
use api::{Kind, Value};

/// Keys of lesson.yaml.
const LESSON: &[&str] =
    &["number", "level", "minutes", "seed", "workers", "files", "start", "steps", "routes", "mistakes", "notes"];
/// Keys of a step.
const STEP: &[&str] = &["id", "solution", "checks", "notes", "patience"];
const NOTE: &[&str] = &["id", "when"];
const ROUTE: &[&str] = &["name", "steps"];
const MISTAKE: &[&str] = &["name", "step", "type", "unmet", "note", "back"];
const LEVELS: &[&str] = &["beginner", "intermediate", "advanced"];
/// Keys that any check may have.
const ANY_CHECK: &[&str] = &["id", "for"];
/// Forms that say nothing without another key, and what that is.
const NEEDS: [(&str, &str, &str); 4] = [
    ("env", "in", "the Pods whose containers are asked"),
    ("reached", "from", "the Pods that should have asked"),
    ("written", "by", "a user, as kubectl's --as takes one"),
    ("selector", "matches", "the objects that it should select"),
];
/// How many accepted routes a lesson needs (the solution is one), and how many mistakes.
const ENOUGH: usize = 2;

/// Everything that is wrong with a lesson, by file and line.
pub fn lint(lesson: &Lesson) -> Vec<Problem> {
    let mut linter = Linter { lesson, problems: Vec::new() };
    linter.plan();
    if lesson.steps().is_empty() {
        // What is said of steps elsewhere would be said to be wrong, too.
        return linter.problems;
    }
    for words in &lesson.words {
        linter.words(words);
    }
    linter.same_in_every_language();
    linter.problems
}

/// What is wrong with a clause that stands alone.
pub fn clause_problems(clause: &Value) -> Vec<String> {
    let mut linter = Linter { lesson: &Lesson::default(), problems: Vec::new() };
    linter.clause(clause, "");
    linter.problems.into_iter().map(|problem| problem.text).collect()
}

struct Linter<'a> {
    lesson: &'a Lesson,
    problems: Vec<Problem>,
}

impl Linter<'_> {
    fn at(&mut self, path: &str, text: impl Into<String>) {
        let line = self.lesson.line_of(path);
        self.problems.push(Problem { file: PLAN.into(), line, text: text.into() });
    }

    fn keys(&mut self, value: &Value, path: &str, known: &[&str]) {
        let what = if path.is_empty() { "lesson.yaml" } else { path };
        if value.as_object().is_none() {
            return self.at(path, format!("{what} is a mapping with some of {}", known.join(", ")));
        }
        for (key, _) in value.entries() {
            if !known.contains(&key.as_str()) {
                self.at(&join(path, key), format!("{what} has no key {key:?} ({})", known.join(", ")));
            }
        }
    }

    /// The members of a list; what is something else is said to be none.
    fn list<'v>(&mut self, of: &'v Value, key: &str, path: &str) -> &'v [Value] {
        let list = of.get(key);
        if !matches!(list, Value::Null | Value::Array(_)) {
            self.at(&join(path, key), format!("{key} is a list: each member begins with a dash"));
        }
        list.array()
    }

    fn plan(&mut self) {
        let plan = self.lesson.plan.clone();
        self.keys(&plan, "", LESSON);
        if !LEVELS.contains(&plan.get("level").str()) {
            self.at("level", format!("level is one of {}", LEVELS.join(", ")));
        }
        if !plan.get("minutes").as_int().is_some_and(|minutes| (1..=240).contains(&minutes)) {
            self.at("minutes", "minutes is how long the lesson takes: a number from 1 to 240");
        }
        let listed = self.list(&plan, "files", "").to_vec();
        for (at, name) in listed.iter().enumerate() {
            if name.str().contains('\'') {
                self.at(&format!("files[{at}]"), "a file's name has no quotes");
            } else if !self.lesson.files.iter().any(|(file, _)| file == name.str()) {
                self.at(&format!("files[{at}]"), format!("the folder has no file {:?}", name.str()));
            }
        }
        let unlisted = |name: &String| !name.starts_with('.') && !listed.iter().any(|listed| listed.str() == name);
        // Of a list that is none, that has been said.
        let can_tell = matches!(plan.get("files"), Value::Null | Value::Array(_));
        for (name, _) in self.lesson.files.iter().filter(|(name, _)| can_tell && unlisted(name)) {
            let text = "no learner gets this file: lesson.yaml does not name it under files";
            self.problems.push(Problem { file: name.clone(), line: 0, text: text.into() });
        }
        self.script(plan.get("start"), "start", true);
        let steps = self.list(&plan, "steps", "").to_vec();
        if steps.is_empty() {
            return self.at("steps", "a lesson has steps: a list under the key steps");
        }
        for (at, step) in steps.iter().enumerate() {
            self.step(step, &format!("steps[{at}]"));
            if steps[..at].iter().any(|other| other.get("id") == step.get("id")) {
                self.at(&format!("steps[{at}].id"), format!("another step has the id {:?}", step.get("id").str()));
            }
        }
        self.notes(&plan, "");
        self.routes(&plan);
        self.mistakes(&plan);
    }

    /// A script that the shell can read.
    fn script(&mut self, script: &Value, path: &str, may_lack: bool) {
        match (script, commands(script.str())) {
            (Value::Null, _) if may_lack => {}
            (Value::Array(_) | Value::Object(_), _) => {
                self.at(path, format!("{path} is a text of commands, a line each: begin it with {}: |", last(path)));
            }
            (_, Err((offset, error))) => {
                let begin = self.lesson.line_of(path);
                let above = self.lesson.plan_text.lines().nth(begin.saturating_sub(1)).unwrap_or_default();
                // The text of a block begins in the line after its key.
                let line = begin + offset + usize::from(above.trim_end().ends_with(['|', '>', '-']));
                let text = format!("the shell cannot read this: {error}");
                self.problems.push(Problem { file: PLAN.into(), line, text });
            }
            (_, Ok(found)) if found.is_empty() => self.at(path, format!("{path} has no command")),
            _ => {}
        }
    }

    /// That there is an id, and that others can name it.
    fn id(&mut self, of: &Value, path: &str, missing: &str) {
        match of.get("id") {
            Value::Null => self.at(path, missing),
            id if id.str().is_empty() => {
                self.at(&join(path, "id"), format!("an id is a text: write {:?}", field::text(id)));
            }
            _ => {}
        }
    }

    fn step(&mut self, step: &Value, path: &str) {
        self.keys(step, path, STEP);
        self.id(step, path, "a step has an id");
        self.script(step.get("solution"), &join(path, "solution"), false);
        self.duration(step.get("patience"), &join(path, "patience"));
        let checks = self.list(step, "checks", path);
        if checks.is_empty() && !matches!(step.get("checks"), Value::Object(_)) {
            self.at(path, "a step has checks: a list, each with an id and a clause");
        }
        for (at, check) in checks.iter().enumerate() {
            let path = format!("{path}.checks[{at}]");
            self.id(check, &path, "a check has an id");
            if checks[..at].iter().any(|other| other.get("id") == check.get("id")) {
                self.at(&path, format!("another check of this step has the id {:?}", check.get("id").str()));
            }
            self.duration(check.get("for"), &join(&path, "for"));
            self.clause(check, &path);
        }
        self.notes(step, path);
    }

    fn notes(&mut self, holder: &Value, path: &str) {
        for (at, note) in self.list(holder, "notes", path).iter().enumerate() {
            let path = join(path, &format!("notes[{at}]"));
            self.keys(note, &path, NOTE);
            self.id(note, &path, "a note has an id");
            if note.get("when").array().is_empty() {
                self.at(&join(&path, "when"), "a note has, under when, a list of clauses");
            }
            for (at, clause) in note.get("when").array().iter().enumerate() {
                self.clause(clause, &format!("{path}.when[{at}]"));
            }
        }
    }

    fn clause(&mut self, clause: &Value, path: &str) {
        let Some(form) = clause::form(clause) else {
            let names: Vec<_> = FORMS.iter().map(|form| form.name).collect();
            let here: Vec<_> =
                clause.entries().map(|(key, _)| key.as_str()).filter(|key| !ANY_CHECK.contains(key)).collect();
            let instead = if here.is_empty() { String::new() } else { format!("; here are {}", here.join(", ")) };
            return self.at(path, format!("a clause has one of the keys {}{instead}", names.join(", ")));
        };
        let second = FORMS.iter().find(|other| {
            other.name != form.name
                && !clause.get(other.name).is_null()
                && form.keys.iter().all(|(key, _)| *key != other.name)
        });
        if let Some(second) = second {
            return self.at(
                &join(path, second.name),
                format!(
                    "`{}` and `{}` are two clauses: make two checks of them, or join them with all or any",
                    form.name, second.name
                ),
            );
        }
        self.takes(form.takes, clause.get(form.name), &join(path, form.name));
        for (key, value) in clause.entries().filter(|(key, _)| *key != form.name) {
            match form.keys.iter().find(|(known, _)| known == key) {
                Some((_, takes)) => self.takes(*takes, value, &join(path, key)),
                None if ANY_CHECK.contains(&key.as_str()) => {}
                None => self.at(&join(path, key), unknown_key(form, key)),
            }
        }
        if let Some(kind) = built_in(clause.get(form.name).str()) {
            self.object(clause, kind, path);
        }
        if let Some((_, key, what)) =
            NEEDS.iter().find(|(name, key, _)| form.name == *name && clause.get(key).is_null())
        {
            self.at(path, format!("`{}` needs `{key}`: {what}", form.name));
        }
        if form.takes == Takes::Deed && clause.get("to").is_null() {
            self.at(path, format!("`{}` needs `to`: a user, as kubectl's --as takes one", form.name));
        }
        if form.name == "endpoints" && !clause.get("endpoints").str().starts_with("s") {
            self.at(path, "`endpoints` takes service/NAME");
        }
    }

    /// Fields and columns that objects of a kind have.
    fn object(&mut self, clause: &Value, kind: &'static Kind, path: &str) {
        for (key, _) in clause.get("fields").entries() {
            // What is said of a path that cannot be read was said above.
            if field::problem(key).is_none()
                && let Some(problem) = field::unknown(key, kind)
            {
                self.at(&format!("{path}.fields.{key}"), problem);
            }
        }
        let columns = crate::scene::columns(kind);
        for (key, _) in clause.get("columns").entries() {
            if !columns.iter().any(|column| column.eq_ignore_ascii_case(key)) {
                let all = columns.join(", ").to_uppercase();
                self.at(&format!("{path}.columns.{key}"), format!("{} has no column {key:?} ({all})", kind.kind));
            }
        }
    }

    fn takes(&mut self, takes: Takes, value: &Value, path: &str) {
        let problem = match takes {
            Takes::Reference => reference(value.str()).err(),
            Takes::Spot if value.str() == "workstation" => None,
            Takes::Spot => match reference(value.str()) {
                Ok(found) if matches!(found.kind.kind, "Pod" | "Node") => None,
                Ok(_) => Some("this is workstation, node/NAME or a reference to Pods".into()),
                Err(problem) => Some(problem),
            },
            Takes::Number if value.as_bool() == Some(false) && path.ends_with("answers") => None,
            Takes::Number => expect::problem(value).or_else(|| expect::no_number(value)),
            Takes::Expected => expect::problem(value),
            Takes::Bool => value.as_bool().is_none().then(|| "this is true or false".into()),
            Takes::Text => value.str().is_empty().then(|| "this is a text".into()),
            Takes::Regex if value.str().is_empty() => Some("this is a regular expression".into()),
            Takes::Regex => Regex::go(value.str()).err().map(|error| format!("this is no regular expression: {error}")),
            Takes::Texts => {
                let good = !value.str().is_empty()
                    || !value.is_empty() && value.array().iter().all(|text| !text.str().is_empty());
                (!good).then(|| "this is a text or a list of texts (numbers in quotes)".into())
            }
            Takes::Duration => {
                api::time::parse_duration(value.str()).is_none().then(|| "this is a span of time such as 30s".into())
            }
            Takes::Fields => {
                for (key, expected) in value.entries() {
                    if let Some(problem) = field::problem(key).or_else(|| expect::problem(expected)) {
                        self.at(&join(path, key), problem);
                    }
                }
                value.is_empty().then(|| "this is a mapping from paths of fields to values".into())
            }
            Takes::Columns => {
                for (column, expected) in value.entries() {
                    if let Some(problem) = expect::problem(expected) {
                        self.at(&join(path, column), problem);
                    }
                }
                value.is_empty().then(|| "this is a mapping from columns of kubectl get to values".into())
            }
            Takes::Deed => clause::rights::Deed::parse(value.str(), &api::kind::served().collect::<Vec<_>>()).err(),
            Takes::Clause => return self.clause(value, path),
            Takes::Clauses => {
                for (at, clause) in value.array().iter().enumerate() {
                    self.clause(clause, &format!("{path}[{at}]"));
                }
                value.array().is_empty().then(|| "this is a list of clauses".into())
            }
        };
        if let Some(problem) = problem {
            self.at(path, problem);
        }
    }

    fn duration(&mut self, value: &Value, path: &str) {
        if !value.is_null() {
            self.takes(Takes::Duration, value, path);
        }
    }
}

/// A reference as far as it can be judged without a cluster: kinds of custom resources are written with their group.
fn reference(text: &str) -> Result<Reference, String> {
    let kinds: Vec<_> = api::kind::served().collect();
    let custom = text.split(['/', ' ']).next().is_some_and(|kind| kind.matches('.').count() > 1);
    match Reference::parse(text, &kinds) {
        Err(_) if custom => Reference::parse("pods", &kinds),
        found => found,
    }
}

/// The kind that a reference names, if every cluster has it.
fn built_in(text: &str) -> Option<&'static Kind> {
    Reference::parse(text, &api::kind::served().collect::<Vec<_>>()).ok().map(|reference| reference.kind)
}

fn unknown_key(form: &Form, key: &str) -> String {
    let names: Vec<_> = form.keys.iter().map(|(name, _)| *name).chain(ANY_CHECK.iter().copied()).collect();
    format!("`{}` goes with {}, not with {key:?}", form.name, names.join(", "))
}

/// The last key of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
