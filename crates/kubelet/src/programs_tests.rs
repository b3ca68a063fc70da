use super::*;
use crate::process::{Process, Surroundings};
use crate::{Reference, images};
use api::Time;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Default)]
struct Container {
    log: Vec<(i64, String)>,
    files: BTreeMap<String, String>,
}

impl Surroundings for Container {
    fn print(&mut self, text: &str, at: Time) {
        self.log.push((at.0 / 1_000, text.to_owned()));
    }
    fn list(&mut self, path: &str) -> Result<Vec<api::Str>, String> {
        Err(format!("{path} is not listed here"))
    }
    fn read(&mut self, path: &str) -> Result<String, String> {
        self.files.get(path).cloned().ok_or_else(|| "No such file or directory".to_owned())
    }
    fn write(&mut self, path: &str, text: &str, append: bool, _: Time) {
        let file = self.files.entry(path.to_owned()).or_default();
        *file = if append { format!("{file}{text}") } else { text.to_owned() };
    }
    fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }
    fn make_directory(&mut self, _: &str, _: Time) {}
    fn variable(&self, name: &str) -> String {
        if name == "HOSTNAME" { "web-0".to_owned() } else { String::new() }
    }
}

fn start(image: &str, command: &[&str], args: &[&str]) -> Result<Program, String> {
    let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let (command, args) = (owned(command), owned(args));
    let image = images::find(&Reference::parse(image).unwrap()).unwrap();
    program(&Invocation {
        image,
        command: &command,
        args: &args,
        env: &[],
        memory_limit: Some(100 << 20),
        stdin: false,
    })
}

fn run(image: &str, command: &[&str], args: &[&str], seconds: i64) -> (Process, Container) {
    let mut container = Container::default();
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
    let (_, container) = run("busybox", &[], &["/bin/sh", "-c", counter], 2);
    assert_eq!(container.log[2], (2_000, "2: Thu Jan  1 00:00:02 UTC 1970\n".to_owned()));
    let (process, container) =
        run("busybox", &["sh", "-c"], &["touch /tmp/healthy; sleep 8; rm -f /tmp/healthy; sleep 600"], 5);
    assert!(container.files.contains_key("/tmp/healthy"));
    assert_eq!(process.wake(), Some(Time(8_000_000)));
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
        let mut around = Container::default();
        around.write("/tmp/alive", "", false, Time(0));
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
