//! Builtins that are typed more rarely: directories on a stack, options, lines into arrays, traps.

use super::Call;
use crate::{Flow, Memory};

/// `pushd DIR`, `pushd`
pub(super) fn pushd(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let target = match (arguments.get(1), call.memory.stack.is_empty()) {
        (Some(target), _) => target.clone(),
        (None, false) => call.memory.stack.remove(0),
        (None, true) => {
            call.complain("pushd: no other directory");
            return Ok(1);
        }
    };
    let before = call.memory.cwd.clone();
    if go(call, &target)? != 0 {
        return Ok(1);
    }
    call.memory.stack.insert(0, before);
    dirs(call)
}

/// `popd`
pub(super) fn popd(call: &mut Call<'_>) -> Flow {
    if call.memory.stack.is_empty() {
        call.complain("popd: directory stack empty");
        return Ok(1);
    }
    let target = call.memory.stack.remove(0);
    if go(call, &target)? != 0 {
        return Ok(1);
    }
    dirs(call)
}

fn go(call: &mut Call<'_>, target: &str) -> Flow {
    let args = ["cd".to_owned(), target.to_owned()];
    let mut inner = Call::new(call.memory, call.world, &args);
    let flow = super::cd(&mut inner);
    call.err.push_str(&inner.err);
    flow
}

/// `dirs`
pub(super) fn dirs(call: &mut Call<'_>) -> Flow {
    let home = call.memory.get("HOME").unwrap_or_default().to_owned();
    let short = |path: &String| match path.strip_prefix(&home) {
        Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
        _ => path.clone(),
    };
    let all: Vec<String> = std::iter::once(&call.memory.cwd).chain(&call.memory.stack).map(short).collect();
    call.out.push_str(&format!("{}\n", all.join(" ")));
    Ok(0)
}

/// `getopts OPTIONS NAME [ARGUMENT ...]`: the next option; `OPTIND` says where it stands, `OPTARG` what belongs to it.
pub(super) fn getopts(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let [_, known, name, given @ ..] = arguments else {
        call.complain("getopts: usage: getopts optstring name [arg ...]");
        return Ok(2);
    };
    let given = if given.is_empty() { call.memory.parameters.clone() } else { given.to_vec() };
    // Behind a dot: how many letters of the word have been taken.
    let place = call.memory.get("OPTIND").unwrap_or("1").to_owned();
    let (word, letter) = place.split_once('.').unwrap_or((&place, "1"));
    let (mut word, mut letter) = (word.parse::<usize>().unwrap_or(1).max(1), letter.parse::<usize>().unwrap_or(1));
    let text: Vec<char> = given.get(word - 1).map(|text| text.chars().collect()).unwrap_or_default();
    let is_option = text.len() > 1 && text[0] == '-' && text != ['-', '-'];
    if !is_option {
        word += usize::from(text == ['-', '-']);
        call.memory.set("OPTIND", word.to_string());
        call.memory.set(name, "?");
        return Ok(1);
    }
    let option = text.get(letter).copied().unwrap_or('?');
    letter += 1;
    let next = |memory: &mut Memory, word: usize, letter: usize| {
        let ended = letter >= text.len();
        let place = if ended { (word + 1).to_string() } else { format!("{word}.{letter}") };
        memory.set("OPTIND", place);
    };
    let silent = known.starts_with(':');
    let at = known.find(option).filter(|_| option != ':');
    let Some(at) = at else {
        next(call.memory, word, letter);
        if silent {
            call.memory.set("OPTARG", option.to_string());
        } else {
            call.memory.variables.remove("OPTARG");
            let text = format!("{}: illegal option -- {option}\n", call.memory.name);
            call.err.push_str(&text);
        }
        call.memory.set(name, "?");
        return Ok(0);
    };
    if !known[at + option.len_utf8()..].starts_with(':') {
        next(call.memory, word, letter);
        call.memory.variables.remove("OPTARG");
        call.memory.set(name, option.to_string());
        return Ok(0);
    }
    let attached: String = text[letter..].iter().collect();
    let value = if attached.is_empty() { given.get(word).cloned() } else { Some(attached.clone()) };
    let taken = 1 + usize::from(attached.is_empty() && value.is_some());
    call.memory.set("OPTIND", (word + taken).to_string());
    match value {
        Some(value) => {
            call.memory.set("OPTARG", value);
            call.memory.set(name, option.to_string());
        }
        None if silent => {
            call.memory.set("OPTARG", option.to_string());
            call.memory.set(name, ":");
        }
        None => {
            let text = format!("{}: option requires an argument -- {option}\n", call.memory.name);
            call.err.push_str(&text);
            call.memory.variables.remove("OPTARG");
            call.memory.set(name, "?");
        }
    }
    Ok(0)
}

