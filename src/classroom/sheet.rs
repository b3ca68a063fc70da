//! A report on the page: the learner's own, to be saved and printed, or one that was opened and is replayed.

use super::Modal;
use crate::i18n::{Lang, Message};
use ::classroom::{Course, Finding, Replay, Report};
use ::lessons::Lesson;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is done with a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It shall close.
    Close,
    /// The learner's name.
    Name(String),
    /// Save it for the teacher.
    Json,
    /// Save it as a table.
    Csv,
    /// Print it.
    Print,
}

/// A report that is shown.
pub struct Sheet {
    /// The report.
    pub report: Rc<Report>,
    /// Its lesson, if that is at hand.
    pub lesson: Option<Rc<Lesson>>,
    /// Whether it is the reader's own.
    pub own: bool,
    /// What was found; none while it is replayed, or if it is his own.
    pub findings: Option<Rc<Vec<Finding>>>,
    replay: Option<Replay>,
}

impl Sheet {
    /// The reader's own report.
    pub fn own(report: Report, lesson: Rc<Lesson>) -> Sheet {
        Sheet { report: Rc::new(report), lesson: Some(lesson), own: true, findings: None, replay: None }
    }

    /// A report that was opened: it will be replayed.
    pub fn opened(report: Rc<Report>, lesson: Option<Rc<Lesson>>) -> Sheet {
        let replay = Replay::new((*report).clone(), lesson.clone());
        Sheet { report, lesson, own: false, findings: None, replay: Some(replay) }
    }

    /// Goes on replaying. True when it is through.
    pub fn go_on(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        let Some(replay) = &mut self.replay else { return false };
        let through = replay.go_on(keep_going);
        if through {
            self.findings = Some(Rc::new(replay.findings().to_vec()));
            self.replay = None;
        }
        through
    }
}

/// What the sheet is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// The report.
    pub report: Rc<Report>,
    /// The lesson's title and the steps': by id.
    pub titles: Rc<(String, Vec<(String, String)>)>,
    /// Whether it is the reader's own.
    pub own: bool,
    /// What was found.
    pub findings: Option<Rc<Vec<Finding>>>,
    /// What the reader does.
    pub onact: Callback<Act>,
}

/// The sheet.
#[component]
pub fn SheetView(props: &Props) -> Html {
    let Props { lang, report, own, .. } = props;
    let lang = *lang;
    let act = |act: Act| props.onact.reform(move |_: MouseEvent| act.clone());
    let title = format!("{}: {}", lang.text(Message::Report), props.titles.0);
    let oninput = props.onact.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        Act::Name(input.value())
    });
    html! {
        <Modal {lang} {title} class="report" onclose={props.onact.reform(|()| Act::Close)}>
            <div class="modal-body">
                if *own {
                    <label class="asked">{ lang.text(Message::LearnerName) }
                        <input type="text" value={report.learner.clone()} maxlength="100" autocomplete="name" {oninput} />
                    </label>
                } else {
                    <p class="learner">{ &report.learner }</p>
                    { verdict(props) }
                }
                { table(props) }
                { for report.courses.iter().map(|course| session(lang, course)) }
            </div>
            <footer>
                <button type="button" class="control" onclick={act(Act::Csv)}>{ lang.text(Message::ReportCsv) }</button>
                <button type="button" class="control" onclick={act(Act::Print)}>{ lang.text(Message::ReportPrint) }</button>
                if *own {
                    <button type="button" class="control main" onclick={act(Act::Json)}>{ lang.text(Message::ReportJson) }</button>
                }
            </footer>
        </Modal>
    }
}

/// What came of replaying it.
fn verdict(props: &Props) -> Html {
    let lang = props.lang;
    match &props.findings {
        None => html! { <p class="verdict" role="status">{ lang.text(Message::ReportReplaying) }</p> },
        Some(findings) if findings.is_empty() => {
            html! { <p class="verdict good" role="status">{ lang.text(Message::ReportTrue) }</p> }
        }
        Some(findings) => {
            let line = |finding: &Finding| {
                let title = title(props, &finding.step);
                let words = Finding { step: String::new(), which: finding.which }.words(lang.of_the_core());
                html! { <li>if !finding.step.is_empty() { <b>{ title }</b>{ ": " } }{ words }</li> }
            };
            html! {
                <div class="verdict bad" role="alert">
                    <p>{ lang.text(Message::ReportUntrue) }</p>
                    <ul>{ for findings.iter().map(line) }</ul>
                </div>
            }
        }
    }
}

fn title(props: &Props, step: &str) -> String {
    props.titles.1.iter().find(|(id, _)| id == step).map_or(step, |(_, title)| title.as_str()).to_owned()
}

/// The steps, and the sums.
fn table(props: &Props) -> Html {
    let Props { lang, report, titles, .. } = props;
    let mut ids: Vec<&str> = titles.1.iter().map(|(id, _)| id.as_str()).collect();
    ids.extend(report.solved.iter().map(String::as_str).filter(|id| !titles.1.iter().any(|(known, _)| known == id)));
    let row = |id: &&str| {
        let solved = report.solved.iter().any(|solved| solved == id);
        let proof = report.proofs().find(|proof| proof.step == **id);
        let bad = props.findings.iter().any(|findings| findings.iter().any(|finding| finding.step == **id));
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        html! {
            <tr class={bad.then_some("bad")}>
                <th scope="row">{ title(props, id) }</th>
                <td>{ if bad { "✗" } else if solved { "✓" } else { "–" } }</td>
                <td>{ number(proof.map(|proof| proof.commands as i64)) }</td>
                <td>{ number(proof.map(|proof| proof.shown as i64)) }</td>
                <td>{ number(proof.map(|proof| proof.hints as i64)) }</td>
                <td>{ proof.map(|proof| span(proof.solved.seconds() - proof.began.seconds())).unwrap_or_default() }</td>
            </tr>
        }
    };
    let heads = [
        Message::ReportStep,
        Message::ReportSolved,
        Message::ReportCommands,
        Message::ReportShown,
        Message::ReportHints,
        Message::ReportTime,
    ];
    html! {
        <table>
            <thead><tr>{ for heads.iter().map(|head| html! { <th scope="col">{ lang.text(*head) }</th> }) }</tr></thead>
            <tbody>{ for ids.iter().map(row) }</tbody>
            <tfoot>
                <tr>
                    <th scope="row">{ lang.fill(Message::ReportAttempts, &[&report.attempts.to_string(), &lang.date(&report.made.rfc3339())]) }</th>
                    <td>{ format!("{}/{}", report.solved.len(), report.of) }</td>
                    <td>{ report.commands }</td>
                    <td>{ report.shown }</td>
                    <td>{ report.hints }</td>
                    <td>{ span(report.seconds) }</td>
                </tr>
            </tfoot>
        </table>
    }
}

/// `5:07`
fn span(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What was typed in a session, and what came of it.
fn session(lang: Lang, course: &Course) -> Html {
    html! {
        <>
            <h3>{ lang.text(Message::ReportTyped) }</h3>
            <pre tabindex="0">{ Report::typed(course) }</pre>
            <h3>{ lang.text(Message::ReportState) }</h3>
            <pre tabindex="0">{ course.state.join("\n") }</pre>
        </>
    }
}
