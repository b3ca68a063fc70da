//! Markdown, as far as lessons use it: paragraphs, lists, fenced code, headings; bold, emphasis, code and links within a line.

use yew::prelude::*;

/// A text as elements.
pub fn blocks(text: &str) -> Html {
    let (mut out, mut lines) = (Vec::new(), text.lines().peekable());
    let mut paragraph = String::new();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let item = item(trimmed);
        if trimmed.is_empty() || trimmed.starts_with("```") || trimmed.starts_with('#') || item.is_some() {
            flush(&mut paragraph, &mut out);
        }
        if trimmed.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().starts_with("```")).collect();
            out.push(html! { <pre tabindex="0"><code>{ code.join("\n") }</code></pre> });
        } else if trimmed.starts_with('#') {
            out.push(html! { <h4>{ spans(trimmed.trim_start_matches('#').trim()) }</h4> });
        } else if let Some((ordered, first)) = item {
            let mut items = vec![first.to_owned()];
            // A list goes on with further marks, and with indented lines of an item.
            while let Some(next) = lines.next_if(|next| !next.trim().is_empty()) {
                match self::item(next.trim()) {
                    Some((_, text)) => items.push(text.to_owned()),
                    None => items.iter_mut().last().into_iter().for_each(|last| join(last, next.trim())),
                }
            }
            let items = items.iter().map(|item| html! { <li>{ spans(item) }</li> });
            out.push(if ordered {
                html! { <ol>{ for items }</ol> }
            } else {
                html! { <ul>{ for items }</ul> }
            });
        } else if !trimmed.is_empty() {
            join(&mut paragraph, trimmed);
        }
    }
    flush(&mut paragraph, &mut out);
    out.into_iter().collect()
}

fn flush(paragraph: &mut String, out: &mut Vec<Html>) {
    if !paragraph.is_empty() {
        out.push(html! { <p>{ spans(&std::mem::take(paragraph)) }</p> });
    }
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// An item of a list: whether it is numbered, and its text.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, text));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line[digits..].strip_prefix(". ").filter(|_| digits > 0).map(|text| (true, text))
}

/// The marks within a line, with the nearest end of each.
const MARKS: [(&str, &str); 4] = [("`", "`"), ("**", "**"), ("*", "*"), ("[", ")")];

/// What stands within a line.
pub fn spans(text: &str) -> Html {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some((at, open, inner, after)) = first_mark(rest) {
        out.push(html! { { rest[..at].to_owned() } });
        out.push(match open {
            "`" => html! { <code>{ for inner.split(' ').enumerate().map(code) }</code> },
            "**" => html! { <strong>{ spans(inner) }</strong> },
            "*" => html! { <em>{ spans(inner) }</em> },
            _ => link(inner),
        });
        rest = after;
    }
    out.push(html! { { rest.to_owned() } });
    out.into_iter().collect()
}

/// A word such as `--image=nginx` is not broken at its hyphens, unless it is too long for a line.
const LONGEST: usize = 30;

fn code((at, word): (usize, &str)) -> Html {
    let class = (word.len() < LONGEST).then_some("word");
    // A line may end at the blank before it.
    html! { <>{ if at > 0 { " " } else { "" } }<span {class}>{ word.to_owned() }</span></> }
}

/// What stands within a line, as it is read out.
pub fn plain(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((at, open, inner, after)) = first_mark(rest) {
        out.push_str(&rest[..at]);
        match open {
            "`" => out.push_str(inner),
            "[" => out.push_str(inner.split("](").next().unwrap_or_default()),
            _ => out.push_str(&plain(inner)),
        }
        rest = after;
    }
    out + rest
}

/// The first mark that is closed: where it stands, which, what is inside, what follows.
fn first_mark(text: &str) -> Option<(usize, &'static str, &str, &str)> {
    let found = MARKS.iter().filter_map(|(open, close)| {
        let at = text.find(open)?;
        let inside = &text[at + open.len()..];
        let end = inside.find(close).filter(|end| *end > 0)?;
        (*open != "[" || inside[..end].contains("](")).then_some((
            at,
            *open,
            &inside[..end],
            &inside[end + close.len()..],
        ))
    });
    // Of two that begin at one place, the longer is meant: `**` before `*`.
    found.min_by_key(|(at, open, ..)| (*at, usize::MAX - open.len()))
}

fn link(inner: &str) -> Html {
    let (text, address) = inner.split_once("](").unwrap_or((inner, ""));
    match address.starts_with("https://") || address.starts_with('?') {
        true => html! { <a href={address.to_owned()} target="_blank" rel="noreferrer">{ text.to_owned() }</a> },
        false => html! { { text.to_owned() } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found() {
        assert_eq!(first_mark("a `b*c*` d"), Some((2, "`", "b*c*", " d")));
        assert_eq!(first_mark("**x** *y*"), Some((0, "**", "x", " *y*")));
        assert_eq!(first_mark("see [this](https://x) now"), Some((4, "[", "this](https://x", " now")));
        assert_eq!(first_mark("2 * 3 = 6, [no] link"), None);
        assert_eq!(plain("Type `a '* *'`, **not** *b* [c](https://x) 2 * 3."), "Type a '* *', not b c 2 * 3.");
        assert_eq!(item("12. twelve"), Some((true, "twelve")));
        assert_eq!(item("-x"), None);
    }
}
