//! `find`

use super::Cx;
use crate::interp::glob;

/// Lists files below directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let split = cx.args[1..].iter().position(|a| a.starts_with('-')).unwrap_or(cx.args.len() - 1) + 1;
    let mut roots = cx.args[1..split].to_vec();
    if roots.is_empty() {
        roots.push(".".into());
    }
    let (mut name, mut kind, mut depth, mut least, mut delete) = (None, None, usize::MAX, 0, false);
    let mut tests = cx.args[split..].iter();
    while let Some(test) = tests.next() {
        match test.as_str() {
            "-name" | "-iname" => name = tests.next().map(|pattern| (glob::unquoted(pattern), test == "-iname")),
            "-type" => kind = tests.next().cloned(),
            "-maxdepth" => depth = tests.next().and_then(|n| n.parse().ok()).unwrap_or(depth),
            "-mindepth" => least = tests.next().and_then(|n| n.parse().ok()).unwrap_or(0),
            "-delete" => delete = true,
            "-print" => {}
            other => return cx.fail(format_args!("unknown predicate `{other}'")),
        }
    }
    let mut status = 0;
    let mut todo: Vec<(String, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    let mut found = Vec::new();
    while let Some((path, level)) = todo.pop() {
        let stat = match cx.stat(&path) {
            Ok(stat) => stat,
            Err(error) => {
                status = cx.fail(format_args!("\u{2018}{path}\u{2019}: {error}"));
                continue;
            }
        };
        let fits = name.as_ref().is_none_or(|(pattern, ignore)| {
            let text: Vec<char> = vfs::path::name(&path).chars().collect();
            let lower = |c: &char| c.to_ascii_lowercase();
            match ignore {
                false => glob::matches(pattern, &text),
                true => {
                    let pattern: Vec<_> = pattern.iter().map(|(c, q)| (lower(c), *q)).collect();
                    glob::matches(&pattern, &text.iter().map(lower).collect::<Vec<_>>())
                }
            }
        });
        let fits = fits && kind.as_deref().is_none_or(|k| (k == "d") == stat.directory) && level >= least;
        if fits {
            found.push(path.clone());
        }
        if stat.directory && level < depth {
            let absolute = cx.path(&path);
            let names = cx.files(|files| files.list(&absolute)).unwrap_or_default();
            todo.extend(names.iter().rev().map(|name| (vfs::path::join(&path, name), level + 1)));
        }
    }
    for path in &found {
        match delete {
            true => {
                let absolute = cx.path(path);
                let _ = cx.files(|files| files.remove_all(&absolute));
            }
            false => cx.out(&format!("{path}\n")),
        }
    }
    status
}
