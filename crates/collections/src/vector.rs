//! A list that is a value.

use std::fmt;
use std::sync::Arc;

/// How many items are copied together.
const CHUNK: usize = 32;

/// A list that grows at its ends. A clone is a snapshot and costs one reference count; the first write after it copies one
/// reference for every 32 items.
#[derive(Clone)]
pub struct Vector<T> {
    /// None is empty, and all but the first and the last are full.
    chunks: Arc<Vec<Arc<Vec<T>>>>,
    len: usize,
}

impl<T> Vector<T> {
    /// An empty list.
    pub fn new() -> Vector<T> {
        Vector { chunks: Arc::default(), len: 0 }
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items, first to last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The chunk and the place in it of an item.
    fn place(&self, index: usize) -> (usize, usize) {
        let first = self.chunks.first().map_or(0, |chunk| chunk.len());
        match index.checked_sub(first) {
            None => (0, index),
            Some(behind) => (1 + behind / CHUNK, behind % CHUNK),
        }
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<&T> {
        let (chunk, place) = self.place(index);
        self.chunks.get(chunk)?.get(place)
    }
}

impl<T: Clone> Vector<T> {
    /// The item at `index`, to be changed.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let (chunk, place) = self.place(index);
        Arc::make_mut(Arc::make_mut(&mut self.chunks).get_mut(chunk)?).get_mut(place)
    }

    /// Adds an item behind the last.
    pub fn push_back(&mut self, item: T) {
        self.len += 1;
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut() {
            Some(last) if last.len() < CHUNK => Arc::make_mut(last).push(item),
            _ => chunks.push(Arc::new(vec![item])),
        }
    }

    /// Adds an item before the first.
    pub fn push_front(&mut self, item: T) {
        self.len += 1;
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.first_mut() {
            Some(first) if first.len() < CHUNK => Arc::make_mut(first).insert(0, item),
            _ => chunks.insert(0, Arc::new(vec![item])),
        }
    }

    /// Takes the first item.
    pub fn pop_front(&mut self) -> Option<T> {
        let chunks = Arc::make_mut(&mut self.chunks);
        let first = Arc::make_mut(chunks.first_mut()?);
        let item = first.remove(0);
        if first.is_empty() {
            chunks.remove(0);
        }
        self.len -= 1;
        Some(item)
    }

    /// Takes the last item.
    pub fn pop_back(&mut self) -> Option<T> {
        let chunks = Arc::make_mut(&mut self.chunks);
        let last = Arc::make_mut(chunks.last_mut()?);
        let item = last.pop();
        if last.is_empty() {
            chunks.pop();
        }
        self.len -= 1;
        item
    }

    /// Keeps the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        while self.len > len {
            self.pop_back();
        }
    }
}

impl<T> Default for Vector<T> {
    fn default() -> Self {
        Vector::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Vector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
