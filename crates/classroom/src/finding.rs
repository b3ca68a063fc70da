//! What is wrong with a report.

use api::Language;

/// Something in a report that its recordings do not bear out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The step that it is about; empty for all of the report.
    pub step: String,
    /// What.
    pub which: Which,
}

/// What a report may claim without truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The lesson that it is about is not at hand.
    NoLesson,
    /// It was made with another version of the lesson.
    OtherLesson,
    /// A session does not begin as the lesson begins.
    OtherBeginning,
    /// A session is too long to be replayed.
    TooLong,
    /// No recording shows the step.
    NotShown,
    /// The lesson has no such step.
    NoSuchStep,
    /// The step is said to be solved where nothing was typed in it, or before.
    NoCommands,
    /// Replayed, the step's checks are not met.
    NotReached,
    /// Replayed, the step took another number of commands.
    OtherCount,
    /// Replayed, the session ends in another state.
    OtherState,
    /// The steps' times are not in order, or lie after the report.
    TimesOutOfOrder,
    /// More virtual time passed than the clock has left room for.
    TimeTooShort,
    /// The sums are not those of the steps.
    OtherSums,
}

/// English and Korean.
const WORDS: &[(Which, &str, &str)] = &[
    (Which::NoLesson, "the lesson is not at hand", "레슨이 없습니다"),
    (
        Which::OtherLesson,
        "the report was made with another version of the lesson",
        "다른 버전의 레슨으로 만든 보고서입니다",
    ),
    (
        Which::OtherBeginning,
        "the session does not begin as the lesson begins",
        "세션이 레슨의 시작과 다르게 시작합니다",
    ),
    (Which::TooLong, "the session is too long to be replayed", "세션이 너무 길어 재생할 수 없습니다"),
    (Which::NotShown, "said to be solved, but no recording shows it", "해결했다고 하지만 기록이 없습니다"),
    (Which::NoSuchStep, "the lesson has no such step", "레슨에 없는 단계입니다"),
    (Which::NoCommands, "said to be solved, but nothing was typed", "해결했다고 하지만 입력한 명령이 없습니다"),
    (
        Which::NotReached,
        "replayed, the checks of this step are not met",
        "재생해 보면 이 단계의 확인이 충족되지 않습니다",
    ),
    (Which::OtherCount, "replayed, it took another number of commands", "재생해 보면 명령의 수가 다릅니다"),
    (Which::OtherState, "replayed, the session ends in another state", "재생해 보면 마지막 상태가 다릅니다"),
    (Which::TimesOutOfOrder, "the times are not in order", "시각의 순서가 맞지 않습니다"),
    (
        Which::TimeTooShort,
        "more virtual time passed than the clock leaves room for",
        "적힌 시간 안에 지날 수 없는 가상 시간이 흘렀습니다",
    ),
    (Which::OtherSums, "the sums are not those of the steps", "합계가 단계들의 합과 다릅니다"),
];

impl Finding {
    /// What is wrong, in words.
    pub fn words(&self, lang: Language) -> String {
        let (_, en, ko) =
            WORDS.iter().find(|(which, ..)| *which == self.which).copied().unwrap_or((self.which, "", ""));
        let text = if lang == Language::Korean { ko } else { en };
        if self.step.is_empty() { text.to_owned() } else { format!("{}: {text}", self.step) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_words() {
        for which in [Which::NoLesson, Which::TimeTooShort, Which::OtherSums, Which::NoCommands] {
            let finding = Finding { step: "one".into(), which };
            assert!(finding.words(Language::English).len() > 10 && finding.words(Language::Korean).len() > 10);
        }
        assert_eq!(WORDS.len(), 13);
    }
}
