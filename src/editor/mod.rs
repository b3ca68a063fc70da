//! The editor that `kubectl edit`, `vi` and `nano` open: a text field over the same text in colour, with what is wrong, what
//! could stand at the cursor and what an apply would change.

mod keys;
mod offers;
mod text;

use crate::i18n::{Lang, Message};
use crate::terminal::paint;
use gloo::timers::callback::Timeout;
use offers::Offers;
use shell::{Insertion, Problem};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What is typed is checked when nothing was typed for so many milliseconds.
const PAUSE_MS: u32 = 300;
/// A longer text is shown without colour.
const MAX_BYTES_IN_COLOUR: usize = 100_000;

/// A file to be edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Counts the times a sheet was handed out: another number means another text.
    pub id: u64,
    /// The file's path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether this is a second attempt: the first was not accepted, and the comments on top say why.
    pub again: bool,
}

impl Sheet {
    /// Whether it is a manifest: those are checked.
    fn is_manifest(&self) -> bool {
        [".yaml", ".yml", ".json"].iter().any(|ending| self.path.ends_with(ending))
    }

    /// Whether saving it is not yet an apply: `kubectl edit` sends what it gets back.
    fn applies(&self) -> bool {
        self.is_manifest() && !self.path.starts_with("/tmp/kubectl-edit-")
    }
}

/// What the editor asks while one writes.
#[derive(Clone, PartialEq)]
pub struct Advice {
    /// What is wrong with a text.
    pub check: Callback<String, Vec<Problem>>,
    /// What could stand at a place of it, in UTF-8 bytes.
    pub complete: Callback<(String, usize), Insertion>,
    /// What an apply would change.
    pub preview: Callback<String, String>,
}

/// What the editor is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is edited.
    pub sheet: Sheet,
    /// What is known of the text.
    pub advice: Advice,
    /// The reader is done: the text, or nothing if it shall stay as it was.
    pub ondone: Callback<Option<String>>,
    /// The text shall be saved and applied.
    pub onapply: Callback<String>,
}

/// What happens in the editor.
pub enum Msg {
    /// The text changed.
    Input,
    /// A key went down.
    Key(KeyboardEvent),
    /// Nothing was typed for a while.
    Check,
    /// A candidate was chosen.
    Choose(usize),
    /// A problem was chosen: the cursor goes there.
    Go(usize),
    /// What would change shall be shown, or not any more.
    Preview,
    /// The text is done.
    Save,
    /// And applied.
    Apply,
    /// It stays as it was.
    Cancel,
}

/// The editor. It stays the same element while a text is refused and corrected.
pub struct Editor {
    dialog: NodeRef,
    field: NodeRef,
    painted: NodeRef,
    numbers: NodeRef,
    list: NodeRef,
    problems: Vec<Problem>,
    offers: Option<Offers>,
    /// The next list opens though nothing is typed.
    asked: bool,
    preview: Option<String>,
    timer: Option<Timeout>,
}

