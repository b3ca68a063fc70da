//! `quantity('1.5Gi')` (library/quantity.go).

use super::{Function, Outcome, expect, failure, made, no_overload, of, text};
use api::quantity::Format;
use cel::Value;
use cel::objects::Opaque;
use std::cmp::Ordering;

#[derive(Debug, PartialEq, Eq)]
struct Quantity(api::Quantity);

impl Opaque for Quantity {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.Quantity"
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("quantity", |this, _| match api::Quantity::parse(text(this)?) {
        Ok(quantity) => made(Quantity(quantity)),
        Err(why) => Err(failure(why)),
    }),
    ("isQuantity", |this, _| Ok(Value::Bool(api::Quantity::parse(text(this)?).is_ok()))),
    ("isInteger", |this, _| Ok(Value::Bool(expect::<Quantity>(this)?.0.is_whole()))),
    ("asInteger", |this, _| match expect::<Quantity>(this)?.0 {
        quantity if quantity.is_whole() => Ok(Value::Int(quantity.value())),
        _ => Err(failure("cannot convert value to integer")),
    }),
    ("asApproximateFloat", |this, _| Ok(Value::Float(expect::<Quantity>(this)?.0.milli_value() as f64 / 1000.0))),
    ("sign", |this, _| {
        let quantity = expect::<Quantity>(this)?.0;
        Ok(Value::Int(if quantity.is_zero() { 0 } else { 1 - 2 * i64::from(quantity.is_negative()) }))
    }),
    ("add", |this, args| sum(this, args, |a, b| a + b)),
    ("sub", |this, args| sum(this, args, |a, b| a - b)),
];

/// What the other side of a sum is: a quantity, or a whole number.
fn sum(this: &Value, args: &[Value], of_both: fn(api::Quantity, api::Quantity) -> api::Quantity) -> Outcome {
    let own = expect::<Quantity>(this)?.0;
    let other = match args {
        [Value::Int(number)] => api::Quantity::from_value(*number, Format::DecimalSi),
        [other] => expect::<Quantity>(other)?.0,
        _ => return Err(no_overload()),
    };
    made(Quantity(of_both(own, other)))
}

/// How two quantities compare; none if these are not two.
pub(super) fn compare(this: &Value, args: &[Value]) -> Option<Ordering> {
    let [other] = args else { return None };
    Some(of::<Quantity>(this)?.0.cmp(&of::<Quantity>(other)?.0))
}
