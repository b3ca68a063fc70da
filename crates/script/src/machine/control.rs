//! Lists, pipelines and compound commands.

use super::frame::{Frame, Source, iteration};
use super::strange::{strange, worded};
use super::work::Work;
use super::{Around, Input, Io, MAX_CALLS, MAX_TASKS, Machine, Output, State, Task};
use crate::syntax::{Command, Compound, Item, Join, Pipeline, Script};
use crate::{Dialect, Jump};
use std::sync::Arc;

impl Machine {
    pub(super) fn go_on_with_text(
        &mut self,
        task: &mut Task,
        text: Arc<str>,
        at: usize,
        source: Source,
        around: &mut dyn Around,
    ) {
        match task.value {
            Ok(status) if at > 0 => task.memory.status = status,
            Ok(_) => {}
            Err(jump) => {
                if source != Source::Shell {
                    task.memory.calls = task.memory.calls.saturating_sub(1);
                }
                if let (Source::File, Jump::Return(status)) = (source, jump) {
                    task.value = Ok(status);
                }
                return;
            }
        }
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if source != Source::Words {
            task.memory.line = 1 + text[..at + blank].matches('\n').count();
        }
        let problem = match crate::syntax::parse_one(rest, &task.memory.aliases) {
            Ok(None) => {
                if source != Source::Shell {
                    task.memory.calls = task.memory.calls.saturating_sub(1);
                }
                task.value = Ok(task.memory.status);
                return;
            }
            Ok(Some((script, used))) => match strange(&script, task.memory.dialect) {
                false => {
                    task.frames.push(Frame::Text(text, at + used, source));
                    return task.push_script(&script);
                }
                true if task.memory.dialect == Dialect::Dash => "Syntax error: \"(\" unexpected".to_owned(),
                true => "syntax error: unexpected \"(\"".to_owned(),
            },
            Err(error) => worded(&error.to_string(), task.memory.dialect),
        };
        self.complain(task, &problem, around);
        task.value = Err(Jump::Exit(2));
    }

    pub(super) fn go_on_with_script(&mut self, task: &mut Task, script: Script, at: usize, around: &mut dyn Around) {
        match task.value {
            Err(_) => return,
            Ok(status) if at > 0 => task.memory.status = status,
            Ok(_) => {}
        }
        let Some(item) = script.0.get(at) else { return };
        task.frames.push(Frame::Script(script.clone(), at + 1));
        if item.background {
            return self.start_job(task, item);
        }
        let tested = task.memory.tested;
        task.memory.tested += usize::from(!item.rest.is_empty());
        task.push(Frame::Item(script.clone(), at, 0, tested));
        self.pipeline(task, &item.first, around);
    }

    fn start_job(&mut self, task: &mut Task, item: &Item) {
        let foreground = Script(Arc::new(vec![Item { background: false, ..item.clone() }]));
        let io = Io { stdin: Input::Null, ..task.io.clone() };
        self.forget_jobs();
        if self.tasks.len() >= MAX_TASKS {
            task.value = Ok(2);
            return;
        }
        let id = self.spawn(task, io, Frame::Script(foreground, 0));
        if let Some(job) = self.find_mut(id) {
            job.job = true;
        }
        task.memory.last_job = Some(id);
        task.value = Ok(0);
    }

    /// Of the jobs that have ended, and that nobody has waited for, only the latest are remembered.
    fn forget_jobs(&mut self) {
        const REMEMBERED: usize = 50;
        let over = |task: &Task| task.job && task.ended();
        let mut many = self.tasks.iter().flatten().filter(|task| over(task)).count().saturating_sub(REMEMBERED);
        self.tasks.retain(|task| {
            let goes = many > 0 && task.as_ref().is_some_and(|task| over(task));
            many -= usize::from(goes);
            !goes
        });
    }

    pub(super) fn go_on_with_item(
        &mut self,
        task: &mut Task,
        script: Script,
        at: usize,
        next: usize,
        tested: usize,
        around: &mut dyn Around,
    ) {
        let item = &script.0[at];
        let Ok(last) = task.value else {
            task.memory.tested = tested;
            return;
        };
        for (i, (join, pipeline)) in item.rest.iter().enumerate().skip(next) {
            let is_last = i + 1 == item.rest.len();
            task.memory.status = last;
            task.memory.tested = tested + usize::from(!is_last);
            if (*join == Join::And) == (last == 0) {
                task.push(Frame::Item(script.clone(), at, i + 1, tested));
                return self.pipeline(task, pipeline, around);
            }
            if is_last {
                // Nothing ran after the test: its failure is no error.
                return;
            }
        }
        task.memory.tested = tested;
        if last != 0 && tested == 0 && !item.first.negated && task.memory.has('e') {
            task.value = Err(Jump::Exit(last));
        }
    }

    fn pipeline(&mut self, task: &mut Task, pipeline: &Pipeline, around: &mut dyn Around) {
        if pipeline.negated {
            task.push(Frame::Negate);
        }
        let [command] = pipeline.commands.as_slice() else { return self.piped(task, &pipeline.commands) };
        self.begin(task, command, around);
    }