impl Component for Editor {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Editor>) -> Editor {
        let node = NodeRef::default;
        let (dialog, field, painted, numbers, list) = (node(), node(), node(), node(), node());
        Editor {
            dialog,
            field,
            painted,
            numbers,
            list,
            problems: Vec::new(),
            offers: None,
            asked: false,
            preview: None,
            timer: None,
        }
    }

    fn changed(&mut self, cx: &Context<Editor>, old: &Props) -> bool {
        if cx.props().sheet != old.sheet {
            self.open(cx);
        }
        true
    }

    fn update(&mut self, cx: &Context<Editor>, message: Msg) -> bool {
        match message {
            Msg::Input => self.typed(cx),
            Msg::Key(event) => return self.key(cx, &event),
            Msg::Check => self.check(cx),
            Msg::Choose(at) => self.choose(at, cx),
            Msg::Go(line) => self.go(line),
            Msg::Preview => {
                self.preview = match self.preview {
                    Some(_) => None,
                    None => Some(cx.props().advice.preview.emit(self.text())),
                }
            }
            Msg::Save => cx.props().ondone.emit(Some(self.text())),
            Msg::Apply => cx.props().onapply.emit(self.text()),
            Msg::Cancel => cx.props().ondone.emit(None),
        }
        true
    }

    fn view(&self, cx: &Context<Editor>) -> Html {
        let Props { lang, sheet, .. } = cx.props();
        let (lang, link) = (*lang, cx.link());
        // Escape asks the dialog to close: that is a cancel, and the page decides when it closes.
        let oncancel = link.callback(|event: Event| {
            event.prevent_default();
            Msg::Cancel
        });
        let open = self.offers.is_some();
        let save = if sheet.applies() { "control" } else { "control main" };
        html! {
            <dialog class="editor" ref={&self.dialog} aria-labelledby="editor-title" {oncancel}>
                <form method="dialog" onsubmit={|event: SubmitEvent| event.prevent_default()}>
                    <header>
                        <h2 id="editor-title">{ lang.text(Message::Edit) }{ " " }<code>{ &sheet.path }</code></h2>
                        if sheet.is_manifest() {
                            <button type="button" class="control words" aria-pressed={self.preview.is_some().to_string()}
                                onclick={link.callback(|_| Msg::Preview)}>{ lang.text(Message::WhatChanges) }</button>
                        }
                    </header>
                    if sheet.again {
                        <p class="wrong" role="alert">{ lang.text(Message::EditWrong) }</p>
                    }
                    <div class="sheet">
                        <pre class="numbers" ref={&self.numbers} aria-hidden="true"></pre>
                        <div class="page">
                            <pre class="painted" ref={&self.painted} aria-hidden="true"></pre>
                            <textarea ref={&self.field} aria-label={lang.text(Message::EditText)} wrap="off" spellcheck="false"
                                autocomplete="off" autocapitalize="off" aria-autocomplete="list"
                                aria-controls={open.then_some("sheet-offers")} aria-activedescendant={self.chosen_id()}
                                oninput={link.callback(|_| Msg::Input)} onkeydown={link.callback(Msg::Key)} />
                            { self.view_offers(cx) }
                        </div>
                    </div>
                    { self.view_below(cx) }
                    <footer>
                        <button type="button" class="control" onclick={link.callback(|_| Msg::Cancel)}>{ lang.text(Message::Cancel) }</button>
                        <button type="button" class={save} onclick={link.callback(|_| Msg::Save)}>{ lang.text(Message::Save) }</button>
                        if sheet.applies() {
                            <button type="button" class="control main" onclick={link.callback(|_| Msg::Apply)}>{ lang.text(Message::SaveAndApply) }</button>
                        }
                    </footer>
                </form>
            </dialog>
        }
    }

    fn rendered(&mut self, cx: &Context<Editor>, first: bool) {
        if first {
            if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
                _ = dialog.show_modal();
            }
            self.open(cx);
        }
        self.place_offers();
    }

    fn destroy(&mut self, _: &Context<Editor>) {
        if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
            dialog.close();
        }
    }
}

impl Editor {
    /// Shows the sheet's text from its beginning.
    fn open(&mut self, cx: &Context<Editor>) {
        let Some(field) = self.field.cast::<HtmlTextAreaElement>() else { return };
        field.set_value(&cx.props().sheet.text);
        (self.offers, self.preview) = (None, None);
        self.problems.clear();
        self.paint(cx);
        _ = field.focus();
        _ = field.set_selection_range(0, 0);
        cx.link().send_message(Msg::Check);
    }

    fn text(&self) -> String {
        self.field.cast::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default()
    }

    /// Where the cursor is, in UTF-8 bytes.
    fn cursor(&self, text: &str) -> usize {
        let units = self.field.cast::<HtmlTextAreaElement>().and_then(|field| field.selection_end().ok().flatten());
        units.map_or(text.len(), |units| crate::terminal::byte_offset(text, units as usize))
    }

    fn select(&self, text: &str, from: usize, to: usize) {
        let units = |at| crate::terminal::utf16_offset(text, at) as u32;
        if let Some(field) = self.field.cast::<HtmlTextAreaElement>() {
            _ = field.focus();
            _ = field.set_selection_range(units(from), units(to));
        }
    }

