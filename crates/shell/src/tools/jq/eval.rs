//! What a filter makes of a value: it hands one result after the other to whoever asked, with the path to it where paths
//! are asked for.

use super::ast::{Definition, Filter};
use super::forms;
use super::functions;
pub(super) use super::item::{Item, Run, Stop, Trail, error};
use super::operators;
use super::paths;
pub(super) use super::scope::{Meaning, Scope, bind, called};
use super::scope::{Node, find};
use super::value::{Json, compare, put};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How many filters may run inside each other: they recurse.
const DEPTH: usize = 300;
/// How much a program may do: one gone wild must not hold up the rest.
const STEPS: usize = 4_000_000;

/// Takes results.
pub(super) type Out<'o> = &'o mut dyn FnMut(Item) -> Run;

/// Gives the next input; none at the end.
pub(super) type NextInput = Box<dyn FnMut() -> Result<Option<Json>, String>>;

/// A program that runs.
pub(super) struct Machine {
    depth: Cell<usize>,
    steps: Cell<usize>,
    pub(super) labels: Cell<usize>,
    /// The inputs that have not been read.
    pub(super) inputs: RefCell<NextInput>,
    /// What `debug` and `stderr` have written.
    pub(super) said: RefCell<String>,
    /// `$ENV`
    pub(super) environment: Json,
    /// Seconds since the Unix epoch.
    pub(super) now: f64,
    /// How many lines of the input have been read.
    pub(super) line: Cell<usize>,
}

impl Machine {
    pub(super) fn new(environment: Json, now: f64) -> Machine {
        Machine {
            depth: Cell::new(0),
            steps: Cell::new(0),
            labels: Cell::new(0),
            inputs: RefCell::new(Box::new(|| Ok(None))),
            said: RefCell::default(),
            environment,
            now,
            line: Cell::new(0),
        }
    }

    /// Counts a step of the program.
    pub(super) fn step(&self) -> Run {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > STEPS { Err(Stop::Wild) } else { Ok(()) }
    }

