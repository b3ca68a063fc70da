//! What `s` puts in the place of what it found.

use crate::regex::{Match, Regex};

/// A piece of a replacement.
pub(super) enum Piece {
    Text(String),
    /// `&` is group 0.
    Group(usize),
    /// `\U`, `\L`, `\u`, `\l`, `\E`
    Case(char),
}

/// Appends what a match is replaced by.
fn replacement(by: &[Piece], text: &str, found: &Match, out: &mut String) {
    let (mut case, mut once) = ('E', None);
    for piece in by {
        let more = match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Group(0) => &text[found.start..found.end],
            Piece::Group(n) => found.groups.get(n - 1).copied().flatten().map_or("", |(a, b)| &text[a..b]),
            Piece::Case(c @ ('u' | 'l')) => {
                once = Some(*c);
                continue;
            }
            Piece::Case(c) => {
                case = *c;
                continue;
            }
        };
        for c in more.chars() {
            match once.take().unwrap_or(case) {
                'U' | 'u' => out.extend(c.to_uppercase()),
                'L' | 'l' => out.extend(c.to_lowercase()),
                _ => out.push(c),
            }
        }
    }
}

/// The pieces of a replacement's text.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let (mut pieces, mut plain, mut chars) = (Vec::new(), String::new(), text.chars());
    while let Some(c) = chars.next() {
        let piece = match c {
            '&' => Piece::Group(0),
            '\\' => match chars.next() {
                Some(c @ '0'..='9') => Piece::Group(c as usize - '0' as usize),
                Some(c @ ('U' | 'L' | 'u' | 'l' | 'E')) => Piece::Case(c),
                Some('t') => Piece::Text("\t".into()),
                Some(c) => Piece::Text(c.into()),
                None => break,
            },
            c => {
                plain.push(c);
                continue;
            }
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(piece);
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// The text after `s`; none if nothing matched.
pub(super) fn substitute(regex: &Regex, text: &str, by: &[Piece], nth: usize, all: bool) -> Option<String> {
    let (mut out, mut copied, mut at, mut count) = (String::new(), 0, 0, 0);
    while let Some(found) = regex.find(text, at) {
        count += 1;
        if count >= nth {
            out.push_str(&text[copied..found.start]);
            replacement(by, text, &found, &mut out);
            copied = found.end;
        }
        if count >= nth && !all {
            break;
        }
        at = match found.end > found.start {
            true => found.end,
            false => found.end + text[found.end..].chars().next().map_or(1, char::len_utf8),
        };
        if at > text.len() {
            break;
        }
        // An empty match directly after the last one does not count (`s/b*/x/g`).
        if let Some(Match { start, end, .. }) = regex.find(text, at)
            && start == end
            && end == copied
            && at == copied
        {
            let Some(c) = text[at..].chars().next() else { break };
            at += c.len_utf8();
        }
    }
    (count >= nth).then(|| out + &text[copied..])
}
