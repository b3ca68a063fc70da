//! A window over the page, which Escape closes.

use crate::focus;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// What a window is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What stands on top, and what it is called.
    pub title: AttrValue,
    /// Its style's name.
    pub class: &'static str,
    /// What is in it.
    pub children: Html,
    /// It shall close.
    pub onclose: Callback<()>,
}

/// The window.
#[component]
pub fn Modal(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let before = focus::now();
            let dialog = dialog.cast::<HtmlDialogElement>();
            dialog.iter().for_each(|dialog| _ = dialog.show_modal());
            move || {
                // While it is open, nothing else takes the focus.
                dialog.iter().for_each(HtmlDialogElement::close);
                focus::give_back(before);
            }
        });
    }
    let close = props.onclose.reform(|_: MouseEvent| ());
    let oncancel = props.onclose.reform(|event: Event| event.prevent_default());
    let label = props.lang.text(Message::Close);
    html! {
        <dialog class={classes!("modal", props.class)} ref={dialog} aria-label={props.title.clone()} {oncancel}>
            <header>
                <h2>{ &props.title }</h2>
                <button type="button" class="control" title={label} aria-label={label} onclick={close}>{ icon(Icon::Close) }</button>
            </header>
            { props.children.clone() }
        </dialog>
    }
}
