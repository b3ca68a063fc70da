use super::*;
use crate::{Dialect, World};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Files of a machine that has nothing else.
#[derive(Default)]
struct Nothing {
    now: Time,
    said: BTreeMap<usize, String>,
    asked: Vec<Duration>,
}

impl World for Nothing {
    fn now(&self) -> Time {
        self.now
    }
    fn files(&mut self, _: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        false
    }
    fn pid(&mut self) -> usize {
        1
    }
    fn program(&mut self, name: &str) -> Option<String> {
        (name == "sh").then(|| "/bin/sh".to_owned())
    }
}

impl Around for Nothing {
    fn print(&mut self, stream: usize, text: &str, _: Time) {
        self.said.entry(stream).or_default().push_str(text);
    }
    fn call(&mut self, program: &Program) -> Ran {
        match program.args[0].as_str() {
            "wget" => Ran::Later,
            "server" => Ran::Becomes,
            "cat" if !program.complete => Ran::Wants,
            "cat" => Ran::Done(Outcome { out: program.stdin.clone(), read: program.stdin.len(), ..Outcome::default() }),
            _ => Ran::NotFound,
        }
    }
    fn ask(&mut self, _: &str, pause: Duration) {
        self.asked.push(pause);
    }
}

fn machine(script: &str) -> Machine {
    let memory = Memory { dialect: Dialect::Busybox, name: "sh".into(), cwd: "/".into(), ..Memory::default() };
    Machine::command(memory, ["sh", "-c", script].map(str::to_owned).to_vec(), Time(0))
}

/// Runs it until it has been woken so often.
fn run(machine: &mut Machine, around: &mut Nothing, wakes: usize) {
    for _ in 0..wakes {
        let Some(at) = machine.wake() else { return };
        around.now = at;
        machine.run(at, around);
    }
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut around = Nothing::default();
    let mut one = machine("i=0; while :; do i=$((i+1)); sleep 1; [ $i -gt 3 ] && break; done | cat; echo $i; exit 5");
    run(&mut one, &mut around, 3);
    let mut other = one.clone();
    run(&mut one, &mut around, 20);
    assert_eq!(one.ended().map(|(at, status)| (at.seconds(), status)), Some((4, 5)));
    let before = around.said.clone();
    run(&mut other, &mut around, 20);
    assert_eq!(other.ended(), one.ended());
    assert_eq!(around.said[&0], before[&0].repeat(2));
}

#[test]
fn what_never_pauses_is_woken_seldom() {
    let mut around = Nothing::default();
    let mut busy = machine("while :; do :; done");
    let mut wakes = 0;
    while let Some(at) = busy.wake().filter(|at| at.seconds() < 200) {
        busy.run(at, &mut around);
        wakes += 1;
    }
    assert!(busy.burns() && wakes < 80, "{wakes}");
    // A loop with an end comes to it.
    let mut counts = machine("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exit 7");
    run(&mut counts, &mut around, 100);
    assert!(counts.ended().is_some_and(|(at, status)| status == 7 && at.seconds() < 5), "{:?}", counts.ended());
}

#[test]
fn a_question_again_and_again_is_asked_once_a_second() {
    let mut around = Nothing::default();
    let mut load = machine("while sleep 0.01; do wget -q -O- http://web; done");
    let done = Outcome { took: Duration::from_millis(3), ..Outcome::default() };
    for _ in 0..400 {
        let Some(at) = load.wake() else {
            let now = around.now;
            load.answer(1, done.clone(), now, &mut around);
            continue;
        };
        around.now = at;
        load.run(at, &mut around);
    }
    assert!(around.now.seconds() > 60, "{:?}", around.now);
    assert!(around.asked.len() > 50 && around.asked.iter().all(|pause| pause.as_millis() == 10), "{:?}", around.asked);
}

#[test]
fn jobs_that_nobody_waits_for_are_forgotten() {
    let mut around = Nothing::default();
    let mut many = machine("i=0; while [ $i -lt 500 ]; do (exit 1) & i=$((i+1)); sleep 1; done; wait $!; exit $?");
    run(&mut many, &mut around, 2_000);
    assert_eq!(many.ended().map(|(_, status)| status), Some(1));
}

#[test]
fn exec_leaves_the_process_to_a_server() {
    let mut around = Nothing::default();
    let mut server = machine("sleep 1; exec server");
    run(&mut server, &mut around, 1);
    assert!(!server.replaced());
    run(&mut server, &mut around, 5);
    assert!(server.replaced() && server.runs(1) && server.wake().is_none());
    server.over(1, 3, Time(9_000_000));
    run(&mut server, &mut around, 5);
    assert_eq!(server.ended(), Some((Time(9_000_000), 3)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_script_makes_it_panic_or_hang(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "echo a", " ", "'", "\"", "$", "(", ")", "{ ", "; }", "`", "\n", "|", "&", ";", " <<E\n", "E\n", "if ", "then ", "fi", "for i in ",
            " do ", " done", "case ", " in ", "esac", "x=", "#", "1", "&&", "||", "while ", "until ", "break", "continue", "return", "exit",
            "wait", "read x", "trap 'echo t' EXIT", "kill $$", "kill $!", "sleep 1", "cat", "server", "wget", "set -eu", "exec ", "eval ", ". f",
            "f() ", "f", "$x", "${x:-", "}", "$((", "))", "shift", "sh -c 'echo in'", "yes", "timeout 1 ", "unset x", "local x=1", "2>&1", "> /f",
        ]), 0..30)
    ) {
        let mut around = Nothing::default();
        let mut machine = machine(&pieces.concat());
        run(&mut machine, &mut around, 8);
        machine.signal("TERM");
        machine.answer(1, Outcome::default(), around.now, &mut around);
        machine.over(1, 0, around.now);
        run(&mut machine, &mut around, 8);
    }
}
