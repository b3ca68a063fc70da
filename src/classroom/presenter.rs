//! The presenter's desk: big type, the keys that are pressed, a prepared script with bookmarks.

use super::Modal;
use crate::i18n::{Lang, Message};
use ::classroom::{Cue, script};
use std::rc::Rc;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

/// A key is shown for so many milliseconds.
const KEY_MS: f64 = 2500.0;
/// No more keys are shown at once.
const MOST_KEYS: usize = 8;
/// Of text that is typed, no more is shown.
const MOST_LETTERS: usize = 24;

/// What the presenter does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Presenting begins or ends.
    Toggle,
    /// The next command shall be typed.
    Next,
    /// Everything as at the beginning.
    Reset,
    /// To a command of the script: those before it have been run.
    Go(usize),
    /// The script shall be written, or no more.
    Edit,
    /// What is written of it so far.
    Write(String),
    /// It is written.
    Take,
}

/// What is presented.
#[derive(Clone, Default, PartialEq)]
pub struct Presenter {
    /// The script as it was written.
    pub text: String,
    /// Its commands.
    pub cues: Rc<Vec<Cue>>,
    /// The command that comes next.
    pub at: usize,
    /// Whether the script is being written.
    pub editing: bool,
    /// What is wrong with it: a line, and what the shell says.
    pub problem: Option<(usize, String)>,
    /// The keys that were pressed last, and when the last was.
    pub keys: Vec<String>,
    /// When the last was, in milliseconds.
    pub keyed_ms: f64,
}

impl Presenter {
    /// The script that was presented last.
    pub fn recall() -> Presenter {
        let mut presenter = Presenter::default();
        presenter.read(crate::settings::recall("script").unwrap_or_default());
        presenter.editing = presenter.cues.is_empty();
        presenter
    }

    /// Reads a script, and keeps it.
    pub fn read(&mut self, text: String) {
        crate::settings::remember("script", &text);
        match script(&text) {
            Ok(cues) => (self.cues, self.problem) = (Rc::new(cues), None),
            Err(problem) => self.problem = Some(problem),
        }
        self.text = text;
        self.at = self.at.min(self.cues.len());
    }

    /// A key went down.
    pub fn press(&mut self, event: &KeyboardEvent, ms: f64) {
        let key = event.key();
        let held = [(event.ctrl_key(), "Ctrl"), (event.alt_key(), "Alt"), (event.meta_key(), "Meta")];
        let held: Vec<&str> = held.iter().filter(|(held, _)| *held).map(|(_, name)| *name).collect();
        let name = match key.as_str() {
            "Control" | "Shift" | "Alt" | "Meta" | "Dead" | "Process" | "Unidentified" => return,
            "Enter" => "⏎",
            "Tab" => "⇥",
            "Backspace" => "⌫",
            "Escape" => "Esc",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            " " => "␣",
            other => other,
        };
        let is_letter = key.chars().count() == 1 && held.is_empty();
        self.keyed_ms = ms;
        if is_letter {
            // What is typed in one go is one thing to read.
            if let Some(last) =
                self.keys.last_mut().filter(|last| last.starts_with('"') && last.chars().count() < MOST_LETTERS)
            {
                last.push_str(&key);
                return;
            }
            self.keys.push(format!("\"{key}"));
        } else {
            self.keys.push([held, vec![name]].concat().join(" "));
        }
        if self.keys.len() > MOST_KEYS {
            self.keys.remove(0);
        }
    }

    /// Forgets keys that were pressed long ago. True if there were any.
    pub fn fade(&mut self, ms: f64) -> bool {
        let old = !self.keys.is_empty() && ms - self.keyed_ms > KEY_MS;
        if old {
            self.keys.clear();
        }
        old
    }
}

/// What the desk is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is presented.
    pub presenter: Presenter,
    /// What the presenter does.
    pub onact: Callback<Act>,
}

/// The desk.
#[component]
pub fn PresenterView(props: &Props) -> Html {
    let Props { lang, presenter, onact } = props;
    let lang = *lang;
    let act = |act: Act| onact.reform(move |_: MouseEvent| act.clone());
    let key = |name: &'static str| html! { <kbd aria-hidden="true">{ name }</kbd> };
    let marks = presenter.cues.iter().enumerate().filter(|(_, cue)| !cue.mark.is_empty());
    let current = presenter.cues.iter().take(presenter.at + 1).rposition(|cue| !cue.mark.is_empty());
    let mark = |(at, cue): (usize, &Cue)| {
        let on = (current == Some(at)).then_some("step");
        html! { <li><button type="button" class="control words" aria-current={on} onclick={act(Act::Go(at))}>{ &cue.mark }</button></li> }
    };
    let next = presenter.cues.get(presenter.at).map(|cue| cue.command.clone());
    let write =
        onact.reform(|event: InputEvent| Act::Write(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
    let close = lang.text(Message::PresentEnd);
    html! {
        <>
            <section class="presenter" aria-label={lang.text(Message::Presenter)}>
                <ol aria-label={lang.text(Message::Bookmarks)}>{ for marks.map(mark) }</ol>
                <p class="cue" title={next.clone()}>{ next.clone().unwrap_or_else(|| lang.text(Message::PresentOver).to_owned()) }</p>
                <button type="button" class="control main words" aria-keyshortcuts="F8" aria-disabled={next.is_none().to_string()} onclick={act(Act::Next)}>{ lang.text(Message::PresentNext) }{ key("F8") }</button>
                <button type="button" class="control words" aria-keyshortcuts="F9" onclick={act(Act::Reset)}>{ lang.text(Message::PresentReset) }{ key("F9") }</button>
                <button type="button" class="control words" onclick={act(Act::Edit)}>{ lang.text(Message::PresentScript) }</button>
                <button type="button" class="control" title={close} aria-label={close} onclick={act(Act::Toggle)}>{ crate::glyph::icon(crate::glyph::Icon::Close) }</button>
            </section>
            <div class="keys" aria-hidden="true">{ for presenter.keys.iter().map(|key| html! { <kbd>{ key.trim_start_matches('"') }</kbd> }) }</div>
            if presenter.editing {
                <Modal {lang} title={lang.text(Message::PresentScript)} class="script" onclose={onact.reform(|()| Act::Edit)}>
                    <div class="modal-body">
                        <label class="asked">{ lang.text(Message::PresentScriptHint) }
                            <textarea oninput={write} rows="12" spellcheck="false" value={presenter.text.clone()} placeholder={"# Nodes\nkubectl get nodes\n# A Deployment\nkubectl create deployment web --image=nginx"} />
                        </label>
                        if let Some((line, why)) = &presenter.problem {
                            <p class="verdict bad" role="alert">{ lang.fill(Message::PresentWrong, &[&line.to_string(), why]) }</p>
                        }
                    </div>
                    <footer><button type="button" class="control main" onclick={act(Act::Take)}>{ lang.text(Message::PresentTake) }</button></footer>
                </Modal>
            }
        </>
    }
}
