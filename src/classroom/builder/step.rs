//! One step of the lesson that is built.

use super::fields::{Ask, button, choice, clauses, cross, field, said, script};
use super::{Act, Props};
use crate::i18n::Message;
use ::classroom::{clause_words, escaped};
use api::{Value, obj};
use yew::prelude::*;

/// The steps' numbers, and the step that is shown.
pub fn steps(props: &Props) -> Html {
    let (builder, lang) = (&props.builder, props.lang);
    let count = builder.draft.steps().len();
    let add = props.text(Message::BuildAddStep);
    html! {
        <>
            <nav class="row" aria-label={props.text(Message::LessonSteps)}>
                { for (0..count).map(|at| html! {
                    <button type="button" class="control" aria-pressed={(at == builder.step).to_string()} aria-label={lang.fill(Message::BuildStep, &[&(at + 1).to_string()])} onclick={props.act(Act::Step(at))}>{ at + 1 }</button>
                }) }
                <button type="button" class="control" title={add} aria-label={add} onclick={props.act(Act::AddStep)}>{ "+" }</button>
            </nav>
            <section class="step" key={builder.step}>
                { said(props, Message::BuildStepTitle, &words(props, "title"), 0) }
                { said(props, Message::BuildGoal, &words(props, "goal"), 3) }
                <h3>{ props.text(Message::BuildSolution) }</h3>
                { script(props, &builder.of_step("solution"), true) }
                <h3>{ props.text(Message::BuildChecks) }</h3>
                { clauses(props, &builder.of_step("checks"), Act::RemoveCheck) }
                { blocks(props, "hint", Message::BuildHints, Message::BuildAddHint) }
                { blocks(props, "done", Message::BuildDone, Message::BuildAddDone) }
                { routes(props) }
                { mistakes(props) }
                { notes(props) }
                { quizzes(props) }
                { blocks(props, "unmet", Message::BuildUnmet, Message::BuildAddUnmet) }
                <details>
                    <summary class="control">{ props.text(Message::BuildMore) }</summary>
                    { field(props, Message::BuildPatience, &builder.of_step("patience"), Ask::Line) }
                    if count > 1 {
                        <div class="row">
                            if builder.step > 0 { { button(props, Message::BuildRaiseStep, Act::RaiseStep) } }
                            { button(props, Message::BuildRemoveStep, Act::RemoveStep) }
                        </div>
                    }
                </details>
            </section>
        </>
    }
}

/// The path of words of the step.
fn words(props: &Props, key: &str) -> String {
    format!("/steps/{}/{key}", props.builder.step)
}

/// The blocks of the step that are of a kind, with their places.
fn of_kind(props: &Props, kind: &str) -> Vec<(usize, String)> {
    let blocks = props.builder.draft.at(&words(props, "blocks")).array().iter().enumerate();
    let of_kind = blocks.filter(|(_, block)| block.get("kind").str() == kind);
    of_kind.map(|(at, _)| (at, words(props, &format!("blocks/{at}")))).collect()
}

/// The step's checks, to choose from.
fn checks(props: &Props, none: Message) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), props.text(none).to_owned())];
    for check in props.builder.draft.at(&props.builder.of_step("checks")).array() {
        all.push((check.get("id").str().to_owned(), clause_words(check, props.lang.of_the_core())));
    }
    all
}

/// Hints, what is said instead of the checks' own words, and what is said in the end.
fn blocks(props: &Props, kind: &'static str, title: Message, add: Message) -> Html {
    let there = of_kind(props, kind);
    let only_one = kind == "done";
    let block = |(nth, (at, path)): (usize, &(usize, String))| {
        html! {
            <li key={*at} class="card">
                <div class="row">
                    if !only_one { { choice(props, Message::BuildWhile, &format!("{path}/id"), checks(props, Message::BuildAny)) } }
                    { cross(props, &format!("{} {}", props.text(title), nth + 1), Act::Remove(path.clone())) }
                </div>
                { said(props, Message::BuildSays, &format!("{path}/text"), 2) }
            </li>
        }
    };
    html! {
        <>
            if !there.is_empty() { <h3>{ props.text(title) }</h3> }
            <ul class="cards">{ for there.iter().enumerate().map(block) }</ul>
            if !only_one || there.is_empty() { { button(props, add, Act::Block(kind)) } }
        </>
    }
}

/// Other ways that count: each has a name, and commands for the steps in which it is another.
fn routes(props: &Props) -> Html {
    let builder = &props.builder;
    let id = escaped(builder.id());
    let route = |at: usize| {
        let path = format!("/plan/routes/{at}");
        let name = builder.draft.at(&format!("{path}/name")).str().to_owned();
        html! {
            <li key={at} class="card">
                <div class="row">
                    { field(props, Message::BuildRouteName, &format!("{path}/name"), Ask::Line) }
                    { cross(props, &name, Act::Remove(path.clone())) }
                </div>
                { script(props, &format!("{path}/steps/{id}"), true) }
            </li>
        }
    };
    let count = builder.draft.at("/plan/routes").len();
    let new = obj! { "name" => format!("{} {}", props.text(Message::BuildRoute), count + 1) };
    html! {
        <>
            <h3>{ props.text(Message::BuildRoutes) }</h3>
            <ul class="cards">{ for (0..count).map(route) }</ul>
            { button(props, Message::BuildAddRoute, Act::Push("/plan/routes".into(), new)) }
        </>
    }
}

