//! A sorted map that is a value.

use super::heads::OrdKey;
use super::iter::Iter;
use super::node::{Items, Link, Node};
use std::borrow::Borrow;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// A map in the order of its keys. A clone is a snapshot and costs one reference count.
#[derive(Clone)]
pub struct OrdMap<K, V> {
    root: Option<Link<K, V>>,
    len: usize,
}

impl<K, V> OrdMap<K, V> {
    /// An empty map; it allocates nothing.
    pub const fn new() -> OrdMap<K, V> {
        OrdMap { root: None, len: 0 }
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        *self = OrdMap::new();
    }

    /// The entries, by key.
    pub fn iter(&self) -> Iter<'_, K, V> {
        let mut iter = Iter::default();
        if let Some(root) = &self.root {
            iter.enter(root);
        }
        iter
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: OrdKey + Clone, V: Clone> OrdMap<K, V> {
    /// A map of one entry.
    pub fn unit(key: K, value: V) -> OrdMap<K, V> {
        OrdMap { root: Some(Arc::new(Node::single(key, value))), len: 1 }
    }

    /// The value at `key`.
    pub fn get<Q: OrdKey + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The entry at `key`.
    pub fn get_key_value<Q: OrdKey + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let mut node = self.root.as_deref()?;
        loop {
            match &node.items {
                Items::Leaf(entries) => {
                    let (key, value) = &entries[node.entry(entries, key).ok()?];
                    return Some((key, value));
                }
                Items::Branch(children) => node = &children[node.child(children, key)].1,
            }
        }
    }

    /// Whether there is an entry at `key`.
    pub fn contains_key<Q: OrdKey + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// The value at `key`, to be changed.
    pub fn get_mut<Q: OrdKey + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let mut node = Arc::make_mut(self.root.as_mut()?);
        loop {
            let at = node.place(key)?;
            match &mut node.items {
                Items::Leaf(entries) => return Some(&mut entries[at].1),
                Items::Branch(children) => node = Arc::make_mut(&mut children[at].1),
            }
        }
    }

    /// Puts `value` at `key`; returns what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let Some(root) = &mut self.root else {
            *self = OrdMap::unit(key, value);
            return None;
        };
        let (before, split) = Arc::make_mut(root).insert(key, value);
        if let Some(right) = split {
            // What is written for the first child counts for nothing.
            let left = (right.0.clone(), root.clone());
            self.root = Some(Arc::new(Node::above(left, right)));
        }
        self.len += usize::from(before.is_none());
        before
    }

    /// Takes the value at `key` away.
    pub fn remove<Q: OrdKey + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let root = Arc::make_mut(self.root.as_mut()?);
        let (_, gone) = root.remove(key)?;
        self.len -= 1;
        match &mut root.items {
            Items::Leaf(entries) if entries.is_empty() => self.root = None,
            Items::Branch(children) if children.len() == 1 => self.root = children.pop().map(|(_, only)| only),
            _ => {}
        }
        Some(gone)
    }

    /// The place of `key`, whether there is an entry or not.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { map: self, key }
    }

    /// The first entry.
    pub fn get_min(&self) -> Option<(&K, &V)> {
        let mut node = self.root.as_deref()?;
        loop {
            match &node.items {
                Items::Leaf(entries) => return entries.first().map(|(key, value)| (key, value)),
                Items::Branch(children) => node = &children.first()?.1,
            }
        }
    }

    /// The last entry.
    pub fn get_max(&self) -> Option<(&K, &V)> {
        let mut node = self.root.as_deref()?;
        loop {
            match &node.items {
                Items::Leaf(entries) => return entries.last().map(|(key, value)| (key, value)),
                Items::Branch(children) => node = &children.last()?.1,
            }
        }
    }

    /// The last entry whose key is not above `key`.
    pub fn get_prev<Q: OrdKey + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let mut node = self.root.as_deref()?;
        // The nearest node before the way that is taken.
        let mut before = None;
        loop {
            match &node.items {
                Items::Leaf(entries) => match entries.partition_point(|(known, _)| known.borrow() <= key) {
                    0 => node = before.take()?,
                    at => return entries.get(at - 1).map(|(key, value)| (key, value)),
                },
                Items::Branch(children) => {
                    let at = node.child(children, key);
                    if at > 0 {
                        before = Some(&*children[at - 1].1);
                    }
                    node = &children[at].1;
                }
            }
        }
    }

    /// The entries in a range of keys.
    pub fn range<Q, R>(&self, range: R) -> impl Iterator<Item = (&K, &V)> + use<'_, K, V, Q, R>
    where
        Q: OrdKey,
        K: Borrow<Q>,
        R: RangeBounds<Q>,
    {
        let from = self.starting_at(range.start_bound());
        from.take_while(move |(key, _)| match range.end_bound() {
            Bound::Included(end) => (*key).borrow() <= end,
            Bound::Excluded(end) => (*key).borrow() < end,
            Bound::Unbounded => true,
        })
    }

    /// The entries from a key on.
    fn starting_at<Q: OrdKey + ?Sized>(&self, bound: Bound<&Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (key, excluded) = match bound {
            Bound::Unbounded => return self.iter(),
            Bound::Included(key) => (key, false),
            Bound::Excluded(key) => (key, true),
        };
        let mut iter = Iter::default();
        let mut node = self.root.as_deref();
        while let Some(found) = node {
            node = match &found.items {
                Items::Leaf(entries) => {
                    let at = found.entry(entries, key).map_or_else(|at| at, |at| at + usize::from(excluded));
                    iter.leaf = entries[at..].iter();
                    None
                }
                Items::Branch(children) => {
                    let at = found.child(children, key);
                    iter.path.push(children[at + 1..].iter());
                    Some(&children[at].1)
                }
            };
        }
        iter
    }

    /// The values, by key, as they are now.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// Keeps only the entries that `keep` wants.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        let gone: Vec<K> = self.iter().filter(|(key, value)| !keep(key, value)).map(|(key, _)| key.clone()).collect();
        for key in gone {
            self.remove(&key);
        }
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut OrdMap<K, V>,
    key: K,
}

