//! The course for the page: each lesson as one file, and an index of them. They are fetched when they are wanted, so that they do
//! not weigh on the first download.

use crate::error::Result;
use crate::{build, sh};
use std::fmt::Write;
use std::path::Path;

/// Writes dist/lessons/NAME.json (`{"files": {NAME: TEXT}}`) for each lesson, and dist/lessons/index.json.
pub fn bundle() -> Result {
    let (course, target) = (sh::root().join("static/lessons"), build::dist().join("lessons"));
    std::fs::create_dir_all(&target)?;
    let mut entries = Vec::new();
    for path in sh::files_below(&course)?.into_iter().filter(|path| path.ends_with("lesson.yaml")) {
        let Some(folder) = path.parent() else { continue };
        let name = folder.strip_prefix(&course).unwrap_or(folder).display().to_string();
        let files = files(folder)?;
        let texts: Vec<_> = files.iter().map(|(name, text)| (name.clone(), quoted(text))).collect();
        std::fs::write(target.join(format!("{name}.json")), format!("{{\"files\":{}}}\n", object(&texts)))?;
        entries.push(entry(&name, &files));
    }
    std::fs::write(target.join("index.json"), format!("[{}]\n", entries.join(",\n")))?;
    Ok(())
}

/// The text files of a lesson, with `/` in the names of those that lie deeper.
fn files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in sh::files_below(folder)? {
        if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string().replace('\\', "/");
            files.push((name, text));
        }
    }
    Ok(files)
}

/// A lesson in the index: what the catalogue shows. Read line by line; `kubarium check` is who judges the files.
fn entry(name: &str, files: &[(String, String)]) -> String {
    let text = |wanted: &str| files.iter().find(|(file, _)| file == wanted).map_or("", |(_, text)| text);
    let plan = text("lesson.yaml");
    let field = |text: &str, key: &str| -> String {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}: ")));
        line.map(|value| value.split(" #").next().unwrap_or_default().trim().trim_matches('"').to_owned())
            .unwrap_or_default()
    };
    let number = |key: &str| field(plan, key).parse::<u32>().unwrap_or(0).to_string();
    let mut steps = 0;
    let (mut titles, mut summaries) = (Vec::new(), Vec::new());
    for lang in ["en", "ko"] {
        let words = text(&format!("lesson.{lang}.md"));
        if !words.is_empty() {
            titles.push((lang.to_owned(), quoted(&field(words, "title"))));
            summaries.push((lang.to_owned(), quoted(&field(words, "summary"))));
            steps = words.lines().filter(|line| line.starts_with("## ") && !line.contains("{#end}")).count();
        }
    }
    object(&[
        ("name".into(), quoted(name)),
        ("number".into(), number("number")),
        ("level".into(), quoted(&field(plan, "level"))),
        ("minutes".into(), number("minutes")),
        ("steps".into(), steps.to_string()),
        ("title".into(), object(&titles)),
        ("summary".into(), object(&summaries)),
    ])
}

/// A JSON object of values that are JSON already.
fn object(fields: &[(String, String)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => _ = write!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_has_an_entry() {
        let files = [
            ("lesson.yaml".to_owned(), "number: 4   # fourth\nlevel: beginner\nminutes: 15\n".to_owned()),
            (
                "lesson.en.md".to_owned(),
                "---\ntitle: \"A: b\"\nsummary: It \"is\".\n---\n## One {#one}\n## End {#end}\n".to_owned(),
            ),
        ];
        assert_eq!(
            entry("x", &files),
            r#"{"name":"x","number":4,"level":"beginner","minutes":15,"steps":1,"title":{"en":"A: b"},"summary":{"en":"It \"is\"."}}"#
        );
    }
}
