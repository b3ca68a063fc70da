//! What becomes a [`Value`]: numbers, texts, lists, and the macros that write whole trees.

use super::{Map, Str, Value};
use std::sync::Arc;

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Float(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Int(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Value {
        Value::Int(value as i64)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::String(value.into())
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Value {
        Value::String(value)
    }
}

impl From<&Str> for Value {
    fn from(value: &Str) -> Value {
        Value::String(value.clone())
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Value {
        value.clone()
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Value {
        Value::Object(Arc::new(value))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        items.into_iter().collect()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        Value::Array(Arc::new(items.into_iter().map(Into::into).collect()))
    }
}

/// An object: `obj! { "name" => "web", "replicas" => 3 }`. Entries whose value is null are left out; a field that is to be
/// there with null comes last: `obj! { "type" => "Ready"; null "lastProbeTime" }`.
#[macro_export]
macro_rules! obj {
    ($($key:expr => $value:expr),*; null $null:literal) => {
        $crate::Value::with_null(&mut [
            $((::core::convert::AsRef::<str>::as_ref(&$key), $value.into()),)* ($null, $crate::Value::Null)
        ])
    };
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::Value::from_entries(&mut [$((::core::convert::AsRef::<str>::as_ref(&$key), $value.into())),*])
    };
}

/// An array: `list![1, "two", obj! {}]`.
#[macro_export]
macro_rules! list {
    ($($item:expr),* $(,)?) => {
        $crate::Value::Array(std::sync::Arc::new(vec![$($crate::Value::from($item)),*]))
    };
}