impl<'a, K: OrdKey + Clone, V: Clone> Entry<'a, K, V> {
    /// The value there; if there is none, `make` makes it.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        if !self.map.contains_key(&self.key) {
            self.map.insert(self.key.clone(), make());
        }
        self.map.get_mut(&self.key).expect("it was put there just now")
    }

    /// Changes the value there, if there is one.
    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Some(value) = self.map.get_mut(&self.key) {
            change(value);
        }
        self
    }

    /// The value there; `value` if there is none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value there; the default one if there is none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> Default for OrdMap<K, V> {
    fn default() -> Self {
        OrdMap::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OrdMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrdMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        // A clone that neither has changed since is not looked through.
        let one = self.root.as_ref().zip(other.root.as_ref()).is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        one || self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for OrdMap<K, V> {}

impl<K: OrdKey + Clone, V: Clone> Extend<(K, V)> for OrdMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: OrdKey + Clone, V: Clone> FromIterator<(K, V)> for OrdMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = OrdMap::new();
        map.extend(entries);
        map
    }
}

impl<'a, K, V> IntoIterator for &'a OrdMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: OrdKey + Clone, V: Clone> IntoIterator for OrdMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        let entries: Vec<(K, V)> = self.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        entries.into_iter()
    }
}

impl<K: OrdKey + Clone, V: Clone, const N: usize> From<[(K, V); N]> for OrdMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// The value at a key that must be there.
impl<K: OrdKey + Clone + Borrow<Q>, V: Clone, Q: OrdKey + ?Sized> std::ops::Index<&Q> for OrdMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry at the key")
    }
}
