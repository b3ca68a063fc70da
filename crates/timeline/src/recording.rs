//! What makes a session what it is.

use cluster::Options;
use shell::session::Moment;

/// What a person does to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line that begins a command.
    Command(String),
    /// A line that goes on with a command, or that a command reads.
    Line(String),
    /// Ctrl-D.
    End,
    /// Ctrl-C.
    Interrupt,
    /// What the editor gives back; none to leave the file as it was.
    Edited(Option<String>),
}

/// Something that was done, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The moment; its time is counted from the session's start.
    pub when: Moment,
    /// What was done.
    pub input: Input,
}

/// A course that was left when the session went back and did something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How it is called: by its first command.
    pub name: String,
    /// Everything that was done in it, from the session's start.
    pub entries: Vec<Entry>,
    /// How far it went.
    pub end: Moment,
}

/// A session as what was done in it. Its times are counted from the session's start.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The cluster.
    pub options: Options,
    /// What was done.
    pub entries: Vec<Entry>,
    /// How far it went.
    pub end: Moment,
    /// The state at the end: whoever replays it with another version sees whether the same came out.
    pub hash: Option<u64>,
    /// What else had been tried.
    pub branches: Vec<Branch>,
}

impl Recording {
    /// A session in which nothing has been done yet.
    pub fn new(options: Options) -> Recording {
        Recording { options, entries: Vec::new(), end: Moment::default(), hash: None, branches: Vec::new() }
    }

    /// The session as it was just before its last command.
    pub fn without_last_command(mut self) -> Recording {
        if let Some(last) = self.entries.iter().rposition(|entry| matches!(entry.input, Input::Command(_))) {
            self.end = self.entries[last].when;
            self.entries.truncate(last);
            self.hash = None;
        }
        self
    }

    /// The lines that began commands.
    pub fn commands(&self) -> Vec<String> {
        let command = |entry: &Entry| match &entry.input {
            Input::Command(line) => Some(line.clone()),
            _ => None,
        };
        self.entries.iter().filter_map(command).collect()
    }

    /// The lines that were typed, as a script; further lines of a command follow it.
    pub fn script(&self) -> String {
        let mut script = String::new();
        for entry in &self.entries {
            if let Input::Command(line) | Input::Line(line) = &entry.input {
                script.push_str(line);
                script.push('\n');
            }
        }
        script
    }
}
