//! Words of commands: their expansion, with the answers of the commands in it, and what is done then.

use super::frame::{Expand, Frame};
use super::{Around, Io, MAX_CALLS, MAX_TASKS, Machine, Output, State, Task};
use crate::syntax::{Compound, Part, Redirect, Script, Simple, Word};
use crate::{Answer, Dialect, Expander, Halt, Jump, glob};
use std::sync::Arc;

/// What is done with words once they are expanded.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Simple(Arc<Simple>),
    /// The lists of `declare` and its kin, after it has run; its status.
    Lists(Arc<Simple>, i32),
    Redirects(Arc<Compound>, Arc<Vec<Redirect>>),
    For(Arc<Compound>),
    ForStart(Arc<Compound>),
    ForStep(Arc<Compound>, i32),
    /// The branches from this one on; whether the first of them runs whatever it is for.
    Case(Arc<Compound>, usize, bool),
    Test(Arc<Compound>),
    Arithmetic(Arc<Compound>),
}

impl Work {
    fn runs(&self) -> bool {
        match self {
            Work::Simple(simple) => simple.runs(),
            Work::Lists(..) => true,
            Work::Redirects(_, redirects) => redirects.iter().any(Redirect::runs),
            Work::For(compound)
            | Work::ForStart(compound)
            | Work::ForStep(compound, _)
            | Work::Case(compound, ..)
            | Work::Test(compound)
            | Work::Arithmetic(compound) => match &**compound {
                Compound::For(_, words, _) => words.iter().flatten().any(Word::runs),
                Compound::ForArithmetic(words, _) => words.iter().any(Word::runs),
                Compound::Case(subject, arms) => {
                    subject.runs() || arms.iter().any(|(patterns, ..)| patterns.iter().any(Word::runs))
                }
                Compound::Test(words) => words.iter().any(Word::runs),
                Compound::Arithmetic(word) => word.runs(),
                _ => false,
            },
        }
    }
}

impl Machine {
    /// Expands words and goes on with what they are.
    pub(super) fn expand(&mut self, task: &mut Task, work: Work, around: &mut dyn Around) {
        let before = work.runs().then(|| task.memory.clone());
        if let Err(script) = self.attempt(task, &work, &[], around) {
            let before = before.unwrap_or_else(|| task.memory.clone());
            self.ask_for(task, work, Vec::new(), before, script);
        }
    }

    /// An expansion goes on with one answer more.
    pub(super) fn answered(&mut self, task: &mut Task, expand: Expand, around: &mut dyn Around) {
        let Expand { work, mut answers, before, child, pipe } = expand;
        let output = self.pipe_of(pipe).map(|pipe| std::mem::take(&mut pipe.text)).unwrap_or_default();
        answers.push((output.trim_end_matches('\n').to_owned(), self.reap(child)));
        task.memory.clone_from(&before);
        if let Err(script) = self.attempt(task, &work, &answers, around) {
            self.ask_for(task, work, answers, before, script);
        }
    }

    /// Runs commands for what they print.
    fn ask_for(&mut self, task: &mut Task, work: Work, answers: Vec<Answer>, before: crate::Memory, script: Script) {
        if self.tasks.len() >= MAX_TASKS || task.memory.calls >= MAX_CALLS {
            task.value = Err(Jump::Fail(2));
            return;
        }
        let pipe = self.pipe(String::new(), true);
        let io = Io { out: Output::Pipe(pipe), ..task.io.clone() };
        let child = self.spawn(task, io, Frame::Script(script, 0));
        if let Some(child) = self.find_mut(child) {
            child.memory.calls += 1;
            child.memory.tested = 0;
        }
        task.push(Frame::Expand(Box::new(Expand { work, answers, before, child, pipe })));
        task.state = State::Tasks(vec![child], None);
    }

