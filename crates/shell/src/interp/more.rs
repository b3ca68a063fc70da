//! Builtins that are typed more rarely: directories on a stack, options, lines into arrays, traps.

use super::{Elements, Flow, Shell};
use crate::process::{Io, Output, Pipe};
use std::rc::Rc;

/// `pushd DIR`, `pushd`
pub(super) async fn pushd(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let target = match (arguments.get(1), shell.stack.is_empty()) {
        (Some(target), _) => target.clone(),
        (None, false) => shell.stack.remove(0),
        (None, true) => {
            shell.complain(&io, "pushd: no other directory");
            return Ok(1);
        }
    };
    let before = shell.cwd.clone();
    if go(shell, &target, &io).await? != 0 {
        return Ok(1);
    }
    shell.stack.insert(0, before);
    dirs(shell, Vec::new(), io).await
}

/// `popd`
pub(super) async fn popd(shell: &mut Shell, _: Vec<String>, io: Io) -> Flow {
    if shell.stack.is_empty() {
        shell.complain(&io, "popd: directory stack empty");
        return Ok(1);
    }
    let target = shell.stack.remove(0);
    if go(shell, &target, &io).await? != 0 {
        return Ok(1);
    }
    dirs(shell, Vec::new(), io).await
}

async fn go(shell: &mut Shell, target: &str, io: &Io) -> Flow {
    let quiet = Io { stdout: Output::Null, ..io.clone() };
    shell.call(vec!["cd".into(), target.to_owned()], Vec::new(), &quiet, false).await
}

/// `dirs`
pub(super) async fn dirs(shell: &mut Shell, _: Vec<String>, io: Io) -> Flow {
    let home = shell.get("HOME").unwrap_or_default().to_owned();
    let short = |path: &String| match path.strip_prefix(&home) {
        Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
        _ => path.clone(),
    };
    let all: Vec<String> = std::iter::once(&shell.cwd).chain(&shell.stack).map(short).collect();
    io.stdout.write(&shell.kernel, &format!("{}\n", all.join(" ")));
    Ok(0)
}

/// `getopts OPTIONS NAME [ARGUMENT ...]`: the next option; `OPTIND` says where it stands, `OPTARG` what belongs to it.
pub(super) async fn getopts(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let [_, known, name, given @ ..] = &arguments[..] else {
        shell.complain(&io, "getopts: usage: getopts optstring name [arg ...]");
        return Ok(2);
    };
    let given = if given.is_empty() { shell.parameters.clone() } else { given.to_vec() };
    // Behind a dot: how many letters of the word have been taken.
    let place = shell.get("OPTIND").unwrap_or("1").to_owned();
    let (word, letter) = place.split_once('.').unwrap_or((&place, "1"));
    let (mut word, mut letter) = (word.parse::<usize>().unwrap_or(1).max(1), letter.parse::<usize>().unwrap_or(1));
    let text: Vec<char> = given.get(word - 1).map(|text| text.chars().collect()).unwrap_or_default();
    let is_option = text.len() > 1 && text[0] == '-' && text != ['-', '-'];
    if !is_option {
        word += usize::from(text == ['-', '-']);
        shell.set("OPTIND", word.to_string());
        shell.set(name, "?");
        return Ok(1);
    }
    let option = text.get(letter).copied().unwrap_or('?');
    letter += 1;
    let next = |shell: &mut Shell, word: usize, letter: usize| {
        let ended = letter >= text.len();
        let place = if ended { (word + 1).to_string() } else { format!("{word}.{letter}") };
        shell.set("OPTIND", place);
    };
    let silent = known.starts_with(':');
    let at = known.find(option).filter(|_| option != ':');
    let Some(at) = at else {
        next(shell, word, letter);
        if silent {
            shell.set("OPTARG", option.to_string());
        } else {
            shell.variables.remove("OPTARG");
            let text = format!("{}: illegal option -- {option}\n", shell.name);
            io.stderr.write(&shell.kernel, &text);
        }
        shell.set(name, "?");
        return Ok(0);
    };
    if !known[at + option.len_utf8()..].starts_with(':') {
        next(shell, word, letter);
        shell.variables.remove("OPTARG");
        shell.set(name, option.to_string());
        return Ok(0);
    }
    let attached: String = text[letter..].iter().collect();
    let value = if attached.is_empty() { given.get(word).cloned() } else { Some(attached.clone()) };
    shell.set("OPTIND", (word + if attached.is_empty() { 2 } else { 1 }).to_string());
    match value {
        Some(value) => {
            shell.set("OPTARG", value);
            shell.set(name, option.to_string());
        }
        None if silent => {
            shell.set("OPTARG", option.to_string());
            shell.set(name, ":");
        }
        None => {
            let text = format!("{}: option requires an argument -- {option}\n", shell.name);
            io.stderr.write(&shell.kernel, &text);
            shell.variables.remove("OPTARG");
            shell.set(name, "?");
        }
    }
    Ok(0)
}

