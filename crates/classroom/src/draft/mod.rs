//! A lesson that is being built: everything that a lesson's files can say, as one tree that an editor changes at a path.

mod read;
#[cfg(test)]
mod tests;
mod write;

use crate::set::{Own, Set, numbered, own_name};
use api::{Language, NULL, Value, json, obj};

/// The name of a lesson that has none: of one whose title gives none, and of files that were opened without their folder.
const NAMELESS: &str = "lesson";

/// A lesson that is being built, and what is handed out with it:
///
/// ```text
/// name     of the lesson; none for one that its title and its mark make
/// mark     a number that tells it from others of the same title: when it was begun, in seconds since the epoch
/// plan     the tree of lesson.yaml
/// said     {title, summary, intro, end: {title, text}}, each in languages: {en: TEXT, ko: TEXT}
/// steps    [{title, goal, blocks}], as many as the plan has, in languages too
///            blocks: [{kind, id, text}] or, of a quiz, [{kind: quiz, id, question, answers: [{right, text, why}]}]
/// files    [{name, text}] for learners
/// kept     {FILE: TEXT} as the files were when they were opened: what was not changed stays as it was written
/// others   [{name, files: {FILE: TEXT}}] other lessons of the same set
/// pick     [NAME] lessons of the course that are handed out, too
/// heading  what is written above the set
/// ```
///
/// Paths are JSON pointers (RFC 6901): `/plan/steps/0/checks/1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft(Value);

impl Default for Draft {
    fn default() -> Draft {
        let mut draft = Draft(obj! { "plan" => obj! { "level" => "beginner", "minutes" => 10 } });
        draft.add_step(0);
        draft
    }
}

impl Draft {
    /// Reads what was kept.
    pub fn read(text: &str) -> Draft {
        let mut draft = Draft(json::parse(text).unwrap_or_default());
        let (planned, said) = (draft.steps().len(), draft.0.get("steps").array().len());
        if planned == 0 {
            return Draft::default();
        }
        for _ in said..planned {
            draft.0.object_mut().entry("steps").array_mut().push(Value::object());
        }
        draft
    }

    /// The text to be kept.
    pub fn text(&self) -> String {
        json::to_string(&self.0)
    }

    /// The steps of the plan.
    pub fn steps(&self) -> &[Value] {
        self.at("/plan/steps").array()
    }

    /// What stands at a path; null if nothing does.
    pub fn at(&self, path: &str) -> &Value {
        parts(path).iter().fold(&self.0, |value, part| match value {
            Value::Array(items) => part.parse().ok().and_then(|at: usize| items.get(at)).unwrap_or(&NULL),
            _ => value.get(part),
        })
    }

    /// The place at a path; mappings are made on the way. None if a list has no such member.
    fn place(&mut self, path: &str) -> Option<&mut Value> {
        let mut value = &mut self.0;
        for part in parts(path) {
            value = match value {
                Value::Array(_) => value.array_mut().get_mut(part.parse::<usize>().ok()?)?,
                _ => value.object_mut().entry(&part),
            };
        }
        Some(value)
    }

    /// Puts a value at a path. A text that says nothing takes the key away, as it would be left out by hand.
    pub fn set(&mut self, path: &str, value: Value) {
        if value.is_null() || value.as_str() == Some("") {
            return self.remove(path);
        }
        if let Some(place) = self.place(path) {
            *place = value;
        }
    }

    /// Takes away what stands at a path.
    pub fn remove(&mut self, path: &str) {
        let Some((parent, last)) = path.rsplit_once('/') else { return };
        if self.at(path).is_null() && !matches!(self.at(parent), Value::Array(_)) {
            return;
        }
        let Some(parent) = self.place(parent) else { return };
        match parent {
            Value::Array(_) => {
                let items = parent.array_mut();
                if let Some(at) = last.parse().ok().filter(|at| *at < items.len()) {
                    items.remove(at);
                }
            }
            _ => _ = parent.object_mut().remove(&unescaped(last)),
        }
    }

    /// Puts a value behind those of the list at a path.
    pub fn push(&mut self, path: &str, value: Value) {
        if let Some(place) = self.place(path) {
            place.array_mut().push(value);
        }
    }

    /// A clause more in a list of checks or of a note's conditions. Those of checks get an id.
    pub fn add_clause(&mut self, path: &str, mut clause: Value) {
        if path.ends_with("/checks") {
            clause.set("id", self.free(path, "check"));
        }
        let bare = |clause: &Value| {
            let mut clause = clause.clone();
            clause.remove("id");
            clause
        };
        if !self.at(path).array().iter().any(|there| bare(there) == bare(&clause)) {
            self.push(path, clause);
        }
    }

