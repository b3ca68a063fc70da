//! What programs do: from a container's command and image to the steps of its process.

mod words;

use crate::company::CLIENTS;
use crate::images::{Flavour, Image, Main, Saying};
use crate::pi;
use crate::process::{Program, Started, Step, Text, shared, shown};
use crate::registry::OwnImage;
use api::Str;
use script::is_shell;
use std::sync::Arc;
use std::time::Duration;
pub use words::memory_needed;
use words::option;

/// Something that listens, and how it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// The ports it listens on.
    pub ports: Vec<u16>,
    /// How it answers HTTP requests.
    pub answers: Answers,
}

/// How a server answers HTTP requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// With files of a document root.
    Files(Flavour, Str),
    /// With a text about itself.
    Says(Saying, Str),
    /// As its author has described.
    Own(Arc<OwnImage>),
    /// It is a name server, with this Corefile.
    Names(Str),
    /// It speaks another protocol.
    Nothing,
}

/// How a container's process is started.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// Its image.
    pub image: &'static Image,
    /// The description of a user's own image.
    pub own: Option<&'a Arc<OwnImage>>,
    /// `command` of the container; empty for the image's own.
    pub command: &'a [String],
    /// `args` of the container.
    pub args: &'a [String],
    /// Its environment.
    pub env: &'a [(Str, Str)],
    /// Its memory limit in bytes, if it has one.
    pub memory_limit: Option<i64>,
    /// Whether its standard input is kept open, for somebody to join it.
    pub stdin: bool,
    /// Whether its command is a file in the container that can be run, such as a script of a ConfigMap.
    pub file: bool,
}

/// Small tools that every image is taken to have.
pub(crate) const TOOLS: &[&str] = &[
    "[",
    "ash",
    "awk",
    "base64",
    "basename",
    "cat",
    "chmod",
    "chown",
    "cmp",
    "comm",
    "cp",
    "curl",
    "cut",
    "date",
    "dd",
    "df",
    "diff",
    "dig",
    "dirname",
    "du",
    "echo",
    "egrep",
    "env",
    "expand",
    "expr",
    "false",
    "fgrep",
    "find",
    "fold",
    "free",
    "grep",
    "gzip",
    "head",
    "hexdump",
    "hostname",
    "id",
    "install",
    "ip",
    "kill",
    "killall",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mktemp",
    "more",
    "mount",
    "mv",
    "nc",
    "netstat",
    "nl",
    "nohup",
    "nproc",
    "nslookup",
    "od",
    "paste",
    "pgrep",
    "pidof",
    "ping",
    "pkill",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sha1sum",
    "sha256sum",
    "shuf",
    "sleep",
    "sort",
    "stat",
    "su",
    "sync",
    "tac",
    "tail",
    "tar",
    "tee",
    "telnet",
    "test",
    "time",
    "timeout",
    "top",
    "touch",
    "tr",
    "traceroute",
    "true",
    "tty",
    "uname",
    "uniq",
    "uptime",
    "vi",
    "watch",
    "wc",
    "wget",
    "which",
    "whoami",
    "xargs",
    "xxd",
    "yes",
];

