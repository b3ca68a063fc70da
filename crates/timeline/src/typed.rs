//! What was typed, as a script for bash: a session's lines are more than commands, for some were read by what ran.

use crate::export::{END, portable};
use crate::{Entry, Input, Recording};
use api::{Time, Value, yaml};
use script::syntax::{self, Aliases, Command, Error, Item};
use std::fmt::Write as _;

/// Programs that only the simulated machines answer: elsewhere there may be others of that name.
const SIMULATED: [&str; 2] = ["ssh", "registry"];
/// How one knows the simulated workstation.
pub(crate) const AT_HOME: &str = "[ \"$USER@$HOSTNAME\" = student@workstation ]";
/// The editors whose text is a file's.
const EDITORS: [&str; 3] = ["vi", "vim", "nano"];
/// What a cluster writes into an object, and refuses to change.
const FIXED: [&str; 5] = ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"];

/// A command, and what was done while it ran.
#[derive(Debug, Default)]
struct Typed {
    text: String,
    at: Time,
    /// What it read from the terminal.
    read: Option<String>,
    /// What the editor gave back that it had opened.
    edited: Option<Option<String>>,
    /// After so many seconds Ctrl-C ended it.
    ended: Option<i64>,
}

/// The commands of a session as a script that does the same, without a person to answer it: what was typed into a command is its
/// input, what an editor gave back is written, and what Ctrl-C ended has its time. Empty if nothing was typed.
pub fn script(recording: &Recording) -> String {
    let commands = commands(&recording.entries);
    if commands.is_empty() {
        return String::new();
    }
    let mut script = "#!/bin/bash\n".to_owned();
    let mentions = |program: &str| {
        let words =
            |typed: &Typed| typed.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|w| w == program);
        commands.iter().any(words)
    };
    if mentions("alias") {
        script += "shopt -s expand_aliases\n";
    }
    let simulated: Vec<&str> = SIMULATED.into_iter().filter(|program| mentions(program)).collect();
    if !simulated.is_empty() {
        script += "# The machines are simulated: elsewhere, what is done to them is only told.\n";
    }
    for program in simulated {
        _ = writeln!(script, "{AT_HOME} || {program}() {{ echo \"left out: {program} $*\"; }}");
    }
    commands.iter().for_each(|typed| write(&mut script, typed));
    script
}

fn commands(entries: &[Entry]) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    for Entry { when, input } in entries {
        if let Input::Command(text) = input {
            commands.push(Typed { text: text.clone(), at: when.at, ..Typed::default() });
            continue;
        }
        let Some(last) = commands.last_mut() else { continue };
        match input {
            Input::Line(line) if goes_on(&last.text) => last.text = format!("{}\n{line}", last.text),
            Input::Line(line) => *last.read.get_or_insert_default() += &format!("{line}\n"),
            Input::End if !goes_on(&last.text) => drop(last.read.get_or_insert_default()),
            Input::Interrupt if goes_on(&last.text) => drop(commands.pop()),
            Input::Interrupt => last.ended = Some((when.at.0 - last.at.0) / 1_000_000 + 1),
            Input::Edited(text) => last.edited = Some(text.clone()),
            Input::Command(_) | Input::End => {}
        }
    }
    commands
}

/// Whether the shell asks for another line.
fn goes_on(text: &str) -> bool {
    let escaped = text.len() - text.trim_end_matches('\\').len();
    escaped % 2 == 1 || matches!(syntax::parse(&format!("{text}\n"), &Aliases::new()), Err(Error::Incomplete(_)))
}

fn write(script: &mut String, typed: &Typed) {
    let first = first_word(&typed.text);
    let file = typed.text.split_whitespace().last().filter(|_| first.as_deref().is_some_and(|w| EDITORS.contains(&w)));
    let text = match (&typed.edited, &typed.read, typed.ended) {
        (Some(Some(text)), ..) => match (file, objects(text)) {
            (Some(file), _) => {
                return script.push_str(&here(&format!("cat > {file}"), &format!("{}\n", text.trim_end())));
            }
            (None, Some(objects)) => {
                _ = writeln!(script, "{}", commented(&typed.text));
                return script.push_str(&here("kubectl replace -f -", &objects));
            }
            (None, None) => alone(&typed.text),
        },
        (Some(None), ..) => format!("# Left as it was:\n{}", commented(&typed.text)),
        (None, Some(read), _) if read.is_empty() => format!("{{ {}\n}} </dev/null", typed.text),
        (None, Some(read), _) => return script.push_str(&here(&format!("{{ {}\n}}", typed.text), read)),
        (None, None, Some(seconds)) if first.is_some() => format!("timeout {seconds} {}", typed.text.trim_start()),
        (None, None, Some(_)) => alone(&typed.text),
        (None, None, None) => typed.text.clone(),
    };
    _ = writeln!(script, "{text}");
}

/// A command that reads a text.
fn here(command: &str, text: &str) -> String {
    let mut end = END.to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    format!("{command} <<'{end}'\n{text}{end}\n")
}

/// What a script cannot do.
fn alone(text: &str) -> String {
    format!("# It needed somebody to answer or to end it:\n{}", commented(text))
}

fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {line}")).collect::<Vec<_>>().join("\n")
}

/// The program that a text of one command begins with, so that something may be set before it.
fn first_word(text: &str) -> Option<String> {
    let parsed = syntax::parse(&format!("{text}\n"), &Aliases::new()).ok()?;
    let [Item { first, rest, background: false, .. }] = parsed.0.as_slice() else { return None };
    let Some(Command::Simple(simple)) =
        first.commands.first().filter(|_| rest.is_empty() && !first.negated && !first.timed)
    else {
        return None;
    };
    let word = simple.words.first().filter(|_| simple.assignments.is_empty())?.literal()?;
    (!script::is_builtin(word)).then(|| word.to_owned())
}

/// What an editor gave back of objects, for another cluster: there, they have other identities. None if it is a file's text.
fn objects(text: &str) -> Option<String> {
    let documents = yaml::documents(text).ok()?;
    let [document] = documents.as_slice() else { return None };
    let whole = |object: &Value| {
        let mut object = portable(object).unwrap_or_else(|| object.clone());
        FIXED.iter().for_each(|field| drop(object.at_mut("metadata").remove(field)));
        yaml::to_string(&object)
    };
    match &document["items"] {
        Value::Array(items) => Some(items.iter().map(whole).collect::<Vec<_>>().join("---\n")),
        _ => (!document.name().is_empty()).then(|| whole(document)),
    }
}