/// What must not be accepted in this step.
fn mistakes(props: &Props) -> Html {
    let builder = &props.builder;
    let all = builder.draft.at("/plan/mistakes").array().iter().enumerate();
    let mut notes = vec![(String::new(), props.text(Message::BuildNoNote).to_owned())];
    for list in [builder.of_step("notes"), "/plan/notes".to_owned()] {
        let ids = builder.draft.at(&list).array().iter().map(|note| note.get("id").str().to_owned());
        notes.extend(ids.map(|id| (id.clone(), id)));
    }
    let mistake = |(at, mistake): (usize, &Value)| {
        let path = format!("/plan/mistakes/{at}");
        html! {
            <li key={at} class="card">
                <div class="row">
                    { field(props, Message::BuildMistakeName, &format!("{path}/name"), Ask::Line) }
                    { cross(props, mistake.get("type").str(), Act::Remove(path.clone())) }
                </div>
                { script(props, &format!("{path}/type"), true) }
                <div class="pair">
                    { choice(props, Message::BuildNoticed, &format!("{path}/unmet"), checks(props, Message::BuildFound)) }
                    { choice(props, Message::BuildNote, &format!("{path}/note"), notes.clone()) }
                </div>
                <details open={!mistake.get("back").is_null()}>
                    <summary class="control">{ props.text(Message::BuildLeadsBack) }</summary>
                    { script(props, &format!("{path}/back"), true) }
                </details>
            </li>
        }
    };
    let here = all.filter(|(_, mistake)| mistake.get("step").str() == builder.id());
    html! {
        <>
            <h3>{ props.text(Message::BuildMistakes) }</h3>
            <ul class="cards">{ for here.map(mistake) }</ul>
            { button(props, Message::BuildAddMistake, Act::Push("/plan/mistakes".into(), obj! { "step" => builder.id() })) }
        </>
    }
}

/// What is said when something wrong was done.
fn notes(props: &Props) -> Html {
    let builder = &props.builder;
    let own = builder.of_step("notes");
    let note = |path: &str, at: usize| {
        let id = builder.draft.at(&format!("{path}/{at}/id")).str();
        let said_at = builder.draft.block(builder.step, "note", id);
        let when = format!("{path}/{at}/when");
        let remove = {
            let when = when.clone();
            move |clause: usize| Act::Remove(format!("{when}/{clause}"))
        };
        html! {
            <li key={id.to_owned()} class="card">
                <div class="row"><b>{ id }</b>{ if path == own { cross(props, id, Act::RemoveNote(at)) } else { Html::default() } }</div>
                if let Some(block) = said_at { { said(props, Message::BuildSays, &words(props, &format!("blocks/{block}/text")), 3) } }
                <b>{ props.text(Message::BuildWhen) }</b>
                { clauses(props, &when, remove) }
            </li>
        }
    };
    html! {
        <>
            <h3>{ props.text(Message::BuildNotes) }</h3>
            <ul class="cards">
                { for (0..builder.draft.at(&own).len()).map(|at| note(&own, at)) }
                { for (0..builder.draft.at("/plan/notes").len()).map(|at| note("/plan/notes", at)) }
            </ul>
            { button(props, Message::BuildAddNote, Act::Note) }
        </>
    }
}

/// Questions.
fn quizzes(props: &Props) -> Html {
    let quiz = |(at, path): &(usize, String)| {
        let answers = format!("{path}/answers");
        let answer = |nth: usize| {
            let path = format!("{answers}/{nth}");
            let right = format!("{path}/right");
            let on = props.builder.draft.at(&right).bool();
            let label = format!("{} {}", props.text(Message::BuildAnswer), nth + 1);
            html! {
                <li key={nth} class="answer">
                    <div class="row">
                        <label class="right"><input type="checkbox" checked={on} onchange={props.act::<Event>(Act::Set(right, (!on).into()))} />{ props.text(Message::BuildRight) }</label>
                        { cross(props, &label, Act::Remove(path.clone())) }
                    </div>
                    { said(props, Message::BuildAnswer, &format!("{path}/text"), 0) }
                    { said(props, Message::BuildWhy, &format!("{path}/why"), 0) }
                </li>
            }
        };
        let count = props.builder.draft.at(&answers).len();
        html! {
            <li key={*at} class="card">
                <div class="row">
                    { said(props, Message::BuildQuestion, &format!("{path}/question"), 2) }
                    { cross(props, props.text(Message::BuildQuiz), Act::Remove(path.clone())) }
                </div>
                <ol class="cards">{ for (0..count).map(answer) }</ol>
                { button(props, Message::BuildAddAnswer, Act::Push(answers.clone(), obj! { "right" => false })) }
            </li>
        }
    };
    html! {
        <>
            <h3>{ props.text(Message::BuildQuiz) }</h3>
            <ul class="cards">{ for of_kind(props, "quiz").iter().map(quiz) }</ul>
            { button(props, Message::BuildAddQuiz, Act::Block("quiz")) }
        </>
    }
}
