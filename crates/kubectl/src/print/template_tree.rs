//! What a Go template is when it has been read: its parts, with their places, which errors name.

use api::Value;

/// A template and those it defines.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    pub defined: Vec<(String, Vec<Node>)>,
}

/// One part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Text outside the braces.
    Text(String),
    /// `{{pipeline}}`
    Action(Pipe),
    /// `{{if}} ... {{else}} ... {{end}}`
    If(Pipe, Vec<Node>, Vec<Node>),
    /// `{{with}} ... {{else}} ... {{end}}`
    With(Pipe, Vec<Node>, Vec<Node>),
    /// `{{range}} ... {{else}} ... {{end}}`
    Range(Pipe, Vec<Node>, Vec<Node>),
    /// `{{template "name" pipeline}}`
    Template(String, Option<Pipe>, Place),
    /// `{{break}}`
    Break,
    /// `{{continue}}`
    Continue,
}

/// Where something stands in the template, and how it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub at: usize,
    pub text: String,
}

/// Commands whose result is the last argument of the next, with the variables that take the result.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    /// `$i, $x :=`
    pub variables: Vec<String>,
    /// `=` instead of `:=`: an older variable gets a new value.
    pub assigns: bool,
    /// Each a function with its arguments, or a single operand.
    pub commands: Vec<Vec<Operand>>,
    /// As it is written.
    pub text: String,
}

/// What a command is made of.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub what: What,
    pub place: Place,
}

/// What an operand is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// `.`
    Dot,
    /// `.a.b`
    Field(Vec<String>),
    /// `$x.a`; the name is empty for `$`.
    Variable(String, Vec<String>),
    /// A string, a number, `true` or `false`.
    Literal(Value),
    /// `nil`
    Nil,
    /// The name of a function.
    Function(String),
    /// `(pipeline).a`
    Group(Pipe, Vec<String>),
}

/// A command as it is written.
pub(super) fn written(command: &[Operand]) -> String {
    command.iter().map(|operand| operand.place.text.as_str()).collect::<Vec<_>>().join(" ")
}
