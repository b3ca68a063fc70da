//! `cargo xtask oracle`: plays recordings of a real cluster and prints how many answers are the same.

use crate::error::Result;
use crate::sh;

/// Plays the given scenarios, or those in `tests/oracle`; `-v` shows the first differences.
pub fn run(arguments: &[String]) -> Result {
    let (flags, scenarios): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| argument.starts_with('-'));
    let folder = std::env::current_dir()?;
    let scenarios: Vec<_> = scenarios.iter().map(|path| folder.join(path).display().to_string()).collect();
    let mut test = sh::cargo();
    test.args(["test", "--quiet", "--package", "kubarium", "--test", "oracle"]);
    test.args(["--", "--ignored", "--exact", "report", "--nocapture"]);
    test.env("ORACLE_SCENARIOS", scenarios.join("\n"));
    test.env("ORACLE_VERBOSE", if flags.iter().any(|flag| *flag == "-v") { "1" } else { "" });
    sh::run(&mut test)
}
