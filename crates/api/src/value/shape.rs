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
/// How many steps from a shape to the next are remembered.
const GROWN_SLOTS: usize = 256;

/// Sorted keys, each with its print: a number that tells most keys apart.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    prints: Vec<Print>,
    keys: Vec<Str>,
    /// A hash table of the short prints, at most half full; 0 where there is none. Unused where keys are not shared.
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
    /// What shapes have become lately when they were given one more key: a cache, too.
    static GROWN: RefCell<Vec<Option<Grown>>> = const { RefCell::new(Vec::new()) };
}

/// A shape, and what it became.
#[derive(Clone)]
struct Grown {
    from: Arc<Shape>,
    to: Arc<Shape>,
}

/// What tells a key from others without reading it: for up to [`TOLD`] bytes, this is all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    /// Its length, first, middle and last byte; never 0.
    short: u32,
    /// Its first and its last eight bytes, or four and four of fewer; they overlap in short keys.
    words: [u64; 2],
}

/// Keys of up to this many bytes with the same print are the same.
const TOLD: usize = 16;

/// Most keys are written in the program, so that where calls are inlined the compiler knows their prints. The page counts
/// bytes, and works them out.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn print(key: &str) -> Print {
    let bytes = key.as_bytes();
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or_default());
    let length = bytes.len();
    let short = 1 << 31 | (length as u32) << 24 | byte(0) << 16 | byte(length / 2) << 8 | byte(length.wrapping_sub(1));
    let words = match (bytes.first_chunk(), bytes.last_chunk(), bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last), ..) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
        (_, _, Some(first), Some(last)) => [u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()],
        _ => [0; 2], // up to three bytes: all told above
    };
    Print { short, words }
}

impl Shape {
    /// The shape of these keys, which must be sorted and different.
    pub(super) fn of(keys: &[&str]) -> Arc<Shape> {
        if keys.len() > MOST_SHARED {
            return Arc::new(Shape::new(keys));
        }
        Shape::known(keys.iter().copied()).unwrap_or_else(|free| {
            let shape = Arc::new(Shape::new(keys));
            KNOWN.with_borrow_mut(|known| known[free] = Some(shape.clone()));
            shape
        })
    }

