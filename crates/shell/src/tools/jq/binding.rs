//! Names for values: `as`, `reduce`, `foreach`, `label`.

use super::ast::{Field, Filter, Pattern};
use super::eval::{Machine, Out};
use super::item::{Item, Run, Stop, error};
use super::paths;
use super::scope::{Meaning, Scope, bind};
use super::value::Json;
use std::rc::Rc;

impl Machine {
    pub(super) fn bound<'p>(
        &self,
        source: &'p Filter,
        patterns: &'p [Pattern],
        body: &'p Filter,
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let plain = Item::of(input.value.clone());
        // Names of other patterns are there, too, and null.
        let mut base = scope.clone();
        if patterns.len() > 1 {
            let mut names = Vec::new();
            patterns.iter().for_each(|pattern| pattern.names(&mut names));
            for name in names {
                base = bind(&base, format!("${name}"), Meaning::Value(Json::Null));
            }
        }
        self.eval(source, scope, &plain, &mut |value| {
            for (at, pattern) in patterns.iter().enumerate() {
                let run = self.take_apart(pattern, &value.value, &base, input, &mut |scope| self.eval(body, scope, input, out));
                match run {
                    Err(Stop::Error(_)) if at + 1 < patterns.len() => {}
                    run => return run,
                }
            }
            Ok(())
        })
    }

    /// Binds the names of a pattern to parts of a value.
    fn take_apart<'p>(
        &self,
        pattern: &'p Pattern,
        value: &Json,
        scope: &Scope<'p>,
        input: &Item,
        then: &mut dyn FnMut(&Scope<'p>) -> Run,
    ) -> Run {
        match pattern {
            Pattern::Name(name) => then(&bind(scope, format!("${name}"), Meaning::Value(value.clone()))),
            Pattern::List(items) => self.take_items(items, 0, value, scope, input, then),
            Pattern::Map(fields) => self.take_fields(fields, value, scope, input, then),
        }
    }

    fn take_items<'p>(
        &self,
        items: &'p [Pattern],
        at: usize,
        value: &Json,
        scope: &Scope<'p>,
        input: &Item,
        then: &mut dyn FnMut(&Scope<'p>) -> Run,
    ) -> Run {
        let Some(pattern) = items.get(at) else { return then(scope) };
        let part = paths::at(value, &at.into())?;
        self.take_apart(pattern, &part, scope, input, &mut |scope| self.take_items(items, at + 1, value, scope, input, then))
    }

    fn take_fields<'p>(
        &self,
        fields: &'p [Field],
        value: &Json,
        scope: &Scope<'p>,
        input: &Item,
        then: &mut dyn FnMut(&Scope<'p>) -> Run,
    ) -> Run {
        let Some(((name, key, pattern), rest)) = fields.split_first() else { return then(scope) };
        let plain = Item::of(input.value.clone());
        self.eval(key, scope, &plain, &mut |key| {
            if !matches!(key.value, Json::Text(_)) {
                return error(format!("Cannot index {} with {}", value.kind(), key.value.kind()));
            }
            let part = paths::at(value, &key.value)?;
            let scope = match name {
                Some(name) => bind(scope, format!("${name}"), Meaning::Value(part.clone())),
                None => scope.clone(),
            };
            match pattern {
                Some(pattern) => self.take_apart(pattern, &part, &scope, input, &mut |scope| {
                    self.take_fields(rest, value, scope, input, then)
                }),
                None => self.take_fields(rest, value, &scope, input, then),
            }
        })
    }

    pub(super) fn reduce<'p>(
        &self,
        source: &'p Filter,
        pattern: &'p Pattern,
        (start, update): (&'p Filter, &'p Filter),
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let plain = Item::of(input.value.clone());
        self.eval(start, scope, input, &mut |start| {
            let mut state = Some(start);
            self.eval(source, scope, &plain, &mut |value| {
                self.take_apart(pattern, &value.value, scope, &plain, &mut |scope| {
                    let before = state.take().unwrap_or_else(|| input.made(Json::Null));
                    let mut last = None;
                    self.eval(update, scope, &before, &mut |item| {
                        last = Some(item);
                        Ok(())
                    })?;
                    state = last;
                    Ok(())
                })
            })?;
            out(state.take().unwrap_or_else(|| input.made(Json::Null)))
        })
    }

    pub(super) fn foreach<'p>(
        &self,
        source: &'p Filter,
        pattern: &'p Pattern,
        (start, update, extract): (&'p Filter, &'p Filter, Option<&'p Filter>),
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let plain = Item::of(input.value.clone());
        self.eval(start, scope, input, &mut |start| {
            let mut state = start;
            self.eval(source, scope, &plain, &mut |value| {
                self.take_apart(pattern, &value.value, scope, &plain, &mut |scope| {
                    let before = state.clone();
                    self.eval(update, scope, &before, &mut |item| {
                        state = item.clone();
                        match extract {
                            Some(extract) => self.eval(extract, scope, &item, out),
                            None => out(item),
                        }
                    })
                })
            })
        })
    }

    pub(super) fn label<'p>(&self, name: &Rc<str>, body: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let number = self.labels.get();
        self.labels.set(number + 1);
        let scope = bind(scope, format!("*{name}"), Meaning::Label(number));
        match self.eval(body, &scope, input, out) {
            Err(Stop::Break(to)) if to == number => Ok(()),
            run => run,
        }
    }
}

impl Pattern {
    fn names(&self, names: &mut Vec<Rc<str>>) {
        match self {
            Pattern::Name(name) => names.push(name.clone()),
            Pattern::List(items) => items.iter().for_each(|item| item.names(names)),
            Pattern::Map(fields) => {
                for (name, _, pattern) in fields {
                    names.extend(name.clone());
                    if let Some(pattern) = pattern {
                        pattern.names(names);
                    }
                }
            }
        }
    }
}
