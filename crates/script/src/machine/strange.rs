//! What only bash takes.

use crate::Dialect;
use crate::syntax::{Command, Compound, Script};

/// Whether there is something in a script that only bash takes: arrays.
pub(super) fn strange(script: &Script, dialect: Dialect) -> bool {
    dialect != Dialect::Bash
        && script.0.iter().any(|item| {
            let pipelines = std::iter::once(&item.first).chain(item.rest.iter().map(|(_, pipeline)| pipeline));
            pipelines.flat_map(|pipeline| &pipeline.commands).any(|command| strange_command(command, dialect))
        })
}

fn strange_command(command: &Command, dialect: Dialect) -> bool {
    let is = |script: &Script| strange(script, dialect);
    match command {
        Command::Simple(simple) => {
            let list = |a: &crate::syntax::Assignment| matches!(a.value, crate::syntax::Assigned::List(_));
            !simple.lists.is_empty() || simple.assignments.iter().any(list)
        }
        Command::Function(_, body) => strange_command(body, dialect),
        Command::Compound(compound, _) => match &**compound {
            Compound::Group(script) | Compound::Subshell(script) | Compound::For(_, _, script) => is(script),
            Compound::If(branches, otherwise) => {
                branches.iter().any(|(test, body)| is(test) || is(body)) || otherwise.as_ref().is_some_and(is)
            }
            Compound::While(_, test, body) => is(test) || is(body),
            Compound::Case(_, arms) => arms.iter().any(|(_, body, _)| is(body)),
            Compound::ForArithmetic(..) => true,
            Compound::Test(words) => dialect == Dialect::Dash && words.iter().any(|word| has_parenthesis(&word.0)),
            Compound::Arithmetic(_) => false,
        },
    }
}

fn has_parenthesis(parts: &[crate::syntax::Part]) -> bool {
    parts.iter().any(|part| matches!(part, crate::syntax::Part::Literal(text) if text.contains('(')))
}

/// A syntax error in the words of a shell.
pub(super) fn worded(error: &str, dialect: Dialect) -> String {
    let token = error.split_once("unexpected token `").map(|(_, rest)| rest.trim_end_matches('\''));
    let (quote, end) = (error.contains("looking for matching"), error.contains("end of file"));
    match (dialect, token) {
        (Dialect::Bash, _) => error.to_owned(),
        (Dialect::Dash, _) if quote => "Syntax error: Unterminated quoted string".into(),
        (Dialect::Dash, _) if end => "Syntax error: end of file unexpected".into(),
        (Dialect::Dash, Some(token)) => format!("Syntax error: \"{token}\" unexpected"),
        (Dialect::Dash, None) => format!("Syntax error: {}", error.trim_start_matches("syntax error: ")),
        (Dialect::Busybox, _) if quote => "syntax error: unterminated quoted string".into(),
        (Dialect::Busybox, Some(token)) => format!("syntax error: unexpected \"{token}\""),
        (Dialect::Busybox, None) => error.to_owned(),
    }
}
