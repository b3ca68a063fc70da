//! Lessons in the page: they are fetched, the cluster begins as they want it, and their checks are looked at while time flows.

use super::{App, Msg};
use crate::lessons::{self, Show, Typed};
use crate::machine::Machine;
use ::lessons::{Lesson, Progress};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use yew::{Context, KeyboardEvent};

/// How long, in virtual time, a step that is behind may take when it is solved anew.
const SOLVING: Duration = Duration::from_secs(180);
/// Steps of virtual time in which that is looked at.
const LOOK: Duration = Duration::from_millis(500);

impl App {
    pub(super) fn lesson(&mut self, cx: &Context<App>, message: lessons::Msg) -> bool {
        use lessons::Msg as Of;
        let lang = self.settings.lang;
        match message {
            Of::Toggle => {
                self.lessons.open = !self.lessons.open;
                self.fetch_index(cx);
                if !self.lessons.open {
                    address(None);
                    crate::focus::on_prompt();
                }
            }
            Of::Index(index) => self.lessons.take_index(index, lang),
            Of::Open(name) => self.fetch_lesson(cx, name),
            Of::Loaded(name, bundle) if name == self.lessons.wanted => {
                if bundle.is_some() {
                    self.arrived(true);
                }
                self.begin_read(&name, bundle.map(|bundle| lessons::files(&bundle)));
            }
            Of::Loaded(..) => return false,
            Of::List => {
                self.lessons.leave();
                self.fetch_index(cx);
                address(None);
                crate::focus::on("#lesson");
            }
            Of::Next => {
                self.lessons.next(self.machine.borrow().timeline(), lang);
                crate::focus::on_prompt();
            }
            Of::Hint => self.lessons.hint(),
            Of::ShowMe if self.lessons.show.is_some() => return false,
            Of::ShowMe => {
                let solution = self.lessons.progress.as_ref().map(Progress::solution).unwrap_or_default();
                self.lessons.show = Some(Show::new(solution));
                crate::focus::on_prompt();
            }
            Of::Again => {
                let progress = self.lessons.progress.as_ref();
                if let Some((lesson, step)) = progress.map(|progress| (progress.lesson().clone(), progress.step())) {
                    self.begin_lesson(lesson, step);
                }
            }
            Of::Anew => {
                if let Some(lesson) = self.lessons.progress.as_ref().map(|progress| progress.lesson().clone()) {
                    self.begin_lesson(lesson, 0);
                }
            }
            Of::Answer(quiz, answer) => self.lessons.answer(quiz, answer),
            Of::Key(event) => return self.present_key(cx, &event) | self.lesson_key(&event),
        }
        true
    }

    /// A key that concerns lessons, wherever the focus is.
    fn lesson_key(&mut self, event: &KeyboardEvent) -> bool {
        match event.key().as_str() {
            "F6" if self.lessons.open => {
                event.prevent_default();
                lessons::change_pane();
                false
            }
            "Enter" if event.ctrl_key() && self.lessons.can_go_on() => {
                event.prevent_default();
                self.lessons.next(self.machine.borrow().timeline(), self.settings.lang);
                true
            }
            _ => false,
        }
    }

    /// Fetches the list of lessons, if it is wanted and not there.
    pub(super) fn fetch_index(&self, cx: &Context<App>) {
        if self.lessons.open && self.lessons.lacks_index() {
            let link = cx.link().clone();
            yew::platform::spawn_local(async move {
                link.send_message(Msg::Lesson(lessons::Msg::Index(lessons::json("lessons/index.json").await)));
            });
        }
    }

    /// Fetches a lesson.
    pub(super) fn fetch_lesson(&mut self, cx: &Context<App>, name: String) {
        self.lessons.open = true;
        self.fetch_index(cx);
        if !::classroom::is_name(&name) {
            return self.lessons.fail(self.settings.lang);
        }
        self.lessons.wanted.clone_from(&name);
        let (link, own) = (cx.link().clone(), self.own_lesson(&name));
        yew::platform::spawn_local(async move {
            // A lesson begins with commands, which the second module runs.
            let bundle = match crate::deferred::there().await {
                true if own.is_some() => own,
                true => lessons::json(&format!("lessons/{name}.json")).await,
                false => None,
            };
            link.send_message(Msg::Lesson(lessons::Msg::Loaded(name, bundle)));
        });
    }

