//! What can be clicked in the inspector: other objects, and commands that are typed for the reader.

use super::target::Target;
use crate::i18n::{Lang, Message};
use yew::prelude::*;

/// Where clicks go.
#[derive(Clone)]
pub struct Links {
    /// Another object: `Kind/namespace/name`.
    pub go: Callback<String>,
    /// A command to be typed.
    pub online: Callback<String>,
    /// Whether a command runs, so that none can be typed.
    pub busy: bool,
}

impl PartialEq for Links {
    fn eq(&self, other: &Links) -> bool {
        self.busy == other.busy
    }
}

impl Links {
    /// An object's name that leads to it.
    pub fn object(&self, kind: &str, namespace: &str, name: &str) -> Html {
        let path = Target::path(kind, namespace, name);
        let onclick = self.go.reform(move |_: MouseEvent| path.clone());
        html! { <button type="button" class="link" {onclick}><small>{ kind }</small>{ name }</button> }
    }

    /// A command that is typed when it is clicked.
    pub fn command(&self, lang: Lang, line: &str) -> Html {
        let typed = line.to_owned();
        let joins = line.contains(" exec -it ");
        let onclick = self.online.reform(move |_: MouseEvent| {
            if joins {
                crate::focus::on_prompt();
            }
            typed.clone()
        });
        html! {
            <button type="button" class="types" aria-disabled={self.busy.to_string()} title={lang.text(Message::TypeThis)} {onclick}><code>{ crate::line::line(line) }</code></button>
        }
    }
}
