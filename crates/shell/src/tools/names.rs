//! `basename`, `dirname`, `realpath`

use super::Cx;

/// The last part of a path.
pub(super) async fn basename(cx: Cx) -> i32 {
    let Some(path) = cx.args.get(1) else {
        cx.err("basename: missing operand\nTry 'basename --help' for more information.\n");
        return 1;
    };
    let name = vfs::path::name(path);
    let suffix = cx.args.get(2).map_or("", String::as_str);
    let short = name.strip_suffix(suffix).filter(|short| !short.is_empty()).unwrap_or(name);
    cx.out(&format!("{short}\n"));
    0
}

/// A path without its last part.
pub(super) async fn dirname(cx: Cx) -> i32 {
    let Some(path) = cx.args.get(1) else {
        cx.err("dirname: missing operand\nTry 'dirname --help' for more information.\n");
        return 1;
    };
    let parent = if path.trim_end_matches('/').contains('/') || path.starts_with('/') { vfs::path::parent(path) } else { "." };
    cx.out(&format!("{parent}\n"));
    0
}

/// The absolute path.
pub(super) async fn realpath(cx: Cx) -> i32 {
    let mut status = 0;
    for name in cx.args[1..].iter().filter(|a| !a.starts_with('-')) {
        let path = cx.path(name);
        match cx.stat(vfs::path::parent(&path)) {
            Ok(_) => cx.out(&format!("{path}\n")),
            Err(error) => status = cx.fail(format_args!("{name}: {error}")),
        }
    }
    status
}
