//! Fields of the builder: each shows what stands at a path of the draft, and tells what it shall be.

use super::{Act, Props};
use crate::i18n::Message;
use ::classroom::{EXAMPLES, called, clause_words};
use api::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// How something is asked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Ask {
    /// In one line.
    Line,
    /// In several, as code.
    Code,
}

/// A button with words.
pub fn button(props: &Props, label: Message, act: Act) -> Html {
    html! { <button type="button" class="control words" onclick={props.act(act)}>{ props.text(label) }</button> }
}

/// A button that takes something away.
pub fn cross(props: &Props, what: &str, act: Act) -> Html {
    let label = format!("{}: {what}", props.text(Message::Forget));
    crate::glyph::sign("✕", label, props.act(act))
}

/// Words, in the language that is chosen; what they are in the other one shows where there are none yet.
pub fn said(props: &Props, label: Message, path: &str, rows: u32) -> Html {
    let (lang, draft) = (props.builder.words, &props.builder.draft);
    let own = format!("{path}/{}", lang.tag());
    let value = draft.at(&own).str().to_owned();
    let hint = draft.at(&format!("{path}/{}", lang.other().tag())).str().to_owned();
    html! {
        <label class="asked" key={own.clone()}>
            <span>{ props.text(label) }</span>
            if rows > 0 {
                <textarea rows={rows.to_string()} lang={lang.tag()} placeholder={hint} {value} oninput={long(props, own)} />
            } else {
                <input type="text" lang={lang.tag()} placeholder={hint} {value} oninput={short(props, own)} />
            }
        </label>
    }
}

/// A text that is the same in every language.
pub fn field(props: &Props, label: Message, path: &str, ask: Ask) -> Html {
    let value = props.builder.draft.at(path).str().to_owned();
    let rows = rows(&value);
    html! {
        <label class="asked" key={path.to_owned()}>
            <span>{ props.text(label) }</span>
            if ask == Ask::Code {
                <textarea class="code" {rows} spellcheck="false" {value} oninput={long(props, path.to_owned())} />
            } else {
                <input type="text" {value} oninput={short(props, path.to_owned())} />
            }
        </label>
    }
}

/// A number; none if nothing is typed.
pub fn number(props: &Props, label: Message, path: &str) -> Html {
    let value = props.builder.draft.at(path).as_int().map(|number| number.to_string()).unwrap_or_default();
    let path = path.to_owned();
    let oninput = props.onact.reform(move |event: InputEvent| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        Act::Set(path.clone(), typed.parse::<i64>().map_or(Value::Null, Value::from))
    });
    html! {
        <label class="asked"><span>{ props.text(label) }</span><input type="number" min="0" {value} {oninput} /></label>
    }
}

/// One of a few: what is kept, and what it is called.
pub fn choice(props: &Props, label: Message, path: &str, of: Vec<(String, String)>) -> Html {
    let now = props.builder.draft.at(path).str().to_owned();
    let path = path.to_owned();
    let onchange = props.onact.reform(move |event: Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>().value();
        Act::Set(path.clone(), chosen.into())
    });
    html! {
        <label class="asked"><span>{ props.text(label) }</span>
            <select {onchange}>
                { for of.into_iter().map(|(value, name)| html! { <option selected={value == now} value={value.clone()}>{ name }</option> }) }
            </select>
        </label>
    }
}

/// Commands: typed here, or in the terminal while they are recorded.
pub fn script(props: &Props, path: &str, recorded: bool) -> Html {
    let value = props.builder.draft.at(path).str().to_owned();
    let rows = rows(&value);
    let on = props.builder.recording.as_ref().is_some_and(|(recorded, _)| recorded == path);
    html! {
        <div class="script-field" key={path.to_owned()}>
            <textarea class="code" {rows} spellcheck="false" autocapitalize="off" aria-label={props.text(Message::BuildCommands)}
                placeholder="kubectl …" {value} oninput={long(props, path.to_owned())} />
            if recorded {
                <button type="button" class={classes!("control", "words", on.then_some("recording"))} aria-pressed={on.to_string()} onclick={props.act(Act::Record(path.to_owned()))}>
                    { if on { "■ " } else { "● " } }{ props.text(if on { Message::BuildStop } else { Message::BuildRecord }) }
                </button>
            }
        </div>
    }
}

