//! kubectl: arguments to requests to printed text.
//!
//! Behaves as kubectl 1.36 does, word for word, over a [`Host`] that gives it an API server, a terminal and files. Commands
//! are straight-line asynchronous functions: awaiting is how virtual time passes.

mod client_certificate;
mod client_config;
mod cmd;
mod command;
pub mod complete;
pub mod config;
mod cx;
pub mod describe;
mod fail;
mod files;
mod flags;
mod host;
mod kuberc;
mod kustomize;
mod print;
mod resource;
pub mod sheet;
pub mod texts;
mod verbose;

use api::base64;
pub use cmd::descriptions;
pub use host::{BoxFuture, Copy, Forward, Gate, Host, Rules};

/// Carries out one command line; `args` come after the word `kubectl`. Returns the exit status.
pub async fn run(args: Vec<String>, host: &dyn Host) -> i32 {
    match cmd::run(args, host).await {
        Ok(()) => 0,
        Err(fail) => fail.report(host),
    }
}

#[cfg(test)]
mod tests;
