//! The panel: a step's goal, what is missing, hints, questions, and what comes next.

use super::catalogue::{Catalogue, following};
use super::{Msg, markdown};
use crate::classroom;
use crate::focus;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use ::classroom::{Record, Set};
use api::Value;
use lessons::{BlockKind, Lesson, Quiz, StepWords, Words};
use std::rc::Rc;
use yew::prelude::*;

/// What the panel shows.
#[derive(Clone, Default)]
pub struct Shown {
    /// The list of lessons; null until it has come.
    pub index: Value,
    /// What the reader has done.
    pub record: Rc<Record>,
    /// What went wrong.
    pub problem: Option<AttrValue>,
    /// What went well.
    pub news: Option<AttrValue>,
    /// A link that was made.
    pub link: Option<AttrValue>,
    /// The lessons that were handed out, if they are not those of the course.
    pub set: Option<Rc<Set>>,
    /// The lesson, if one is open.
    pub lesson: Option<Rc<Lesson>>,
    /// Which step.
    pub step: usize,
    /// Whether the last step is behind.
    pub over: bool,
    /// Whether the step is done.
    pub complete: bool,
    /// For each check what is missing, in words; none where it is met.
    pub checks: Vec<Option<String>>,
    /// What is said of what was done wrong; Markdown.
    pub notes: Vec<String>,
    /// What the finished step had brought about and is so no longer, in words.
    pub undone: Vec<String>,
    /// The hints that help now, from the gentlest; Markdown.
    pub hints: Vec<String>,
    /// How many of them the reader has asked for.
    pub hints_shown: usize,
    /// Answers to questions.
    pub answers: Vec<(String, usize)>,
    /// Commands run so far, and how many of them "show me" has typed.
    pub count: (usize, usize),
    /// How many commands the solutions take.
    pub reference: usize,
    /// Whether a solution is being typed.
    pub showing: bool,
    /// What a screen reader is told.
    pub said: AttrValue,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        let lesson = |shown: &Shown| shown.lesson.as_ref().map(Rc::as_ptr);
        (
            lesson(self),
            self.step,
            self.over,
            self.complete,
            self.showing,
            self.hints_shown,
            &self.problem,
            &self.news,
            &self.link,
            &self.set,
        ) == (
            lesson(other),
            other.step,
            other.over,
            other.complete,
            other.showing,
            other.hints_shown,
            &other.problem,
            &other.news,
            &other.link,
            &other.set,
        ) && (&self.checks, &self.notes, &self.undone, &self.hints, &self.answers, &self.said, self.count)
            == (&other.checks, &other.notes, &other.undone, &other.hints, &other.answers, &other.said, other.count)
            && self.index.is_same(&other.index)
            && self.record == other.record
    }
}

/// What the panel is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What it shows.
    pub shown: Shown,
    /// What the reader does.
    pub onmsg: Callback<Msg>,
    /// What he does as one of a class.
    pub onclass: Callback<classroom::Msg>,
}

/// The panel.
#[component]
pub fn Panel(props: &Props) -> Html {
    let Props { lang, shown, onmsg, onclass } = props;
    let (lang, folded) = (*lang, use_state_eq(|| false));
    let act = |msg: Msg| onmsg.reform(move |_: MouseEvent| msg.clone());
    let words = shown.lesson.as_ref().and_then(|lesson| lesson.words(lang.of_the_core()));
    let title = words.map_or(lang.text(Message::Lessons), |words| words.title.as_str()).to_owned();
    use_effect_with(shown.hints_shown, |hints| reveal(*hints > 0, ".lesson-hint"));
    use_effect_with((shown.notes.clone(), shown.undone.clone()), |(notes, undone)| {
        reveal(!(notes.is_empty() && undone.is_empty()), ".lesson-note")
    });
    use_effect_with(shown.complete, |complete| reveal(*complete, ".lesson-done"));
    let fold = {
        let folded = folded.clone();
        move |_: MouseEvent| folded.set(!*folded)
    };
    html! {
        <aside class={classes!("lesson", folded.then_some("folded"))} id="lesson" tabindex="-1" aria-label={title.clone()}>
            <header>
                if shown.lesson.is_some() {
                    <button type="button" class="control back" title={lang.text(Message::LessonList)} aria-label={lang.text(Message::LessonList)} onclick={act(Msg::List)}>{ "‹" }</button>
                }
                <h2 title={title.clone()} lang={words.map(|words| words.lang.tag())}>{ title }</h2>
                if shown.lesson.is_some() {
                    <button type="button" class="control words" title={lang.text(Message::ReportHint)} onclick={onclass.reform(|_: MouseEvent| classroom::Msg::Report)}>{ lang.text(Message::Report) }</button>
                }
                <button type="button" class="control lesson-fold" aria-expanded={(!*folded).to_string()} aria-label={lang.text(Message::LessonFold)}
                    title={lang.text(Message::LessonFold)} onclick={fold}>{ if *folded { "▾" } else { "▴" } }</button>
                <button type="button" class="control" title={lang.text(Message::Close)} aria-label={lang.text(Message::Close)} onclick={act(Msg::Toggle)}>{ icon(Icon::Close) }</button>
            </header>
            if let Some(problem) = &shown.problem {
                <p class="lesson-note" role="alert">{ problem }</p>
            }
            if let Some(news) = &shown.news {
                <p class="lesson-note good" role="status">{ news }</p>
                if let Some(link) = &shown.link {
                    <input class="lesson-link" readonly={true} aria-label={lang.text(Message::LinkToCopy)} value={link.clone()} />
                }
            }
            { match (&shown.lesson, words) {
                (Some(lesson), Some(words)) => view_lesson(props, lesson, words),
                _ => view_list(props),
            } }
            <p class="unseen" role="status">{ &shown.said }</p>
        </aside>
    }
}

