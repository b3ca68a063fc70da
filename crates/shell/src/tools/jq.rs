//! `jq`, in the words of 1.7. As a library, jaq (core 3.1, its JSON, of its filters the base ones) adds 146 KB to what the page
//! downloads, compressed, and with regular expressions, dates and formats, which this has, 333 KB; this takes some 35 KB, speaks
//! as jq does, and ends a program that does too much, which in jaq nothing can.

mod ast;
mod binding;
mod check;
mod eval;
mod forms;
mod functions;
mod input;
mod item;
mod lex;
mod operators;
mod parse;
mod paths;
mod reader;
mod scope;
mod strings;
mod text;
mod times;
mod value;

use super::Cx;
use eval::{Item, Machine, Meaning, Scope, Stop, bind, called};
use ast::{Definition, Filter};
use input::{documents, inputs};
use reader::parse as parse_json;
use std::cell::RefCell;
use std::rc::Rc;
use value::{Json, Style, write};

/// What can be said in the language itself.
const BUILTINS: &str = include_str!("jq/builtins.jq");

/// What a command line says.
#[derive(Default)]
struct Invocation {
    program: Option<String>,
    files: Vec<String>,
    flags: String,
    style: Style,
    /// `$name` for `--arg` and its like.
    named: Vec<(Rc<str>, Json)>,
    positional: Vec<Json>,
}

/// Filters JSON.
pub(super) async fn run(cx: Cx) -> i32 {
    let invocation = match arguments(&cx).await {
        Ok(invocation) => invocation,
        Err(status) => return status,
    };
    let has = |flag: char| invocation.flags.contains(flag);
    let text = match &invocation.program {
        Some(text) => text.as_str(),
        None => {
            cx.err(USAGE);
            return 2;
        }
    };
    let program = match Program::read(text, &invocation) {
        Ok(program) => program,
        Err(wrong) => {
            for why in &wrong {
                cx.err(&format!("jq: error: {why} at <top-level>, line 1:\n{text}\n"));
            }
            let count = wrong.len();
            cx.err(&format!("jq: {count} compile error{}\n", if count == 1 { "" } else { "s" }));
            return 3;
        }
    };
    let inputs = match inputs(&cx, &invocation).await {
        Ok(inputs) => inputs,
        Err(status) => return status,
    };
    let missing = inputs.missing;
    let queue = Rc::new(RefCell::new(inputs));
    let environment: Vec<(Rc<str>, Json)> =
        cx.env.iter().map(|(name, value)| (Rc::from(name.as_str()), Json::from(value.as_str()))).collect();
    let mut machine = Machine::new(environment.into(), cx.now() as f64 / 1e6);
    let theirs = queue.clone();
    machine.inputs = RefCell::new(Box::new(move || theirs.borrow_mut().next()));
    let mut status = if missing { 2 } else { 0 };
    let mut last = None;
    loop {
        let input = if has('n') { Ok(Some(Json::Null)) } else { queue.borrow_mut().next() };
        let input = match input {
            Ok(Some(input)) => input,
            Ok(None) => break,
            Err(why) => {
                cx.err(&format!("jq: parse error: {why}\n"));
                status = 2;
                break;
            }
        };
        machine.line.set(queue.borrow().line);
        let outcome = program.run(&machine, input, &mut |value| {
            let mut shown = String::new();
            match &value {
                Json::Text(text) if has('r') || has('j') => shown.push_str(text),
                value => write(value, &invocation.style, 0, &mut shown),
            }
            shown.push_str(if has('j') { "" } else { "\n" });
            cx.out(&shown);
            last = Some(value.truth());
        });
        cx.err(&std::mem::take(&mut *machine.said.borrow_mut()));
        if let Err(stop) = outcome {
            let place = if has('n') { "<unknown>".to_owned() } else { queue.borrow().place() };
            match stop {
                Stop::Error(value) if !matches!(value.get("__halt__"), Json::Null) || halted(&value) => {
                    return halt(&cx, &value);
                }
                Stop::Error(Json::Text(why)) => cx.err(&format!("jq: error (at {place}): {why}\n")),
                Stop::Error(why) => cx.err(&format!("jq: error (at {place}) (not a string): {}\n", why.compact())),
                Stop::Break(_) => cx.err(&format!("jq: error (at {place}): break\n")),
                Stop::Wild => cx.err(&format!("jq: error (at {place}): the program does too much\n")),
            }
            status = 5;
        }
        if has('n') {
            break;
        }
        cx.kernel().breathe().await;
    }
    match (status, has('e'), last) {
        (0, true, None) => 4,
        (0, true, Some(false)) => 1,
        (status, ..) => status,
    }
}

