//! What a command is: its names, its flags, its subcommands and what it does; and how a command line finds it.

use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Flags, Kind, flag};
use crate::host::BoxFuture;

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
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// Its flags.
    pub flags: &'static [&'static [Flag]],
    /// Flags that must be given.
    pub required: &'static [&'static str],
    /// Its subcommands, in the order of kubectl's help.
    pub subcommands: &'static [&'static Command],
    /// What it does.
    pub action: Action,
}

/// The flags that every command has.
pub static GLOBAL: &[Flag] = &[
    flag("as", Kind::Text, "", "Send requests as this user."),
    flag("as-group", Kind::Repeated, "", "Send requests as a member of this group; may be repeated."),
    flag("as-uid", Kind::Text, "", "Send requests with this user's UID."),
    flag("as-user-extra", Kind::Repeated, "", "Send requests with this extra information about the user."),
    flag("cache-dir", Kind::Text, "", "Where discovery is cached."),
    flag("certificate-authority", Kind::Text, "", "A file with the certificate authority."),
    flag("client-certificate", Kind::Text, "", "A file with the client certificate."),
    flag("client-key", Kind::Text, "", "A file with the client key."),
    flag("cluster", Kind::Text, "", "The cluster of the kubeconfig to talk to."),
    flag("context", Kind::Text, "", "The context of the kubeconfig to use."),
    flag("disable-compression", Kind::Bool, "false", "Ask the server not to compress answers."),
    flag("help", Kind::Bool, "false", "Explain the command.").short('h'),
    flag("insecure-skip-tls-verify", Kind::Bool, "false", "Do not check the server's certificate."),
    flag("kubeconfig", Kind::Text, "", "The kubeconfig file."),
    flag("kuberc", Kind::Text, "", "The file with preferences."),
    flag("log-flush-frequency", Kind::Span, "5s", "How often logs are flushed."),
    flag("match-server-version", Kind::Bool, "false", "Insist on a server of the same version."),
    flag("namespace", Kind::Text, "", "The namespace to work in.").short('n'),
    flag("password", Kind::Text, "", "The password for basic authentication."),
    flag("profile", Kind::Text, "none", "The profile to take."),
    flag("profile-output", Kind::Text, "profile.pprof", "Where the profile goes."),
    flag("request-timeout", Kind::Text, "0", "How long one request may take; 0 for as long as it takes."),
    flag("server", Kind::Text, "", "The address of the API server.").short('s'),
    flag("tls-server-name", Kind::Text, "", "The name to expect in the server's certificate."),
    flag("token", Kind::Text, "", "The bearer token."),
    flag("user", Kind::Text, "", "The user of the kubeconfig to be."),
    flag("username", Kind::Text, "", "The name for basic authentication."),
    flag("v", Kind::Int32, "0", "How much kubectl says about what it does.").short('v'),
    flag("vmodule", Kind::Text, "", "The same for single source files."),
    flag("warnings-as-errors", Kind::Bool, "false", "Fail when the server warns."),
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
fn first_word(args: &[String]) -> Option<usize> {
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

/// The help of a command, made from its tables.
pub fn help(command: &Command, path: &str) -> String {
    let mut text = format!("{}\n\nUsage:\n  {path}", command.about);
    if !command.subcommands.is_empty() {
        text.push_str(" COMMAND");
    }
    if !command.usage.is_empty() {
        text.push_str(&format!(" {}", command.usage));
    }
    text.push_str(" [flags]\n");
    if !command.subcommands.is_empty() {
        text.push_str("\nCommands:\n");
        let width = command.subcommands.iter().map(|c| c.name.len()).max().unwrap_or(0);
        for sub in command.subcommands {
            text.push_str(&format!("  {:width$}   {}\n", sub.name, sub.about));
        }
    }
    let flags: Vec<&Flag> = command.flags.iter().copied().flatten().collect();
    if !flags.is_empty() {
        text.push_str("\nFlags:\n");
        flags.iter().for_each(|flag| text.push_str(&flag_help(flag)));
    }
    text.push_str("\nFlags that every command has: kubectl options\n");
    text
}

/// Two lines about one flag.
pub fn flag_help(flag: &Flag) -> String {
    let short = flag.short.map_or(String::new(), |s| format!("-{s}, "));
    let default = match flag.kind {
        Kind::Bool | Kind::Int | Kind::Int32 | Kind::Span => flag.default.to_owned(),
        Kind::List | Kind::Repeated => "[]".to_owned(),
        Kind::Text | Kind::Optional(_) => format!("'{}'", flag.default),
    };
    format!("    {short}--{}={default}:\n\t{}\n", flag.name, flag.about)
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
    Flags::parse(&found.command.tables(), &found.args)
        .map_err(|why| Fail::Text(format!("{why}\nSee '{} --help' for usage.", found.path)))
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
