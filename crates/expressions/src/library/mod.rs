//! What Kubernetes adds to CEL (k8s.io/apiserver/pkg/cel/library): a file for each library, with its functions as a table.

mod authorizer;
mod format;
mod ip;
mod lists;
mod quantity;
mod semver;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use authorizer::authorizer;

use cel::common::types::{CelString, Type};
use cel::common::value::CowVal;
use cel::extractors::{Arguments, This};
use cel::objects::{Opaque, OptionalValue};
use cel::{Context, Env, ExecutionError, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// What a function comes to.
type Outcome = Result<Value, ExecutionError>;
/// A function of what it is called on, or its first argument, and of its arguments: without what it is called on, but with the
/// first one where there is no such thing.
type Function = fn(&Value, &[Value]) -> Outcome;

/// The names of libraries before a dot, which are no variables.
pub(crate) const NAMESPACES: &[&str] = &["format", "ip"];

/// The functions that several types have.
const SHARED: &[(&str, Function)] = &[
    ("isLessThan", |this, args| Ok(Value::Bool(compare(this, args)?.is_lt()))),
    ("isGreaterThan", |this, args| Ok(Value::Bool(compare(this, args)?.is_gt()))),
    ("compareTo", |this, args| Ok(Value::Int(compare(this, args)? as i64))),
];

/// Adds all of them.
pub(crate) fn add(context: &mut Context<'_, '_>) {
    let tables = [
        SHARED,
        authorizer::FUNCTIONS,
        format::FUNCTIONS,
        ip::FUNCTIONS,
        lists::FUNCTIONS,
        quantity::FUNCTIONS,
        semver::FUNCTIONS,
        url::FUNCTIONS,
    ];
    for (name, function) in tables.into_iter().flatten() {
        let function = *function;
        let call = move |This(this): This<Value>, Arguments(args): Arguments| function(&this, &args);
        // A name that the standard library has stays the standard library's.
        let _ = context.add_function(name, call);
    }
    format::add(context);
}

/// Declares what the standard library has for other types only: addresses as text.
pub(crate) fn declare(env: &mut Env) {
    for name in ["net.IP", "net.CIDR"] {
        let _ = env.add_overload("string", &format!("{name}_to_string"), vec![Type::new_opaque_type(name)], shown);
    }
}

fn shown<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let first = args.first().ok_or_else(no_overload)?;
    let text = ip::shown(&Value::try_from(first.as_ref())?).ok_or_else(no_overload)?;
    Ok(CowVal::owned(CelString::from(text)))
}

fn compare(this: &Value, args: &[Value]) -> Result<Ordering, ExecutionError> {
    quantity::compare(this, args).or_else(|| semver::compare(this, args)).ok_or_else(no_overload)
}

/// A value of a type of ours; none for another.
fn of<T: Opaque>(value: &Value) -> Option<&T> {
    match value {
        Value::Opaque(opaque) => opaque.downcast_ref(),
        _ => None,
    }
}

/// The same, or the error of a call that fits no function.
fn expect<T: Opaque>(value: &Value) -> Result<&T, ExecutionError> {
    of(value).ok_or_else(no_overload)
}

fn made(value: impl Opaque) -> Outcome {
    Ok(Value::Opaque(Arc::new(value)))
}

fn text(value: &Value) -> Result<&str, ExecutionError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(no_overload()),
    }
}

fn string(text: impl Into<String>) -> Value {
    Value::String(Arc::new(text.into()))
}

fn optional(value: Option<Value>) -> Value {
    Value::Opaque(Arc::new(value.map_or_else(OptionalValue::none, OptionalValue::of)))
}

fn no_overload() -> ExecutionError {
    failure("no such overload")
}

fn failure(message: impl Into<String>) -> ExecutionError {
    ExecutionError::function_error("", message.into())
}
