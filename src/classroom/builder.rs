//! The builder: a teacher types what a lesson begins with and how it is solved, clicks what must be true, and writes the words.

use crate::i18n::{Lang, Message};
use ::classroom::{Draft, clause_words};
use ::lessons::Problem;
use api::Value;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What is typed into the terminal for the lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// How the step is solved.
    Solution,
    /// Another way.
    Route,
    /// What must not be accepted.
    Mistake,
}

/// What the teacher does in the builder.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It shall open, or close.
    Toggle,
    /// A field of the lesson has another text.
    Set(&'static str, String),
    /// A field of the step.
    SetStep(&'static str, String),
    /// Another step is shown; one more than there are is a new one.
    Step(usize),
    /// The step shall go.
    RemoveStep,
    /// What was typed so far is what the lesson begins with.
    Start,
    /// The cluster shall be as the lesson begins, with the steps before solved.
    Reset,
    /// What is typed from now on is this; or no more.
    Record(What),
    /// A mistake of the step shall go.
    RemoveMistake(usize),
    /// A check that was offered shall be one.
    Check(usize),
    /// A check of the step shall go.
    RemoveCheck(usize),
    /// The lesson shall be played as a learner does.
    Try,
    /// It shall be checked as `kubarium check` does.
    Lint,
    /// A lesson of the course is handed out too, or not any more.
    Pick(String),
    /// A link to it is wanted.
    Link,
    /// A file.
    File,
    /// An empty builder.
    Anew,
}

/// What the builder knows.
#[derive(Clone, PartialEq)]
pub struct Builder {
    /// The lesson.
    pub draft: Draft,
    /// Which step is shown.
    pub step: usize,
    /// What could be checked of the object that was clicked.
    pub offers: Rc<Vec<Value>>,
    /// What is being typed, and how many inputs there were before.
    pub recording: Option<(What, usize)>,
    /// What is wrong with the lesson; none if it was not checked since it was changed.
    pub problems: Option<Rc<Vec<Problem>>>,
}

impl Builder {
    /// What was being built.
    pub fn recall() -> Builder {
        let draft = Draft::read(&crate::settings::recall("draft").unwrap_or_default());
        Builder { draft, step: 0, offers: Rc::default(), recording: None, problems: None }
    }

    /// The lesson was changed: keeps it.
    pub fn changed(&mut self) {
        self.problems = None;
        crate::settings::remember("draft", &self.draft.text());
    }

    /// The step that is shown.
    pub fn shown(&self) -> &Value {
        self.draft.steps().get(self.step).unwrap_or(&api::NULL)
    }

    /// The step that is shown, to be changed.
    pub fn shown_mut(&mut self) -> Option<&mut Value> {
        self.draft.step_mut(self.step)
    }
}

/// What the panel is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is built.
    pub builder: Builder,
    /// The lessons of the course: names and titles.
    pub course: Rc<Vec<(String, String)>>,
    /// What went well or wrong with a link.
    pub news: Option<AttrValue>,
    /// The link.
    pub link: Option<AttrValue>,
    /// What the teacher does.
    pub onact: Callback<Act>,
}

/// The panel.
#[component]
pub fn BuilderView(props: &Props) -> Html {
    let Props { lang, builder, .. } = props;
    let lang = *lang;
    let act = |act: Act| props.onact.reform(move |_: MouseEvent| act.clone());
    let button = |label: Message, what: Act| html! { <button type="button" class="control words" onclick={act(what)}>{ lang.text(label) }</button> };
    let draft = &builder.draft.0;
    let close = lang.text(Message::Close);
    let chosen = |name: &str| draft.get("pick").array().iter().any(|pick| pick.str() == name);
    let pick = |(name, title): &(String, String)| {
        let onchange = {
            let name = name.clone();
            props.onact.reform(move |_: Event| Act::Pick(name.clone()))
        };
        html! { <li><label><input type="checkbox" checked={chosen(name)} {onchange} />{ title }</label></li> }
    };
    html! {
        <aside class="lesson builder" id="lesson" tabindex="-1" aria-label={lang.text(Message::Builder)}>
            <header>
                <h2>{ lang.text(Message::Builder) }</h2>
                <button type="button" class="control" title={close} aria-label={close} onclick={act(Act::Toggle)}>{ crate::glyph::icon(crate::glyph::Icon::Close) }</button>
            </header>
            <div class="lesson-body">
                { field(props, Message::BuildTitle, "title", false, draft) }
                { field(props, Message::BuildSummary, "summary", true, draft) }
                <section>
                    <h3>{ lang.text(Message::BuildStart) }</h3>
                    <p>{ lang.text(Message::BuildStartHint) }</p>
                    { script(draft.get("start").str()) }
                    <div class="row">{ button(Message::BuildTakeStart, Act::Start) }{ button(Message::BuildReset, Act::Reset) }</div>
                </section>
                <nav class="row" aria-label={lang.text(Message::LessonSteps)}>
                    { for (0..builder.draft.steps().len()).map(|at| html! {
                        <button type="button" class="control" aria-pressed={(at == builder.step).to_string()} aria-label={lang.fill(Message::BuildStep, &[&(at + 1).to_string()])} onclick={act(Act::Step(at))}>{ at + 1 }</button>
                    }) }
                    <button type="button" class="control" title={lang.text(Message::BuildAddStep)} aria-label={lang.text(Message::BuildAddStep)} onclick={act(Act::Step(builder.draft.steps().len()))}>{ "+" }</button>
                </nav>
                { view_step(props) }
                <details>
                    <summary class="control">{ lang.text(Message::BuildPick) }</summary>
                    <ul class="picks">{ for props.course.iter().map(pick) }</ul>
                </details>
                { view_problems(lang, builder) }
                if let Some(news) = &props.news {
                    <p class="verdict good" role="status">{ news }</p>
                }
                if let Some(link) = &props.link {
                    <input class="lesson-link" readonly={true} aria-label={lang.text(Message::LinkToCopy)} value={link.clone()} />
                }
            </div>
            <footer>
                { button(Message::BuildAnew, Act::Anew) }
                { button(Message::BuildTry, Act::Try) }
                { button(Message::BuildCheck, Act::Lint) }
                { button(Message::BuildFile, Act::File) }
                <button type="button" class="control main" onclick={act(Act::Link)}>{ lang.text(Message::RecordLink) }</button>
            </footer>
        </aside>
    }
}

