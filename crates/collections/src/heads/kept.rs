//! Heads, as the native command keeps them.

use super::{OrdKey, common, head, shares};

/// A node with fewer keys has no heads.
const LEAST: usize = 8;

/// The heads of a node's keys.
#[derive(Clone, Default)]
pub(crate) struct Heads {
    /// How many first bytes all keys have in common, at least.
    from: usize,
    /// The four bytes behind those, of each key; empty where the heads are not known.
    heads: Vec<u32>,
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
        self.heads.clear();
        if keys.len() < LEAST {
            self.heads = Vec::new();
            return;
        }
        let all = keys.clone();
        if let (Some(first), Some(last)) = (keys.next(), keys.next_back()) {
            self.from = common(first.texts(), last.texts());
        }
        self.heads.reserve_exact(all.len() + all.len() / 4);
        self.heads.extend(all.map(|key| head(key.texts(), self.from)));
    }

    /// A key has come at a place between those that there were. False if the heads have to be made anew.
    pub fn insert<K: OrdKey>(&mut self, at: usize, key: &K, other: Option<&K>) -> bool {
        if !K::TEXTS {
            return true;
        }
        let Some(other) = other.filter(|_| !self.heads.is_empty()) else { return false };
        // What stands between two keys begins as they do.
        if (at == 0 || at == self.heads.len()) && !shares(key.texts(), other.texts(), self.from) {
            return false;
        }
        self.heads.insert(at, head(key.texts(), self.from));
        true
    }

    /// The key at a place is gone.
    pub fn remove(&mut self, at: usize) {
        if at < self.heads.len() {
            self.heads.remove(at);
        }
    }

    /// Between which places `key` is or belongs, of `count`. `first` is any of the node's keys.
    pub fn span<Q: OrdKey + ?Sized>(&self, count: usize, first: &Q, key: &Q) -> (usize, usize) {
        if !Q::TEXTS || self.heads.len() != count {
            return (0, count);
        }
        let texts = key.texts();
        if self.from > 0 && !shares(texts, first.texts(), self.from) {
            return (0, count);
        }
        self.of(head(texts, self.from))
    }

    fn of(&self, head: u32) -> (usize, usize) {
        let from = self.heads.partition_point(|other| *other < head);
        let same = self.heads[from..].iter().take_while(|other| **other == head).count();
        (from, from + same)
    }
}
