//! The menu "Session".

use super::{Act, Saved};
use crate::i18n::{Lang, Message};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the menu is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Whether it is open.
    pub open: bool,
    /// What was answered to the last choice.
    pub said: AttrValue,
    /// A link to the session, once it is there.
    pub link: Option<AttrValue>,
    /// The saved sessions.
    pub saved: Rc<Vec<Saved>>,
    /// The id of this one.
    pub own: AttrValue,
    /// What the reader does.
    pub onact: Callback<Act>,
}

/// The menu.
#[component]
pub fn Menu(props: &Props) -> Html {
    let (lang, panel) = (props.lang, use_node_ref());
    {
        let panel = panel.clone();
        use_effect_with(props.open, move |open| {
            let first =
                panel.cast::<web_sys::Element>().and_then(|panel| panel.query_selector("button").ok().flatten());
            if let Some(first) = first.filter(|_| *open) {
                _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(first).focus();
            }
        });
    }
    let act = |act: Act| props.onact.reform(move |_: MouseEvent| act.clone());
    let item = |message: Message, what: Act| html! { <li><button type="button" onclick={act(what)}>{ lang.text(message) }</button></li> };
    let others = props.saved.iter().filter(|saved| saved.id != props.own.as_str());
    let saved = others.map(|saved| {
        html! {
            <li class="saved" key={saved.id.as_str()}>
                <button type="button" onclick={act(Act::Resume(saved.id.clone()))}><span>{ &saved.name }</span><small>{ &saved.when }</small></button>
                <button type="button" class="control" aria-label={lang.fill(Message::ForgetSession, &[&saved.name])} title={lang.text(Message::Forget)}
                    onclick={act(Act::Forget(saved.id.clone()))}>{ crate::glyph::icon(crate::glyph::Icon::Close) }</button>
            </li>
        }
    });
    let saved: Vec<Html> = saved.collect();
    html! {
        <div class="keep" data-popup="">
            <button type="button" class="control words" aria-expanded={props.open.to_string()} aria-controls="session-menu" onclick={act(Act::Menu)}>
                { lang.text(Message::Session) }
            </button>
            if props.open {
                <div class="menu" id="session-menu" role="group" aria-label={lang.text(Message::Session)} ref={panel}>
                    <h2>{ lang.text(Message::ShareHeading) }</h2>
                    <ul>
                        { item(Message::CopyLink, Act::Share) }
                        { item(Message::SaveSessionFile, Act::File) }
                    </ul>
                    if let Some(link) = &props.link {
                        <input class="link" readonly={true} aria-label={lang.text(Message::LinkToSession)} value={link.clone()}
                            onfocus={|event: FocusEvent| event.target_unchecked_into::<HtmlInputElement>().select()} />
                    }
                    <p class="said" role="status">{ &props.said }</p>
                    <h2>{ lang.text(Message::ExportHeading) }</h2>
                    <ul>
                        { item(Message::ExportManifests, Act::Manifests) }
                        { item(Message::ExportKind, Act::Kind) }
                        { item(Message::ExportScript, Act::Script) }
                        { item(Message::ExportSvg, Act::Picture(false)) }
                        { item(Message::ExportPng, Act::Picture(true)) }
                    </ul>
                    <h2>{ lang.text(Message::SessionsHeading) }</h2>
                    <ul>
                        { item(Message::ImportFile, Act::Import) }
                        { item(Message::NewSession, Act::New) }
                    </ul>
                    // A list of its own, with keys: what has the focus stays what it is when the others come and go.
                    if !saved.is_empty() {
                        <ul>{ for saved }</ul>
                    }
                </div>
            }
        </div>
    }
}