    /// The shape that was made of these keys, of which there may be [`MOST_SHARED`]; otherwise where one may be kept. That
    /// it is there says that they are sorted and different.
    pub(super) fn known<'k>(keys: impl ExactSizeIterator<Item = &'k str> + Clone) -> Result<Arc<Shape>, usize> {
        // Cheap, not good: what is found is compared whole.
        let mark =
            |key: &str| (key.len() << 8 | usize::from(key.as_bytes().first().copied().unwrap_or_default())) as u32;
        let hash = keys.clone().fold(0, |hash: u32, key| (hash.rotate_left(5) ^ mark(key)).wrapping_mul(0x9E37_79B9));
        KNOWN.with_borrow_mut(|known| {
            known.resize(SLOTS, None);
            let first = hash as usize >> 21; // the upper bits are the better ones: 11 of 32
            for slot in (first..first + PROBES).map(|slot| slot % SLOTS) {
                match &known[slot] {
                    Some(shape) if shape.has(keys.clone()) => return Ok(shape.clone()),
                    Some(_) => {}
                    None => return Err(slot),
                }
            }
            Err(first)
        })
    }

    fn new(keys: &[&str]) -> Shape {
        let prints: Vec<Print> = keys.iter().map(|key| print(key)).collect();
        let (mut hashed, mut places) = ([0; PLACES], [0; PLACES]);
        for (at, print) in (0..MOST_SHARED as u8).zip(&prints) {
            let mut place = first_place(print.short);
            while hashed[place] != 0 {
                place = (place + 1) % PLACES;
            }
            (hashed[place], places[place]) = (print.short, at);
        }
        Shape { prints, keys: keys.iter().map(|key| Str::from(*key)).collect(), hashed, places }
    }

    /// Whether these are its keys.
    fn has<'k>(&self, keys: impl ExactSizeIterator<Item = &'k str>) -> bool {
        self.keys.len() == keys.len() && keys.enumerate().all(|(at, key)| self.is_at(at, key, print(key)))
    }

    /// Whether `key`, which has this print, is the one at `at`.
    #[inline]
    fn is_at(&self, at: usize, key: &str, print: Print) -> bool {
        self.prints[at] == print && (key.len() <= TOLD || self.keys[at] == key)
    }

    /// The same with another key, which has this print and is not among its own; returns where it is.
    pub(super) fn insert(self: &mut Arc<Shape>, key: &str, print: Print) -> usize {
        if self.keys.len() >= MOST_SHARED {
            let at = self.position(key).unwrap_or_else(|at| at);
            let shape = Arc::make_mut(self);
            shape.prints.insert(at, print);
            shape.keys.insert(at, key.into());
            return at;
        }
        let own = Arc::as_ptr(self).addr() / size_of::<Shape>();
        let slot = (own ^ first_place(print.short)) % GROWN_SLOTS;
        let from = self.clone();
        GROWN.with_borrow_mut(|grown| {
            grown.resize(GROWN_SLOTS, None);
            let known = grown[slot].as_ref().filter(|known| Arc::ptr_eq(&known.from, &from));
            if let Some((to, at)) = known.and_then(|known| Some((&known.to, known.to.find(key, print)?))) {
                *self = to.clone();
                return at;
            }
            let at = self.grow(key);
            grown[slot] = Some(Grown { from, to: self.clone() });
            at
        })
    }

    fn grow(self: &mut Arc<Shape>, key: &str) -> usize {
        let at = self.position(key).unwrap_or_else(|at| at);
        let mut keys = [""; MOST_SHARED];
        let (before, after) = self.keys.split_at(at);
        let all = before.iter().map(Str::as_str).chain([key]).chain(after.iter().map(Str::as_str));
        keys.iter_mut().zip(all).for_each(|(kept, key)| *kept = key);
        *self = Shape::of(&keys[..=self.keys.len()]);
        at
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
    pub(super) fn find(&self, key: &str, print: Print) -> Option<usize> {
        if self.keys.len() > MOST_SHARED {
            return self.position(key).ok();
        }
        let mut place = first_place(print.short);
        loop {
            let hashed = self.hashed[place];
            if hashed == print.short {
                let at = usize::from(self.places[place]);
                if self.is_at(at, key, print) {
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

    fn insert(shape: &mut Arc<Shape>, key: &str) -> usize {
        shape.insert(key, print(key))
    }

    #[test]
    fn a_key_is_told_by_all_its_bytes() {
        let keys =
            ["a.b.c.d.e.f.g.1.h.i.j.k.l.m", "a.b.c.d.e.f.g.2.h.i.j.k.l.m", "abcd-efgh", "abcd_efgh", "abxde", "abyde"];
        let shape = Shape::of(&keys);
        assert!(keys.iter().enumerate().all(|(at, key)| find(&shape, key) == Some(at)));
        assert_eq!(["a.b.c.d.e.f.g.3.h.i.j.k.l.m", "abcd+efgh", "abzde"].map(|key| find(&shape, key)), [None; 3]);
    }

    #[test]
    fn keys_given_again_and_again_are_put_where_they_belong() {
        for _ in 0..2 {
            let mut shape = Shape::of(&["b", "d"]);
            assert_eq!([insert(&mut shape, "c"), insert(&mut shape, "a"), insert(&mut shape, "e")], [1, 0, 4]);
            assert!(Arc::ptr_eq(&shape, &Shape::of(&["a", "b", "c", "d", "e"])));
        }
        let (mut one, mut other) = (Shape::of(&["b"]), Shape::of(&["b"]));
        assert_eq!((insert(&mut one, "a"), insert(&mut other, "c")), (0, 1));
        assert_eq!((one.keys()[0].as_str(), other.keys()[1].as_str()), ("a", "c"));
    }

    #[test]
    fn objects_with_the_same_keys_share_them() {
        let (a, mut b) = (Shape::of(&["a", "b", "c"]), Shape::of(&["a", "c"]));
        assert_eq!(insert(&mut b, "b"), 1);
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
            assert_eq!(insert(&mut shape, name), at);
        }
        assert!(names.iter().enumerate().all(|(at, name)| find(&shape, name) == Some(at)));
        for _ in 0..90 {
            shape.remove(0);
        }
        assert_eq!(shape.keys().len(), 10);
        assert_eq!((find(&shape, "key095"), find(&shape, "key001")), (Some(5), None));
    }
}
