//! A sorted set that is a value.

use super::heads::OrdKey;
use super::iter::Iter;
use super::map::OrdMap;
use std::borrow::Borrow;
use std::fmt;
use std::ops::RangeBounds;

/// A set in order. A clone is a snapshot and costs one reference count.
#[derive(Clone, PartialEq, Eq)]
pub struct OrdSet<T> {
    map: OrdMap<T, ()>,
}

impl<T> OrdSet<T> {
    /// An empty set; it allocates nothing.
    pub const fn new() -> OrdSet<T> {
        OrdSet { map: OrdMap::new() }
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Removes all members.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// The members, in order.
    pub fn iter(&self) -> Members<'_, T> {
        Members(self.map.iter())
    }
}

impl<T: OrdKey + Clone> OrdSet<T> {
    /// Whether `member` is one.
    pub fn contains<Q: OrdKey + ?Sized>(&self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.contains_key(member)
    }

    /// Adds a member; returns whether it is new.
    pub fn insert(&mut self, member: T) -> bool {
        self.map.insert(member, ()).is_none()
    }

    /// Removes a member; returns whether it was one.
    pub fn remove<Q: OrdKey + ?Sized>(&mut self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.remove(member).is_some()
    }

    /// The first member.
    pub fn get_min(&self) -> Option<&T> {
        self.iter().next()
    }

    /// The last member.
    pub fn get_max(&self) -> Option<&T> {
        self.map.get_max().map(|(member, ())| member)
    }

    /// The members in a range.
    pub fn range<Q: OrdKey, R: RangeBounds<Q>>(&self, range: R) -> impl Iterator<Item = &T> + use<'_, T, Q, R>
    where
        T: Borrow<Q>,
    {
        self.map.range(range).map(|(member, ())| member)
    }

    /// Keeps only the members that `keep` wants.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.map.retain(|member, ()| keep(member));
    }
}

/// The members of a set, in order.
pub struct Members<'a, T>(Iter<'a, T, ()>);

impl<T> Clone for Members<'_, T> {
    fn clone(&self) -> Self {
        Members(self.0.clone())
    }
}

impl<'a, T> Iterator for Members<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|(member, ())| member)
    }
}

impl<T> Default for OrdSet<T> {
    fn default() -> Self {
        OrdSet::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OrdSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: OrdKey + Clone> Extend<T> for OrdSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        for member in members {
            self.insert(member);
        }
    }
}

impl<T: OrdKey + Clone> FromIterator<T> for OrdSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut set = OrdSet::new();
        set.extend(members);
        set
    }
}

impl<'a, T> IntoIterator for &'a OrdSet<T> {
    type Item = &'a T;
    type IntoIter = Members<'a, T>;

    fn into_iter(self) -> Members<'a, T> {
        self.iter()
    }
}

impl<T: OrdKey + Clone> IntoIterator for OrdSet<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        let members: Vec<T> = self.iter().cloned().collect();
        members.into_iter()
    }
}

impl<T: OrdKey + Clone, const N: usize> From<[T; N]> for OrdSet<T> {
    fn from(members: [T; N]) -> Self {
        members.into_iter().collect()
    }
}
