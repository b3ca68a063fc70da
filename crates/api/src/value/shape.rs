//! The keys of objects, kept apart from their values: objects with the same keys share them.
//!
//! A cluster has many thousands of objects and a few hundred different sets of keys, so this halves what an object weighs,
//! and lets a lookup compare numbers instead of texts.

use super::Str;
use std::cell::RefCell;
use std::sync::Arc;

/// Objects with more keys than this (data of a ConfigMap, for instance) have keys of their own.
pub(super) const MOST_SHARED: usize = 32;
/// How many sets of keys are remembered, and at how many places one is looked for.
const SLOTS: usize = 2048;
const PROBES: usize = 4;

/// Sorted keys, each with its print: a number that tells most keys apart.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    prints: Vec<u32>,
    keys: Vec<Str>,
    /// A hash table of the prints, at most half full; 0 where there is none. Unused where keys are not shared.
    hashed: [u32; PLACES],
    /// Which key has the print at a place of `hashed`.
    places: [u8; PLACES],
}

/// A power of two.
const PLACES: usize = 2 * MOST_SHARED;

/// Where to begin to look for a print.
fn first_place(print: u32) -> usize {
    (print.wrapping_mul(0x9E37_79B9) >> 26) as usize % PLACES
}

thread_local! {
    /// The shapes that were made lately. Only a cache: nothing but memory depends on what is in it.
    static KNOWN: RefCell<Vec<Option<Arc<Shape>>>> = const { RefCell::new(Vec::new()) };
}

/// A key's length, first, middle and last byte; never 0. Most keys are written in the program, so that where calls are
/// inlined the compiler knows their prints. The page counts bytes, and works them out.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn print(key: &str) -> u32 {
    let bytes = key.as_bytes();
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or_default());
    let length = bytes.len();
    1 << 31 | (length as u32) << 24 | byte(0) << 16 | byte(length / 2) << 8 | byte(length.wrapping_sub(1))
}

/// Whether two texts with the same print are the same. Keys are short: words of eight bytes, which may overlap, are quicker
/// than a call.
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(c), Some(d)) if a.len() <= 16 => c == d && a.last_chunk::<8>() == b.last_chunk::<8>(),
        (Some(_), Some(_)) => a == b,
        // Of up to three bytes, the print has told all.
        _ => a.len() <= 3 || a.first_chunk::<4>() == b.first_chunk::<4>() && a.last_chunk::<4>() == b.last_chunk::<4>(),
    }
}

impl Shape {
    /// The shape of these keys, which must be sorted and different.
    pub(super) fn of(keys: &[&str]) -> Arc<Shape> {
        if keys.len() > MOST_SHARED {
            return Arc::new(Shape::new(keys));
        }
        let mut prints = [0; MOST_SHARED];
        let mut hash: u32 = 0;
        for (kept, key) in prints.iter_mut().zip(keys) {
            *kept = print(key);
            hash = (hash.rotate_left(5) ^ *kept).wrapping_mul(0x9E37_79B9);
        }
        let prints = prints.get(..keys.len()).unwrap_or_default();
        KNOWN.with_borrow_mut(|known| {
            known.resize(SLOTS, None);
            let first = hash as usize >> 21; // the upper bits are the better ones: 11 of 32
            let slots = (first..first + PROBES).map(|slot| slot % SLOTS);
            let mut free = first;
            for slot in slots {
                match &known[slot] {
                    Some(shape) if shape.prints == prints && shape.has(keys) => return shape.clone(),
                    Some(_) => {}
                    None => {
                        free = slot;
                        break;
                    }
                }
            }
            let shape = Arc::new(Shape::new(keys));
            known[free] = Some(shape.clone());
            shape
        })
    }

