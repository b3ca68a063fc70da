//! What was typed and shown, what files say, and how much time has passed.

use super::{count_of, counted};
use crate::expect;
use crate::lang::Say;
use crate::progress::Ran;
use crate::scene::Scene;
use api::Value;
use api::regex::Regex;

/// `file: PATH`, somewhere.
pub fn file(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let (path, spots) = match (scene.fill(clause.get("file").str()), scene.spots(clause.get("in"))) {
        (Ok(path), Ok(spots)) => (path, spots),
        (Err(words), _) | (_, Err(words)) => return Some(words),
    };
    let text = clause.get("text");
    let mut wrong = Vec::new();
    for spot in &spots {
        let found = scene.file(spot, clause.get("container").str(), &path).map(Value::from);
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
    Some(match wrong.first() {
        Some((place, None)) if spots.len() == 1 => {
            lang.say("There is no file {1} on {0}.", "{0}에 {1} 파일이 없습니다.", &[place, &path])
        }
        Some((place, Some(found))) if spots.len() == 1 => lang.say(
            "The file {1} on {0} says \"{2}\"; it should be {3}.",
            "{0}의 {1} 파일 내용이 \"{2}\"입니다. 필요한 내용: {3}.",
            &[place, &path, found.str().lines().next().unwrap_or_default(), &expect::words(text, lang)],
        ),
        _ => lang.say(
            "The file {0} is as it should be in {1} places of {2}; it should be in {3}.",
            "{0} 파일이 {2}곳 가운데 {1}곳에서 조건에 맞습니다. 필요한 수: {3}",
            &[&path, &fit.to_string(), &spots.len().to_string(), &counted(&wanted, lang)],
        ),
    })
}

/// `saw: TEXTS`: one command has shown them all. What the command itself says, it did not show.
pub fn saw(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let one = [clause.get("saw").clone()];
    let texts = if clause.get("saw").array().is_empty() { &one } else { clause.get("saw").array() };
    let mut wanted = Vec::new();
    for text in texts {
        match scene.fill(text.str()) {
            Ok(text) => wanted.push(text),
            Err(words) => return Some(words),
        }
    }
    let regex = Regex::go(clause.get("ran").str()).ok();
    let by = |ran: &&Ran| clause.get("ran").is_null() || regex.as_ref().is_some_and(|regex| regex.is_match(&ran.text));
    let shows = |ran: &Ran, text: &String| ran.output.contains(text.as_str()) && !ran.text.contains(text.as_str());
    let missing = |ran: &Ran| -> Vec<&String> { wanted.iter().filter(|text| !shows(ran, text)).collect() };
    let nearest = scene.recent().filter(by).map(missing).min_by_key(Vec::len);
    let left: Vec<&str> = match &nearest {
        Some(missing) if missing.is_empty() => return None,
        Some(missing) => missing.iter().map(|text| text.as_str()).collect(),
        None => wanted.iter().map(String::as_str).collect(),
    };
    Some(scene.lang.say(
        "No command has shown this yet: {0}",
        "아직 어떤 명령의 출력에도 나오지 않은 것: {0}",
        &[&left.join(", ")],
    ))
}

/// `ran: REGEX`: a command that fits, and ended as it should.
pub fn ran(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let wanted = match clause.get("exit") {
        Value::Null => Value::Int(0),
        wanted => wanted.clone(),
    };
    let fits = Regex::go(clause.get("ran").str()).ok()?;
    let mut such = scene.recent().filter(|ran| fits.is_match(&ran.text)).peekable();
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
