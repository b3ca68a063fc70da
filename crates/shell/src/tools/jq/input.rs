//! What is read: JSON texts, one after the other, or lines.

use super::Invocation;
use super::reader::Reader;
use super::value::Json;
use crate::tools::Cx;
use std::collections::VecDeque;

/// The JSON texts of an input with the lines up to which they were read, and what is wrong behind them.
pub(super) fn documents(text: &str) -> (Vec<(Json, usize)>, Option<String>) {
    let (mut reader, mut values) = (Reader::new(text), Vec::new());
    loop {
        match reader.next() {
            Ok(Some(value)) => values.push((value, reader.lines())),
            Ok(None) => return (values, None),
            Err(why) => return (values, Some(why)),
        }
    }
}

/// What is still to be read.
pub(super) struct Inputs {
    values: VecDeque<(Json, usize)>,
    wrong: Option<String>,
    name: String,
    pub(super) line: usize,
    /// Whether a file could not be opened.
    pub(super) missing: bool,
}

impl Inputs {
    pub(super) fn next(&mut self) -> Result<Option<Json>, String> {
        match (self.values.pop_front(), self.wrong.take()) {
            (Some((value, line)), wrong) => {
                (self.line, self.wrong) = (line, wrong);
                Ok(Some(value))
            }
            (None, Some(why)) => Err(why),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.name, self.line)
    }
}

/// Reads what the command line names.
///
/// # Errors
/// The exit status; the message has been written.
pub(super) async fn inputs(cx: &Cx, invocation: &Invocation) -> Result<Inputs, i32> {
    let has = |flag: char| invocation.flags.contains(flag);
    let mut read = Inputs { values: VecDeque::new(), wrong: None, name: "<stdin>".into(), line: 0, missing: false };
    let mut texts = Vec::new();
    if invocation.files.is_empty() {
        // A terminal is not waited for where nothing is read from it.
        let unused = has('n') && !invocation.program.as_deref().unwrap_or_default().contains("input");
        if !unused {
            texts.push(cx.io.stdin.all(cx.kernel()).await);
        }
    }
    for file in &invocation.files {
        match cx.read(file).await {
            Ok(text) => {
                read.name.clone_from(file);
                texts.push(text);
            }
            Err(error) => {
                cx.err(&format!("jq: error: Could not open file {file}: {error}\n"));
                read.missing = true;
            }
        }
    }
    let text = texts.concat();
    let lines = text.matches('\n').count();
    if has('R') {
        match has('s') {
            true => read.values.push_back((text.into(), lines)),
            false => read.values.extend(text.lines().enumerate().map(|(at, line)| (line.into(), at + 1))),
        }
        return Ok(read);
    }
    let (values, wrong) = documents(&text);
    match has('s') {
        true if wrong.is_none() => {
            let all: Vec<Json> = values.into_iter().map(|(value, _)| value).collect();
            read.values.push_back((all.into(), lines));
        }
        true => {}
        false => read.values.extend(values),
    }
    read.line = if wrong.is_some() { lines } else { 0 };
    read.wrong = wrong;
    Ok(read)
}
