//! What is wrong with the words of a lesson: against its plan, and between languages.

use super::Linter;
use crate::clause;
use crate::killercoda::TODO;
use crate::lesson::{Lesson, Problem};
use crate::quiz::Quiz;
use crate::words::{BlockKind, StepWords, Words};
use api::Value;

impl Linter<'_> {
    /// The words of one language against the plan.
    pub(super) fn words(&mut self, words: &Words) {
        let lesson = self.lesson;
        let mut wrong =
            |line: usize, text: String| self.problems.push(Problem { file: words.file.clone(), line, text });
        if words.intro.is_empty() {
            wrong(1, "nothing is said before the first step: what is this lesson about?".into());
        }
        if words.end.is_none() {
            wrong(0, "nothing is said at the end: ## Heading {#end}".into());
        }
        for (at, _) in words.text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(TODO)) {
            wrong(at + 1, format!("this is still to be written ({TODO})"));
        }
        let planned: Vec<&str> = lesson.steps().iter().map(|step| step.get("id").str()).collect();
        for (at, step) in words.steps.iter().enumerate() {
            match planned.iter().position(|id| *id == step.id) {
                None => wrong(step.line, format!("lesson.yaml has no step {:?} ({})", step.id, planned.join(", "))),
                Some(_) if words.steps[..at].iter().any(|other| other.id == step.id) => {
                    wrong(step.line, format!("step {:?} has words already: which is this?", step.id));
                }
                Some(place) if place != at => {
                    wrong(step.line, format!("step {:?} comes in another order than in lesson.yaml", step.id))
                }
                Some(_) => step_words(step, lesson, &mut wrong),
            }
        }
        for id in planned.iter().filter(|id| words.step(id).is_none()) {
            wrong(0, format!("step {id:?} of lesson.yaml has no words: ## Heading {{#{id}}}"));
        }
    }

    /// Blocks and right answers do not depend on the language.
    pub(super) fn same_in_every_language(&mut self) {
        let Some((first, others)) = self.lesson.words.split_first() else { return };
        for words in others {
            for step in &words.steps {
                let Some(model) = first.step(&step.id) else { continue };
                let (a, b) = (outline(model), outline(step));
                if a != b {
                    let only = |a: &[String], b: &[String], file: &str| match beyond(a, b) {
                        none if none.is_empty() => String::new(),
                        some => format!("; only in {file}: {}", some.join(", ")),
                    };
                    let text = format!(
                        "step {:?} has other blocks than in {}{}{}",
                        step.id,
                        first.file,
                        only(&a, &b, &first.file),
                        only(&b, &a, &words.file)
                    );
                    self.problems.push(Problem { file: words.file.clone(), line: step.line, text });
                }
            }
        }
    }
}

fn step_words(step: &StepWords, lesson: &Lesson, wrong: &mut dyn FnMut(usize, String)) {
    let plan = lesson.step(&step.id);
    let has = |list: &Value, id: &str| list.array().iter().any(|member| member.get("id").str() == id);
    let any_note = |id: &str| has(plan.get("notes"), id) || has(lesson.plan.get("notes"), id);
    if step.body.is_empty() {
        wrong(step.line, "the step says no goal".into());
    }
    if step.blocks(BlockKind::Hint).next().is_none() {
        wrong(step.line, "the step has no hint".into());
    }
    for block in &step.blocks {
        let known = match block.kind {
            BlockKind::Hint => block.id.is_empty() || has(plan.get("checks"), &block.id),
            BlockKind::Unmet => has(plan.get("checks"), &block.id),
            BlockKind::Note => any_note(&block.id),
            BlockKind::Quiz => !block.id.is_empty(),
            BlockKind::Done => true,
        };
        if !known {
            wrong(block.line, format!("lesson.yaml has nothing of the id {:?} in step {:?}", block.id, step.id));
        }
        if block.text.is_empty() {
            wrong(block.line, "this block says nothing".into());
        }
        if block.kind == BlockKind::Quiz
            && let Some(problem) = Quiz::read(&block.text).problem()
        {
            wrong(block.line, problem.into());
        }
    }
    for note in
        plan.get("notes").array().iter().filter(|note| step.block(BlockKind::Note, note.get("id").str()).is_none())
    {
        wrong(step.line, format!("the note {:?} has no words: :::note {0}", note.get("id").str()));
    }
    let wordless = |check: &&Value| clause::form(check).is_some_and(|form| form.name == "not");
    for check in plan.get("checks").array().iter().filter(wordless) {
        if step.block(BlockKind::Unmet, check.get("id").str()).is_none() {
            wrong(step.line, format!("the check {:?} is a `not` and needs words: :::unmet {0}", check.get("id").str()));
        }
    }
}

/// What one list has more often than another.
fn beyond(list: &[String], other: &[String]) -> Vec<String> {
    let mut rest = other.to_vec();
    let mut more = list.to_vec();
    more.retain(|text| rest.iter().position(|other| other == text).map(|at| rest.remove(at)).is_none());
    more
}

/// The blocks of a step: kinds, ids, and which answers are right.
fn outline(step: &StepWords) -> Vec<String> {
    let right = |text: &str| {
        Quiz::read(text).answers.iter().map(|answer| if answer.right { 'x' } else { '-' }).collect::<String>()
    };
    let mut outline: Vec<String> = step
        .blocks
        .iter()
        .map(|block| match block.kind {
            BlockKind::Quiz => format!("Quiz {} [{}]", block.id, right(&block.text)),
            kind => format!("{kind:?} {}", block.id).trim().to_owned(),
        })
        .collect();
    api::sort(&mut outline);
    outline
}
