//! Heads, as the native command keeps them.

use super::{OrdKey, begins, common, first, head};

/// A node with fewer keys has no heads.
const LEAST: usize = 8;
/// Bytes of a head.
const HEAD: usize = 4;

/// The heads of a node's keys.
#[derive(Clone, Default)]
pub(crate) struct Heads {
    /// How many first bytes all keys have in common, at least.
    from: usize,
    /// Those bytes, and then the four bytes behind them, of each key; empty where the heads are not known. In one piece, so
    /// that both are fetched from memory together.
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
            self.bytes = Vec::new();
            return;
        }
        let all = keys.clone();
        if let (Some(least), Some(most)) = (keys.next(), keys.next_back()) {
            self.from = common(least.texts(), most.texts());
            self.bytes.reserve_exact(self.from + HEAD * (all.len() + all.len() / 4));
            self.bytes.extend(first(least.texts(), self.from));
        }
        for key in all {
            self.bytes.extend(head(key.texts(), self.from).to_be_bytes());
        }
    }

    /// A key has come at a place between those that there were. False if the heads have to be made anew.
    pub fn insert<K: OrdKey>(&mut self, at: usize, key: &K) -> bool {
        if !K::TEXTS {
            return true;
        }
        let (count, texts) = (self.heads().len(), key.texts());
        // What stands between two keys begins as they do.
        if count == 0 || (at == 0 || at == count) && !begins(texts, &self.bytes[..self.from]) {
            return false;
        }
        let (place, end) = (self.from + HEAD * at, self.bytes.len());
        self.bytes.extend([0; HEAD]);
        self.bytes.copy_within(place..end, place + HEAD);
        self.bytes[place..place + HEAD].copy_from_slice(&head(texts, self.from).to_be_bytes());
        true
    }

    /// The key at a place is gone.
    pub fn remove(&mut self, at: usize) {
        if at < self.heads().len() {
            let place = self.from + HEAD * at;
            self.bytes.copy_within(place + HEAD.., place);
            self.bytes.truncate(self.bytes.len() - HEAD);
        }
    }

    /// Between which places `key` is or belongs, of `count`.
    pub fn span<Q: OrdKey + ?Sized>(&self, count: usize, key: &Q) -> (usize, usize) {
        let heads = self.heads();
        if !Q::TEXTS || heads.len() != count {
            return (0, count);
        }
        let texts = key.texts();
        if !begins(texts, &self.bytes[..self.from]) {
            return (0, count);
        }
        let head = head(texts, self.from);
        let from = heads.partition_point(|other| u32::from_be_bytes(*other) < head);
        let same = heads[from..].iter().take_while(|other| u32::from_be_bytes(**other) == head).count();
        (from, from + same)
    }

    fn heads(&self) -> &[[u8; HEAD]] {
        self.bytes.get(self.from..).unwrap_or_default().as_chunks().0
    }
}
