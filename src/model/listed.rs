//! Lists of what is few: in the order in which they were made.

use super::{Claim, Ingress, Volume};
use api::Str;
use std::rc::Rc;

/// What has a place in a list: oldest first.
pub trait Listed: Eq {
    /// Its UID.
    fn uid(&self) -> &Str;
    /// What decides on its place: when it was made, its namespace, its name.
    fn order(&self) -> (&Str, &Str, &Str);
}

impl Listed for Ingress {
    fn uid(&self) -> &Str {
        &self.uid
    }

    fn order(&self) -> (&Str, &Str, &Str) {
        (&self.created, &self.namespace, &self.name)
    }
}

impl Listed for Claim {
    fn uid(&self) -> &Str {
        &self.uid
    }

    fn order(&self) -> (&Str, &Str, &Str) {
        (&self.created, &self.namespace, &self.name)
    }
}

impl Listed for Volume {
    fn uid(&self) -> &Str {
        &self.uid
    }

    fn order(&self) -> (&Str, &Str, &Str) {
        (&self.created, &self.claim, &self.name)
    }
}

/// Puts something into its list in place of its former state, or takes it out. Returns whether the list has changed.
pub fn put<T: Listed>(list: &mut Rc<Vec<Rc<T>>>, gone: bool, item: T) -> bool {
    let at = list.iter().position(|other| other.uid() == item.uid());
    if at.is_some_and(|at| !gone && *list[at] == item) || (gone && at.is_none()) {
        return false;
    }
    let list = Rc::make_mut(list);
    if let Some(at) = at {
        list.remove(at);
    }
    if !gone {
        let at = list.partition_point(|other| other.order() < item.order());
        list.insert(at, Rc::new(item));
    }
    true
}
