//! What one command prints, in the transcript: pieces of some lines each, of which the browser lays out those that are seen, and
//! the page colours those.
//!
//! A piece is a box within its line, and the newline that ends it stands behind it: so what is copied, found and read is the text
//! that was printed, byte for byte, and a piece is as wide as its longest line.

use super::paint::{self, Form, Span};
use super::transcript::{append, element};
use crate::event::hear;
use crate::i18n::Lang;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// So many lines make a piece; it goes on until a line that is not empty, for an empty one at the end of a box takes no room.
const LINES: usize = 32;
/// And so many far from the end of a long output: each piece costs the browser something, seen or not.
const LINES_UNSEEN: usize = 1024;
/// What is far, in bytes.
const FAR: usize = 12 * 1024;
/// A piece with more than so many bytes of the same output behind it is not seen when it is written: it is coloured when it is.
const UNSEEN: usize = 2 * 1024;
/// How such a piece notes the form that it is to be coloured in, and the forms' names there.
const PLAIN: &str = "data-plain";
const FORMS: [(&str, Form); 3] = [("text", Form::Text), ("yaml", Form::Yaml), ("json", Form::Json)];

#[wasm_bindgen]
extern "C" {
    /// The browser begins or ceases to lay out a piece. That web-sys has it behind a flag is all that keeps it from there.
    type LaidOut;

    #[wasm_bindgen(method, getter)]
    fn skipped(this: &LaidOut) -> bool;
}

/// From now on, pieces in `log` that come into sight are coloured.
pub fn colour_what_is_seen(log: &HtmlElement) {
    hear(log, "contentvisibilityautostatechange", false, |event| {
        let piece = event.target().and_then(|piece| piece.dyn_into::<Element>().ok());
        if !event.unchecked_ref::<LaidOut>().skipped()
            && let Some((piece, form)) = piece.and_then(|piece| piece.get_attribute(PLAIN).map(|form| (piece, form)))
        {
            let text = piece.text_content().unwrap_or_default();
            piece.set_text_content(None);
            let form = FORMS.iter().find(|(name, _)| *name == form).map(|(_, form)| *form);
            append(&piece, &colours(&text, form.unwrap_or_default(), false));
            _ = piece.remove_attribute(PLAIN);
        }
    });
}

/// Where output goes.
#[derive(Default)]
pub struct Output {
    /// The whole of it.
    whole: Option<Element>,
    /// The piece that is not full yet.
    piece: Option<Element>,
    /// How many lines that piece has, and whether what was written last ended its line.
    lines: usize,
    inside_line: bool,
    /// How it is coloured.
    form: Form,
}

impl Output {
    /// Output that goes into `whole`, coloured as what `command` prints.
    pub fn new(whole: Element, command: &str) -> Output {
        Output { whole: Some(whole), form: Form::of(command), ..Output::default() }
    }

    /// Says in which language it is.
    pub fn speak(&self, lang: Lang) {
        _ = self.whole.as_ref().map(|whole| whole.set_attribute("lang", lang.tag()));
    }

    /// Takes away what was written so far.
    pub fn wipe(&mut self) {
        _ = self.whole.as_ref().map(|whole| whole.set_text_content(None));
        (self.piece, self.lines, self.inside_line) = (None, 0, false);
    }

    /// Standard output, in colour.
    pub fn out(&mut self, text: &str) {
        let form = self.form;
        let name = FORMS.iter().find(|(_, known)| *known == form).map_or("", |(name, _)| name);
        self.write(text, |piece, text, begun, unseen| match unseen {
            true => {
                append(piece, &[(text, "")]);
                _ = piece.set_attribute(PLAIN, name);
            }
            false => append(piece, &colours(text, form, begun)),
        });
    }

    /// Standard error.
    pub fn err(&mut self, text: &str) {
        self.write(text, |piece, text, _, _| append(piece, &[(text, "err")]));
    }

