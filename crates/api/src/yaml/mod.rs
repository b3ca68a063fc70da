//! YAML as kubectl reads and writes it: sigs.k8s.io/yaml on go-yaml v2, that is YAML 1.1's scalars on JSON's types.

mod emit;
mod errors;
mod parse;
mod resolve;

pub use emit::to_string;
pub use parse::{Document, documents, documents_v3, line_of, parse, split};
pub use resolve::resolve;
