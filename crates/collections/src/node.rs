//! The nodes of the tree behind [`OrdMap`](super::OrdMap): a B+ tree whose leaves and branches are plain lists.

use super::heads::{Heads, OrdKey};
use std::borrow::Borrow;
use std::sync::Arc;

/// The most entries of a leaf, and children of a branch.
const MOST: usize = 32;
/// With fewer, a node is joined with a neighbour.
const FEWEST: usize = MOST / 4;

/// A shared node.
pub(super) type Link<K, V> = Arc<Node<K, V>>;

/// What has split off to the right, if anything has, and its first key.
type Split<K, V> = Option<(K, Link<K, V>)>;

/// A node. No leaf is empty, and no branch has a single child.
#[derive(Clone)]
pub(super) struct Node<K, V> {
    /// Of a leaf's entries; of a branch's children but the first.
    heads: Heads,
    pub items: Items<K, V>,
}

/// What a node has.
#[derive(Clone)]
pub(super) enum Items<K, V> {
    /// Entries in the order of their keys.
    Leaf(Vec<(K, V)>),
    /// Children in the order of their keys, each with a key that none of its own is below and all keys of the child before
    /// it are; what is written there for the first child counts for nothing.
    Branch(Vec<(K, Link<K, V>)>),
}

/// Room for one more, and some after it, but never for more than a node may have: doubling would leave many half empty.
fn make_room<T>(items: &mut Vec<T>) {
    let len = items.len();
    if len == items.capacity() {
        items.reserve_exact((len / 2 + 1).min(MOST + 1 - len.min(MOST)));
    }
}

impl<K: OrdKey + Clone, V: Clone> Node<K, V> {
    /// The leaf of one entry.
    pub fn single(key: K, value: V) -> Node<K, V> {
        Node { heads: Heads::default(), items: Items::Leaf(vec![(key, value)]) }
    }

    /// The branch above two nodes.
    pub fn above(left: (K, Link<K, V>), right: (K, Link<K, V>)) -> Node<K, V> {
        Node { heads: Heads::default(), items: Items::Branch(vec![left, right]) }
    }

    fn made(items: Items<K, V>) -> Node<K, V> {
        let mut node = Node { heads: Heads::default(), items };
        node.renew();
        node
    }

    fn renew(&mut self) {
        match &self.items {
            Items::Leaf(entries) => self.heads.renew(entries.iter().map(|(key, _)| key)),
            Items::Branch(children) => self.heads.renew(children.iter().skip(1).map(|(key, _)| key)),
        }
    }

    /// The child that has `key`, if any has it.
    pub fn child<Q: OrdKey + ?Sized>(&self, children: &[(K, Link<K, V>)], key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let Some((_, others)) = children.split_first() else { return 0 };
        let (from, to) = self.heads.span(others.len(), key);
        from + others[from..to].partition_point(|(least, _)| least.borrow() <= key)
    }

    /// Where `key` is among entries, or where it belongs.
    pub fn entry<Q: OrdKey + ?Sized>(&self, entries: &[(K, V)], key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        let (from, to) = self.heads.span(entries.len(), key);
        let found = entries[from..to].binary_search_by(|(known, _)| known.borrow().cmp(key));
        found.map(|at| from + at).map_err(|at| from + at)
    }

    /// The place of the entry at `key`, or of the child that has it if any has it.
    pub fn place<Q: OrdKey + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        match &self.items {
            Items::Leaf(entries) => self.entry(entries, key).ok(),
            Items::Branch(children) => Some(self.child(children, key)),
        }
    }

    fn len(&self) -> usize {
        match &self.items {
            Items::Leaf(entries) => entries.len(),
            Items::Branch(children) => children.len(),
        }
    }

    /// Puts `value` at `key` and returns what was there, and the node that has split off to the right.
    pub fn insert(&mut self, key: K, value: V) -> (Option<V>, Split<K, V>) {
        let at = match &self.items {
            Items::Leaf(entries) => self.entry(entries, &key),
            Items::Branch(children) => Ok(self.child(children, &key)),
        };
        let (before, at, known) = match (&mut self.items, at) {
            (Items::Leaf(entries), Ok(at)) => return (Some(std::mem::replace(&mut entries[at].1, value)), None),
            (Items::Leaf(entries), Err(at)) => {
                let known = self.heads.insert(at, &key);
                make_room(entries);
                entries.insert(at, (key, value));
                (None, at, known)
            }
            (Items::Branch(children), Ok(at) | Err(at)) => {
                let (before, split) = Arc::make_mut(&mut children[at].1).insert(key, value);
                let Some(split) = split else { return (before, None) };
                let known = self.heads.insert(at, &split.0);
                make_room(children);
                children.insert(at + 1, split);
                (before, at + 1, known)
            }
        };
        if self.len() <= MOST {
            if !known {
                self.renew();
            }
            return (before, None);
        }
        // What grows at its end stays full behind it. Two go, so that no branch is ever left with a single child.
        (before, Some(self.split(if at == MOST { MOST - 1 } else { MOST / 2 })))
    }

    /// Takes the entry at `key` away.
    pub fn remove<Q: OrdKey + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key)?;
        match &mut self.items {
            Items::Leaf(entries) => {
                self.heads.remove(at);
                Some(entries.remove(at))
            }
            Items::Branch(children) => {
                let child = Arc::make_mut(&mut children[at].1);
                let gone = child.remove(key)?;
                if child.len() < FEWEST && children.len() > 1 {
                    Self::join(children, at.saturating_sub(1));
                    self.renew();
                }
                Some(gone)
            }
        }
    }

    /// Joins the child at `at` with the one behind it; if that is too much for one, they part again, evenly.
    fn join(children: &mut Vec<(K, Link<K, V>)>, at: usize) {
        let (least, right) = children.remove(at + 1);
        let left = Arc::make_mut(&mut children[at].1);
        match (&mut left.items, Arc::unwrap_or_clone(right).items) {
            (Items::Leaf(entries), Items::Leaf(more)) => entries.extend(more),
            (Items::Branch(nodes), Items::Branch(mut more)) => {
                more[0].0 = least;
                nodes.extend(more);
            }
            // All leaves are equally deep.
            _ => {}
        }
        if left.len() > MOST {
            let split = left.split(left.len() / 2);
            children.insert(at + 1, split);
        } else {
            left.renew();
        }
    }

    fn split(&mut self, at: usize) -> (K, Link<K, V>) {
        let (key, right) = match &mut self.items {
            Items::Leaf(entries) => {
                let right = entries.split_off(at);
                (right[0].0.clone(), Items::Leaf(right))
            }
            Items::Branch(children) => {
                let right = children.split_off(at);
                (right[0].0.clone(), Items::Branch(right))
            }
        };
        self.renew();
        (key, Arc::new(Node::made(right)))
    }
}
