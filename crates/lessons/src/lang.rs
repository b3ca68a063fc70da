//! Texts in the reader's language, with places to be filled.

use api::{Language, korean};

/// Saying something in a language.
pub(crate) trait Say {
    /// The text in this language.
    fn pick<'a>(self, en: &'a str, ko: &'a str) -> &'a str;

    /// The text in this language, with `{0}`, `{1}` ... filled.
    fn say(self, en: &str, ko: &str, values: &[&str]) -> String;
}

impl Say for Language {
    fn pick<'a>(self, en: &'a str, ko: &'a str) -> &'a str {
        match self {
            Language::English => en,
            Language::Korean => ko,
        }
    }

    fn say(self, en: &str, ko: &str, values: &[&str]) -> String {
        let mut out = String::new();
        let mut rest = self.pick(en, ko);
        while let Some(at) = rest.find('{') {
            korean::push(&mut out, &rest[..at]);
            let number = rest[at + 1..].chars().next().and_then(|digit| digit.to_digit(10));
            out.push_str(number.and_then(|number| values.get(number as usize)).copied().unwrap_or_default());
            rest = rest.get(at + 3..).unwrap_or_default();
        }
        korean::push(&mut out, rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_the_order_of_each_language() {
        assert_eq!(Language::English.say("{0} of {1}", "{1} 중 {0}", &["2", "4"]), "2 of 4");
        assert_eq!(Language::Korean.say("{0} of {1}", "{1} 중 {0}", &["2", "4"]), "4 중 2");
        assert_eq!(Language::Korean.say("", "{0}이(가) {1}을(를)", &["redis", "web"]), "redis가 web을");
        assert_eq!(Language::English.say("no {7} place", "", &[]), "no  place");
    }
}
