//! No heads: the page's maps are smaller, and it would download what keeps them once for every type of entry.

use super::OrdKey;

/// The heads of a node's keys.
#[derive(Clone, Default)]
pub(crate) struct Heads;

impl Heads {
    /// Notes the heads of all keys anew.
    pub fn renew<'k, K: OrdKey + 'k>(&mut self, _keys: impl Iterator<Item = &'k K>) {}

    /// A key has come at a place between those that there were. False if the heads have to be made anew.
    pub fn insert<K: OrdKey>(&mut self, _at: usize, _key: &K) -> bool {
        true
    }

    /// The key at a place is gone.
    pub fn remove(&mut self, _at: usize) {}

    /// Between which places `key` is or belongs, of `count`.
    pub fn span<Q: OrdKey + ?Sized>(&self, count: usize, _key: &Q) -> (usize, usize) {
        (0, count)
    }
}
