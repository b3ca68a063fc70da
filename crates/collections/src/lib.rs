//! Maps, sets and lists that are values, and sorting.
//!
//! A clone is one reference count and shares everything with its original; a write copies the way to what it changes, and
//! only if that way is shared.
//!
//! All of it is small in what it compiles to, because the page downloads each collection once for every type of entry. That is
//! why these are our own. Use [`OrdMap`] and [`OrdSet`] for what may be many, [`FlatMap`] and [`FlatSet`] for a handful
//! (they cost the page a third), instead of the standard `BTreeMap` and `BTreeSet`; and [`sort_by`] and its sisters instead of
//! the methods of slices. `cargo xtask tidy` looks for slips.

mod flat;
mod heads;
mod iter;
mod map;
mod node;
mod set;
mod sort;
mod vector;

pub use flat::{FlatMap, FlatSet};
pub use heads::OrdKey;
pub use iter::Iter;
pub use map::{Entry, OrdMap};
pub use set::{Members, OrdSet};
pub use sort::{sort, sort_by, sort_by_cached_key, sort_by_key};
pub use vector::Vector;

#[cfg(test)]
mod tests;
