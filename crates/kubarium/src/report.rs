//! `kubarium check --report`: reports of learners, replayed.

use crate::check;
use classroom::{Finding, Replay, Report};
use lessons::Lesson;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

/// Replays reports and prints what came of each, or a table of all. Whether each leads where it says.
///
/// # Errors
/// A lesson cannot be read.
pub fn run(files: &[String], lessons: &[String], csv: bool) -> io::Result<bool> {
    let own: Vec<Rc<Lesson>> =
        lessons.iter().map(|lesson| check::read_all(Path::new(lesson))).collect::<io::Result<Vec<_>>>()?.concat();
    let (mut good, mut judged) = (true, Vec::new());
    for file in files {
        match fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| Report::read(&text).map_err(|broken| broken.words(api::Language::English)))
        {
            Ok(report) => {
                let lesson = find(&report.lesson, &own)?;
                let (report, findings) = Replay::new(report, lesson).finish();
                good &= findings.is_empty();
                if !csv {
                    print(file, &report, &findings);
                }
                judged.push((report, Some(findings)));
            }
            Err(problem) => {
                good = false;
                eprintln!("{file}: {problem}");
            }
        }
    }
    if csv {
        print!("{}", classroom::csv(&judged, api::Language::English));
    }
    Ok(good)
}

/// The lesson of a name: one of those that were given (a folder's has another name once it is handed out), or one of the course.
fn find(name: &str, own: &[Rc<Lesson>]) -> io::Result<Option<Rc<Lesson>>> {
    if let Some(lesson) = own.iter().find(|lesson| lesson.name == name || classroom::own_name(&lesson.name) == name) {
        return Ok(Some(lesson.clone()));
    }
    let folder = Path::new(check::COURSE).join(name);
    if !classroom::is_name(name) || !folder.is_dir() {
        return Ok(None);
    }
    Ok(check::read_all(&folder)?.into_iter().next())
}

fn print(file: &str, report: &Report, findings: &[Finding]) {
    let (solved, of) = (report.solved.len(), report.of);
    let verdict = if findings.is_empty() { "replayed, and true" } else { "NOT as it says" };
    println!(
        "{file}: {}, {}: {solved} of {of} steps, {} commands ({} shown), {} s, {} attempts: {verdict}",
        report.learner, report.lesson, report.commands, report.shown, report.seconds, report.attempts
    );
    for finding in findings {
        println!("  {}", finding.words(api::Language::English));
    }
}
