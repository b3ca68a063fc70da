//! A line, its pipes and files, the small Unix tools, processes in virtual time.

pub mod syntax;
mod text;
