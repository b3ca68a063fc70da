//! Processes that need somebody who joins them: what they do depends on more than their container.

use crate::programs::{TOOLS, base};

/// What a process does itself, whatever else there is in the cluster. For anything else in [`TOOLS`] it needs somebody
/// who does it, if it can be joined.
const ALONE: &[&str] = &[
    "[", "cat", "cd", "date", "echo", "env", "export", "false", "hostname", "mkdir", "printenv", "printf", "rm",
    "rmdir", "set", "sleep", "source", "test", "touch", "trap", "true", "ulimit", "umask", "whoami", ":", ".",
];

/// What some images bring to ask a server, or to get more programs.
pub const CLIENTS: &[&str] =
    &["apk", "apt", "apt-get", "mariadb", "mysql", "mysqladmin", "pg_isready", "psql", "redis-cli"];

/// Whether somebody has to join a process for what it runs: a shell without a script, or a tool such as wget.
pub(crate) fn needed(words: &[&str]) -> bool {
    let Some((name, rest)) = words.split_first() else { return false };
    let tool = |word: &str| {
        let name = base(word);
        (TOOLS.contains(&name) || CLIENTS.contains(&name)) && !ALONE.contains(&name)
    };
    match base(name) {
        "sh" | "bash" | "ash" | "dash" => {
            rest.iter().all(|word| word.starts_with('-')) || {
                let scripts = rest.iter().flat_map(|script| script.split(|c: char| " \t\n;|&(){}`'\"".contains(c)));
                scripts.into_iter().any(tool)
            }
        }
        name => tool(name),
    }
}
