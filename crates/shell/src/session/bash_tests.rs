//! The shell and its tools say what bash and GNU's say: see bash.txt.

use super::tests::{alone, out, run_in};

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

#[test]
fn a_backslash_at_the_end_of_a_line_joins_it_with_the_next() {
    let mut session = alone(true);
    let mut typed = |line: &str| run_in(&mut session, line);
    assert_eq!(typed("echo a \\"), (String::new(), String::new(), 0));
    assert_eq!(typed("  b\\"), (String::new(), String::new(), 0));
    assert_eq!(typed("c").0, "a bc\n");
    assert_eq!(typed("echo x \\\\").0, "x \\\n");
    assert_eq!(typed("# no command \\").0, "");
    assert_eq!(typed("echo y").0, "y\n");
}

#[test]
fn arrays_options_and_traps() {
    assert_eq!(
        out("a=(x 'y z'); a+=(w); a[5]=q; echo ${#a[@]} \"${a[1]}\" ${!a[@]} ${a[-1]} \"${a[@]:1:2}\""),
        "4 y z 0 1 2 5 q y z w\n"
    );
    assert_eq!(out("declare -A m=([k]=1 [l]=2); m[k]=3; unset 'm[l]'; echo ${m[k]} ${#m[@]} $((m[k] + 1))"), "3 1 4\n");
    assert_eq!(
        out("for x in \"${n[@]}\"; do echo never; done; n=(\"a b\" c); for x in \"${n[@]}\"; do echo \"<$x>\"; done"),
        "<a b>\n<c>\n"
    );
    let options = "f() { while getopts 'a:b' o; do echo $o$OPTARG; done; }; f -b -ax -a y rest";
    assert_eq!(out(options), "b\nax\nay\n");
    assert_eq!(
        out("(trap 'echo bye' EXIT; echo hi); bash -c 'trap \"echo out\" EXIT; exit 3'; echo $?"),
        "hi\nbye\nout\n3\n"
    );
    assert_eq!(
        out("printf -v x '%03d' 7; IFS=, read -ra p <<< 'a,b'; mapfile -t l <<< $'1\\n2'; echo $x ${p[1]} ${l[1]}"),
        "007 b 2\n"
    );
    assert_eq!(
        out("case a in a) echo 1;& b) echo 2;; c) echo 3;; esac; f=hello; echo ${f/#h/H} ${f/%o/O} ${f@Q}"),
        "1\n2\nHello hellO 'hello'\n"
    );
    assert_eq!(
        out("[[ ab12 =~ ([a-z]+)([0-9]+) ]]; echo ${BASH_REMATCH[2]}; false | true; echo ${PIPESTATUS[0]}"),
        "12\n1\n"
    );
}
