//! What commands have shown.

use crate::lang::Say;
use crate::progress::Ran;
use crate::scene::Scene;
use api::Value;
use api::regex::Regex;

/// `saw: TEXTS`: one command has shown them all, and none of `without`. What the command itself says, it did not show; what it is
/// `about` may stand in either.
pub fn saw(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let sought = match Sought::read(clause, scene) {
        Ok(sought) => sought,
        Err(words) => return Some(words),
    };
    let by = |ran: &&Ran| sought.by.as_ref().is_none_or(|regex| regex.is_match(&ran.line));
    let all = || scene.recent().filter(by);
    // Of two that are as near, the later is meant.
    let nearest = all()
        .rev()
        .map(|ran| sought.lack(ran))
        .min_by_key(|[unshown, unnamed, beyond]| (unshown.len() + unnamed.len(), beyond.len()));
    let [unshown, unnamed, beyond] = nearest.unwrap_or_else(|| [sought.wanted.iter().collect(), vec![], vec![]]);
    let typed = |text: &&Text| all().any(|ran| text.is_in(&ran.output) && text.is_typed(ran));
    let (texts, en, ko) = if !unshown.is_empty() && unshown.iter().all(typed) {
        (
            unshown,
            "This was shown, but it stands in the command itself: {0}",
            "나오기는 했지만 명령 자체에 들어 있는 글입니다: {0}",
        )
    } else if !unshown.is_empty() {
        (unshown, "No command has shown this yet: {0}", "아직 어떤 명령의 출력에도 나오지 않은 것: {0}")
    } else if !unnamed.is_empty() {
        (
            unnamed,
            "It has been shown, but by a command that is not about this: {0}",
            "나오기는 했지만, 다른 것을 본 명령입니다. 보아야 할 것: {0}",
        )
    } else {
        (
            beyond,
            "It has been shown, but together with what should not be there: {0}",
            "나오기는 했지만, 나오지 않아야 할 것도 함께 나왔습니다: {0}",
        )
    };
    let joined = texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(", ");
    (!texts.is_empty()).then(|| scene.lang.say(en, ko, &[&joined]))
}

/// What a clause looks for in what commands have shown.
struct Sought {
    wanted: Vec<Text>,
    unwanted: Vec<Text>,
    about: Vec<Text>,
    /// Which commands count, if not all do.
    by: Option<Regex>,
}

/// A text that is looked for.
struct Text {
    text: String,
    /// Whether it is a name or an address, and so counts only as a whole: a ReplicaSet's name is not shown by those of its
    /// Pods, which begin with it.
    whole: bool,
}

impl Sought {
    fn read(clause: &Value, scene: &mut Scene<'_>) -> Result<Sought, String> {
        let (wanted, unwanted) = (texts(clause.get("saw"), scene)?, texts(clause.get("without"), scene)?);
        let mut about = texts(clause.get("about"), scene)?;
        about.iter_mut().for_each(|text| text.whole = true);
        let by = clause.get("ran");
        Ok(Sought { wanted, unwanted, about, by: Regex::go(by.str()).ok().filter(|_| !by.is_null()) })
    }

    /// What a command has not shown, what it is not about, and what it should not have shown.
    fn lack(&self, ran: &Ran) -> [Vec<&Text>; 3] {
        let unshown = self.wanted.iter().filter(|text| !text.is_in(&ran.output) || text.is_typed(ran));
        let unnamed = self.about.iter().filter(|text| !text.is_in(&ran.output) && !text.is_in(&ran.line));
        let beyond = self.unwanted.iter().filter(|text| text.is_in(&ran.output));
        [unshown.collect(), unnamed.collect(), beyond.collect()]
    }
}

impl Text {
    fn is_typed(&self, ran: &Ran) -> bool {
        ran.text.contains(&self.text)
    }

    fn is_in(&self, output: &str) -> bool {
        if !self.whole {
            return output.contains(&self.text);
        }
        let bytes = output.as_bytes();
        let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        let hyphen = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'-');
        // A hyphen belongs to the name if the name goes on behind it.
        let goes_on = |next: Option<usize>, one_more: Option<usize>| letter(next) || hyphen(next) && letter(one_more);
        output.match_indices(&self.text).any(|(at, found)| {
            let end = at + found.len();
            !goes_on(at.checked_sub(1), at.checked_sub(2)) && !goes_on(Some(end), Some(end + 1))
        })
    }
}

/// A text or a list of texts, filled in; none where the clause says nothing.
fn texts(value: &Value, scene: &mut Scene<'_>) -> Result<Vec<Text>, String> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let one = [value.clone()];
    let texts = if value.array().is_empty() { &one } else { value.array() };
    let sought = |text: &Value| scene.fill(text.str()).map(|filled| Text { whole: filled != text.str(), text: filled });
    texts.iter().map(sought).collect()
}
