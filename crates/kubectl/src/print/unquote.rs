//! Quoted texts as Go reads them (strconv, `Unquote`; k8s.io/client-go/util/jsonpath has the same for single quotes).

/// Where a text ends that begins behind a quote: at the next such quote without a backslash, on the same line.
pub(super) fn end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let (at, last) = text.char_indices().find(|(_, c)| {
        let ends = *c == '\n' || (*c == quote && !escaped);
        escaped = *c == '\\' && !escaped;
        ends
    })?;
    (last == quote).then_some(at)
}

/// What stands between two quotes, its escapes read; none if one of them is not Go's.
pub(super) fn unquoted(inner: &str, quote: char) -> Option<String> {
    let (mut text, mut rest) = (String::new(), inner);
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (meant, after) = escaped(escape, quote)?;
        text.push(meant);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// The character that an escape means, and what follows the escape.
fn escaped(text: &str, quote: char) -> Option<(char, &str)> {
    let letter = text.chars().next()?;
    let after = &text[letter.len_utf8()..];
    let number = |digits: &'_ str, radix| u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'));
    let (digits, radix, from) = match letter {
        'a' => return Some(('\x07', after)),
        'b' => return Some(('\x08', after)),
        'f' => return Some(('\x0c', after)),
        'n' => return Some(('\n', after)),
        'r' => return Some(('\r', after)),
        't' => return Some(('\t', after)),
        'v' => return Some(('\x0b', after)),
        'x' => (2, 16, after),
        'u' => (4, 16, after),
        'U' => (8, 16, after),
        '0'..='7' => (3, 8, text),
        other => return (other == '\\' || other == quote).then_some((other, after)),
    };
    let (digits, rest) = from.split_at_checked(digits)?;
    let code = number(digits, radix).filter(|code| radix != 8 || *code <= 0o377)?;
    Some((char::from_u32(code)?, rest))
}

#[test]
fn escapes_are_go_s() {
    assert_eq!(unquoted(r"\u0041\x42\103\U00000044\a\n\\", '"').as_deref(), Some("ABCD\x07\n\\"));
    assert_eq!(unquoted(r#"\""#, '"').as_deref(), Some("\""));
    for wrong in [r"\q", r"\'", r"\/", r"\u00", r"\400", r"\x+1", "\\", r"\ud800"] {
        assert_eq!(unquoted(wrong, '"'), None, "{wrong}");
    }
    assert_eq!(end(r#"a\"b" c"#, '"'), Some(4));
    assert_eq!(end("a\n\"", '"'), None);
}
