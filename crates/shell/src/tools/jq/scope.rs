//! What names mean at a place of a program, and how functions are called.

use super::ast::{Definition, Filter};
use super::eval::{Machine, Out};
use super::functions;
use super::item::{Item, Run};
use super::value::Json;
use std::rc::Rc;

/// What names mean.
pub(super) type Scope<'p> = Option<Rc<Node<'p>>>;

/// A name, and the names before it.
pub(super) struct Node<'p> {
    pub(super) name: Rc<str>,
    pub(super) what: Meaning<'p>,
    pub(super) before: Scope<'p>,
}

#[derive(Clone)]
pub(super) enum Meaning<'p> {
    Value(Json),
    /// A function; it sees what was known before it, and itself.
    Function(&'p Definition),
    /// An argument, and where it was written.
    Argument(&'p Filter, Scope<'p>),
    Label(usize),
}

/// Puts a name before others.
pub(super) fn bind<'p>(scope: &Scope<'p>, name: impl Into<Rc<str>>, what: Meaning<'p>) -> Scope<'p> {
    Some(Rc::new(Node { name: name.into(), what, before: scope.clone() }))
}

/// A function's name with the number of its arguments.
pub(super) fn called(name: &str, arguments: usize) -> String {
    format!("{name}/{arguments}")
}

pub(super) fn find<'s, 'p>(scope: &'s Scope<'p>, name: &str) -> Option<&'s Node<'p>> {
    let mut at = scope.as_deref();
    while let Some(node) = at {
        if &*node.name == name {
            return Some(node);
        }
        at = node.before.as_deref();
    }
    None
}

impl Machine {
    pub(super) fn call<'p>(&self, name: &Rc<str>, arguments: &'p [Filter], scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        match find(scope, &called(name, arguments.len())) {
            Some(Node { what: Meaning::Argument(filter, theirs), .. }) => self.eval(filter, theirs, input, out),
            Some(node @ Node { what: Meaning::Function(definition), .. }) => {
                // The function sees what was known where it was written, and itself.
                let inside = bind(&node.before, node.name.clone(), Meaning::Function(definition));
                self.enter(definition, arguments, scope, inside, input, out)
            }
            _ => functions::call(self, name, arguments, scope, input, out),
        }
    }

    fn enter<'p>(
        &self,
        definition: &'p Definition,
        arguments: &'p [Filter],
        scope: &Scope<'p>,
        inside: Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let at = definition.parameters.len() - arguments.len();
        let Some((argument, rest)) = arguments.split_first() else {
            return self.eval(&definition.body, &inside, input, out);
        };
        let parameter = &definition.parameters[at];
        match parameter.strip_prefix('$') {
            None => {
                let inside = bind(&inside, called(parameter, 0), Meaning::Argument(argument, scope.clone()));
                self.enter(definition, rest, scope, inside, input, out)
            }
            // A value is a function of its name as well.
            Some(name) => {
                let plain = Item::of(input.value.clone());
                self.eval(argument, scope, &plain, &mut |value| {
                    let inside = bind(&inside, called(name, 0), Meaning::Argument(argument, scope.clone()));
                    let inside = bind(&inside, format!("${name}"), Meaning::Value(value.value));
                    self.enter(definition, rest, scope, inside, input, out)
                })
            }
        }
    }
}
