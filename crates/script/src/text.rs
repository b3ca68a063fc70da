//! Text that several tools need: backslash escapes.

/// `text` with backslash escapes replaced, and whether `\c` ended it. `quoting` is `$'...'`, which knows `\'` and `\"` and
/// octal without a leading zero (as `printf`'s format does); without it the rules are `echo -e`'s and `%b`'s.
pub fn unescape(text: &str, quoting: bool) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('e' | 'E') => out.push('\u{1b}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{b}'),
            Some('\\') => out.push('\\'),
            Some('c') if !quoting => return (out, true),
            Some(c @ ('\'' | '"' | '?')) if quoting => out.push(c),
            Some(c @ ('x' | 'u' | 'U')) => {
                let most = [2, 4, 8][usize::from(c != 'x') + usize::from(c == 'U')];
                match number(&mut chars, 16, most) {
                    Some(code) => out.extend(char::from_u32(code)),
                    None => out.extend(['\\', c]),
                }
            }
            Some(c @ '0'..='7') if quoting || c == '0' => {
                let first = c.to_digit(8).unwrap_or_default();
                let (mut code, most) = if quoting { (first, 2) } else { (0, 3) };
                for _ in 0..most {
                    let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    chars.next();
                }
                out.extend(char::from_u32(code & 0xff));
            }
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    (out, false)
}

fn number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, base: u32, most: usize) -> Option<u32> {
    let mut code: Option<u32> = None;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(base)) else { break };
        code = Some(code.unwrap_or(0).wrapping_mul(base).wrapping_add(digit));
        chars.next();
    }
    code
}

/// A number as C's `%f`, `%e` and `%g` write it.
pub fn float(n: f64, conversion: char, precision: usize) -> String {
    let scientific = |precision: usize| {
        let text = format!("{n:.precision$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        (mantissa.to_owned(), exponent)
    };
    let joined = |mantissa: &str, exponent: i32| {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    };
    if !n.is_finite() {
        return if n.is_nan() {
            "nan".into()
        } else if n > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    let short = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    let text = match conversion.to_ascii_lowercase() {
        'e' => {
            let (mantissa, exponent) = scientific(precision);
            joined(&mantissa, exponent)
        }
        'g' => {
            let precision = precision.max(1);
            let (mantissa, exponent) = scientific(precision - 1);
            match exponent < -4 || exponent >= precision as i32 {
                true => joined(&short(&mantissa), exponent),
                false => short(&format!("{n:.*}", (precision as i32 - 1 - exponent).max(0) as usize)),
            }
        }
        _ => format!("{n:.precision$}"),
    };
    if conversion.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\tb\x41é\0101\101", false).0, "a\tbA\u{e9}A\\101");
        assert_eq!(unescape(r"\101\'", true).0, "A'");
        assert_eq!(unescape(r"a\cb", false), ("a".into(), true));
        assert_eq!(unescape(r"\q\", false).0, r"\q\");
    }
}