const USAGE: &str = "Usage:\tjq [OPTIONS] FILTER [FILES...]\n\tjq [OPTIONS] --args FILTER [ARGUMENTS...]\n\tjq [OPTIONS] \
    --jsonargs FILTER [JSON_VALUES...]\n\nFILTER is a program that is run on each JSON text of the input: try '.' and then \
    '.items[].metadata.name'.\nSee 'man jq'.\n";

fn halted(value: &Json) -> bool {
    matches!(value, Json::Map(entries) if entries.first().is_some_and(|(key, _)| &**key == "__halt__"))
}

fn halt(cx: &Cx, value: &Json) -> i32 {
    match value.get("__halt__") {
        Json::Null => {}
        Json::Text(text) => cx.err(&text),
        other => cx.err(&format!("{}\n", other.compact())),
    }
    if let Json::Number(code) = value.get("code") { code as i32 & 255 } else { 5 }
}

/// Options, of which some take two arguments.
async fn arguments(cx: &Cx) -> Result<Invocation, i32> {
    const LONG: [(&str, char); 17] = [
        ("raw-output", 'r'),
        ("compact-output", 'c'),
        ("null-input", 'n'),
        ("exit-status", 'e'),
        ("join-output", 'j'),
        ("slurp", 's'),
        ("sort-keys", 'S'),
        ("raw-input", 'R'),
        ("monochrome-output", 'M'),
        ("color-output", 'C'),
        ("ascii-output", 'a'),
        ("unbuffered", 'u'),
        ("from-file", 'f'),
        ("tab", 'T'),
        ("args", '('),
        ("jsonargs", '['),
        ("help", 'h'),
    ];
    let unknown = |argument: &str| {
        cx.err(&format!("jq: Unknown option: {argument}\n{USAGE}"));
        2
    };
    let mut read = Invocation { style: Style { indent: Some("  ".into()), ..Style::default() }, ..Invocation::default() };
    let (mut from_file, mut rest, mut words) = (false, cx.args[1..].iter(), false);
    while let Some(argument) = rest.next() {
        if words || !argument.starts_with('-') || argument == "-" {
            operand(&mut read, argument).map_err(|why| {
                cx.err(&why);
                2
            })?;
            continue;
        }
        match argument.as_str() {
            "--" => words = true,
            "--version" | "-V" => {
                cx.out("jq-1.7.1\n");
                return Err(0);
            }
            "--indent" => {
                let count = rest.next().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n < 8);
                let Some(count) = count else {
                    cx.err("jq: Cannot indent more than 7 characters\n");
                    return Err(2);
                };
                read.style.indent = Some(" ".repeat(count)).filter(|_| count > 0);
            }
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => named(cx, &mut read, &argument[2..], &mut rest).await?,
            long if long.starts_with("--") => match LONG.iter().find(|(name, _)| *name == &long[2..]) {
                Some((_, 'f')) => from_file = true,
                Some((_, letter)) => read.flags.push(*letter),
                None => return Err(unknown(long)),
            },
            short => {
                for letter in short[1..].chars() {
                    match letter {
                        'f' => from_file = true,
                        'h' | 'r' | 'c' | 'n' | 'e' | 'j' | 's' | 'S' | 'R' | 'M' | 'C' | 'a' => read.flags.push(letter),
                        _ => return Err(unknown(short)),
                    }
                }
            }
        }
    }
    let has = |flag: char| read.flags.contains(flag);
    if has('h') {
        cx.out(USAGE);
        return Err(0);
    }
    if has('T') {
        read.style.indent = Some("\t".into());
    }
    if has('c') {
        read.style.indent = None;
    }
    (read.style.sorted, read.style.ascii, read.style.coloured) = (has('S'), has('a'), has('C') && !has('M'));
    if from_file {
        let Some(path) = read.program.take() else {
            cx.err(USAGE);
            return Err(2);
        };
        let text = cx.read(&path).await;
        let text = text.map_err(|error| {
            cx.err(&format!("jq: error: Could not open {path}: {error}\n"));
            2
        })?;
        read.program = Some(text);
    }
    Ok(read)
}

