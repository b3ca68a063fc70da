//! `which`

use super::Cx;

/// Where programs are installed.
pub(super) async fn run(cx: Cx) -> i32 {
    let mut status = 0;
    for name in cx.args[1..].iter().filter(|a| !a.starts_with('-')) {
        match cx.shell.find(name) {
            Some(_) => cx.out(&format!("{}\n", super::path_of(name))),
            None => status = 1,
        }
    }
    status
}
