//! `clear`, and the editors: `vi`, `vim`, `nano`

use super::Cx;
use crate::process::Chunk;

/// Clears the terminal.
pub(super) async fn clear(cx: Cx) -> i32 {
    cx.kernel().show(Chunk::Clear);
    0
}

/// Opens the page's editor on a file.
pub(super) async fn edit(cx: Cx) -> i32 {
    let Some(name) = cx.args[1..].iter().find(|a| !a.starts_with(['-', '+'])) else {
        return cx.fail("no file name given");
    };
    if !cx.io.stdin.is_terminal() {
        cx.err("Vim: Warning: Input is not from a terminal\n");
        return 1;
    }
    let old = match cx.read(name).await {
        Ok(text) => text,
        Err(vfs::Error::NotFound) => String::new(),
        Err(error) => return cx.fail(format_args!("{name}: {error}")),
    };
    let path = cx.path(name);
    if let Some(text) = cx.kernel().edit(&path, old).await {
        let now = cx.now();
        if let Err(error) = cx.files(|files| files.write(&path, text, now)) {
            return cx.fail(format_args!("{name}: {error}"));
        }
    }
    0
}
