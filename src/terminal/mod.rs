//! The terminal: a native text field, and a transcript.

mod history;
mod keys;
mod line;
mod offers;
mod output;
pub mod paint;
mod painted;
mod transcript;

pub use line::{Completion, byte_offset, utf16_offset};
pub use transcript::{Stream, Transcript, append};

use crate::focus;
use crate::i18n::{Lang, Message};
use history::History;
use offers::Offers;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What the terminal is made of.
#[derive(Properties)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Lines that were typed before: they can be called back, too.
    pub before: Rc<Vec<String>>,
    /// What stands before the line.
    pub prompt: AttrValue,
    /// Whether a command runs.
    pub busy: bool,
    /// Whether nothing can be typed.
    pub locked: bool,
    /// What a screen reader is told of the last command.
    pub said: AttrValue,
    /// What was typed and printed.
    pub transcript: Rc<RefCell<Transcript>>,
    /// A line was entered.
    pub online: Callback<String>,
    /// Ctrl-C, with what had been typed.
    pub oninterrupt: Callback<String>,
    /// Ctrl-D on an empty line: the end of standard input.
    pub oneof: Callback<()>,
    /// What could stand at the cursor (in UTF-8 bytes).
    pub complete: Callback<(String, usize), Completion>,
    /// What the page puts at the prompt, with a number that grows.
    pub given: Rc<(u64, String)>,
    /// A command of the transcript was copied.
    pub oncopy: Callback<bool>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        (self.lang, &self.prompt, self.busy, &self.said, self.given.0, self.locked)
            == (other.lang, &other.prompt, other.busy, &other.said, other.given.0, other.locked)
    }
}

/// The terminal.
pub struct Terminal {
    input: NodeRef,
    /// What is typed once more, in colour, beneath the field, and its place.
    painted: painted::Painted,
    beneath: NodeRef,
    log: NodeRef,
    history: History,
    offers: Option<Offers>,
    search: Option<Search>,
}

/// The search that Ctrl-R began.
struct Search {
    skip: usize,
    found: String,
}

impl Search {
    /// The line that was found, what was looked for marked in it.
    fn view(&self, wanted: &str) -> Html {
        match self.found.split_once(wanted).filter(|_| !wanted.is_empty()) {
            Some((before, after)) => html! { <>{ before }<mark>{ wanted }</mark>{ after }</> },
            None => self.found.as_str().into(),
        }
    }
}

/// What happens in the terminal.
pub enum Msg {
    /// A key went down.
    Key(KeyboardEvent),
    /// The line changed.
    Input,
    /// The cursor moved.
    Moved,
    /// Something wants to be completed, without a Tab key.
    Complete,
    /// Something was pasted.
    Paste(Event),
    /// An offer was clicked.
    Choose(usize),
    /// The transcript was clicked.
    Click(MouseEvent),
    /// The field lost the focus.
    Blur,
}

impl Component for Terminal {
    type Message = Msg;
    type Properties = Props;

    fn create(cx: &Context<Terminal>) -> Terminal {
        let mut history = History::default();
        cx.props().before.iter().for_each(|line| history.push(line));
        Terminal {
            input: NodeRef::default(),
            painted: painted::Painted::default(),
            beneath: NodeRef::default(),
            log: NodeRef::default(),
            history,
            offers: None,
            search: None,
        }
    }

    fn changed(&mut self, cx: &Context<Terminal>, old: &Props) -> bool {
        let given = &cx.props().given;
        if given.0 != old.given.0 {
            self.insert(&given.1);
        }
        true
    }

