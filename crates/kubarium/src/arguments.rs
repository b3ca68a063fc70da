//! The command line of `kubarium`.

mod made;
mod pack;

use apiserver::Flags;
pub use made::Made;
use std::fmt;

/// What `--help` prints.
pub const HELP: &str = include_str!("help.txt");

/// The most workers of `sh`: each costs a little, and a typing error should not cost minutes.
const MAX_WORKERS: u64 = 5000;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Run shell lines.
    Sh(Sh),
    /// Replay a recorded session.
    Replay {
        /// Whether answers are JSON.
        json: bool,
        /// The recording.
        file: String,
    },
    /// Print what a session has made, for another cluster.
    Export {
        /// Whether as a script that makes a `kind` cluster.
        kind: bool,
        /// The session, a script or manifests.
        file: String,
    },
    /// Serve the API over HTTP.
    Serve(Serve),
    /// Make a lesson of a scenario.
    Import {
        /// The scenario's folder.
        scenario: String,
        /// The lesson's.
        folder: String,
    },
    /// Check lessons.
    Check {
        /// Their folders; none for the whole course.
        folders: Vec<String>,
        /// Whether they are only read.
        only_lint: bool,
    },
    /// Make a package for a learning platform.
    Pack(crate::pack::Options),
    /// Replay reports.
    Report {
        /// Their files.
        files: Vec<String>,
        /// Lessons that are none of the course.
        lessons: Vec<String>,
        /// Whether a table is printed.
        csv: bool,
    },
    /// Run the big workload.
    Scale {
        /// How many nodes.
        nodes: usize,
        /// How many Pods.
        pods: usize,
        /// The seed.
        seed: u64,
        /// How the cluster is made.
        made: Made,
    },
}

/// How shell lines are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sh {
    /// The seed.
    pub seed: u64,
    /// How many workers.
    pub workers: usize,
    /// Whether there are neither a scheduler nor nodes.
    pub control_plane_only: bool,
    /// How the cluster is made otherwise.
    pub made: Made,
    /// Whether answers are JSON.
    pub json: bool,
    /// Where the lines come from; none for standard input.
    pub file: Option<String>,
}

/// How the API is served.
#[derive(Clone, Debug, PartialEq)]
pub struct Serve {
    /// Where to listen: an address and a port.
    pub listen: String,
    /// How many virtual seconds pass in a second.
    pub speed: f64,
    /// Whether there are neither a scheduler nor nodes.
    pub control_plane_only: bool,
    /// Where to write a kubeconfig.
    pub write_kubeconfig: Option<String>,
    /// Whether clients are told to use TLS. It is spoken at the same port anyway.
    pub tls: bool,
    /// The administrator's bearer token.
    pub token: Option<String>,
    /// Whether whoever shows no token is let in as nobody.
    pub anonymous: bool,
    /// The API server's own flags.
    pub flags: Flags,
    /// The seed.
    pub seed: u64,
    /// How many workers.
    pub workers: usize,
    /// How the cluster is made otherwise.
    pub made: Made,
}

impl Default for Serve {
    fn default() -> Serve {
        Serve {
            listen: "127.0.0.1:8001".into(),
            speed: 1.0,
            control_plane_only: false,
            write_kubeconfig: None,
            tls: false,
            token: None,
            anonymous: false,
            flags: Flags::default(),
            seed: 1,
            workers: 3,
            made: Made::default(),
        }
    }
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
        None => Err(Problem("what is to be done? (sh, replay, export, serve, check, pack, scale)".into())),
        Some("-h" | "--help" | "help") => Ok(Command::Help),
        Some("-V" | "--version") => Ok(Command::Version),
        Some("sh") => sh(&mut rest),
        Some("replay") => replay(&mut rest),
        Some("export") => export(&mut rest),
        Some("serve") => serve(&mut rest),
        Some("check") => check(&mut rest),
        Some("pack") => pack::parse(&mut rest),
        Some("scale") => scale(&mut rest),
        Some(other) => {
            Err(Problem(format!("there is no command {other:?} (sh, replay, export, serve, check, pack, scale)")))
        }
    }
}

fn sh(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let mut sh = Sh { seed: 1, workers: 3, control_plane_only: false, made: Made::default(), json: false, file: None };
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        if sh.made.read(name, value, rest)? {
            continue;
        }
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
    sh.made.check(sh.control_plane_only)?;
    Ok(Command::Sh(sh))
}

