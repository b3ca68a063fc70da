//! The flags of each command are those of kubectl 1.36.4: names, letters and defaults.

use crate::cmd::ROOT;
use crate::command::{GLOBAL, find};
use crate::flags::{Flag, Kind};

/// The default as help shows it.
fn shown(flag: &Flag) -> String {
    match flag.kind {
        Kind::Bool | Kind::Int | Kind::Int32 | Kind::Span => flag.default.to_owned(),
        Kind::List | Kind::Repeated => format!("[{}]", flag.default),
        Kind::Pairs => String::new(),
        Kind::Text | Kind::Optional(_) => format!("'{}'", flag.default),
    }
}

#[test]
fn every_command_has_the_flags_of_the_real_one_and_no_others() {
    let mut wrong = Vec::new();
    for line in include_str!("flags.txt").lines().filter(|line| !line.starts_with('#')) {
        let (command, flags) = line.split_once(": ").unwrap();
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let found = find(&ROOT, &words).unwrap_or_else(|_| panic!("{command}: no such command"));
        assert!(found.args.is_empty(), "{command}: no such command");
        let own: Vec<&Flag> = found.command.flags.iter().copied().flatten().collect();
        let mut left: Vec<&str> = own.iter().filter(|f| f.deprecated.is_empty()).map(|f| f.name).collect();
        for flag in flags.split(' ') {
            let (short, rest) = match flag.strip_prefix('-') {
                Some(rest) => (rest.chars().next(), &rest[2..]),
                None => (None, flag),
            };
            let (name, default) = rest.split_once('=').unwrap();
            left.retain(|ours| *ours != name);
            match own.iter().copied().chain(GLOBAL).find(|ours| ours.name == name) {
                Some(ours) if ours.short == short && shown(ours) == default => {}
                Some(ours) => wrong.push(format!("{command} {flag}: {:?} {}", ours.short, shown(ours))),
                None => wrong.push(format!("{command} {flag}: missing")),
            }
        }
        wrong.extend(left.iter().map(|name| format!("{command} --{name}: too much")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
