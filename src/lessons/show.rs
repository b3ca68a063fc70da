//! "Show me": commands are typed at the prompt, letter by letter, for the reader to see.

use std::collections::VecDeque;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// Milliseconds for a letter.
const LETTER_MS: f64 = 28.0;
/// Milliseconds before Enter, so that the line can be read.
const ENTER_MS: f64 = 500.0;

/// Commands that are being typed.
#[derive(Debug, Default)]
pub struct Show {
    commands: VecDeque<String>,
    letters: usize,
    /// When the next letter, or Enter, is due.
    due_ms: f64,
    at_once: bool,
    begun: bool,
}

/// What comes of a moment.
#[derive(Debug, PartialEq)]
pub enum Typed {
    /// Nothing yet.
    Waiting,
    /// A command is there: Enter.
    Enter(String),
    /// All commands were typed, or the reader has taken over.
    Over,
}

impl Show {
    /// Commands, one after the other; without motion, each appears at once.
    pub fn new(commands: Vec<String>) -> Show {
        let still = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
        let at_once = still.ok().flatten().is_some_and(|media| media.matches());
        Show { commands: commands.into(), at_once, ..Show::default() }
    }

    /// Takes back the line that is half typed, unless the reader has changed it.
    pub fn stop(self) {
        if let (Some(command), Some(field)) = (self.commands.front(), prompt())
            && self.letters > 0
            && command.chars().take(self.letters).eq(field.value().chars())
        {
            set(&field, "");
        }
    }

    /// Types what is due; only while no command runs.
    pub fn go_on(&mut self, ms: f64, busy: bool) -> Typed {
        let (Some(command), Some(field)) = (self.commands.front(), prompt()) else { return Typed::Over };
        if busy || ms < self.due_ms {
            return Typed::Waiting;
        }
        // What somebody has begun to write gives way.
        if !std::mem::replace(&mut self.begun, true) {
            set(&field, "");
        }
        let typed: String = command.chars().take(self.letters).collect();
        if field.value() != typed {
            return Typed::Over;
        }
        let all = command.chars().count();
        if self.letters >= all {
            set(&field, "");
            self.letters = 0;
            return self.commands.pop_front().map_or(Typed::Over, Typed::Enter);
        }
        self.letters = if self.at_once { all } else { self.letters + 1 };
        self.due_ms = ms + if self.letters == all { ENTER_MS } else { LETTER_MS };
        set(&field, &command.chars().take(self.letters).collect::<String>());
        Typed::Waiting
    }
}

/// The field at the prompt.
pub fn prompt() -> Option<HtmlTextAreaElement> {
    gloo::utils::document().query_selector(".terminal textarea").ok()??.dyn_into().ok()
}

/// Sets the field's text, and says so as a key would.
fn set(field: &HtmlTextAreaElement, text: &str) {
    field.set_value(text);
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &init) {
        _ = field.dispatch_event(&event);
    }
}