/// Scrolls the panel as far as is needed to see the last of what has come.
fn reveal(has_come: bool, what: &str) {
    if has_come {
        let all = focus::all(&gloo::utils::document(), &format!(".lesson-body {what}"));
        all.last().into_iter().for_each(|last| focus::into_sight(last));
    }
}

fn view_list(props: &Props) -> Html {
    let Props { lang, shown, onmsg, onclass } = props;
    let lang = *lang;
    html! {
        <>
            <div class="lesson-body">
                <Catalogue {lang} index={shown.index.clone()} record={shown.record.clone()} set={shown.set.clone()} onmsg={onmsg} />
            </div>
            <classroom::Desk {lang} handed={shown.set.is_some()} onmsg={onclass} />
        </>
    }
}

fn view_lesson(props: &Props, lesson: &Rc<Lesson>, words: &Words) -> Html {
    let Props { lang, shown, onmsg, .. } = props;
    let lang = *lang;
    let act = |msg: Msg| onmsg.reform(move |_: MouseEvent| msg.clone());
    let plan = lesson.steps();
    let id = plan.get(shown.step).map_or("", |step| step.get("id").str());
    let dot = |(at, step): (usize, &Value)| {
        let title = words.step(step.get("id").str()).map_or("", |step| step.title.as_str()).to_owned();
        let state = if at < shown.step || shown.over {
            "done"
        } else if at == shown.step {
            "current"
        } else {
            ""
        };
        html! { <li class={state} aria-current={(state == "current").then_some("step")} title={title.clone()}><span class="unseen">{ title }</span></li> }
    };
    let more = shown.hints_shown < shown.hints.len();
    let following = following(&shown.index, shown.set.as_ref(), &lesson.name).filter(|_| shown.over);
    html! {
        <>
            <ol class="lesson-steps" aria-label={lang.text(Message::LessonSteps)}>{ for plan.iter().enumerate().map(dot) }</ol>
            // Without a pointer it is scrolled by keys.
            <div class="lesson-body" lang={words.lang.tag()} key={format!("{}/{}", lesson.name, shown.step)} role="group" aria-labelledby="lesson-step" tabindex="0">
                if shown.over {
                    { view_end(lang, shown, words) }
                } else if let Some(step) = words.step(id) {
                    if shown.step == 0 {
                        <div class="lesson-intro">{ markdown::blocks(&words.intro) }</div>
                    }
                    <h3 id="lesson-step">{ &step.title }</h3>
                    { markdown::blocks(&step.body) }
                    { view_state(props, step) }
                }
            </div>
            <footer>
                if shown.over {
                    <button type="button" class="control" onclick={act(Msg::Anew)}>{ lang.text(Message::LessonAnew) }</button>
                    <button type="button" class={classes!("control", following.is_none().then_some("main"))} onclick={act(Msg::List)}>{ lang.text(Message::LessonList) }</button>
                    if let Some(name) = following {
                        <button type="button" class="control main" onclick={act(Msg::Open(name))}>{ lang.text(Message::LessonNext) }</button>
                    }
                } else if shown.complete {
                    <button type="button" class="control" onclick={act(Msg::Again)}>{ lang.text(Message::StepAgain) }</button>
                    <button type="button" class="control main next" aria-keyshortcuts="Control+Enter" onclick={act(Msg::Next)}>
                        { lang.text(Message::StepNext) }<kbd aria-hidden="true">{ "Ctrl ⏎" }</kbd>
                    </button>
                } else {
                    <button type="button" class="control" onclick={act(Msg::Again)}>{ lang.text(Message::StepAgain) }</button>
                    <button type="button" class="control" aria-disabled={shown.showing.to_string()} onclick={act(Msg::ShowMe)}>{ lang.text(Message::ShowMe) }</button>
                    <button type="button" class="control main" aria-disabled={(!more).to_string()} onclick={act(Msg::Hint)}>
                        { lang.text(if shown.hints_shown == 0 { Message::Hint } else { Message::AnotherHint }) }
                    </button>
                }
            </footer>
        </>
    }
}

