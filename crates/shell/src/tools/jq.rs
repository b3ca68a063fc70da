//! `jq`, as far as people use it on what kubectl prints: paths, pipes, comparisons, construction, and the common functions.
//! (jaq as a library would add more than a hundred kilobytes to the page.)

mod eval;
mod functions;
mod parse;

use super::Cx;
use api::{Value, json};

/// Filters JSON.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [
        ("raw-output", 'r'),
        ("compact-output", 'c'),
        ("null-input", 'n'),
        ("exit-status", 'e'),
        ("join-output", 'j'),
        ("slurp", 's'),
        ("sort-keys", 'S'),
        ("raw-input", 'R'),
        ("monochrome-output", 'M'),
        ("color-output", 'C'),
    ];
    let options = match cx.options("rcnejsSRMC", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (program, files) = match options.operands.split_first() {
        Some((program, files)) => (program.as_str(), files),
        None => (".", &[][..]),
    };
    let filter = match parse::parse(program) {
        Ok(filter) => filter,
        Err(why) => {
            cx.err(&format!("jq: error: {why} at <top-level>\njq: 1 compile error\n"));
            return 3;
        }
    };
    let mut inputs = Vec::new();
    if !options.has('n') {
        let (texts, fine) = cx.inputs(files).await;
        for (_, text) in &texts {
            match documents(text, options.has('R')) {
                Ok(found) => inputs.extend(found),
                Err(why) => {
                    cx.err(&format!("jq: parse error: {why}\n"));
                    return 2;
                }
            }
        }
        if !fine {
            return 2;
        }
    }
    if options.has('n') {
        inputs = vec![Value::Null];
    } else if options.has('s') {
        inputs = vec![inputs.into()];
    }
    let (mut status, mut last) = (0, Value::Null);
    for input in &inputs {
        let mut results = Vec::new();
        let outcome = eval::eval(&filter, input, &mut results);
        for value in results {
            cx.out(&shown(&value, options.has('r') || options.has('j'), options.has('c')));
            cx.out(if options.has('j') { "" } else { "\n" });
            last = value;
        }
        if let Err(why) = outcome {
            cx.err(&format!("jq: error (at <stdin>:0): {why}\n"));
            status = 5;
        }
    }
    match status {
        0 if options.has('e') && matches!(last, Value::Null | Value::Bool(false)) => 1,
        status => status,
    }
}

/// The JSON texts of an input, one after the other; with `raw` its lines.
fn documents(text: &str, raw: bool) -> Result<Vec<Value>, String> {
    if raw {
        return Ok(text.lines().map(Value::from).collect());
    }
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    match json::parse(text) {
        Ok(value) => Ok(vec![value]),
        // Several values stand on lines of their own.
        Err(why) => text.lines().filter(|l| !l.trim().is_empty()).map(json::parse).collect::<Result<_, _>>().map_err(|_| why),
    }
}

/// A value as jq prints it: indented by two blanks, or on one line.
fn shown(value: &Value, raw: bool, compact: bool) -> String {
    match value {
        Value::String(text) if raw => text.to_string(),
        value if compact => json::to_string(value),
        value => {
            let text = json::to_string_pretty(value);
            let line = |line: &str| {
                let indent = line.len() - line.trim_start_matches(' ').len();
                format!("{}{}", " ".repeat(indent / 2), &line[indent..])
            };
            text.lines().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jq(program: &str, input: &str) -> String {
        let filter = match parse::parse(program) {
            Ok(filter) => filter,
            Err(why) => return format!("compile: {why}"),
        };
        let mut results = Vec::new();
        let outcome = eval::eval(&filter, &json::parse(input).unwrap(), &mut results);
        let mut shown: Vec<String> = results.iter().map(json::to_string).collect();
        shown.extend(outcome.err().map(|why| format!("error: {why}")));
        shown.join(" ")
    }

    const PODS: &str = r#"{"items":[{"metadata":{"name":"a","labels":{"app":"x"}},"n":2},{"metadata":{"name":"b"},"n":1}]}"#;

    #[test]
    fn programs_that_people_type() {
        for (program, expected) in [
            (".items[].metadata.name", r#""a" "b""#),
            (".items[0].n", "2"),
            (".items[-1].metadata.name", r#""b""#),
            (".items | length", "2"),
            (r#".items[] | select(.metadata.labels.app == "x") | .metadata.name"#, r#""a""#),
            ("[.items[] | {name: .metadata.name, n}]", r#"[{"n":2,"name":"a"},{"n":1,"name":"b"}]"#),
            (".items | sort_by(.n) | map(.metadata.name) | join(\",\")", r#""b,a""#),
            (".items | map(.n) | add", "3"),
            (".items[0].metadata.labels | to_entries[] | \"\\(.key)=\\(.value)\"", r#""app=x""#),
            (".items[] | .n > 1 and (.n | not | not)", "true false"),
            (".items[0] | keys, has(\"n\")", r#"["metadata","n"] true"#),
            (".nosuch // \"none\"", r#""none""#),
            (".items[:1] | .[0].n * 3 + 1", "7"),
            ("\"YWRtaW4=\" | @base64d", r#""admin""#),
            (".items[0].metadata.labels | with_entries(.value |= ascii_upcase)", "compile: syntax error, unexpected '|='"),
            ("[.items[].n] | @csv", r#""2,1""#),
            ("if .items == [] then 1 else 2 end", "2"),
            (".items[].metadata.labels[]?", r#""x""#),
        ] {
            assert_eq!(jq(program, PODS), expected, "{program}");
        }
        assert_eq!(jq(".a.b", "[]"), "error: Cannot index array with \"a\"");
        assert_eq!(jq(".[]", "3"), "error: Cannot iterate over number (3)");
    }

    #[test]
    fn no_program_panics() {
        for program in ["", ".", "..", "[", "{", "(", "\"", "\"\\(", ".[", ".a.", "|", ",", "select(", "@", "@x", "if", "1 +", "$x", ".[1:", "\u{e9}"] {
            jq(program, "{\"a\":[1,null]}");
        }
        jq(&"(".repeat(10_000), "1");
        jq(&"[".repeat(10_000), "1");
        jq(&"-".repeat(10_000), "1");
        jq(&". | ".repeat(10_000), "1");
        jq(".[-9223372036854775808]", "[1]");
        jq(". * . * . * .", "9223372036854775807");
    }
}
