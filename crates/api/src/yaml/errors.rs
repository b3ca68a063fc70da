//! The parser's complaints in libyaml's words, which every kubectl user has seen.

use saphyr_parser::ScanError;

/// What the parser says, what libyaml says, and whether that is the scanner's (which counts lines from 1 in go-yaml's
/// messages) or the parser's (which counts them from 0).
const WORDS: &[(&str, &str, bool)] = &[
    ("did not find expected key", "did not find expected key", false),
    ("did not find expected '-' indicator", "did not find expected '-' indicator", false),
    ("did not find expected ',' or '}'", "did not find expected ',' or '}'", false),
    ("expected ',' or ']'", "did not find expected ',' or ']'", false),
    ("did not find expected node content", "did not find expected node content", false),
    ("did not find expected <document start>", "did not find expected <document start>", false),
    ("the handle wasn't declared", "found undefined tag handle", false),
    ("duplicate version directive", "found duplicate %YAML directive", false),
    ("unexpected end of stream", "found unexpected end of stream", true),
    ("unexpected document indicator", "found unexpected document indicator", true),
    ("unknown escape character", "found unknown escape character", true),
    ("expected hexadecimal number", "did not find expected hexdecimal number", true),
    ("mapping values are not allowed", "mapping values are not allowed in this context", true),
    ("mapping keys are not allowed", "mapping keys are not allowed in this context", true),
    ("illegal placement of ':'", "did not find expected ',' or ']'", false),
    ("':' may not precede", "did not find expected ',' or '}'", false),
    ("block sequence entries are not allowed", "block sequence entries are not allowed in this context", true),
    ("is only valid inside a block", "block sequence entries are not allowed in this context", true),
    ("simple key expect", "could not find expected ':'", true),
    ("expected alphabetic or numeric", "did not find expected alphabetic or numeric character", true),
    ("tab", "found character that cannot start any token", true),
    ("unexpected character", "found character that cannot start any token", true),
    ("invalid indentation", "did not find expected key", false),
    ("wrongly indented line", "did not find expected key", false),
    ("unprintable character", "control characters are not allowed", true),
];

/// `yaml: line 4: did not find expected key`
pub fn message(error: &ScanError, text: &str) -> String {
    let (info, marker) = (error.info(), error.marker());
    if info.contains("unknown anchor") {
        return format!("yaml: unknown anchor '{}' referenced", anchor_at(text, marker.line(), marker.col()));
    }
    let (words, scanner) = match WORDS.iter().find(|(said, ..)| info.contains(said)) {
        Some(&(_, words, scanner)) => (words, scanner),
        None => (info, true),
    };
    let line = match words {
        // libyaml has read on to the end by the time it complains.
        "found unexpected end of stream" => text.matches('\n').count() + 1,
        _ => marker.line(),
    };
    // A line number of 0 means none to go-yaml.
    match line {
        0 | 1 => format!("yaml: {words}"),
        _ => format!("yaml: line {}: {words}", if scanner { line } else { line - 1 }),
    }
}

/// The name after the `*` at a place in the text.
fn anchor_at(text: &str, line: usize, column: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let name = line.chars().skip(column).skip_while(|c| *c == '*');
    name.take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect()
}
