//! The builtins for variables, aliases and options.

use super::Call;
use crate::syntax::is_name;
use crate::{Dialect, Elements, Flow, Variable};

/// `export`, `declare`, `readonly`.
pub(super) fn export(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let command = arguments[0].clone();
    let flags: String = arguments[1..].iter().take_while(|a| a.starts_with('-')).flat_map(|a| a[1..].chars()).collect();
    let operands: Vec<&String> = arguments[1..].iter().skip_while(|a| a.starts_with('-')).collect();
    let exports = command == "export" || flags.contains('x');
    if operands.is_empty() {
        let shown = call.memory.variables.iter().filter(|(_, v)| v.exported || !exports);
        let lines: String = shown.map(|(name, v)| declared(name, v)).collect();
        call.out.push_str(&lines);
        return Ok(0);
    }
    let mut status = 0;
    if flags.contains('p') {
        for name in operands {
            match call.memory.variables.get(name) {
                Some(variable) => call.out.push_str(&declared(name, variable)),
                None => {
                    call.complain(&format!("{command}: {name}: not found"));
                    status = 1;
                }
            }
        }
        return Ok(status);
    }
    for operand in operands {
        let (name, value) = operand.split_once('=').map_or((operand.as_str(), None), |(n, v)| (n, Some(v)));
        if !is_name(name) {
            call.complain(&format!("{command}: `{operand}': not a valid identifier"));
            status = 1;
            continue;
        }
        if let Some(value) = value {
            call.assign(name, value.to_owned())?;
        }
        if flags.contains(['A', 'a'])
            && call.memory.variables.get(name).is_none_or(|variable| variable.elements.is_none())
        {
            call.memory.set_elements(name, Elements { named: flags.contains('A'), ..Elements::default() });
        }
        if value.is_some() || exports || call.memory.variables.contains_key(name) {
            let variable = call.memory.variables.get_or_default(name.to_owned());
            variable.exported = (variable.exported || exports) && !flags.contains('n');
            variable.read_only |= command == "readonly" || flags.contains('r');
        }
    }
    Ok(status)
}

pub(super) fn local(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    if call.memory.locals.is_empty() {
        call.complain("local: can only be used in a function");
        return Ok(1);
    }
    for operand in arguments.iter().skip(1).filter(|a| !a.starts_with('-')) {
        let (name, value) = operand.split_once('=').unwrap_or((operand, ""));
        let new = Variable { value: value.to_owned(), ..Variable::default() };
        let old = call.memory.variables.insert(name.to_owned(), new);
        if let Some(locals) = call.memory.locals.last_mut() {
            locals.get_or_insert_with(name.to_owned(), || old);
        }
    }
    Ok(0)
}

pub(super) fn unset(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let functions = arguments.get(1).is_some_and(|flag| flag == "-f");
    for name in arguments.iter().skip(1).filter(|a| !a.starts_with('-')) {
        if functions {
            call.memory.functions.remove(name);
            continue;
        }
        if let Some((name, index)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            call.memory.unset_element(name, index);
            continue;
        }
        if call.memory.variables.get(name).is_some_and(|v| v.read_only) {
            call.complain(&format!("unset: {name}: cannot unset: readonly variable"));
            return Ok(1);
        }
        if call.memory.variables.remove(name).is_none() {
            call.memory.functions.remove(name);
        }
    }
    Ok(0)
}

