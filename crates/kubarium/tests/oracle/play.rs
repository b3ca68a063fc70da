//! Plays a scenario and counts.

use crate::shell::{Answer, Shell};
use crate::{alike, mask, scenario};
use scenario::Step;
use std::fmt;
use std::path::Path;

/// The longest time that passes between two commands, in seconds: the pace of a script, not of the recorder.
const PACE: f64 = 0.2;
/// The commands whose output the recording's cluster made up; their exit status is compared.
const EMULATED: [&str; 4] = ["logs", "exec", "attach", "top"];
/// How many lines of one difference are shown.
const SHOWN: usize = 12;

/// How well a scenario was answered.
#[derive(Default)]
pub struct Score {
    /// Answers equal to the recording's.
    pub exact: usize,
    pub total: usize,
    /// The sum of all answers' likeness, from 0 to 1 each.
    pub alike: f64,
    /// The answers that are not equal, as a text to read.
    pub differences: Vec<String>,
}

impl Score {
    /// Adds another scenario's score.
    pub fn add(&mut self, other: Self) {
        self.exact += other.exact;
        self.total += other.total;
        self.alike += other.alike;
        self.differences.extend(other.differences);
    }

    fn count(&mut self, recorded: &Answer, answer: &Answer, asked: &str) {
        self.total += 1;
        if is_exact(recorded, answer, asked) {
            self.exact += 1;
            self.alike += 1.0;
            return;
        }
        self.alike += alike::ratio(&mask::sorted(&recorded.text()), &mask::sorted(&answer.text()));
        self.differences.push(difference(recorded, answer, asked));
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: f64| 100.0 * part / self.total.max(1) as f64;
        let (exact, alike) = (percent(self.exact as f64), percent(self.alike));
        write!(f, "exact {:4}/{:<4} {exact:5.1}%   alike {alike:5.1}%", self.exact, self.total)
    }
}

/// Plays a scenario into a new cluster, made with further options, and compares each answer with the recording beside it.
pub fn play(path: &Path, options: &[&str]) -> Result<Score, String> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let recording = read(&path.with_extension("jsonl"))?;
    let mut recorded = recording.lines().filter_map(Answer::read);
    let mut shell = Shell::start(options).map_err(|error| error.to_string())?;
    let mut score = Score::default();
    let mut last = 0.0;
    for step in scenario::parse(&read(path)?) {
        match step {
            Step::Command(line) => {
                let entry = recorded.next().ok_or_else(|| format!("the recording ends before: {line}"))?;
                let asked = scenario::substitute(&line, |command| {
                    shell.ask(command).map(|answer| answer.stdout.trim().to_owned()).unwrap_or_default()
                });
                shell.ask(&format!("sleep {:.3}", (entry.time - last).clamp(0.0, PACE)));
                last = entry.time;
                let answer = answer(&mut shell, &asked, options)?;
                score.count(&entry, &answer, &asked);
            }
            Step::BackgroundEnd => drop(recorded.next()),
            quiet => prepare(&mut shell, quiet),
        }
    }
    Ok(score)
}

/// The answer to a command; a shell that died over it is replaced by a new one, and that counts as a wrong answer.
fn answer(shell: &mut Shell, asked: &str, options: &[&str]) -> Result<Answer, String> {
    if let Some(answer) = shell.ask(asked) {
        return Ok(answer);
    }
    if shell.is_gone() {
        *shell = Shell::start(options).map_err(|error| error.to_string())?;
    }
    Ok(Answer { stderr: "(no answer)".into(), exit: -1, ..Answer::default() })
}

/// A step whose answer is not compared.
fn prepare(shell: &mut Shell, step: Step) {
    match step {
        Step::File { name, text } => {
            if let Some((folder, _)) = name.rsplit_once('/') {
                shell.ask(&format!("mkdir -p {folder}"));
            }
            shell.ask(&format!("cat > {name} <<'END_OF_FILE'\n{text}\nEND_OF_FILE"));
        }
        Step::Sleep(seconds) => drop(shell.ask(&format!("sleep {seconds}"))),
        Step::Unrecorded(command) => drop(shell.ask(&command)),
        Step::Wait { seconds, command } => {
            for _ in 0..(seconds * 4.0) as usize {
                if shell.ask(&command).is_none_or(|answer| answer.exit == 0) {
                    break;
                }
                shell.ask("sleep 0.25");
            }
        }
        Step::Command(_) | Step::BackgroundEnd => {}
    }
}

fn is_exact(recorded: &Answer, answer: &Answer, asked: &str) -> bool {
    let mut words = asked.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let emulated = words.any(|word| EMULATED.contains(&word));
    let same = |a: &str, b: &str| mask::sorted(a) == mask::sorted(b);
    recorded.exit == answer.exit
        && (emulated || (same(&recorded.stdout, &answer.stdout) && same(&recorded.stderr, &answer.stderr)))
}

fn difference(recorded: &Answer, answer: &Answer, asked: &str) -> String {
    let mut text = format!("  $ {asked}   (exit {}, answered {})", recorded.exit, answer.exit);
    let lines = alike::difference(&mask::mask(&recorded.text()), &mask::mask(&answer.text()));
    for line in lines.iter().take(SHOWN) {
        text.push_str("\n     ");
        text.extend(line.chars().take(170));
    }
    text
}
