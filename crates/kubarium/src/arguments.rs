//! The command line of `kubarium`.

use std::fmt;

/// What `--help` prints.
pub const HELP: &str = "\
Kubernetes behind glass: a whole cluster, simulated in virtual time.

Usage:
  kubarium sh [--seed N] [--workers N] [--control-plane-only] [--json] [FILE]
  kubarium scale [--nodes N] [--pods N] [--seed N]

Commands:
  sh      Run shell lines, from FILE or standard input, beside a fresh cluster
  scale   Make many Pods on many nodes, and print one line of JSON about it

Options of sh:
  --seed N               Seed of everything random (default 1)
  --workers N            How many nodes there are besides master (default 3)
  --control-plane-only   An API server without scheduler, controllers and nodes
  --json                 Answer each command with one line of JSON

Options of scale:
  --nodes N              How many nodes (default 5)
  --pods N               How many Pods (default 1000)
  --seed N               Seed of everything random (default 1)

  -h, --help             Print this
  -V, --version          Print the version
";

/// The most workers of `sh`: each costs a little, and a typing error should not cost minutes.
const MAX_WORKERS: u64 = 5000;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Run shell lines.
    Sh(Sh),
    /// Run the big workload.
    Scale {
        /// How many nodes.
        nodes: usize,
        /// How many Pods.
        pods: usize,
        /// The seed.
        seed: u64,
    },
}

/// How shell lines are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sh {
    /// The seed.
    pub seed: u64,
    /// How many workers.
    pub workers: usize,
    /// Whether the cluster is an API server alone.
    pub control_plane_only: bool,
    /// Whether answers are JSON.
    pub json: bool,
    /// Where the lines come from; none for standard input.
    pub file: Option<String>,
}

/// A command line that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kubarium: {}\nTry 'kubarium --help'.", self.0)
    }
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// What is wrong with them.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Problem> {
    let mut rest = arguments.into_iter();
    match rest.next().as_deref() {
        None => Err(Problem("what is to be done? (sh, scale)".into())),
        Some("-h" | "--help" | "help") => Ok(Command::Help),
        Some("-V" | "--version") => Ok(Command::Version),
        Some("sh") => sh(&mut rest),
        Some("scale") => scale(&mut rest),
        Some(other) => Err(Problem(format!("there is no command {other:?} (sh, scale)"))),
    }
}

fn sh(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let mut sh = Sh { seed: 1, workers: 3, control_plane_only: false, json: false, file: None };
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        match name {
            "--seed" => sh.seed = number(name, value, rest, u64::MAX)?,
            "--workers" => sh.workers = number(name, value, rest, MAX_WORKERS)? as usize,
            "--control-plane-only" => sh.control_plane_only = flag(name, value)?,
            "--json" => sh.json = flag(name, value)?,
            "-h" | "--help" => return Ok(Command::Help),
            "-" => sh.file = None,
            name if name.starts_with('-') => return Err(unknown("sh", name)),
            _ if sh.file.is_some() => return Err(Problem(format!("one FILE is enough; what is {argument:?}?"))),
            _ => sh.file = Some(argument),
        }
    }
    Ok(Command::Sh(sh))
}

fn scale(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let (mut nodes, mut pods, mut seed) = (5, 1000, 1);
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        match name {
            "--nodes" => nodes = number(name, value, rest, 100_000)?,
            "--pods" => pods = number(name, value, rest, 10_000_000)?,
            "--seed" => seed = number(name, value, rest, u64::MAX)?,
            "-h" | "--help" => return Ok(Command::Help),
            _ => return Err(unknown("scale", &argument)),
        }
    }
    Ok(Command::Scale { nodes: nodes as usize, pods: pods as usize, seed })
}

fn split(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name, Some(value)),
        _ => (argument, None),
    }
}

fn number(name: &str, value: Option<&str>, rest: &mut dyn Iterator<Item = String>, most: u64) -> Result<u64, Problem> {
    let text = value.map(str::to_owned).or_else(|| rest.next());
    let Some(text) = text else { return Err(Problem(format!("{name} needs a number"))) };
    match text.parse() {
        Ok(n) if n <= most => Ok(n),
        Ok(_) => Err(Problem(format!("{name} {text} is too much: at most {most}"))),
        Err(_) => Err(Problem(format!("{name} needs a number, not {text:?}"))),
    }
}

fn flag(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(Problem(format!("{name} is true or false, not {other:?}"))),
    }
}

fn unknown(command: &str, name: &str) -> Problem {
    Problem(format!("{command} has no option {name:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Command, Problem> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn sense_and_nonsense() {
        let sh = Sh { seed: 7, workers: 1, control_plane_only: false, json: true, file: Some("x.sh".into()) };
        assert_eq!(read("sh --seed 7 --workers=1 --json x.sh"), Ok(Command::Sh(sh)));
        assert_eq!(read("scale --nodes 2 --pods 3"), Ok(Command::Scale { nodes: 2, pods: 3, seed: 1 }));
        assert_eq!(read("--help"), Ok(Command::Help));
        for wrong in [
            "",
            "shell",
            "sh --seed",
            "sh --seed x",
            "sh --workers 9999999",
            "sh a b",
            "sh -x",
            "scale 5",
            "sh --json=2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
