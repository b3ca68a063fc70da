//! awk's programs: text to tokens.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name directly before `(`.
    Function(String),
    Symbol(&'static str),
    Newline,
    End,
}

const SYMBOLS: [&str; 42] = [
    "**=", "&&", "||", "==", "!=", "<=", ">=", ">>", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "!~", "**", "{", "}", "(", ")", "[",
    "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "=", "?", ":", "~", "$", "|", "&",
];

/// The tokens of a program.
///
/// # Errors
/// What is wrong.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        if c == '\n' {
            tokens.push(Token::Newline);
            rest = &rest[1..];
        } else if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix("\\\n") {
            rest = after;
        } else if c == '#' {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
                let signed = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                let digits = signed.len() - signed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                if digits > 0 {
                    end += 1 + exponent.len() - signed.len() + digits;
                }
            }
            tokens.push(Token::Number(rest[..end].parse().unwrap_or(0.0)));
            rest = &rest[end..];
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            tokens.push(if rest.starts_with('(') && !KEYWORDS.contains(&name.as_str()) { Token::Function(name) } else { Token::Name(name) });
        } else if c == '"' {
            let (text, after) = quoted(&rest[1..], '"').ok_or("non-terminated string")?;
            tokens.push(Token::Text(crate::text::unescape(text, true).0));
            rest = after;
        } else if c == '/' && !tokens.last().is_some_and(ends_value) {
            let (text, after) = quoted(&rest[1..], '/').ok_or("non-terminated regular expression")?;
            tokens.push(Token::Regex(text.replace("\\/", "/")));
            rest = after;
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else {
            return Err(format!("syntax error at or near {c}"));
        }
    }
    tokens.push(Token::End);
    Ok(tokens)
}

/// Words that are no names.
pub(super) const KEYWORDS: [&str; 17] = [
    "function", "func",
    "if", "else", "while", "for", "do", "in", "print", "printf", "next", "exit", "break", "continue", "delete", "return", "getline",
];

/// Whether a slash after this token divides.
fn ends_value(token: &Token) -> bool {
    match token {
        Token::Number(_) | Token::Text(_) | Token::Symbol(")" | "]" | "$" | "++" | "--") => true,
        Token::Name(name) => !KEYWORDS.contains(&name.as_str()),
        _ => false,
    }
}

fn quoted(text: &str, end: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match c {
            '\n' if !escaped => return None,
            '\\' if !escaped => escaped = true,
            c if c == end && !escaped => return Some((&text[..i], &text[i + 1..])),
            _ => escaped = false,
        }
    }
    None
}

