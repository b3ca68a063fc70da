//! What a Kubernetes object is: values, kinds and their schema, metadata, selectors, quantities, patches, validation.
//!
//! Knows nothing of the rest of the project: no cluster, no clock, no requests.

pub mod apply;
pub mod base64;
pub mod cron;
pub mod der;
mod field_selector;
pub mod fields;
pub mod image;
pub mod json;
pub mod kind;
pub mod korean;
mod language;
pub mod meta;
pub mod names;
pub mod patch;
pub mod put;
pub mod quantity;
pub mod random;
pub mod regex;
pub mod schema;
pub mod selector;
pub mod sha256;
mod status;
pub mod text;
pub mod time;
pub mod validation;
mod value;
pub mod x509;
pub mod yaml;

pub use collections::{
    FlatMap, FlatSet, OrdKey, OrdMap, OrdSet, Vector, sort, sort_by, sort_by_cached_key, sort_by_key,
};
pub use field_selector::{FieldSelector, FieldTerm};
pub use kind::Kind;
pub use language::Language;
pub use meta::{condition, controller_ref, is_pod_ended, is_pod_ready, needs_health_check, set_condition};
pub use quantity::Quantity;
pub use random::{Rng, safe_encode};
pub use selector::Selector;
/// A text that is formatted into a [`Str`] without a detour.
pub use smol_str::format_smolstr;
pub use status::{FieldError, Status};
pub use time::Time;
pub use value::{Map, NULL, Str, Value};
