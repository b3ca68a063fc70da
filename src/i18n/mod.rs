//! Every text of the page, in every language: a message that lacks one does not compile.
//!
//! Terms of art (Pod, Deployment, Service ...) stay English in Korean, as Korean operators say them.

mod messages;

pub use messages::Message;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 한국어.
    Ko,
}

impl Lang {
    /// The language of a BCP 47 tag such as `ko-KR`, if the page speaks it.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Lang::En),
            "ko" => Some(Lang::Ko),
            _ => None,
        }
    }

    /// The BCP 47 tag, for the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ko => "ko",
        }
    }

    /// As the core names it.
    pub fn of_the_core(self) -> api::Language {
        match self {
            Lang::En => api::Language::English,
            Lang::Ko => api::Language::Korean,
        }
    }

    /// The other language, which the switch offers.
    pub fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Ko,
            Lang::Ko => Lang::En,
        }
    }

    /// The message's text.
    pub fn text(self, message: Message) -> &'static str {
        let (en, ko) = message.texts();
        match self {
            Lang::En => en,
            Lang::Ko => ko,
        }
    }

    /// The message's text with its `{}` filled in order.
    pub fn fill(self, message: Message, values: &[&str]) -> String {
        let mut parts = self.text(message).split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (i, part) in parts.enumerate() {
            text.push_str(values.get(i).copied().unwrap_or_default());
            text.push_str(part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_their_tags() {
        assert_eq!(Lang::from_tag("ko-KR"), Some(Lang::Ko));
        assert_eq!(Lang::from_tag("EN_us"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
    }

    #[test]
    fn both_texts_take_the_same_values() {
        for message in Message::ALL {
            let (en, ko) = message.texts();
            assert!(!en.is_empty() && !ko.is_empty(), "{message:?} has an empty text");
            assert_eq!(en.matches("{}").count(), ko.matches("{}").count(), "{message:?}");
        }
    }

    #[test]
    fn values_are_filled_in_order() {
        assert_eq!(Lang::En.fill(Message::ExitStatus, &["1"]), "exit status 1");
        assert_eq!(Lang::Ko.fill(Message::ExitStatus, &["1"]), "종료 상태 1");
    }
}
