//! The page in another page's frame: what its host may ask of it, and what the host is told. docs/embed.md describes the
//! messages; static/embed.js exchanges them, checks where they come from and what they hold, and hands on what is left.

mod bar;
mod report;

pub use bar::Bar;
pub use report::{Report, seconds};

use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// What the host asks, or the frame itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Lines to run, as if somebody typed them; the host is told when the prompt is free after them.
    Run(String),
    /// The cluster as it began, and the first lines once more.
    Reset,
    /// What the session is at, for the question of this number.
    State(String),
    /// The session was packed into letters for an address: for which question (none is the link in the bar), and the letters.
    Packed(String, Option<String>),
    /// Another language.
    Lang(String),
    /// Another theme.
    Theme(String),
    /// Whether the reader may not type.
    ReadOnly(bool),
    /// Nobody can see the frame now: time stands.
    Sleep,
    /// Somebody can see it again.
    Wake,
    /// The link to the whole page will soon be followed.
    Link,
}

impl Ask {
    /// What static/embed.js calls it, with the value that it has checked.
    fn read(name: &str, value: &str) -> Option<Ask> {
        Some(match name {
            "run" => Ask::Run(value.to_owned()),
            "reset" => Ask::Reset,
            "state" => Ask::State(value.to_owned()),
            "lang" => Ask::Lang(value.to_owned()),
            "theme" => Ask::Theme(value.to_owned()),
            "readOnly" => Ask::ReadOnly(value == "true"),
            "sleep" => Ask::Sleep,
            "wake" => Ask::Wake,
            _ => return None,
        })
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = kubariumHost)]
    fn listen(call: &JsValue);
    #[wasm_bindgen(js_namespace = kubariumHost)]
    fn tell(what: &str, json: &str);
}

/// Hears what the host asks, from now on.
pub fn hear(call: Callback<Ask>) {
    listen(&crate::keep::answer(move |name, value| {
        let text = |value: &JsValue| value.as_string().unwrap_or_default();
        if let Some(ask) = Ask::read(&text(&name), &text(&value)) {
            call.emit(ask);
        }
    }));
}

/// Tells the host something: an event, or the answer to what it asked.
pub fn say(what: &str, value: &api::Value) {
    tell(what, &api::json::to_string(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_is_not_heard() {
        assert_eq!(Ask::read("run", "kubectl get nodes"), Some(Ask::Run("kubectl get nodes".into())));
        assert_eq!(Ask::read("readOnly", "maybe"), Some(Ask::ReadOnly(false)));
        assert_eq!([Ask::read("", ""), Ask::read("Run", ""), Ask::read("packed", "x")], [None, None, None]);
    }
}
