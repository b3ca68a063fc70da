//! `cargo xtask size`: what the page downloads, compressed as a static host would send it: to open, and later.

use crate::error::{Error, Result, fail};
use crate::{build, embed, offline, sh, tools};
use std::path::Path;
use std::process::Stdio;

/// The budget for what opening the page downloads, in bytes after brotli.
const BUDGET: usize = 500_000;

/// What the page loads only when it is asked for something, by the beginnings of the names.
const LATER: &[&str] = &[
    build::MORE,
    offline::WORKER,
    "offline.js",
    "icon-",
    "maskable",
    "embed.js",
    embed::MODULE,
    embed::SCRIPT,
    embed::TYPES,
];

/// Measures each file of `dist/`; says what the budget is, and fails above it.
pub fn run(_arguments: &[String]) -> Result {
    tools::brotli()?;
    if !build::dist().is_dir() {
        return fail("there is no dist/ yet: run `cargo xtask build`");
    }
    let mut sizes = Vec::new();
    // Lessons are fetched when somebody opens one.
    for (name, path) in build::files()?.into_iter().filter(|(name, _)| !name.starts_with("lessons/")) {
        sizes.push((is_later(&name), compressed(&path)?, path.metadata()?.len(), name));
    }
    sizes.sort_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
    for (later, small, full, name) in &sizes {
        println!("{small:>9} {full:>9}  {name}{}", if *later { " (later)" } else { "" });
    }
    let sum = |wanted| sizes.iter().filter(|(later, ..)| *later == wanted).map(|(_, small, ..)| small).sum::<usize>();
    let first = sum(false);
    println!("{first} bytes of {BUDGET} after brotli ({}%), and {} later", first * 100 / BUDGET, sum(true));
    match first > BUDGET {
        true => fail(format!("opening the page downloads {first} bytes: cargo xtask profile may help")),
        false => Ok(()),
    }
}

fn is_later(name: &str) -> bool {
    LATER.iter().any(|beginning| name.starts_with(beginning))
}

fn compressed(path: &Path) -> Result<usize> {
    let output = sh::program("brotli").args(["-q", "11", "-w", "24", "-c"]).arg(path).stderr(Stdio::null()).output();
    let output = output.map_err(|error| Error(format!("brotli: {error}")))?;
    if output.status.success() { Ok(output.stdout.len()) } else { fail(format!("brotli refused {}", path.display())) }
}
