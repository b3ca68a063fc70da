//! What was typed and printed. It is appended to directly, so that its cost is that of what is new; where the reader is in it is asked
//! when he scrolls, and not while something is written, for that would lay all out once more.

use super::output::{self, Output};
use super::paint::{self, Span};
use crate::event::hear;
use crate::focus;
use crate::i18n::{Lang, Message};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, KeyboardEvent, Node};

/// Older output is dropped beyond this many UTF-8 bytes, whole commands at a time.
const MAX_BYTES: usize = 2_000_000;
/// And of one command's output this much is kept.
const MAX_BYTES_OF_ONE: usize = 1_000_000;
/// A reader is at the end if no more than this many pixels are below.
const NEAR_END_PX: i32 = 48;
/// Further down than any transcript reaches.
const BELOW_ALL_PX: i32 = 1 << 30;

/// Where output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// The transcript: entries of one command each.
#[derive(Default)]
pub struct Transcript {
    log: Option<HtmlElement>,
    entry: Option<Element>,
    /// Bytes of each entry, oldest first.
    sizes: Vec<usize>,
    /// Where the output of the entry goes, and where its lines do.
    output: Output,
    lines: Option<Element>,
    /// Lines of a command that is not complete yet or cannot run yet, how many there are, and whether it is said why.
    draft: Option<(Element, usize, bool)>,
    /// Whether the reader is at the end, and whether there is something new for whoever is.
    at_end: Rc<Cell<bool>>,
    grown: Cell<bool>,
    /// Whether a command runs, as the page says it.
    busy: Cell<bool>,
}

impl Transcript {
    /// Writes into `log` from now on.
    pub fn attach(&mut self, log: HtmlElement) {
        let (at_end, place) = (self.at_end.clone(), log.clone());
        hear(&log, "scroll", false, move |_| at_end.set(is_at_end(&place)));
        self.at_end.set(true);
        output::colour_what_is_seen(&log);
        self.log = Some(log);
    }

    /// Everything is in its place: new text scrolls into view for a reader who was at the end.
    pub fn settle(&self) {
        if self.grown.take()
            && self.at_end.get()
            && let Some(log) = &self.log
        {
            log.set_scroll_top(BELOW_ALL_PX);
        }
    }

    /// A command begins: its prompt and its line, which a click copies. Until it ends, the transcript is busy.
    pub fn begin(&mut self, lang: Lang, prompt: &str, line: &str) {
        self.draft(lang, &[], "");
        self.append("entry", line, |page, entry| {
            _ = entry.set_attribute("data-entry", "");
            let lines = element(page, "div", "lines")?;
            _ = entry.append_child(&lines);
            Some(lines)
        });
        self.more(lang, prompt, line);
        self.keep_within_bounds(lang);
        self.set_busy(true);
    }

    /// A typed line.
    fn more(&mut self, lang: Lang, prompt: &str, line: &str) {
        let (Some(log), Some(lines)) = (&self.log, &self.lines) else { return };
        let build = |page: &Document| {
            let typed = element(page, "div", "typed")?;
            let sign = element(page, "span", "sign")?;
            let (place, end) = super::split_prompt(prompt);
            let place_span = element(page, "span", "where")?;
            place_span.set_text_content(Some(place));
            _ = sign.append_child(&place_span);
            _ = sign.append_child(&page.create_text_node(end));
            _ = typed.append_child(&sign);
            let button = element(page, "button", "command")?;
            _ = button.set_attribute("type", "button");
            _ = button.set_attribute("title", lang.text(Message::CopyCommand));
            // Tab stops at the last one only; the arrow keys go on from there.
            if let Some(last) = log.query_selector("button.command[tabindex='0']").ok().flatten() {
                _ = last.set_attribute("tabindex", "-1");
            }
            _ = button.set_attribute("tabindex", "0");
            append(&button, &paint::command(line));
            _ = typed.append_child(&button);
            lines.append_child(&typed).ok()
        };
        _ = log.owner_document().and_then(|page| build(&page));
        self.grown.set(true);
    }