    /// Puts text in place of a part, in a way that the browser can undo.
    fn put(&self, from: usize, to: usize, new: &str) {
        let text = self.text();
        self.select(&text, from, to);
        let page = gloo::utils::document().dyn_into::<web_sys::HtmlDocument>();
        let done = page.map(|page| page.exec_command_with_show_ui_and_value("insertText", false, new));
        if !matches!(done, Ok(Ok(true)))
            && let Some(field) = self.field.cast::<HtmlTextAreaElement>()
        {
            let whole = format!("{}{new}{}", &text[..from], &text[to..]);
            field.set_value(&whole);
            self.select(&whole, from + new.len(), from + new.len());
        }
    }

    fn typed(&mut self, cx: &Context<Editor>) {
        self.paint(cx);
        self.preview = None;
        let asked = std::mem::take(&mut self.asked);
        self.offer(cx, asked);
        let link = cx.link().clone();
        self.timer = Some(Timeout::new(PAUSE_MS, move || link.send_message(Msg::Check)));
    }

    fn check(&mut self, cx: &Context<Editor>) {
        self.timer = None;
        if cx.props().sheet.is_manifest() {
            self.problems = cx.props().advice.check.emit(self.text());
            self.paint(cx);
        }
    }

    fn go(&self, line: usize) {
        let text = self.text();
        let (from, to) = text::line_at(&text, line);
        self.select(&text, from, to);
    }

    /// Colours the text and numbers its lines; lines with a problem are marked.
    fn paint(&self, cx: &Context<Editor>) {
        let (Some(painted), Some(numbers)) = (self.painted.cast::<Element>(), self.numbers.cast::<Element>()) else {
            return;
        };
        let Some(page) = painted.owner_document() else { return };
        let text = self.text();
        painted.set_text_content(None);
        numbers.set_text_content(None);
        let coloured = cx.props().sheet.is_manifest() && text.len() <= MAX_BYTES_IN_COLOUR;
        for (i, line) in text.split('\n').enumerate() {
            let wrong = self.problems.iter().any(|problem| problem.line == i + 1);
            let (number, class) = (format!("{}\n", i + 1), if wrong { "bad" } else { "" });
            crate::terminal::append(&numbers, &[(&number, class)]);
            let spans = if coloured { paint::yaml(line) } else { vec![(line, "")] };
            let row = if wrong { page.create_element("span").ok() } else { None };
            match row {
                Some(row) => {
                    row.set_class_name("bad");
                    crate::terminal::append(&row, &spans);
                    _ = painted.append_child(&row);
                }
                None => crate::terminal::append(&painted, &spans),
            }
            crate::terminal::append(&painted, &[("\n", "")]);
        }
    }

    /// What would change, or what is wrong.
    fn view_below(&self, cx: &Context<Editor>) -> Html {
        let lang = cx.props().lang;
        if let Some(preview) = &self.preview {
            let class = |line: &str| match line.as_bytes().first() {
                Some(b'+') => "plus",
                Some(b'-') => "minus",
                Some(b'@') => "where",
                Some(b'#') => "what",
                _ => "",
            };
            let line = |line: &str| html! { <span class={class(line)}>{ line }{ "\n" }</span> };
            let changed = preview.lines().any(|line| line.starts_with('@'));
            return html! {
                <div class="below" role="region" aria-label={lang.text(Message::WhatChanges)} tabindex="0">
                    if changed { <pre>{ for preview.lines().map(line) }</pre> } else { <p>{ lang.text(Message::NothingChanges) }</p> }
                </div>
            };
        }
        if !cx.props().sheet.is_manifest() {
            return html! { <div></div> };
        }
        let problem = |problem: &Problem| {
            let at = problem.line;
            let onclick = cx.link().callback(move |_: MouseEvent| Msg::Go(at));
            html! {
                <li><button type="button" {onclick}><b>{ format!("{}:{}", problem.line, problem.column) }</b>{ " " }{ &problem.text }</button></li>
            }
        };
        html! {
            <div class="below" role="status">
                if self.problems.is_empty() {
                    <p class="fine">{ lang.text(Message::NoProblems) }</p>
                } else {
                    <ul>{ for self.problems.iter().map(problem) }</ul>
                }
            </div>
        }
    }
}