    fn update(&mut self, cx: &Context<Terminal>, message: Msg) -> bool {
        match message {
            Msg::Key(event) => self.key(cx, &event),
            Msg::Input => {
                self.search_again(0);
                let listed = self.offers.is_some();
                if listed {
                    self.offer(cx);
                }
                self.paint();
                listed || self.search.is_some()
            }
            Msg::Moved => {
                self.paint();
                false
            }
            Msg::Complete => self.complete(cx),
            Msg::Paste(event) => self.paste(cx, &event),
            Msg::Choose(at) => {
                if let Some(offers) = &mut self.offers {
                    offers.chosen = Some(at);
                }
                self.accept_offer(cx);
                true
            }
            Msg::Click(event) => {
                self.click(cx, &event);
                false
            }
            Msg::Blur => self.offers.take().is_some() | self.search.take().is_some(),
        }
    }

    fn view(&self, cx: &Context<Terminal>) -> Html {
        let Props { lang, prompt, busy, said, locked, .. } = cx.props();
        let link = cx.link();
        let open = self.offers.is_some();
        let sign = match (&self.search, prompt.is_empty()) {
            (Some(_), _) => lang.text(Message::SearchHistory).into(),
            (None, true) => AttrValue::from("…"),
            (None, false) => prompt.clone(),
        };
        let (place, sign) = split_prompt(&sign);
        let hint = if *locked { Message::ReadOnly } else { Message::PromptHint };
        html! {
            <section class="terminal" aria-label={lang.text(Message::Terminal)}>
                <div class="log" role="log" aria-live="off" tabindex="0" aria-label={lang.text(Message::Transcript)} ref={&self.log}
                    onclick={link.callback(Msg::Click)} onkeydown={transcript::walk}></div>
                if let Some(search) = &self.search {
                    <div class="line found"><span class="search-hint">{ search.view(&self.text()) }</span></div>
                }
                <div class={classes!("line", busy.then_some("busy"), locked.then_some("locked"))}>
                    { self.view_offers(cx) }
                    <span class="sign" aria-hidden="true"><span class="where">{ place }</span>{ sign }</span>
                    <div class="field">
                        <pre class="painted" aria-hidden="true" ref={&self.beneath}></pre>
                        <textarea rows="1" ref={&self.input} aria-label={lang.text(Message::Prompt)} autocomplete="off" autocapitalize="off"
                            autocorrect="off" spellcheck="false" enterkeyhint="send" aria-autocomplete="list"
                            aria-controls={open.then_some("offers")} aria-activedescendant={self.chosen_id()}
                            placeholder={(!busy || *locked).then(|| lang.text(hint))} disabled={*locked}
                            onkeydown={link.callback(Msg::Key)} oninput={link.callback(|_| Msg::Input)}
                            onselect={link.callback(|_| Msg::Moved)} onkeyup={link.callback(|_| Msg::Moved)}
                            onpaste={link.callback(Msg::Paste)} onblur={link.callback(|_| Msg::Blur)} />
                    </div>
                    <button type="button" class="control tab" tabindex="-1" aria-label={lang.text(Message::Complete)}
                        title={lang.text(Message::Complete)} onmousedown={|event: MouseEvent| event.prevent_default()}
                        onclick={link.callback(|_| Msg::Complete)}>{ "⇥" }</button>
                </div>
                <p class="unseen" role="status">{ said }</p>
            </section>
        }
    }

    fn rendered(&mut self, cx: &Context<Terminal>, first: bool) {
        if first && let Some(log) = self.log.cast::<HtmlElement>() {
            cx.props().transcript.borrow_mut().attach(log);
        }
        if self.offers.is_some()
            && let Some(offer) = gloo::utils::document().query_selector(".offer[aria-selected=true]").ok().flatten()
        {
            focus::into_sight(&offer);
        }
    }
}

/// On a device with a keyboard one can type at once; elsewhere a keyboard would cover half of the page.
pub fn take_focus() {
    let keyboard = gloo::utils::window().match_media("(hover: hover) and (pointer: fine)");
    if keyboard.ok().flatten().is_some_and(|media| media.matches())
        && let Some(prompt) = crate::lessons::prompt()
    {
        _ = prompt.focus();
    }
}