    /// Shows the lines (each with its prompt) of a command that goes on for another line, or of those that wait, and why; none if
    /// there is no such.
    pub fn draft(&mut self, lang: Lang, lines: &[(String, String)], why: &str) {
        let shown = self.draft.as_ref().map_or((0, false), |(_, count, said)| (*count, *said));
        if shown == (lines.len(), !why.is_empty() && !lines.is_empty()) {
            return;
        }
        let (kept, first) = match self.draft.take() {
            // Where lines are added, those that are there stay: of a long text that is put in, each line comes by itself.
            Some((draft, count, said)) if (1..=lines.len()).contains(&count) => {
                _ = draft.last_element_child().filter(|_| said).map(|said| said.remove());
                (Some(draft), count)
            }
            Some((draft, ..)) => {
                draft.remove();
                (None, 0)
            }
            None => (None, 0),
        };
        if lines.is_empty() {
            return;
        }
        let Some(page) = self.log.as_ref().and_then(|log| log.owner_document()) else { return };
        let Some(entry) = kept.or_else(|| element(&page, "div", "entry draft")) else { return };
        let before = self.lines.replace(entry.clone());
        if let Some(log) = self.log.as_ref().filter(|_| first == 0) {
            _ = log.append_child(&entry);
        }
        lines.iter().skip(first).for_each(|(prompt, line)| self.more(lang, prompt, line));
        if let Some(said) = element(&page, "p", "coming").filter(|_| !why.is_empty()) {
            said.set_text_content(Some(why));
            _ = entry.append_child(&said);
        }
        self.draft = Some((entry, lines.len(), !why.is_empty()));
        self.lines = before;
        self.scroll_to_end();
    }

    /// A text that no command printed.
    pub fn note(&mut self, class: &str, text: &str) {
        self.append(&format!("entry {class}"), "", |_, _| None);
        self.write(Stream::Out, text);
        let entry = self.entry.take();
        entry.into_iter().for_each(|entry| focus::all(&entry, ".out").iter().for_each(|words| say(words, text)));
    }

    /// Output of the command that runs.
    pub fn write(&mut self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.entry.is_none() {
            self.append("entry", "", |_, _| None);
        }
        let Some(size) = self.sizes.last_mut().filter(|size| **size <= MAX_BYTES_OF_ONE) else { return };
        *size += text.len();
        // A screen reader takes the voice of the language.
        if Lang::of(text) == Lang::Ko {
            self.output.speak(Lang::Ko);
        }
        match stream {
            Stream::Out => self.output.out(text),
            Stream::Err => self.output.err(text),
        }
        self.grown.set(true);
    }

    /// The command ended.
    pub fn end(&mut self, lang: Lang, status: i32) {
        self.set_busy(false);
        let Some(entry) = self.entry.take() else { return };
        let typed = entry.query_selector(".typed:last-child").ok().flatten();
        // What has cleared the terminal and printed nothing since leaves nothing.
        if typed.is_none() && entry.text_content().is_none_or(|text| text.is_empty()) {
            entry.remove();
            self.sizes.pop();
            return;
        }
        if let (Some(typed), Some(page)) = (typed, entry.owner_document())
            && let Some(mark) = element(&page, "span", if status == 0 { "exit ok" } else { "exit failed" })
        {
            _ = mark.set_attribute("data-status", &status.to_string());
            tell_status(&mark, lang);
            _ = typed.append_child(&mark);
        }
    }

    /// What the page itself has said here is said in another language; what was typed and printed stays.
    pub fn translate(&self, lang: Lang, welcome: &str) {
        let Some(log) = self.log.as_deref() else { return };
        focus::all(log, ".welcome .out").iter().for_each(|words| say(words, welcome));
        for command in focus::all(log, "button.command") {
            _ = command.set_attribute("title", lang.text(Message::CopyCommand));
        }
        focus::all(log, ".exit").iter().for_each(|mark| tell_status(mark, lang));
    }

    /// Takes everything away, as a terminal does: also the line of the command that runs, and what it has printed so far.
    pub fn clear(&mut self) {
        let Some(log) = self.log.clone() else { return };
        log.set_text_content(None);
        self.sizes.clear();
        self.draft = None;
        if let Some(entry) = self.entry.clone() {
            _ = self.lines.take().map(|lines| lines.remove());
            _ = log.append_child(&entry);
            self.sizes.push(0);
            self.wipe();
        }
    }

    /// What the command that runs has printed so far makes room for what it prints next.
    pub fn wipe(&mut self) {
        self.output.wipe();
        _ = self.sizes.last_mut().map(|size| *size = 0);
    }

    /// Forgets everything, also the command that runs.
    pub fn restart(&mut self) {
        (self.entry, self.output, self.lines) = (None, Output::default(), None);
        self.clear();
    }

    /// Shows the end, as soon as everything is in its place.
    pub fn scroll_to_end(&self) {
        self.at_end.set(true);
        self.grown.set(true);
    }

