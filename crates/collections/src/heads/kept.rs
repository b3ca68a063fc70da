//! Heads, as the native command keeps them.

use super::{OrdKey, begins_with, common, first_bytes, head};

/// A node with fewer keys has no heads.
const LEAST: usize = 8;
/// A head's bytes.
const HEAD: usize = 4;

/// The heads of a node's keys.
#[derive(Clone, Default)]
pub(crate) struct Heads {
    /// How many first bytes all keys have in common, at least.
    from: usize,
    /// Those bytes, so that no key has to be fetched for them, and the four behind them of each key, the higher byte first; empty
    /// where the heads are not known.
    bytes: Vec<u8>,
}

impl Heads {
    /// Notes the heads of all keys anew.
    pub fn renew<'k, K: OrdKey + 'k>(
        &mut self,
        mut keys: impl ExactSizeIterator<Item = &'k K> + DoubleEndedIterator + Clone,
    ) {
        if !K::TEXTS {
            return;
        }
        self.bytes.clear();
        if keys.len() < LEAST {
            *self = Heads::default();
            return;
        }
        let all = keys.clone();
        if let (Some(first), Some(last)) = (keys.next(), keys.next_back()) {
            self.from = common(first.texts(), last.texts());
            self.bytes.reserve_exact(self.from + (all.len() + all.len() / 4) * HEAD);
            self.bytes.extend(first_bytes(first.texts(), self.from));
        }
        all.for_each(|key| self.bytes.extend(head(key.texts(), self.from).to_be_bytes()));
    }

    /// A key has come at a place between those that there were. False if the heads have to be made anew.
    pub fn insert<K: OrdKey>(&mut self, at: usize, key: &K) -> bool {
        if !K::TEXTS {
            return true;
        }
        let Some((start, heads)) = self.bytes.split_at_checked(self.from) else { return false };
        // What stands between two keys begins as they do.
        let outside = at == 0 || at * HEAD == heads.len();
        if heads.is_empty() || outside && !begins_with(key.texts(), start) {
            return false;
        }
        let (place, end) = (self.from + at * HEAD, self.bytes.len());
        self.bytes.extend([0; HEAD]);
        self.bytes.copy_within(place..end, place + HEAD);
        self.bytes[place..place + HEAD].copy_from_slice(&head(key.texts(), self.from).to_be_bytes());
        true
    }

    /// The key at a place is gone.
    pub fn remove(&mut self, at: usize) {
        let place = self.from + at * HEAD;
        if place < self.bytes.len() {
            self.bytes.drain(place..place + HEAD);
        }
    }

    /// Between which places `key` is or belongs, of `count`.
    pub fn span<Q: OrdKey + ?Sized>(&self, count: usize, key: &Q) -> (usize, usize) {
        if !Q::TEXTS || self.bytes.len() != self.from + count * HEAD {
            return (0, count);
        }
        let (texts, (start, heads)) = (key.texts(), self.bytes.split_at(self.from));
        if !begins_with(texts, start) {
            return (0, count);
        }
        let (heads, head) = (heads.as_chunks::<HEAD>().0, head(texts, self.from));
        let from = heads.partition_point(|other| u32::from_be_bytes(*other) < head);
        let same = heads[from..].iter().take_while(|other| u32::from_be_bytes(**other) == head).count();
        (from, from + same)
    }
}