/// The program that a container runs.
///
/// # Errors
/// What the container runtime says where the program cannot be started.
pub fn program(invocation: &Invocation<'_>) -> Result<Program, String> {
    let image = invocation.image;
    let args = invocation.args;
    if let Some(own) = invocation.own.filter(|own| invocation.memory_limit.is_some_and(|limit| own.memory.0 > limit)) {
        return Ok(Program { killed: Some("OOMKilled"), steps: out_of_memory(own.memory.0), ..own.program() });
    }
    let own = invocation.command.is_empty()
        && (args.is_empty() || args[0].starts_with('-') || keeps_entrypoint(image, &args[0]));
    if own
        && !matches!(image.main, Main::Idle if image.short() == "agnhost")
        && image.short() != "stress"
        && (args.is_empty() || image.short() != "curl")
    {
        return Ok(main(invocation));
    }
    let mut words: Vec<&str> = invocation.command.iter().map(String::as_str).collect();
    if own {
        words.extend(&image.command[..1]);
    }
    words.extend(args.iter().map(String::as_str));
    let Some(name) = words.first().copied() else { return Ok(main(invocation)) };
    let command = shown(&words);
    let memory = memory_needed(&words).unwrap_or(SMALL);
    let idle = |steps| Program {
        steps,
        on_term: Some((0, TERM)),
        words: None,
        killed: None,
        memory,
        command: command.clone(),
    };
    if let Some(over) =
        memory_needed(&words).filter(|needed| invocation.memory_limit.is_some_and(|limit| *needed > limit))
    {
        return Ok(Program { killed: Some("OOMKilled"), ..idle(out_of_memory(over)) });
    }
    if invocation.file {
        return Ok(Program { on_term: None, words: Some(shared(&words)), ..idle(Vec::new()) });
    }
    if !exists(name, image) {
        let why = match name.contains('/') {
            true => format!("stat {name}: no such file or directory"),
            false => "executable file not found in $PATH".to_owned(),
        };
        return Err(format!("exec: \"{name}\": {why}"));
    }
    // An image's own program asks nobody who joins it.
    if invocation.stdin && !own && crate::company::needed(&words) {
        return Ok(Program { on_term: None, ..idle(vec![Step::Attended]) });
    }
    match long(&words, invocation) {
        Some(steps) => {
            let handles = steps.iter().any(|step| matches!(step, Step::Serve(_)));
            Ok(Program { on_term: (handles || !TOOLS.contains(&base(name))).then_some((0, TERM)), ..idle(steps) })
        }
        // What has no handler for SIGTERM as process 1 never gets the signal.
        None => Ok(Program { on_term: None, words: Some(shared(&words)), ..idle(Vec::new()) }),
    }
}

/// What a program is that a script starts in a container of an image.
pub(crate) fn started(args: &[String], invocation: &Invocation<'_>) -> Started {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let Some(name) = words.first().copied() else { return Started::Missing };
    let path = name.rsplit_once('/').map(|(folder, _)| folder);
    if !exists(name, invocation.image)
        || path.is_some_and(|folder| !folder.ends_with("bin") && !runs(name, invocation.image))
    {
        return Started::Missing;
    }
    match long(&words, invocation) {
        Some(steps) => {
            let command = shown(&words);
            let memory = memory_needed(&words).unwrap_or(SMALL);
            let on_term = Some((0, TERM));
            Started::Program(Box::new(Program { steps, on_term, words: None, killed: None, memory, command }))
        }
        None => Started::Tool,
    }
}

/// Takes memory until the kernel has had enough of it.
fn out_of_memory(bytes: i64) -> Vec<Step> {
    vec![Step::Sleep(Duration::from_millis(400 + bytes as u64 % 300)), Step::Exit(137)]
}

/// What a small program needs of memory, in bytes.
const SMALL: i64 = 1 << 20;

/// How long a server takes to end when it is asked to.
const TERM: Duration = Duration::from_millis(10);

