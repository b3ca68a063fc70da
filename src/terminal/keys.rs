//! What keys do at the prompt: history, search, completion, and the keys every shell knows.

use super::{Search, Terminal};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

impl Terminal {
    /// Returns whether anything but the field itself changed.
    pub(super) fn key(&mut self, cx: &Context<Terminal>, event: &KeyboardEvent) -> bool {
        // While an input method composes a syllable, every key is the input method's: Enter ends the syllable, not the
        // line. Some report that by the key code 229 alone.
        if event.is_composing() || event.key_code() == 229 {
            return false;
        }
        let key = event.key();
        let control = event.ctrl_key() && !event.alt_key() && !event.meta_key();
        let handled = match key.as_str() {
            _ if control => self.control_key(cx, &key.to_ascii_lowercase()),
            "Enter" if !event.shift_key() => Some(self.enter(cx)),
            "Tab" if !event.shift_key() => self.tab(cx),
            "Tab" if self.offers.is_some() => Some(self.move_choice(cx, false)),
            "Escape" => (self.offers.take().is_some() | self.search.take().is_some()).then_some(true),
            "ArrowUp" | "ArrowDown" if self.offers.is_some() => Some(self.move_choice(cx, key == "ArrowDown")),
            "ArrowUp" | "ArrowDown" => self.walk_history(key == "ArrowUp"),
            "ArrowRight" if self.search.is_some() => Some(self.accept_search()),
            "ArrowRight" | "End" => self.accept_ghost(),
            _ => None,
        };
        if handled.is_some() {
            event.prevent_default();
        }
        handled.unwrap_or(false)
    }

    fn control_key(&mut self, cx: &Context<Terminal>, key: &str) -> Option<bool> {
        let text = self.text();
        let cursor = self.cursor(&text);
        match key {
            "c" => {
                // With something selected, Ctrl-C copies, as everywhere.
                let selection = gloo::utils::window().get_selection().ok().flatten();
                let input = self.input.cast::<HtmlTextAreaElement>();
                let range =
                    input.map(|input| (input.selection_start().ok().flatten(), input.selection_end().ok().flatten()));
                if selection.is_some_and(|s| !s.to_string().as_string().unwrap_or_default().is_empty())
                    || range.is_some_and(|(from, to)| from != to)
                {
                    return None;
                }
                self.set("", 0);
                self.search = None;
                self.offers = None;
                cx.props().oninterrupt.emit(text);
                Some(true)
            }
            "d" if text.is_empty() => {
                cx.props().oneof.emit(());
                Some(false)
            }
            "l" => {
                cx.props().transcript.borrow_mut().clear();
                Some(false)
            }
            "r" => {
                let skip = self.search.as_ref().map_or(0, |search| search.skip + 1);
                self.offers = None;
                self.search.get_or_insert(Search { skip: 0, found: String::new() });
                self.search_again(skip);
                self.paint();
                Some(true)
            }
            "g" if self.search.is_some() => Some(self.search.take().is_some()),
            "a" => self.put(&text, 0),
            "e" | "f" if self.accept_ghost().is_some() => Some(false),
            "e" => self.put(&text, text.len()),
            "u" => self.put(&text[cursor..], 0),
            "k" => self.put(&text[..cursor], cursor),
            "w" => {
                let before = text[..cursor].trim_end_matches(' ');
                let word = before.rfind(' ').map_or(0, |at| at + 1);
                self.put(&format!("{}{}", &text[..word], &text[cursor..]), word)
            }
            "p" | "n" => self.walk_history(key == "p"),
            _ => None,
        }
    }

    fn put(&mut self, text: &str, cursor: usize) -> Option<bool> {
        self.set(text, cursor);
        Some(self.offers.take().is_some())
    }

    /// Runs the line, unless a candidate or a line of the history is being chosen.
    pub(super) fn enter(&mut self, cx: &Context<Terminal>) -> bool {
        if self.offers.as_ref().is_some_and(|offers| offers.chosen.is_some()) {
            self.accept_offer(cx);
            return true;
        }
        self.offers = None;
        if self.search.is_some() {
            self.accept_search();
        }
        let text = self.text();
        self.set("", 0);
        text.split('\n').for_each(|line| self.submit(cx, line.to_owned()));
        true
    }

    /// Goes through the history; in a text of several lines, only from its first or last one.
    fn walk_history(&mut self, older: bool) -> Option<bool> {
        let typed = self.text();
        let cursor = self.cursor(&typed);
        let beyond = if older { &typed[..cursor] } else { &typed[cursor..] };
        if beyond.contains('\n') {
            return None;
        }
        let line = if older { self.history.older(&typed) } else { self.history.newer() };
        if let Some(line) = line.map(str::to_owned) {
            self.set(&line, line.len());
        }
        Some(false)
    }

    pub(super) fn search_again(&mut self, skip: usize) {
        let text = self.text();
        if let Some(search) = &mut self.search {
            match self.history.find(&text, skip) {
                Some(found) => *search = Search { skip, found: found.to_owned() },
                None if skip == 0 => search.found.clear(),
                None => {}
            }
        }
    }

    pub(super) fn accept_search(&mut self) -> bool {
        if let Some(search) = self.search.take().filter(|search| !search.found.is_empty()) {
            self.set(&search.found, search.found.len());
        }
        true
    }

    /// At the end of the line, takes what the history suggests.
    fn accept_ghost(&mut self) -> Option<bool> {
        let text = self.text();
        let rest = self.ghost(&text)?.to_owned();
        let whole = text + &rest;
        self.set(&whole, whole.len());
        Some(false)
    }

    /// How the line may go on, if the cursor stands at its end.
    pub(super) fn ghost(&self, text: &str) -> Option<&str> {
        if self.offers.is_some() || self.search.is_some() || self.cursor(text) < text.len() {
            return None;
        }
        self.history.going_on(text)
    }
}