/// `trap COMMAND SIGNAL ...`; `EXIT` is the one that happens here, when the shell or subshell ends.
pub(super) fn trap(call: &mut Call<'_>) -> Flow {
    let arguments = call.args;
    let plain = |signal: &String| match signal.trim_start_matches("SIG") {
        "0" => "EXIT".to_owned(),
        signal => signal.to_uppercase(),
    };
    let shown = |name: &str| {
        if name == "EXIT" || name == "ERR" || name == "DEBUG" { name.to_owned() } else { format!("SIG{name}") }
    };
    let line = |name: &str, command: &str| format!("trap -- '{}' {}\n", command.replace('\'', "'\\''"), shown(name));
    match &arguments[1..] {
        [] => {
            let all: String = call.memory.traps.iter().map(|(name, command)| line(name, command)).collect();
            call.out.push_str(&all);
        }
        [flag, names @ ..] if flag == "-p" || flag == "-l" => {
            for name in names.iter().map(plain) {
                if let Some(command) = call.memory.traps.get(&name) {
                    call.out.push_str(&line(&name, command));
                }
            }
        }
        [signal] => drop(call.memory.traps.remove(&plain(signal))),
        [command, signals @ ..] => {
            for signal in signals {
                match command.as_str() {
                    "-" => drop(call.memory.traps.remove(&plain(signal))),
                    command => drop(call.memory.traps.insert(plain(signal), command.to_owned())),
                }
            }
        }
    }
    Ok(0)
}

/// `umask`: nobody's files here have other rights than the usual ones, and it says so.
pub(super) fn umask(call: &mut Call<'_>) -> Flow {
    match call.args.get(1).map(String::as_str) {
        None => call.out.push_str("0022\n"),
        Some("-S") => call.out.push_str("u=rwx,g=rx,o=rx\n"),
        Some(_) => {}
    }
    Ok(0)
}

/// What `shopt` can set here, and the letters that stand for it among the options.
const SHOPTS: [(&str, char); 8] = [
    ("dotglob", 'D'),
    ("expand_aliases", ' '),
    ("extglob", ' '),
    ("failglob", ' '),
    ("globstar", ' '),
    ("histappend", ' '),
    ("checkwinsize", ' '),
    ("nullglob", 'N'),
];

/// `shopt -s NAME`, `shopt -u NAME`, `shopt NAME`
pub(super) fn shopt(call: &mut Call<'_>) -> Flow {
    let (flags, names): (Vec<&String>, Vec<&String>) = call.args[1..].iter().partition(|a| a.starts_with('-'));
    let flag = |letter: char| flags.iter().any(|flag| flag.contains(letter));
    let mut status = 0;
    for name in names {
        let Some((_, letter)) = SHOPTS.iter().find(|(known, _)| known == name) else {
            call.complain(&format!("shopt: {name}: invalid shell option name"));
            status = 1;
            continue;
        };
        if flag('s') || flag('u') {
            call.memory.options.retain(|l| l != letter);
            call.memory.options.extend((flag('s') && *letter != ' ').then_some(*letter));
            continue;
        }
        let on = call.memory.has(*letter);
        status = i32::from(!on);
        if !flag('q') {
            call.out.push_str(&format!("{name:<15}\t{}\n", if on { "on" } else { "off" }));
        }
    }
    Ok(status)
}
