use super::*;

/// What a program makes of an input, results between blanks.
fn jq(program: &str, input: &str) -> String {
    let program = match Program::read(program, &Invocation::default()) {
        Ok(program) => program,
        Err(why) => return format!("compile: {}", why.join(", ")),
    };
    let machine = Machine::new(Json::Null, 0.0);
    let mut shown = Vec::new();
    let outcome = program.run(&machine, parse_json(input).unwrap(), &mut |value| shown.push(value.compact()));
    match outcome {
        Ok(()) => {}
        Err(Stop::Error(why)) => shown.push(format!("error: {}", why.text())),
        Err(stop) => shown.push(format!("{stop:?}")),
    }
    shown.join(" ")
}

#[test]
fn the_language_has_all_that_it_is_built_on() {
    let builtins = parse::definitions(BUILTINS);
    let defined = BUILTINS.lines().filter(|line| line.starts_with("def ")).count();
    assert_eq!(builtins.len(), defined);
    let mut names: Vec<String> = builtins.iter().map(|d| called(&d.name, d.parameters.len())).collect();
    let mut wrong = Vec::new();
    builtins.iter().for_each(|definition| check::define(definition, &mut names, &mut wrong));
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_people_type() {
    for line in include_str!("tests.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [input, program, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(jq(program, input), expected, "{program}");
    }
}

#[test]
fn no_program_panics() {
    for program in ["", ".", "..", "[", "{", "(", "\"", "\"\\(", ".[", ".a.", "|", ",", "select(", "@", "@x", "if", "1 +", "$x", ".[1:",
        "\u{e9}", "reduce", ". as", "def f", "def f: f; f", "[recurse(.)]", "[range(infinite)]", "repeat(.)", "[limit(5; repeat(1))]",
        "\"x\" * 1e9", ".[1e18] = 1", ".[-1] = 1", "try error", "break", "label $x | break $x", "until(false; .)", "{(1):2}", ".[\"a\",0]?",
        "[.[]?] | implode", "\"\\u12\"", "@json \"\\(1)", "#", "1 as [$a] | $a", "..|=.", "path(1)", "def f(g): g; f(f(.))"]
    {
        jq(program, "{\"a\":[1,null]}");
    }
    for part in ["(", "[", "-", ". | ", "{a:", "\"\\(", "if . then ", ". as $x | ", "def f: ", "try ", "1 + ", ".a", "[.] | "] {
        jq(&part.repeat(10_000), "1");
    }
    jq(".[-9223372036854775808]", "[1]");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    jq("flatten, (.. | length), tojson, walk(.)", &deep);
}