impl Image {
    /// The last part of the repository.
    pub fn short(&self) -> &'static str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether an image's own program gets these arguments, of which this is the first, rather than being replaced by them.
fn keeps_entrypoint(image: &Image, first: &str) -> bool {
    // curl's entry point runs what is a command, and takes anything else for an address.
    if image.short() == "curl" {
        return !exists(first, image);
    }
    matches!(image.short(), "agnhost" | "http-echo" | "hello-app" | "whoami" | "" | "coredns")
        || image.repository.contains("/kube-")
}

/// The image's own main program.
fn main(invocation: &Invocation<'_>) -> Program {
    if let Some(own) = invocation.own {
        return own.program();
    }
    let image = invocation.image;
    let has = |name: &&str| invocation.env.iter().any(|(key, value)| key == *name && !value.is_empty());
    if !image.needs.is_empty() && !image.needs.iter().any(has) {
        let said = image.refuses.iter().map(|line| Step::Say(line));
        let command = image.command.join(" ").into();
        let steps = said.chain([Step::Exit(1)]).collect();
        return Program { steps, on_term: Some((0, TERM)), words: None, killed: None, memory: SMALL, command };
    }
    let mut steps: Vec<Step> = image.says.iter().map(|line| Step::Say(line)).collect();
    match image.main {
        Main::Files { flavour, port, root } => {
            steps.push(Step::Serve(Server { ports: vec![port], answers: Answers::Files(flavour, root.into()) }));
        }
        Main::Echo { port, saying } => steps.push(Step::Serve(echo(port, saying, invocation.args))),
        Main::Listen(ports) => {
            steps.push(Step::Serve(Server { ports: ports.to_vec(), answers: Answers::Nothing }));
        }
        Main::Idle => steps.push(Step::Forever),
        Main::Shell if invocation.stdin => steps.push(Step::Attended),
        Main::Shell => steps.push(Step::Exit(0)),
        Main::Print(text) => steps.extend([Step::Print(Text::literal(text)), Step::Exit(0)]),
        Main::Fail(code, text) => steps.extend([Step::Print(Text::literal(&format!("{text}\n"))), Step::Exit(code)]),
    }
    let memory = match image.main {
        Main::Files { .. } | Main::Echo { .. } => 8 << 20,
        Main::Listen(_) => 48 << 20,
        _ => SMALL,
    };
    let command = image.command.join(" ").into();
    Program { steps, on_term: Some((0, TERM)), words: None, killed: None, memory, command }
}

fn echo(port: u16, saying: Saying, args: &[String]) -> Server {
    let option = |name: &str| args.iter().find_map(|a| a.trim_start_matches('-').strip_prefix(name)?.strip_prefix('='));
    let listen = option("listen").or_else(|| option("port"));
    let port = listen.and_then(|l| l.rsplit(':').next()?.parse().ok()).unwrap_or(port);
    Server { ports: vec![port], answers: Answers::Says(saying, option("text").unwrap_or_default().into()) }
}

/// What a program does that goes on by itself; none for a tool.
fn long(words: &[&str], invocation: &Invocation<'_>) -> Option<Vec<Step>> {
    let (name, args) = words.split_first()?;
    let image = invocation.image;
    let first = args.iter().find(|a| !a.starts_with('-')).copied();
    let has = |letter: char| args.iter().any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains(letter));
    Some(match base(name) {
        "top" => vec![Step::Forever],
        "watch" => vec![Step::Forever],
        "ping" if !has('c') => vec![Step::Forever],
        "httpd" if has('f') && image.short() != "httpd" => {
            let port = option(args, "-p").and_then(|p| p.rsplit(':').next()?.parse().ok()).unwrap_or(80);
            let root = option(args, "-h").unwrap_or("/");
            serve(port, Answers::Files(Flavour::Busybox, root.into()))
        }
        "nc" if has('l') => {
            let port = option(args, "-p").or(option(args, "-lp")).or(args.last().copied());
            serve(port.and_then(|p| p.parse().ok()).unwrap_or(0), Answers::Nothing)
        }
        "python" | "python3" if args.contains(&"http.server") => {
            let port = args.last().and_then(|a| a.parse().ok()).unwrap_or(8000);
            serve(port, Answers::Files(Flavour::Python, image.workdir.into()))
        }
        "perl" if args.iter().any(|a| a.contains("bpi")) => {
            let digits = args.iter().find_map(|a| a.split_once("bpi(")?.1.split(')').next()?.parse().ok());
            vec![Step::Print(Text::literal(&format!("{}\n", pi::digits(digits.unwrap_or(100))))), Step::Exit(0)]
        }
        "agnhost" => match first.unwrap_or_default() {
            "netexec" | "serve-hostname" => {
                let port = args.iter().find_map(|a| a.strip_prefix("--http-port=")?.parse().ok());
                serve(port.unwrap_or(8080), Answers::Says(Saying::Hostname, Str::default()))
            }
            _ => vec![Step::Forever],
        },
        "stress" | "stress-ng" => vec![Step::Burn],
        "nginx" if args.iter().any(|a| ["-v", "-V", "-t", "-s"].contains(a)) => vec![Step::Exit(0)],
        program
            if image.command.first().is_some_and(|own| base(own) == program)
                && !matches!(image.main, Main::Shell)
                && program != "curl" =>
        {
            main(invocation).steps
        }
        program if TOOLS.contains(&program) || CLIENTS.contains(&program) || is_shell(program) => return None,
        // Another program of its image: it does what it is for.
        program if image.programs.contains(&program) => vec![Step::Exit(0)],
        // Somebody's own program in somebody's own image: it is there to run.
        _ if image.repository.is_empty() => vec![Step::Forever],
        _ => return None,
    })
}

fn serve(port: u16, answers: Answers) -> Vec<Step> {
    vec![Step::Serve(Server { ports: vec![port], answers })]
}

fn exists(name: &str, image: &Image) -> bool {
    image.repository.is_empty() || !image.bare && TOOLS.contains(&base(name)) || runs(name, image)
}

/// Whether an image brings a program with it.
fn runs(name: &str, image: &Image) -> bool {
    image.programs.contains(&base(name)) || image.command.iter().any(|c| base(c) == base(name))
}

pub(crate) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
#[path = "programs_tests.rs"]
pub(crate) mod tests;
