//! A Go template cut into texts, actions and the tokens of these (text/template/parse/lex.go).

use super::unquote;
use api::Value;

/// What an action is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Field(String),
    Dot,
    Variable(String),
    /// A value, and how it is written.
    Literal(Value, String),
    Symbol(char),
    Define,
    Assign,
    Space,
}

/// A text, or an action with its place and the places of its tokens.
pub(super) enum Piece {
    Text(String),
    Action(usize, Placed),
}

type Lexed<T> = Result<T, (usize, String)>;

/// Tokens with their places.
pub(super) type Placed = Vec<(usize, Token)>;

/// Cuts a template.
///
/// # Errors
/// The place of what cannot be read, and what it is.
pub(super) fn pieces(text: &str) -> Lexed<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut trim = false;
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    while let Some(open) = text[from..].find("{{").map(|at| from + at) {
        let mut before = &text[from..open];
        if trim {
            before = before.trim_start_matches(is_blank);
        }
        let mut at = open + 2;
        if text[at..].starts_with('-') && text[at + 1..].starts_with(is_blank) {
            before = before.trim_end_matches(is_blank);
            at += 1;
        }
        pieces.push(Piece::Text(before.to_owned()));
        let inner = text[at..].trim_start_matches(is_blank);
        if inner.starts_with("/*") {
            let begin = text.len() - inner.len();
            let close = inner.find("*/").ok_or((begin, "unclosed comment".to_owned()))?;
            let after = &inner[close + 2..];
            let trimmed = after.trim_start_matches(is_blank);
            trim = trimmed.len() < after.len() && trimmed.starts_with("-}}");
            let rest = if trim { &trimmed[1..] } else { after };
            if !rest.starts_with("}}") {
                return Err((begin, "comment ends before closing delimiter".to_owned()));
            }
            from = text.len() - rest.len() + 2;
            continue;
        }
        let (tokens, end, trims) = tokens(text, at)?;
        pieces.push(Piece::Action(open, tokens));
        (from, trim) = (end, trims);
    }
    let rest = &text[from..];
    pieces.push(Piece::Text(if trim { rest.trim_start_matches(is_blank) } else { rest }.to_owned()));
    Ok(pieces)
}

/// The tokens of the action that begins at `from`, where it ends, and whether it trims what follows.
fn tokens(text: &str, from: usize) -> Lexed<(Placed, usize, bool)> {
    let mut tokens = Placed::new();
    let mut at = from;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = |from: usize| text[from..].find(|c| !is_word(c)).map_or(text.len(), |length| from + length);
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { return Err((from, "unclosed action".to_owned())) };
        let next = at + c.len_utf8();
        if rest.starts_with("}}") {
            while matches!(tokens.last(), Some((_, Token::Space))) {
                tokens.pop();
            }
            let first = tokens.iter().position(|(_, token)| *token != Token::Space).unwrap_or(0);
            tokens.drain(..first);
            return Ok((tokens, at + 2, false));
        }
        let end = match c {
            ' ' | '\t' | '\r' | '\n' => {
                let trimmed = rest.trim_start();
                let after = text.len() - trimmed.len();
                if trimmed.starts_with("-}}") {
                    let first = tokens.iter().position(|(_, token)| *token != Token::Space).unwrap_or(0);
                    tokens.drain(..first);
                    return Ok((tokens, after + 3, true));
                }
                tokens.push((at, Token::Space));
                after
            }
            '.' if text[next..].starts_with(|c: char| is_word(c) && !c.is_ascii_digit()) => {
                let end = word(next);
                tokens.push((at, Token::Field(text[next..end].to_owned())));
                end
            }
            '.' if !text[next..].starts_with(|c: char| c.is_ascii_digit()) => {
                tokens.push((at, Token::Dot));
                next
            }
            '$' => {
                let end = word(next);
                tokens.push((at, Token::Variable(text[next..end].to_owned())));
                end
            }
            '"' | '`' | '\'' => {
                let (value, end) = quoted(text, at, c)?;
                tokens.push((at, Token::Literal(value, text[at..end].to_owned())));
                end
            }
            ':' if text[next..].starts_with('=') => {
                tokens.push((at, Token::Define));
                next + 1
            }
            '=' => {
                tokens.push((at, Token::Assign));
                next
            }
            '|' | '(' | ')' | ',' => {
                tokens.push((at, Token::Symbol(c)));
                next
            }
            c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => {
                let end =
                    text[next..].find(|c: char| !is_word(c) && c != '.').map_or(text.len(), |length| next + length);
                let written = &text[at..end];
                let value = number(written).ok_or_else(|| (at, format!("bad number syntax: {written:?}")))?;
                tokens.push((at, Token::Literal(value, written.to_owned())));
                end
            }
            c if is_word(c) => {
                let end = word(at);
                tokens.push((at, Token::Word(text[at..end].to_owned())));
                end
            }
            c => return Err((at, format!("unrecognized character in action: U+{:04X} {c:?}", c as u32))),
        };
        at = end;
    }
}

fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let based = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find_map(|(prefix, base)| {
        let digits = lower.strip_prefix(prefix)?;
        i64::from_str_radix(digits, base).ok()
    });
    let whole = based.or_else(|| digits.parse::<i64>().ok());
    match whole {
        Some(whole) => Some(Value::Int(if negative { -whole } else { whole })),
        None if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            let float = plain.parse::<f64>().ok()?;
            // A number such as 1e3 is a whole one too.
            let small = float.fract() == 0.0 && float.abs() < 9e15;
            Some(if small { Value::Int(float as i64) } else { Value::Float(float) })
        }
        None => None,
    }
}

/// The string, raw string or character that begins at `at`, and where it ends.
fn quoted(text: &str, at: usize, quote: char) -> Lexed<(Value, usize)> {
    let unterminated = || {
        let what = match quote {
            '"' => "quoted string",
            '`' => "raw quoted string",
            _ => "character constant",
        };
        (at, format!("unterminated {what}"))
    };
    let inside = &text[at + 1..];
    let end = if quote == '`' { inside.find('`') } else { unquote::end(inside, quote) };
    let inside = &inside[..end.ok_or_else(unterminated)?];
    let end = at + inside.len() + 2;
    let meant = if quote == '`' { Some(inside.to_owned()) } else { unquote::unquoted(inside, quote) };
    if quote != '\'' {
        return meant.map(|text| (text.into(), end)).ok_or((at, "invalid syntax".to_owned()));
    }
    let meant = meant.unwrap_or_default();
    match meant.chars().collect::<Vec<_>>()[..] {
        [c] => Ok((Value::Int(i64::from(c as u32)), end)),
        _ => Err((at, format!("malformed character constant: {}", &text[at..end]))),
    }
}
