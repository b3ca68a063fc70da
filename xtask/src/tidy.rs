//! `cargo xtask tidy`: the house rules that no compiler checks. It is also a test, so that none of them can be forgotten.

use crate::error::{Result, fail};
use crate::sh;
use std::path::Path;

/// The most lines of a source file, its unit tests at the end not counted.
const LINES: usize = 400;

/// Files that may be longer, each with the reason.
const LONGER: &[(&str, &str)] = &[];

/// Words that would let a run depend on something other than its seed and its inputs.
const UNREPEATABLE: &[&str] = &["HashMap", "HashSet", "Instant", "SystemTime", "RandomState", "thread_rng"];

/// Packages that talk to the outside world and may look at its clock; all others are the core.
const OUTSIDE: &[&str] = &["crates/kubarium/", "xtask/", "src/"];

/// What the standard library compiles anew, at length, for every type; crate `collections` has what compiles to little.
const HEAVY: &[&str] = &[
    "BTreeMap",
    "BTreeSet",
    "sort",
    "sort_by",
    "sort_by_key",
    "sort_by_cached_key",
    "sort_unstable",
    "sort_unstable_by",
    "sort_unstable_by_key",
];

/// Packages that the page does not download.
const NOT_DOWNLOADED: &[&str] = &["crates/collections/", "crates/kubarium/", "xtask/"];

/// A lock file's note of where a package was downloaded: that belongs to one mirror and to no repository.
const DOWNLOADED: &str = "\"resolved\":";

/// Prints what breaks a rule; fails if anything does.
pub fn run(_arguments: &[String]) -> Result {
    let complaints = complaints()?;
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    match complaints.len() {
        0 => Ok(()),
        count => fail(format!("{count} complaints")),
    }
}

/// Looks at every file that is, or is about to be, part of the repository.
fn complaints() -> Result<Vec<String>> {
    let listed = sh::output(sh::program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]));
    let Some(listed) = listed else {
        return fail("tidy reads the list of files from git, and git did not answer");
    };
    let mut complaints = Vec::new();
    for name in listed.lines() {
        // Pictures are no text; a file that was just removed is no file.
        if let Ok(text) = std::fs::read_to_string(sh::root().join(name)) {
            complaints.extend(look_at(name, &text));
        }
    }
    Ok(complaints)
}

/// What one file does against the rules.
fn look_at(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let is_source = Path::new(name).extension().is_some_and(|extension| extension == "rs");
    if is_source {
        complaints.extend(too_long(name, text));
        complaints.extend(unrepeatable(name, text));
        complaints.extend(heavy(name, text));
    }
    // This file names what it forbids.
    if name != "xtask/src/tidy.rs" {
        complaints.extend(local(name, text));
    }
    if name.ends_with("Cargo.toml") && !text.contains("[lints]\nworkspace = true") && text.contains("[package]") {
        complaints.push(format!("{name}: no `[lints] workspace = true`"));
    }
    complaints
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    let allowed = LONGER.iter().any(|(longer, _)| *longer == name);
    (lines > LINES && !allowed)
        .then(|| format!("{name}: {lines} lines, more than {LINES}: which idea has its own name?"))
}

fn unrepeatable(name: &str, text: &str) -> Vec<String> {
    // A benchmark measures: that is what clocks are for.
    let measures = name.contains("/examples/") || name.contains("/benches/");
    if measures || OUTSIDE.iter().any(|outside| name.starts_with(outside)) {
        return Vec::new();
    }
    find_words(text, UNREPEATABLE, |line| line.trim_start().starts_with("//"))
        .map(|(line, word)| format!("{name}:{line}: {word}: the core depends on its seed and its inputs only"))
        .collect()
}

/// Standard collections and sorting (method calls only) in what the page downloads, tests aside.
fn heavy(name: &str, text: &str) -> Vec<String> {
    if NOT_DOWNLOADED.iter().chain(&["tests", "/examples/", "/benches/"]).any(|part| name.contains(part)) {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let is_call = |line: &str, word: &str| line.contains(&format!(".{word}(")) || word.starts_with("BTree");
    find_words(code, HEAVY, |line| line.trim_start().starts_with("//"))
        .filter(|(line, word)| code.lines().nth(line - 1).is_some_and(|line| is_call(line, word)))
        .map(|(line, word)| {
            format!("{name}:{line}: {word}: the page downloads it again for every type; see crate collections")
        })
        .collect()
}

/// Paths of this machine and addresses of a mirror.
fn local(name: &str, text: &str) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let folders = [sh::root().display().to_string(), format!("{home}/.")];
    let known = folders.iter().map(String::as_str).filter(|folder| folder.len() > "/./.".len()).chain([DOWNLOADED]);
    let known: Vec<&str> = known.collect();
    let lines = text.lines().enumerate();
    let found = lines.flat_map(|(at, line)| known.iter().filter(|local| line.contains(**local)).map(move |l| (at, l)));
    found.map(|(at, local)| format!("{name}:{}: {local}: belongs to one machine", at + 1)).collect()
}

/// Where whole words of a list occur: line numbers from 1 and the word.
fn find_words<'a>(
    text: &'a str,
    words: &'a [&'a str],
    skip: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (usize, &'a str)> + 'a {
    let lines = text.lines().enumerate().filter(move |(_, line)| !skip(line));
    lines.flat_map(move |(at, line)| {
        let in_line = move |word: &&&str| {
            let mut parts = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            parts.any(|part| part == **word)
        };
        words.iter().filter(in_line).map(move |word| (at + 1, *word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let complaints = complaints().unwrap();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    #[test]
    fn each_rule_finds_what_it_forbids() {
        let long = "fn f() {}\n".repeat(LINES + 1);
        assert_eq!(look_at("crates/api/src/a.rs", &long).len(), 1);
        assert_eq!(look_at("crates/api/src/a.rs", "use std::collections::HashMap;\n").len(), 1);
        assert_eq!(look_at("crates/api/src/a.rs", "// not a HashMap\nstruct InstantNoodles;\n").len(), 0);
        assert_eq!(look_at("crates/kubarium/src/a.rs", "use std::time::Instant;\n").len(), 0);
        assert_eq!(look_at("crates/api/src/a.rs", "names.sort_by(|a, b| a.cmp(b));\n").len(), 1);
        assert_eq!(look_at("crates/api/src/a.rs", "crate::sort_by(&mut names, |a, b| a.cmp(b));\n").len(), 0);
        let home = std::env::var("HOME").unwrap_or_default();
        assert_eq!(look_at("README.md", &format!("cd {home}/.cargo\n")).len(), 1);
        assert_eq!(look_at("crates/api/Cargo.toml", "[package]\nname = \"api\"\n").len(), 1);
    }
}