    fn new(keys: &[&str]) -> Shape {
        let prints: Vec<u32> = keys.iter().map(|key| print(key)).collect();
        let (mut hashed, mut places) = ([0; PLACES], [0; PLACES]);
        for (at, print) in (0..MOST_SHARED as u8).zip(&prints) {
            let mut place = first_place(*print);
            while hashed[place] != 0 {
                place = (place + 1) % PLACES;
            }
            (hashed[place], places[place]) = (*print, at);
        }
        Shape { prints, keys: keys.iter().map(|key| Str::from(*key)).collect(), hashed, places }
    }

    /// Whether these, whose prints are those of its keys, are its keys.
    fn has(&self, keys: &[&str]) -> bool {
        self.keys.iter().zip(keys).all(|(own, key)| same(own.as_bytes(), key.as_bytes()))
    }

    /// The same with another key at `at`.
    pub(super) fn insert(self: &mut Arc<Shape>, at: usize, key: &str) {
        if self.keys.len() >= MOST_SHARED {
            let shape = Arc::make_mut(self);
            shape.prints.insert(at, print(key));
            return shape.keys.insert(at, key.into());
        }
        let mut keys = [""; MOST_SHARED];
        let (before, after) = self.keys.split_at(at);
        let all = before.iter().map(Str::as_str).chain([key]).chain(after.iter().map(Str::as_str));
        keys.iter_mut().zip(all).for_each(|(kept, key)| *kept = key);
        *self = Shape::of(&keys[..=self.keys.len()]);
    }

    /// The same without the key at `at`.
    pub(super) fn remove(self: &mut Arc<Shape>, at: usize) {
        if self.keys.len() > MOST_SHARED + 1 {
            let shape = Arc::make_mut(self);
            shape.prints.remove(at);
            shape.keys.remove(at);
            return;
        }
        let mut keys: Vec<&str> = self.keys.iter().map(Str::as_str).collect();
        keys.remove(at);
        *self = Shape::of(&keys);
    }

    /// Where `key`, which has this print, is.
    pub(super) fn find(&self, key: &str, print: u32) -> Option<usize> {
        if self.keys.len() > MOST_SHARED {
            return self.position(key).ok();
        }
        let mut place = first_place(print);
        loop {
            let hashed = self.hashed[place];
            if hashed == print {
                let at = usize::from(self.places[place]);
                if same(self.keys[at].as_bytes(), key.as_bytes()) {
                    return Some(at);
                }
            } else if hashed == 0 {
                return None;
            }
            place = (place + 1) % PLACES;
        }
    }

    /// Where `key` is, or where it would be.
    pub(super) fn position(&self, key: &str) -> Result<usize, usize> {
        self.keys.binary_search_by(|k| k.as_str().cmp(key))
    }

    pub(super) fn keys(&self) -> &[Str] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(shape: &Shape, key: &str) -> Option<usize> {
        shape.find(key, print(key))
    }

    #[test]
    fn objects_with_the_same_keys_share_them() {
        let (a, mut b) = (Shape::of(&["a", "b", "c"]), Shape::of(&["a", "c"]));
        b.insert(1, "b");
        assert!(Arc::ptr_eq(&a, &b));
        b.remove(0);
        assert!(Arc::ptr_eq(&b, &Shape::of(&["b", "c"])));
        assert_eq!(
            [find(&a, "a"), find(&a, "b"), find(&a, "c"), find(&a, "d"), find(&a, "")],
            [Some(0), Some(1), Some(2), None, None]
        );
    }

    #[test]
    fn many_keys_are_kept_apart_and_found() {
        let names: Vec<String> = (0..100).map(|n| format!("key{n:03}")).collect();
        let mut shape = Shape::of(&["key000"]);
        for (at, name) in names.iter().enumerate().skip(1) {
            shape.insert(at, name);
        }
        assert!(names.iter().enumerate().all(|(at, name)| find(&shape, name) == Some(at)));
        for _ in 0..90 {
            shape.remove(0);
        }
        assert_eq!(shape.keys().len(), 10);
        assert_eq!((find(&shape, "key095"), find(&shape, "key001")), (Some(5), None));
    }
}
