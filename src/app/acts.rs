//! What the reader does, but for typing keys.

use super::App;
use crate::header::Action;
use crate::recovery;
use crate::settings;
use api::Str;
use std::rc::Rc;

impl App {
    pub(super) fn submit(&mut self, line: String) {
        let mut machine = self.machine.borrow_mut();
        recovery::note(self.settings.seed, &line);
        if !self.busy {
            self.pending.push((self.prompt.to_string(), line.clone()));
        }
        machine.type_line(Some(line));
        drop(machine);
        // What is new begins here, also if one had gone back.
        self.release();
    }

    pub(super) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Pause => {
                (self.paused, self.passage.held) = (!self.paused, false);
                self.refresh_course();
            }
            Action::Step => {
                self.paused = true;
                self.machine.borrow_mut().step();
                self.look();
            }
            Action::Speed(speed) => self.speed = speed,
            Action::UntilQuiet => {
                self.hurrying = !self.hurrying;
                self.machine.borrow_mut().hurry();
            }
            Action::Lang => {
                self.settings.lang = self.settings.lang.other();
                self.machine.borrow_mut().speak(self.settings.lang);
                settings::remember("lang", self.settings.lang.tag());
                self.settings.show();
            }
            Action::Theme => {
                self.settings.theme = self.settings.theme.other();
                settings::remember("theme", self.settings.theme.name());
                self.settings.show();
            }
            Action::Beside => {
                self.beside = !self.beside;
                settings::choose("beside", self.beside);
            }
        }
        true
    }

    pub(super) fn point(&mut self, uid: Option<Str>) -> bool {
        if self.pointed == uid {
            return false;
        }
        self.lit = uid.as_ref().map(|uid| Rc::new(self.machine.borrow().related(uid)));
        self.pointed = uid;
        true
    }

    pub(super) fn inspect(&mut self, object: String) -> bool {
        if object.is_empty() {
            return false;
        }
        let subject = self.machine.borrow_mut().subject(&object);
        self.story = None;
        self.inspected = subject.map(|subject| (object, subject));
        true
    }

    pub(super) fn refresh_inspector(&mut self) {
        if let Some((object, subject)) = &mut self.inspected
            && let Some(now) = self.machine.borrow_mut().subject(object)
        {
            *subject = now;
        }
    }

    /// The editor's text goes back to the command, which either accepts it or asks again with a word on what is wrong.
    pub(super) fn edited(&mut self, text: Option<String>) -> bool {
        {
            let mut machine = self.machine.borrow_mut();
            recovery::note_edit(self.settings.seed, text.as_deref());
            machine.finish_edit(text);
        }
        self.look();
        true
    }
}
