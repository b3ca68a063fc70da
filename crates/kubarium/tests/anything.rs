//! Whatever is typed is answered: no line ends the shell by a panic.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Words that are put together to lines, sensible and not.
const WORDS: &[&str] = &[
    "kubectl",
    "get",
    "describe",
    "create",
    "delete",
    "scale",
    "expose",
    "apply",
    "edit",
    "patch",
    "label",
    "annotate",
    "rollout",
    "status",
    "set",
    "explain",
    "logs",
    "exec",
    "run",
    "cordon",
    "taint",
    "auth",
    "can-i",
    "pods",
    "pod",
    "deployments.apps",
    "deploy/web",
    "rs",
    "svc",
    "nodes",
    "node/node1",
    "all",
    "events",
    "ns",
    "kubernetes",
    "web",
    "nosuch",
    "--",
    "-",
    "-n",
    "kube-system",
    "-A",
    "-l",
    "app=web",
    "app in (a,b",
    "!x",
    "-o",
    "yaml",
    "json",
    "wide",
    "name",
    "jsonpath={.items[*].metadata.name}",
    "jsonpath={.items[",
    "go-template={{range .items}}",
    "custom-columns=A:.b",
    "custom-columns=",
    "--replicas=3",
    "--replicas=-1",
    "--replicas=99999999999999999999",
    "--image=nginx",
    "--image=",
    "--port=80",
    "--port=70000",
    "--tcp=80:80",
    "--tcp=::",
    "--type=NodePort",
    "--dry-run=client",
    "--dry-run=server",
    "--sort-by=.metadata.name",
    "--sort-by=.x[",
    "--field-selector",
    "status.phase=Running",
    "--show-labels",
    "--all",
    "--grace-period=0",
    "--force",
    "--cascade=orphan",
    "--help",
    "-h",
    "--nosuch",
    "-f",
    "x.yaml",
    "한글",
    "\u{1f600}",
    "\u{0}",
    "%s%n",
    "..",
    "/",
    "a/b/c",
    "'",
    "\"",
    "\\",
    "$(",
    ")",
    "`",
    "|",
    "||",
    "&&",
    ";",
    "&",
    ">",
    "<",
    "*",
    "?",
    "~",
    "#",
    "{a,b}",
    "$HOME",
    "${x",
    "$((1/0))",
    "[",
    "curl",
    "http://web",
    "http://[::1",
    "ssh",
    "node1",
    "grep",
    "sed",
    "s/a",
    "cat",
    "echo",
    "ls",
    "cd",
    "mkdir",
    "rm",
    "head",
    "wc",
    "seq",
    "base64",
    "sort",
    "-p",
    "{\"spec\":{\"replicas\":\"x\"}}",
    "[{\"op\":\"remove\",\"path\":\"/x\"}]",
    "--type=json",
    "nginx=nginx:1",
    "image",
];

/// Words that make a command wait for something that does not come.
const ENDLESS: &[&str] = &["-w", "--watch"];

/// A small generator of numbers, the same on every machine (the constants are Knuth's for MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A line of some words; most of them begin as kubectl commands do.
fn line(numbers: &mut Numbers) -> String {
    let mut words = Vec::new();
    if numbers.below(4) > 0 {
        words.extend(["kubectl", WORDS[1 + numbers.below(22)]]);
    }
    for _ in 0..numbers.below(7) {
        words.push(WORDS[numbers.below(WORDS.len())]);
    }
    assert!(!words.iter().any(|word| ENDLESS.contains(word)));
    words.join(" ")
}

/// Gives a new shell the lines; it must come to its end by itself and in time.
fn type_in(lines: &[String]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubarium"));
    command.args(["sh", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = command.spawn().expect("kubarium starts");
    let (output, errors) = (read(shell.stdout.take()), read(shell.stderr.take()));
    let mut input = shell.stdin.take().expect("it is piped");
    let text = lines.join("\n") + "\n";
    // A shell that was told to exit closes its end: then there is nobody to write to.
    let writer = std::thread::spawn(move || drop(input.write_all(text.as_bytes())));
    let status = wait(&mut shell);
    writer.join().expect("the writer ends");
    let (output, errors) = (output.join().expect("it is read"), errors.join().expect("it is read"));
    let good = status.is_some_and(|status| status.code().is_some()) && !errors.contains("panicked");
    let last = output.lines().last().unwrap_or_default();
    assert!(good, "{status:?} {errors}\nafter the answer: {last}\nlines:\n{}", lines.join("\n"));
}

/// Reads a stream to its end, so that the shell never waits for its reader.
fn read(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// How the shell ended; `None` if it had to be ended.
fn wait(shell: &mut Child) -> Option<ExitStatus> {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if let Ok(Some(status)) = shell.try_wait() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = shell.kill();
    let _ = shell.wait();
    None
}

#[test]
fn no_line_ends_the_shell() {
    let mut numbers = Numbers(1);
    for _ in 0..40 {
        // A quote that is not closed swallows the rest, so there are many short sessions.
        let mut lines =
            vec!["kubectl create deployment web --image=nginx --replicas=2".to_owned(), "sleep 3".to_owned()];
        lines.extend((0..25).map(|_| line(&mut numbers)));
        type_in(&lines);
    }
}

#[test]
fn no_manifest_ends_the_shell() {
    let manifests = [
        "",
        "---",
        "null",
        "[]",
        "{",
        "a: b: c",
        "- - -",
        "&a [*a]",
        "? x",
        "kind: Pod",
        "kind: [Pod]",
        "apiVersion: v1\nkind: Pod",
        "apiVersion: v1\nkind: Pod\nmetadata: 3",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: {}}",
        "apiVersion: v1\nkind: List\nitems: [null, 3, {}]",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: []",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: b, ports: [{containerPort: 1e99}]}]}",
        "\t\tx",
        "%YAML 9.9\n---\n{}",
        "!!binary x",
        "\u{feff}kind: Pod",
        "{\"kind\": \"Pod\", }",
    ];
    let mut lines = Vec::new();
    for manifest in manifests {
        lines.push(format!("cat > m.yaml <<'END_OF_FILE'\n{manifest}\nEND_OF_FILE"));
        for verb in ["apply", "create", "delete --ignore-not-found", "get"] {
            lines.push(format!("kubectl {verb} -f m.yaml"));
        }
        lines.push("kubectl apply --dry-run=client -o yaml -f m.yaml".to_owned());
    }
    lines.push(format!("cat > deep.yaml <<'END_OF_FILE'\n{}\nEND_OF_FILE", "[".repeat(20_000)));
    lines.push("kubectl apply -f deep.yaml".to_owned());
    lines.push(format!("kubectl get {}", "x".repeat(100_000)));
    lines.push(format!("echo {}", "$(echo ".repeat(2_000) + &")".repeat(2_000)));
    type_in(&lines);
}
