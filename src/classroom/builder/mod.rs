//! The builder: a teacher types what a lesson begins with and how it is solved, clicks what must be true, and writes the words,
//! in one language or in both. Everything that a lesson's files can say has its field here.

mod check;
mod fields;
mod state;
mod step;

pub use check::Check;
pub use state::{Act, Builder};

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use fields::{Ask, button, cross, number, said, script};
use std::rc::Rc;
use yew::prelude::*;

/// What the panel is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is built.
    pub builder: Builder,
    /// The cluster's objects, to choose from.
    pub objects: Rc<Vec<String>>,
    /// The lessons of the course, or those that were handed out: names and titles.
    pub course: Rc<Vec<(String, String)>>,
    /// What went well with a link.
    pub news: Option<AttrValue>,
    /// What went wrong with a file.
    pub problem: Option<AttrValue>,
    /// The link.
    pub link: Option<AttrValue>,
    /// What the teacher does.
    pub onact: Callback<Act>,
}

impl Props {
    fn text(&self, message: Message) -> &'static str {
        self.lang.text(message)
    }

    fn act<E>(&self, act: Act) -> Callback<E> {
        self.onact.reform(move |_: E| act.clone())
    }
}

/// The panel.
#[component]
pub fn BuilderView(props: &Props) -> Html {
    let Props { builder, .. } = props;
    let close = props.text(Message::Close);
    html! {
        <aside class="lesson builder" id="lesson" tabindex="-1" aria-label={props.text(Message::Builder)}>
            <header>
                <h2>{ props.text(Message::Builder) }</h2>
                <button type="button" class="control" title={close} aria-label={close} onclick={props.act(Act::Toggle)}>{ icon(Icon::Close) }</button>
            </header>
            <div class="lesson-body">
                { languages(props) }
                { said(props, Message::BuildTitle, "/said/title", 0) }
                { said(props, Message::BuildSummary, "/said/summary", 2) }
                { said(props, Message::BuildIntro, "/said/intro", 3) }
                { conditions(props) }
                <section>
                    <h3>{ props.text(Message::BuildStart) }</h3>
                    <p>{ props.text(Message::BuildStartHint) }</p>
                    { script(props, "/plan/start", false) }
                    <div class="row">
                        { button(props, Message::BuildTakeStart, Act::Start) }
                        { button(props, Message::BuildReset, Act::Reset) }
                    </div>
                </section>
                { files(props) }
                { step::steps(props) }
                <section>
                    <h3>{ props.text(Message::BuildEnd) }</h3>
                    { said(props, Message::BuildEndTitle, "/said/end/title", 0) }
                    { said(props, Message::BuildEndText, "/said/end/text", 2) }
                </section>
                { handed_out(props) }
            </div>
            { said_now(props) }
            <footer>
                if builder.left.is_some() {
                    { button(props, Message::BuildBack, Act::Back) }
                } else {
                    { button(props, Message::BuildAnew, Act::Anew) }
                }
                { button(props, Message::BuildTry, Act::Try) }
                if builder.playing.is_some() {
                    { button(props, Message::BuildHalt, Act::Halt) }
                } else {
                    { button(props, Message::BuildCheck, Act::Lint) }
                }
                { button(props, Message::BuildFile, Act::File) }
                <button type="button" class="control main" onclick={props.act(Act::Link)}>{ props.text(Message::RecordLink) }</button>
            </footer>
        </aside>
    }
}

/// In which language the words are written now; a language in which something is said has a mark.
fn languages(props: &Props) -> Html {
    let written = props.builder.draft.languages();
    let choice = |(lang, name): (Lang, &'static str)| {
        let (on, there) = (props.builder.words == lang, written.contains(&lang.of_the_core()));
        html! {
            <button type="button" class="control words" lang={lang.tag()} aria-pressed={on.to_string()} onclick={props.act(Act::Words(lang))}>
                { name }{ if there && !on { " ✓" } else { "" } }
            </button>
        }
    };
    html! {
        <div class="row said-in" role="group" aria-label={props.text(Message::BuildWords)}>
            <span>{ props.text(Message::BuildWords) }</span>
            { for [(Lang::En, "English"), (Lang::Ko, "한국어")].into_iter().map(choice) }
        </div>
    }
}

/// How long the lesson takes, for whom it is, and which cluster it wants.
fn conditions(props: &Props) -> Html {
    let levels = ["beginner", "intermediate", "advanced"].into_iter();
    let names = [Message::BuildBeginner, Message::BuildIntermediate, Message::BuildAdvanced];
    let levels = levels.zip(names).map(|(level, name)| (level.to_owned(), props.text(name).to_owned())).collect();
    html! {
        <details>
            <summary class="control">{ props.text(Message::BuildConditions) }</summary>
            <div class="pair">
                { number(props, Message::BuildMinutes, "/plan/minutes") }
                { fields::choice(props, Message::BuildLevel, "/plan/level", levels) }
                { number(props, Message::BuildWorkers, "/plan/workers") }
                { number(props, Message::BuildSeed, "/plan/seed") }
            </div>
        </details>
    }
}

