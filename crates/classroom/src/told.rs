//! What is wrong with a lesson, said to whoever builds it in the page: in the reader's language, and in which step.

use api::{Language, korean};
use lessons::{Lesson, Problem};

/// What a builder can get wrong: as `kubarium check` says it of a folder's files, and to who sees fields, in English and in Korean.
/// `{}` is what differs.
const WORDS: &[(&str, &str, &str)] = &[
    ("the front matter has no title", "There is no title.", "제목이 없습니다."),
    ("the front matter has no summary", "It is not said what the lesson is about.", "무엇을 배우는지 적지 않았습니다."),
    ("nothing is said before the first step: {}", "Nothing is said first.", "처음에 할 말이 없습니다."),
    ("the step says no goal", "There is no goal.", "목표가 없습니다."),
    ("the step has no hint", "There is no hint.", "힌트가 없습니다."),
    ("this is still to be written {}", "This is still to be written.", "아직 더 써야 합니다."),
    ("this block says nothing", "What is said is empty.", "할 말이 비어 있습니다."),
    ("lesson.yaml has nothing of the id {} in step {}", "There is no {} in step {}.", "{} 단계 {}에 없습니다."),
    ("the note {} has no words: {}", "The note {} says nothing.", "안내 {}에 할 말이 없습니다."),
    (
        "the check {} is a `not` and needs words: {}",
        "The check {} is a `not`: it needs words of its own.",
        "확인 {}은(는) not이므로 직접 쓴 설명이 있어야 합니다.",
    ),
    (
        "step {} has other blocks than in {}; {}",
        "Step {} is not the same as in {}: {}",
        "단계 {}이(가) {}과(와) 다릅니다: {}",
    ),
    ("the quiz asks nothing", "The quiz has no question.", "퀴즈에 질문이 없습니다."),
    (
        "a quiz has at least two answers: {}",
        "A quiz has at least two answers.",
        "퀴즈에는 답이 두 개 이상 있어야 합니다.",
    ),
    ("no answer of the quiz is right: {}", "No answer of the quiz is right.", "퀴즈에 정답이 없습니다."),
    ("every answer of the quiz is right", "Every answer of the quiz is right.", "퀴즈의 답이 모두 정답입니다."),
    (
        "minutes is how long the lesson takes: {}",
        "The lesson takes between 1 and 240 minutes.",
        "걸리는 시간은 1에서 240 사이의 분입니다.",
    ),
    ("solution has no command", "There is no solution.", "해결 방법이 없습니다."),
    ("{}.solution has no command", "There is no solution.", "해결 방법이 없습니다."),
    ("{}.type has no command", "The mistake has no command.", "실수에 명령이 없습니다."),
    ("{} has no command", "{} has no command.", "{}에 명령이 없습니다."),
    ("the shell cannot read this: {}", "The shell cannot read this: {}", "셸이 읽지 못합니다: {}"),
    ("a step has checks: {}", "Nothing is checked.", "확인할 것이 없습니다."),
    ("a note has, under when, {}", "It is not said when the note appears.", "안내가 언제 나타날지 정하지 않았습니다."),
    (
        "a lesson needs at least one route besides its solutions: {}",
        "There must be at least one other way that is accepted.",
        "인정할 다른 방법이 하나 이상 있어야 합니다.",
    ),
    (
        "a lesson needs at least two mistakes: {}",
        "There must be at least two mistakes that are not accepted.",
        "인정하지 않을 실수가 두 가지 이상 있어야 합니다.",
    ),
    (
        "`unmet` names the check that notices: {}",
        "No check notices this mistake.",
        "이 실수를 알아차릴 확인이 없습니다.",
    ),
    ("a mistake has `unmet`: {}", "No check notices this mistake.", "이 실수를 알아차릴 확인이 없습니다."),
    ("there is no note {}", "There is no note {}.", "{}(이)라는 안내가 없습니다."),
    (
        "step {} is complete before anything is typed",
        "Step {} is complete before anything is typed.",
        "단계 {}은(는) 아무것도 입력하기 전에 이미 해결되어 있습니다.",
    ),
    (
        "step {} is not complete after this: {}",
        "Step {} is not complete after this: {}",
        "이 방법으로는 단계 {}이(가) 해결되지 않습니다: {}",
    ),
    (
        "the steps before {} cannot be solved: {}",
        "The steps before {} cannot be solved: {}",
        "단계 {}의 앞 단계가 해결되지 않습니다: {}",
    ),
    (
        "this mistake is accepted: step {} is complete after it",
        "This mistake is accepted: step {} is complete after it.",
        "이 실수가 인정됩니다. 실수한 뒤에도 단계 {}이(가) 해결됩니다.",
    ),
    (
        "the check {} does not notice this mistake: {}",
        "The check {} does not notice this mistake: {}",
        "확인 {}이(가) 이 실수를 알아차리지 못합니다: {}",
    ),
    (
        "the note {} does not appear after this mistake",
        "The note {} does not appear after this mistake.",
        "이 실수를 해도 안내 {}이(가) 나타나지 않습니다.",
    ),
    (
        "this does not lead back from the mistake: {}",
        "This does not lead back from the mistake: {}",
        "이렇게 해도 실수를 되돌리지 못합니다: {}",
    ),
    (
        "this command of start fails (exit status {}): {}; {}",
        "This command at the beginning fails (exit status {}): {}",
        "시작 상태의 이 명령이 실패합니다(종료 상태 {}): {}",
    ),
];