    /// A note more in a step, and the block that says it.
    pub fn add_note(&mut self, step: usize) {
        let path = format!("/plan/steps/{step}/notes");
        let id = self.free(&path, "note");
        self.push(&path, obj! { "id" => id.as_str(), "when" => Vec::<Value>::new() });
        self.add_block(step, "note", &id);
    }

    /// A check of a step goes, and what named it: hints for it are for any.
    pub fn remove_check(&mut self, step: usize, at: usize) {
        let check = format!("/plan/steps/{step}/checks/{at}");
        let id = self.at(&format!("{check}/id")).str().to_owned();
        self.remove(&check);
        self.forget("/plan/mistakes", "unmet", &id, step);
        let blocks = format!("/steps/{step}/blocks");
        for at in (0..self.at(&blocks).len()).rev() {
            let block = format!("{blocks}/{at}");
            match self.at(&format!("{block}/kind")).str() {
                kind @ ("hint" | "unmet") if self.at(&format!("{block}/id")).str() == id => {
                    self.remove(&if kind == "hint" { format!("{block}/id") } else { block });
                }
                _ => {}
            }
        }
    }

    /// A note of a step goes, with its words.
    pub fn remove_note(&mut self, step: usize, at: usize) {
        let note = format!("/plan/steps/{step}/notes/{at}");
        let id = self.at(&format!("{note}/id")).str().to_owned();
        self.remove(&note);
        self.forget("/plan/mistakes", "note", &id, step);
        if let Some(block) = self.block(step, "note", &id) {
            self.remove(&format!("/steps/{step}/blocks/{block}"));
        }
    }

    /// Members of a list that are about a step no longer name an id at a key.
    fn forget(&mut self, list: &str, key: &str, id: &str, step: usize) {
        let step = self.at(&format!("/plan/steps/{step}/id")).str().to_owned();
        for at in 0..self.at(list).len() {
            let member = self.at(&format!("{list}/{at}"));
            if member.get("step").str() == step && member.get(key).str() == id {
                self.remove(&format!("{list}/{at}/{key}"));
            }
        }
    }

    /// A block more in a step: a hint, what is said when it is done, a quiz.
    pub fn add_block(&mut self, step: usize, kind: &str, id: &str) {
        let path = format!("/steps/{step}/blocks");
        let mut block = obj! { "kind" => kind };
        if kind == "quiz" {
            block.set("id", self.free(&path, "quiz"));
            block.set("answers", vec![obj! { "right" => true }, obj! { "right" => false }]);
        } else if !id.is_empty() {
            block.set("id", id);
        }
        self.push(&path, block);
    }

    /// An id that no member of a list has.
    fn free(&self, path: &str, word: &str) -> String {
        let (list, everywhere) = (self.at(path).array(), self.at("/plan/notes").array());
        let taken = |id: &str| list.iter().chain(everywhere).any(|member| member.get("id").str() == id);
        numbered(word, list.len() + 1, taken)
    }

    /// Where in a step's blocks the first of a kind (and of an id) stands.
    pub fn block(&self, step: usize, kind: &str, id: &str) -> Option<usize> {
        let is_it = |block: &Value| block.get("kind").str() == kind && block.get("id").str() == id;
        self.at(&format!("/steps/{step}/blocks")).array().iter().position(is_it)
    }

    /// A step more, at this place.
    pub fn add_step(&mut self, at: usize) {
        let id = numbered("step", at + 1, |id| self.steps().iter().any(|step| step.get("id").str() == id));
        // What every step needs has its place from the beginning.
        let blocks = ["hint", "done"].map(|kind| obj! { "kind" => kind });
        for (path, step) in [("/plan/steps", obj! { "id" => id }), ("/steps", obj! { "blocks" => blocks.to_vec() })] {
            if let Some(place) = self.place(path) {
                let steps = place.array_mut();
                steps.insert(at.min(steps.len()), step);
            }
        }
    }

    /// A step less, with what is said of it elsewhere; one stays.
    pub fn remove_step(&mut self, at: usize) {
        if self.steps().len() < 2 || at >= self.steps().len() {
            return;
        }
        let id = self.steps()[at].get("id").to_str();
        self.remove(&format!("/plan/steps/{at}"));
        self.remove(&format!("/steps/{at}"));
        if let Some(mistakes) = self.place("/plan/mistakes") {
            mistakes.array_mut().retain(|mistake| mistake.get("step").str() != &*id);
        }
        for at in 0..self.at("/plan/routes").array().len() {
            self.remove(&format!("/plan/routes/{at}/steps/{}", escaped(&id)));
        }
    }

