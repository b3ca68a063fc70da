use super::*;
use crate::process::{Identity, Machine, Stream};
use api::{Status, Str};
use apiserver::{Request, Response, Watch, WatchEvent};
use kubelet::http;
use network::{Listener, Lookup, Reason, Trace};
use proptest::prelude::*;
use std::net::Ipv4Addr;

/// A workstation and nothing else.
struct Alone {
    now: Time,
    files: vfs::Fs,
    mounts: vfs::Mounts,
}

impl System for Alone {
    fn now(&self) -> Time {
        self.now
    }
    fn next_at(&self) -> Option<Time> {
        None
    }
    fn step(&mut self) {}
    fn set_time(&mut self, to: Time) {
        self.now = self.now.max(to);
    }
    fn files(&mut self, place: &Place, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        act(&mut self.mounts.view(&mut self.files));
        *place == Place::Workstation
    }
    fn identity(&self, _: &Place) -> Option<Identity> {
        Some(Identity {
            nameless: None,
            user: "student".into(),
            home: "/home/student".into(),
            hostname: "workstation".into(),
            cwd: "/home/student/work".into(),
            env: vec![("PATH".into(), "/usr/bin".into())],
            prompt: "\\w\\$ ".into(),
            shell: "bash".into(),
        })
    }
    fn address(&self, _: &Place) -> Option<Ipv4Addr> {
        None
    }
    fn installed(&self, _: &Place, _: &str) -> bool {
        true
    }
    fn incarnation(&self, place: &Place) -> Option<Str> {
        (*place == Place::Workstation).then(Str::default)
    }
    fn waits(&self, _: &Place) -> bool {
        false
    }
    fn kill(&mut self, _: &Place, _: i32) {}
    fn container(&self, _: &str, _: &str, _: &str) -> Option<Place> {
        None
    }
    fn request(&mut self, _: &Request) -> Result<Response, Status> {
        Err(Status::bad_request("no cluster"))
    }
    fn watch(&self, _: &Request) -> Result<Watch, Status> {
        Err(Status::bad_request("no cluster"))
    }
    fn poll(&self, _: &mut Watch) -> Vec<WatchEvent> {
        Vec::new()
    }
    fn connect(&mut self, _: &Place, _: &crate::process::To<'_>) -> Option<Trace> {
        None
    }
    fn lookup(&mut self, _: &Place, _: &str) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>) {
        (Err(Reason::NoNameServer), Vec::new())
    }
    fn ask(&mut self, _: &Place, _: &crate::process::Query<'_>) -> Result<network::Answered, network::Unanswered> {
        Err(network::Unanswered { server: Ipv4Addr::LOCALHOST, reason: Reason::NoNameServer, refused: true })
    }
    fn http(&mut self, _: &Listener, _: &http::Request) -> Option<http::Reply> {
        None
    }
    fn machine(&mut self, _: &str, _: Machine) {}
    fn kubelet_runs(&self, _: &str) -> Option<bool> {
        None
    }
}

pub(super) fn alone(interactive: bool) -> Session {
    let mut files = vfs::Fs::new();
    files.mkdir_all("/home/student/work", 0).unwrap();
    files.mkdir_all("/tmp", 0).unwrap();
    Session::over(
        Box::new(Alone { now: Time(1_767_603_600_000_000), files, mounts: vfs::Mounts::new("") }),
        interactive,
    )
}

/// Standard output, standard error and the exit status of the last command.
pub(super) fn run_in(session: &mut Session, lines: &str) -> (String, String, i32) {
    let (mut out, mut err, mut status) = (String::new(), String::new(), 0);
    session.input(lines);
    let mut patience = 200_000;
    session.run_foreground(&mut || {
        patience -= 1;
        patience > 0
    });
    for chunk in session.drain() {
        match chunk {
            Chunk::Text(Stream::Stdout, text) => out.push_str(&text),
            Chunk::Text(Stream::Stderr, text) => err.push_str(&text),
            Chunk::Exit { status: s, .. } => status = s,
            Chunk::Command { .. } | Chunk::Clear | Chunk::Redraw => {}
        }
    }
    (out, err, status)
}

fn run(lines: &str) -> (String, String, i32) {
    run_in(&mut alone(false), lines)
}

pub(super) fn out(lines: &str) -> String {
    let (out, err, _) = run(lines);
    assert_eq!(err, "", "{lines}");
    out
}

#[test]
fn a_function_may_leave_from_inside_a_test() {
    let lines = "f() { true && return 3; }; f || echo $?; for i in 1 2; do f && break; done; echo $i";
    assert_eq!(out(lines), "3\n2\n");
}

