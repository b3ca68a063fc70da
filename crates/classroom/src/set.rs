//! Lessons that a teacher hands out in one file or one link: some of the course, some of his own.

use crate::broken::{Broken, begun, damaged, open};
use api::{Value, json};
use lessons::{Lesson, Problem};

/// What the text calls itself.
const SORT: &str = "lessons";
/// More lessons are not read.
const MOST: usize = 100;
/// Names are no longer than this.
const LONGEST_NAME: usize = 80;
/// What the names of lessons begin with that are not of the course.
const OWN: &str = "own-";

/// Lessons to be handed out: `{"kubarium":"lessons","version":1,"title":TEXT,"pick":[NAME],"lessons":[{name,files}]}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set {
    /// What is written above them; may be empty.
    pub title: String,
    /// Names of lessons of the course, in order.
    pub pick: Vec<String>,
    /// Lessons of the teacher's own; they come after those.
    pub own: Vec<Own>,
}

/// A lesson as files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    /// Its name.
    pub name: String,
    /// The files of its folder: names and texts.
    pub files: Vec<(String, String)>,
}

impl Own {
    /// The lesson in the files, and what cannot be read.
    pub fn read(&self) -> (Lesson, Vec<Problem>) {
        Lesson::read(&self.name, &self.files)
    }

    /// The lesson in a set's text.
    pub(crate) fn of(value: &Value) -> Own {
        let files = value.get("files").entries().map(|(name, text)| (name.to_string(), text.str().to_owned()));
        Own { name: value.get("name").str().to_owned(), files: files.collect() }
    }

    /// The lesson as it stands in a set's text.
    pub(crate) fn value(&self) -> Value {
        let mut files = Value::object();
        for (name, text) in &self.files {
            files.object_mut().insert(name, text.as_str().into());
        }
        api::obj! { "name" => self.name.as_str(), "files" => files }
    }
}

impl Set {
    /// Reads a set.
    ///
    /// # Errors
    /// The text is damaged, of another sort, or was made by a newer version.
    pub fn read(text: &str) -> Result<Set, Broken> {
        let value = open(text, SORT)?;
        let name = |value: &Value| -> Result<String, Broken> {
            let name = Some(value.str()).filter(|name| is_name(name));
            name.map(str::to_owned).ok_or_else(|| damaged(&format!("{:?} is no name of a lesson", value.str())))
        };
        let pick: Result<Vec<String>, Broken> = value.get("pick").array().iter().take(MOST).map(name).collect();
        let mut own = Vec::new();
        for lesson in value.get("lessons").array().iter().take(MOST) {
            let name = own_name(&name(lesson.get("name"))?);
            let taken = |name: &str| own.iter().any(|other: &Own| other.name == name);
            let name = if taken(&name) { numbered(&name, 2, taken) } else { name };
            own.push(Own { name, ..Own::of(lesson) });
        }
        let set = Set { title: value.get("title").str().to_owned(), pick: pick?, own };
        if set.pick.is_empty() && set.own.is_empty() { Err(damaged("there is no lesson in it")) } else { Ok(set) }
    }

    /// The set as text.
    pub fn text(&self) -> String {
        let mut value = begun(SORT);
        value.set("title", self.title.as_str());
        value.set("pick", self.pick.iter().map(|name| name.as_str().into()).collect::<Vec<Value>>());
        value.set("lessons", self.own.iter().map(Own::value).collect::<Vec<Value>>());
        json::to_string_pretty(&value)
    }
}

/// Whether a name may be part of an address: a lesson's name comes from links and files, which anybody may have written.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The name of a lesson that is handed out: progress and reports go by names, and no lesson of the course is called like this.
pub fn own_name(name: &str) -> String {
    match name.starts_with(OWN) {
        true => name.to_owned(),
        false => format!("{OWN}{name}").chars().take(LONGEST_NAME).collect(),
    }
}

/// A word with the first number from one on that is free.
pub(crate) fn numbered(word: &str, from: usize, taken: impl Fn(&str) -> bool) -> String {
    let mut number = from;
    loop {
        let id = format!("{word}-{number}");
        if !taken(&id) {
            return id;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let own = Own { name: "own-mine".into(), files: vec![("lesson.yaml".into(), "steps: []\n".into())] };
        let set = Set { title: "월요일 <b>".into(), pick: vec!["pod".into()], own: vec![own] };
        assert_eq!(Set::read(&set.text()), Ok(set));
    }

    #[test]
    fn a_lesson_of_ones_own_is_not_the_courses_of_that_name() {
        let text = r#"{"kubarium":"lessons","version":1,"pick":["pod"],"lessons":[{"name":"pod"},{"name":"own-pod"}]}"#;
        let set = Set::read(text).unwrap();
        let names: Vec<&str> = set.own.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["own-pod", "own-pod-2"]);
        assert_eq!(Set::read(&set.text()), Ok(set));
        assert!(is_name(&own_name(&"a".repeat(LONGEST_NAME))));
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in [
            "",
            "{}",
            r#"{"kubarium":"lessons","version":1}"#,
            r#"{"kubarium":"lessons","version":1,"pick":["../secret"]}"#,
            r#"{"kubarium":"lessons","version":1,"lessons":[{"name":"a b"}]}"#,
            r#"{"kubarium":"lessons","version":2,"pick":["pod"]}"#,
            r#"{"kubarium":"report","version":1}"#,
        ] {
            assert!(Set::read(text).is_err(), "{text}");
        }
    }
}
