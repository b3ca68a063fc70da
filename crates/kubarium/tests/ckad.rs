//! The tasks of the CKAD exercises that need no image building: the commands that people learn from their solutions, typed into
//! `kubarium sh`, and what must hold afterwards.
//!
//! A file under `ckad/` is one cluster, from task to task. `## TITLE` begins a task. Of a command, `#= TEXT` must be in what it
//! prints, `#~ TEXT` must not be, and `#! N` is its exit status, otherwise 0. Here-documents end with a line `E`. What a person
//! types at a prompt inside a container is a here-document too, and what he changes with an editor is a whole file or `sed`.

#[path = "common/shell.rs"]
#[allow(dead_code)]
mod shell;

use shell::Shell;

/// How many of the 130 tasks must be doable.
const FLOOR: usize = 130;

/// One command of a task.
#[derive(Debug, Default)]
struct Step<'a> {
    command: String,
    prints: Vec<&'a str>,
    hides: Vec<&'a str>,
    exit: i64,
}

/// The tasks of a file: title and steps.
fn tasks(file: &str) -> Vec<(&str, Vec<Step<'_>>)> {
    let mut tasks: Vec<(&str, Vec<Step<'_>>)> = Vec::new();
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            tasks.push((title, Vec::new()));
            continue;
        }
        let steps = &mut tasks.last_mut().expect("a task comes first").1;
        match (line.get(..3), steps.last_mut()) {
            (Some("#= "), Some(step)) => step.prints.push(&line[3..]),
            (Some("#~ "), Some(step)) => step.hides.push(&line[3..]),
            (Some("#! "), Some(step)) => step.exit = line[3..].parse().expect("an exit status"),
            _ => {
                let mut command = line.to_owned();
                if line.contains("<<'E'") || line.ends_with("<<E") {
                    for line in lines.by_ref() {
                        command.push('\n');
                        command.push_str(line);
                        if line == "E" {
                            break;
                        }
                    }
                }
                steps.push(Step { command, ..Step::default() });
            }
        }
    }
    tasks
}

/// What went wrong with a task, command by command.
fn play(shell: &mut Shell, steps: &[Step<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for step in steps {
        let answer = shell.ask(&step.command).unwrap_or_default();
        let text = answer.text();
        let mut complain = |what: String| wrong.push(format!("  $ {}\n  {what}; it printed:\n{text}", step.command));
        if answer.exit != step.exit {
            complain(format!("exit status {} instead of {}", answer.exit, step.exit));
        }
        step.prints
            .iter()
            .filter(|part| !text.contains(*part))
            .for_each(|part| complain(format!("{part:?} is missing")));
        step.hides.iter().filter(|part| text.contains(*part)).for_each(|part| complain(format!("{part:?} is there")));
    }
    wrong
}

#[test]
fn the_tasks_of_ckad_exercises_can_be_done() {
    let files = [
        include_str!("ckad/a-core.sh"),
        include_str!("ckad/b-multi.sh"),
        include_str!("ckad/c-design.sh"),
        include_str!("ckad/d-config.sh"),
        include_str!("ckad/e-observe.sh"),
        include_str!("ckad/f-services.sh"),
        include_str!("ckad/g-state.sh"),
        include_str!("ckad/i-crd.sh"),
    ];
    let (mut all, mut done) = (0, 0);
    for file in files {
        let mut shell = Shell::start(&[]).expect("kubarium starts");
        for (title, steps) in tasks(file) {
            let wrong = play(&mut shell, &steps);
            all += 1;
            match wrong.is_empty() {
                true => done += 1,
                false => println!("{title}\n{}", wrong.join("\n")),
            }
        }
    }
    println!("{done} of {all} tasks can be done");
    assert_eq!(all, 130);
    assert!(done >= FLOOR, "{done} of {all} tasks can be done, {FLOOR} could");
}
