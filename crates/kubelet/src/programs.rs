//! What programs do: from a container's command and image to the steps of its process.

mod words;

use crate::images::{Flavour, Image, Main, Saying};
use crate::process::{Program, Step, Text};
use crate::registry::OwnImage;
use crate::{pi, script};
use api::Str;
use std::sync::Arc;
use std::time::Duration;
pub(crate) use words::duration;
pub use words::memory_needed;
use words::{echoed, option, unescape};

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
}

/// Small tools that every image is taken to have.
pub(crate) const TOOLS: &[&str] = &[
    "[",
    "awk",
    "base64",
    "basename",
    "cat",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dd",
    "df",
    "dig",
    "dirname",
    "du",
    "echo",
    "env",
    "expr",
    "false",
    "find",
    "free",
    "grep",
    "gzip",
    "head",
    "hostname",
    "id",
    "ip",
    "kill",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "more",
    "mount",
    "mv",
    "nc",
    "netstat",
    "nslookup",
    "ping",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "su",
    "sync",
    "tail",
    "tar",
    "tee",
    "test",
    "time",
    "timeout",
    "top",
    "touch",
    "tr",
    "true",
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
    "yes",
    ":",
    "cd",
    "export",
    "set",
    "trap",
    "wait",
    "umask",
    "ulimit",
    "source",
    ".",
    "read",
    "ash",
];

/// What became of a command in a script.
pub(crate) struct Ran {
    pub(crate) steps: Vec<Step>,
    pub(crate) status: i32,
}

impl Ran {
    fn quietly(status: i32) -> Ran {
        Ran { steps: Vec::new(), status }
    }

    fn steps(steps: Vec<Step>) -> Ran {
        Ran { steps, status: 0 }
    }
}

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
    let own = invocation.command.is_empty() && (args.is_empty() || args[0].starts_with('-') || keeps_entrypoint(image));
    if own && !matches!(image.main, Main::Idle if image.short() == "agnhost") && image.short() != "stress" {
        return Ok(main(invocation));
    }
    let mut words: Vec<&str> = invocation.command.iter().map(String::as_str).collect();
    if own {
        words.extend(&image.command[..1]);
    }
    words.extend(args.iter().map(String::as_str));
    let Some(name) = words.first().copied() else { return Ok(main(invocation)) };
    let command: Str = words.join(" ").into();
    let memory = memory_needed(&words).unwrap_or(SMALL);
    let idle = |steps| Program {
        steps,
        on_term: Some((0, TERM)),
        on_term_from: 0,
        killed: None,
        memory,
        command: command.clone(),
    };
    if let Some(over) =
        memory_needed(&words).filter(|needed| invocation.memory_limit.is_some_and(|limit| *needed > limit))
    {
        return Ok(Program { killed: Some("OOMKilled"), ..idle(out_of_memory(over)) });
    }
    if !exists(name, image) {
        let why = match name.contains('/') {
            true => format!("stat {name}: no such file or directory"),
            false => "executable file not found in $PATH".to_owned(),
        };
        return Err(format!("exec: \"{name}\": {why}"));
    }
    if invocation.stdin && crate::company::needed(&words) {
        return Ok(Program { on_term: None, ..idle(vec![Step::Attended]) });
    }
    let shell = matches!(base(name), "sh" | "bash" | "ash" | "dash");
    let script = words.iter().position(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('c'));
    if let (true, Some(script)) = (shell, script.and_then(|at| words.get(at + 1))) {
        let steps = script::compile(script, invocation);
        // A shell as process 1 has no handler for SIGTERM, and the kernel then ignores the signal; `exec` replaces it.
        let replaced = matches!(steps.last(), Some(Step::Serve(_))) && script.contains("exec ");
        let on_term_from = steps.len();
        return Ok(Program { on_term: replaced.then_some((0, TERM)), on_term_from, ..idle(steps) });
    }
    let words: Vec<Text> = words.iter().map(|word| Text::literal(word)).collect();
    let Ran { mut steps, status } = self::command(&words, invocation);
    steps.push(if status == 0 { Step::Done } else { Step::Exit(status) });
    let handles = steps.iter().any(|step| matches!(step, Step::Serve(_)));
    let known = TOOLS.contains(&base(name)) || shell;
    Ok(Program { on_term: (handles || !known).then_some((0, TERM)), ..idle(steps) })
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

fn keeps_entrypoint(image: &Image) -> bool {
    matches!(image.short(), "agnhost" | "curl" | "http-echo" | "hello-app" | "whoami" | "" | "coredns")
        || image.repository.contains("/kube-")
}

/// The image's own main program.
fn main(invocation: &Invocation<'_>) -> Program {
    if let Some(own) = invocation.own {
        return own.program();
    }
    let image = invocation.image;
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
    Program { steps, on_term: Some((0, TERM)), on_term_from: 0, killed: None, memory, command }
}

fn echo(port: u16, saying: Saying, args: &[String]) -> Server {
    let option = |name: &str| args.iter().find_map(|a| a.trim_start_matches('-').strip_prefix(name)?.strip_prefix('='));
    let listen = option("listen").or_else(|| option("port"));
    let port = listen.and_then(|l| l.rsplit(':').next()?.parse().ok()).unwrap_or(port);
    Server { ports: vec![port], answers: Answers::Says(saying, option("text").unwrap_or_default().into()) }
}