#[test]
fn words_are_expanded() {
    assert_eq!(out("x='a  b'; echo $x \"$x\" '$x' ${x/a/c} ${#x} ${y:-none} $((1+2))"), "a b a  b $x c b 4 none 3\n");
    assert_eq!(
        out("touch b.yaml a.yaml; echo *.yaml *.nosuch {1..3} ~ ~/x"),
        "a.yaml b.yaml *.nosuch 1 2 3 /home/student /home/student/x\n"
    );
    assert_eq!(out("echo $(echo a; echo b) `echo c` \"$(printf 'x\\ny\\n\\n')\""), "a b c x\ny\n");
    assert_eq!(
        out("set -- a 'b c' d; for i in \"$@\"; do echo \"<$i>\"; done; echo $# ${@:2} \"${*%c}\""),
        "<a>\n<b c>\n<d>\n3 b c d a b  d\n"
    );
    assert_eq!(
        out("f=nginx:1.25; echo ${f%:*} ${f#*:} ${f^^} ${f:0:5} \"${u:-a \"b\" c}\""),
        "nginx 1.25 NGINX:1.25 nginx a b c\n"
    );
}

#[test]
fn control_flow() {
    assert_eq!(out("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done"), "1\n3\n");
    assert_eq!(out("i=0\nwhile [ $i -lt 3 ]\ndo echo $i; i=$((i+1))\ndone"), "0\n1\n2\n");
    assert_eq!(out("case nginx-1 in redis*) echo r;; nginx*|x) echo n;; esac"), "n\n");
    assert_eq!(out("f() { local a=1; echo $a $1; return 3; }; a=0; f x; echo $? $a"), "1 x\n3 0\n");
    assert_eq!(out("if false; then echo a; elif ! true; then echo b; else echo c; fi; until true; do :; done"), "c\n");
    assert_eq!(
        out("(cd /; pwd; x=1); pwd; echo \"$x\"; { echo a; echo b; } | tr a-z A-Z"),
        "/\n/home/student/work\n\nA\nB\n"
    );
    assert_eq!(out("for i in 1 2; do echo a$i | cat; echo b | cat; done | tr a-z A-Z"), "A1\nB\nA2\nB\n");
    assert_eq!(out("seq 3 | { true | cat; cat; } | while read n; do echo $n | cat; cat | head -1; done"), "1\n2\n");
    assert_eq!(out("for ((i=0;i<2;i++)); do echo $i; done; [[ abc == a* && 2 -gt 1 ]] && echo yes"), "0\n1\nyes\n");
    assert_eq!(run("false || true && false").2, 1);
    assert_eq!(run("set -e; false; echo no").0, "");
    assert_eq!(out("x=1; x=2 env | grep ^x; echo $x; export y=3; env | grep ^y"), "x=2\n1\ny=3\n");
}

#[test]
fn what_never_ends_fills_the_memory_and_no_more() {
    let (out, err, status) = run("for i in $(seq 29223372036854775807); do echo $i; done; echo no");
    assert_eq!((out.as_str(), status), ("", 2));
    assert_eq!(err, "bash: xrealloc: cannot allocate 16777216 bytes\n");
    let (out, err, _) = run("yes | tail -1; echo on");
    assert_eq!((out.as_str(), err.as_str()), ("y\non\n", "memory exhausted\n"));
}

#[test]
fn files_pipes_and_here_documents() {
    assert_eq!(
        out("cat > f <<EOF\na $HOME\nEOF\ncat >> f <<'EOF'\nb $HOME\nEOF\ncat f | wc -l; cat < f"),
        "2\na /home/student\nb $HOME\n"
    );
    assert_eq!(
        out("mkdir -p a/b; echo x > a/b/c; cp -r a d; mv d/b/c d/e; ls -R d; rm -r a; ls"),
        "d:\nb\ne\n\nd/b:\nd\n"
    );
    assert_eq!(
        out("ls nosuch 2>/dev/null; echo $?; ls nosuch &> log; cat log; echo hi 2>/dev/null >&2; cat <<< text"),
        { "2\nls: cannot access 'nosuch': No such file or directory\ntext\n" }.to_owned()
    );
    assert_eq!(
        out("seq 100000 | head -2; yes | head -1; seq 3 | while read i; do echo \"<$i>\"; done"),
        "1\n2\ny\n<1>\n<2>\n<3>\n"
    );
    assert_eq!(out("echo one two | { read a b; echo $b $a; }; echo a:b | (IFS=: read x y; echo $y)"), "two one\nb\n");
}

