//! What one command prints, in the transcript: pieces of some lines each, of which the browser lays out those that are seen.
//!
//! A piece is a box within its line, and the newline that ends it stands behind it: so what is copied, found and read is the text
//! that was printed, byte for byte, and a piece is as wide as its longest line.

use super::paint::{self, Form, Span};
use super::transcript::{append, element};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// So many lines make a piece; it goes on until a line that is not empty, for an empty one at the end of a box takes no room.
const LINES: usize = 64;

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

    /// Takes away what was written so far.
    pub fn wipe(&mut self) {
        _ = self.whole.as_ref().map(|whole| whole.set_text_content(None));
        (self.piece, self.lines, self.inside_line) = (None, 0, false);
    }

    /// Standard output, in colour or not.
    pub fn out(&mut self, text: &str, coloured: bool) {
        let form = self.form;
        self.write(text, |piece, text, begun| match coloured {
            true => append(piece, &colours(text, form, begun)),
            false => append(piece, &[(text, "")]),
        });
    }

    /// Standard error.
    pub fn err(&mut self, text: &str) {
        self.write(text, |piece, text, _| append(piece, &[(text, "err")]));
    }

    /// `put` writes a text into a piece; it is told whether the text's first line was begun before.
    fn write(&mut self, text: &str, put: impl Fn(&Element, &str, bool)) {
        let Some(whole) = self.whole.clone() else { return };
        let mut rest = text;
        while !rest.is_empty() {
            let full = full(rest, self.lines, self.inside_line);
            let (now, after) = rest.split_at(full.unwrap_or(rest.len()));
            if self.piece.is_none() {
                self.piece = whole.owner_document().and_then(|page| element(&page, "span", ""));
                _ = self.piece.as_ref().map(|piece| whole.append_child(piece));
            }
            let Some(piece) = &self.piece else { return };
            put(piece, now, self.inside_line);
            self.lines += now.matches('\n').count();
            self.inside_line = !now.ends_with('\n');
            rest = after;
            if full.is_some() {
                self.close();
                append(&whole, &[("\n", "")]);
                rest = &rest[1..];
            }
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

/// Where in a text the newline stands that ends a piece of so many lines so far, if it does: the first one after enough lines that
/// does not end an empty line.
fn full(text: &str, mut lines: usize, inside_line: bool) -> Option<usize> {
    let mut from = 0;
    for (at, _) in text.match_indices('\n') {
        lines += 1;
        if lines >= LINES && (at > from || (from == 0 && inside_line)) {
            return Some(at);
        }
        from = at + 1;
    }
    None
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
        assert_eq!(full(&text, 0, false), Some(2 * LINES - 1));
        assert_eq!(full(&text[2..], 0, false), None);
        assert_eq!(full("a\nb", LINES - 1, false), Some(1));
        assert_eq!(full("\n\nb\nc", LINES - 1, false), Some(3), "an empty line at its end would be lost");
        assert_eq!(full("\nb", LINES - 1, true), Some(0), "the line was begun before");
        assert_eq!(full("\n\n", LINES, false), None);
    }
}