/// What one command does: of a script, or as a container's whole program.
pub(crate) fn command(words: &[Text], invocation: &Invocation<'_>) -> Ran {
    let Some((name, args)) = words.split_first() else { return Ran::quietly(0) };
    let image = invocation.image;
    let first = args.iter().find(|a| !a.as_str().starts_with('-'));
    let files = || args.iter().filter(|a| !a.as_str().starts_with('-')).cloned();
    match base(name.as_str()) {
        "sleep" => match duration(first.map_or("", Text::as_str)) {
            Some(span) => Ran::steps(vec![Step::Sleep(span)]),
            None => Ran::steps(vec![Step::Forever]),
        },
        "false" => Ran::quietly(1),
        name @ ("test" | "[") => tested(name, args),
        "echo" => Ran::steps(vec![Step::Print(echoed(args))]),
        "printf" => Ran::steps(vec![Step::Print(Text::raw(unescape(first.map_or("", Text::as_str))))]),
        "date" => Ran::steps(vec![Step::Print("$(date)\n".into())]),
        "hostname" => Ran::steps(vec![Step::Print("$HOSTNAME\n".into())]),
        "whoami" => Ran::steps(vec![Step::Print("root\n".into())]),
        "printenv" if first.is_some() => {
            Ran::steps(vec![Step::Print(Text::raw(format!("${}\n", first.map_or("", Text::as_str))))])
        }
        "env" | "printenv" => {
            let lines = invocation.env.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
            Ran::steps(vec![Step::Print(Text::literal(&lines))])
        }
        "cat" => Ran::steps(files().map(Step::Cat).collect()),
        "ls" => {
            let busybox = matches!(image.short(), "busybox" | "alpine" | "curl");
            let mut steps: Vec<Step> = files().map(|path| Step::List(path, busybox)).collect();
            if steps.is_empty() {
                steps.push(Step::List(Text::literal(image.workdir), busybox));
            }
            Ran::steps(steps)
        }
        "rm" | "rmdir" => Ran::steps(files().map(Step::Remove).collect()),
        "mkdir" => Ran::steps(files().map(Step::MakeDirectory).collect()),
        "touch" => Ran::steps(files().map(|file| Step::Write { file, text: Text::default(), append: true }).collect()),
        "tail" if args.iter().any(|a| matches!(a.as_str(), "-f" | "-F")) => Ran::steps(vec![Step::Forever]),
        "yes" => Ran::steps(vec![Step::Burn]),
        "top" | "ping" | "watch" | "wait" | "read" => Ran::steps(vec![Step::Forever]),
        "httpd" if args.iter().any(|a| a.as_str().contains('f')) && image.short() != "httpd" => {
            let port = option(args, "-p").and_then(|p| p.rsplit(':').next()?.parse().ok()).unwrap_or(80);
            let root = option(args, "-h").unwrap_or("/");
            serve(port, Answers::Files(Flavour::Busybox, root.into()))
        }
        "nc" if args.iter().any(|a| a.as_str().starts_with('-') && a.as_str().contains('l')) => {
            let port = option(args, "-p").or_else(|| files().next_back().map(|_| args[args.len() - 1].as_str()));
            serve(port.and_then(|p| p.parse().ok()).unwrap_or(0), Answers::Nothing)
        }
        "python" | "python3" if args.iter().any(|a| a.as_str() == "http.server") => {
            let port = args.last().and_then(|a| a.as_str().parse().ok()).unwrap_or(8000);
            serve(port, Answers::Files(Flavour::Python, image.workdir.into()))
        }
        "perl" if args.iter().any(|a| a.as_str().contains("bpi")) => {
            let digits = args.iter().find_map(|a| a.as_str().split_once("bpi(")?.1.split(')').next()?.parse().ok());
            Ran::steps(vec![Step::Print(Text::literal(&format!("{}\n", pi::digits(digits.unwrap_or(100)))))])
        }
        "agnhost" => match first.map_or("", Text::as_str) {
            "netexec" | "serve-hostname" => {
                let port = args.iter().find_map(|a| a.as_str().strip_prefix("--http-port=")?.parse().ok());
                serve(port.unwrap_or(8080), Answers::Says(Saying::Hostname, Str::default()))
            }
            _ => Ran::steps(vec![Step::Forever]),
        },
        "stress" => Ran::steps(vec![Step::Burn]),
        "nginx" if args.iter().any(|a| a.as_str().starts_with("-v")) => Ran::quietly(0),
        program
            if image.command.first().is_some_and(|own| base(own) == program) && !matches!(image.main, Main::Shell) =>
        {
            Ran::steps(main(invocation).steps)
        }
        program if TOOLS.contains(&program) || image.programs.contains(&program) => Ran::quietly(0),
        // Somebody's own program in somebody's own image: it is there to run.
        _ if image.repository.is_empty() => Ran::steps(vec![Step::Forever]),
        program => Ran { steps: vec![Step::Print(Text::literal(&format!("sh: {program}: not found\n")))], status: 127 },
    }
}

/// `test` and `[ ... ]`: what they look at is known when they run.
fn tested(name: &str, args: &[Text]) -> Ran {
    let closed = name == "[" && args.last().is_some_and(|word| word.as_str() == "]");
    Ran::steps(vec![Step::Test(args[..args.len() - usize::from(closed)].to_vec())])
}

fn serve(port: u16, answers: Answers) -> Ran {
    Ran::steps(vec![Step::Serve(Server { ports: vec![port], answers })])
}

fn exists(name: &str, image: &Image) -> bool {
    let short = base(name);
    let anything = image.repository.is_empty();
    anything
        || TOOLS.contains(&short)
        || image.programs.contains(&short)
        || image.command.iter().any(|c| base(c) == short)
}

pub(crate) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
#[path = "programs_tests.rs"]
mod tests;
