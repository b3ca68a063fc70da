//! What was typed and shown, what files say, and how much time has passed.

use super::{count_of, counted};
use crate::expect;
use crate::lang::Say;
use crate::scene::{Scene, Spot};
use api::Value;
use api::regex::Regex;

/// `file: PATH`, somewhere.
pub fn file(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let said = Said {
        key: "file",
        missing: ("There is no file {1} on {0}.", "{0}에 {1} 파일이 없습니다."),
        other: (
            "The file {1} on {0} says \"{2}\"; it should be {3}.",
            "{0}의 {1} 파일 내용이 \"{2}\"입니다. 필요한 내용: {3}.",
        ),
        several: (
            "The file {0} is as it should be in {1} places of {2}; it should be in {3}.",
            "{0} 파일이 {2}곳 가운데 {1}곳에서 조건에 맞습니다. 필요한 수: {3}",
        ),
    };
    text_at(clause, scene, &said, |scene, spot, container, path| scene.file(spot, container, path))
}

/// `env: NAME`: a variable in the environment of a container's processes, as it was when the container began.
pub fn env(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let said = Said {
        key: "env",
        missing: ("{0} has no variable {1} in its environment.", "{0}의 환경에 변수 {1}이(가) 없습니다."),
        other: (
            "In {0}, the variable {1} is \"{2}\"; it should be {3}.",
            "{0}의 변수 {1} 값이 \"{2}\"입니다. 필요한 값: {3}.",
        ),
        several: (
            "The variable {0} is as it should be in {1} of {2} places; it should be in {3}.",
            "변수 {0}이(가) {2}곳 가운데 {1}곳에서 조건에 맞습니다. 필요한 수: {3}",
        ),
    };
    text_at(clause, scene, &said, |scene, spot, container, name| scene.env(spot, container, name))
}

/// What a clause about a text somewhere says when it is unmet, in English and Korean. Its holes: of one place, the place, what
/// is looked for, what was found, what should be; of several, what is looked for, how many fit, of how many, how many should.
struct Said {
    key: &'static str,
    missing: (&'static str, &'static str),
    other: (&'static str, &'static str),
    several: (&'static str, &'static str),
}

/// Whether the text that `read` finds (at a spot, in a container, of a name) is as the clause wants it, in enough places.
fn text_at(
    clause: &Value,
    scene: &mut Scene<'_>,
    said: &Said,
    read: fn(&mut Scene<'_>, &Spot, &str, &str) -> Option<String>,
) -> Option<String> {
    let lang = scene.lang;
    let (name, spots) = match (scene.fill(clause.get(said.key).str()), scene.spots(clause.get("in"))) {
        (Ok(name), Ok(spots)) => (name, spots),
        (Err(words), _) | (_, Err(words)) => return Some(words),
    };
    let text = clause.get("text");
    let mut wrong = Vec::new();
    for spot in &spots {
        let found = read(scene, spot, clause.get("container").str(), &name).map(Value::from);
        let fits = match (text, &found) {
            (Value::Null, found) => found.is_some(),
            (wanted, found) => expect::holds(wanted, &found.iter().collect::<Vec<_>>(), &[]),
        };
        if !fits {
            wrong.push((spot.words(lang), found));
        }
    }
    let wanted = count_of(clause);
    let fit = spots.len() - wrong.len();
    if expect::number_holds(&wanted, fit as i64) {
        return None;
    }
    let say = |(en, ko): (&str, &str), values: &[&str]| lang.say(en, ko, values);
    Some(match wrong.first() {
        Some((place, None)) if spots.len() == 1 => say(said.missing, &[place, &name]),
        Some((place, Some(found))) if spots.len() == 1 => {
            let first = found.str().lines().next().unwrap_or_default();
            say(said.other, &[place, &name, first, &expect::words(text, lang)])
        }
        _ => say(said.several, &[&name, &fit.to_string(), &spots.len().to_string(), &counted(&wanted, lang)]),
    })
}

/// `ran: REGEX`: a command that fits, and ended as it should.
pub fn ran(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let wanted = match clause.get("exit") {
        Value::Null => Value::Int(0),
        wanted => wanted.clone(),
    };
    let fits = Regex::go(clause.get("ran").str()).ok()?;
    let mut such = scene.recent().filter(|ran| fits.is_match(&ran.line)).peekable();
    if such.peek().is_none() {
        return Some(lang.say(
            "No command like {0} has been run yet.",
            "아직 {0} 꼴의 명령을 실행하지 않았습니다.",
            &[clause.get("ran").str()],
        ));
    }
    let mut last = None;
    for ran in such {
        if ran.exit.is_some_and(|exit| expect::number_holds(&wanted, i64::from(exit))) {
            return None;
        }
        last = Some(ran);
    }
    let last = last?;
    Some(match last.exit {
        None => lang.say("{0} is still running.", "{0}: 아직 실행 중입니다.", &[&last.text]),
        Some(exit) => lang.say(
            "{0} ended with exit status {1}; it should be {2}.",
            "{0}: 종료 상태가 {1}입니다. 필요한 값: {2}.",
            &[&last.text, &exit.to_string(), &expect::words(&wanted, lang)],
        ),
    })
}

/// `passed: SPAN`: so much virtual time since the step began.
pub fn passed(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let span = api::time::parse_duration(clause.get("passed").str()).unwrap_or_default();
    let passed = scene.now.now().since(scene.began);
    (passed < span).then(|| {
        let left = api::time::human_duration(span - passed);
        scene.lang.say("Wait {0} more.", "{0} 더 기다리세요.", &[&left])
    })
}
