//! `tr`

use super::Cx;

/// Replaces or deletes characters.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("+cdsC", &[("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let Some(first) = options.operands.first() else {
        cx.err("tr: missing operand\nTry 'tr --help' for more information.\n");
        return 1;
    };
    if options.operands.len() < 2 && !options.has('d') && !options.has('s') {
        cx.err(&format!(
            "tr: missing operand after \u{2018}{first}\u{2019}\nTwo strings must be given when translating.\nTry 'tr --help' for more information.\n"
        ));
        return 1;
    }
    let from = set(first);
    let to = options.operands.get(1).map(|text| set(text)).unwrap_or_default();
    let complement = options.has('c') || options.has('C');
    let position = |c: char| match (from.iter().rposition(|f| *f == c), complement) {
        (hit, false) => hit,
        (None, true) => Some(usize::MAX),
        (Some(_), true) => None,
    };
    let squeezed = if to.is_empty() || options.has('d') && options.operands.len() < 2 { &from } else { &to };
    let text = cx.io.stdin.all(cx.kernel()).await;
    let (mut out, mut last) = (String::new(), None);
    for c in text.chars() {
        let mut shown = c;
        if let Some(at) = position(c) {
            if options.has('d') {
                continue;
            }
            if let Some(other) = to.get(at).or(to.last()) {
                shown = *other;
            }
        }
        if options.has('s') && last == Some(shown) && (squeezed.contains(&shown) != (complement && to.is_empty())) {
            continue;
        }
        last = Some(shown);
        out.push(shown);
    }
    cx.out(&out);
    0
}

/// `a-z`, `[:upper:]`, `\n` written out.
fn set(text: &str) -> Vec<char> {
    let (text, _) = crate::text::unescape(text, true);
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if chars[at] == '[' && chars.get(at + 1) == Some(&':') {
            let rest: String = chars[at + 2..].iter().collect();
            if let Some(end) = rest.find(":]") {
                out.extend((0..128u8).map(char::from).filter(|c| crate::interp::glob::class(&rest[..end], *c)));
                at += end + 4;
                continue;
            }
        }
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(last)) if *last >= chars[at] => {
                out.extend((chars[at]..=*last).take(4096));
                at += 3;
            }
            _ => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}
