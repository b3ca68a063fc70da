//! What an awk program is.

use crate::regex::Regex;

/// A program.
#[derive(Default)]
pub(super) struct Program {
    pub(super) rules: Vec<Rule>,
    /// The functions: name, parameters, what they do.
    pub(super) functions: Vec<(String, Vec<String>, Vec<Statement>)>,
}

/// A pattern and what is done with the lines that it selects.
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    pub(super) body: Option<Vec<Statement>>,
}

pub(super) enum Pattern {
    Begin,
    End,
    Always,
    When(Expr),
    Range(Expr, Expr),
}

pub(super) enum Statement {
    /// The values, whether by a format, and where to.
    Print(Vec<Expr>, bool, Option<(Expr, To)>),
    Expr(Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    DoWhile(Vec<Statement>, Expr),
    For(Option<Box<Statement>>, Option<Expr>, Option<Box<Statement>>, Vec<Statement>),
    ForIn(String, String, Vec<Statement>),
    Delete(String, Vec<Expr>),
    Next,
    Break,
    Continue,
    Exit(Option<Expr>),
    Return(Option<Expr>),
}

/// What becomes of what is printed somewhere else.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum To {
    /// `> file`
    Write,
    /// `>> file`
    Append,
    /// `| command`
    Command,
}

pub(super) enum Expr {
    Number(f64),
    Text(String),
    Match(Regex),
    Variable(String),
    Field(Box<Expr>),
    Element(String, Vec<Expr>),
    Assign(Box<Expr>, Option<&'static str>, Box<Expr>),
    /// The place, what is added, and whether the value is the one before.
    Step(Box<Expr>, f64, bool),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Concat(Box<Expr>, Box<Expr>),
    Matches(Box<Expr>, bool, Box<Expr>),
    In(Vec<Expr>, String),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
    Group(Box<Expr>),
}

