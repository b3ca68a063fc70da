//! Sets of addresses as disjoint intervals: what weave's peers own and have free.

use api::OrdMap;

/// Addresses `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first address.
    pub first: u32,
    /// The last address.
    pub last: u32,
}

impl Interval {
    /// How many addresses these are.
    pub fn size(self) -> u32 {
        (self.last - self.first).saturating_add(1)
    }

    /// The biggest block in here whose size is a power of two and which begins at a multiple of its size; of several
    /// the first.
    pub fn biggest_block(self) -> Interval {
        let mut size = 1u64 << self.size().ilog2();
        loop {
            let first = u64::from(self.first).next_multiple_of(size);
            if first + size - 1 <= u64::from(self.last) {
                return Interval { first: first as u32, last: (first + size - 1) as u32 };
            }
            size /= 2;
        }
    }
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intervals {
    last_by_first: OrdMap<u32, u32>,
    count: u32,
}

impl Intervals {
    /// How many addresses there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The intervals, lowest first. No two of them touch.
    pub fn iter(&self) -> impl Iterator<Item = Interval> + '_ {
        self.last_by_first.iter().map(|(first, last)| Interval { first: *first, last: *last })
    }

    /// Adds `added`, none of which is there yet.
    pub fn insert(&mut self, added: Interval) {
        let Interval { mut first, mut last } = added;
        if let Some((before, end)) = self.last_by_first.get_prev(&first).map(|(f, l)| (*f, *l))
            && end.checked_add(1) == Some(first)
        {
            first = before;
        }
        if let Some(end) = last.checked_add(1).and_then(|next| self.last_by_first.remove(&next)) {
            last = end;
        }
        self.last_by_first.insert(first, last);
        self.count += added.size();
    }

    /// Takes `taken` away if all of it is there; says whether it was.
    pub fn remove(&mut self, taken: Interval) -> bool {
        let Some((first, last)) = self.last_by_first.get_prev(&taken.first).map(|(f, l)| (*f, *l)) else {
            return false;
        };
        if last < taken.last {
            return false;
        }
        self.last_by_first.remove(&first);
        if first < taken.first {
            self.last_by_first.insert(first, taken.first - 1);
        }
        if taken.last < last {
            self.last_by_first.insert(taken.last + 1, last);
        }
        self.count -= taken.size();
        true
    }

    /// The biggest aligned block ([`Interval::biggest_block`]); of several the lowest.
    pub fn biggest_block(&self) -> Option<Interval> {
        let blocks = self.iter().map(Interval::biggest_block);
        blocks.reduce(|best, block| if block.size() > best.size() { block } else { best })
    }
}
