//! The developer's commands: `cargo xtask COMMAND`. One file a command; `sh` runs programs, `tools` finds or installs them.

mod adapter;
mod bench;
mod build;
mod clients;
mod embed;
mod error;
mod fuzz;
mod kubectl;
mod lessons;
mod offline;
mod oracle;
mod profile;
mod serve;
mod sh;
mod size;
mod split;
mod style;
mod test;
mod tidy;
mod tools;

use error::Result;
use std::process::ExitCode;

/// A command: its name, what it does in one line, and the function that gets the arguments after the name.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "serve",
        about: "build the page and serve it on http://127.0.0.1:8080 [--port N] [--examples: a docs site with it]",
        run: serve::run,
    },
    Command { name: "test", about: "install what is missing and run every check and test", run: test::run },
    Command {
        name: "build",
        about: "write the release page to dist/ [--dev: quickly, large and slow]",
        run: build::run,
    },
    Command { name: "pack-npm", about: "write the npm package into target/npm [--no-build]", run: embed::pack },
    Command { name: "oracle", about: "score the recordings [-v] [SCENARIO.scn ...]", run: oracle::run },
    Command { name: "clients", about: "real kubectls and client libraries against kubarium serve", run: clients::run },
    Command {
        name: "adapter",
        about: "answer shell lines by the real kubectl and kubarium serve [--kubectl PATH]",
        run: adapter::run,
    },
    Command { name: "size", about: "what the page downloads, against its budget", run: size::run },
    Command {
        name: "profile",
        about: "watch what the page needs to open, and note it for the build",
        run: profile::run,
    },
    Command {
        name: "bench",
        about: "how the cost grows with the cluster, and the page's [--quick | --page]",
        run: bench::run,
    },
    Command { name: "fuzz", about: "changed lines, for panics and hangs [--minutes N] [--seed N]", run: fuzz::run },
    Command { name: "tidy", about: "check the house rules that no compiler checks", run: tidy::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("help", String::as_str);
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return usage(name);
    };
    match (command.run)(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the commands; asking for them is no failure, a misspelt one is.
fn usage(name: &str) -> ExitCode {
    let asked = matches!(name, "help" | "--help" | "-h");
    if !asked {
        eprintln!("xtask: no command is called {name:?}\n");
    }
    eprintln!("usage: cargo xtask COMMAND\n");
    for command in COMMANDS {
        eprintln!("  {:8} {}", command.name, command.about);
    }
    if asked { ExitCode::SUCCESS } else { ExitCode::from(2) }
}
