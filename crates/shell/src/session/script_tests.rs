//! Scripts of containers do what they do in Debian's shell: see scripts.txt.

use crate::process::near;
use api::{OrdMap, Str, Time};
use kubelet::ToolCall;
use kubelet::images::{self, Image};
use script::{Around, Dialect, Machine, Memory, Program, Ran, Variable, World};
use vfs::{Fs, Mounts};

/// A container with files, tools and a log, and nothing else.
struct Box {
    image: &'static Image,
    now: Time,
    mounts: Mounts,
    disks: OrdMap<Str, Fs>,
    said: [String; 2],
}

impl Box {
    fn new(image: &str) -> Box {
        let mut root = Fs::new();
        ["/tmp/t", "/bin", "/etc", "/root"].iter().for_each(|path| root.mkdir_all(path, 0).unwrap());
        root.write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0).unwrap();
        let image = images::find(&kubelet::Reference::parse(image).unwrap()).unwrap();
        let disks = [(Str::new("root"), root)].into_iter().collect();
        Box { image, now: Time(0), mounts: Mounts::new("root"), disks, said: Default::default() }
    }

    fn memory(&self) -> Memory {
        let variables = [("PATH", "/bin"), ("HOME", "/root"), ("PWD", "/tmp/t")];
        let variables = variables.map(|(name, value)| (name.to_owned(), Variable::exported(value.to_owned())));
        let dialect = if self.image.is_busybox() { Dialect::Busybox } else { Dialect::Dash };
        let variables = variables.into_iter().collect();
        Memory { dialect, variables, cwd: "/tmp/t".into(), name: "sh".into(), ..Memory::default() }
    }

    /// Runs a script, as long as it asks to be woken up within ten minutes; its exit status and when it ended.
    fn run(&mut self, shell: &str, script: &str) -> Option<(Time, i32)> {
        let words = [shell, "-c", script].map(str::to_owned).to_vec();
        let mut machine = Machine::command(self.memory(), words, Time(0));
        while let Some(at) = machine.wake().filter(|at| at.seconds() < 600) {
            self.now = at;
            machine.run(at, self);
            // A clone goes on in its stead: nothing of what it is at lies outside of it.
            machine = machine.clone();
        }
        machine.ended()
    }
}

impl World for Box {
    fn now(&self) -> Time {
        self.now
    }
    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        act(&mut self.mounts.view(&mut self.disks));
        true
    }
    fn pid(&mut self) -> usize {
        1
    }
    fn program(&mut self, name: &str) -> Option<String> {
        crate::tools::find(name).map(|_| format!("/bin/{name}"))
    }
}

impl Around for Box {
    fn print(&mut self, stream: usize, text: &str, _: Time) {
        self.said[stream].push_str(text);
    }
    fn call(&mut self, program: &Program) -> Ran {
        let mut call = ToolCall {
            user: kubelet::User::default(),
            pod: "pod".into(),
            container: "c".into(),
            image: Some(self.image),
            program: program.clone(),
            mounts: self.mounts.clone(),
            disks: std::mem::take(&mut self.disks),
            now: program.now,
        };
        let ran = near(&mut call);
        self.disks = call.disks;
        ran
    }
}

#[derive(Default)]
struct Case {
    script: String,
    out: String,
    err: Vec<String>,
    status: i32,
    seconds: i64,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("scripts.txt").lines() {
        let (sign, rest) = line.split_at_checked(1).unwrap_or(("#", ""));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if sign == "$" {
            cases.push(Case { script: rest.to_owned(), ..Case::default() });
        }
        let Some(case) = cases.last_mut() else { continue };
        match sign {
            ">" => case.script.push_str(&format!("\n{rest}")),
            " " => case.out.push_str(&format!("{rest}\n")),
            "\\" => drop(case.out.pop()),
            "!" => case.err.push(rest.to_owned()),
            "=" => case.status = rest.parse().unwrap(),
            "@" => case.seconds = rest.parse().unwrap(),
            _ => {}
        }
    }
    cases
}

#[test]
fn scripts_do_what_they_do_in_debians_shell() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let mut there = Box::new("nginx");
        let ended = there.run("sh", &case.script);
        let (out, err) = (there.said[0].clone(), there.said[1].replace(['\u{2018}', '\u{2019}'], "'"));
        let (mut err, mut wanted): (Vec<&str>, Vec<&str>) =
            (err.lines().collect(), case.err.iter().map(String::as_str).collect());
        // Which of two commands side by side speaks first is nobody's business.
        err.sort_unstable();
        wanted.sort_unstable();
        let ended = ended.map(|(at, status)| (status, (at.0 + 500_000) / 1_000_000));
        if (out.as_str(), &err, ended) != (case.out.as_str(), &wanted, Some((case.status, case.seconds))) {
            let expected = format!("{:?} {wanted:?} {:?}", case.out, (case.status, case.seconds));
            wrong.push(format!("$ {}\n  sh   {expected}\n  ours {out:?} {err:?} {ended:?}", case.script));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
