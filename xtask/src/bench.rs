//! `cargo xtask bench`: the benchmarks, in the release profile.

use crate::error::Result;
use crate::sh;

/// Runs every benchmark of the workspace; arguments are passed on to them.
pub fn run(arguments: &[String]) -> Result {
    sh::run(sh::cargo().args(["bench", "--workspace", "--benches", "--"]).args(arguments))
}
