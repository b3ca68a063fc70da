//! A lesson's files become what is built.

use super::Draft;
use crate::set::Own;
use api::{Language, Value, obj};
use lessons::{Block, BlockKind, Lesson, Quiz, StepWords, Words};

impl Draft {
    /// Opens a lesson. Everything that its files say is there; what cannot be read in them is not.
    pub fn open(own: &Own) -> Draft {
        let (lesson, _) = own.read();
        let mut draft = Draft::of(&lesson);
        draft.0.set("kept", own.value().get("files").clone());
        draft
    }

    /// What a lesson says.
    pub(super) fn of(lesson: &Lesson) -> Draft {
        let mut plan = match &lesson.plan {
            Value::Object(_) => lesson.plan.clone(),
            _ => Value::object(),
        };
        if plan.get("steps").array().is_empty() {
            plan.set("steps", vec![obj! { "id" => "step-1" }]);
        }
        let ids: Vec<_> = plan.get("steps").array().iter().map(|step| step.get("id").to_str()).collect();
        let (mut said, mut steps) = (Value::object(), vec![Value::object(); ids.len()]);
        for words in &lesson.words {
            say(&mut said, words);
            for step in &words.steps {
                let there = ids
                    .iter()
                    .position(|id| **id == *step.id)
                    .or_else(|| (ids.len()..steps.len()).find(|at| steps[*at].get("id").str() == step.id));
                let at = there.unwrap_or_else(|| {
                    steps.push(obj! { "id" => step.id.as_str() });
                    steps.len() - 1
                });
                say_step(&mut steps[at], step, words.lang);
            }
        }
        let listed = plan.get("files").array().to_vec();
        let place = |name: &str| listed.iter().position(|file| file.str() == name).unwrap_or(usize::MAX);
        let mut files: Vec<&(String, String)> = lesson.files.iter().collect();
        api::sort_by_key(&mut files, |(name, _)| place(name));
        let files = files.iter().map(|(name, text)| obj! { "name" => name.as_str(), "text" => text.as_str() });
        let files: Vec<Value> = files.collect();
        plan.remove("files");
        Draft(
            obj! { "name" => lesson.name.as_str(), "plan" => plan, "said" => said, "steps" => steps, "files" => files },
        )
    }
}

fn put(into: &mut Value, path: &str, lang: Language, text: &str) {
    if !text.is_empty() {
        into.at_mut(path).object_mut().insert(lang.tag(), text.into());
    }
}

fn say(said: &mut Value, words: &Words) {
    put(said, "title", words.lang, &words.title);
    put(said, "summary", words.lang, &words.summary);
    put(said, "intro", words.lang, &words.intro);
    if let Some((title, text)) = &words.end {
        put(said, "end.title", words.lang, title);
        put(said, "end.text", words.lang, text.trim());
    }
}

fn say_step(step: &mut Value, words: &StepWords, lang: Language) {
    put(step, "title", lang, &words.title);
    put(step, "goal", lang, &words.body);
    let blocks = step.object_mut().entry("blocks").array_mut();
    for block in &words.blocks {
        let (kind, tag) = (block.kind.name(), lang.tag());
        // The same in another language: the first of this kind and id that says nothing in this one.
        let is_it = |other: &Value| {
            let silent = other.get("text").get(tag).is_null() && other.get("question").get(tag).is_null();
            other.get("kind").str() == kind && other.get("id").str() == block.id && silent
        };
        let at = blocks.iter().position(is_it).unwrap_or_else(|| {
            let id = if block.id.is_empty() { Value::Null } else { block.id.as_str().into() };
            blocks.push(obj! { "kind" => kind, "id" => id });
            blocks.len() - 1
        });
        say_block(&mut blocks[at], block, lang);
    }
}

fn say_block(into: &mut Value, block: &Block, lang: Language) {
    if block.kind != BlockKind::Quiz {
        return put(into, "text", lang, &block.text);
    }
    let quiz = Quiz::read(&block.text);
    put(into, "question", lang, &quiz.question);
    let answers = into.object_mut().entry("answers").array_mut();
    for (at, answer) in quiz.answers.iter().enumerate() {
        if at == answers.len() {
            answers.push(obj! { "right" => answer.right });
        }
        put(&mut answers[at], "text", lang, &answer.text);
        put(&mut answers[at], "why", lang, &answer.why);
    }
}
