//! `cargo run -p kubarium --example fuzz -- [SECONDS [SEED]]`: gives changed lines to sessions for so long.

#[path = "../tests/common/fuzz.rs"]
mod fuzz;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap_or(1));
    let seconds = arguments.next().unwrap_or(60);
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seed = arguments.next().unwrap_or_else(now);
    println!("seed {seed}, {seconds} s");
    fuzz::watch();
    println!("{} lines, nothing found", fuzz::run(seed, Duration::from_secs(seconds), u64::MAX));
}
