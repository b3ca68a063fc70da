//! Programs that the shell has built in and that are there as files, too; and `yes`.

use super::Cx;
use crate::interp::There;

/// `echo`, `printf`, `test`, `pwd` and their kin, as programs.
pub(super) async fn run(cx: Cx) -> i32 {
    let Some(builtin) = script::builtin(cx.name()) else { return 127 };
    let mut there = There::of(&cx.shell);
    let mut memory = cx.shell.memory.clone();
    let mut call = script::Call::new(&mut memory, &mut there, &cx.args);
    let status = builtin(&mut call).unwrap_or(1);
    let (out, err) = (call.out, call.err);
    cx.out(&out);
    cx.err(&err);
    status
}

/// Writes a line for ever.
pub(super) async fn yes(cx: Cx) -> i32 {
    let line = if cx.args.len() > 1 { cx.args[1..].join(" ") } else { "y".into() } + "\n";
    loop {
        cx.out(&line);
        cx.io.stdout.drained(cx.kernel()).await;
        cx.kernel().breathe().await;
    }
}
