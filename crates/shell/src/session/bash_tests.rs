//! The shell and its tools say what bash and GNU's say: see bash.txt.

use super::tests::{alone, run_in};

/// One line, and what is expected of it.
#[derive(Default)]
struct Case {
    line: String,
    out: String,
    err: String,
    status: i32,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut last = ' ';
    for text in include_str!("bash.txt").lines() {
        let mut chars = text.chars();
        let (sign, rest) = (chars.next().unwrap_or('#'), text.get(2..).unwrap_or_default());
        if sign == '$' {
            cases.push(Case { line: rest.to_owned(), ..Case::default() });
        }
        let Some(case) = cases.last_mut() else { continue };
        match sign {
            '>' => case.line.push_str(&format!("\n{rest}")),
            ' ' => case.out.push_str(&format!("{rest}\n")),
            '!' => case.err.push_str(&format!("{rest}\n")),
            '\\' if last == '!' => drop(case.err.pop()),
            '\\' => drop(case.out.pop()),
            '=' => case.status = rest.parse().unwrap(),
            _ => {}
        }
        last = sign;
    }
    cases
}

#[test]
fn lines_answer_as_in_bash() {
    let mut session = alone(false);
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let (mut out, mut err, mut status) = (String::new(), String::new(), 0);
        for line in case.line.split('\n') {
            let (more, said, left) = run_in(&mut session, line);
            out.push_str(&more);
            err.push_str(&said);
            status = left;
        }
        // Where in a script a shell stands when it complains is its own.
        let plain = |text: &str| {
            text.replace("bash: line 1: ", "bash: ").replace("bash: -c: ", "bash: ").replace("/usr/bin/", "")
        };
        if (&out, plain(&err), status) != (&case.out, plain(&case.err), case.status) {
            let expected = format!("{:?} {:?} {}", case.out, case.err, case.status);
            wrong.push(format!("$ {}\n  bash {expected}\n  ours {out:?} {err:?} {status}", case.line));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