    /// `put` writes a text into a piece; it is told whether the text's first line was begun before, and whether it is a whole piece
    /// that nobody sees yet.
    fn write(&mut self, text: &str, put: impl Fn(&Element, &str, bool, bool)) {
        let Some(whole) = self.whole.clone() else { return };
        let mut rest = text;
        while !rest.is_empty() {
            let (end, lines) = self.end(rest);
            let (now, after) = rest.split_at(end.unwrap_or(rest.len()));
            let fresh = self.piece.is_none();
            if fresh {
                self.piece = whole.owner_document().and_then(|page| element(&page, "span", ""));
                _ = self.piece.as_ref().map(|piece| whole.append_child(piece));
            }
            let Some(piece) = &self.piece else { return };
            put(piece, now, self.inside_line, fresh && end.is_some() && after.len() > UNSEEN);
            self.lines += lines;
            self.inside_line = !now.ends_with('\n');
            rest = after;
            if end.is_some() {
                self.close();
                append(&whole, &[("\n", "")]);
                rest = &rest[1..];
            }
        }
    }

    /// Where in a text this piece ends, if it does, and how many lines end before. A large piece stays far from the end.
    fn end(&self, text: &str) -> (Option<usize>, usize) {
        let of = |lines: usize| full(text, lines.saturating_sub(self.lines), self.inside_line);
        match text.len().checked_sub(FAR).map(|far| (far, of(LINES_UNSEEN))) {
            Some((far, (Some(at), lines))) if at <= far => (Some(at), lines),
            _ => of(LINES),
        }
    }

    /// The piece is full: how high it is is known, so that it need not be laid out before it is seen.
    fn close(&mut self) {
        if let Some(piece) = self.piece.take().and_then(|piece| piece.dyn_into::<HtmlElement>().ok()) {
            piece.set_class_name("piece");
            _ = piece.style().set_property("--lines", &(self.lines + 1).to_string());
        }
        (self.lines, self.inside_line) = (0, false);
    }
}

/// Where in a text the newline stands that ends a piece to which so many lines are missing, if it does: the first one after enough
/// lines that does not end an empty line. And how many lines end before it.
fn full(text: &str, missing: usize, inside_line: bool) -> (Option<usize>, usize) {
    let (mut from, mut ended) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte != b'\n' {
            continue;
        }
        if ended + 1 >= missing && (at > from || (from == 0 && inside_line)) {
            return (Some(at), ended);
        }
        ended += 1;
        from = at + 1;
    }
    (None, ended)
}

/// Output in colour, plain pieces joined. A line that was begun before stays plain up to its end.
fn colours(text: &str, form: Form, begun: bool) -> Vec<Span<'_>> {
    let first = if begun { text.find('\n').map_or(text.len(), |at| at + 1) } else { 0 };
    let (before, rest) = text.split_at(first);
    let mut spans = vec![(before, "")];
    // Where a plain piece follows another, both are one.
    let mut from = first;
    let mut at = first;
    for (piece, class) in rest.split_inclusive('\n').flat_map(|line| paint::output(line, form)) {
        if !class.is_empty() {
            spans.extend([(&text[from..at], ""), (piece, class)]);
            from = at + piece.len();
        }
        at += piece.len();
    }
    spans.push((&text[from..], ""));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_with_a_line_that_is_not_empty() {
        let text = "x\n".repeat(LINES);
        assert_eq!(full(&text, LINES, false), (Some(2 * LINES - 1), LINES - 1));
        assert_eq!(full(&text[2..], LINES, false), (None, LINES - 1));
        assert_eq!(full("a\nb", 1, false), (Some(1), 0));
        assert_eq!(full("\n\nb\nc", 1, false), (Some(3), 2), "an empty line at its end would be lost");
        assert_eq!(full("\nb", 1, true), (Some(0), 0), "the line was begun before");
        assert_eq!(full("\n\n", 0, false), (None, 2));
    }
}
