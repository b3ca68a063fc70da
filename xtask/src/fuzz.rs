//! `cargo xtask fuzz`: lines changed at random are given to sessions, for some minutes.

use crate::error::Result;
use crate::sh;

/// Runs the fuzzer of `crates/kubarium`; `--minutes N` says for how long, `--seed N` repeats a run.
pub fn run(arguments: &[String]) -> Result {
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).and_then(|value| value.parse::<u64>().ok())
    };
    let seconds = (value("--minutes").unwrap_or(1) * 60).to_string();
    let seed = value("--seed").map(|seed| seed.to_string());
    let mut words = vec!["run", "-q", "-p", "kubarium", "--example", "fuzz", "--", &seconds];
    words.extend(seed.as_deref());
    sh::run(sh::cargo().args(words))
}
