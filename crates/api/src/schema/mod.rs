//! One description per kind, as data: decoding, strict validation and defaulting read it, and so do patches and
//! whoever explains a kind. `schema/README.md` says how the texts are written.

mod decode;
mod default;
mod load;
mod table;

pub use decode::{Decoded, blank, decode, decode_bare, metadata_error, restore};
pub use default::default;
pub use table::{Field, Merge, Presence, Struct, Table, Type, table, zero_of};