impl Terminal {
    pub(super) fn text(&self) -> String {
        self.input.cast::<HtmlTextAreaElement>().map(|input| input.value()).unwrap_or_default()
    }

    pub(super) fn cursor(&self, text: &str) -> usize {
        let input = self.input.cast::<HtmlTextAreaElement>();
        let units = input.and_then(|input| input.selection_start().ok().flatten());
        units.map_or(text.len(), |units| line::byte_offset(text, units as usize))
    }

    pub(super) fn set(&self, text: &str, cursor: usize) {
        if let Some(input) = self.input.cast::<HtmlTextAreaElement>() {
            input.set_value(text);
            let units = line::utf16_offset(text, cursor) as u32;
            _ = input.set_selection_range(units, units);
        }
        self.paint();
    }

    /// Puts a text in at the cursor, with a blank between it and the word before; a whole command stands for the line.
    fn insert(&self, given: &str) {
        let text = self.text();
        let cursor = self.cursor(&text);
        let gap = if text[..cursor].ends_with([' ', '/', '=']) || cursor == 0 { "" } else { " " };
        let whole = given.starts_with("kubectl ") || given.starts_with("mv ") || given.starts_with("rm ");
        let (text, cursor) = match whole {
            true => (given.to_owned(), given.len()),
            false => line::replace(&text, cursor, cursor, &format!("{gap}{given}")),
        };
        self.set(&text, cursor);
        if let Some(input) = self.input.cast::<HtmlElement>() {
            _ = input.focus();
        }
    }

    /// Colours what is typed: the field itself shows only the cursor and the selection.
    pub(super) fn paint(&self) {
        let Some(place) = self.beneath.cast::<Element>() else { return };
        let text = self.text();
        self.painted.show(&place, &text, self.ghost(&text).unwrap_or_default());
    }

    pub(super) fn submit(&mut self, cx: &Context<Terminal>, text: String) {
        self.history.push(&text);
        cx.props().transcript.borrow().scroll_to_end();
        cx.props().online.emit(text);
    }

    /// Pasted lines run one after the other, as in a terminal; the last one stays to be edited.
    fn paste(&mut self, cx: &Context<Terminal>, event: &Event) -> bool {
        let clipboard = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(|event| event.clipboard_data());
        let Some(text) = clipboard.and_then(|data| data.get_data("text/plain").ok()) else { return false };
        if !text.contains(['\n', '\r']) {
            return false;
        }
        event.prevent_default();
        let typed = self.text();
        let from = self.cursor(&typed);
        let input = self.input.cast::<HtmlTextAreaElement>();
        let end = input.and_then(|input| input.selection_end().ok().flatten());
        let to = end.map_or(from, |units| line::byte_offset(&typed, units as usize));
        let (lines, rest) = line::paste(&typed, from, to, &text);
        self.set(&rest, rest.len());
        for line in lines {
            self.submit(cx, line);
        }
        false
    }

    /// A click on a command copies it; a click elsewhere, without a selection, goes to the field.
    fn click(&mut self, cx: &Context<Terminal>, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let command = target.and_then(|target| target.closest("button.command").ok().flatten());
        if let Some(command) = command {
            let text = command.text_content().unwrap_or_default();
            crate::keep::copy_text(&text, &cx.props().oncopy);
            return;
        }
        let selection = gloo::utils::window().get_selection().ok().flatten();
        let selected = selection.is_some_and(|s| !s.is_collapsed());
        if !selected && let Some(input) = self.input.cast::<HtmlElement>() {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            _ = input.focus_with_options(&options);
        }
    }
}

/// A prompt in two parts: where one is, which a narrow screen leaves out, and the sign at its end.
fn split_prompt(prompt: &str) -> (&str, &str) {
    let prompt = prompt.trim_end();
    let sign = prompt.char_indices().next_back().filter(|(_, c)| matches!(c, '$' | '#' | '>'));
    prompt.split_at(sign.map_or(0, |(at, _)| at))
}