/// What is missing or done, and what is to be said about it.
fn view_state(props: &Props, step: &StepWords) -> Html {
    let Props { lang, shown, .. } = props;
    let lang = *lang;
    let (all, met) = (shown.checks.len(), shown.checks.iter().filter(|check| check.is_none()).count());
    let mut missing: Vec<&String> = Vec::new();
    for words in shown.checks.iter().flatten().filter(|words| !words.is_empty()) {
        // Several checks may lack one and the same thing.
        if !missing.contains(&words) {
            missing.push(words);
        }
    }
    let progress = lang.fill(Message::ChecksMet, &[&met.to_string(), &all.to_string()]);
    html! {
        <>
            if !shown.complete {
                <div class="checks">
                    if all > 1 {
                        <div class="pips" role="img" aria-label={progress}>
                            { for shown.checks.iter().map(|check| html! { <i class={check.is_none().then_some("met")} /> }) }
                        </div>
                    }
                    <ul aria-label={lang.text(Message::StillMissing)}>{ for missing.into_iter().map(|words| html! { <li>{ markdown::spans(words) }</li> }) }</ul>
                </div>
            }
            if !shown.complete {
                { view_notes(shown) }
                { for shown.hints.iter().take(shown.hints_shown).map(|hint| html! { <div class="lesson-hint">{ markdown::blocks(hint) }</div> }) }
            } else {
                <div class="lesson-done">
                    <b>{ lang.text(Message::StepDone) }</b>
                    { for step.blocks(BlockKind::Done).map(|block| markdown::blocks(&block.text)) }
                </div>
                if !shown.undone.is_empty() {
                    <div class="lesson-note" role="note">
                        <p>{ lang.text(Message::StepUndone) }</p>
                        <ul>{ for shown.undone.iter().map(|words| html! { <li>{ markdown::spans(words) }</li> }) }</ul>
                    </div>
                }
                { view_notes(shown) }
                { for step.blocks(BlockKind::Quiz).map(|block| view_quiz(props, &block.id, &Quiz::read(&block.text))) }
            }
        </>
    }
}

fn view_notes(shown: &Shown) -> Html {
    shown
        .notes
        .iter()
        .map(|note| html! { <div class="lesson-note" role="note">{ markdown::blocks(note) }</div> })
        .collect()
}

fn view_quiz(props: &Props, id: &str, quiz: &Quiz) -> Html {
    let chosen = props.shown.answers.iter().find(|(quiz, _)| quiz == id).map(|(_, answer)| *answer);
    let answer = |(at, answer): (usize, &lessons::Answer)| {
        let onclick = {
            let id = id.to_owned();
            props.onmsg.reform(move |_: MouseEvent| Msg::Answer(id.clone(), at))
        };
        let is_chosen = chosen == Some(at);
        let class = match (is_chosen, answer.right) {
            (true, true) => "right",
            (true, false) => "wrong",
            _ => "",
        };
        html! {
            <li>
                <button type="button" {class} aria-pressed={is_chosen.to_string()} {onclick}>{ markdown::spans(&answer.text) }</button>
                if is_chosen {
                    <p role="status">{ markdown::spans(&answer.why) }</p>
                }
            </li>
        }
    };
    html! {
        <section class="quiz">
            { markdown::blocks(&quiz.question) }
            <ul>{ for quiz.answers.iter().enumerate().map(answer) }</ul>
        </section>
    }
}

fn view_end(lang: Lang, shown: &Shown, words: &Words) -> Html {
    let (title, text) = words.end.clone().unwrap_or_default();
    let (typed, by_show) = shown.count;
    let count = [typed, shown.reference, by_show].map(|number| number.to_string());
    let count = [count[0].as_str(), &count[1], &count[2]];
    html! {
        <>
            <h3 id="lesson-step">{ title }</h3>
            { markdown::blocks(&text) }
            <p class="lesson-count">
                { lang.fill(if by_show == 0 { Message::CommandsUsed } else { Message::CommandsShown }, &count) }
            </p>
        </>
    }
}
