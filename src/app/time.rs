//! Going back and forth in the course of the session.

use super::{App, CommandSoFar, Msg};
use crate::course::{Act, Compared, Course};
use crate::event::hear;
use crate::i18n::Message;
use cluster::Cluster;
use std::rc::Rc;
use timeline::{Position, compare};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};
use yew::Context;

/// What the page knows of the course.
#[derive(Default)]
pub struct Passage {
    /// What the bar shows.
    pub course: Rc<Course>,
    /// What differs between two moments, if that is listed.
    pub changes: Option<Rc<Compared>>,
    /// The moment with which others are compared: in seconds since the start, and the cluster as it was.
    pub pinned: Option<(f64, Cluster)>,
    /// Whether time stands only because the reader went back.
    pub held: bool,
    /// Whether it was just decided to go elsewhere.
    pub sets_out: bool,
    /// What is said on arrival.
    arrival: Option<String>,
}

impl App {
    pub(super) fn time(&mut self, act: Act) -> bool {
        match act {
            Act::Compare => {
                self.passage.changes = if self.passage.changes.is_some() { None } else { self.compared() };
                return true;
            }
            Act::Pin => {
                self.passage.pinned = match self.passage.pinned.take() {
                    Some(_) => None,
                    None => {
                        self.machine.borrow().cluster(Cluster::clone).map(|cluster| (self.passage.course.now, cluster))
                    }
                };
                self.passage.changes = self.passage.pinned.is_some().then(|| self.compared()).flatten();
                return true;
            }
            _ => {}
        }
        let target = {
            let machine = self.machine.borrow();
            let timeline = machine.timeline();
            match &act {
                Act::Undo => timeline.undo_point(),
                Act::Redo => timeline.redo_point(),
                Act::Go(seconds) => Some(timeline.at(std::time::Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))),
                Act::Before(input) => timeline.before(*input),
                Act::Now => (!timeline.is_live()).then(|| timeline.end()),
                Act::Branch(_) | Act::Compare | Act::Pin => None,
            }
        };
        let lang = self.settings.lang;
        let said = |message: Message, command: &Option<String>| {
            command.as_ref().map(|command| lang.fill(message, &[command.as_str()]))
        };
        self.passage.arrival = match act {
            Act::Undo => said(Message::Undone, &self.passage.course.undo),
            Act::Redo => said(Message::Redone, &self.passage.course.redo),
            _ => None,
        };
        match (act, target) {
            (Act::Branch(branch), _) => self.machine.borrow_mut().timeline_mut().switch(branch),
            (_, Some(target)) => self.seek(target),
            (_, None) => return false,
        }
        self.hold();
        self.set_out();
        true
    }

    /// The way takes its time, from the next frame but one on: what was pressed answers before that.
    fn set_out(&mut self) {
        if self.hosted.asleep {
            self.travel(super::flow::TRAVEL_MS);
        } else {
            self.passage.sets_out = true;
            self.refresh_course();
        }
    }

    fn seek(&mut self, target: Position) {
        self.machine.borrow_mut().timeline_mut().seek(target);
    }

    /// To another moment, for something other than looking at it: time goes on from there.
    pub(super) fn go_back(&mut self, target: Position) {
        self.seek(target);
        self.passage.arrival = None;
        self.hold();
        self.set_out();
    }

    /// Time stands while one looks at the past.
    fn hold(&mut self) {
        self.hurrying = false;
        if !self.paused {
            (self.paused, self.passage.held) = (true, true);
        }
    }

    /// Time goes on, if it stood only because the reader went back.
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.passage.held) {
            self.paused = false;
        }
    }

    /// Goes on towards the moment that was sought. True if anything that is drawn has changed.
    pub(super) fn travel(&mut self, budget_ms: f64) -> bool {
        let arrived = self.machine.borrow_mut().travel(budget_ms);
        if !arrived {
            return self.refresh_course();
        }
        self.look();
        self.check_arrival();
        if self.machine.borrow().timeline().is_live() {
            self.release();
        }
        // What was done again on the way is no news.
        self.telling = super::telling::Telling::default();
        if let Some(said) = self.passage.arrival.take() {
            self.say(said);
        }
        self.passage.course = Rc::default();
        self.refresh_course();
        if self.passage.changes.is_some() {
            self.passage.changes = self.compared();
        }
        true
    }

    /// What differs between the pinned moment and this one, or between this one and the end.
    fn compared(&self) -> Option<Rc<Compared>> {
        let Course { now, end, live, .. } = *self.passage.course;
        let machine = self.machine.borrow();
        let (between, changes) = match &self.passage.pinned {
            Some((at, then)) if *at <= now => ((*at, now), machine.cluster(|here| compare(then, here))?),
            Some((at, then)) => ((now, *at), machine.cluster(|here| compare(here, then))?),
            None if live => return None,
            None => ((now, end), machine.timeline().compare_with_end()),
        };
        Some(Rc::new(Compared { between, changes }))
    }

    /// Takes the course in. True if it has changed.
    pub(super) fn refresh_course(&mut self) -> bool {
        let machine = self.machine.borrow();
        let mut course = Course::of(machine.timeline(), &self.passage.course);
        let old = &self.passage.course;
        if self.paused && !course.seeking {
            let same = (old.now, old.end, old.marks.len()) == (course.now, course.end, course.marks.len());
            course.state = match &old.state {
                Some(state) if same => Some(state.clone()),
                _ => Some(format!("{:016x}", machine.timeline().state_hash())),
            };
        }
        drop(machine);
        let changed = *self.passage.course != course;
        if changed {
            self.passage.course = Rc::new(course);
        }
        changed
    }

    /// The page is at another moment: what it showed of the one before is forgotten.
    pub(super) fn start_over(&mut self) {
        self.transcript.borrow_mut().restart();
        self.notice = None;
        self.welcome();
        (self.command, self.sheet, self.closing) = (CommandSoFar::default(), None, 0);
        self.pending.clear();
        (self.traffic, self.story) = (crate::model::Traffic::default(), None);
        self.pointed = None;
        self.lit = None;
        self.telling = super::telling::Telling::default();
    }

    /// Ctrl+Z and Ctrl+Shift+Z, wherever nobody is writing.
    pub(super) fn listen_for_keys(cx: &Context<App>) {
        let link = cx.link().clone();
        hear(&gloo::utils::document(), "keydown", false, move |event| {
            if let Some(act) = meaning(event.unchecked_ref()) {
                event.prevent_default();
                link.send_message(Msg::Time(act));
            }
        });
    }
}

fn meaning(event: &KeyboardEvent) -> Option<Act> {
    let command = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.is_composing();
    let act = match event.key().as_str() {
        "z" | "Z" if command && event.shift_key() => Act::Redo,
        "z" if command => Act::Undo,
        "y" if command && event.ctrl_key() => Act::Redo,
        _ => return None,
    };
    let page = gloo::utils::document();
    if page.query_selector("dialog[open]").ok().flatten().is_some() {
        return None;
    }
    let focused = event.target()?.dyn_into::<Element>().ok()?;
    let writing =
        focused.closest("textarea, [contenteditable], input:not([type=range], [type=checkbox], [type=radio])").ok()?;
    // Nothing is taken back in a field in which nothing is written.
    let empty = |field: Element| match field.dyn_into::<HtmlInputElement>() {
        Ok(input) => input.value().is_empty(),
        Err(other) => other.dyn_into::<HtmlTextAreaElement>().is_ok_and(|area| area.value().is_empty()),
    };
    writing.is_none_or(empty).then_some(act)
}
