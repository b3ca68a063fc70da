//! Pod addresses, Services, DNS, and every packet's way hop by hop.

mod intervals;
pub mod names;
pub mod weave;

pub use intervals::{Interval, Intervals};
pub use weave::Weave;
