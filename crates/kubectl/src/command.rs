//! What a command is: its names, its flags, its subcommands and what it does; and how a command line finds it.

use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Flags, Kind, flag};
use crate::host::BoxFuture;
use crate::texts;
use api::Language;

/// What a command does.
pub type Action = for<'a> fn(&'a Cx<'a>) -> BoxFuture<'a, Outcome>;

/// One command of the tree under `kubectl`.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What follows the name, as help shows it.
    pub usage: &'static str,
    /// Its flags.
    pub flags: &'static [&'static [Flag]],
    /// Flags that must be given.
    pub required: &'static [&'static str],
    /// The exit status of a command line that makes no sense.
    pub misused: i32,
    /// Its subcommands, in the order of kubectl's help.
    pub subcommands: &'static [&'static Command],
    /// What it does.
    pub action: Action,
}

/// The flags that every command has.
pub static GLOBAL: &[Flag] = &[
    flag("as", Kind::Text, ""),
    flag("as-group", Kind::Repeated, ""),
    flag("as-uid", Kind::Text, ""),
    flag("as-user-extra", Kind::Repeated, ""),
    flag("cache-dir", Kind::Text, ""),
    flag("certificate-authority", Kind::Text, ""),
    flag("client-certificate", Kind::Text, ""),
    flag("client-key", Kind::Text, ""),
    flag("cluster", Kind::Text, ""),
    flag("context", Kind::Text, ""),
    flag("disable-compression", Kind::Bool, "false"),
    flag("help", Kind::Bool, "false").short('h'),
    flag("insecure-skip-tls-verify", Kind::Bool, "false"),
    flag("kubeconfig", Kind::Text, ""),
    flag("kuberc", Kind::Text, ""),
    flag("log-flush-frequency", Kind::Span, "5s"),
    flag("match-server-version", Kind::Bool, "false"),
    flag("namespace", Kind::Text, "").short('n'),
    flag("password", Kind::Text, ""),
    flag("profile", Kind::Text, "none"),
    flag("profile-output", Kind::Text, "profile.pprof"),
    flag("request-timeout", Kind::Text, "0"),
    flag("server", Kind::Text, "").short('s'),
    flag("tls-server-name", Kind::Text, ""),
    flag("token", Kind::Text, ""),
    flag("user", Kind::Text, ""),
    flag("username", Kind::Text, ""),
    flag("v", Kind::Int32, "0").short('v'),
    flag("vmodule", Kind::Text, ""),
    flag("warnings-as-errors", Kind::Bool, "false"),
];

/// A command found on a command line.
#[derive(Debug)]
pub struct Found {
    /// The command.
    pub command: &'static Command,
    /// How it is called: `kubectl create deployment`.
    pub path: String,
    /// The rest of the command line.
    pub args: Vec<String>,
}

impl Command {
    /// The subcommand with a name or alias.
    pub fn subcommand(&self, name: &str) -> Option<&'static Command> {
        self.subcommands.iter().copied().find(|c| c.name == name || c.aliases.contains(&name))
    }

    /// All flag tables of the command.
    pub fn tables(&self) -> Vec<&'static [Flag]> {
        let mut tables = vec![GLOBAL];
        tables.extend(self.flags);
        tables
    }
}

/// Finds the command that `args` name; flags may stand before it.
///
/// # Errors
/// There is no such command; similar ones are suggested.
pub fn find(root: &'static Command, args: &[String]) -> Outcome<Found> {
    let mut found = Found { command: root, path: root.name.to_owned(), args: args.to_vec() };
    while let Some(at) = first_word(&found.args) {
        let Some(command) = found.command.subcommand(&found.args[at]) else { break };
        found.path = format!("{} {}", found.path, command.name);
        found.command = command;
        found.args.remove(at);
    }
    match first_word(&found.args) {
        Some(at) if std::ptr::eq(found.command, root) => Err(unknown(root, args, &found.args[at])),
        _ => Ok(found),
    }
}

/// The place of the first argument that is neither a flag nor a flag's value.
pub(crate) fn first_word(args: &[String]) -> Option<usize> {
    let stands_alone = |name: &str| {
        let matching = |f: &&Flag| f.name == name || f.short.is_some_and(|s| name.len() == 1 && name.starts_with(s));
        GLOBAL.iter().find(matching).is_some_and(|f| f.kind == Kind::Bool)
    };
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        if arg == "--" {
            return None;
        }
        match arg.strip_prefix("--") {
            Some(name) if !arg.contains('=') && !stands_alone(name) => at += 1,
            Some(_) => {}
            None if arg.len() == 2 && arg.starts_with('-') && !stands_alone(&arg[1..]) => at += 1,
            None if arg.starts_with('-') || arg.is_empty() => {}
            None => return Some(at),
        }
        at += 1;
    }
    None
}

