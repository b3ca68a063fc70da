//! What templates print, and what kubectl says where they do not fit.

use super::*;
use api::json;

fn fill(template: &str) -> Result<String, String> {
    let list = json::parse(
        r#"{"items":[{"metadata":{"name":"a","labels":{"app":"web"}},"n":1},{"metadata":{"name":"b"},"n":2}],"s":"abc"}"#,
    )
    .unwrap();
    Template::parse(template)?.run(&list).map_err(|stopped| stopped.why)
}

#[test]
fn templates_are_filled_in() {
    let cases = [
        ("{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}", "a\nb\n"),
        ("{{len .items}}", "2"),
        ("{{range $i, $x := .items}}{{$i}}={{$x.n}} {{end}}", "0=1 1=2 "),
        ("{{(index .items 1).metadata.name}}", "b"),
        ("{{range .items}}{{if eq .n 1}}one{{else if eq .n 2}}two{{else}}many{{end}};{{end}}", "one;two;"),
        ("{{with .nosuch}}x{{else}}y{{end}}", "y"),
        ("{{printf \"%s-%d\" (index .items 0).metadata.name 7}}", "a-7"),
        ("{{.nosuch}} {{.nosuch.deeper}}", "<no value> <no value>"),
        ("a {{- \" b \" -}} c", "a b c"),
        ("{{(index .items 0).metadata.labels}}", "map[app:web]"),
        ("{{ .items | len | printf \"%03d\" }}", "002"),
        ("{{define \"T\"}}t{{.}}{{end}}{{template \"T\" .s}}{{block \"B\" .s}}-{{.}}{{end}}", "tabc-abc"),
        ("{{range .items}}{{if eq .n 2}}{{break}}{{end}}{{.n}}{{end}}", "1"),
        ("{{range .items}}{{if eq .n 1}}{{continue}}{{end}}{{.n}}{{end}}", "2"),
        ("{{html \"<a>\"}}{{js \"it's\"}}{{urlquery \"a b\"}}", "&lt;a&gt;it\\'sa+b"),
        ("{{print 1 2 \"a\" 3}}{{'a'}}{{0x1F}}{{1e3}}", "1 2a397311000"),
        (
            "{{printf \"%5d|%-5s|%05.2f|%x|%t|%d\" 3 \"a\" 1.5 255 true \"x\"}}",
            "    3|a    |01.50|ff|true|%!d(string=x)",
        ),
        ("{{/* nothing */ -}} x", "x"),
        ("{{and .s \"\" (index .nosuch 1)}}{{or .s (len 3)}}", "abc"),
    ];
    for (template, expected) in cases {
        assert_eq!(fill(template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn errors_name_the_place_as_gos_do() {
    let at = |place: &str, text: &str, why: &str| {
        format!("template: output:{place}: executing \"output\" at <{text}>: {why}")
    };
    let cases = [
        ("A{{.s.b.c}}", at("1:5", ".s.b.c", "can't evaluate field b in type interface {}")),
        ("\n {{len 3}}", at("2:3", "len 3", "error calling len: len of type int")),
        ("{{template \"x\"}}", at("1:11", "{{template \"x\"}}", "template \"x\" not defined")),
        ("{{ range .s }}{{end}}", at("1:9", ".s", "range can't iterate over abc")),
        ("{{eq 1 \"a\"}}", at("1:2", "eq 1 \"a\"", "error calling eq: incompatible types for comparison")),
        (
            "{{index .s \"x\"}}",
            at("1:2", "index .s \"x\"", "error calling index: cannot index slice/array with type string"),
        ),
        ("{{printf}}", at("1:2", "printf", "wrong number of args for printf: want at least 1 got 0")),
        ("{{ .s . }}", at("1:3", ".s", "s is not a method but has arguments")),
        ("{{1 2}}", at("1:2", "1", "can't give argument to non-function 1")),
        ("{{nil}}", at("1:2", "nil", "nil is not a command")),
        ("{{foo}}", "template: output:1: function \"foo\" not defined".to_owned()),
        ("{{$x}}", "template: output:1: undefined variable \"$x\"".to_owned()),
        ("\n{{if}}", "template: output:2: missing value for if".to_owned()),
        ("{{break}}", "template: output:1: {{break}} outside {{range}}".to_owned()),
        ("{{\"x}}", "template: output:1: unterminated quoted string".to_owned()),
        ("{{end}}", "template: output:1: unexpected {{end}}".to_owned()),
        ("{{if .s}}", "template: output:1: unexpected EOF".to_owned()),
        ("{{.s", "template: output:1: unclosed action".to_owned()),
        ("{{.s..x}}", "template: output:1: unexpected <.> in operand".to_owned()),
    ];
    for (template, expected) in cases {
        assert_eq!(fill(template), Err(expected), "{template}");
    }
}

#[test]
fn nothing_runs_for_ever_or_too_deep() {
    for template in [
        "{{define \"T\"}}{{template \"T\"}}{{end}}{{template \"T\"}}".to_owned(),
        "{{range 100000}}{{range 100000}}x{{end}}{{end}}".to_owned(),
        "{{if .s}}".repeat(10_000),
        "{{".to_owned() + &"(".repeat(10_000),
        "{{printf \"%999999999999d\" 1 | len}}{{(}}".to_owned(),
    ] {
        assert!(fill(&template).is_err());
    }
    let strict = Template::parse("{{.missing}}").unwrap().strict(true);
    let why = strict.run(&api::obj! { "a" => 1 }).unwrap_err().why;
    assert!(why.ends_with("at <.missing>: map has no entry for key \"missing\""), "{why}");
}
