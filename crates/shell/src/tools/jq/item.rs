//! A result and the way to it; and why there are no more.

use super::value::Json;
use std::rc::Rc;

/// Why a filter gives no further results.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// An error, which `try` catches.
    Error(Json),
    /// `break`, to the label with a number.
    Break(usize),
    /// The program has done too much.
    Wild,
}

pub(super) type Run = Result<(), Stop>;

/// An error with a text.
pub(super) fn error<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Error(Json::from(text.into())))
}

/// The way from where paths begin to a value.
#[derive(Clone, Debug)]
pub(super) enum Trail {
    /// Nobody asks.
    Off,
    /// The beginning.
    Root,
    /// A step behind another one.
    Step(Rc<(Trail, Json)>),
    /// A value that was made, and lies nowhere.
    Lost,
}

impl Trail {
    pub(super) fn step(&self, key: &Json) -> Trail {
        match self {
            Trail::Off => Trail::Off,
            Trail::Lost => Trail::Lost,
            _ => Trail::Step(Rc::new((self.clone(), key.clone()))),
        }
    }

    /// A value that was made.
    pub(super) fn made(&self) -> Trail {
        if matches!(self, Trail::Off) { Trail::Off } else { Trail::Lost }
    }

    /// The keys from the beginning.
    pub(super) fn keys(&self) -> Vec<Json> {
        let (mut keys, mut at) = (Vec::new(), self);
        while let Trail::Step(step) = at {
            keys.push(step.1.clone());
            at = &step.0;
        }
        keys.reverse();
        keys
    }
}

/// A value and the way to it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) trail: Trail,
    pub(super) value: Json,
}

impl Item {
    /// A value of which nobody asks where it lies.
    pub(super) fn of(value: Json) -> Item {
        Item { trail: Trail::Off, value }
    }

    pub(super) fn made(&self, value: impl Into<Json>) -> Item {
        Item { trail: self.trail.made(), value: value.into() }
    }
}
