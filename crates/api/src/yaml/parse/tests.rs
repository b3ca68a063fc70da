use super::*;
use crate::{list, obj};

fn value(text: &str) -> Value {
    parse(text).unwrap().value
}

#[test]
fn documents_are_read_as_kubectl_reads_them() {
    let text = "a: 1\nb: [x, \"1\", yes, null]\nc:\n- d: |\n    two\n    lines\n  e: >\n    one\n    line\n";
    let expected = obj! {
        "a" => 1, "b" => list!["x", "1", true, Value::Null],
        "c" => list![obj! { "d" => "two\nlines\n", "e" => "one line\n" }],
    };
    assert_eq!(value(text), expected);
    assert_eq!(value("1: a\nyes: b\n'no': c"), obj! { "1" => "a", "true" => "b", "no" => "c" });
    assert_eq!(value(""), Value::Null);
    assert_eq!(value("# only a comment\n"), Value::Null);
    assert_eq!(value("hello world"), "hello world".into());
    assert_eq!(value("{\"a\": [1, 2.5], \"b\": \"c\"}"), obj! { "a" => list![1, 2.5], "b" => "c" });
    assert_eq!(value("a: !!str 1\nb: !!int \"2\""), obj! { "a" => "1", "b" => 2 });
}

#[test]
fn a_stream_is_split_at_its_separators() {
    let text = "---\na: 1\n--- # next\nb: 2\n---\n---\nc: --- 3\n";
    let parts = split(text);
    assert_eq!(parts, [(1, "---\na: 1\n"), (4, "b: 2\n"), (6, "---\nc: --- 3\n")]);
    assert_eq!(documents(text).unwrap(), [obj! { "a" => 1 }, obj! { "b" => 2 }, obj! { "c" => "--- 3" }]);
    assert!(documents("\n").unwrap().is_empty());
}

#[test]
fn aliases_and_merges_are_expanded_within_limits() {
    let text = "base: &b {x: 1, z: 2}\nother:\n  <<: *b\n  z: 3\nagain: *b\n";
    assert_eq!(value(text)["other"], obj! { "x" => 1, "z" => 3 });
    assert_eq!(value(text)["again"], obj! { "x" => 1, "z" => 2 });
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for i in 1..10 {
        let before = format!("*a{}", i - 1);
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![before; 9].join(","));
    }
    assert_eq!(parse(&bomb).unwrap_err(), "yaml: document contains excessive aliasing");
    assert!(parse(&"[".repeat(5000)).is_err());
    assert!(parse(&"- ".repeat(5000)).is_err());
    assert!(parse(&"{a: ".repeat(200)).is_err());
    assert_eq!(parse("a: &a [*a]").unwrap_err(), "yaml: anchor value contains itself");
}

#[test]
fn errors_are_in_go_yamls_words() {
    let cases = [
        ("a: 1\nmetadata:\n  name: x\n spec:\n  c: []\n", "yaml: line 3: did not find expected key"),
        ("a: 1\nb:\n\tc: x\n", "yaml: line 3: found character that cannot start any token"),
        ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
        ("x: 1\na: b: c\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("x: 1\na: \"b\n", "yaml: line 3: found unexpected end of stream"),
        ("x: 1\na: [b\nc: d\n", "yaml: line 2: did not find expected ',' or ']'"),
        ("a: 1\nb\nc: 2\n", "yaml: line 3: could not find expected ':'"),
        ("a:\n- b\n c: d\n", "yaml: line 3: mapping values are not allowed in this context"),
        ("a: *x\n", "yaml: unknown anchor 'x' referenced"),
    ];
    let mut wrong = Vec::new();
    for (text, error) in cases {
        let said = parse(text).map(|d| d.value).err().unwrap_or("ok".into());
        if said != error {
            wrong.push(format!("{text:?}: {said:?} instead of {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_last_of_equal_keys_wins_and_is_reported() {
    let document = parse("a: 1\nb: 2\na: 3\n").unwrap();
    assert_eq!(document.value, obj! { "a" => 3, "b" => 2 });
    assert_eq!(document.duplicates, [(3, "a".into())]);
}

#[test]
fn fields_are_found_in_the_text() {
    let text = "spec:\n  containers:\n  - name: a\n    image: b\n  - name: c\n";
    assert_eq!(line_of(text, "spec.containers[0].image"), Some(4));
    assert_eq!(line_of(text, "spec.containers[1]"), Some(5));
    assert_eq!(line_of(text, "spec.containers[1].image"), Some(5));
    assert_eq!(line_of(text, "spec.replicas"), Some(1));
}