    /// Runs commands side by side, each in a subshell, each reading what the one before it writes.
    fn piped(&mut self, task: &mut Task, commands: &[Command]) {
        if self.tasks.len() + commands.len() > MAX_TASKS {
            task.value = Ok(2);
            return;
        }
        let mut ids = Vec::new();
        let mut before = task.io.stdin.clone();
        for (i, command) in commands.iter().enumerate() {
            let mut io = Io { stdin: before.clone(), ..task.io.clone() };
            if i + 1 < commands.len() {
                let pipe = self.pipe(String::new(), false);
                io.out = Output::Pipe(pipe);
                before = Input::Pipe(pipe);
            }
            let pipeline = Pipeline { negated: false, timed: false, commands: vec![command.clone()] };
            let item = Item { first: pipeline, rest: Vec::new(), background: false, text: String::new() };
            ids.push(self.spawn(task, io, Frame::Script(Script(Arc::new(vec![item])), 0)));
        }
        task.push(Frame::Piped(ids.clone()));
        task.state = State::Tasks(ids, None);
    }

    pub(super) fn begin(&mut self, task: &mut Task, command: &Command, around: &mut dyn Around) {
        self.work(super::COMMAND);
        match command {
            Command::Simple(simple) => self.expand(task, Work::Simple(simple.clone()), around),
            Command::Function(name, body) => {
                task.memory.functions.insert(name.clone(), body.clone());
                task.value = Ok(0);
            }
            Command::Compound(compound, redirects) if redirects.is_empty() => self.compound(task, compound, around),
            Command::Compound(compound, redirects) => {
                self.expand(task, Work::Redirects(compound.clone(), redirects.clone()), around);
            }
        }
    }

    pub(super) fn compound(&mut self, task: &mut Task, compound: &Arc<Compound>, around: &mut dyn Around) {
        match &**compound {
            Compound::Group(script) => task.push_script(script),
            Compound::Subshell(script) => self.child(task, task.io.clone(), Frame::Script(script.clone(), 0)),
            Compound::If(branches, _) => {
                task.push(Frame::If(compound.clone(), 0));
                self.condition(task, &branches[0].0);
            }
            Compound::While(_, condition, _) => {
                task.push(Frame::While(compound.clone(), true, 0));
                self.condition(task, condition);
            }
            Compound::For(_, None, _) => {
                let values = task.memory.parameters.clone();
                task.push(Frame::For(compound.clone(), Arc::new(values), 0, 0));
            }
            Compound::For(..) => self.expand(task, Work::For(compound.clone()), around),
            Compound::ForArithmetic(..) => self.expand(task, Work::ForStart(compound.clone()), around),
            Compound::Case(..) => self.expand(task, Work::Case(compound.clone(), 0, false), around),
            Compound::Test(_) => self.expand(task, Work::Test(compound.clone()), around),
            Compound::Arithmetic(_) => self.expand(task, Work::Arithmetic(compound.clone()), around),
        }
    }

    /// Starts a subshell, and waits for it.
    pub(super) fn child(&mut self, task: &mut Task, io: Io, frame: Frame) {
        if self.tasks.len() >= MAX_TASKS || task.memory.calls >= MAX_CALLS {
            task.value = Ok(2);
            return;
        }
        let id = self.spawn(task, io, frame);
        if let Some(child) = self.find_mut(id) {
            child.memory.calls += 1;
        }
        task.push(Frame::Child(id));
        task.state = State::Tasks(vec![id], None);
    }

    fn condition(&mut self, task: &mut Task, script: &Script) {
        task.push(Frame::Tested);
        task.memory.tested += 1;
        task.push_script(script);
    }

    pub(super) fn go_on_with_if(&mut self, task: &mut Task, compound: Arc<Compound>, branch: usize) {
        let (Compound::If(branches, otherwise), Ok(status)) = (&*compound, task.value) else { return };
        if status == 0 {
            return task.push_script(&branches[branch].1);
        }
        match (branches.get(branch + 1), otherwise) {
            (Some((condition, _)), _) => {
                task.push(Frame::If(compound.clone(), branch + 1));
                self.condition(task, condition);
            }
            (None, Some(body)) => task.push_script(body),
            (None, None) => task.value = Ok(0),
        }
    }

    pub(super) fn go_on_with_while(&mut self, task: &mut Task, compound: Arc<Compound>, body: bool, status: i32) {
        let Compound::While(until, condition, script) = &*compound else { return };
        if !body {
            let Some(status) = iteration(task, status) else { return };
            task.push(Frame::While(compound.clone(), true, status));
            return self.condition(task, condition);
        }
        let Ok(tested) = task.value else {
            iteration(task, status);
            return;
        };
        if (tested == 0) == *until {
            task.value = Ok(status);
            return;
        }
        task.push(Frame::While(compound.clone(), false, status));
        task.push_script(script);
    }

    pub(super) fn go_on_with_for(
        &mut self,
        task: &mut Task,
        compound: Arc<Compound>,
        values: Arc<Vec<String>>,
        at: usize,
        status: i32,
    ) {
        let Compound::For(name, _, body) = &*compound else { return };
        let Some(status) = (if at == 0 { Some(0) } else { iteration(task, status) }) else { return };
        let Some(value) = values.get(at) else {
            task.value = Ok(status);
            return;
        };
        task.memory.set(name, value.clone());
        self.work(super::COMMAND);
        task.push(Frame::For(compound.clone(), values.clone(), at + 1, status));
        task.push_script(body);
    }

    pub(super) fn go_on_with_case(
        &mut self,
        task: &mut Task,
        compound: Arc<Compound>,
        arm: usize,
        around: &mut dyn Around,
    ) {
        let (Compound::Case(_, arms), Ok(_)) = (&*compound, task.value) else { return };
        match arms[arm].2 {
            ";;" => {}
            end => self.expand(task, Work::Case(compound.clone(), arm + 1, end == ";&"), around),
        }
    }

    pub(super) fn complain(&mut self, task: &Task, text: &str, around: &mut dyn Around) {
        self.put(&task.io.err, &task.memory.complaint(text), around);
    }
}