    /// A lesson's files have come, or cannot be had.
    fn begin_read(&mut self, name: &str, files: Option<Vec<(String, String)>>) {
        match files.map(|files| Lesson::read(name, &files)) {
            Some((lesson, problems)) if problems.is_empty() => {
                let step = self.lessons.next_step(name);
                self.begin_lesson(Rc::new(lesson), step);
            }
            _ => self.lessons.fail(self.settings.lang),
        }
    }

    /// A fresh cluster, as the lesson begins; the steps before `step` are solved as the lesson solves them.
    pub(super) fn begin_lesson(&mut self, lesson: Rc<Lesson>, step: usize) {
        let options = lesson.options(self.settings.seed);
        address(Some(&lesson.name));
        let mut machine = Machine::with(options);
        machine.speak(self.settings.lang);
        for line in lesson.opening() {
            machine.unseen(&line);
        }
        let progress = Progress::new(lesson, self.settings.lang.of_the_core(), machine.session());
        let Some(mut progress) = progress else { return self.lessons.fail(self.settings.lang) };
        for _ in 0..step {
            solve(&mut machine, &mut progress);
        }
        self.lessons.begin(progress, machine.timeline(), self.settings.lang);
        *self.machine.borrow_mut() = machine;
        self.start_over();
        self.release();
        (self.inspected, self.hurrying) = (None, false);
        self.passage = super::time::Passage::default();
        self.look();
        crate::focus::on_prompt();
    }

    /// What lessons do in a frame: look at checks, type what is shown. True if what is drawn has changed.
    pub(super) fn teach(&mut self, ms: f64) -> bool {
        let mut changed = self.lessons.look(self.machine.borrow().timeline(), ms, self.settings.lang);
        changed |= self.class_frame(ms);
        let waits = self.busy || !self.pending.is_empty() || self.sheet.is_some();
        match self.lessons.show.as_mut().map(|show| show.go_on(ms, waits)) {
            None | Some(Typed::Waiting) => {}
            Some(Typed::Over) => {
                self.lessons.show = None;
                changed = true;
            }
            Some(Typed::Enter(command)) => {
                if let Some(progress) = &mut self.lessons.progress {
                    progress.shows(1);
                }
                command.lines().for_each(|line| self.submit(line.to_owned()));
                changed |= self.look();
            }
        }
        changed
    }
}

/// Types the solution of a step, unseen, and waits until the step is complete.
fn solve(machine: &mut Machine, progress: &mut Progress) {
    let solution = progress.solution();
    progress.shows(solution.len());
    for line in solution.iter().flat_map(|command| command.lines()) {
        machine.unseen(line).iter().for_each(|chunk| progress.note(chunk));
        progress.look(machine.session());
    }
    let end = machine.session().now() + SOLVING;
    while !progress.is_complete() && machine.session().now() < end {
        machine.pass(LOOK).iter().for_each(|chunk| progress.note(chunk));
        progress.look(machine.session());
    }
    progress.next(machine.session());
}

/// Puts the open lesson into the page's address, so that it can be kept and given to others.
fn address(lesson: Option<&str>) {
    let window = gloo::utils::window();
    let location = window.location();
    let query = location.search().unwrap_or_default();
    let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&query) else { return };
    match lesson {
        Some(name) => parameters.set("lesson", name),
        None => parameters.delete("lesson"),
    }
    let query = parameters.to_string().as_string().unwrap_or_default();
    let address = format!("{}?{query}", location.pathname().unwrap_or_default());
    if let Ok(history) = window.history() {
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address.trim_end_matches('?')));
    }
}