pub(super) fn alias(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let show = |name: &str, value: &str| format!("alias {name}='{}'\n", value.replace('\'', "'\\''"));
    if arguments.len() == 1 {
        let all: String = call.memory.aliases.iter().map(|(name, value)| show(name, value)).collect();
        call.out.push_str(&all);
    }
    let mut status = 0;
    for operand in &arguments[1..] {
        match (operand.split_once('='), call.memory.aliases.get(operand)) {
            (Some((name, value)), _) => drop(call.memory.aliases.insert(name.to_owned(), value.to_owned())),
            (None, Some(value)) => call.out.push_str(&show(operand, value)),
            (None, None) => {
                call.complain(&format!("alias: {operand}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub(super) fn unalias(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let mut status = 0;
    for name in &arguments[1..] {
        if name == "-a" {
            call.memory.aliases.clear();
        } else if call.memory.aliases.remove(name).is_none() {
            call.complain(&format!("unalias: {name}: not found"));
            status = 1;
        }
    }
    Ok(status)
}

pub(super) fn set(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    if arguments.len() == 1 {
        let all: String = call.memory.variables.iter().map(|(name, v)| format!("{name}={}\n", v.value)).collect();
        call.out.push_str(&all);
    }
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        at += 1;
        let (on, letters) = match argument.split_at_checked(1) {
            Some(("-", "-")) => {
                call.memory.parameters = arguments[at..].to_vec();
                return Ok(0);
            }
            Some(("-", letters)) => (true, letters),
            Some(("+", letters)) => (false, letters),
            _ => {
                call.memory.parameters = arguments[at - 1..].to_vec();
                return Ok(0);
            }
        };
        for letter in letters.chars() {
            let letter = match (letter, arguments.get(at)) {
                ('o', None) => {
                    list_options(call, on);
                    return Ok(0);
                }
                ('o', Some(name)) => {
                    at += 1;
                    match OPTIONS.iter().find(|(known, _)| known == name) {
                        Some((_, letter)) => *letter,
                        None => return unknown_option(call, name, "invalid option name"),
                    }
                }
                (letter, _) if !LETTERS.contains(letter) => {
                    return unknown_option(call, &format!("{}{letter}", if on { '-' } else { '+' }), "invalid option");
                }
                (letter, _) => letter,
            };
            call.memory.options.retain(|l| *l != letter);
            call.memory.options.extend((on && letter != ' ').then_some(letter));
        }
    }
    Ok(0)
}

/// The letters that `set` takes.
const LETTERS: &str = "abefhkmnptuvxBCEHPT";

/// The options that have names, and the letters that stand for them here; a blank for what makes no difference.
const OPTIONS: [(&str, char); 15] = [
    ("allexport", 'a'),
    ("braceexpand", ' '),
    ("emacs", ' '),
    ("errexit", 'e'),
    ("errtrace", ' '),
    ("hashall", ' '),
    ("histexpand", ' '),
    ("history", ' '),
    ("monitor", ' '),
    ("noclobber", 'C'),
    ("noglob", 'f'),
    ("nounset", 'u'),
    ("pipefail", 'P'),
    ("vi", ' '),
    ("xtrace", 'x'),
];

/// `set -o`, and `set +o`, which prints commands.
fn list_options(call: &mut Call<'_>, words: bool) {
    for (name, letter) in OPTIONS {
        let always = ["braceexpand", "hashall"].contains(&name);
        let typed = ["emacs", "histexpand", "history", "monitor"].contains(&name) && call.memory.interactive;
        let on = call.memory.has(letter) || always || typed;
        call.out.push_str(&match words {
            true => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
            false => format!("set {}o {name}\n", if on { '-' } else { '+' }),
        });
    }
}

fn unknown_option(call: &mut Call<'_>, option: &str, problem: &str) -> Flow {
    call.complain(&format!("set: {option}: {problem}"));
    if problem == "invalid option" && call.memory.dialect == Dialect::Bash {
        call.err.push_str("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
    }
    Ok(2)
}

/// A variable as `declare -p` shows it.
fn declared(name: &str, variable: &Variable) -> String {
    let mut flags = String::new();
    flags.extend(variable.elements.as_ref().map(|elements| if elements.named { 'A' } else { 'a' }));
    flags.extend(variable.read_only.then_some('r'));
    flags.extend(variable.exported.then_some('x'));
    let flags = if flags.is_empty() { "-" } else { &flags };
    match &variable.elements {
        None => format!("declare -{flags} {name}={}\n", quote(&variable.value)),
        Some(elements) => {
            let shown: Vec<String> =
                elements.entries.iter().map(|(index, value)| format!("[{index}]={}", quote(value))).collect();
            let end = if elements.named && !shown.is_empty() { " " } else { "" };
            format!("declare -{flags} {name}=({}{end})\n", shown.join(" "))
        }
    }
}

/// A value as `declare` shows it.
fn quote(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| if "\"\\$`".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
    format!("\"{escaped}\"")
}