/// A field of the lesson or of the step.
fn field(props: &Props, label: Message, key: &'static str, long: bool, of: &Value) -> Html {
    let in_step = !matches!(key, "title" | "summary") || std::ptr::eq(of, props.builder.shown());
    let value = of.get(key).str().to_owned();
    let make = move |text: String| if in_step { Act::SetStep(key, text) } else { Act::Set(key, text) };
    let at = if in_step { format!("{key}-{}", props.builder.step) } else { key.to_owned() };
    html! {
        <label class="asked" key={at}>{ props.lang.text(label) }
            if long {
                <textarea rows="3" {value} oninput={props.onact.reform(move |event: InputEvent| make(event.target_unchecked_into::<HtmlTextAreaElement>().value()))} />
            } else {
                <input type="text" {value} oninput={props.onact.reform(move |event: InputEvent| make(event.target_unchecked_into::<HtmlInputElement>().value()))} />
            }
        </label>
    }
}

fn script(text: &str) -> Html {
    if text.trim().is_empty() {
        Html::default()
    } else {
        html! { <pre tabindex="0">{ text.trim_end() }</pre> }
    }
}

fn view_step(props: &Props) -> Html {
    let Props { lang, builder, .. } = props;
    let (lang, step) = (*lang, builder.shown());
    let act = |act: Act| props.onact.reform(move |_: MouseEvent| act.clone());
    let gone = |label: String, what: Act| html! { <button type="button" class="control" title={label.clone()} aria-label={label} onclick={act(what)}>{ "✕" }</button> };
    let remove = |text: &str| format!("{}: {text}", lang.text(Message::Forget));
    let check = |(at, clause): (usize, &Value)| {
        let words = clause_words(clause, lang.of_the_core());
        html! { <li><span>{ &words }</span>{ gone(remove(&words), Act::RemoveCheck(at)) }</li> }
    };
    let offer = |(at, clause): (usize, &Value)| {
        html! {
            <li><button type="button" class="clause" onclick={act(Act::Check(at))}>{ clause_words(clause, lang.of_the_core()) }</button></li>
        }
    };
    let record = |label: Message, what: What| {
        let on = builder.recording.is_some_and(|(recorded, _)| recorded == what);
        html! {
            <button type="button" class={classes!("control", "words", on.then_some("recording"))} aria-pressed={on.to_string()} onclick={act(Act::Record(what))}>
                { if on { "■ " } else { "● " } }{ lang.text(if on { Message::BuildStop } else { label }) }
            </button>
        }
    };
    html! {
        <section class="step">
            { field(props, Message::BuildStepTitle, "title", false, step) }
            { field(props, Message::BuildGoal, "goal", true, step) }
            { field(props, Message::BuildHints, "hints", true, step) }
            { field(props, Message::BuildDone, "done", true, step) }
            <h3>{ lang.text(Message::BuildChecks) }</h3>
            <ul class="built">{ for step.get("checks").array().iter().enumerate().map(check) }</ul>
            <p>{ lang.text(Message::BuildChecksHint) }</p>
            <ul class="clauses" aria-label={lang.text(Message::BuildOffers)}>{ for builder.offers.iter().enumerate().map(offer) }</ul>
            <h3>{ lang.text(Message::BuildSolution) }</h3>
            { script(step.get("solution").str()) }
            { record(Message::BuildRecord, What::Solution) }
            <h3>{ lang.text(Message::BuildRoute) }</h3>
            { script(step.get("route").str()) }
            { record(Message::BuildRecord, What::Route) }
            <h3>{ lang.text(Message::BuildMistakes) }</h3>
            { for step.get("mistakes").array().iter().enumerate().map(|(at, mistake)| html! {
                <div class="row mistake">{ script(mistake.str()) }{ gone(remove(mistake.str()), Act::RemoveMistake(at)) }</div>
            }) }
            { record(Message::BuildRecord, What::Mistake) }
            if builder.draft.steps().len() > 1 {
                <p><button type="button" class="control words" onclick={act(Act::RemoveStep)}>{ lang.text(Message::BuildRemoveStep) }</button></p>
            }
        </section>
    }
}

fn view_problems(lang: Lang, builder: &Builder) -> Html {
    match &builder.problems {
        None => Html::default(),
        Some(problems) if problems.is_empty() => {
            html! { <p class="verdict good" role="status">{ lang.text(Message::BuildGood) }</p> }
        }
        Some(problems) => html! {
            <div class="verdict bad" role="alert">
                <p>{ lang.text(Message::BuildBad) }</p>
                <ul>{ for problems.iter().map(|problem| html! { <li>{ &problem.text }</li> }) }</ul>
            </div>
        },
    }
}