#[test]
fn errors_are_bashs() {
    assert_eq!(run("foo"), (String::new(), "bash: foo: command not found\n".into(), 127));
    assert_eq!(run("cat nosuch").1, "cat: nosuch: No such file or directory\n");
    assert_eq!(run("cd nosuch"), (String::new(), "bash: cd: nosuch: No such file or directory\n".into(), 1));
    assert_eq!(run("echo a | | b"), (String::new(), "bash: syntax error near unexpected token `|'\n".into(), 2));
    assert_eq!(run("echo a > /nosuch/x").1, "bash: /nosuch/x: No such file or directory\n");
    assert_eq!(run("echo a > /tmp").1, "bash: /tmp: Is a directory\n");
    assert_eq!(run("./x").1, "bash: ./x: No such file or directory\n");
    assert_eq!(run("echo 'exit 3' > x; ./x; chmod +x x; ./x").1, "bash: ./x: Permission denied\n");
    assert_eq!(run("echo 'exit 3' > x; chmod +x x; ./x").2, 3);
    assert_eq!(run("echo ${x:?gone}").1, "bash: x: gone\n");
    assert_eq!(run("f() { f; }; f").2, 1);
    assert_eq!(run("echo $((1/0))").1, "bash: 1/0: division by 0 (error token is \"0\")\n");
}

#[test]
fn tools() {
    assert_eq!(out("printf '%s-%03d\\n' a 7 b 8; printf 'x%%'; echo -e 'a\\tb'; echo -n z"), "a-007\nb-008\nx%a\tb\nz");
    assert_eq!(
        out("echo 'a,b,c' | cut -d, -f1,3; echo abc | cut -c2-; echo admin | base64; echo YWRtaW4K | base64 -d"),
        "a,c\nbc\nYWRtaW4K\nadmin\n"
    );
    assert_eq!(
        out("printf '10\\n9\\n9\\n' | sort -n | uniq -c; printf 'b 2\\na 10\\n' | sort -k2 -n"),
        "      2 9\n      1 10\nb 2\na 10\n"
    );
    assert_eq!(
        out(
            "printf 'a1\\nb2\\nA3\\n' > f; grep -i a f; grep -c . f; grep -v a f; grep -n b f; grep -o '[0-9]' f; grep -E '^(a|b)' f"
        ),
        { "a1\nA3\n3\nb2\nA3\n2:b2\n1\n2\n3\na1\nb2\n" }.to_owned()
    );
    assert_eq!(
        out(
            "printf 'x: 1\\ny: 2\\n' > f; sed -i 's/x: 1/x: 4/; s/2/3/' f; cat f; sed -n '2p' f; sed '1d' f; sed 's/\\(.\\): \\(.\\)/\\2=\\1/' f"
        ),
        { "x: 4\ny: 3\ny: 3\ny: 3\n4=x\n3=y\n" }.to_owned()
    );
    assert_eq!(
        out(
            "seq 5 | sed -n '2,4p;$!d' | sed '$d' | tr '\\n' ,; seq 3 | sed '/2/a two' | tail -2; echo aXb | sed 's/x/\\n/I'"
        ),
        "2,3,two\n3\na\nb\n"
    );
    assert_eq!(out("seq 1 | sed -e 'a\\  x' -e 'a   y' -e 'i\\' -e '  z'"), "  z\n1\n  x\ny\n");
    assert_eq!(
        out("seq 4 | xargs -n2 echo n; echo a b | xargs -I{} echo '<{}>'; seq 3 | tac | head -1; seq -s, 1 2 5"),
        "n 1 2\nn 3 4\n<a b>\n3\n1,3,5\n"
    );
    assert_eq!(
        out("date -u +%F; sleep 90; date +%T; sh -c 'echo $0 $1' name arg; test -d /tmp && echo dir"),
        "2026-01-05\n09:01:30\nname arg\ndir\n"
    );
    assert_eq!(run("timeout 2 sleep 9").2, 124);
    assert_eq!(
        run("printf 'a\\nb\\n' > x; printf 'a\\nc\\n' > y; diff x y"),
        ("2c2\n< b\n---\n> c\n".into(), String::new(), 1)
    );
    assert_eq!(
        out("alias k=echo\nk hi; type k; which ls; basename /a/b.c .c; dirname /a/b"),
        "hi\nk is aliased to `echo'\n/usr/bin/ls\nb\n/a\n"
    );
    assert_eq!(
        out("find / -name work -type d; wc -c < /dev/null; id -un; hostname"),
        "/home/student/work\n0\nstudent\nworkstation\n"
    );
}

#[test]
fn jobs_run_beside_the_shell() {
    let (out, err, _) = run("(sleep 2; echo late) & echo now\nsleep 3; wait; echo end");
    assert_eq!(out, "now\nlate\nend\n");
    assert!(err.starts_with("[1] 21"), "{err}");
    assert_eq!(run("sleep 100 &\nkill %1; jobs; echo $?").0, "0\n");
}

