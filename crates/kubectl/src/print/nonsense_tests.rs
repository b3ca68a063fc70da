//! What stands in `-o` and in files, changed at random: parsers answer it, whatever it is, and what they take can be printed.
//! `PARSERS_TEXTS` (how many) and `PARSERS_SEED` make it look further; `PARSERS_LAST` names a file for the text that it is at, should the
//! stack be too small for it.

use super::custom::CustomColumns;
use super::jsonpath::{JsonPath, relaxed};
use super::template::Template;
use api::{Rng, Value, json, yaml};

const TEXTS: &[&str] = &[
    "{range .items[?(@.status.phase==\"Running\")]}{.metadata.name}{\"\\t\"}{.n[*].image}{'\\n'}{end}",
    "{.items[0:3:2].metadata.name} {.items[-1:].metadata[\"name\",\"namespace\"]} {..image} {.a\\.b/c} {$} {@}",
    "{.items[?(@.n>=1.5)]['a','b']}{.items[?(@.metadata.labels.app!='x')].n}{range .items[*]}{range .n}{@}{end}{end}",
    "{{range $i, $p := .items}}{{$i}} {{$p.metadata.name | printf \"%-20q\"}}{{if eq $p.n 1}}ok{{else if .x}}no{{end}}{{end}}",
    "{{define \"T\"}}{{.metadata.name}}{{end}}{{range .items}}{{template \"T\" .}}{{with .n}}{{len .}}{{(index . 0).key}}{{end}}{{end}}",
    "{{- /* x */ -}}{{block \"B\" .s}}{{break}}{{end}}{{printf \"%5d|%-5s|%05.2f|%x|%t|%*d\" 3 \"a\" 1.5 255 true 2 1}}{{slice .s 1 2}}",
    "{{$x := 1}}{{$x = and .s (not .t) (or 1 \"\")}}{{html .}}{{js .s | urlquery}}{{0x1F}}{{'a'}}{{1e3}}{{nil}}{{.items | len | lt 1 2}}",
    "NAME:.metadata.name,CPU:{.items[0].n},T:items[*].key,X:.metadata.labels.a\\.b",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {a: \"1\", b: 'x'}}\nspec:\n  c: &c\n  - name: a\n    x: *c\n  t: |-\n    a\n     b\n  f: >+\n    c\n\n---\n- ? k\n  : v\n- !!binary aGk=\n- <<: {a: 1}\n",
    "a: [1, 0x1F, 1e3, .inf, ~, yes, 2026-01-01, 1:30, 0o7, \"\\u00e9\\x41\\\n  b\"]\n# note\n\"k\" : 'it''s'\n...\n%YAML 1.1\n---\nb: {}\n",
    "{\"a\":[1,{\"b\":\"c\\u00e9\\n\"}],\"d\":null,\"e\":-1.5e-3,\"f\":true}",
];

const AWKWARD: &[&str] = &[
    "{",
    "}",
    "{{",
    "}}",
    "[",
    "]",
    "(",
    ")",
    "'",
    "\"",
    "\\",
    "$",
    "@",
    "?",
    "*",
    "..",
    ".",
    ",",
    ":",
    ": ",
    "-",
    "- ",
    "|",
    ">",
    "&a ",
    "*a",
    "!",
    "!!",
    "%",
    "#",
    " ",
    "\n",
    "\n  ",
    "\t",
    "é",
    "한",
    "\u{0}",
    "\u{feff}",
    "0",
    "-1",
    "9223372036854775808",
    "1e400",
    "==",
    "<=",
    "&&",
    "||",
    "{end}",
    "{range ",
    "{{end}}",
    "{{range .}}",
    "{{template \"T\" .}}",
    "{{if ",
    "| len",
    "[::0]",
    "[?(@.a",
    "<<: ",
    "---\n",
    "? ",
    "$x := ",
    "`",
];

/// A text made from one of those above.
fn text(rng: &mut Rng) -> String {
    let mut chars: Vec<char> = TEXTS[rng.below(TEXTS.len() as u32) as usize].chars().collect();
    for _ in 0..=rng.below(6) {
        let at = rng.below(chars.len() as u32 + 1) as usize;
        let end = (at + rng.below(20) as usize).min(chars.len());
        match rng.below(6) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let part = chars[at..end].to_vec();
                let times = if rng.below(40) == 0 { 3000 } else { 1 + rng.below(3) };
                (0..times).for_each(|_| drop(chars.splice(at..at, part.iter().copied())));
            }
            2 => {
                let other: Vec<char> = TEXTS[rng.below(TEXTS.len() as u32) as usize].chars().collect();
                let from = rng.below(other.len() as u32) as usize;
                let to = (from + rng.below(30) as usize).min(other.len());
                drop(chars.splice(at..end, other[from..to].iter().copied()));
            }
            _ => drop(chars.splice(at..at, AWKWARD[rng.below(AWKWARD.len() as u32) as usize].chars())),
        }
    }
    chars.into_iter().collect()
}

/// Gives a text to all parsers, and what they made of it to what prints it.
fn answer(text: &str, value: &Value) {
    for template in [JsonPath::parse(text), relaxed(text).and_then(|path| JsonPath::parse(&path))].into_iter().flatten()
    {
        _ = template.print(value);
        _ = template.strict(true).print_json(value);
    }
    _ = Template::parse(text)
        .map(|template| template.clone().run(value).is_ok() | template.strict(true).run(value).is_ok());
    _ = CustomColumns::parse(text).is_ok() | CustomColumns::parse_file(text).is_ok();
    for value in yaml::documents(text).into_iter().flatten().chain(json::parse(text)) {
        // What is printed is read as the same.
        let printed = yaml::to_string(&value);
        let again = yaml::documents(&printed).unwrap_or_else(|why| panic!("{why}: {printed:?} of {text:?}"));
        let again = again.first().cloned().unwrap_or_default();
        assert!(json::to_string(&again) == json::to_string(&value), "{printed:?} of {text:?}");
        _ = super::kyaml::to_string(&value);
    }
}

#[test]
fn what_is_nested_deeply_is_refused() {
    for part in [
        "{range .a}",
        "{[?(@",
        "{.a[?(@.b[",
        "{{range .}}",
        "{{(",
        "{{define \"a\"}}",
        "[",
        "{",
        "a: {",
        "- ",
        "{\"a\":",
    ] {
        answer(&part.repeat(20_000), &Value::Null);
    }
    assert_eq!(JsonPath::parse(&"{range .a}".repeat(101)).map(drop), Err("the template is nested too deeply".into()));
    assert!(JsonPath::parse(&"{range .a}".repeat(100)).is_ok());
}

#[test]
fn parsers_answer_nonsense() {
    let set = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (seed, texts) = (set("PARSERS_SEED").unwrap_or(1), set("PARSERS_TEXTS").unwrap_or(3000));
    let value = json::parse(
        r#"{"items":[{"metadata":{"name":"a","labels":{"app":"web","a.b":"c"}},"n":1,"status":{"phase":"Running"}},
            {"metadata":{"name":"b"},"n":[{"image":"x","key":2.5},null]}],"s":"abc","t":true,"image":"y"}"#,
    )
    .unwrap();
    let mut rng = Rng::new(seed);
    for _ in 0..texts {
        let text = text(&mut rng);
        if let Some(file) = std::env::var_os("PARSERS_LAST") {
            std::fs::write(file, &text).unwrap();
        }
        let shown = text.clone();
        let done = std::panic::catch_unwind(|| answer(&text, &value));
        assert!(done.is_ok(), "seed {seed}: {shown:?}");
    }
}