/// A problem in the reader's language; as it is, where nobody has said it in that.
pub fn told(problem: &Problem, lang: Language) -> String {
    let found = WORDS.iter().find_map(|(text, en, ko)| {
        let words = if lang == Language::Korean { ko } else { en };
        Some((*words, holes(text, &problem.text)?))
    });
    let Some((words, values)) = found else { return problem.text.clone() };
    let mut parts = words.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        out.push_str(value);
        korean::push(&mut out, part);
    }
    out
}

/// What stands in a text where a pattern has `{}`; none if the text is another.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let (mut rest, mut values) = (text.strip_prefix(parts.next()?)?, Vec::new());
    for part in parts {
        let end = if part.is_empty() { rest.len() } else { rest.find(part)? };
        values.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(values)
}

/// The step, from 0, that a problem is about; none if it is about the whole lesson.
pub fn step_of(lesson: &Lesson, problem: &Problem) -> Option<usize> {
    let of_id = |id: &str| lesson.steps().iter().position(|step| step.get("id").str() == id);
    if problem.line == 0 {
        return None;
    }
    let mut places: Vec<(usize, Option<usize>)> = Vec::new();
    if let Some(words) = lesson.words.iter().find(|words| words.file == problem.file) {
        places.extend(words.steps.iter().map(|step| (step.line, of_id(&step.id))));
    } else {
        let mut place = |path: String, step: Option<usize>| places.push((lesson.line_of(&path), step));
        for (key, _) in lesson.plan.entries() {
            place(key.to_string(), None);
        }
        for at in 0..lesson.steps().len() {
            place(format!("steps[{at}]"), Some(at));
        }
        for (at, mistake) in lesson.plan.get("mistakes").array().iter().enumerate() {
            place(format!("mistakes[{at}]"), of_id(mistake.get("step").str()));
        }
        for (at, route) in lesson.plan.get("routes").array().iter().enumerate() {
            for (id, _) in route.get("steps").entries() {
                place(format!("routes[{at}].steps.{id}"), of_id(id));
            }
        }
    }
    places.into_iter().filter(|(line, _)| *line > 0 && *line <= problem.line).max_by_key(|(line, _)| *line)?.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Draft;
    use api::{Value, obj};

    #[test]
    fn what_an_empty_builder_lacks_is_said_of_its_fields_and_where() {
        let mut draft = Draft::default();
        draft.add_step(1);
        for (path, text) in [("/said/title/ko", "제목"), ("/steps/1/title/ko", "둘")] {
            draft.set(path, Value::from(text));
        }
        draft.add_note(1);
        draft.add_block(1, "quiz", "");
        draft.set("/steps/1/blocks/3/question/ko", "?".into());
        draft.push("/plan/mistakes", obj! { "step" => "step-2" });
        let (lesson, mut problems) = draft.own(Language::Korean).read();
        problems.extend(lessons::lint(&lesson));
        assert!(problems.len() > 10, "{problems:?}");
        for problem in &problems {
            for lang in Language::ALL {
                let said = told(problem, lang);
                assert!(said != problem.text && !said.contains("{}"), "{problem}");
                assert!(!["front matter", "steps[", ".yaml"].iter().any(|file| said.contains(file)), "{said}");
            }
        }
        let at = |text: &str| {
            let found = problems.iter().rfind(|problem| problem.text.contains(text)).unwrap();
            step_of(&lesson, found)
        };
        let problem = |text: &str| Problem { file: "lesson.ko.md".into(), line: 1, text: text.into() };
        let differs = problem("step \"a\" has other blocks than in lesson.en.md; only in lesson.en.md: Hint x");
        assert_eq!(
            told(&differs, Language::Korean),
            "단계 \"a\"가 lesson.en.md와 다릅니다: only in lesson.en.md: Hint x"
        );
        assert_eq!(at("two mistakes"), None);
        assert_eq!(at("no goal"), Some(1));
        assert_eq!(at("a note has"), Some(1));
        assert_eq!(at("steps[0].solution has no command"), Some(0));
        assert_eq!(at("mistakes[0].type has no command"), Some(1));
    }

    #[test]
    fn what_differs_is_kept() {
        let problem = Problem {
            text: "step \"a\" is not complete after this: b: c".into(),
            ..Problem { file: String::new(), line: 0, text: String::new() }
        };
        assert_eq!(told(&problem, Language::Korean), "이 방법으로는 단계 \"a\"가 해결되지 않습니다: b: c");
    }
}