/// Files that the learner finds.
fn files(props: &Props) -> Html {
    let draft = &props.builder.draft;
    let file = |at: usize| {
        let path = format!("/files/{at}");
        let name = draft.at(&format!("{path}/name")).str().to_owned();
        html! {
            <li key={at} class="card">
                <div class="row">
                    { fields::field(props, Message::BuildFileName, &format!("{path}/name"), Ask::Line) }
                    { cross(props, &name, Act::Remove(path.clone())) }
                </div>
                { fields::field(props, Message::BuildFileText, &format!("{path}/text"), Ask::Code) }
            </li>
        }
    };
    html! {
        <details open={!draft.at("/files").is_empty()}>
            <summary class="control">{ props.text(Message::BuildFiles) }</summary>
            <ul class="cards">{ for (0..draft.at("/files").len()).map(file) }</ul>
            { button(props, Message::BuildAddFile, Act::Push("/files".into(), api::obj! { "text" => "" })) }
        </details>
    }
}

/// What is handed out beside this lesson, and lessons to begin from.
fn handed_out(props: &Props) -> Html {
    let Props { builder, course, .. } = props;
    let draft = &builder.draft;
    let chosen = |name: &str| draft.at("/pick").array().iter().any(|pick| pick.str() == name);
    let pick = |(name, title): &(String, String)| {
        html! {
            <li class="row">
                <label><input type="checkbox" checked={chosen(name)} onchange={props.act::<Event>(Act::Pick(name.clone()))} />{ title }</label>
                <button type="button" class="control words" aria-label={format!("{}: {title}", props.text(Message::BuildCopyOf))} onclick={props.act(Act::Copy(name.clone()))}>{ props.text(Message::BuildCopyOf) }</button>
            </li>
        }
    };
    let other = |(at, own): (usize, &api::Value)| {
        let name = own.get("name").str();
        html! {
            <li class="row">
                <button type="button" class="control words" onclick={props.act(Act::Turn(Some(at)))}>{ name }</button>
                { cross(props, name, Act::Remove(format!("/others/{at}"))) }
            </li>
        }
    };
    let others = draft.at("/others").array();
    html! {
        <>
            <details open={!others.is_empty()}>
                <summary class="control">{ props.text(Message::BuildOthers) }</summary>
                { fields::field(props, Message::BuildHeading, "/heading", Ask::Line) }
                <ul class="picks">{ for others.iter().enumerate().map(other) }</ul>
                <div class="row">
                    { button(props, Message::BuildAnother, Act::Turn(None)) }
                    { button(props, Message::BuildOpen, Act::Open) }
                </div>
            </details>
            <details>
                <summary class="control">{ props.text(Message::BuildPick) }</summary>
                <ul class="picks">{ for course.iter().map(pick) }</ul>
            </details>
        </>
    }
}

/// What came of what was done last: it stands still where it is seen, however far the lesson is scrolled.
fn said_now(props: &Props) -> Html {
    html! {
        <div class="said-now">
            { playing(props) }
            { problems(props) }
            if let Some(problem) = &props.problem {
                <p class="verdict bad" role="alert">{ problem }</p>
            }
            if let Some(news) = &props.news {
                <p class="verdict good" role="status">{ news }</p>
            }
            if let Some(link) = &props.link {
                <input class="lesson-link" readonly={true} aria-label={props.text(Message::LinkToCopy)} value={link.clone()} />
            }
        </div>
    }
}

/// What is played while the lesson is checked.
fn playing(props: &Props) -> Html {
    let Some(stage) = &props.builder.playing else { return Html::default() };
    let message = if stage.mistake { Message::BuildPlaysMistake } else { Message::BuildPlaysWay };
    let name = if stage.name.is_empty() { props.text(Message::BuildPlaysSolution) } else { &stage.name };
    let said = props.lang.fill(message, &[&(stage.at + 1).to_string(), &stage.of.to_string(), name]);
    html! {
        <div class="verdict" id="checking" role="status">
            <p>{ &said }</p>
            <progress aria-hidden="true" max={stage.of.to_string()} value={stage.at.to_string()} />
        </div>
    }
}

fn problems(props: &Props) -> Html {
    match &props.builder.problems {
        None => Html::default(),
        Some(problems) if problems.is_empty() => {
            html! { <p class="verdict good" role="status">{ props.text(Message::BuildGood) }</p> }
        }
        Some(problems) => html! {
            <div class="verdict bad" role="alert">
                <p>{ props.text(Message::BuildBad) }</p>
                <ul>{ for problems.iter().map(|(step, text)| html! {
                    <li>
                        if let Some(step) = *step {
                            <button type="button" class="control words" onclick={props.act(Act::Step(step))}>{ props.lang.fill(Message::BuildStep, &[&(step + 1).to_string()]) }</button>
                        }
                        { text }
                    </li>
                }) }</ul>
            </div>
        },
    }
}
