//! A short run of the fuzzer, always the same one: `cargo xtask fuzz` looks further.

#[path = "common/fuzz.rs"]
mod fuzz;

use std::time::Duration;

#[test]
fn changed_lines_are_answered() {
    fuzz::watch();
    // As many lines as a busy machine gets through in the time; a hang or a panic names its line.
    assert!(fuzz::run(7, Duration::from_secs(10), 240) > 0);
}