fn unknown(root: &Command, args: &[String], word: &str) -> Fail {
    // A word that is no command may be a plugin, and then nothing may stand before it.
    if let Some(first) = args.first().filter(|first| first.starts_with('-')) {
        return Fail::Plain(format!("Error: flags cannot be placed before plugin name: {first}"));
    }
    let mut text = format!("unknown command {word:?} for {:?}", root.name);
    let lower = word.to_lowercase();
    let similar = |name: &str| distance(&lower, name) <= 2 || name.starts_with(&lower);
    let names: Vec<&str> = root.subcommands.iter().map(|c| c.name).filter(|name| similar(name)).collect();
    if !names.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        names.iter().for_each(|name| text.push_str(&format!("\t{name}\n")));
    }
    Fail::Text(text)
}

/// How many letters must be changed, added or taken away to get from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The help of a command, made from its tables, in a language.
pub fn help(command: &Command, path: &str, language: Language) -> String {
    let section = texts::section(path);
    let heading = |name| texts::heading(language, name);
    let mut text = format!("{}\n", texts::command(language, section));
    if !command.aliases.is_empty() {
        text.push_str(&format!("\n{}\n  {}, {}\n", heading("aliases"), command.name, command.aliases.join(", ")));
    }
    let examples = texts::examples(language, section);
    if !examples.is_empty() {
        text.push_str(&format!("\n{}\n", heading("examples")));
        let shown: Vec<String> = examples.iter().map(|(line, does)| format!("  # {does}\n  {line}\n")).collect();
        text.push_str(&shown.join("\n"));
    }
    if !command.subcommands.is_empty() {
        text.push_str(&format!("\n{}\n", heading("commands")));
        let width = command.subcommands.iter().map(|c| c.name.len()).max().unwrap_or(0);
        for sub in command.subcommands {
            let about = texts::command(language, texts::section(&format!("{path} {}", sub.name)));
            text.push_str(&format!("  {:width$}   {about}\n", sub.name));
        }
    }
    let flags: Vec<&Flag> = command.flags.iter().copied().flatten().filter(|flag| flag.deprecated.is_empty()).collect();
    if !flags.is_empty() {
        text.push_str(&format!("\n{}\n", heading("flags")));
        flags.iter().for_each(|flag| text.push_str(&flag_help(flag, section, language)));
    }
    text.push_str(&format!("\n{}\n  {path}", heading("usage")));
    if !command.subcommands.is_empty() {
        text.push_str(" COMMAND");
    }
    if !command.usage.is_empty() {
        text.push_str(&format!(" {}", command.usage));
    }
    text.push_str(" [flags]\n\n");
    if !command.subcommands.is_empty() {
        text.push_str(&format!("{}\n", heading("more").replace("kubectl", path)));
    }
    text.push_str(&format!("{}\n", heading("global")));
    text
}

/// Two lines about one flag of the command of a section.
pub fn flag_help(flag: &Flag, section: &str, language: Language) -> String {
    let short = flag.short.map_or(String::new(), |s| format!("-{s}, "));
    let default = match flag.kind {
        Kind::Bool | Kind::Int | Kind::Int32 | Kind::Span => flag.default.to_owned(),
        Kind::List | Kind::Repeated => format!("[{}]", flag.default),
        Kind::Pairs => String::new(),
        Kind::Text | Kind::Optional(_) => format!("'{}'", flag.default),
    };
    format!("    {short}--{}={default}:\n\t{}\n", flag.name, texts::flag(language, section, flag.name))
}

/// An error about how a command is used, with a hint where to read more.
pub fn usage_error(path: &str, text: impl std::fmt::Display) -> Fail {
    Fail::Text(format!("{text}\nSee '{path} -h' for help and examples"))
}

/// The flags of a found command.
///
/// # Errors
/// What is wrong with them.
pub fn parse_flags(found: &Found) -> Outcome<Flags> {
    Flags::parse(&found.command.tables(), &found.args).map_err(|why| match found.command.misused {
        1 => Fail::Text(format!("{why}\nSee '{} --help' for usage.", found.path)),
        _ => usage_error(&found.path, why),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::ROOT;

    fn find_line(line: &str) -> Outcome<Found> {
        find(&ROOT, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn commands_are_found_behind_flags() {
        assert_eq!(find_line("-n dev get pods").unwrap().path, "kubectl get");
        assert_eq!(find_line("create svc nodeport x").unwrap().path, "kubectl create service nodeport");
        assert_eq!(find_line("create foo").unwrap().args, ["foo"]);
        let error = find_line("--namespace get pods").unwrap_err();
        assert_eq!(error.message(), "Error: flags cannot be placed before plugin name: --namespace");
    }

    #[test]
    fn unknown_commands_come_with_suggestions() {
        let text = |line| find_line(line).unwrap_err().message();
        let expected = "unknown command \"gt\" for \"kubectl\"\n\nDid you mean this?\n\tset\n\tget\n\tcp\n";
        assert_eq!(text("gt pods"), expected);
        assert!(text("delet pod").ends_with("\tdelete\n"));
        assert_eq!(text("zzzzzzzz"), "unknown command \"zzzzzzzz\" for \"kubectl\"");
    }
}
