//! `which`

use super::Cx;

/// Where programs are installed.
pub(super) async fn run(cx: Cx) -> i32 {
    let mut status = 0;
    for name in cx.args[1..].iter().filter(|a| !a.starts_with('-')) {
        let found = cx.shell.find(name).map(|_| super::path_of(name));
        match found.or_else(|| cx.shell.program_path(name, &cx.env).ok()) {
            Some(path) => cx.out(&format!("{path}\n")),
            None => status = 1,
        }
    }
    status
}
