//! `test`, `[`, `true`, `false`

use super::Cx;
use crate::interp::Files;

/// Evaluates a condition.
pub(super) async fn run(cx: Cx) -> i32 {
    let mut arguments = &cx.args[1..];
    if cx.args[0] == "[" {
        match arguments.split_last() {
            Some((last, rest)) if last == "]" => arguments = rest,
            _ => {
                cx.err(&format!("{}: [: missing `]'\n", cx.shell.name));
                return 2;
            }
        }
    }
    let files = Files { kernel: cx.kernel(), place: &cx.shell.place, cwd: &cx.shell.cwd };
    match files.test(arguments) {
        Ok(verdict) => i32::from(!verdict),
        Err(error) => {
            cx.err(&format!("{}: {}: {error}\n", cx.shell.name, cx.args[0]));
            2
        }
    }
}

/// Succeeds.
pub(super) async fn yes(_: Cx) -> i32 {
    0
}

/// Fails.
pub(super) async fn no(_: Cx) -> i32 {
    1
}
