//! What commands, flags and kinds are, in one line each, and examples: in every language that help speaks.
//!
//! A language is a file under `texts/`. A line that is not indented begins a section: a command as it is typed after `kubectl`,
//! and its text after a colon. Below it, indented, stand its flags and, as `$ COMMAND # TEXT`, its examples. A flag that has no
//! line there has that of section `*`. The sections `kinds` and `headings` hold what else is said.

use api::{FlatMap, Kind, Language};
use std::sync::OnceLock;

fn texts(language: Language) -> &'static Texts {
    static ENGLISH: OnceLock<Texts> = OnceLock::new();
    static KOREAN: OnceLock<Texts> = OnceLock::new();
    match language {
        Language::English => ENGLISH.get_or_init(|| Texts::read(include_str!("texts/en.txt"))),
        Language::Korean => KOREAN.get_or_init(|| Texts::read(include_str!("texts/ko.txt"))),
    }
}

fn text(language: Language, section: &str, name: &str) -> &'static str {
    texts(language).lines.get(&(section, name)).copied().unwrap_or_default()
}

/// What a command is for; `path` as it is typed: `create deployment`, or `kubectl` for kubectl itself.
pub fn command(language: Language, path: &str) -> &'static str {
    text(language, path, "")
}

/// What a flag, without its dashes, is for in a command.
pub fn flag(language: Language, path: &str, flag: &str) -> &'static str {
    let name = format!("--{flag}");
    match text(language, path, &name) {
        "" => text(language, "*", &name),
        text => text,
    }
}

/// What a kind is; empty for kinds that users define.
pub fn kind(language: Language, kind: &Kind) -> &'static str {
    text(language, "kinds", kind.kind)
}

/// A heading of help.
pub fn heading(language: Language, name: &str) -> &'static str {
    text(language, "headings", name)
}

/// Examples of a command: the line that is typed, and what it does.
pub fn examples(language: Language, path: &str) -> Vec<(&'static str, &'static str)> {
    texts(language).examples.iter().filter(|(of, ..)| *of == path).map(|&(_, line, text)| (line, text)).collect()
}
/// One language, read.
struct Texts {
    /// By section and name; the section's own text has an empty name.
    lines: FlatMap<(&'static str, &'static str), &'static str>,
    /// Section, command line, text.
    examples: Vec<(&'static str, &'static str, &'static str)>,
}

impl Texts {
    fn read(file: &'static str) -> Texts {
        let mut texts = Texts { lines: FlatMap::new(), examples: Vec::new() };
        let mut section = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("  ") {
                None => {
                    let (name, text) = line.split_once(':').unwrap_or((line, ""));
                    section = name;
                    texts.lines.insert((section, ""), text.trim_start());
                }
                Some(line) => match line.strip_prefix("$ ") {
                    Some(example) => {
                        let (line, text) = example.split_once(" # ").unwrap_or((example, ""));
                        texts.examples.push((section, line, text));
                    }
                    None => {
                        let (name, text) = line.split_once(' ').unwrap_or((line, ""));
                        texts.lines.insert((section, name), text);
                    }
                },
            }
        }
        texts
    }
}

/// The section of a command: its path without `kubectl`, but for kubectl itself.
pub(crate) fn section(path: &str) -> &str {
    path.strip_prefix("kubectl ").unwrap_or(path)
}

#[cfg(test)]
mod tests;
