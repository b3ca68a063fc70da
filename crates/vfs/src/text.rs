//! Bytes as text that loses nothing: what is no UTF-8 becomes characters of its own, one for each byte, so that programs, pipes and
//! terminals that know text only hand on an archive or a picture unharmed.

use std::borrow::Cow;

/// Bytes from 0x80 stand from here on, among the characters for private use.
const BASE: u32 = 0xf700;

fn stands_for(c: char) -> Option<u8> {
    u8::try_from((c as u32).checked_sub(BASE)?).ok().filter(|byte| *byte >= 0x80)
}

/// Bytes as text. Text that uses these characters itself is taken apart into bytes, too.
pub fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let raw = |text: &mut String, bytes: &[u8]| {
        text.extend(bytes.iter().filter_map(|byte| char::from_u32(BASE + u32::from(*byte))));
    };
    for chunk in bytes.utf8_chunks() {
        let mut valid = chunk.valid();
        while let Some(at) = valid.find(|c| stands_for(c).is_some()) {
            text.push_str(&valid[..at]);
            let rest = valid[at..].chars().next().map_or(0, char::len_utf8);
            raw(&mut text, &valid.as_bytes()[at..at + rest]);
            valid = &valid[at + rest..];
        }
        text.push_str(valid);
        raw(&mut text, chunk.invalid());
    }
    text
}

/// The bytes that a text stands for.
pub fn to_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for piece in text.split_inclusive(|c| stands_for(c).is_some()) {
        match piece.char_indices().next_back().and_then(|(at, c)| Some((at, stands_for(c)?))) {
            Some((at, byte)) => {
                bytes.extend_from_slice(&piece.as_bytes()[..at]);
                bytes.push(byte);
            }
            None => bytes.extend_from_slice(piece.as_bytes()),
        }
    }
    bytes
}

/// A text as a person sees it: bytes that are no characters are shown as such.
pub fn shown(text: &str) -> Cow<'_, str> {
    // What stands for bytes begins with this one: hardly any output has it, and then there is nothing to do.
    match text.as_bytes().contains(&0xef) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(String::from_utf8_lossy(&to_bytes(text)).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back_and_text_stays_as_it_is() {
        let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        assert_eq!(to_bytes(&to_text(&all)), all);
        let text = "plain, 한글, \u{f780}\u{f7ff}";
        assert_eq!(to_bytes(&to_text(text.as_bytes())), text.as_bytes());
        assert_eq!(to_text("한글\n".as_bytes()), "한글\n");
        // What comes in pieces may be cut within a character.
        let halves = to_text(&"한".as_bytes()[..1]) + &to_text(&"한".as_bytes()[1..]);
        assert_eq!(shown(&halves), "한");
    }
}
