//! The languages that the project speaks to people, where it does not speak with the real tools' words.

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 한국어.
    Korean,
}

impl Language {
    /// All languages.
    pub const ALL: [Language; 2] = [Language::English, Language::Korean];

    /// Its BCP 47 tag: `en`, `ko`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Korean => "ko",
        }
    }

    /// The language of a BCP 47 tag or of a POSIX locale such as `ko_KR.UTF-8`; `None` where that names none of ours.
    pub fn read(tag: &str) -> Option<Language> {
        match tag.split(['-', '_', '.', '@']).next()? {
            "ko" => Some(Language::Korean),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// The language in a process' environment: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set decides.
    pub fn of_environment(env: impl Fn(&str) -> Option<String>) -> Option<Language> {
        let mut locale = None;
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            locale = locale.or_else(|| env(name).filter(|value| !value.is_empty()));
        }
        Language::read(&locale?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_a_language() {
        assert_eq!(Language::read("ko_KR.UTF-8"), Some(Language::Korean));
        assert_eq!(Language::read("en"), Some(Language::English));
        assert_eq!((Language::read("C.UTF-8"), Language::read("korea"), Language::read("")), (None, None, None));
    }

    #[test]
    fn the_most_special_variable_decides() {
        let env = |pairs: &'static [(&str, &str)]| {
            Language::of_environment(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(env(&[("LANG", "ko_KR.UTF-8")]), Some(Language::Korean));
        assert_eq!(env(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")]), None);
        assert_eq!(env(&[("LC_ALL", ""), ("LC_MESSAGES", "ko")]), Some(Language::Korean));
        assert_eq!(env(&[]), None);
    }
}