    /// Expands with these answers; else the commands whose answer is needed next.
    fn attempt(
        &mut self,
        task: &mut Task,
        work: &Work,
        answers: &[Answer],
        around: &mut dyn Around,
    ) -> Result<(), Script> {
        match self.perform(task, work, answers, around) {
            Ok(()) => Ok(()),
            Err(Halt::Run(script)) => Err(script),
            Err(Halt::Fail(text, status)) => {
                let bash = task.memory.dialect == Dialect::Bash;
                if !text.is_empty() {
                    let text = if bash {
                        text
                    } else {
                        text.replace("unbound variable", "parameter not set")
                            .replace("readonly variable", "is read only")
                    };
                    self.complain(task, &text, around);
                }
                task.value = match work {
                    Work::Test(_) if status == 2 => Ok(2),
                    _ => Err(Jump::Fail(if bash { status } else { 2 })),
                };
                Ok(())
            }
        }
    }

    fn perform(
        &mut self,
        task: &mut Task,
        work: &Work,
        answers: &[Answer],
        around: &mut dyn Around,
    ) -> Result<(), Halt> {
        let mut words = Expander::new(&mut task.memory, around, answers);
        match work {
            Work::Simple(simple) => {
                let prepared = words.simple(simple)?;
                self.simple(task, simple, prepared, around);
            }
            Work::Lists(simple, status) => {
                simple.lists.iter().try_for_each(|list| words.give(list))?;
                task.value = Ok(*status);
            }
            Work::Redirects(compound, redirects) => {
                let openings = words.redirects(redirects)?;
                match self.open(task, &openings, around) {
                    Some(io) => {
                        let before = std::mem::replace(&mut task.io, io);
                        task.push(Frame::Restore(before));
                        self.compound(task, compound, around);
                    }
                    None => task.value = Ok(1),
                }
            }
            Work::For(compound) => {
                let Compound::For(_, Some(list), _) = &**compound else { return Ok(()) };
                let values = words.words(list)?;
                task.push(Frame::For(compound.clone(), Arc::new(values), 0, 0));
            }
            Work::ForStart(compound) => {
                let Compound::ForArithmetic([start, test, _], body) = &**compound else { return Ok(()) };
                words.arithmetic(start)?;
                let goes = test.0.iter().all(is_blank) || words.arithmetic(test)? != 0;
                task.value = Ok(0);
                if goes {
                    task.push(Frame::ForArithmetic(compound.clone(), 0));
                    task.push_script(body);
                }
            }
            Work::ForStep(compound, status) => {
                let Compound::ForArithmetic([_, test, step], body) = &**compound else { return Ok(()) };
                words.arithmetic(step)?;
                let goes = test.0.iter().all(is_blank) || words.arithmetic(test)? != 0;
                task.value = Ok(*status);
                if goes {
                    self.work(super::COMMAND);
                    task.push(Frame::ForArithmetic(compound.clone(), *status));
                    task.push_script(body);
                }
            }
            Work::Case(compound, from, falls) => {
                let Compound::Case(subject, arms) = &**compound else { return Ok(()) };
                let text: Vec<char> = words.one(subject)?.chars().collect();
                let mut falls = *falls;
                for (arm, (patterns, body, _)) in arms.iter().enumerate().skip(*from) {
                    let mut hit = std::mem::take(&mut falls);
                    for pattern in patterns {
                        hit = hit || glob::matches(&words.pattern(pattern)?, &text);
                    }
                    if hit {
                        task.push(Frame::Case(compound.clone(), arm));
                        task.push_script(body);
                        return Ok(());
                    }
                }
                task.value = Ok(if *from > 0 { task.memory.status } else { 0 });
            }
            Work::Test(compound) => {
                let Compound::Test(list) = &**compound else { return Ok(()) };
                if words.dialect == Dialect::Dash {
                    self.complain(task, "[[: not found", around);
                    task.value = Ok(127);
                    return Ok(());
                }
                let status = words.double_bracket(list)?;
                task.value = Ok(status);
            }
            Work::Arithmetic(compound) => {
                let Compound::Arithmetic(word) = &**compound else { return Ok(()) };
                let value = words.arithmetic(word)?;
                task.value = Ok(i32::from(value == 0));
            }
        }
        Ok(())
    }
}

fn is_blank(part: &Part) -> bool {
    matches!(part, Part::Quoted(text) if text.trim().is_empty())
}
