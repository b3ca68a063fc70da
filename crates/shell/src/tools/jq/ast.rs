//! What a program is.

use super::value::Json;
use std::rc::Rc;

/// A filter: values in, values out.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    /// `.`
    Same,
    /// `..`
    All,
    /// A constant.
    Literal(Json),
    /// `"a\(b)c"`, each part put into a form (`@base64 "..."`).
    Text(Rc<str>, Vec<Part>),
    /// `a.b`, `a[b]`
    Index(Box<Filter>, Box<Filter>),
    /// `a[b:c]`
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    /// `a[]`
    Each(Box<Filter>),
    /// `a?`, `try a`, `try a catch b`
    Try(Box<Filter>, Option<Box<Filter>>),
    /// `a | b`
    Pipe(Box<Filter>, Box<Filter>),
    /// `a, b`
    Both(Box<Filter>, Box<Filter>),
    /// `a + b` and the other operators that make a value of two.
    Binary(&'static str, Box<Filter>, Box<Filter>),
    /// `a and b`, `a or b`
    Logic(bool, Box<Filter>, Box<Filter>),
    /// `a // b`
    Otherwise(Box<Filter>, Box<Filter>),
    /// `a = b`, `a |= b`, `a += b`: the operator without its `=`; empty for `=`.
    Assign(&'static str, Box<Filter>, Box<Filter>),
    /// `-a`
    Negate(Box<Filter>),
    /// `[a]`
    List(Option<Box<Filter>>),
    /// `{a: b}`
    Map(Vec<(Filter, Filter)>),
    /// `if a then b else c end`
    If(Box<Filter>, Box<Filter>, Box<Filter>),
    /// `a as $x | b`; further patterns behind `?//`.
    Bind(Box<Filter>, Vec<Pattern>, Box<Filter>),
    /// `reduce a as $x (b; c)`
    Reduce(Box<Filter>, Pattern, Box<Filter>, Box<Filter>),
    /// `foreach a as $x (b; c; d)`
    Foreach(Box<Filter>, Pattern, Box<Filter>, Box<Filter>, Option<Box<Filter>>),
    /// `def f(a): b; c`
    Define(Rc<Definition>, Box<Filter>),
    /// `label $x | a`
    Label(Rc<str>, Box<Filter>),
    /// `break $x`
    Break(Rc<str>),
    /// `$x`
    Variable(Rc<str>),
    /// `name(a; b)`
    Call(Rc<str>, Vec<Filter>),
    /// `@name`
    Format(Rc<str>),
}

/// A part of a string.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// As it stands.
    Plain(Rc<str>),
    /// `\(a)`
    Filled(Filter),
}

/// What a value is taken apart by.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// `$x`
    Name(Rc<str>),
    /// `[a, b]`
    List(Vec<Pattern>),
    /// `{a: b}`; a key may be bound as well (`{$x: b}`, `{$x}`).
    Map(Vec<Field>),
}

/// A key of an object's pattern: the name that it is bound to, the key, and what its value is taken apart by.
pub(super) type Field = (Option<Rc<str>>, Filter, Option<Pattern>);

/// A function.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: Rc<str>,
    /// Parameters; those that begin with `$` are values.
    pub(super) parameters: Vec<Rc<str>>,
    pub(super) body: Filter,
}
