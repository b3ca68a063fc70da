//! What a filter makes of a value: it hands one result after the other to whoever asked, with the path to it where paths
//! are asked for.

use super::functions;
use super::paths;
use super::parse::{Definition, Field, Filter, Part, Pattern};
use super::value::{Json, compare, put};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How many filters may run inside each other: they recurse.
const DEPTH: usize = 300;
/// How much a program may do: one gone wild must not hold up the rest.
const STEPS: usize = 4_000_000;

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
    fn step(&self, key: &Json) -> Trail {
        match self {
            Trail::Off => Trail::Off,
            Trail::Lost => Trail::Lost,
            _ => Trail::Step(Rc::new((self.clone(), key.clone()))),
        }
    }

    /// A value that was made.
    fn made(&self) -> Trail {
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

    fn made(&self, value: impl Into<Json>) -> Item {
        Item { trail: self.trail.made(), value: value.into() }
    }
}

/// Takes results.
pub(super) type Out<'o> = &'o mut dyn FnMut(Item) -> Run;

/// What names mean.
pub(super) type Scope<'p> = Option<Rc<Node<'p>>>;

/// A name, and the names before it.
pub(super) struct Node<'p> {
    name: Rc<str>,
    what: Meaning<'p>,
    before: Scope<'p>,
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

/// Gives the next input; none at the end.
pub(super) type NextInput = Box<dyn FnMut() -> Result<Option<Json>, String>>;

/// A program that runs.
pub(super) struct Machine {
    depth: Cell<usize>,
    steps: Cell<usize>,
    labels: Cell<usize>,
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
            Filter::Format(name) => give(input, functions::format(name, &input.value)?, out),
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
        self.pairs(a, b, scope, input, &mut |a, b| give(input, functions::operate(sign, &a, &b)?, out))
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

    fn text<'p>(&self, form: &str, parts: &'p [Part], scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let plain = Item::of(input.value.clone());
        self.filled(form, parts, scope, &plain, String::new(), &mut |text| out(input.made(text)))
    }

    fn filled<'p>(
        &self,
        form: &str,
        parts: &'p [Part],
        scope: &Scope<'p>,
        input: &Item,
        begun: String,
        out: &mut dyn FnMut(String) -> Run,
    ) -> Run {
        let Some((part, rest)) = parts.split_first() else { return out(begun) };
        match part {
            Part::Plain(text) => self.filled(form, rest, scope, input, begun + text, out),
            Part::Filled(filter) => self.eval(filter, scope, input, &mut |item| {
                let text = functions::format(form, &item.value)?.text();
                self.filled(form, rest, scope, input, format!("{begun}{text}"), out)
            }),
        }
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

    fn bound<'p>(
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

    fn reduce<'p>(
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

    fn foreach<'p>(
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

    fn label<'p>(&self, name: &Rc<str>, body: &'p Filter, scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let number = self.labels.get();
        self.labels.set(number + 1);
        let scope = bind(scope, format!("*{name}"), Meaning::Label(number));
        match self.eval(body, &scope, input, out) {
            Err(Stop::Break(to)) if to == number => Ok(()),
            run => run,
        }
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

    fn call<'p>(&self, name: &Rc<str>, arguments: &'p [Filter], scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
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

/// A function's name with the number of its arguments.
pub(super) fn called(name: &str, arguments: usize) -> String {
    format!("{name}/{arguments}")
}

fn find<'s, 'p>(scope: &'s Scope<'p>, name: &str) -> Option<&'s Node<'p>> {
    let mut at = scope.as_deref();
    while let Some(node) = at {
        if &*node.name == name {
            return Some(node);
        }
        at = node.before.as_deref();
    }
    None
}
