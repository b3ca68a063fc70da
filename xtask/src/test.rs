//! `cargo xtask test`: every check and every test, each step named and timed, all of them run even after a failure, in two
//! lanes: what needs a browser, and the rest.

use crate::error::Result;
use crate::{build, clients, oracle, sh, size, tools};
use std::time::{Duration, Instant};

/// A step and what it runs; it adds to the count what its own runner reports.
struct Step {
    name: &'static str,
    run: fn(&mut Count) -> Result,
}

/// What needs no browser.
const NATIVE: &[Step] = &[
    Step { name: "formatting", run: |_| sh::run(sh::cargo().args(["fmt", "--all", "--check"])) },
    Step { name: "lints", run: lints },
    Step { name: "Rust tests", run: rust_tests },
    Step { name: "recordings", run: |_| oracle::run(&[]) },
    Step { name: "lessons", run: lessons },
    Step { name: "real clients", run: |_| clients::run(&[]) },
];
/// The page, and what is done with it in browsers.
const PAGE: &[Step] = &[
    Step { name: "page", run: |_| build::run(&[]) },
    Step { name: "page size", run: |_| size::run(&[]) },
    Step { name: "npm package", run: npm_package },
    Step { name: "browser journeys", run: browser },
];

/// How many tests passed and failed, as their runners said.
#[derive(Debug, Default, PartialEq)]
struct Count {
    passed: usize,
    failed: usize,
}

/// Runs every step (or those whose names contain one of the arguments), then prints a table of them and, as the last
/// line, the sum. A step without a runner that counts (a lint, the build) counts as one test.
pub fn run(arguments: &[String]) -> Result {
    let total = match arguments {
        [] => side_by_side()?,
        some => {
            steps(NATIVE.iter().chain(PAGE).filter(|step| some.iter().any(|word| step.name.contains(word.as_str()))))
        }
    };
    println!("{} passed, {} failed", total.passed, total.failed);
    if total == Count::default() {
        return crate::error::fail("no step has such a name");
    }
    if total.failed == 0 { Ok(()) } else { crate::error::fail("not everything passed") }
}

/// All steps: those of the page here, and meanwhile the others in a process that gives way to them, for journeys wait more
/// than they compute. What that process said is printed when it is over.
fn side_by_side() -> Result<Count> {
    // Both lanes call it, and only one may install it.
    tools::node()?;
    let log = sh::root().join("target/test-native.log");
    let file = std::fs::File::create(&log)?;
    let mut native = sh::program("nice");
    native.args(["-n", "10"]).arg(std::env::current_exe()?).arg("test").args(NATIVE.iter().map(|step| step.name));
    let mut native = native.stdout(file.try_clone()?).stderr(file).spawn()?;
    let mut total = steps(PAGE.iter());
    let ended = native.wait()?;
    let said = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    println!("{said}");
    let sum = said.lines().rev().find(|line| line.contains(" passed, ") && line.ends_with(" failed"));
    let number = |word: &str| sum.map_or(0, |line| number_before(line, word));
    let mut count = Count { passed: number("passed,"), failed: number("failed") };
    count.settle(ended.success());
    total.passed += count.passed;
    total.failed += count.failed;
    Ok(total)
}

/// Runs steps one after the other, and prints a table of them.
fn steps<'a>(wanted: impl Iterator<Item = &'a Step>) -> Count {
    let mut total = Count::default();
    let mut table = Vec::new();
    for step in wanted {
        println!("\n== {}", step.name);
        let start = Instant::now();
        let mut count = Count::default();
        let result = (step.run)(&mut count);
        if let Err(error) = &result {
            eprintln!("{error}");
        }
        count.settle(result.is_ok());
        table.push((step.name, count.failed == 0, start.elapsed()));
        total.passed += count.passed;
        total.failed += count.failed;
    }
    println!();
    for (name, good, time) in table {
        println!("{}", row(name, good, time));
    }
    total
}

