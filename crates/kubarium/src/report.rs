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
    let verdict = if findings.is_empty() { "replayed, and true" } else { "NOT as it says" };
    let Report { learner, lesson, solved, of, shown, seconds, .. } = report;
    let (commands, attempts) = (many(report.commands, "command"), many(report.attempts, "attempt"));
    println!(
        "{file}: {}, {}: {} of {of} steps, {commands} ({shown} shown), {seconds} s, {attempts}: {verdict}",
        harmless(learner),
        harmless(lesson),
        solved.len()
    );
    for finding in findings {
        println!("  {}", harmless(&finding.words(api::Language::English)));
    }
}

fn many(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// What a learner wrote, on one line and without a word to the terminal: a name must not look like a verdict.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_line_of_the_answer() {
        assert_eq!(harmless("Kim\n\u{1b}[1Ax.json: true"), "Kim\u{fffd}\u{fffd}[1Ax.json: true");
        assert_eq!([many(1, "command"), many(0, "command")], ["1 command", "0 commands"]);
    }
}
