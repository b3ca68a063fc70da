//! `kubarium check`: lints lessons and plays what they must accept and what they must refuse.

use classroom::{Own, Set};
use lessons::{Lesson, Problem};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Mutex;
use std::thread;

/// Where the course lies.
pub const COURSE: &str = "static/lessons";
/// Larger files are not part of a lesson.
const LARGEST: u64 = 1 << 20;
/// The stack of a thread that plays: as large as the first one's.
const STACK: usize = 8 << 20;

/// Checks the lessons in these folders (all of the course, if there are none), and prints what is wrong with them. Whether
/// nothing is.
///
/// # Errors
/// A folder cannot be read.
pub fn run(folders: &[String], only_lint: bool) -> io::Result<bool> {
    let folders = match folders {
        [] => course(Path::new(COURSE))?,
        some => some.iter().map(PathBuf::from).collect(),
    };
    let mut lessons = Vec::new();
    for folder in &folders {
        lessons.extend(sources(folder)?.into_iter().map(|own| (folder.as_path(), own)));
    }
    let mut good = true;
    for (_, fine, text) in reports(&lessons, only_lint)? {
        good &= fine;
        print!("{text}");
    }
    let bad = if good { "" } else { "; not all are good" };
    let several = if lessons.len() == 1 { "" } else { "s" };
    println!("{} lesson{several}{bad}", lessons.len());
    Ok(good)
}

/// The lessons at a path: a folder is one; a file, as the page's builder writes it, holds some.
fn sources(path: &Path) -> io::Result<Vec<Own>> {
    let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
    if path.is_file() {
        let text = fs::read_to_string(path).map_err(|error| named(&error))?;
        if !text.trim_start().starts_with('{') {
            return Err(named(&"this is neither a lesson's folder nor a file of the page's builder"));
        }
        return Ok(Set::read(&text).map_err(|broken| named(&broken.words(api::Language::English)))?.own);
    }
    let name = path.file_name().map_or_else(|| "lesson".into(), |name| name.to_string_lossy().into_owned());
    let mut files = Vec::new();
    read(path, "", &mut files).map_err(|error| named(&error))?;
    Ok(vec![Own { name, files }])
}

/// The lessons at a path, as far as they can be read.
///
/// # Errors
/// There is nothing to be read.
pub fn read_all(path: &Path) -> io::Result<Vec<Rc<Lesson>>> {
    Ok(sources(path)?.iter().map(|own| Rc::new(own.read().0)).collect())
}

/// Makes a lesson of a Killercoda or Katacoda scenario: writes its files into a folder, and prints what is left to be written.
///
/// # Errors
/// The scenario cannot be read, or the files cannot be written.
pub fn import(scenario: &str, folder: &str) -> io::Result<()> {
    let mut files = Vec::new();
    read(Path::new(scenario), "", &mut files)?;
    let imported = lessons::killercoda::import(&files).map_err(io::Error::other)?;
    let written: Vec<_> = imported.files.iter().map(|(name, text)| (Path::new(folder).join(name), text)).collect();
    // What somebody has written there is not lost.
    if let Some((path, _)) = written.iter().find(|(path, _)| path.exists()) {
        return Err(io::Error::other(format!("{} is there already", path.display())));
    }
    for (path, text) in &written {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(folder)))?;
        fs::write(path, text)?;
        println!("{}", path.display());
    }
    println!("left to be written:");
    imported.left.iter().for_each(|left| println!("  {left}"));
    Ok(())
}

/// What is to be said of each lesson (its place, whether it is good, lines), in their order. Each is played by itself, as many at
/// once as there are processors.
fn reports(lessons: &[(&Path, Own)], only_lint: bool) -> io::Result<Vec<(usize, bool, String)>> {
    let left = Mutex::new(lessons.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    let work = || {
        while let Some((at, (folder, own))) = next() {
            let (good, text) = check(folder, own, only_lint);
            if let Ok(mut done) = done.lock() {
                done.push((at, good, text));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(lessons.len());
    thread::scope(|scope| -> io::Result<()> {
        for _ in 0..threads {
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        }
        Ok(())
    })?;
    let mut done = done.into_inner().unwrap_or_default();
    done.sort();
    Ok(done)
}

/// Whether a lesson is good, and what is to be said of it.
fn check(folder: &Path, own: &Own, only_lint: bool) -> (bool, String) {
    let (lesson, mut problems) = own.read();
    if problems.is_empty() {
        problems = lessons::lint(&lesson);
    }
    let mut played = String::new();
    // What cannot be read cannot be played.
    if problems.is_empty() && !only_lint {
        let outcome = lessons::play(&Rc::new(lesson));
        played = format!(": {} routes accepted, {} mistakes refused", outcome.routes, outcome.mistakes);
        problems = outcome.problems;
    }
    problems.sort_by(|a: &Problem, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    if problems.is_empty() {
        return (true, format!("{}{played}\n", own.name));
    }
    (false, problems.iter().map(|problem| format!("{}/{problem}\n", folder.display())).collect())
}

/// The folders of a course: those that hold a lesson.
pub fn course(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("lesson.yaml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The text files below a folder, with `/` in the names of those that lie deeper.
fn read(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.metadata()?;
        if kind.is_dir() {
            read(&entry.path(), &format!("{name}/"), files)?;
        } else if kind.len() <= LARGEST {
            match fs::read_to_string(entry.path()) {
                Ok(text) => files.push((name, text)),
                Err(_) if name.starts_with("lesson.") => {
                    return Err(io::Error::other(format!("{name} is no text in UTF-8: save it as such")));
                }
                Err(_) => {}
            }
        }
    }
    Ok(())
}
