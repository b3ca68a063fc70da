//! What a Kubernetes object is: values, kinds and their schema, metadata, selectors, quantities, patches, validation.
//!
//! Knows nothing of the rest of the project: no cluster, no clock, no requests.

pub mod json;
pub mod kind;
pub mod meta;
mod random;
mod status;
pub mod time;
mod value;

pub use kind::Kind;
pub use random::{Rng, safe_encode};
pub use status::{FieldError, Status};
pub use time::Time;
pub use value::{Map, NULL, Str, Value};
