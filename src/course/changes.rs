//! What differs between two moments, in words.

use super::bar::at_text;
use crate::glyph::closer;
use crate::i18n::{Lang, Message};
use api::Value;
use std::rc::Rc;
use timeline::{Change, Field, What};
use yew::prelude::*;

/// Longer values are cut.
const LONGEST_VALUE: usize = 48;
/// More objects are counted only.
const MAX_CHANGES: usize = 200;

/// What differs between two moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The two moments, in seconds since the start, the earlier one first.
    pub between: (f64, f64),
    /// What differs.
    pub changes: Vec<Change>,
}

/// What the comparison is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is shown.
    pub compared: Rc<Compared>,
    /// An object was chosen: `Kind/namespace/name`.
    pub oninspect: Callback<String>,
    /// The reader has seen enough.
    pub onclose: Callback<()>,
}

/// The comparison.
#[component]
pub fn Changes(props: &Props) -> Html {
    let lang = props.lang;
    let Compared { between: (from, to), changes } = &*props.compared;
    let title = lang.fill(Message::ChangesBetween, &[&at_text(*from), &at_text(*to)]);
    let nothing = if from == to { Message::PinHint } else { Message::NoChanges };
    let onclose = props.onclose.reform(|_: MouseEvent| ());
    let more = changes.len().saturating_sub(MAX_CHANGES);
    let one = |change: &Change| {
        let path = format!("{}/{}/{}", change.kind, change.namespace, change.name);
        let onclick = props.oninspect.reform(move |_: MouseEvent| path.clone());
        let (class, message, fields): (_, _, &[Field]) = match &change.what {
            What::Added => ("added", Message::ChangeAdded, &[]),
            What::Removed => ("removed", Message::ChangeRemoved, &[]),
            What::Replaced => ("changed", Message::ChangeReplaced, &[]),
            What::Changed(fields) => ("changed", Message::ChangeChanged, fields),
        };
        html! {
            <li class={class}>
                <span class="sign" aria-hidden="true">{ match class { "added" => "+", "removed" => "−", _ => "~" } }</span>
                <button type="button" {onclick}><small>{ change.kind }</small>{ " " }{ &change.name }</button>
                <span class="what">{ lang.text(message) }</span>
                if !fields.is_empty() {
                    <ul>{ for fields.iter().map(|field| html! { <li><code>{ &field.path }</code>{ " " }{ shown(&field.before, lang) }{ " → " }<b>{ shown(&field.after, lang) }</b></li> }) }</ul>
                }
            </li>
        }
    };
    html! {
        <aside class="changes" aria-label={title.clone()}>
            <header>
                <h2>{ title }</h2>
                { closer(lang, onclose) }
            </header>
            <div class="panel" tabindex="0">
                if changes.is_empty() {
                    <p>{ lang.text(nothing) }</p>
                }
                <ul>{ for changes.iter().take(MAX_CHANGES).map(one) }</ul>
                if more > 0 {
                    <p>{ lang.fill(Message::MoreChanges, &[&more.to_string()]) }</p>
                }
            </div>
        </aside>
    }
}

/// A value as short text.
fn shown(value: &Value, lang: Lang) -> String {
    let text = match value {
        Value::Null => return lang.text(Message::ChangeNothing).to_owned(),
        Value::String(text) => text.to_string(),
        value => api::json::to_string(value),
    };
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
