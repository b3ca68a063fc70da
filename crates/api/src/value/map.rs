//! The fields of an object.

use super::shape::{MOST_SHARED, Print, Shape, print};
use super::{Str, Value};
use std::sync::Arc;

/// The fields of an object, sorted by key, as `kubectl -o yaml` prints them.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The keys; `None` if there are none.
    shape: Option<Arc<Shape>>,
    values: Vec<Value>,
}

impl Map {
    /// The value at `key`, if there is one.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.look_up(key, print(key))
    }

    /// The value at `key`, which has this print.
    pub(super) fn look_up(&self, key: &str, print: Print) -> Option<&Value> {
        self.values.get(self.shape.as_ref()?.find(key, print)?)
    }

    /// The value at `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.find(key)?;
        self.values.get_mut(at)
    }

    /// Puts `value` at `key` and returns what was there.
    pub fn insert(&mut self, key: impl AsRef<str>, value: Value) -> Option<Value> {
        let (at, new) = self.place(key.as_ref());
        let before = std::mem::replace(&mut self.values[at], value);
        (!new).then_some(before)
    }

    /// The value at `key`; null is put there first if nothing is.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let (at, _) = self.place(key);
        &mut self.values[at]
    }

    /// Takes the value at `key` away.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.find(key)?;
        match &mut self.shape {
            Some(shape) if self.values.len() > 1 => shape.remove(at),
            shape => *shape = None,
        }
        Some(self.values.remove(at))
    }

    /// Whether `key` is there, be it with null.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The entries, sorted by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Str, &Value)> + ExactSizeIterator {
        self.keys().iter().zip(&self.values)
    }

    /// The entries, sorted by key, values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Str, &mut Value)> {
        self.shape.as_deref().map(Shape::keys).unwrap_or_default().iter().zip(&mut self.values)
    }

    /// Keeps the entries for which `keep` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        let gone: Vec<Str> = self.iter().filter(|(k, v)| !keep(k, v)).map(|(k, _)| k.clone()).collect();
        for key in gone {
            self.remove(&key);
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The map of these entries, which are taken; of equal keys the last wins.
    pub(super) fn from_entries(entries: &mut [(&str, Value)]) -> Map {
        // Most of what is made is made again, and comes sorted.
        if (1..=MOST_SHARED).contains(&entries.len())
            && let Ok(shape) = Shape::known(entries.iter().map(|(key, _)| *key))
        {
            let values = entries.iter_mut().map(|(_, value)| std::mem::take(value));
            return Map { shape: Some(shape), values: values.collect() };
        }
        sort(entries);
        let (mut few, mut many) = ([""; MOST_SHARED], Vec::new());
        let keys = match entries.len() {
            0..=MOST_SHARED => &mut few[..],
            length => {
                many.resize(length, "");
                &mut many[..]
            }
        };
        let mut values: Vec<Value> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let value = std::mem::take(value);
            let count = values.len();
            match values.last_mut() {
                Some(earlier) if keys[count - 1] == *key => *earlier = value,
                _ => {
                    keys[count] = key;
                    values.push(value);
                }
            }
        }
        let shape = (!values.is_empty()).then(|| Shape::of(&keys[..values.len()]));
        Map { shape, values }
    }

    fn keys(&self) -> &[Str] {
        self.shape.as_deref().map(Shape::keys).unwrap_or_default()
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.shape.as_ref()?.find(key, print(key))
    }

    /// The place of `key`, and whether it is new: null is there then.
    fn place(&mut self, key: &str) -> (usize, bool) {
        let Some(shape) = &mut self.shape else {
            self.shape = Some(Shape::of(&[key]));
            self.values.push(Value::Null);
            return (0, true);
        };
        let print = print(key);
        if let Some(at) = shape.find(key, print) {
            return (at, false);
        }
        let at = shape.insert(key, print);
        // Room for a few more: doubling would leave every second object half empty.
        const LEAST: usize = 2;
        if self.values.len() == self.values.capacity() {
            self.values.reserve_exact(LEAST.max(self.values.len() / 4));
        }
        self.values.insert(at, Value::Null);
        (at, true)
    }
}

/// Sorts by key, stably. Most entries come in order, and few.
fn sort(entries: &mut [(&str, Value)]) {
    if entries.len() > MOST_SHARED {
        return collections::sort_by(entries, |a, b| a.0.cmp(b.0));
    }
    for at in 1..entries.len() {
        let mut to = at;
        while to > 0 && entries[to].0 < entries[to - 1].0 {
            entries.swap(to, to - 1);
            to -= 1;
        }
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        let same_keys = match (&self.shape, &other.shape) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.keys() == b.keys(),
            (None, None) => true,
            _ => false,
        };
        same_keys && self.values == other.values
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Map {
        let mut entries: Vec<(Str, Value)> = entries.into_iter().collect();
        let mut borrowed: Vec<(&str, Value)> =
            entries.iter_mut().map(|(key, value)| (key.as_str(), std::mem::take(value))).collect();
        Map::from_entries(&mut borrowed)
    }
}
