//! What the reader does, but for typing keys.

use super::App;
use crate::header::Action;
use crate::i18n::Message;
use crate::settings;
use api::Str;
use std::rc::Rc;

impl App {
    pub(super) fn submit(&mut self, line: String) {
        let mut machine = self.machine.borrow_mut();
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
                self.lessons.speak(self.settings.lang);
                // What the page itself has said does not stay behind in the other language.
                (self.said, self.kept.said) = Default::default();
                self.transcript.borrow().translate(self.settings.lang, &self.welcome_text());
            }
            Action::Theme => {
                self.settings.theme = self.settings.theme.other();
                settings::remember("theme", self.settings.theme.name());
                self.settings.show();
            }
            // App::update has seen to it.
            Action::Lessons => {}
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
        self.story = None;
        self.inspected = Some(object.into());
        true
    }

    /// The editor's text goes back to the command, which either accepts it or asks again with a word on what is wrong.
    pub(super) fn edited(&mut self, text: Option<String>) -> bool {
        {
            let mut machine = self.machine.borrow_mut();
            machine.finish_edit(text);
        }
        self.look();
        true
    }

    /// The first words of the transcript.
    pub(super) fn welcome(&self) {
        if let Some(message) = self.notice {
            self.transcript.borrow_mut().note("restored", self.text(message));
            return;
        }
        if !self.settings.embed && self.lessons.progress.is_none() {
            self.transcript.borrow_mut().note("welcome", &self.welcome_text());
        }
    }

    pub(super) fn welcome_text(&self) -> String {
        let mut text = format!(
            "{}\n  kubectl get nodes -o wide\n  kubectl create deployment mynginx --image=nginx\n",
            self.text(Message::Welcome)
        );
        if let Some(before) = &self.kept.before {
            text.push_str(&self.settings.lang.fill(Message::LastSession, &[before]));
        }
        text
    }
}
