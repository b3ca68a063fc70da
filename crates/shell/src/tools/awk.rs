//! `awk`

mod eval;
mod functions;
mod parse;
mod program;
mod run;
mod token;
mod value;

use super::Cx;

/// Works on the fields of lines by a program.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("+F:v:f:", &[]) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let mut operands = options.operands.as_slice();
    let mut text = String::new();
    for name in options.values('f') {
        match cx.read(name).await {
            Ok(script) => text.push_str(&script),
            Err(error) => return cx.fail(format_args!("cannot open {name} ({error})")) + 1,
        }
    }
    if !options.has('f') {
        let Some((program, rest)) = operands.split_first() else {
            cx.err("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n");
            return 2;
        };
        text = program.clone();
        operands = rest;
    }
    let mut program = match parse::parse(&text) {
        Ok(program) => program,
        Err(error) => return cx.fail(format_args!("line 1: {error}")) + 1,
    };
    let mut machine = run::Machine::new(&cx.env);
    machine.functions = std::rc::Rc::new(std::mem::take(&mut program.functions));
    if let Some(separator) = options.value('F') {
        let separator = if separator == "t" { "\t".to_owned() } else { crate::text::unescape(separator, true).0 };
        machine.set("FS", separator);
    }
    for assignment in options.values('v') {
        if let Some((name, value)) = assignment.split_once('=') {
            machine.set(name, crate::text::unescape(value, true).0);
        }
    }
    let mut status = machine.begin(&program);
    let reads = status.is_ok() && program.rules.iter().any(|rule| !matches!(rule.pattern, program::Pattern::Begin));
    let mut fine = true;
    let separator = machine.text_of("RS");
    if reads {
        let files: Vec<&String> = operands.iter().filter(|o| !o.contains('=')).collect();
        for operand in operands {
            if let Some((name, value)) = operand.split_once('=') {
                machine.set(name, value.to_owned());
                continue;
            }
            match cx.read(operand).await {
                Ok(text) => {
                    machine.file(operand);
                    status = status.and_then(|()| records(&text, &separator).try_for_each(|line| machine.line(&program, line)));
                }
                Err(error) => {
                    cx.fail(format_args!("cannot open {operand} ({error})"));
                    fine = false;
                }
            }
        }
        if files.is_empty() && separator != "\n" {
            let text = cx.io.stdin.all(cx.kernel()).await;
            status = status.and_then(|()| records(&text, &separator).try_for_each(|line| machine.line(&program, line)));
        } else if files.is_empty() {
            // Line by line: what comes is shown when it comes.
            while status.is_ok() {
                let Some(line) = cx.io.stdin.line(cx.kernel()).await else { break };
                status = machine.line(&program, line.trim_end_matches('\n'));
                cx.out(&std::mem::take(&mut machine.out));
                cx.io.stdout.drained(cx.kernel()).await;
                cx.kernel().breathe().await;
            }
        }
    }
    let ended = match status {
        Err(run::Stop::Error(_)) => status,
        status => machine.end(&program).and(status),
    };
    cx.out(&machine.out);
    for (name, text, how) in &machine.files {
        if *how == program::To::Command {
            let io = crate::process::Io { stdin: crate::process::Input::text(text.clone()), ..cx.io.clone() };
            cx.run(vec!["sh".into(), "-c".into(), name.clone()], &io).await;
            continue;
        }
        let (path, now) = (cx.path(name), cx.now());
        let written = match name.as_str() {
            "/dev/stderr" => {
                cx.err(text);
                Ok(())
            }
            "/dev/stdout" => {
                cx.out(text);
                Ok(())
            }
            _ => cx.files(|files| if *how == program::To::Append { files.append(&path, text.as_bytes(), now) } else { files.write(&path, text.as_str(), now) }),
        };
        if let Err(error) = written {
            cx.fail(format_args!("can't redirect to {name} ({error})"));
            fine = false;
        }
    }
    match ended {
        Err(run::Stop::Error(text)) => cx.fail(text) + 1,
        Err(run::Stop::Exit(status)) => status,
        _ if !fine => 2,
        _ => 0,
    }
}

/// The records of a text: lines, or what else `RS` says; without any, they are separated by empty lines.
fn records<'a>(text: &'a str, separator: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    match separator {
        "\n" => Box::new(text.lines()),
        "" => Box::new(text.split("\n\n").map(|record| record.trim_matches('\n')).filter(|record| !record.is_empty())),
        separator => Box::new(text.split_terminator(separator.chars().next().unwrap_or('\n'))),
    }
}
