//! Values to YAML text, byte for byte as go-yaml v2's emitter writes it.

use super::resolve::is_plain_string;
use crate::{Map, Str, Value, put};
use std::cmp::Ordering;

/// Lines are folded at the first blank after this column.
const WIDTH: usize = 80;
/// A longer key is written in the explicit form, `? key`.
const LONGEST_SIMPLE_KEY: usize = 128;
/// No word that begins with a letter and means something else than itself is longer: `false`.
const LONGEST_WORD: usize = 5;

/// YAML text with a newline at the end, as `kubectl -o yaml` prints a value.
pub fn to_string(value: &Value) -> String {
    let mut emitter = Emitter::default();
    emitter.node(value, 0, Place::Root);
    emitter.line_break();
    emitter.text
}

/// What a node follows on its line.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    /// `key:`
    Key,
    /// `-`
    Item,
}

#[derive(Default)]
struct Emitter {
    text: String,
    /// Where the line begins that is being written.
    line: usize,
}

impl Emitter {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// How many characters the line has so far. Only where a line may be folded somebody needs to know.
    fn column(&self) -> usize {
        self.text[self.line..].chars().count()
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.line = self.text.len();
    }

    fn new_line(&mut self, indent: usize) {
        self.line_break();
        self.blanks(indent);
    }

    fn blanks(&mut self, count: usize) {
        put::blanks(&mut self.text, count);
    }

    /// Writes a node whose parent is indented by `indent`.
    fn node(&mut self, value: &Value, indent: usize, place: Place) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let indent = if place == Place::Root { 0 } else { indent + 2 };
                self.mapping(map, indent, place);
            }
            Value::Array(items) if !items.is_empty() => {
                // A list is not indented below its key.
                let indent = if place == Place::Item { indent + 2 } else { indent };
                for (i, item) in items.iter().enumerate() {
                    if i > 0 || place == Place::Key {
                        self.new_line(indent);
                    } else if place == Place::Item {
                        self.put(" ");
                    }
                    self.put("-");
                    self.node(item, indent, Place::Item);
                }
            }
            scalar => {
                if place != Place::Root {
                    self.put(" ");
                }
                match scalar {
                    Value::Null => self.put("null"),
                    Value::Bool(b) => self.put(if *b { "true" } else { "false" }),
                    Value::Int(number) => put::int(&mut self.text, *number),
                    Value::Float(f) => self.put(&float(*f)),
                    Value::Object(_) => self.put("{}"),
                    Value::Array(_) => self.put("[]"),
                    Value::String(text) => self.string(text, if place == Place::Root { 0 } else { indent + 2 }, false),
                }
            }
        }
    }

    fn mapping(&mut self, map: &Map, indent: usize, place: Place) {
        // Names that are nothing but letters, as those of fields, stand in go-yaml's order as they are.
        if map.iter().all(|(key, _)| key.bytes().all(|byte| byte.is_ascii_alphabetic())) {
            return self.entries(map.iter(), indent, place);
        }
        let mut entries: Vec<(&Str, &Value)> = map.iter().collect();
        crate::sort_by(&mut entries, |a, b| natural(a.0, b.0));
        self.entries(entries.into_iter(), indent, place);
    }

    fn entries<'a>(&mut self, entries: impl Iterator<Item = (&'a Str, &'a Value)>, indent: usize, place: Place) {
        for (i, (key, value)) in entries.enumerate() {
            match place {
                Place::Item if i == 0 => self.put(" "),
                Place::Root if i == 0 => {}
                _ => self.new_line(indent),
            }
            let simple = key.len() <= LONGEST_SIMPLE_KEY && !key.contains('\n');
            if simple {
                self.string(key, indent, true);
            } else {
                self.put("? ");
                self.string(key, indent + 2, false);
                self.new_line(indent);
            }
            self.put(":");
            self.node(value, indent, Place::Key);
        }
    }

    fn string(&mut self, text: &str, indent: usize, key: bool) {
        // Words: nothing in them needs a look of its own. Those that could be numbers or moments have one.
        let quiet = is_quiet(text);
        let plain = quiet && is_name(text) || is_plain_string(text);
        if quiet {
            match plain {
                true => self.put(text),
                false => [r#"""#, text, r#"""#].iter().for_each(|part| self.put(part)),
            }
            return;
        }
        let allowed = Allowed::of(text);
        if text.contains('\n') {
            match allowed.block && !key {
                true => self.literal(text, indent),
                false => self.double_quoted(text, indent, key),
            }
        } else if !plain || !allowed.single_quoted {
            self.double_quoted(text, indent, key);
        } else if allowed.plain {
            self.folded(text, indent, key, false);
        } else {
            self.put("'");
            self.folded(text, indent, key, true);
            self.put("'");
        }
    }

    /// Plain or single-quoted text; a line longer than [`WIDTH`] is broken at its next single blank.
    fn folded(&mut self, text: &str, indent: usize, key: bool, quoted: bool) {
        let mut previous_space = false;
        for (i, c) in text.char_indices() {
            let rest = &text[i + c.len_utf8()..];
            let inside = !quoted || (i > 0 && !rest.is_empty());
            let may = c == ' ' && !key && !previous_space && inside && !rest.starts_with(' ');
            if may && self.column() > WIDTH {
                self.new_line(indent);
            } else {
                self.text.push(c);
                if c == '\'' && quoted {
                    self.put("'");
                }
            }
            previous_space = c == ' ';
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, key: bool) {
        self.put("\"");
        let mut previous_space = false;
        for (i, c) in text.char_indices() {
            let rest = &text[i + c.len_utf8()..];
            if c == ' ' && !key && !previous_space && i > 0 && !rest.is_empty() && self.column() > WIDTH {
                self.new_line(indent);
                if rest.starts_with(' ') {
                    self.put("\\");
                }
            } else if c == '"' || c == '\\' || !is_printable(c) || c == '\n' {
                self.put(&escaped(c));
            } else {
                self.text.push(c);
            }
            previous_space = c == ' ';
        }
        self.put("\"");
    }

    /// A block of lines. The break that ends the last one is written by whatever comes next.
    fn literal(&mut self, text: &str, indent: usize) {
        self.put("|");
        if text.starts_with([' ', '\n']) {
            self.put("2");
        }
        if !text.ends_with('\n') {
            self.put("-");
        } else if text == "\n" || text.ends_with("\n\n") {
            self.put("+");
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            self.line_break();
            if !line.is_empty() {
                self.blanks(indent);
                self.put(line);
            }
        }
    }
}

/// Whether a text that begins with a letter or digit has nothing but such and what never means anything between them.
fn is_quiet(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_' | b':'))
        && bytes.last() != Some(&b':')
}

/// Whether such a text is nothing but a word or a path, as nearly all are, by its length and its first letters.
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && (text.len() > LONGEST_WORD || !may_be_word(bytes))
}