#[test]
fn time_passes_only_as_commands_take_it() {
    let mut session = alone(false);
    let start = session.now();
    run_in(&mut session, "echo a; cd /; x=1");
    assert_eq!(session.now(), start);
    run_in(&mut session, "sleep 1.5");
    assert_eq!(session.now().since(start).as_millis(), 1502);
}

#[test]
fn pacing_does_not_matter() {
    let script = "sleep 0.3; date +%N\nfor i in 1 2 3; do date +%N; done\n";
    let once = run(script).0;
    let mut session = alone(true);
    session.input(script.trim_end());
    let mut text = String::new();
    for _ in 0..100 {
        let to = session.now() + std::time::Duration::from_millis(7);
        session.advance(to, &mut || true);
        for chunk in session.drain() {
            if let Chunk::Text(_, more) = chunk {
                text.push_str(&more);
            }
        }
    }
    assert_eq!(text, once);
}

#[test]
fn a_person_types_interrupts_and_edits() {
    let mut session = alone(true);
    assert_eq!(session.prompt(), "~/work$ ");
    session.input("for i in 1 2");
    assert_eq!(session.prompt(), "> ");
    session.interrupt();
    assert_eq!(session.prompt(), "~/work$ ");
    session.input("sleep 100");
    assert!(session.busy());
    let to = session.now() + std::time::Duration::from_secs(1);
    session.advance(to, &mut || true);
    session.interrupt();
    assert!(!session.busy());
    assert_eq!(run_in(&mut session, "echo $?").0, "130\n");
    session.input("cat > f");
    let to = session.now() + std::time::Duration::from_secs(1);
    session.advance(to, &mut || true);
    assert!(session.wants_input());
    session.input("typed");
    session.end_of_input();
    assert_eq!(run_in(&mut session, "cat f").0, "typed\n");
    session.input("vi g");
    let to = session.now() + std::time::Duration::from_secs(1);
    session.advance(to, &mut || true);
    assert_eq!(session.editor().unwrap().path, "/home/student/work/g");
    session.finish_edit(Some("text\n".into()));
    assert_eq!(run_in(&mut session, "cat g").0, "text\n");
    session.input("exit 3");
    assert!(session.ended());
}

#[test]
fn endless_loops_can_be_stopped() {
    for line in [
        "while true; do :; done",
        "yes > /dev/null",
        "while true; do echo x; done | cat > /dev/null",
        "f() { f; }; f; :",
    ] {
        let mut session = alone(true);
        session.input(line);
        let to = session.now() + std::time::Duration::from_millis(200);
        session.advance(to, &mut || true);
        session.interrupt();
        assert!(!session.busy(), "{line}");
    }
}

#[test]
fn awk() {
    assert_eq!(
        out("printf 'NAME AGE\\nweb 3\\ndb 40\\n' > f; awk '{print $1}' f; awk 'NR>1 && $2>5 {print $1, $NF*2}' f"),
        { "NAME\nweb\ndb\ndb 80\n" }
    );
    assert_eq!(
        out(
            "echo a:b:c | awk -F: '{print $2; $2=\"x\"; print; print NF}' OFS=-; echo 1 | awk -v n=5 '{s+=n} END {print s}'"
        ),
        { "b\na-x-c\n3\n5\n" }
    );
    assert_eq!(
        out(
            "seq 4 | awk '/2/,/3/ {c[$1 % 2]++} END {for (k in c) printf \"%s=%d \", k, c[k]; print length(\"abc\") substr(\"hello\", 2, 3)}'"
        ),
        { "0=1 1=1 3ell\n" }
    );
    assert_eq!(
        out("echo 'a1b22' | awk '{gsub(/[0-9]+/, \"<&>\"); print toupper($0); if (match($0, /b/)) print RSTART}'"),
        "A<1>B<22>\n5\n"
    );
    assert_eq!(run("echo | awk '{print'").2, 2);
    assert_eq!(run("echo | awk 'BEGIN {while (1) x++}'").2, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_line_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "echo", "cat", "sed", "grep", "sort", "cut", "tr", "head", "tail", "seq", "xargs", "printf", "ls", "cp", "mv", "rm", "-r", "test",
            "[", "]", "-f", "-d,", "1", "2,3", "s/a/b/", "'{print $1}'", "|", "&&", ";", ">", "f", "<", "$x", "${x:1}", "$((x+1))",
            "$(", ")", "*", "-n", "-c", "{a,b}", "é", "%s", "-", "--", "a-z", "&", "wait", "date", "diff", "find", "tee", "wc", "base64",
            "-d", "unset", "read", "export", "x=1", "shift", "set", "eval", "cd", "..", "/", "kill", "%1", "fold", "-w0", "uniq", "nl", "awk",
        ]), 0..14)
    ) {
        let mut session = alone(false);
        let _ = run_in(&mut session, &format!("echo some text > f\n{}", words.join(" ")));
    }
}
