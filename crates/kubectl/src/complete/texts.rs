//! `values.txt`, read; and what commands, flags and kinds are, in the reader's language.

use super::Candidate;
use crate::command::Command;
use crate::flags::Flag;
use crate::texts;
use api::Language;

const VALUES: &str = include_str!("values.txt");

/// The lines below a heading such as `--output@version`, if there is such a heading.
pub fn lines(heading: &str) -> Option<impl Iterator<Item = &'static str>> {
    let at = VALUES.lines().position(|line| line == heading)?;
    Some(VALUES.lines().skip(at + 1).take_while(|line| !is_heading(line)))
}

fn is_heading(line: &str) -> bool {
    line.starts_with("--") || line.starts_with([':', '=', '#'])
}

/// The candidate of a line `value|English|Korean`.
pub fn value(line: &str, language: Language) -> Candidate {
    let mut parts = line.split('|');
    let (value, english, korean) = (parts.next(), parts.next(), parts.next());
    let about = if language == Language::Korean { korean.or(english) } else { english };
    Candidate::new(value.unwrap_or_default(), about.unwrap_or_default())
}

/// The candidates below a heading.
pub fn values(heading: &str, language: Language) -> Vec<Candidate> {
    lines(heading).into_iter().flatten().map(|line| value(line, language)).collect()
}

/// What a command is for.
pub fn command(path: &str, command: &Command, language: Language) -> String {
    let path =
        if path == "kubectl" { command.name.to_owned() } else { format!("{} {}", texts::section(path), command.name) };
    bare(texts::command(language, &path))
}

/// What a flag is for.
pub fn flag(path: &str, flag: &Flag, language: Language) -> String {
    bare(texts::flag(language, texts::section(path), flag.name))
}

/// What a kind is.
pub fn kind(kind: &api::Kind, language: Language) -> String {
    bare(texts::kind(language, kind))
}

/// A line needs no full stop.
fn bare(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_both_languages_and_no_heading_comes_twice() {
        let mut headings = Vec::new();
        for line in VALUES.lines().filter(|line| !line.starts_with('#')) {
            if is_heading(line) {
                assert!(!headings.contains(&line), "{line}");
                headings.push(line);
            } else if !line.starts_with('@') {
                assert_eq!(line.split('|').filter(|part| !part.is_empty()).count(), 3, "{line}");
            }
        }
        assert_eq!(value("a=|b|c", Language::Korean), Candidate { open: true, ..Candidate::new("a=", "c") });
    }
}
