//! The words and operators of a script.

use crate::process::Text;

/// A word or an operator.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(Text),
    /// `;`, a newline, `&&`, `||`, `|`, `&`, `>`, `>>`, `<`, `(`, `)`
    Operator(&'static str),
}

/// The tokens of a script.
pub(super) fn tokens(script: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = script.chars().peekable();
    let flush = |word: &mut Option<String>, tokens: &mut Vec<Token>| {
        if let Some(word) = word.take() {
            tokens.push(Token::Word(Text::raw(word)));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                for c in chars.by_ref().take_while(|c| *c != '\'') {
                    word.push(if c == '$' { Text::DOLLAR } else { c });
                }
            }
            '"' => quoted(&mut chars, word.get_or_insert_default()),
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some(c) => word.get_or_insert_default().push(if c == '$' { Text::DOLLAR } else { c }),
            },
            '$' if chars.peek() == Some(&'(') => {
                word.get_or_insert_default().push('$');
                substitution(&mut chars, word.get_or_insert_default());
            }
            '#' if word.is_none() => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '&' if word.is_none() && matches!(tokens.last(), Some(Token::Operator(">" | ">>"))) => {
                word = Some("&".to_owned());
            }
            ' ' | '\t' | '\r' => flush(&mut word, &mut tokens),
            '\n' | ';' | '&' | '|' | '>' | '<' => {
                flush(&mut word, &mut tokens);
                let twice = chars.peek() == Some(&c) && matches!(c, '&' | '|' | '>');
                if twice {
                    chars.next();
                }
                tokens.push(Token::Operator(match (c, twice) {
                    ('&', true) => "&&",
                    ('&', false) => "&",
                    ('|', true) => "||",
                    ('|', false) => "|",
                    ('>', true) => ">>",
                    ('>', false) => ">",
                    ('<', _) => "<",
                    _ => ";",
                }));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    flush(&mut word, &mut tokens);
    tokens
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            '"' => return,
            '\\' => match chars.next() {
                Some('$') => word.push(Text::DOLLAR),
                Some(c @ ('"' | '\\' | '`')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => {}
            },
            '$' if chars.peek() == Some(&'(') => {
                word.push('$');
                substitution(chars, word);
            }
            c => word.push(c),
        }
    }
}

/// `(...)` with whatever is in it, kept as text for later.
fn substitution(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) {
    let mut depth = 0usize;
    for c in chars.by_ref() {
        word.push(c);
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
