use super::*;
use crate::process::{Process, Surroundings};
use crate::{Reference, images};
use api::OrdMap;
use api::Time;
use script::Outcome;
use std::sync::Arc;
use vfs::{Fs, Mounts};

struct Container {
    log: Vec<(i64, String)>,
    mounts: Mounts,
    disks: OrdMap<Str, Fs>,
    image: &'static images::Image,
}

impl Container {
    fn new(image: &'static images::Image) -> Container {
        let mut disks = OrdMap::new();
        let mut root = Fs::new();
        root.mkdir_all("/tmp", 0).unwrap();
        disks.insert(Str::from("root"), root);
        Container { log: Vec::new(), mounts: Mounts::new("root"), disks, image }
    }

    fn exists(&mut self, path: &str) -> bool {
        self.mounts.view(&mut self.disks).exists(path)
    }
}

/// The same for whole kubelets.
pub(crate) fn tools(call: &mut crate::ToolCall) -> script::Ran {
    let mut view = call.mounts.view(&mut call.disks);
    script::Ran::Done(tool(&mut view, &call.program.args, call.now))
}

/// What tests need of the small tools; the others are the person's shell's.
pub(crate) fn tool(files: &mut vfs::View<'_>, args: &[String], now: Time) -> Outcome {
    let mut outcome = Outcome::default();
    for path in &args[1..] {
        match args[0].as_str() {
            "cat" => match files.read_text(path) {
                Ok(text) => outcome.out.push_str(&text),
                Err(error) => {
                    outcome.err.push_str(&format!("cat: can't open '{path}': {error}\n"));
                    outcome.status = 1;
                }
            },
            "touch" => files.append(path, b"", now.0).unwrap(),
            "rm" => files.remove_all(path).unwrap_or_default(),
            _ => {}
        }
    }
    if args[0] == "seq" {
        let numbers: Vec<i32> = args[1..].iter().map(|word| word.parse().unwrap()).collect();
        let (first, last) = if let [first, last] = numbers[..] { (first, last) } else { (1, numbers[0]) };
        (first..=last).for_each(|n| outcome.out.push_str(&format!("{n}\n")));
    }
    if args[0] == "date" {
        outcome.out = format!("{}\n", crate::process::expansion::date(now));
    }
    outcome
}

impl Surroundings for Container {
    fn print(&mut self, text: &str, at: Time) {
        self.log.push((at.0 / 1_000, text.to_owned()));
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) {
        act(&mut self.mounts.view(&mut self.disks));
    }
    fn variable(&self, name: &str) -> String {
        if name == "HOSTNAME" { "web-0".to_owned() } else { String::new() }
    }
    fn shell(&self) -> script::Memory {
        let variables = [("HOSTNAME".to_owned(), script::Variable::exported("web-0".into()))].into_iter().collect();
        let dialect = script::Dialect::Busybox;
        script::Memory { dialect, cwd: "/".into(), name: "sh".into(), variables, ..script::Memory::default() }
    }
    fn start(&mut self, args: &[String]) -> Started {
        let (command, args) = args.split_at(1);
        let whole: Vec<String> = [command, args].concat();
        started(&whole, &Invocation { image: self.image, command, args, ..nothing(self.image) })
    }
    fn call(&mut self, program: &script::Program) -> script::Ran {
        let mut view = self.mounts.view(&mut self.disks);
        script::Ran::Done(tool(&mut view, &program.args, program.now))
    }
}