    /// Whether a command runs: a screen reader and tests can tell.
    pub fn set_busy(&self, busy: bool) {
        if let Some(log) = self.log.as_ref().filter(|_| self.busy.replace(busy) != busy) {
            _ = log.set_attribute("aria-busy", if busy { "true" } else { "false" });
        }
    }

    /// A new entry for what `command` prints; `build` may put something above its output.
    fn append(&mut self, class: &str, command: &str, build: impl FnOnce(&Document, &Element) -> Option<Element>) {
        let Some(log) = &self.log else { return };
        let Some(page) = log.owner_document() else { return };
        let (Some(entry), Some(output)) = (element(&page, "div", class), element(&page, "pre", "out")) else { return };
        self.lines = build(&page, &entry);
        _ = output.set_attribute("data-output", "");
        _ = entry.append_child(&output);
        _ = log.append_child(&entry);
        self.grown.set(true);
        self.output = Output::new(output, command);
        self.output.speak(Lang::En);
        self.entry = Some(entry);
        self.sizes.push(0);
    }

    fn keep_within_bounds(&mut self, lang: Lang) {
        let Some(log) = &self.log else { return };
        let mut total: usize = self.sizes.iter().sum();
        let mut dropped = false;
        while total > MAX_BYTES && self.sizes.len() > 1 {
            total -= self.sizes.remove(0);
            if let Some(first) = log.query_selector(".entry").ok().flatten() {
                first.remove();
            }
            dropped = true;
        }
        let marked = log.query_selector(".cut").ok().flatten().is_some();
        if dropped
            && !marked
            && let Some(page) = log.owner_document()
            && let Some(cut) = element(&page, "p", "cut")
        {
            cut.set_text_content(Some(lang.text(Message::Truncated)));
            _ = log.prepend_with_node_1(&cut);
        }
    }
}

/// The mark behind a command that has ended.
fn tell_status(mark: &Element, lang: Lang) {
    let status = mark.get_attribute("data-status").unwrap_or_default();
    let words = lang.fill(Message::ExitStatus, &[&status]);
    mark.set_text_content(Some(if status == "0" { "✓" } else { &words }));
    _ = mark.set_attribute("title", &words);
}

/// The arrow keys go from command to command.
pub fn walk(event: KeyboardEvent) {
    let older = match event.key().as_str() {
        "ArrowUp" => true,
        "ArrowDown" => false,
        _ => return,
    };
    let here = event.target().and_then(|here| here.dyn_into::<Element>().ok());
    let Some((log, here)) = here.and_then(|here| Some((here.closest(".log").ok()??, here))) else { return };
    let commands = focus::all(&log, "button.command");
    let Some(at) = commands.iter().position(|command| **command == here) else {
        return;
    };
    event.prevent_default();
    let to = if older { at.saturating_sub(1) } else { (at + 1).min(commands.len() - 1) };
    _ = commands[at].set_attribute("tabindex", "-1");
    _ = commands[to].set_attribute("tabindex", "0");
    _ = commands[to].focus();
}

/// Appends text in colour.
pub fn append(to: &Element, spans: &[Span<'_>]) {
    for span in spans.iter().filter(|(text, _)| !text.is_empty()) {
        _ = node(to, span).map(|node| to.append_child(&node));
    }
}

/// A piece of text in its colour, of the page that `of` is in.
pub(super) fn node(of: &Element, (text, class): &Span<'_>) -> Option<Node> {
    let page = of.owner_document()?;
    if class.is_empty() {
        return Some(page.create_text_node(text).into());
    }
    let span = element(&page, "span", class)?;
    span.set_text_content(Some(text));
    Some(span.into())
}

/// An element that is nowhere yet.
pub(super) fn element(page: &Document, name: &str, class: &str) -> Option<Element> {
    let element = page.create_element(name).ok()?;
    element.set_class_name(class);
    Some(element)
}

fn is_at_end(log: &HtmlElement) -> bool {
    log.scroll_height() - log.scroll_top() - log.client_height() <= NEAR_END_PX
}

/// Lets an element say a text in which commands are named: no line of it ends within a flag.
fn say(into: &Element, text: &str) {
    let words = text.split_inclusive([' ', '\n']);
    let spans: Vec<Span<'_>> = words.map(|word| (word, if word.starts_with('-') { "whole" } else { "" })).collect();
    into.set_text_content(None);
    _ = into.set_attribute("lang", Lang::of(text).tag());
    append(into, &spans);
}