/// `mapfile`, `readarray`: the lines of standard input become an array.
pub(super) async fn mapfile(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let (mut cut, mut end, mut most, mut name) = (false, '\n', usize::MAX, "MAPFILE".to_owned());
    let mut rest = arguments.into_iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-t" => cut = true,
            "-d" => end = rest.next().and_then(|text| text.chars().next()).unwrap_or('\0'),
            "-n" => most = rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(usize::MAX),
            "-s" | "-O" | "-u" => drop(rest.next()),
            _ => name = argument,
        }
    }
    let text = io.stdin.all(&shell.kernel).await;
    let lines = text.split_inclusive(end).take(most);
    let lines = lines.map(|line| if cut { line.trim_end_matches(end) } else { line }.to_owned());
    shell.set_elements(&name, Elements::of(lines));
    Ok(0)
}

/// `printf -v NAME`; all else is the program's.
pub(super) async fn printf(shell: &mut Shell, mut arguments: Vec<String>, io: Io) -> Flow {
    if arguments.get(1).map(String::as_str) != Some("-v") || arguments.len() < 4 {
        let env = shell.environment();
        return shell.program(arguments, env, &io).await;
    }
    let name = arguments.remove(2);
    arguments.remove(1);
    let pipe = Rc::new(Pipe::default());
    let inner = Io { stdout: Output::Pipe(pipe.clone()), ..io.clone() };
    let env = shell.environment();
    let status = shell.program(arguments, env, &inner).await?;
    let text = pipe.take();
    match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((name, index)) => drop(shell.set_element(name, index.to_owned(), text)),
        None => shell.assign(&name, text, &io)?,
    }
    Ok(status)
}

/// `trap COMMAND SIGNAL ...`; `EXIT` is the one that happens here, when the shell or subshell ends.
pub(super) async fn trap(shell: &mut Shell, arguments: Vec<String>, io: Io) -> Flow {
    let plain = |signal: &str| match signal.trim_start_matches("SIG") {
        "0" => "EXIT".to_owned(),
        signal => signal.to_uppercase(),
    };
    let shown = |name: &str| {
        if name == "EXIT" || name == "ERR" || name == "DEBUG" { name.to_owned() } else { format!("SIG{name}") }
    };
    match &arguments[1..] {
        [] => {
            let all: String = shell
                .traps
                .iter()
                .map(|(name, command)| format!("trap -- '{}' {}\n", command.replace('\'', "'\\''"), shown(name)))
                .collect();
            io.stdout.write(&shell.kernel, &all);
        }
        [flag] if flag == "-p" || flag == "-l" => {}
        [signal] => drop(shell.traps.remove(&plain(signal))),
        [command, signals @ ..] => {
            for signal in signals {
                match command.as_str() {
                    "-" => drop(shell.traps.remove(&plain(signal))),
                    command => drop(shell.traps.insert(plain(signal), command.to_owned())),
                }
            }
        }
    }
    Ok(0)
}
