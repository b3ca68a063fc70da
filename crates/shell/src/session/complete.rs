//! The Tab key: what the word at the cursor may become.

use crate::interp::builtin_names;
use crate::process::{Front, Kernel};
use crate::tools;
use std::rc::Rc;

/// What may stand in place of a part of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the word begins that is to be replaced, in bytes. It ends at the cursor.
    pub start: usize,
    /// What it may become, sorted. A candidate that ends in `/` or `=` goes on; after others comes a blank.
    pub candidates: Vec<String>,
}

/// The words of the command at the end of a text, the last one (which may be empty) with its start.
fn words(text: &str) -> (Vec<String>, usize) {
    let (mut words, mut current, mut start, mut quote) = (Vec::new(), None::<String>, text.len(), None);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => current.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                if current.is_none() {
                    start = i;
                }
                current.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(current.take()),
            (None, '|' | '&' | ';' | '(' | '`' | '\n') => {
                words.clear();
                current = None;
            }
            (None, c) => {
                if current.is_none() {
                    start = i;
                }
                current.get_or_insert_default().push(c);
            }
        }
    }
    if current.is_none() {
        start = text.len();
    }
    words.push(current.unwrap_or_default());
    (words, start)
}

pub(super) fn complete(kernel: &Rc<Kernel>, line: &str, cursor: usize) -> Completions {
    let Some(before) = line.get(..cursor.min(line.len())) else { return Completions::default() };
    let front = kernel.front();
    let (mut words, start) = words(before);
    while words.len() > 1 && words[0].contains('=') && !words[0].starts_with('-') {
        words.remove(0);
    }
    // An alias stands for its words.
    if words.len() > 1
        && let Some(value) = front.aliases.get(&words[0])
    {
        let expanded: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
        words.splice(0..1, expanded);
    }
    let last = words.last().cloned().unwrap_or_default();
    let mut candidates = match words.as_slice() {
        [_] | [] if !last.contains('/') => commands(kernel, &front, &last),
        [program, rest @ ..] if program == "kubectl" => match after_file_flag(rest) {
            true => files(kernel, &front, &last),
            false => tools::kubectl::complete(kernel, rest),
        },
        [program, ..] if program == "ssh" => nodes(kernel, &last),
        _ => files(kernel, &front, &last),
    };
    api::sort(&mut candidates);
    candidates.dedup();
    Completions { start, candidates }
}

/// Whether the word names a file: `-f FILE`.
fn after_file_flag(words: &[String]) -> bool {
    let before = words.len().checked_sub(2).and_then(|i| words.get(i));
    before.is_some_and(|word| matches!(word.as_str(), "-f" | "--filename" | "-k" | "--from-file" | "--kubeconfig"))
}

fn commands(kernel: &Kernel, front: &Front, last: &str) -> Vec<String> {
    let system = kernel.system();
    let programs = tools::names().filter(|name| tools::is_shell_tool(name) || system.installed(&front.place, name));
    let own = front.aliases.keys().chain(&front.functions).map(String::as_str);
    let all = programs.chain(builtin_names()).map(str::to_owned).chain(own.map(str::to_owned));
    all.filter(|name| name.starts_with(last) && name.len() > 1).collect()
}

fn nodes(kernel: &Kernel, last: &str) -> Vec<String> {
    let system = kernel.system();
    let Some(cluster) = system.cluster() else { return Vec::new() };
    let names = cluster.kubelets().nodes().map(|node| node.config.name.to_string());
    names.filter(|name| name.starts_with(last)).collect()
}

/// The files whose names go on like the word; directories with a slash.
fn files(kernel: &Kernel, front: &Front, last: &str) -> Vec<String> {
    let (dir, name) =
        last.rsplit_once('/').map_or(("", last), |(dir, name)| (if dir.is_empty() { "/" } else { dir }, name));
    let shown = last.strip_suffix(name).unwrap_or_default();
    let home = front.variables.get("HOME").cloned().unwrap_or_default();
    let real = match dir.strip_prefix('~') {
        Some(rest) => format!("{home}{rest}"),
        None => dir.to_owned(),
    };
    let path = vfs::path::resolve(&front.cwd, &real);
    let all = kernel.files(&front.place, |files| {
        let names = files.list(&path).unwrap_or_default();
        let fits = names.into_iter().filter(|n| n.starts_with(name) && (name.starts_with('.') || !n.starts_with('.')));
        let slash = |n: &vfs::Str| if files.is_dir(&vfs::path::join(&path, n)) { "/" } else { "" };
        fits.map(|n| format!("{shown}{}{}", quoted(&n), slash(&n))).collect::<Vec<_>>()
    });
    all.unwrap_or_default()
}

/// A file's name as it must be typed.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.:=@%+,".contains(c);
    name.chars().flat_map(|c| if plain(c) { vec![c] } else { vec!['\\', c] }).collect()
}
