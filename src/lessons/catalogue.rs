//! The lessons that there are, and how far the reader has come in each.

use super::Msg;
use crate::classroom;
use crate::i18n::{Lang, Message};
use ::classroom::{Record, Set};
use api::Value;
use std::rc::Rc;
use yew::prelude::*;

/// What the catalogue is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// dist/lessons/index.json.
    pub index: Value,
    /// What the reader has done.
    pub record: Rc<Record>,
    /// The lessons that were handed out, if they are not those of the course.
    pub set: Option<Rc<Set>>,
    /// What the reader chooses.
    pub onmsg: Callback<Msg>,
}

/// The entries of the lessons that there are, in their order: those that were handed out, or the course's.
fn entries(index: &Value, set: Option<&Rc<Set>>) -> Vec<Value> {
    let mut lessons = index.array().to_vec();
    api::sort_by_key(&mut lessons, |lesson| (lesson.get("number").int() == 0, lesson.get("number").int()));
    if let Some(set) = set {
        lessons.retain(|lesson| set.pick.iter().any(|name| lesson.get("name").str() == name));
        lessons.extend(set.own.iter().map(classroom::entry));
    }
    lessons
}

/// The lesson that comes after one.
pub fn following(index: &Value, set: Option<&Rc<Set>>, name: &str) -> Option<String> {
    let mut lessons = entries(index, set).into_iter().map(|lesson| lesson.get("name").str().to_owned());
    lessons.find(|lesson| lesson == name).and(lessons.next())
}

/// The catalogue.
#[component]
pub fn Catalogue(props: &Props) -> Html {
    let lang = props.lang;
    let lessons = entries(&props.index, props.set.as_ref());
    let entry = |lesson: &Value| {
        let name = lesson.get("name").to_str();
        let word = |key: &str| {
            let texts = lesson.get(key);
            let own = texts.get(lang.tag()).str();
            match own.is_empty() {
                true => html! { <span lang={lang.other().tag()}>{ texts.get(lang.other().tag()).str() }</span> },
                false => html! { <span>{ own }</span> },
            }
        };
        let (steps, done) = (lesson.get("steps").int(), props.record.done(&name));
        let at = props.record.step(&name) as i64;
        let state = match (done, at) {
            (true, _) => lang.text(Message::LessonDone).to_owned(),
            (false, 0) => lang.fill(Message::LessonMinutes, &[&lesson.get("minutes").int().to_string()]),
            (false, at) => lang.fill(Message::LessonStep, &[&(at + 1).to_string(), &steps.to_string()]),
        };
        let number = lesson.get("number").int();
        let onclick = {
            let name = name.to_string();
            props.onmsg.reform(move |_: MouseEvent| Msg::Open(name.clone()))
        };
        html! {
            <li>
                <button type="button" class={classes!("lesson-entry", done.then_some("done"))} {onclick}>
                    <span class="lesson-number" aria-hidden="true">{ if done { "✓".to_owned() } else if number > 0 { number.to_string() } else { "·".to_owned() } }</span>
                    <span class="lesson-about"><b>{ word("title") }</b>{ word("summary") }</span>
                    <span class="badge">{ state }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            if let Some(set) = props.set.as_ref().filter(|set| !set.title.is_empty()) { <h3>{ &set.title }</h3> }
            <ol class="catalogue">{ for lessons.iter().map(entry) }</ol>
        </>
    }
}
