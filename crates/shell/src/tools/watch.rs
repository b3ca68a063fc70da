//! `watch`

use super::Cx;
use crate::process::{Chunk, Input, Io};
use std::time::Duration;

/// Runs a command again and again, on a clean screen.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("+n:dtgcbex", &[("interval", 'n'), ("differences", 'd'), ("no-title", 't'), ("chgexit", 'g')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let seconds = options.value('n').map_or(Ok(2.0), |n| n.replace(',', ".").parse::<f64>());
    let Some(seconds) = seconds.ok().filter(|n| n.is_finite() && *n >= 0.0) else {
        return cx.fail(format_args!("failed to parse argument: '{}'", options.value('n').unwrap_or_default()));
    };
    if options.operands.is_empty() {
        cx.err("Usage:\n watch [options] command\n");
        return 1;
    }
    let command = options.operands.join(" ");
    let host = cx.kernel().system().identity(&cx.shell.place).unwrap_or_default().hostname;
    let io = Io { stdin: Input::Null, ..cx.io.clone() };
    loop {
        cx.kernel().show(Chunk::Redraw);
        if !options.has('t') {
            let now = cx.kernel().now().rfc1123z();
            let when = format!("{} {} {} {} {}", &now[..3], &now[8..11], &now[5..7], &now[17..25], &now[12..16]);
            cx.out(&format!("Every {seconds:.1}s: {command}    {host}: {when}\n\n"));
        }
        cx.run(vec!["sh".into(), "-c".into(), command.clone()], &io).await;
        cx.kernel().sleep(Duration::from_secs_f64(seconds.clamp(0.1, 1e6))).await;
    }
}
