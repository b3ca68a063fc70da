//! `rm`

use super::Cx;

/// Removes files and directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("recursive", 'r'), ("force", 'f'), ("verbose", 'v'), ("dir", 'd')];
    let options = match cx.options("rRfvid", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        if options.has('f') {
            return 0;
        }
        cx.err("rm: missing operand\nTry 'rm --help' for more information.\n");
        return 1;
    }
    let recursive = options.has('r') || options.has('R');
    let mut status = 0;
    for name in &options.operands {
        let path = cx.path(name);
        if path == "/" && recursive {
            cx.err("rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n");
            status = 1;
            continue;
        }
        if matches!(vfs::path::name(name), "." | "..") && recursive {
            status = cx.fail(format_args!("refusing to remove '.' or '..' directory: skipping '{name}'"));
            continue;
        }
        let removed = cx.files(|files| match files.stat(&path)?.directory {
            true if recursive => files.remove_all(&path),
            true if options.has('d') => files.rmdir(&path),
            _ => files.remove(&path),
        });
        match removed {
            Ok(()) if options.has('v') => cx.out(&format!("removed '{name}'\n")),
            Ok(()) => {}
            Err(vfs::Error::NotFound) if options.has('f') => {}
            Err(error) => status = cx.fail_as(format_args!("cannot remove '{name}': {error}"), format_args!("can't remove '{name}': {error}")),
        }
    }
    status
}
