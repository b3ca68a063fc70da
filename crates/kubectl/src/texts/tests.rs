//! No language lacks a text, and none has one for something that is not there.

use super::*;
use crate::cmd::ROOT;
use crate::command::{Command, GLOBAL, find, parse_flags};
use api::FlatSet;
use api::kind::{KINDS, METRICS};

/// Calls `visit` with every command under `command` and its section.
fn walk(command: &'static Command, path: &str, visit: &mut dyn FnMut(&'static Command, &str)) {
    visit(command, section(path));
    for sub in command.subcommands {
        walk(sub, &format!("{path} {}", sub.name), visit);
    }
}

/// Every section and name that a text is asked for.
fn wanted() -> FlatSet<(String, String)> {
    let mut wanted = FlatSet::new();
    let mut want = |section: &str, name: String| _ = wanted.insert((section.to_owned(), name));
    want("*", String::new());
    GLOBAL.iter().for_each(|flag| want("*", format!("--{}", flag.name)));
    walk(&ROOT, "kubectl", &mut |command, path| {
        want(path, String::new());
        for flag in command.flags.iter().copied().flatten() {
            want(path, format!("--{}", flag.name));
            want("*", format!("--{}", flag.name));
        }
    });
    want("kinds", String::new());
    KINDS.iter().chain(METRICS).for_each(|kind| want("kinds", kind.kind.to_owned()));
    wanted
}

#[test]
fn every_language_says_everything() {
    for language in [Language::English, Language::Korean] {
        walk(&ROOT, "kubectl", &mut |of, path| {
            assert_ne!(super::command(language, path), "", "{language:?}: {path}");
            for flag in of.flags.iter().copied().chain([GLOBAL]).flatten() {
                assert_ne!(super::flag(language, path, flag.name), "", "{language:?}: {path} --{}", flag.name);
            }
        });
        for kind in KINDS.iter().chain(METRICS) {
            assert_ne!(super::kind(language, kind), "", "{language:?}: {}", kind.kind);
        }
    }
}

#[test]
fn no_text_is_about_nothing_and_the_languages_have_the_same_lines() {
    let (english, korean) = (texts(Language::English), texts(Language::Korean));
    let names = |texts: &Texts| texts.lines.keys().copied().collect::<Vec<_>>();
    let lines = |texts: &Texts| texts.examples.iter().map(|(of, line, _)| (*of, *line)).collect::<Vec<_>>();
    assert_eq!(names(english), names(korean));
    assert_eq!(lines(english), lines(korean));
    let wanted = wanted();
    for (section, name) in names(english) {
        let known = section == "headings" || wanted.contains(&(section.to_owned(), name.to_owned()));
        assert!(known, "{section} {name}: no such thing");
    }
    for text in korean.lines.values().filter(|text| text.len() > 20) {
        let shown: Vec<char> = text.chars().filter(|c| ('가'..='힣').contains(c)).collect();
        assert!(!shown.is_empty() || text.contains("="), "not Korean: {text}");
    }
}

#[test]
fn every_command_has_an_example() {
    let with = |section: &str| texts(Language::English).examples.iter().any(|(of, ..)| *of == section);
    walk(&ROOT, "kubectl", &mut |command, path| assert!(path == "alpha" || with(path), "{}", command.name));
}

#[test]
fn examples_are_command_lines_that_kubectl_understands() {
    for (section, line, text) in &texts(Language::English).examples {
        assert!(!text.is_empty(), "{line}");
        // Quotes matter to a shell only; nothing in the examples has spaces inside them but patches and schedules.
        let words: Vec<String> = line.split(' ').skip(1).map(|word| word.replace('\'', "")).collect();
        let found = find(&ROOT, &words).unwrap_or_else(|_| panic!("{line}"));
        // What a group is for, one of its commands shows.
        let own = super::section(&found.path);
        let of_group = *section == "kubectl"
            || *section == "help"
            || own.strip_prefix(section).is_some_and(|rest| rest.starts_with(' '));
        assert!(own == *section || of_group, "{line}");
        assert!(parse_flags(&found).is_ok(), "{line}");
    }
}
