//! The words of a story: one table of templates, in every language that the page speaks.
//!
//! `words.txt` has a block for each kind of sentence: its name, and a line a language. `{name}` stands for a value. The page
//! and the terminal say the same, because both read this table; the data has no words, and the words decide nothing.

use api::{Language, Str, korean};

const WORDS: &str = include_str!("words.txt");

/// A value of a sentence: its name in the template, and its text.
pub type Field = (&'static str, Str);

/// The sentence of a kind with its values filled in; the kind itself, where the table does not have it.
pub fn fill(language: Language, kind: &str, values: &[Field]) -> String {
    let Some(template) = template(language, kind) else { return kind.to_owned() };
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        korean::push(&mut text, before);
        text.push_str(values.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value));
        rest = after;
    }
    korean::push(&mut text, rest);
    text
}

/// The template of a kind.
fn template(language: Language, kind: &str) -> Option<&'static str> {
    let mut lines = WORDS.split('\n');
    while let Some(line) = lines.next() {
        if line == kind {
            return lines.nth(language as usize);
        }
        lines.nth(2);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_whole_and_both_languages_use_the_same_values() {
        let names = |text: &str| {
            let mut names: Vec<String> =
                text.split('{').skip(1).map(|part| part.split('}').next().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        let blocks: Vec<Vec<&str>> = WORDS.trim_end().split("\n\n").map(|block| block.lines().collect()).collect();
        for block in &blocks {
            let [kind, english, korean] = block[..] else { panic!("{block:?}") };
            assert_eq!(names(english), names(korean), "{kind}");
            assert_eq!(template(Language::English, kind), Some(english));
            assert_eq!(template(Language::Korean, kind), Some(korean));
        }
    }

    #[test]
    fn values_are_filled_in_by_name() {
        let values = [("node", Str::from("node1")), ("to", "1.2.3.4:80".into())];
        assert_eq!(fill(Language::English, "balanced", &values), "gives it to node1, 1.2.3.4:80");
        assert_eq!(fill(Language::Korean, "balanced", &values), "노드를 고름: node1, 1.2.3.4:80");
        assert_eq!(fill(Language::English, "balanced", &[]), "gives it to , ");
        assert_eq!(fill(Language::English, "nosuch", &[]), "nosuch");
    }

    #[test]
    fn languages_are_read_from_locales() {
        assert_eq!(Language::read("ko_KR.UTF-8"), Some(Language::Korean));
        assert_eq!(Language::read("en"), Some(Language::English));
        assert_eq!((Language::read("C.UTF-8"), Language::read(""), Language::read("한국")), (None, None, None));
    }
}
