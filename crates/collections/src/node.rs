//! The nodes of the tree behind [`OrdMap`](super::OrdMap): a B+ tree whose leaves and branches are plain lists.

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
pub(super) enum Node<K, V> {
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

impl<K: Ord + Clone, V: Clone> Node<K, V> {
    /// The child that has `key`, if any has it.
    pub fn child<Q: Ord + ?Sized>(children: &[(K, Link<K, V>)], key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        children.partition_point(|(least, _)| least.borrow() <= key).saturating_sub(1)
    }

    /// Where `key` is among entries, or where it belongs.
    pub fn entry<Q: Ord + ?Sized>(entries: &[(K, V)], key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        entries.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    fn len(&self) -> usize {
        match self {
            Node::Leaf(entries) => entries.len(),
            Node::Branch(children) => children.len(),
        }
    }

    /// Puts `value` at `key` and returns what was there, and the node that has split off to the right.
    pub fn insert(&mut self, key: K, value: V) -> (Option<V>, Split<K, V>) {
        let (before, at) = match self {
            Node::Leaf(entries) => match Self::entry(entries, &key) {
                Ok(at) => return (Some(std::mem::replace(&mut entries[at].1, value)), None),
                Err(at) => {
                    make_room(entries);
                    entries.insert(at, (key, value));
                    (None, at)
                }
            },
            Node::Branch(children) => {
                let at = Self::child(children, &key);
                let (before, split) = Arc::make_mut(&mut children[at].1).insert(key, value);
                let Some(split) = split else { return (before, None) };
                make_room(children);
                children.insert(at + 1, split);
                (before, at + 1)
            }
        };
        if self.len() <= MOST {
            return (before, None);
        }
        // What grows at its end stays full behind it. Two go, so that no branch is ever left with a single child.
        (before, Some(self.split(if at == MOST { MOST - 1 } else { MOST / 2 })))
    }

    /// Takes the entry at `key` away.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        match self {
            Node::Leaf(entries) => Self::entry(entries, key).ok().map(|at| entries.remove(at)),
            Node::Branch(children) => {
                let at = Self::child(children, key);
                let child = Arc::make_mut(&mut children[at].1);
                let gone = child.remove(key)?;
                if child.len() < FEWEST && children.len() > 1 {
                    Self::join(children, at.saturating_sub(1));
                }
                Some(gone)
            }
        }
    }

    /// Joins the child at `at` with the one behind it; if that is too much for one, they part again, evenly.
    fn join(children: &mut Vec<(K, Link<K, V>)>, at: usize) {
        let (least, right) = children.remove(at + 1);
        let left = Arc::make_mut(&mut children[at].1);
        match (&mut *left, Arc::unwrap_or_clone(right)) {
            (Node::Leaf(entries), Node::Leaf(more)) => entries.extend(more),
            (Node::Branch(nodes), Node::Branch(mut more)) => {
                more[0].0 = least;
                nodes.extend(more);
            }
            // All leaves are equally deep.
            _ => {}
        }
        if left.len() > MOST {
            let split = left.split(left.len() / 2);
            children.insert(at + 1, split);
        }
    }

    fn split(&mut self, at: usize) -> (K, Link<K, V>) {
        match self {
            Node::Leaf(entries) => {
                let right = entries.split_off(at);
                (right[0].0.clone(), Arc::new(Node::Leaf(right)))
            }
            Node::Branch(children) => {
                let right = children.split_off(at);
                (right[0].0.clone(), Arc::new(Node::Branch(right)))
            }
        }
    }
}
