//! The way through a map.

use super::node::{Items, Link, Node};
use std::slice;

/// The entries of a map, by key.
pub struct Iter<'a, K, V> {
    /// What is still to be seen on each level above the leaf.
    pub(super) path: Vec<slice::Iter<'a, (K, Link<K, V>)>>,
    pub(super) leaf: slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iter<'a, K, V> {
    /// Goes on with the first leaf below a node.
    pub(super) fn enter(&mut self, mut node: &'a Node<K, V>) {
        loop {
            match &node.items {
                Items::Leaf(entries) => {
                    self.leaf = entries.iter();
                    return;
                }
                Items::Branch(children) => {
                    let mut children = children.iter();
                    let Some((_, first)) = children.next() else { return };
                    self.path.push(children);
                    node = first;
                }
            }
        }
    }
}

impl<K, V> Default for Iter<'_, K, V> {
    fn default() -> Self {
        Iter { path: Vec::new(), leaf: [].iter() }
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter { path: self.path.clone(), leaf: self.leaf.clone() }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.leaf.next() {
                return Some((key, value));
            }
            match self.path.last_mut()?.next() {
                Some((_, node)) => self.enter(node),
                None => drop(self.path.pop()),
            }
        }
    }
}
