//! Every text of the page, in every language: a message that lacks one does not compile.
//!
//! Terms of art (Pod, Deployment, Service ...) stay English in Korean, as Korean operators say them.

mod messages;

pub use messages::Message;

use api::korean;

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

    /// The language that a text is in, which need not be the page's: what Kubernetes says is English.
    pub fn of(text: &str) -> Lang {
        // With these bytes begin the syllables of Hangul in UTF-8.
        if !text.is_ascii() && text.bytes().any(|byte| (0xEA..=0xED).contains(&byte)) { Lang::Ko } else { Lang::En }
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

    /// A number with its thousands apart: both languages write `12,345`.
    pub fn number(self, number: usize) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }

    /// A moment that the API tells (RFC 3339, in UTC) as people write it; anything else as it is.
    pub fn date(self, moment: &str) -> String {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let number = |from: usize, to: usize| moment.get(from..to)?.parse::<usize>().ok();
        let parts = (|| Some((moment.get(..4)?, number(5, 7)?, number(8, 10)?, moment.get(11..19)?)))();
        let Some((year, month @ 1..=12, day, time)) = parts else { return moment.to_owned() };
        match self {
            Lang::En => format!("{day} {} {year}, {time} UTC", &MONTHS[month * 3 - 3..month * 3]),
            Lang::Ko => format!("{year}년 {month}월 {day}일 {time} UTC"),
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
            korean::push(&mut text, part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_as_people_write_them() {
        assert_eq!([5, 999, 1000, 1_234_567].map(|n| Lang::En.number(n)), ["5", "999", "1,000", "1,234,567"]);
        let dates = |moment| [Lang::En.date(moment), Lang::Ko.date(moment)];
        assert_eq!(dates("2026-01-05T09:00:01Z"), ["5 Jan 2026, 09:00:01 UTC", "2026년 1월 5일 09:00:01 UTC"]);
        for odd in ["", "soon", "2026-13-05T09:00:01Z", "오늘은 참 좋은 날입니다"] {
            assert_eq!(dates(odd), [odd, odd]);
        }
    }

    #[test]
    fn languages_are_found_by_their_tags() {
        assert_eq!(Lang::from_tag("ko-KR"), Some(Lang::Ko));
        assert_eq!(Lang::from_tag("EN_us"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
        let of = ["", "pod/web created", "✓ “done” …", "Pod이 없습니다"].map(Lang::of);
        assert_eq!(of, [Lang::En, Lang::En, Lang::En, Lang::Ko]);
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
        assert_eq!(Lang::Ko.fill(Message::AnsweredBy, &["mynginx"]), "mynginx가 응답");
    }
}