    /// A step goes before the one before it.
    pub fn raise_step(&mut self, at: usize) {
        for path in ["/plan/steps", "/steps"] {
            if let Some(steps) = self.place(path).map(Value::array_mut)
                && at > 0
                && at < steps.len()
            {
                steps.swap(at - 1, at);
            }
        }
    }

    /// Tells the lesson from others of the same title, if that is not done yet: by the second in which it was begun.
    pub fn mark(&mut self, seconds: i64) {
        if self.0.get("name").is_null() && self.0.get("mark").is_null() {
            self.0.set("mark", seconds);
        }
    }

    /// The lesson's title in a language, or in the other.
    pub fn title(&self, lang: Language) -> &str {
        let title = self.at("/said/title");
        let mut titles = [lang].into_iter().chain(Language::ALL).map(|lang| title.get(lang.tag()).str());
        titles.find(|title| !title.is_empty()).unwrap_or_default()
    }

    /// The lesson's name, as it may be part of an address: of its title, as far as that has such letters, and of its mark. Progress
    /// is kept by name, and neither two Korean lessons nor two teachers' lessons about Pods are the same one.
    pub fn name(&self) -> String {
        if let Some(name) = self.0.get("name").as_str() {
            return name.to_owned();
        }
        let mut name = String::new();
        for c in self.title(Language::ALL[0]).to_lowercase().chars().take(60) {
            match c {
                c if c.is_ascii_alphanumeric() => name.push(c),
                _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
                _ => {}
            }
        }
        let name = match name.trim_matches('-') {
            "" => NAMELESS,
            name => name,
        };
        match self.0.get("mark").int() {
            0 => own_name(name),
            mark => own_name(&format!("{name}-{mark:x}")),
        }
    }

    /// Whether anything of a lesson was written.
    pub fn is_begun(&self) -> bool {
        !self.languages().is_empty()
    }

    /// What is handed out: this lesson, the others of the set, and those of the course that were picked. `lang` is that of a
    /// lesson without any words.
    pub fn handed_out(&self, lang: Language) -> Set {
        let pick: Vec<String> = self.0.get("pick").array().iter().map(|name| name.str().to_owned()).collect();
        let mut own: Vec<Own> = self.0.get("others").array().iter().map(Own::of).collect();
        // Nothing was written: only some lessons of the course were picked.
        if self.is_begun() || pick.is_empty() && own.is_empty() {
            let mut this = self.own(lang);
            let taken = |name: &str| own.iter().any(|other| other.name == name);
            if taken(&this.name) {
                this.name = numbered(&this.name, 2, taken);
            }
            own.push(this);
        }
        Set { title: self.0.get("heading").str().to_owned(), pick, own }
    }

    /// Another lesson of the same set is begun, or opened if it is one of the others; this one becomes one of those.
    pub fn turn_to(&mut self, other: Option<usize>, lang: Language) {
        let begun = self.is_begun();
        let this = self.own(lang).value();
        let mut others = self.0.get("others").array().to_vec();
        let next = other.filter(|at| *at < others.len()).map(|at| Own::of(&others.remove(at)));
        if begun {
            others.push(this);
        }
        let mut draft = next.map_or_else(Draft::default, |own| Draft::open(&own));
        for key in ["pick", "heading"] {
            draft.set(&format!("/{key}"), self.0.get(key).clone());
        }
        draft.0.set("others", others);
        *self = draft;
    }

    /// Takes in what was handed out: its first lesson is opened, the others are kept.
    pub fn of_set(set: &Set) -> Draft {
        let mut draft = set.own.first().map_or_else(Draft::default, Draft::open);
        draft.0.set("others", set.own.iter().skip(1).map(Own::value).collect::<Vec<Value>>());
        draft.0.set("pick", set.pick.iter().map(|name| name.as_str().into()).collect::<Vec<Value>>());
        draft.set("/heading", set.title.as_str().into());
        if draft.0.get("name").str() == own_name(NAMELESS) {
            draft.0.remove("name");
        }
        draft
    }

    /// A copy of a lesson is opened in the place of this one, to become another one; what is handed out with it stays.
    pub fn take(&mut self, own: &Own) {
        let mut draft = Draft::open(own);
        draft.0.remove("name");
        for key in ["pick", "heading", "others"] {
            draft.set(&format!("/{key}"), self.0.get(key).clone());
        }
        *self = draft;
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(unescaped).collect()
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// A key as a part of a path.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
