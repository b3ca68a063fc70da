//! `cargo xtask size`: what the page downloads, compressed as a static host would send it: to open, and later.

use crate::error::{Error, Result, fail};
use crate::{build, embed, offline, sh, tools};
use std::path::Path;
use std::process::Stdio;

/// The budget for what opening the page downloads, in bytes after brotli.
const BUDGET: usize = 500_000;

/// What each file may weigh after brotli, by the beginning of its name, the first that fits: who makes a file larger than that
/// shall notice, and either make it smaller or say here why it is worth it.
const BUDGETS: &[(&str, usize)] = &[
    ("kubarium.d.ts", 2_000),
    ("kubarium.webmanifest", 1_000),
    (embed::MODULE, 4_500),
    (embed::SCRIPT, 4_500),
    (build::MORE, 1_478_000),
    ("kubarium-page-", 12_000),
    ("kubarium-", 450_000),
    ("style-", 18_000),
    ("index.html", 2_500),
    ("start.js", 4_500),
    ("deferred.js", 3_000),
    ("notice.js", 1_000),
    ("dress.js", 1_000),
    ("offline.js", 2_000),
    ("embed.js", 4_000),
    (offline::WORKER, 6_000),
    ("classroom.css", 4_000),
    ("icon", 12_000),
    ("maskable", 10_000),
    ("snippets/", 4_000),
    ("lessons/", 25_000),
];

/// What the page loads only when it is asked for something, by the beginnings of the names.
const LATER: &[&str] = &[
    build::MORE,
    offline::WORKER,
    "offline.js",
    "classroom.css",
    "icon-",
    "maskable",
    "embed.js",
    embed::MODULE,
    embed::SCRIPT,
    embed::TYPES,
];

/// Measures each file of `dist/`; says what the budgets are, and fails above them.
pub fn run(_arguments: &[String]) -> Result {
    tools::brotli()?;
    if !build::dist().is_dir() {
        return fail("there is no dist/ yet: run `cargo xtask build`");
    }
    let (mut sizes, mut problems) = (Vec::new(), Vec::new());
    for (name, path) in build::files()? {
        let small = compressed(&path)?;
        problems.extend(over(&name, small));
        // Lessons are fetched when somebody opens one.
        if !name.starts_with("lessons/") {
            sizes.push((is_later(&name), small, path.metadata()?.len(), name));
        }
    }
    sizes.sort_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
    for (later, small, full, name) in &sizes {
        println!("{small:>9} {full:>9}  {name}{}", if *later { " (later)" } else { "" });
    }
    let sum = |wanted| sizes.iter().filter(|(later, ..)| *later == wanted).map(|(_, small, ..)| small).sum::<usize>();
    let first = sum(false);
    println!("{first} bytes of {BUDGET} after brotli ({}%), and {} later", first * 100 / BUDGET, sum(true));
    if first > BUDGET {
        problems.push(format!("opening the page downloads {first} bytes of {BUDGET}: cargo xtask profile may help"));
    }
    if problems.is_empty() { Ok(()) } else { fail(problems.join("\n")) }
}

/// What is wrong with the size of a file.
fn over(name: &str, size: usize) -> Option<String> {
    match BUDGETS.iter().find(|(beginning, _)| name.starts_with(beginning)) {
        None => Some(format!("{name} has no budget: give it one (BUDGETS in xtask/src/size.rs)")),
        Some((_, budget)) if size > *budget => {
            Some(format!("{name} is {size} bytes after brotli, {} over its budget of {budget}", size - budget))
        }
        Some(_) => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_a_budget_and_says_by_how_much_it_is_over() {
        assert_eq!(over("start.js", 4_500), None);
        let over_by_one = "start.js is 4501 bytes after brotli, 1 over its budget of 4500";
        assert_eq!(over("start.js", 4_501).as_deref(), Some(over_by_one));
        assert!(over("new.js", 1).is_some_and(|problem| problem.contains("has no budget")));
        let more = format!("{}-0123.wasm", build::MORE);
        assert_eq!(over(&more, 460_000), None, "the second module is not the first");
        assert!(over("kubarium-0123.wasm", 460_000).is_some());
    }
}