fn replay(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let (mut json, mut file) = (false, None);
    for argument in rest {
        match split(&argument) {
            ("--json", value) => json = flag("--json", value)?,
            ("-h" | "--help", _) => return Ok(Command::Help),
            (name, _) if name.starts_with('-') => return Err(unknown("replay", name)),
            _ if file.is_some() => return Err(Problem(format!("one FILE is enough; what is {argument:?}?"))),
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or_else(|| Problem("replay needs a FILE".into()))?;
    Ok(Command::Replay { json, file })
}

fn export(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let (mut kind, mut file) = (false, None);
    for argument in rest {
        match split(&argument) {
            ("--kind", value) => kind = flag("--kind", value)?,
            ("-h" | "--help", _) => return Ok(Command::Help),
            (name, _) if name.starts_with('-') => return Err(unknown("export", name)),
            _ if file.is_some() => return Err(Problem(format!("one FILE is enough; what is {argument:?}?"))),
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or_else(|| Problem("export needs a FILE".into()))?;
    Ok(Command::Export { kind, file })
}

fn serve(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let mut serve = Serve::default();
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        if serve.made.read(name, value, rest)? {
            continue;
        }
        match name {
            "--listen" => serve.listen = text(name, value, rest)?,
            "--speed" => serve.speed = speed(&text(name, value, rest)?)?,
            "--control-plane-only" => serve.control_plane_only = flag(name, value)?,
            "--write-kubeconfig" => serve.write_kubeconfig = Some(text(name, value, rest)?),
            "--tls" => serve.tls = flag(name, value)?,
            "--token" => serve.token = Some(text(name, value, rest)?),
            "--anonymous" => serve.anonymous = flag(name, value)?,
            "--authorization-mode" => serve.flags.always_allow = always_allow(&text(name, value, rest)?)?,
            "--disable-admission-plugins" => disable(&mut serve.flags, &text(name, value, rest)?)?,
            "--seed" => serve.seed = number(name, value, rest, u64::MAX)?,
            "--workers" => serve.workers = number(name, value, rest, MAX_WORKERS)? as usize,
            "-h" | "--help" => return Ok(Command::Help),
            _ => return Err(unknown("serve", &argument)),
        }
    }
    serve.made.check(serve.control_plane_only)?;
    Ok(Command::Serve(serve))
}

/// Whether authorizers are followed by one that allows everything. The others are always there.
fn always_allow(modes: &str) -> Result<bool, Problem> {
    let mut all = modes.split(',');
    match all.find(|mode| !["Node", "RBAC", "AlwaysAllow"].contains(mode)) {
        Some(mode) => Err(Problem(format!("--authorization-mode is of Node, RBAC and AlwaysAllow, not {mode:?}"))),
        None => Ok(modes.split(',').any(|mode| mode == "AlwaysAllow")),
    }
}

fn disable(flags: &mut Flags, plugins: &str) -> Result<(), Problem> {
    match plugins.split(',').find(|plugin| !flags.disable(plugin)) {
        Some(plugin) => {
            let known = apiserver::PLUGINS.join(", ");
            Err(Problem(format!("--disable-admission-plugins: plugin {plugin:?} is unknown (there are {known})")))
        }
        None => Ok(()),
    }
}

/// How fast time flows: from standing still to a day in a second.
fn speed(text: &str) -> Result<f64, Problem> {
    let known = text.parse().ok().filter(|speed| (0.0..=86_400.0).contains(speed));
    known.ok_or_else(|| Problem(format!("--speed is a number from 0 to 86400, not {text:?}")))
}

fn scale(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let (mut nodes, mut pods, mut seed) = (5, 1000, 1);
    let mut made = Made::default();
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        if made.read(name, value, rest)? {
            continue;
        }
        match name {
            "--nodes" => nodes = number(name, value, rest, 100_000)?,
            "--pods" => pods = number(name, value, rest, 10_000_000)?,
            "--seed" => seed = number(name, value, rest, u64::MAX)?,
            "-h" | "--help" => return Ok(Command::Help),
            _ => return Err(unknown("scale", &argument)),
        }
    }
    made.check(false)?;
    Ok(Command::Scale { nodes: nodes as usize, pods: pods as usize, seed, made })
}

fn check(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let (mut folders, mut only_lint, mut scenario) = (Vec::new(), false, None);
    let (mut report, mut csv, mut lessons) = (false, false, Vec::new());
    while let Some(argument) = rest.next() {
        match split(&argument) {
            ("--import", value) => scenario = Some(text("--import", value, rest)?),
            ("--lint", value) => only_lint = flag("--lint", value)?,
            ("--report", value) => report = flag("--report", value)?,
            ("--csv", value) => csv = flag("--csv", value)?,
            ("--lesson", value) => lessons.push(text("--lesson", value, rest)?),
            ("-h" | "--help", _) => return Ok(Command::Help),
            (name, _) if name.starts_with('-') => return Err(unknown("check", name)),
            _ => folders.push(argument),
        }
    }
    match (report, folders.is_empty()) {
        (true, true) => return Err(Problem("--report needs a FILE".into())),
        (true, false) => return Ok(Command::Report { files: folders, lessons, csv }),
        (false, _) if csv || !lessons.is_empty() => return Err(Problem("--csv and --lesson go with --report".into())),
        (false, _) => {}
    }
    match (scenario, folders.as_slice()) {
        (None, _) => Ok(Command::Check { folders, only_lint }),
        (Some(scenario), [folder]) => Ok(Command::Import { scenario, folder: folder.clone() }),
        (Some(_), _) => Err(Problem("--import SCENARIO takes one LESSON, the folder to be written".into())),
    }
}

fn split(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name, Some(value)),
        _ => (argument, None),
    }
}