/// Whether a text could be one of the words that mean something else than themselves, by its first two letters: `yes`, `no`, `null`,
/// `true`, `false`, `on`, `off` and their like.
fn may_be_word(bytes: &[u8]) -> bool {
    let letter = |at: usize| bytes.get(at).map(u8::to_ascii_lowercase);
    matches!(
        (letter(0), letter(1)),
        (_, None)
            | (Some(b'y'), Some(b'e'))
            | (Some(b'n'), Some(b'o' | b'u'))
            | (Some(b't'), Some(b'r'))
            | (Some(b'f'), Some(b'a'))
            | (Some(b'o'), Some(b'n' | b'f'))
    )
}

/// Which styles can hold a text.
struct Allowed {
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Allowed {
    fn of(text: &str) -> Allowed {
        let special = text.chars().any(|c| c != '\n' && !is_printable(c));
        let space_then_break = text.contains(" \n");
        let break_then_space = text.contains("\n ");
        let at_the_ends = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
        let plain = !special && !at_the_ends && !text.contains('\n') && !has_indicator(text);
        Allowed {
            plain,
            single_quoted: !special && !space_then_break && !break_then_space,
            block: !special && !space_then_break && !text.ends_with(' '),
        }
    }
}

/// Whether something in the text would mean something else in plain style.
fn has_indicator(text: &str) -> bool {
    let blank_at = |i: usize| text[i..].chars().next().is_none_or(|c| c == ' ' || c == '\n');
    let first = match text.chars().next() {
        None => false,
        Some('#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') => true,
        Some('?' | ':' | '-') => blank_at(1),
        Some(_) => false,
    };
    first
        || text.starts_with("---")
        || text.starts_with("...")
        || text.match_indices(':').any(|(i, _)| i > 0 && blank_at(i + 1))
        || text.contains(" #")
        || text.contains("\n#")
}

/// What go-yaml v2 writes as it is. Not tabs, and nothing beyond the Basic Multilingual Plane.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ => "",
    };
    match c as u32 {
        _ if !short.is_empty() => short.to_owned(),
        code @ 0..=0xff => format!("\\x{code:02X}"),
        code @ 0..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}

/// A number as Go's `FormatFloat(f, 'g', -1, 64)`: an exponent of at least two digits for very large or small ones.
fn float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if number != 0.0 && !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{number}"),
    }
}

/// The order of go-yaml's keys: numbers inside names count as numbers, and punctuation comes before letters.
fn natural(a: &str, b: &str) -> Ordering {
    let Some(((i, x), y)) = a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    let before = &a.as_bytes()[..i];
    let after_digit = before.last().is_some_and(u8::is_ascii_digit);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return if after_digit { Ordering::Less } else { Ordering::Greater },
        (false, true) => return if after_digit { Ordering::Greater } else { Ordering::Less },
        (false, false) => {}
    }
    // Inside a number that began before, leading zeros are significant.
    let inside = (x == '0' || y == '0') && before.iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != b'0');
    let number = |text: &str| {
        let digits = text.as_bytes()[i..].iter().take_while(|c| c.is_ascii_digit());
        let start = (i64::from(inside), 0usize);
        digits.fold(start, |(n, count), c| (n.wrapping_mul(10).wrapping_add(i64::from(c - b'0')), count + 1))
    };
    number(a).cmp(&number(b)).then(x.cmp(&y))
}

#[cfg(test)]
mod tests;
