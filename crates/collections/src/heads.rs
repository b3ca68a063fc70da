//! What a node keeps of its keys, so that looking for one does not have to fetch each key's text from memory.
//!
//! A text of more than 23 bytes lies elsewhere than its key. In a map of a hundred thousand of them (Pods by UID, events by name)
//! nearly every comparison waits for memory, and that is most of what a look-up takes. So a node notes how many first bytes all
//! its keys have in common, and of each key the four bytes behind those (the "heads" of B-trees in databases).

#[cfg(not(target_family = "wasm"))]
mod kept;
#[cfg(target_family = "wasm")]
mod none;

#[cfg(not(target_family = "wasm"))]
pub(crate) use kept::Heads;
#[cfg(target_family = "wasm")]
pub(crate) use none::Heads;

/// What a map can be sorted by.
pub trait OrdKey: Ord {
    /// Whether [`OrdKey::texts`] says how keys are sorted.
    const TEXTS: bool = false;

    /// The texts by which keys of this type are sorted, the first one first. Where there are several, none may contain a zero byte.
    fn texts(&self) -> [&[u8]; 4] {
        [&[]; 4]
    }
}

macro_rules! plain {
    ($($type:ty)*) => { $(impl OrdKey for $type {})* };
}

plain! { u8 u16 u32 u64 usize i32 i64 char bool std::net::Ipv4Addr }

macro_rules! tuples {
    ($(($($part:ident)*))*) => { $(impl<$($part: Ord),*> OrdKey for ($($part,)*) {})* };
}

tuples! { (A B) (A B C) (A B C D) (A B C D E F) }

impl<T: OrdKey + ?Sized> OrdKey for &T {
    const TEXTS: bool = T::TEXTS;

    fn texts(&self) -> [&[u8]; 4] {
        (**self).texts()
    }
}

impl<T: OrdKey + ?Sized> OrdKey for std::sync::Arc<T> {
    const TEXTS: bool = T::TEXTS;

    fn texts(&self) -> [&[u8]; 4] {
        (**self).texts()
    }
}

impl OrdKey for str {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        [self.as_bytes(), &[], &[], &[]]
    }
}

impl OrdKey for String {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        self.as_str().texts()
    }
}

impl OrdKey for smol_str::SmolStr {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        self.as_str().texts()
    }
}

/// The bytes of the texts from `from` on, with a zero byte between two texts, and zeros at the end.
#[cfg(not(target_family = "wasm"))]
fn head(texts: [&[u8]; 4], mut from: usize) -> u32 {
    let mut bytes = [0; 4];
    let mut filled = 0;
    for text in texts {
        let rest = text.get(from..).unwrap_or_default();
        if filled == 0
            && let Some(chunk) = rest.first_chunk()
        {
            return u32::from_be_bytes(*chunk);
        }
        for byte in rest.iter().take(4 - filled) {
            bytes[filled] = *byte;
            filled += 1;
        }
        // The zero behind it.
        filled += usize::from(from <= text.len());
        if filled >= 4 {
            break;
        }
        from = from.saturating_sub(text.len() + 1);
    }
    u32::from_be_bytes(bytes)
}

/// How many first bytes of the texts are the same.
#[cfg(not(target_family = "wasm"))]
fn common(a: [&[u8]; 4], b: [&[u8]; 4]) -> usize {
    let mut count = 0;
    for (a, b) in a.iter().zip(&b) {
        if a != b {
            return count + a.iter().zip(*b).take_while(|(x, y)| x == y).count();
        }
        count += a.len() + 1;
    }
    count
}

/// The first `count` bytes of the texts, with a zero byte between two texts, and zeros at the end.
#[cfg(not(target_family = "wasm"))]
fn first_bytes(texts: [&[u8]; 4], count: usize) -> impl Iterator<Item = u8> {
    let bytes = texts.into_iter().flat_map(|text| text.iter().copied().chain([0]));
    bytes.chain(std::iter::repeat(0)).take(count)
}

/// Whether the texts begin with `start`, which [`first_bytes`] has made of others.
#[cfg(not(target_family = "wasm"))]
fn begins_with(texts: [&[u8]; 4], mut start: &[u8]) -> bool {
    for text in texts {
        match start.split_at_checked(text.len()) {
            None => return text.starts_with(start),
            Some((same, rest)) if same == text => start = rest,
            Some(_) => return false,
        }
        match start.split_first() {
            None => return true,
            Some((0, rest)) => start = rest,
            Some(_) => return false,
        }
    }
    start.is_empty()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn texts(texts: [&str; 4]) -> [&[u8]; 4] {
        texts.map(str::as_bytes)
    }

    #[test]
    fn heads_are_sorted_as_their_keys() {
        let parts = ["", "a", "ab", "abc", "abcd", "abcde", "b", "ba"];
        let mut keys = Vec::new();
        for a in parts {
            for b in parts {
                keys.extend(parts.map(|c| [a, b, c, "x"]));
            }
        }
        keys.sort();
        for pair in keys.windows(2) {
            let (a, b) = (texts(pair[0]), texts(pair[1]));
            let same = common(a, b);
            for from in 0..=same {
                let start: Vec<u8> = first_bytes(a, from).collect();
                assert!(begins_with(b, &start) && head(a, from) <= head(b, from), "{pair:?} from {from}");
            }
            let more: Vec<u8> = first_bytes(a, same + 1).collect();
            assert!(!begins_with(b, &more) && head(a, same) < head(b, same), "{pair:?}");
        }
    }

    #[test]
    fn a_head_goes_over_the_end_of_a_text() {
        assert_eq!(head(texts(["ab", "c", "", ""]), 1), u32::from_be_bytes(*b"b\0c\0"));
        assert_eq!(head(texts(["ab", "c", "", ""]), 3), u32::from_be_bytes(*b"c\0\0\0"));
        assert_eq!(head(texts(["ab", "c", "", ""]), 99), 0);
    }
}
