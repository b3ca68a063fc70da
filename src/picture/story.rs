//! The story of a request in words: what happened to it, step by step, and who decided.

use crate::focus;
use crate::glyph::closer;
use crate::i18n::{Lang, Message};
use network::{Part, Step};
use std::rc::Rc;
use yew::prelude::*;

/// A request, and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its connection's number.
    pub id: u64,
    /// What it was for.
    pub target: String,
    /// The steps.
    pub steps: Rc<Vec<Step>>,
}

/// What is told.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The story.
    pub story: Story,
    /// The reader has read it.
    pub onclose: Callback<()>,
}

/// The story, at the picture's side.
#[component]
pub fn StoryView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let panel = focus::use_panel();
    use_effect_with(props.story.id, |_| focus::on(".story .closes"));
    let onclose = props.onclose.reform(|_: MouseEvent| ());
    let title = lang.fill(Message::StoryOf, &[&props.story.target]);
    html! {
        <aside class="inspector story" ref={panel} aria-label={title}>
            <header>
                <h2><small>{ lang.text(Message::Request) }</small>{ &props.story.target }</h2>
                { closer(lang, onclose) }
            </header>
            <ol class="panel steps" tabindex="0">
                if props.story.steps.is_empty() {
                    <li>{ lang.text(Message::StoryForgotten) }</li>
                }
                { for props.story.steps.iter().map(|step| one(step, lang)) }
            </ol>
        </aside>
    }
}

fn one(step: &Step, lang: Lang) -> Html {
    let language = lang.of_the_core();
    let part = match step.part {
        Part::Dns => "dns",
        Part::Hop => "hop",
        Part::End => "end",
        Part::Why => "why",
        Part::Http => "http",
    };
    let place = step.place(language);
    html! {
        <li class={part} data-step={part}>
            <span class="part">{ part }</span>
            <div>
                if !place.is_empty() {
                    <b>{ place }</b>
                }
                <span>{ step.text(language) }</span>
            </div>
        </li>
    }
}
