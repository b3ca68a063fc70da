//! What a shell's text means. Commands are shared: whoever runs them keeps what he is at.

use std::sync::Arc;

/// Commands to be run one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script(pub Arc<Vec<Item>>);

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The first pipeline.
    pub first: Pipeline,
    /// The others, each with what stands before it.
    pub rest: Vec<(Join, Pipeline)>,
    /// Whether it ends in `&`.
    pub background: bool,
    /// The text it came from, for `jobs`.
    pub text: String,
}

/// How a pipeline follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Whether `!` stands before it.
    pub negated: bool,
    /// Whether `time` stands before it.
    pub timed: bool,
    /// The commands.
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Words, assignments and redirections.
    Simple(Arc<Simple>),
    /// A keyword or bracket form, and what is redirected for all of it.
    Compound(Arc<Compound>, Arc<Vec<Redirect>>),
    /// `name() { ... }`
    Function(String, Arc<Command>),
}

/// A simple command. Without words its assignments change the shell itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Simple {
    /// What stands before the first word.
    pub assignments: Vec<Assignment>,
    /// The command and its arguments.
    pub words: Vec<Word>,
    /// The redirections, in order.
    pub redirects: Vec<Redirect>,
    /// Lists among the arguments of `declare` and its kin: given after it has run.
    pub lists: Vec<Assignment>,
}

/// `NAME=value`, `NAME[index]+=value`, `NAME=(values)`
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Which of its elements.
    pub index: Option<Word>,
    /// Whether it is `+=`.
    pub add: bool,
    /// What it gets.
    pub value: Assigned,
}

/// What a variable gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Assigned {
    /// A text.
    Text(Word),
    /// Elements, some with their index.
    List(Vec<(Option<Word>, Word)>),
}

/// The commands that contain commands.
#[derive(Clone, Debug, PartialEq)]
pub enum Compound {
    /// `{ ...; }`
    Group(Script),
    /// `( ... )`
    Subshell(Script),
    /// `if`, with its `elif`s, and `else`
    If(Vec<(Script, Script)>, Option<Script>),
    /// `for NAME in WORDS`; without `in`, over the positional parameters.
    For(String, Option<Vec<Word>>, Script),
    /// `while`, or `until` when the flag is set.
    While(bool, Script, Script),
    /// `case WORD in PATTERN) ... ;; esac`: patterns, commands, and what ends them (`;;`, `;&`, `;;&`).
    Case(Word, Vec<(Vec<Word>, Script, &'static str)>),
    /// `[[ ... ]]`, the words inside
    Test(Vec<Word>),
    /// `(( ... ))`
    Arithmetic(Word),
    /// `for ((init; test; step))`
    ForArithmetic([Word; 3], Script),
}

/// A redirection.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// Which file descriptor: the number before the operator, or the operator's own.
    pub fd: u32,
    /// What becomes of it.
    pub action: Action,
}

/// What a redirection does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `< file`
    Read(Word),
    /// `> file`, `>| file`
    Write(Word),
    /// `>> file`
    Append(Word),
    /// `<> file`
    ReadWrite(Word),
    /// `>&n`, `<&n`, `>&-`
    Duplicate(Word),
    /// `&> file` and `&>> file` (when the flag is set): standard output and standard error together.
    Both(Word, bool),
    /// A here-document or here-string: this text becomes the input.
    Text(Word),
}

/// A word, before expansion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word(pub Vec<Part>);

/// A piece of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Unquoted text: patterns, braces and `~` in it have their meaning.
    Literal(String),
    /// Quoted text: only itself.
    Quoted(String),
    /// `"..."`: expanded, but neither split nor matched against files.
    Double(Vec<Part>),
    /// `$NAME`, `${...}`
    Parameter(Parameter),
    /// `$(...)` and backquotes
    Command(Script),
    /// `<(...)`: the name of a file with what the commands print.
    File(Script),
    /// `$((...))`
    Arithmetic(Word),
}

/// A parameter expansion.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// A variable's name, a digit, or one of `?#@*$!-`.
    pub name: String,
    /// `${NAME[index]}`
    pub index: Option<Word>,
    /// What is done with its value.
    pub operation: Operation,
}

/// What a parameter expansion does with the value.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// `$NAME`
    Value,
    /// `${#NAME}`
    Length,
    /// `${NAME:-word}` and its kin: the letter (`-`, `=`, `+`, `?`), whether a colon stands before it, the word.
    Default(char, bool, Word),
    /// `${NAME#pattern}`, `##` (when the flag is set)
    Prefix(bool, Word),
    /// `${NAME%pattern}`, `%%` (when the flag is set)
    Suffix(bool, Word),
    /// `${NAME/pattern/text}`; before the pattern may stand `/` (all), `#` (at the beginning), `%` (at the end), else a blank.
    Replace(char, Word, Word),
    /// `${NAME:offset:length}`
    Slice(Word, Option<Word>),
    /// `${NAME^}`, `^^`, `,`, `,,`: the letter and whether it is doubled
    Case(char, bool),
    /// `${!NAME}`; of all elements (`${!NAME[@]}`) the indices.
    Indirect,
    /// `${NAME@Q}` and the other letters.
    Transform(char),
}

impl Parameter {
    /// Whether it means all positional parameters, or all elements: `@` or `*`.
    pub fn star(&self) -> Option<char> {
        let name = match &self.index {
            Some(index) => index.literal()?,
            None => &self.name,
        };
        match name {
            "@" => Some('@'),
            "*" => Some('*'),
            _ => None,
        }
    }
}

impl Word {
    /// A word of quoted text.
    pub fn quoted(text: impl Into<String>) -> Word {
        Word(vec![Part::Quoted(text.into())])
    }

    /// The text, if the word is nothing but unquoted text: what keywords and aliases are looked for in.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text if nothing in the word needs expansion, quotes removed.
    pub fn plain(&self) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(t) | Part::Quoted(t) => text.push_str(t),
                Part::Double(parts) => text.push_str(&Word(parts.clone()).plain()?),
                _ => return None,
            }
        }
        Some(text)
    }
}
