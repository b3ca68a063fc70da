//! What keys do at the prompt: history, search, completion, and the keys every shell knows.

use super::{Offers, Search, Terminal, line};
use web_sys::HtmlInputElement;
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
            "Enter" => Some(self.enter(cx)),
            "Tab" if !event.shift_key() => self.tab(cx),
            "Escape" => Some(self.offers.take().is_some() | self.search.take().is_some()),
            "ArrowUp" | "ArrowDown" if self.offers.is_some() => Some(self.move_choice(key == "ArrowDown")),
            "ArrowUp" | "ArrowDown" => Some(self.walk_history(key == "ArrowUp")),
            "ArrowRight" if self.search.is_some() => Some(self.accept_search()),
            _ => None,
        };
        if handled.is_some() {
            event.prevent_default();
        }
        handled.unwrap_or(false)
    }

    pub(super) fn control_key(&mut self, cx: &Context<Terminal>, key: &str) -> Option<bool> {
        let text = self.text();
        let cursor = self.cursor(&text);
        match key {
            "c" => {
                // With something selected, Ctrl-C copies, as everywhere.
                let selection = gloo::utils::window().get_selection().ok().flatten();
                let input = self.input.cast::<HtmlInputElement>();
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
                self.search.get_or_insert(Search { skip: 0, found: String::new() });
                self.search_again(skip);
                Some(true)
            }
            "a" => {
                self.set(&text, 0);
                Some(false)
            }
            "e" => {
                self.set(&text, text.len());
                Some(false)
            }
            "u" => {
                self.set(&text[cursor..], 0);
                Some(false)
            }
            "k" => {
                self.set(&text[..cursor], cursor);
                Some(false)
            }
            "p" | "n" => Some(self.walk_history(key == "p")),
            _ => None,
        }
    }

    pub(super) fn enter(&mut self, cx: &Context<Terminal>) -> bool {
        if self.offers.is_some() {
            self.accept_offer();
            return true;
        }
        if self.search.is_some() {
            self.accept_search();
        }
        let text = self.text();
        self.set("", 0);
        self.submit(cx, text);
        true
    }

    /// Completes; an empty line lets Tab leave the field, so that it is no trap for the keyboard.
    pub(super) fn tab(&mut self, cx: &Context<Terminal>) -> Option<bool> {
        if self.search.is_some() {
            return Some(self.accept_search());
        }
        if self.offers.is_some() {
            return Some(self.move_choice(true));
        }
        let text = self.text();
        if text.trim().is_empty() {
            return None;
        }
        let cursor = self.cursor(&text);
        let completion = cx.props().complete.emit((text.clone(), cursor));
        let typed = text.get(completion.start..cursor).unwrap_or_default();
        match completion.candidates.as_slice() {
            [] => return Some(false),
            [only] => {
                let gap = if only.ends_with(['=', '/', ' ']) { "" } else { " " };
                let (text, cursor) = line::replace(&text, completion.start, cursor, &format!("{only}{gap}"));
                self.set(&text, cursor);
                return Some(false);
            }
            _ => {}
        }
        let common = completion.common_prefix();
        if common.len() > typed.len() && common.starts_with(typed) {
            let (text, cursor) = line::replace(&text, completion.start, cursor, common);
            self.set(&text, cursor);
            self.offers = Some(Offers { completion, cursor, chosen: 0 });
        } else {
            self.offers = Some(Offers { completion, cursor, chosen: 0 });
        }
        Some(true)
    }

    pub(super) fn move_choice(&mut self, down: bool) -> bool {
        if let Some(offers) = &mut self.offers {
            let count = offers.completion.candidates.len().max(1);
            offers.chosen = (offers.chosen + if down { 1 } else { count - 1 }) % count;
        }
        true
    }

    pub(super) fn accept_offer(&mut self) {
        let Some(offers) = self.offers.take() else { return };
        let Some(choice) = offers.completion.candidates.get(offers.chosen) else { return };
        let gap = if choice.ends_with(['=', '/', ' ']) { "" } else { " " };
        let (text, cursor) =
            line::replace(&self.text(), offers.completion.start, offers.cursor, &format!("{choice}{gap}"));
        self.set(&text, cursor);
    }

    pub(super) fn walk_history(&mut self, older: bool) -> bool {
        let typed = self.text();
        let line = if older { self.history.older(&typed) } else { self.history.newer() };
        if let Some(line) = line.map(str::to_owned) {
            self.set(&line, line.len());
        }
        false
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
}
