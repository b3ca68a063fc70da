//! For who comes by keyboard: past everything, to one of the two halves of the page. Seen while it has the focus.

use crate::focus;
use crate::i18n::{Lang, Message};
use yew::prelude::*;

/// The links, which are the first that Tab reaches.
pub fn links(lang: Lang) -> Html {
    let skip = |message: Message, to: &'static str| {
        html! { <button type="button" class="control main" onclick={move |_: MouseEvent| focus::on(to)}>{ lang.text(message) }</button> }
    };
    html! {
        <nav class="skips" aria-label={lang.text(Message::Skips)}>
            { skip(Message::SkipToPrompt, ".terminal .line textarea") }
            { skip(Message::SkipToPicture, ".scene button[data-object]") }
        </nav>
    }
}
