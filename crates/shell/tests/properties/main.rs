//! Whole clusters under random commands and faults, with what must be true after every event.
//!
//! `PROPERTIES_CASES=200 PROPERTIES_SEED=7 cargo test -p shell --test properties` looks further than the build does.

mod commands;
mod invariants;

use cluster::{Cluster, Options};
use invariants::Watcher;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use shell::Session;
use std::time::Duration;

/// How many sequences the build plays.
const CASES: u32 = 6;
/// Longest time, in virtual seconds, until a repaired cluster is quiet: evictions after 300 s, back-offs of as much, a
/// rollout's 600 s.
const QUIET: u64 = 1500;

fn environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn runner() -> TestRunner {
    let seed = environment("PROPERTIES_SEED").unwrap_or(1);
    let cases = environment("PROPERTIES_CASES").map_or(CASES, |cases| cases as u32);
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 120,
        ..Config::with_cases(cases)
    };
    TestRunner::new(config)
}

/// A session in which something happens, and somebody who watches it.
struct Play {
    session: Session,
    watcher: Watcher,
}

impl Play {
    fn new(seed: u64) -> Play {
        let session = Session::new(Options { seed, ..Options::default() }, false);
        let mut play = Play { session, watcher: Watcher::default() };
        for (name, text) in commands::MANIFESTS {
            play.run(&format!("cat > {name}.yaml <<'EOF'\n{text}EOF"));
        }
        play
    }

    fn with<T>(&self, look: impl FnOnce(&Cluster) -> T) -> T {
        let system = self.session.kernel().system();
        look(system.cluster().expect("a cluster"))
    }

    fn run(&mut self, line: &str) {
        self.session.input(line);
        let kernel = self.session.kernel().clone();
        let watcher = &mut self.watcher;
        let mut patience = 400_000;
        let done = self.session.run_foreground(&mut || {
            if let Some(cluster) = kernel.system().cluster() {
                watcher.look(cluster);
            }
            patience -= 1;
            patience > 0
        });
        assert!(done, "no end of: {line}");
        self.session.drain();
    }

    fn wait(&mut self, seconds: u64) {
        self.run(&format!("sleep {seconds}"));
    }
}

#[test]
fn a_cluster_keeps_its_promises() {
    let sequences = (0..1000u64, prop::collection::vec(commands::command(), 5..25));
    let outcome = runner().run(&sequences, |(seed, lines)| {
        let mut play = Play::new(seed);
        lines.iter().for_each(|line| play.run(line));
        for line in commands::repair() {
            play.run(&line);
        }
        play.wait(QUIET);
        play.with(invariants::settled);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_clone_goes_on_as_the_original_does() {
    let sequences = (0..1000u64, prop::collection::vec(commands::command(), 3..12));
    let outcome = runner().run(&sequences, |(seed, lines)| {
        let mut play = Play::new(seed);
        lines.iter().for_each(|line| play.run(line));
        let mut copy = play.with(Clone::clone);
        let until = copy.now() + Duration::from_secs(90);
        play.session.advance(until, &mut || true);
        copy.advance(until);
        // What still runs in the session's background acts on the original only.
        if !lines.iter().any(|line| line.ends_with('&')) {
            let (original, copy) = (play.with(invariants::bytes), invariants::bytes(&copy));
            prop_assert!(original == copy, "{}", difference(&original, &copy));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn difference(a: &str, b: &str) -> String {
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    differing.map_or_else(|| "one is longer".to_owned(), |(a, b)| format!("{a}\n{b}"))
}
