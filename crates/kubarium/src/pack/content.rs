//! What is in a package beside its manifest: the page, changed a little, and the lessons.

use super::{Format, Options};
use crate::check;
use lessons::Lesson;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

/// The first script of a packed page.
pub const ADAPTER: &str = "lms.js";
/// What a packed page does not have: it is kept by the platform, not by the browser.
const LEFT_OUT: &[&str] = &["worker.js", "offline.js", "kubarium.webmanifest"];
/// In its place: the page asks for it when it is idle.
const NOTHING: &str = "// In a package nothing is kept for when there is no network.\nexport const begin = () => {};\n";

/// A lesson of the package.
pub struct Packed {
    /// Its name.
    pub name: String,
    /// Its title and summary.
    pub title: String,
    /// What it is about.
    pub summary: String,
}

/// What is in a package.
pub struct Content {
    /// What it is called.
    pub title: String,
    /// The language's tag.
    pub lang: &'static str,
    /// The lessons.
    pub lessons: Vec<Packed>,
    /// Names and contents, without manifest and adapter.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Content {
    /// Reads the built page and the lessons.
    pub fn read(options: &Options) -> io::Result<Content> {
        let lessons = find(&options.lessons)?;
        let mut files = page(options)?;
        let mut index = Vec::new();
        for lesson in &lessons {
            if let Some(problem) = lessons::lint(lesson).first() {
                return Err(io::Error::other(format!("{}/{problem}", lesson.name)));
            }
            files.push((format!("lessons/{}.json", lesson.name), bundle(lesson)));
            index.push(entry(lesson));
        }
        let index = api::json::to_string(&api::Value::from(index));
        files.push(("lessons/index.json".into(), index.into_bytes()));
        let packed: Vec<Packed> = lessons.iter().map(|lesson| about(lesson, options.lang)).collect();
        let title = match (&options.title, packed.as_slice()) {
            (Some(title), _) => title.clone(),
            (None, [only]) => only.title.clone(),
            (None, _) => "Kubarium: Kubernetes".to_owned(),
        };
        Ok(Content { title, lang: options.lang.tag(), lessons: packed, files })
    }

    /// A word that changes with what is in the package, for identifiers.
    pub fn word(&self) -> String {
        let names: Vec<&str> = self.lessons.iter().map(|lesson| lesson.name.as_str()).collect();
        match names.as_slice() {
            [only] => (*only).to_owned(),
            _ => format!(
                "course-{}",
                names.join("-").bytes().fold(5381_u32, |hash, byte| { hash.wrapping_mul(33) ^ u32::from(byte) })
            ),
        }
    }
}

/// The lessons: by the name of one of the course, by a folder, by a file of the builder.
pub fn find(wanted: &[String]) -> io::Result<Vec<Rc<Lesson>>> {
    let course = Path::new(check::COURSE);
    if wanted.is_empty() {
        let mut lessons = Vec::new();
        for folder in check::course(course)? {
            lessons.extend(check::read_all(&folder)?);
        }
        lessons.sort_by_key(|lesson| lesson.plan.get("number").int());
        return Ok(lessons);
    }
    let mut lessons = Vec::new();
    for name in wanted {
        let (named, path) = (course.join(name), Path::new(name));
        let path = if classroom::is_name(name) && named.is_dir() { &named } else { path };
        lessons.extend(check::read_all(path).map_err(|error| io::Error::other(format!("{name}: {error}")))?);
    }
    if let Some(lesson) = lessons.iter().find(|lesson| !classroom::is_name(&lesson.name)) {
        let why = format!("{:?}: a lesson's name has letters of English, digits, - and _ only", lesson.name);
        return Err(io::Error::other(why));
    }
    Ok(lessons)
}

/// The files of the built page.
fn page(options: &Options) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    walk(Path::new(&options.dist), "", &mut files)
        .map_err(|error| io::Error::other(format!("{}: {error}: build the page first", options.dist)))?;
    files.push(("offline.js".into(), NOTHING.as_bytes().to_vec()));
    files.push(("lms.css".into(), include_bytes!("lms.css").to_vec()));
    let index = files.iter_mut().find(|(name, _)| name == "index.html");
    let Some((_, html)) = index else { return Err(io::Error::other(format!("{}: there is no page", options.dist))) };
    let changed = adapted(&String::from_utf8_lossy(html), options)?;
    *html = changed.into_bytes();
    Ok(files)
}

/// The page with the adapter as its first script, and, for cmi5, with leave to speak to the LRS.
fn adapted(html: &str, options: &Options) -> io::Result<String> {
    let swap = |html: &str, from: &str, to: &str| match html.matches(from).count() {
        1 => Ok(html.replace(from, to)),
        _ => Err(io::Error::other(format!("{}/index.html is not as expected: {from}", options.dist))),
    };
    let html = swap(html, "src=\"./start.js\"", &format!("src=\"./{ADAPTER}\""))?;
    let html = html.replace("<link rel=\"manifest\" href=\"./kubarium.webmanifest\">", "");
    if options.format == Format::Scorm12 {
        return Ok(html);
    }
    let to = match options.lrs.as_slice() {
        [] => "https:".to_owned(),
        some => some.join(" "),
    };
    swap(&html, "connect-src 'self'", &format!("connect-src 'self' {to}"))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            if name != "lessons" {
                walk(&entry.path(), &format!("{name}/"), files)?;
            }
        } else if !LEFT_OUT.contains(&name.as_str()) && !name.starts_with('.') {
            files.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// The files of a lesson's folder: names and texts.
pub fn files(lesson: &Lesson) -> Vec<(String, String)> {
    let mut files = vec![("lesson.yaml".to_owned(), lesson.plan_text.clone())];
    files.extend(lesson.words.iter().map(|words| (words.file.clone(), words.text.clone())));
    files.extend(lesson.files.iter().cloned());
    files
}

/// A lesson as the page fetches it.
fn bundle(lesson: &Lesson) -> Vec<u8> {
    let mut files = api::Value::object();
    for (name, text) in self::files(lesson) {
        files.object_mut().insert(&name, text.into());
    }
    api::json::to_string(&api::obj! { "files" => files }).into_bytes()
}

/// A lesson in the catalogue.
fn entry(lesson: &Lesson) -> api::Value {
    let (mut titles, mut summaries) = (api::Value::object(), api::Value::object());
    for words in &lesson.words {
        titles.object_mut().insert(words.lang.tag(), words.title.as_str().into());
        summaries.object_mut().insert(words.lang.tag(), words.summary.as_str().into());
    }
    api::obj! {
        "name" => lesson.name.as_str(),
        "number" => lesson.plan.get("number").int(),
        "level" => lesson.plan.get("level").str(),
        "minutes" => lesson.plan.get("minutes").int(),
        "steps" => lesson.steps().len() as i64,
        "title" => titles,
        "summary" => summaries,
    }
}

fn about(lesson: &Lesson, lang: api::Language) -> Packed {
    let words = lesson.words(lang);
    let text = |of: fn(&lessons::Words) -> &String| words.map(of).cloned().unwrap_or_default();
    Packed { name: lesson.name.clone(), title: text(|words| &words.title), summary: text(|words| &words.summary) }
}
