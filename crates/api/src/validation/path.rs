//! Where a field is, and the list of what is wrong. A path costs nothing until something is.

use crate::{FieldError, Value};
use std::fmt;

/// The path of a field, built on the stack from its parent's.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    part: Part<'a>,
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The path of the whole object, of which nothing is printed.
    pub fn nowhere() -> Path<'a> {
        Path::root("")
    }

    /// Whether it is that of the whole object.
    pub fn is_nowhere(&self) -> bool {
        matches!(self.part, Part::Field(""))
    }

    pub fn root(field: &'a str) -> Path<'a> {
        Path { parent: None, part: Part::Field(field) }
    }

    /// `path.field`
    pub fn child<'b>(&'b self, field: &'b str) -> Path<'b> {
        Path { parent: Some(self), part: Part::Field(field) }
    }

    /// `path[0]`
    pub fn index<'b>(&'b self, index: usize) -> Path<'b> {
        Path { parent: Some(self), part: Part::Index(index) }
    }

    /// `path[key]`
    pub fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path { parent: Some(self), part: Part::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The whole object has no name.
        let parent = self.parent.filter(|parent| !matches!(parent.part, Part::Field("")));
        if let Some(parent) = parent {
            parent.fmt(f)?;
        }
        match (self.part, parent) {
            (Part::Field(field), None) => write!(f, "{field}"),
            (Part::Field(field), Some(_)) => write!(f, ".{field}"),
            (Part::Index(index), _) => write!(f, "[{index}]"),
            (Part::Key(key), _) => write!(f, "[{key}]"),
        }
    }
}

/// What is wrong with an object, in the order in which the server says it.
#[derive(Default)]
pub(super) struct Errors(pub Vec<FieldError>);

impl Errors {
    pub fn required(&mut self, path: &Path, detail: &str) {
        self.0.push(FieldError::required(path.to_string(), detail));
    }

    pub fn invalid(&mut self, path: &Path, value: impl Into<Value>, detail: &str) {
        self.0.push(FieldError::invalid(path.to_string(), &value.into(), detail));
    }

    /// As [`Errors::invalid`], with the value as it is to be shown.
    pub fn invalid_as(&mut self, path: &Path, shown: &str, detail: &str) {
        let message = format!("Invalid value: {shown}: {detail}");
        self.0.push(FieldError { reason: "FieldValueInvalid", field: path.to_string(), message });
    }

    /// As [`Errors::invalid`], without the value (`field.OmitValueType`).
    pub fn invalid_field(&mut self, path: &Path, detail: &str) {
        let message = format!("Invalid value: {detail}");
        self.0.push(FieldError { reason: "FieldValueInvalid", field: path.to_string(), message });
    }

    /// One error for each message.
    pub fn invalids(&mut self, path: &Path, value: impl Into<Value>, messages: Vec<String>) {
        if messages.is_empty() {
            return;
        }
        let value = value.into();
        for message in messages {
            self.invalid(path, &value, &message);
        }
    }

    pub fn unsupported(&mut self, path: &Path, value: &str, supported: &[&str]) {
        self.0.push(FieldError::unsupported(path.to_string(), &value.into(), supported));
    }

    /// As [`Errors::unsupported`], of something that is no text.
    pub fn unsupported_value(&mut self, path: &Path, value: &Value, supported: &[&str]) {
        self.0.push(FieldError::unsupported(path.to_string(), value, supported));
    }

    /// As [`Errors::unsupported`], with the value as it is to be shown.
    pub fn unsupported_as(&mut self, path: &Path, shown: &str, supported: &[&str]) {
        let mut error = FieldError::unsupported(path.to_string(), &Value::Null, supported);
        error.message = error.message.replacen("null", shown, 1);
        self.0.push(error);
    }

    pub fn too_many(&mut self, path: &Path, count: usize, most: usize) {
        let message = format!("Too many: {count}: must have at most {most} items");
        self.0.push(FieldError { reason: "FieldValueTooMany", field: path.to_string(), message });
    }

    pub fn duplicate(&mut self, path: &Path, value: impl Into<Value>) {
        self.0.push(FieldError::duplicate(path.to_string(), &value.into()));
    }

    pub fn forbidden(&mut self, path: &Path, detail: &str) {
        self.0.push(FieldError::forbidden(path.to_string(), detail));
    }

    pub fn not_found(&mut self, path: &Path, value: &str) {
        self.0.push(FieldError::not_found(path.to_string(), &value.into()));
    }

    pub fn too_long(&mut self, path: &Path, most: usize) {
        let message = format!("Too long: may not be more than {most} bytes");
        self.0.push(FieldError { reason: "FieldValueTooLong", field: path.to_string(), message });
    }

    /// A number that may be 0 but not less.
    pub fn nonnegative(&mut self, path: &Path, value: &Value) {
        if value.int() < 0 {
            self.invalid(path, value, NOT_NEGATIVE);
        }
    }

    /// A text that must be there and be one of `supported`.
    pub fn one_of(&mut self, path: &Path, value: &Value, supported: &[&str]) {
        match value.str() {
            "" => self.required(path, ""),
            text if supported.contains(&text) => {}
            text => self.unsupported(path, text, supported),
        }
    }

    /// A text that, if it is there, must be one of `supported`.
    pub fn optionally_one_of(&mut self, path: &Path, value: &Value, supported: &[&str]) {
        if !value.str().is_empty() {
            self.one_of(path, value, supported);
        }
    }

    /// A text that must be there.
    pub fn present(&mut self, path: &Path, value: &Value) {
        if value.str().is_empty() {
            self.required(path, "");
        }
    }

    /// A field that may not change.
    pub fn immutable(&mut self, path: &Path, new: &Value, old: &Value) {
        if new != old {
            self.invalid(path, new, IMMUTABLE);
        }
    }
}

pub(super) const NOT_NEGATIVE: &str = "must be greater than or equal to 0";
pub(super) const IMMUTABLE: &str = "field is immutable";
