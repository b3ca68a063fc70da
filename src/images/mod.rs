//! Images that the reader describes: a form for what they do. Whatever it does is commands that are typed: a file, and `registry`.

mod form;

use crate::classroom::{Modal, store};
use crate::focus;
use crate::glyph;
use crate::i18n::{Lang, Message};
use form::{FIELDS, Form, Kind, run_command};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// An image that is there: its name, and its description.
pub type Own = (String, String);

/// What the reader wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The form.
    Open,
    /// No form.
    Close,
    /// Lines shall be typed. After the last one there is nothing more to do here, unless the form is to `stay`.
    Run {
        /// The lines.
        lines: Vec<String>,
        /// Whether the form is still wanted.
        stay: bool,
    },
}

/// What the form is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// The images that are there.
    pub images: Rc<Vec<Own>>,
    /// Whether something else would read what is typed.
    pub blocked: bool,
    /// The reader wants something.
    pub onact: Callback<Act>,
}

/// The form.
#[component]
pub fn Images(props: &Props) -> Html {
    let lang = props.lang;
    let form = use_state_eq(Form::default);
    let (tried, run) = (use_state_eq(|| 0), use_state_eq(|| true));
    use_effect_with((), |()| store::style());
    // What is wrong is read out with the field that it is about.
    use_effect_with(*tried, |tried| {
        if *tried > 0 {
            focus::on(".images [aria-invalid='true']");
        }
    });
    let (problems, others) = form.problems();
    let wrong = !others.is_empty() || problems.iter().any(|problem| !problem.is_empty());
    let onsubmit = {
        let (form, tried, run, onact) = (form.clone(), tried.clone(), *run, props.onact.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match wrong {
                true => tried.set(*tried + 1),
                false => onact.emit(Act::Run { lines: form.lines(run), stay: false }),
            }
        })
    };
    let close = props.onact.reform(|_: MouseEvent| Act::Close);
    let onrun = {
        let run = run.clone();
        Callback::from(move |_: Event| run.set(!*run))
    };
    let fields = (0..FIELDS.len()).map(|at| {
        let problem = Some(&problems[at]).filter(|_| *tried > 0 || !form.field(at).trim().is_empty());
        field(lang, &form, at, problem.filter(|problem| !problem.is_empty()))
    });
    html! {
        <Modal {lang} title={lang.text(Message::OwnImages)} class="images" onclose={props.onact.reform(|()| Act::Close)}>
            <form class="modal-form" novalidate={true} {onsubmit}>
                <div class="modal-body">
                    <p>{ lang.text(Message::ImagesHint) }</p>
                    { list(props, &form, &run) }
                    <div class="fields">{ for fields }</div>
                    if *tried > 0 {
                        { for others.iter().map(|problem| html! { <p class="problem" role="alert">{ &problem.text }</p> }) }
                    }
                    if !form.field(0).trim().is_empty() {
                        <h3>{ lang.text(Message::ImageTyped) }</h3>
                        <pre tabindex="0">{ form.lines(*run).join("\n") }</pre>
                    }
                </div>
                <footer>
                    if props.blocked {
                        <p class="problem" role="alert">{ lang.text(Message::BusyElsewhere) }</p>
                    }
                    <label class="check"><input type="checkbox" checked={*run} onchange={onrun} />{ lang.text(Message::ImageRun) }</label>
                    <button type="button" class="control" onclick={close}>{ lang.text(Message::Cancel) }</button>
                    <button type="submit" class="control main" aria-disabled={props.blocked.to_string()}>{ lang.text(Message::ImagePush) }</button>
                </footer>
            </form>
        </Modal>
    }
}

/// The images that are there: to be changed, run, and taken away.
fn list(props: &Props, form: &UseStateHandle<Form>, run: &UseStateHandle<bool>) -> Html {
    if props.images.is_empty() {
        return Html::default();
    }
    let lang = props.lang;
    let row = |(name, text): &Own| {
        let button = |sign: &'static str, label: Message, onclick: Callback<MouseEvent>| {
            glyph::sign(sign, format!("{}: {name}", lang.text(label)), onclick)
        };
        let edit = {
            let (form, run, text) = (form.clone(), run.clone(), text.clone());
            Callback::from(move |_: MouseEvent| {
                form.set(Form::of(&text));
                // It runs already, or it would have to be made anew.
                run.set(false);
            })
        };
        let typed = |line: String, stay: bool| {
            props.onact.reform(move |_: MouseEvent| Act::Run { lines: vec![line.clone()], stay })
        };
        html! {
            <li key={name.clone()}>
                <code>{ name }</code>
                { button("✎", Message::Edit, edit) }
                { button("▸", Message::RunIt, typed(run_command(name), false)) }
                { button("✕", Message::DeleteFile, typed(format!("registry rm {name}"), true)) }
            </li>
        }
    };
    html! { <ul class="own" aria-label={lang.text(Message::OwnImages)}>{ for props.images.iter().map(row) }</ul> }
}

/// A field, and what is wrong with it.
fn field(lang: Lang, form: &UseStateHandle<Form>, at: usize, problem: Option<&String>) -> Html {
    let asked = &FIELDS[at];
    let value = form.field(at).to_owned();
    let id = format!("image-problem-{at}");
    let (invalid, about) = (problem.map(|_| "true"), problem.map(|_| id.clone()));
    let form = form.clone();
    let write = move |text: String| {
        let mut changed = (*form).clone();
        changed.write(at, text);
        form.set(changed);
    };
    let input = match asked.kind {
        Kind::Text | Kind::Lines => {
            let oninput = move |event: InputEvent| write(event.target_unchecked_into::<HtmlTextAreaElement>().value());
            html! {
                <textarea rows="2" spellcheck="false" placeholder={asked.hint} aria-invalid={invalid} aria-describedby={about} {value} {oninput} />
            }
        }
        Kind::Line | Kind::Numbers | Kind::Number => {
            let oninput = move |event: InputEvent| write(event.target_unchecked_into::<HtmlInputElement>().value());
            let mode = (asked.kind == Kind::Number).then_some("decimal");
            html! {
                <input type="text" spellcheck="false" autocapitalize="off" autocomplete="off" inputmode={mode} placeholder={asked.hint}
                    aria-invalid={invalid} aria-describedby={about} {value} {oninput} />
            }
        }
    };
    html! {
        <label class={classes!("asked", matches!(asked.kind, Kind::Text | Kind::Lines).then_some("wide"))}>
            <span>{ lang.text(asked.label) }</span>
            { input }
            if let Some(problem) = problem {
                <small class="problem" {id}>{ problem }</small>
            }
        </label>
    }
}
