//! Whole command lines against an API server.

mod commands;
mod host;
mod usage;
