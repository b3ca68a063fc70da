//! The builtins for variables, aliases and options.

use super::{Flow, Shell, Variable};
use crate::process::Io;
use crate::syntax::is_name;

/// `export`, `declare`, `readonly`.
pub(super) async fn export(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let command = arguments[0].clone();
    let flags: String = arguments[1..].iter().take_while(|a| a.starts_with('-')).flat_map(|a| a[1..].chars()).collect();
    let operands: Vec<&String> = arguments[1..].iter().skip_while(|a| a.starts_with('-')).collect();
    let exports = command == "export" || flags.contains('x');
    if operands.is_empty() {
        let shown = shell.variables.iter().filter(|(_, v)| v.exported || !exports);
        let lines: String = shown.map(|(name, v)| declared(name, v)).collect();
        io.stdout.write(&shell.kernel, &lines);
        return Ok(0);
    }
    let mut status = 0;
    if flags.contains('p') {
        for name in operands {
            match shell.variables.get(name) {
                Some(variable) => io.stdout.write(&shell.kernel, &declared(name, variable)),
                None => {
                    shell.complain(&io, &format!("{command}: {name}: not found"));
                    status = 1;
                }
            }
        }
        return Ok(status);
    }
    for operand in operands {
        let (name, value) = operand.split_once('=').map_or((operand.as_str(), None), |(n, v)| (n, Some(v)));
        if !is_name(name) {
            shell.complain(&io, &format!("{command}: `{operand}': not a valid identifier"));
            status = 1;
            continue;
        }
        if let Some(value) = value {
            shell.assign(name, value.to_owned(), &io)?;
        }
        if flags.contains(['A', 'a']) && shell.variables.get(name).is_none_or(|variable| variable.elements.is_none()) {
            shell.set_elements(name, super::Elements { named: flags.contains('A'), ..super::Elements::default() });
        }
        if value.is_some() || exports || shell.variables.contains_key(name) {
            let variable = shell.variables.get_or_default(name.to_owned());
            variable.exported = (variable.exported || exports) && !flags.contains('n');
            variable.read_only |= command == "readonly" || flags.contains('r');
        }
    }
    Ok(status)
}

pub(super) async fn local(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    if shell.locals.is_empty() {
        shell.complain(&io, "local: can only be used in a function");
        return Ok(1);
    }
    for operand in arguments.into_iter().skip(1).filter(|a| !a.starts_with('-')) {
        let (name, value) = operand.split_once('=').unwrap_or((&operand, ""));
        let new = Variable { value: value.to_owned(), ..Variable::default() };
        let old = shell.variables.insert(name.to_owned(), new);
        if let Some(locals) = shell.locals.last_mut() {
            locals.get_or_insert_with(name.to_owned(), || old);
        }
    }
    Ok(0)
}

pub(super) async fn unset(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let functions = arguments.get(1).is_some_and(|flag| flag == "-f");
    for name in arguments.iter().skip(1).filter(|a| !a.starts_with('-')) {
        if functions {
            shell.functions.remove(name);
            continue;
        }
        if let Some((name, index)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            shell.unset_element(name, index);
            continue;
        }
        if shell.variables.get(name).is_some_and(|v| v.read_only) {
            shell.complain(&io, &format!("unset: {name}: cannot unset: readonly variable"));
            return Ok(1);
        }
        if shell.variables.remove(name).is_none() {
            shell.functions.remove(name);
        }
    }
    Ok(0)
}

pub(super) async fn alias(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let show = |name: &str, value: &str| format!("alias {name}='{}'\n", value.replace('\'', "'\\''"));
    if arguments.len() == 1 {
        let all: String = shell.aliases.iter().map(|(name, value)| show(name, value)).collect();
        io.stdout.write(&shell.kernel, &all);
    }
    let mut status = 0;
    for operand in &arguments[1..] {
        match (operand.split_once('='), shell.aliases.get(operand)) {
            (Some((name, value)), _) => drop(shell.aliases.insert(name.to_owned(), value.to_owned())),
            (None, Some(value)) => io.stdout.write(&shell.kernel, &show(operand, value)),
            (None, None) => {
                shell.complain(&io, &format!("alias: {operand}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub(super) async fn unalias(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let mut status = 0;
    for name in &arguments[1..] {
        if name == "-a" {
            shell.aliases.clear();
        } else if shell.aliases.remove(name).is_none() {
            shell.complain(&io, &format!("unalias: {name}: not found"));
            status = 1;
        }
    }
    Ok(status)
}

pub(super) async fn set(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    if arguments.len() == 1 {
        let all: String = shell.variables.iter().map(|(name, v)| format!("{name}={}\n", v.value)).collect();
        io.stdout.write(&shell.kernel, &all);
    }
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        at += 1;
        let (on, letters) = match argument.split_at_checked(1) {
            Some(("-", "-")) => {
                shell.parameters = arguments[at..].to_vec();
                return Ok(0);
            }
            Some(("-", letters)) => (true, letters),
            Some(("+", letters)) => (false, letters),
            _ => {
                shell.parameters = arguments[at - 1..].to_vec();
                return Ok(0);
            }
        };
        for letter in letters.chars() {
            let letter = match letter {
                'o' => {
                    at += 1;
                    match arguments.get(at - 1).map(String::as_str) {
                        Some("pipefail") => 'P',
                        Some("errexit") => 'e',
                        Some("nounset") => 'u',
                        Some("xtrace") => 'x',
                        Some("noglob") => 'f',
                        Some("allexport") => 'a',
                        _ => continue,
                    }
                }
                letter => letter,
            };
            shell.options.retain(|l| *l != letter);
            shell.options.extend(on.then_some(letter));
        }
    }
    Ok(0)
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