/// A list of clauses: each in words, and as YAML for whoever wants to write it. Objects that are clicked add to the list at which
/// is aimed.
pub fn clauses(props: &Props, path: &str, remove: impl Fn(usize) -> Act) -> Html {
    let builder = &props.builder;
    let lang = props.lang.of_the_core();
    let clause = |(at, clause): (usize, &Value)| {
        let (here, words) = (format!("{path}/{at}"), clause_words(clause, lang));
        let writing = builder.writing.as_ref().filter(|(writing, ..)| *writing == here);
        let edit = format!("{}: {words}", props.text(Message::BuildEdit));
        let act = Act::Write(writing.is_none().then(|| here.clone()));
        html! {
            <li>
                <span>{ &words }</span>
                <button type="button" class="control" title={edit.clone()} aria-label={edit} aria-expanded={writing.is_some().to_string()} onclick={props.act(act)}>{ "✎" }</button>
                { cross(props, &words, remove(at)) }
                if let Some((_, text, problem)) = writing {
                    <textarea class="code" rows={rows(text)} spellcheck="false" aria-label={words.clone()} value={text.clone()}
                        oninput={props.onact.reform(|event: InputEvent| Act::Clause(event.target_unchecked_into::<HtmlTextAreaElement>().value()))} />
                    if !problem.is_empty() { <small role="alert">{ problem }</small> }
                }
            </li>
        }
    };
    let aimed = builder.aim == path;
    let aim = html! {
        <button type="button" class="control words" aria-pressed={aimed.to_string()} onclick={props.act(Act::Aim(path.to_owned()))}>{ props.text(Message::BuildAim) }</button>
    };
    let onchange = {
        let path = path.to_owned();
        props.onact.reform(move |event: Event| {
            let select = event.target_unchecked_into::<HtmlSelectElement>();
            let at = select.value().parse().unwrap_or(usize::MAX);
            select.set_value("");
            Act::Example(path.clone(), at)
        })
    };
    let example = |(at, text): (usize, &&str)| html! { <option value={at.to_string()}>{ text.lines().next().unwrap_or_default().to_owned() }</option> };
    let offer = |(at, clause): (usize, &Value)| {
        html! {
            <li><button type="button" class="clause" onclick={props.act(Act::Offer(at))}>{ clause_words(clause, lang) }</button></li>
        }
    };
    let onlook =
        props.onact.reform(|event: Event| Act::Look(event.target_unchecked_into::<HtmlSelectElement>().value()));
    html! {
        <>
            <ul class="built">{ for builder.draft.at(path).array().iter().enumerate().map(clause) }</ul>
            <div class="row">
                { aim }
                <select class="control" aria-label={props.text(Message::BuildWrite)} {onchange}>
                    <option value="" selected={true}>{ props.text(Message::BuildWrite) }</option>
                    { for EXAMPLES.iter().enumerate().map(example) }
                </select>
            </div>
            if aimed {
                if builder.offers.is_empty() { <p>{ props.text(Message::BuildChecksHint) }</p> }
                <select class="control" aria-label={props.text(Message::BuildObject)} onchange={onlook}>
                    <option value="" selected={true}>{ props.text(Message::BuildObject) }</option>
                    { for props.objects.iter().map(|object| html! { <option value={object.clone()}>{ called(object) }</option> }) }
                </select>
                <ul class="clauses" aria-label={props.text(Message::BuildOffers)}>{ for builder.offers.iter().enumerate().map(offer) }</ul>
            }
        </>
    }
}

fn rows(text: &str) -> String {
    text.trim_end().lines().count().clamp(1, 12).to_string()
}

fn long(props: &Props, path: String) -> Callback<InputEvent> {
    props.onact.reform(move |event: InputEvent| {
        Act::Set(path.clone(), event.target_unchecked_into::<HtmlTextAreaElement>().value().into())
    })
}

fn short(props: &Props, path: String) -> Callback<InputEvent> {
    props.onact.reform(move |event: InputEvent| {
        Act::Set(path.clone(), event.target_unchecked_into::<HtmlInputElement>().value().into())
    })
}
