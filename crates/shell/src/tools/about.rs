//! What each program is for, in one line.

use api::Language;

const TEXTS: &str = include_str!("about.txt");

/// What a program or builtin is for; empty for a name that has none.
pub(crate) fn about(name: &str, language: Language) -> &'static str {
    for line in TEXTS.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('|');
        if parts.next().is_some_and(|names| names.split(' ').any(|one| one == name)) {
            let (english, korean) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            return if language == Language::Korean { korean } else { english };
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_line_in_both_languages() {
        for name in crate::tools::names().chain(crate::interp::builtin_names()) {
            assert!(!about(name, Language::English).is_empty(), "{name}");
            assert!(!about(name, Language::Korean).is_empty(), "{name}");
        }
        assert_eq!(about("nosuch", Language::English), "");
    }
}