fn row(name: &str, good: bool, time: Duration) -> String {
    format!("{:6} {:6.1} s  {name}", if good { "ok" } else { "FAILED" }, time.as_secs_f64())
}

fn lints(_: &mut Count) -> Result {
    sh::run(sh::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn rust_tests(count: &mut Count) -> Result {
    sh::run_reading(sh::cargo().args(["test", "--workspace", "--no-fail-fast"]), |line| count.read_libtest(line))
}

/// Every lesson of the course: what it accepts, and what it refuses.
fn lessons(_: &mut Count) -> Result {
    sh::run(sh::cargo().args(["build", "--package", "kubarium"]))?;
    sh::run(std::process::Command::new(sh::kubarium()?).arg("check").current_dir(sh::root()))
}

/// The package as npm would publish it.
fn npm_package(_: &mut Count) -> Result {
    tools::for_the_browser()?;
    crate::embed::pack(&["--no-build".into()])?;
    sh::run(sh::program("npm").args(["pack", "--dry-run", "--silent"]).current_dir(sh::root().join("target/npm")))
}

fn browser(count: &mut Count) -> Result {
    tools::for_the_browser()?;
    sh::run(sh::cargo().args(["build", "--package", "kubarium"]))?;
    let tests = sh::files_below(&sh::root().join("tests/browser"))?;
    let tests = tests.iter().filter(|path| {
        let text = path.to_string_lossy();
        text.ends_with(".test.mjs") && !text.contains("node_modules")
    });
    let mut node = sh::program("node");
    // One browser at a time: on a small machine two of them make each other's timeouts.
    // And a file that waits for what never comes is ended: ten minutes are twice what the longest one takes.
    node.args(["--test", "--test-concurrency=1", "--test-timeout=600000", "--test-reporter=spec"]).args(tests);
    node.env("KUBARIUM", sh::kubarium()?);
    sh::run_reading(&mut node, |line| count.read_node(line))
}

impl Count {
    /// `test result: ok. 12 passed; 0 failed; ...`, once for every test program.
    fn read_libtest(&mut self, line: &str) {
        if line.starts_with("test result: ") {
            self.passed += number_before(line, "passed;");
            self.failed += number_before(line, "failed;");
        }
    }

    /// `ℹ pass 12` and `ℹ fail 0`, once at the end.
    fn read_node(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["ℹ" | "#", "pass", number] => self.passed += number.parse().unwrap_or(0),
            ["ℹ" | "#", "fail", number] => self.failed += number.parse().unwrap_or(0),
            _ => {}
        }
    }

    /// A step that counted nothing is one test; a step that failed has at least one failure.
    fn settle(&mut self, good: bool) {
        if good && *self == Self::default() {
            self.passed = 1;
        }
        if !good && self.failed == 0 {
            self.failed = 1;
        }
    }
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<_> = line.split_whitespace().collect();
    let place = words.iter().position(|candidate| *candidate == word).unwrap_or(0);
    place.checked_sub(1).and_then(|before| words[before].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_summaries_are_summed_up() {
        let mut count = Count::default();
        count.read_libtest(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        count.read_libtest("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        count.read_libtest("test shell::tests::a_test_that_passed ... ok");
        count.read_node("ℹ pass 5");
        count.read_node("ℹ fail 1");
        count.read_node("ℹ tests 6");
        assert_eq!(count, Count { passed: 20, failed: 3 });
    }

    #[test]
    fn a_step_without_a_count_is_one_test() {
        let settled = |mut count: Count, good| {
            count.settle(good);
            count
        };
        assert_eq!(settled(Count::default(), true), Count { passed: 1, failed: 0 });
        assert_eq!(settled(Count::default(), false), Count { passed: 0, failed: 1 });
        assert_eq!(settled(Count { passed: 4, failed: 0 }, false), Count { passed: 4, failed: 1 });
    }
}
