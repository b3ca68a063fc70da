//! The picture's tools: which view, how closely, what part of it, and a search.

use super::pods::Zoom;
use super::sight::Sight;
use crate::focus;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::filter;
use api::Str;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What the tools are made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the reader looks at the cluster.
    pub sight: Sight,
    /// Whether there are so many nodes that none is farther away than in the map of all.
    pub many: bool,
    /// The namespaces there are.
    pub namespaces: Rc<Vec<Str>>,
    /// How much the search has found; none if nothing is searched.
    pub found: Option<usize>,
    /// The reader wants to look otherwise.
    pub onsight: Callback<Sight>,
}

/// The tools.
#[component]
pub fn Tools(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let sight = &props.sight;
    let change = |make: fn(&mut Sight)| {
        let sight = sight.clone();
        props.onsight.reform(move |_: MouseEvent| {
            let mut sight = sight.clone();
            make(&mut sight);
            sight
        })
    };
    let view = |by_app: bool, shape: Icon, text: Message| {
        let onclick = if by_app { change(|sight| sight.by_app = true) } else { change(|sight| sight.by_app = false) };
        html! {
            <button type="button" class="control" aria-label={lang.text(text)} title={lang.text(text)} aria-pressed={(sight.by_app == by_app).to_string()} {onclick}>
                { icon(shape) }<span>{ lang.text(text) }</span>
            </button>
        }
    };
    let zoom = |nearer: bool, shape: Icon, text: Message| {
        let onclick = if nearer {
            change(|sight| sight.zoom = sight.zoom.step(true))
        } else {
            change(|sight| sight.zoom = sight.zoom.step(false))
        };
        let ends = sight.zoom == if nearer { Zoom::Close } else { Zoom::Map.within(props.many) };
        html! {
            <button type="button" class="control" title={lang.text(text)} aria-label={lang.text(text)} aria-disabled={ends.to_string()} {onclick}>{ icon(shape) }</button>
        }
    };
    html! {
        <div class="tools" role="toolbar" aria-label={lang.text(Message::PictureTools)}>
            <div class="switch" role="group" aria-label={lang.text(Message::PictureView)}>
                { view(false, Icon::Rooms, Message::ByNode) }
                { view(true, Icon::Chain, Message::ByApp) }
            </div>
            <div class="switch">
                { zoom(false, Icon::Farther, Message::Farther) }
                { zoom(true, Icon::Closer, Message::Closer) }
            </div>
            { search(props, lang) }
            { filters(props, lang) }
        </div>
    }
}

fn search(props: &Props, lang: Lang) -> Html {
    let sight = props.sight.clone();
    let set = {
        let (sight, onsight) = (sight.clone(), props.onsight.clone());
        move |search: String| onsight.emit(Sight { search, ..sight.clone() })
    };
    let oninput = {
        let set = set.clone();
        move |event: InputEvent| set(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    // Enter goes to what was found, Escape forgets it.
    let onkeydown = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            // Else what takes the focus would take the key as well.
            event.prevent_default();
            focus_found();
        }
        "Escape" => set(String::new()),
        _ => {}
    };
    let label = lang.text(Message::SearchPicture);
    html! {
        <label class="search" title={label}>
            { icon(Icon::Search) }
            <input type="search" autocomplete="off" spellcheck="false" aria-label={label} placeholder={lang.text(Message::SearchHint)} value={sight.search} {oninput} {onkeydown} />
            <span role="status">{ props.found.map(|found| lang.fill(Message::SearchFound, &[&found.to_string()])).unwrap_or_default() }</span>
        </label>
    }
}

/// Puts the focus into the search.
pub fn focus_search() {
    focus::on(".search input");
}

fn focus_found() {
    focus::on(".scene .lit[data-object], .scene .lit [data-object]");
}

fn filters(props: &Props, lang: Lang) -> Html {
    let filter = &props.sight.filter;
    let change = {
        let (sight, onsight) = (props.sight.clone(), props.onsight.clone());
        move |make: &dyn Fn(&mut filter::Filter)| {
            let mut sight = sight.clone();
            make(&mut sight.filter);
            onsight.emit(sight);
        }
    };
    let onnamespace = {
        let change = change.clone();
        move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            change(&|filter| filter.namespace = value.as_str().into());
        }
    };
    let onlabels = {
        let change = change.clone();
        move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            change(&|filter| filter.labels = value.as_str().into());
        }
    };
    let kind = |kind: &'static str| {
        let shown = !filter.without.iter().any(|without| without == kind);
        let change = change.clone();
        let onchange = move |_: Event| {
            change(&|filter| {
                filter.without.retain(|without| without != kind);
                if shown {
                    filter.without.push(kind.into());
                }
            });
        };
        html! { <label><input type="checkbox" checked={shown} {onchange} />{ kind }</label> }
    };
    let clear = {
        let change = change.clone();
        move |_: MouseEvent| change(&|filter| *filter = filter::Filter::default())
    };
    let onsystem = {
        let sight = props.sight.clone();
        props.onsight.reform(move |_: Event| Sight { system: !sight.system, ..sight.clone() })
    };
    let invalid = !filter.is_valid();
    html! {
        <details class="filter" data-popup="">
            <summary class="control" aria-label={lang.text(Message::Filter)}>
                { icon(Icon::Funnel) }<span>{ lang.text(Message::Filter) }</span>
                if filter.is_on() {
                    <b class="badge wait">{ summary(filter) }</b>
                }
            </summary>
            <div class="menu">
                <label>{ lang.text(Message::Namespace) }
                    <select aria-label={lang.text(Message::Namespace)} onchange={onnamespace}>
                        <option value="" selected={filter.namespace.is_empty()}>{ lang.text(Message::AllNamespaces) }</option>
                        { for props.namespaces.iter().map(|name| html! {
                            <option value={name.to_string()} selected={filter.namespace == *name}>{ name.as_str() }</option>
                        }) }
                    </select>
                </label>
                <label>{ lang.text(Message::Labels) }
                    <input type="text" class="mono" autocomplete="off" spellcheck="false" placeholder="app=web,tier!=db" value={filter.labels.to_string()} aria-invalid={invalid.to_string()} oninput={onlabels} />
                </label>
                <fieldset>
                    <legend>{ lang.text(Message::Kinds) }</legend>
                    { for filter::KINDS.into_iter().map(kind) }
                </fieldset>
                <label class="check"><input type="checkbox" checked={props.sight.system} onchange={onsystem} />{ lang.text(Message::SystemPods) }</label>
                <button type="button" class="control" aria-disabled={(!filter.is_on()).to_string()} onclick={clear}>{ lang.text(Message::ShowAll) }</button>
            </div>
        </details>
    }
}

/// What a filter lets through, in a few words.
fn summary(filter: &filter::Filter) -> String {
    let mut words = vec![filter.namespace.to_string(), filter.labels.to_string()];
    words.extend(filter.without.iter().map(|kind| format!("−{kind}")));
    words.retain(|word| !word.is_empty());
    words.join(" ")
}