fn nothing(image: &'static images::Image) -> Invocation<'static> {
    Invocation {
        image,
        own: None,
        command: &[],
        args: &[],
        env: &[],
        memory_limit: Some(100 << 20),
        stdin: false,
        file: false,
    }
}

fn start(image: &str, command: &[&str], args: &[&str]) -> Result<Program, String> {
    let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let (command, args) = (owned(command), owned(args));
    let image = images::find(&Reference::parse(image).unwrap()).unwrap();
    program(&Invocation { command: &command, args: &args, ..nothing(image) })
}

fn run(image: &str, command: &[&str], args: &[&str], seconds: i64) -> (Process, Container) {
    let mut container = Container::new(images::find(&Reference::parse(image).unwrap()).unwrap());
    let mut process = Process::start(Arc::new(start(image, command, args).unwrap()), Time(0));
    process.run(Time(seconds * 1_000_000), &mut container);
    (process, container)
}

fn exit(image: &str, command: &[&str]) -> Option<(i64, i32)> {
    run(image, command, &[], 10_000).0.ended.map(|(at, code)| (at.0 / 1_000_000, code))
}

#[test]
fn programs_live_as_long_as_they_should() {
    assert_eq!(exit("busybox", &["sleep", "5"]), Some((5, 0)));
    assert_eq!(exit("busybox", &["true"]), Some((0, 0)));
    assert_eq!(exit("busybox", &["false"]), Some((0, 1)));
    assert_eq!(exit("busybox", &["sh", "-c", "exit 5"]), Some((0, 5)));
    assert_eq!(exit("busybox", &["sh", "-c", "sleep 2 && sleep 1; false"]), Some((3, 1)));
    assert_eq!(exit("busybox", &["sh", "-c", "false && sleep 9 || sleep 1"]), Some((1, 0)));
    assert_eq!(exit("busybox", &["sh", "-c", "while true; do sleep 1; done"]), None);
    assert_eq!(exit("busybox", &["/bin/sh", "-ec", "for i in 1 2 3; do sleep 2; done"]), Some((6, 0)));
    assert_eq!(exit("busybox", &["sleep", "infinity"]), None);
    assert_eq!(exit("busybox", &["sh", "-c", "nosuchcmd"]), Some((0, 127)));
    assert_eq!(exit("busybox", &[]), Some((0, 0)));
    assert_eq!(exit("nginx", &[]), None);
    assert_eq!(exit("me/app", &["/run", "it"]), None);
    assert_eq!(exit("polinux/stress", &["stress", "--vm", "1"]), Some((1, 137)));
    let missing = start("nginx", &["nosuchcommand"], &[]).unwrap_err();
    assert_eq!(missing, "exec: \"nosuchcommand\": executable file not found in $PATH");
}

#[test]
fn what_they_print_and_write() {
    let (_, container) = run("busybox", &["sh", "-c", "echo starting; exit 1"], &[], 5);
    assert_eq!(container.log, [(0, "starting\n".to_owned())]);
    let counter = "i=0; while true; do echo \"$i: $(date)\"; i=$((i+1)); sleep 1; done";
    let (_, container) = run("busybox", &[], &["/bin/sh", "-c", counter], 3);
    // To start a program takes a moment: `date` and `sleep`, each time round.
    assert_eq!(container.log[2], (2_010, "2: Thu Jan  1 00:00:02 UTC 1970\n".to_owned()));
    let (process, mut container) =
        run("busybox", &["sh", "-c"], &["touch /tmp/healthy; sleep 8; rm -f /tmp/healthy; sleep 600"], 5);
    assert!(container.exists("/tmp/healthy"));
    assert_eq!(process.wake().map(|at| at.0 / 10_000), Some(800));
    let (_, container) = run("busybox", &["sh", "-c", "echo 'a $b' > /f; echo $HOSTNAME >> /f; cat /f /g"], &[], 1);
    assert_eq!(container.log[0].1, "a $b\nweb-0\n");
    assert_eq!(container.log[1].1, "cat: can't open '/g': No such file or directory\n");
    assert_eq!(run("nginx", &[], &[], 1).1.log.len(), 3);
    assert_eq!(run("busybox", &["echo", "hi", "$X"], &[], 1).1.log[0].1, "hi $X\n");
}

#[test]
fn what_they_serve() {
    let ports = |image: &str, command: &[&str], args: &[&str]| {
        run(image, command, args, 1).0.server.map(|server| server.ports).unwrap_or_default()
    };
    assert_eq!(ports("nginx", &[], &[]), [80]);
    assert_eq!(
        ports("nginx", &["sh", "-c", "echo hi > /usr/share/nginx/html/index.html; exec nginx -g 'daemon off;'"], &[]),
        [80]
    );
    assert_eq!(ports("hashicorp/http-echo", &[], &["-text=hello", "-listen=:8080"]), [8080]);
    assert_eq!(ports("python", &["python", "-m", "http.server", "9000"], &[]), [9000]);
    assert_eq!(ports("busybox", &["httpd", "-f", "-p", "8081", "-h", "/www"], &[]), [8081]);
    assert_eq!(ports("redis", &[], &["--appendonly", "yes"]), [6379]);
    assert_eq!(ports("registry.k8s.io/e2e-test-images/agnhost:2.40", &[], &["netexec", "--http-port=81"]), [81]);
}

#[test]
fn odd_scripts_do_not_hang_or_panic() {
    for script in [
        "",
        ";",
        "while",
        "for",
        "for i in",
        "do done",
        "if",
        "$(",
        "\"",
        "'",
        "{",
        "((",
        "a=$((",
        "echo $",
        "> ",
        "exit x",
        "while true; do :; done",
        "echo ${",
        "sleep",
        "sleep -1",
        "sleep 1e308",
        "&&",
        "|| &",
        "for i in {1..99999999}; do echo $i; done",
    ] {
        run("busybox", &["sh", "-c", script], &[], 100);
    }
}

#[test]
fn test_looks_whether_a_file_is_there() {
    let status = |command: &[&str]| {
        let mut around = Container::new(&images::UNKNOWN);
        around.files(&mut |files| files.write("/tmp/alive", "", 0).unwrap());
        let mut process = Process::start(Arc::new(start("busybox", command, &[]).unwrap()), Time(0));
        process.run(Time(0), &mut around);
        process.ended.unwrap().1
    };
    for (command, wanted) in [
        (&["test", "-f", "/tmp/alive"][..], 0),
        (&["test", "-f", "/tmp/alife"], 1),
        (&["[", "-e", "/tmp/alive", "]"], 0),
        (&["[", "!", "-e", "/tmp/alive", "]"], 1),
        (&["test", "!", "-f", "/tmp/alife"], 0),
        (&["test", "-s", "/tmp/alive"], 1),
        (&["test", "-d", "/tmp/alive"], 1),
    ] {
        assert_eq!(status(command), wanted, "{command:?}");
    }
}

#[test]
fn scripts_decide_by_what_they_find() {
    let says = |script: &str| {
        let (process, container) = run("busybox", &["sh", "-c"], &[script], 100);
        let text: String = container.log.iter().map(|line| line.1.as_str()).collect();
        (text, process.ended.map(|(_, code)| code))
    };
    for (script, text, code) in [
        ("if [ -f /nosuch ]; then echo there; else echo gone; fi", "gone\n", 0),
        ("touch /f; if [ -f /f ]; then echo there; else echo gone; fi; echo on", "there\non\n", 0),
        ("if [ -f /a ]; then echo a; elif [ 2 -gt 1 ]; then echo b; else echo c; fi", "b\n", 0),
        ("if [ 1 = 2 ]\nthen\n  exit 3\nfi\necho ran", "ran\n", 0),
        ("if [ 1 = 1 ]; then exit 3; fi; echo ran", "", 3),
        ("if [ 1 = 1 ]; then if [ 1 = 2 ]; then echo x; else echo y; fi; else echo z; fi", "y\n", 0),
        ("[ -f /nosuch ] && echo yes || echo no", "no\n", 0),
        ("[ a != b ] && echo yes || echo no", "yes\n", 0),
        ("[ -f /nosuch ] || exit 4; echo ran", "", 4),
        ("[ -n x ] || exit 4; echo ran", "ran\n", 0),
        ("test -f /nosuch", "", 1),
        ("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; echo end", "0\n1\n2\nend\n", 0),
        ("i=3; until [ $i -eq 1 ]; do i=$((i-1)); sleep 1; done; echo $i", "1\n", 0),
        ("if true; then echo t; else echo f; fi", "t\n", 0),
        ("if false; then echo t; else echo f; fi", "f\n", 0),
        (
            "echo ${NAME:-nobody} ${#NAME} ${NAME:+set}; NAME=ann; echo ${NAME:-nobody} ${#NAME} ${NAME:+set}",
            "nobody 0\nann 3 set\n",
            0,
        ),
        ("F=app.log; echo ${F%.log} ${F#app} ${X:-${F}}", "app .log app.log\n", 0),
    ] {
        assert_eq!(says(script), (text.to_owned(), Some(code)), "{script}");
    }
    // A loop that never finds what it looks for, without a pause, costs a bounded number of steps.
    assert_eq!(says("while [ ! -f /nosuch ]; do :; done; echo end"), (String::new(), None));
}

/// What a script prints, and how it ends, when it is woken as often as it asks for.
fn told(script: &str) -> (Vec<String>, Option<i32>) {
    let mut container = Container::new(&images::UNKNOWN);
    let mut process = Process::start(Arc::new(start("busybox", &["sh", "-c", script], &[]).unwrap()), Time(0));
    for _ in 0..100 {
        let Some(at) = process.wake() else { break };
        process.run(at, &mut container);
    }
    let lines = container.log.iter().flat_map(|(_, text)| text.lines()).map(str::to_owned).collect();
    (lines, process.ended.map(|(_, code)| code))
}

#[test]
fn loops_go_round_as_often_as_their_list_is_long_and_take_no_room() {
    let (lines, code) = told("for i in $(seq 2500); do echo $i; done; exit 3");
    assert_eq!((lines.len(), lines.last().map(String::as_str), code), (2_500, Some("2500"), Some(3)));
    assert_eq!(
        told("for a in 1 2; do for b in x $(seq 3 4); do echo $a$b; done; done").0.join(" "),
        "1x 13 14 2x 23 24"
    );
    assert_eq!(told("for i in $(seq 5 2); do echo $i; done; echo end").0, ["end"]);
    assert_eq!(told("for i in 1 2; do [ $i = 2 ] && echo two; done").0, ["two"]);
    assert_eq!(told("for i in 1 2; do echo $i; exit 4; done"), (vec!["1".to_owned()], Some(4)));
    // Nested, they are a thousand million times round: compiled in no time, and never all run at once.
    let deep = "for a in $(seq 1000); do ".repeat(6) + "echo $a; " + &"done; ".repeat(6);
    assert!(start("busybox", &["sh", "-c", &deep], &[]).unwrap().steps.len() < 20);
}
