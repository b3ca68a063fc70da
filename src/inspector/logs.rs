//! A container's log, which is followed.

use super::target::Target;
use crate::i18n::{Lang, Message};
use api::{Str, Value};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// From this near to its end on, the log is kept at its end.
const NEAR: i32 = 24;

/// What the log is read of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The Pod.
    pub target: Target,
    /// The Pod's object.
    pub object: Value,
    /// The time: another one means that there may be more.
    pub tenths: u64,
}

/// The log.
#[component]
pub fn Logs(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let containers = containers(&props.object);
    let chosen = use_state(|| containers.first().cloned().unwrap_or_default());
    let previous = use_state_eq(|| false);
    let text = props.target.log(&chosen, *previous);
    let end = use_node_ref();
    {
        let end = end.clone();
        let length = text.as_ref().map_or(0, String::len);
        let follows = use_mut_ref(|| true);
        let at_end = |log: &Element| log.scroll_height() - log.scroll_top() - log.client_height() < NEAR;
        if let Some(log) = end.cast::<Element>() {
            *follows.borrow_mut() = at_end(&log);
        }
        use_effect_with(length, move |_| {
            if let Some(log) = end.cast::<Element>().filter(|_| *follows.borrow()) {
                log.set_scroll_top(log.scroll_height());
            }
        });
    }
    let choose = {
        let chosen = chosen.clone();
        move |event: Event| chosen.set(event.target_unchecked_into::<HtmlSelectElement>().value().into())
    };
    let before = {
        let previous = previous.clone();
        move |event: Event| previous.set(event.target_unchecked_into::<HtmlInputElement>().checked())
    };
    html! {
        <div class="logs">
            <div class="choices">
                <label>{ lang.text(Message::Container) }{ " " }
                    <select onchange={choose}>{ for containers.iter().map(|name| html! {
                        <option value={name.to_string()} selected={*name == *chosen}>{ name.as_str() }</option>
                    }) }</select>
                </label>
                <label><input type="checkbox" checked={*previous} onchange={before} />{ lang.text(Message::PreviousLog) }</label>
            </div>
            { match text {
                Ok(text) if text.is_empty() => html! { <p class="quiet">{ lang.text(Message::NoLog) }</p> },
                Ok(text) => html! { <pre ref={end} tabindex="0" lang={Lang::of(&text).tag()} aria-label={lang.text(Message::Logs)}>{ text }</pre> },
                Err(error) => html! { <p class="wrong">{ error }</p> },
            } }
        </div>
    }
}

/// The names of all containers, those that do the work first.
fn containers(pod: &Value) -> Vec<Str> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let all = lists.iter().flat_map(|list| pod["spec"][*list].array());
    all.map(|container| container["name"].to_str()).collect()
}
