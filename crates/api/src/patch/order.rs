//! The order of a merged list: a patch's own order for what it names, the object's for the rest, interleaved.

use crate::Value;

/// What identifies an element: the value at the merge key, or the element itself where there is no key.
pub fn identity<'a>(item: &'a Value, key: &str) -> &'a Value {
    if key.is_empty() { item } else { item.get(key) }
}

/// Where in `list` the element stands that is the same as `item`.
pub fn position(list: &[Value], item: &Value, key: &str) -> Option<usize> {
    list.iter().position(|other| identity(other, key) == identity(item, key))
}

/// Orders `merged`: the elements that are in `patch_order` as that has them, the others as `server_order` has them; an
/// element of the second sort goes before one of the first only where `server_order` has both, and so.
pub fn arranged(merged: Vec<Value>, patch_order: &[Value], server_order: &[Value], key: &str) -> Vec<Value> {
    let (named, rest): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| position(patch_order, item, key).is_some());
    let mut named = sorted(named, patch_order, key).into_iter().peekable();
    let mut rest = sorted(rest, server_order, key).into_iter().peekable();
    let mut all = Vec::with_capacity(named.len() + rest.len());
    loop {
        let rest_first = match (rest.peek(), named.peek()) {
            (None, None) => return all,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(left), Some(right)) => {
                let places = (position(server_order, left, key), position(server_order, right, key));
                matches!(places, (Some(left), Some(right)) if left < right)
            }
        };
        all.extend(if rest_first { rest.next() } else { named.next() });
    }
}

/// `list` in the order in which its elements stand in `order`; those that do not stand there come last.
pub fn sorted(mut list: Vec<Value>, order: &[Value], key: &str) -> Vec<Value> {
    crate::sort_by_key(&mut list, |item| position(order, item, key).unwrap_or(usize::MAX));
    list
}
