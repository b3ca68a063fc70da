//! What keys do in the editor.

use super::{Editor, Msg, text};
use yew::prelude::*;

impl Editor {
    /// Returns whether anything but the field itself changed.
    pub(super) fn key(&mut self, cx: &Context<Editor>, event: &KeyboardEvent) -> bool {
        // While an input method composes a syllable, keys are its own.
        if event.is_composing() || event.key_code() == 229 {
            return false;
        }
        let command = event.ctrl_key() || event.meta_key();
        let key = event.key();
        let handled = match key.as_str() {
            "s" if command => self.send(cx, Msg::Save),
            "Enter" if command && cx.props().sheet.applies() => self.send(cx, Msg::Apply),
            "Enter" if command => self.send(cx, Msg::Save),
            " " if command => {
                self.offer(cx, true);
                true
            }
            _ if command || event.alt_key() => false,
            "Escape" if self.offers.is_some() => self.offers.take().is_some(),
            "ArrowDown" | "ArrowUp" if self.offers.is_some() => self.move_choice(key == "ArrowDown"),
            "Enter" | "Tab" if self.is_choosing() => {
                self.accept(cx);
                true
            }
            "Tab" if self.offers.is_some() => self.move_choice(true),
            "Enter" => {
                self.offers = None;
                let (text, cursor) = self.place();
                self.put_at_selection(&text::new_line(&text, cursor));
                true
            }
            "Tab" if !event.shift_key() => {
                let (text, cursor) = self.place();
                let blanks = text::indentation(&text, cursor);
                blanks.inspect(|blanks| self.put_at_selection(&" ".repeat(*blanks))).is_some()
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
        }
        handled
    }

    fn send(&self, cx: &Context<Editor>, message: Msg) -> bool {
        cx.link().send_message(message);
        true
    }

    fn place(&self) -> (String, usize) {
        let text = self.text();
        let cursor = self.cursor(&text);
        (text, cursor)
    }

    fn put_at_selection(&self, new: &str) {
        let (text, to) = self.place();
        let field = self.field.cast::<web_sys::HtmlTextAreaElement>();
        let from = field.and_then(|field| field.selection_start().ok().flatten());
        let from = from.map_or(to, |units| crate::terminal::byte_offset(&text, units as usize));
        self.put(from.min(to), to, new);
    }
}