fn text(name: &str, value: Option<&str>, rest: &mut dyn Iterator<Item = String>) -> Result<String, Problem> {
    let text = value.map(str::to_owned).or_else(|| rest.next()).filter(|text| !text.is_empty());
    text.ok_or_else(|| Problem(format!("{name} needs a value")))
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
        let sh = Sh {
            seed: 7,
            workers: 1,
            control_plane_only: false,
            made: Made::default(),
            json: true,
            file: Some("x.sh".into()),
        };
        assert_eq!(read("sh --seed 7 --workers=1 --json x.sh"), Ok(Command::Sh(sh)));
        assert_eq!(
            read("scale --nodes 2 --pods 3"),
            Ok(Command::Scale { nodes: 2, pods: 3, seed: 1, made: Made::default() })
        );
        assert_eq!(read("--help"), Ok(Command::Help));
        assert_eq!(read("export --kind f"), Ok(Command::Export { kind: true, file: "f".into() }));
        assert_eq!(read("replay --json f"), Ok(Command::Replay { json: true, file: "f".into() }));
        let serve = Serve { listen: "127.0.0.1:0".into(), speed: 10.0, ..Serve::default() };
        assert_eq!(read("serve --listen 127.0.0.1:0 --speed=10"), Ok(Command::Serve(serve)));
        for right in
            ["serve --control-plane-only --service-cidr 10.0.0.0/24", "sh --service-cidr=10.0.0.0/16 --cni bridge"]
        {
            assert!(read(right).is_ok(), "{right}");
        }
        for wrong in [
            "check --play",
            "check --import x",
            "check --report",
            "check --csv x",
            "serve --speed -1",
            "serve --listen",
            "serve --service-cidr 10.0.0.0 --control-plane-only",
            "serve --service-cidr 10.0.0.0/29",
            "sh --service-cidr 172.17.8.0/24",
            "sh --service-cidr 10.32.5.0/24",
            "sh --cni bridge --cluster-cidr 10.0.0.0/16 --service-cidr 10.0.3.0/24",
            "serve x",
            "",
            "shell",
            "sh --seed",
            "sh --seed x",
            "sh --workers 9999999",
            "sh a b",
            "replay",
            "replay a b",
            "export",
            "export --yaml f",
            "sh -x",
            "scale 5",
            "sh --json=2",
            "sh --cni flannel",
            "sh --cluster-cidr 10.244.0.0/16",
            "sh --cni bridge --cluster-cidr 10.100.0.0/16",
            "sh --cni bridge --cluster-cidr 10.244.0.0/25",
            "serve --control-plane elsewhere",
            "sh --control-plane hosted --control-plane-only",
            "sh --preload nginx:nosuch",
            "scale --preload",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
