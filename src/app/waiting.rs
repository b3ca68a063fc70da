//! Lines that are typed before the program's second module is there: they are shown at once, and run when it is.

use super::{App, Msg};
use crate::deferred;
use crate::i18n::Message;
use yew::prelude::Context;

/// The second module, as far as the page has to do with it.
pub(super) struct Waiting {
    /// What was typed before it was there; nothing once it is.
    lines: Option<Vec<String>>,
    /// Whether the last try to fetch it was in vain.
    refused: bool,
}

impl Waiting {
    /// It is not there, and nobody has asked for it.
    pub(super) fn new() -> Waiting {
        Waiting { lines: Some(Vec::new()), refused: false }
    }

    /// Whether it is there.
    pub(super) fn is_over(&self) -> bool {
        self.lines.is_none()
    }

    /// The lines that wait for it.
    pub(super) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}

impl App {
    /// Submits a line, at once or as soon as the commands are there.
    pub(super) fn enter(&mut self, cx: &Context<App>, line: String) {
        let Some(lines) = &mut self.waiting.lines else { return self.submit(line) };
        lines.push(line);
        // A line that waits from before has asked already, or has been told that asking was in vain.
        if lines.len() == 1 || self.waiting.refused {
            self.waiting.refused = false;
            deferred::when_there(cx.link().callback(Msg::There));
            self.say(self.text(Message::Coming).to_owned());
        }
        self.show_waiting();
    }

    /// The commands have come, or could not be fetched: then the lines wait for the next try.
    pub(super) fn arrived(&mut self, there: bool) {
        self.waiting.refused = !there;
        if there {
            self.prepare();
            let lines = self.waiting.lines.take();
            self.show_waiting();
            lines.into_iter().flatten().for_each(|line| self.submit(line));
        } else {
            self.show_waiting();
            self.transcript.borrow_mut().note("restored", self.text(Message::NotThere));
        }
    }

    /// Shows the lines that wait as what they will be, and why they wait.
    fn show_waiting(&self) {
        let lines: Vec<_> = self.waiting.lines().iter().map(|line| (self.prompt.to_string(), line.clone())).collect();
        let why = if self.waiting.refused { "" } else { self.text(Message::Coming) };
        self.transcript.borrow_mut().draft(self.settings.lang, &lines, why);
    }
}
