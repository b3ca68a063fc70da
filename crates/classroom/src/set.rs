//! Lessons that a teacher hands out in one file or one link: some of the course, some of his own.

use crate::broken::{Broken, begun, damaged, open};
use api::{Value, json};
use lessons::{Lesson, Problem};

/// What the text calls itself.
const SORT: &str = "lessons";
/// More lessons are not read.
const MOST: usize = 100;

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
            own.push(Own { name: name(lesson.get("name"))?, ..Own::of(lesson) });
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
        && name.len() <= 80
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let own = Own { name: "mine".into(), files: vec![("lesson.yaml".into(), "steps: []\n".into())] };
        let set = Set { title: "월요일 <b>".into(), pick: vec!["pod".into()], own: vec![own] };
        assert_eq!(Set::read(&set.text()), Ok(set));
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