    /// Gives `out` what the filter makes of `input`.
    pub(super) fn eval<'p>(&self, filter: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        self.step()?;
        if self.depth.get() >= DEPTH {
            return Err(Stop::Wild);
        }
        self.depth.set(self.depth.get() + 1);
        let run = self.eval_inside(filter, scope, input, out);
        self.depth.set(self.depth.get() - 1);
        run
    }

    /// Each way is a function of its own: what all of them keep on the stack would add up.
    fn eval_inside<'p>(&self, filter: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        match filter {
            Filter::Same => out(input.clone()),
            Filter::All => self.all(input, out),
            Filter::Literal(value) => give(input, value.clone(), out),
            Filter::Text(form, parts) => self.text(form, parts, scope, input, out),
            Filter::Index(of, index) => self.index(of, index, scope, input, out),
            Filter::Slice(of, from, to) => self.slice(of, (from.as_deref(), to.as_deref()), scope, input, out),
            Filter::Each(of) => self.each_of(of, scope, input, out),
            Filter::Try(body, catch) => self.attempt(body, catch.as_deref(), scope, input, out),
            Filter::Pipe(a, b) => self.pipe(a, b, scope, input, out),
            Filter::Both(a, b) => {
                self.eval(a, scope, input, out)?;
                self.eval(b, scope, input, out)
            }
            Filter::Binary(sign, a, b) => self.binary(sign, a, b, scope, input, out),
            Filter::Logic(and, a, b) => self.logic(*and, a, b, scope, input, out),
            Filter::Otherwise(a, b) => self.otherwise(a, b, scope, input, out),
            Filter::Assign(sign, a, b) => paths::assign(self, sign, (a, b), scope, input, out),
            Filter::Negate(of) => self.negate(of, scope, input, out),
            Filter::List(inner) => self.list(inner.as_deref(), scope, input, out),
            Filter::Map(fields) => self.map(fields, scope, input, Vec::new(), out),
            Filter::If(condition, then, otherwise) => self.choose(condition, (then, otherwise), scope, input, out),
            Filter::Bind(source, patterns, body) => self.bound(source, patterns, body, scope, input, out),
            Filter::Reduce(source, pattern, start, update) => {
                self.reduce(source, pattern, (start, update), scope, input, out)
            }
            Filter::Foreach(source, pattern, start, update, extract) => {
                self.foreach(source, pattern, (start, update, extract.as_deref()), scope, input, out)
            }
            Filter::Define(definition, rest) => self.define(definition, rest, scope, input, out),
            Filter::Label(name, body) => self.label(name, body, scope, input, out),
            Filter::Break(name) => leave(name, scope),
            Filter::Variable(name) => give(input, self.variable(name, scope)?, out),
            Filter::Call(name, arguments) => self.call(name, arguments, scope, input, out),
            Filter::Format(name) => give(input, forms::format(name, &input.value)?, out),
        }
    }

    fn each_of<'p>(&self, of: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        self.eval(of, scope, input, &mut |item| self.each(&item, out))
    }

    fn pipe<'p>(&self, a: &'p Filter, b: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        self.eval(a, scope, input, &mut |item| self.eval(b, scope, &item, out))
    }

    fn binary<'p>(
        &self,
        sign: &'static str,
        a: &'p Filter,
        b: &'p Filter,
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        self.pairs(a, b, scope, input, &mut |a, b| give(input, operators::operate(sign, &a, &b)?, out))
    }

    fn negate<'p>(&self, of: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        self.eval(of, scope, input, &mut |item| match item.value {
            Json::Number(number) => give(input, Json::Number(-number), out),
            other => error(format!("{} cannot be negated", other.described())),
        })
    }

    fn list<'p>(&self, inner: Option<&'p Filter>, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let items = match inner {
            Some(inner) => self.collect(inner, scope, &input.value)?,
            None => Vec::new(),
        };
        give(input, items.into(), out)
    }

    fn choose<'p>(
        &self,
        condition: &'p Filter,
        (then, otherwise): (&'p Filter, &'p Filter),
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let plain = Item::of(input.value.clone());
        self.eval(condition, scope, &plain, &mut |item| {
            self.eval(if item.value.truth() { then } else { otherwise }, scope, input, out)
        })
    }

    fn define<'p>(
        &self,
        definition: &'p Rc<Definition>,
        rest: &'p Filter,
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let name = called(&definition.name, definition.parameters.len());
        self.eval(rest, &bind(scope, name, Meaning::Function(definition)), input, out)
    }

    /// All results.
    pub(super) fn collect<'p>(&self, filter: &'p Filter, scope: &Scope<'p>, input: &Json) -> Result<Vec<Json>, Stop> {
        let mut values = Vec::new();
        self.eval(filter, scope, &Item::of(input.clone()), &mut |item| {
            values.push(item.value);
            Ok(())
        })?;
        Ok(values)
    }

    fn variable(&self, name: &str, scope: &Scope<'_>) -> Result<Json, Stop> {
        match (find(scope, &format!("${name}")), name) {
            (Some(Node { what: Meaning::Value(value), .. }), _) => Ok(value.clone()),
            (_, "ENV") => Ok(self.environment.clone()),
            (_, "__loc__") => Ok(vec![("file".into(), "<top-level>".into()), ("line".into(), Json::Number(1.0))].into()),
            _ => error(format!("${name} is not defined")),
        }
    }

    fn all(&self, item: &Item, out: Out<'_>) -> Run {
        self.step()?;
        out(item.clone())?;
        if matches!(item.value, Json::List(_) | Json::Map(_)) {
            return self.each(item, &mut |inner| self.all(&inner, out));
        }
        Ok(())
    }

    /// `.[]`
    pub(super) fn each(&self, item: &Item, out: Out<'_>) -> Run {
        match &item.value {
            Json::List(items) => {
                for (at, value) in items.iter().enumerate() {
                    self.step()?;
                    out(Item { trail: item.trail.step(&at.into()), value: value.clone() })?;
                }
            }
            Json::Map(entries) => {
                for (key, value) in entries.iter() {
                    self.step()?;
                    out(Item { trail: item.trail.step(&Json::Text(key.clone())), value: value.clone() })?;
                }
            }
            other => return error(format!("Cannot iterate over {}", functions::with_value(other))),
        }
        Ok(())
    }

    fn index<'p>(&self, of: &'p Filter, index: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        if let Filter::Literal(key) = index {
            return self.eval(of, scope, input, &mut |item| {
                let value = paths::at(&item.value, key)?;
                out(Item { trail: item.trail.step(key), value })
            });
        }
        let plain = Item::of(input.value.clone());
        self.eval(of, scope, input, &mut |item| {
            self.eval(index, scope, &plain, &mut |key| {
                let value = paths::at(&item.value, &key.value)?;
                out(Item { trail: item.trail.step(&key.value), value })
            })
        })
    }

    fn slice<'p>(
        &self,
        of: &'p Filter,
        (from, to): (Option<&'p Filter>, Option<&'p Filter>),
        scope: &Scope<'p>,
        input: &Item,
        out: Out<'_>,
    ) -> Run {
        let plain = |filter: Option<&'p Filter>| match filter {
            Some(filter) => self.collect(filter, scope, &input.value),
            None => Ok(vec![Json::Null]),
        };
        let (from, to) = (plain(from)?, plain(to)?);
        self.eval(of, scope, input, &mut |item| {
            for end in &to {
                for start in &from {
                    let key: Json = vec![("start".into(), start.clone()), ("end".into(), end.clone())].into();
                    let value = paths::at(&item.value, &key)?;
                    out(Item { trail: item.trail.step(&key), value })?;
                }
            }
            Ok(())
        })
    }

    fn attempt<'p>(&self, body: &'p Filter, catch: Option<&'p Filter>, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        // Errors of whoever takes the results are not caught.
        let mut outside = false;
        let run = self.eval(body, scope, input, &mut |item| {
            let run = out(item);
            outside |= run.is_err();
            run
        });
        match run {
            Err(Stop::Error(why)) if !outside => match catch {
                // `error(null)` is none that could be caught.
                Some(catch) => self.eval(catch, scope, &Item::of(why), out),
                None => Ok(()),
            },
            run => run,
        }
    }

    fn logic<'p>(&self, and: bool, a: &'p Filter, b: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let plain = Item::of(input.value.clone());
        self.eval(a, scope, &plain, &mut |left| match left.value.truth() {
            truth if truth != and => out(input.made(truth)),
            _ => self.eval(b, scope, &plain, &mut |right| out(input.made(right.value.truth()))),
        })
    }

    fn otherwise<'p>(&self, a: &'p Filter, b: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let (mut found, mut outside) = (false, false);
        let run = self.eval(a, scope, input, &mut |item| {
            if !item.value.truth() {
                return Ok(());
            }
            found = true;
            let run = out(item);
            outside |= run.is_err();
            run
        });
        match run {
            Err(Stop::Error(_)) if !outside => {}
            run => run?,
        }
        if found { Ok(()) } else { self.eval(b, scope, input, out) }
    }

    /// Every result of `b` with every one of `a`, as jq goes through them.
    pub(super) fn pairs<'p>(
        &self,
        a: &'p Filter,
        b: &'p Filter,
        scope: &Scope<'p>,
        input: &Item,
        out: &mut dyn FnMut(Json, Json) -> Run,
    ) -> Run {
        let plain = Item::of(input.value.clone());
        self.eval(b, scope, &plain, &mut |right| {
            self.eval(a, scope, &plain, &mut |left| out(left.value, right.value.clone()))
        })
    }

    fn map<'p>(
        &self,
        fields: &'p [(Filter, Filter)],
        scope: &Scope<'p>,
        input: &Item,
        begun: Vec<(Rc<str>, Json)>,
        out: Out<'_>,
    ) -> Run {
        let Some(((key, value), rest)) = fields.split_first() else { return out(input.made(begun)) };
        let plain = Item::of(input.value.clone());
        self.eval(key, scope, &plain, &mut |key| {
            let Json::Text(key) = key.value else {
                return error("Object keys must be strings");
            };
            self.eval(value, scope, &plain, &mut |value| {
                let mut entries = begun.clone();
                put(&mut entries, key.clone(), value.value);
                self.map(rest, scope, input, entries, out)
            })
        })
    }

    /// Lets `run` go on until `enough` of its results have been taken.
    pub(super) fn until_enough(&self, run: &mut dyn FnMut(usize) -> Run) -> Run {
        let number = self.labels.get();
        self.labels.set(number + 1);
        match run(number) {
            Err(Stop::Break(to)) if to == number => Ok(()),
            run => run,
        }
    }

    /// Whether two values are the same for a filter: by what it makes of them.
    pub(super) fn keyed<'p>(&self, filter: Option<&'p Filter>, scope: &Scope<'p>, items: &[Json]) -> Result<Vec<(Json, Json)>, Stop> {
        let mut keyed = Vec::new();
        for item in items {
            let key = match filter {
                Some(filter) => self.collect(filter, scope, item)?.into(),
                None => item.clone(),
            };
            keyed.push((key, item.clone()));
        }
        api::sort_by(&mut keyed, |a, b| compare(&a.0, &b.0));
        Ok(keyed)
    }
}

/// Gives a value that was made.
fn give(input: &Item, value: Json, out: Out<'_>) -> Run {
    out(input.made(value))
}

fn leave(name: &str, scope: &Scope<'_>) -> Run {
    match find(scope, &format!("*{name}")) {
        Some(Node { what: Meaning::Label(label), .. }) => Err(Stop::Break(*label)),
        _ => error(format!("$*label-{name} is not defined")),
    }
}

