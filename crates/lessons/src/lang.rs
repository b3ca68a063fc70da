//! The languages in which lessons speak, and texts with places to be filled.

/// A language of lessons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 한국어.
    Ko,
}

impl Lang {
    /// All languages.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Ko];

    /// The tag, as in `lesson.ko.md`.
    pub fn tag(self) -> &'static str {
        self.pick("en", "ko")
    }

    /// The language of a tag.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The text in this language.
    pub(crate) fn pick<'a>(self, en: &'a str, ko: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }

    /// The text in this language, with `{0}`, `{1}` ... filled.
    pub(crate) fn say(self, en: &str, ko: &str, values: &[&str]) -> String {
        let mut out = String::new();
        let mut rest = self.pick(en, ko);
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let number = rest[at + 1..].chars().next().and_then(|digit| digit.to_digit(10));
            out.push_str(number.and_then(|number| values.get(number as usize)).copied().unwrap_or_default());
            rest = rest.get(at + 3..).unwrap_or_default();
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_the_order_of_each_language() {
        assert_eq!(Lang::En.say("{0} of {1}", "{1} 중 {0}", &["2", "4"]), "2 of 4");
        assert_eq!(Lang::Ko.say("{0} of {1}", "{1} 중 {0}", &["2", "4"]), "4 중 2");
        assert_eq!(Lang::En.say("no {7} place", "", &[]), "no  place");
    }
}