/// What is no option: the program, then files or arguments.
fn operand(read: &mut Invocation, argument: &str) -> Result<(), String> {
    if read.program.is_none() {
        read.program = Some(argument.to_owned());
        return Ok(());
    }
    match read.flags.chars().rev().find(|flag| matches!(flag, '(' | '[')) {
        Some('(') => read.positional.push(argument.into()),
        Some('[') => match parse_json(argument) {
            Ok(value) => read.positional.push(value),
            Err(_) => return Err(format!("jq: Invalid JSON text passed to --jsonargs\n{USAGE}")),
        },
        _ => read.files.push(argument.to_owned()),
    }
    Ok(())
}

/// `--arg NAME VALUE` and its like.
async fn named(cx: &Cx, read: &mut Invocation, option: &str, rest: &mut std::slice::Iter<'_, String>) -> Result<(), i32> {
    let (Some(name), Some(value)) = (rest.next(), rest.next()) else {
        let what = if option.ends_with("file") { "(e.g. --slurpfile varname filename)" } else { "(e.g. --arg varname value)" };
        cx.err(&format!("jq: --{option} takes two parameters {what}\n{USAGE}"));
        return Err(2);
    };
    let complain = |text: String| {
        cx.err(&text);
        2
    };
    let value = match option {
        "arg" => Json::from(value.as_str()),
        "argjson" => parse_json(value)
            .map_err(|_| complain(format!("jq: Invalid JSON text passed to --argjson\n{USAGE}")))?,
        _ => {
            let text = cx.read(value).await;
            let text = text.map_err(|error| complain(format!("jq: Bad JSON in --{option} {name} {value}: Could not open {value}: {error}\n")))?;
            if option == "rawfile" {
                Json::from(text)
            } else {
                let (values, wrong) = documents(&text);
                if let Some(why) = wrong {
                    return Err(complain(format!("jq: Bad JSON in --{option} {name} {value}: {why}\n")));
                }
                values.into_iter().map(|(value, _)| value).collect::<Vec<_>>().into()
            }
        }
    };
    if !read.named.iter().any(|(known, _)| **known == **name) {
        read.named.push((name.as_str().into(), value));
    }
    Ok(())
}

/// A program that has been read, with what it builds on.
struct Program {
    builtins: Vec<Rc<Definition>>,
    values: Vec<(Rc<str>, Json)>,
    filter: Filter,
}

impl Program {
    /// # Errors
    /// All that is wrong with it.
    fn read(text: &str, invocation: &Invocation) -> Result<Program, Vec<String>> {
        let filter = parse::parse(text).map_err(|why| vec![why])?;
        let builtins = parse::definitions(BUILTINS);
        let mut values = invocation.named.clone();
        let arguments: Json = vec![
            ("positional".into(), invocation.positional.clone().into()),
            ("named".into(), invocation.named.clone().into()),
        ]
        .into();
        values.push(("ARGS".into(), arguments));
        let mut names: Vec<String> =
            builtins.iter().map(|definition| called(&definition.name, definition.parameters.len())).collect();
        names.extend(values.iter().map(|(name, _)| format!("${name}")));
        let mut wrong = Vec::new();
        check::check(&filter, &mut names, &mut wrong);
        if wrong.is_empty() { Ok(Program { builtins, values, filter }) } else { Err(wrong) }
    }

    fn run(&self, machine: &Machine, input: Json, out: &mut dyn FnMut(Json)) -> eval::Run {
        let mut scope: Scope<'_> = None;
        for definition in &self.builtins {
            let name = called(&definition.name, definition.parameters.len());
            scope = bind(&scope, name, Meaning::Function(definition));
        }
        for (name, value) in &self.values {
            scope = bind(&scope, format!("${name}"), Meaning::Value(value.clone()));
        }
        machine.eval(&self.filter, &scope, &Item::of(input), &mut |item| {
            out(item.value);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
