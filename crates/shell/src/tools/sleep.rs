//! `sleep`, `timeout`, `nohup`

use super::Cx;
use script::span;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

/// Lets virtual time pass.
pub(super) async fn run(cx: Cx) -> i32 {
    if cx.args.len() == 1 {
        cx.err("sleep: missing operand\nTry 'sleep --help' for more information.\n");
        return 1;
    }
    let mut total = Duration::ZERO;
    for text in &cx.args[1..] {
        match span(text) {
            Some(span) => total += span,
            None => {
                let problem = format!("sleep: invalid time interval \u{2018}{text}\u{2019}");
                cx.err(&format!("{problem}\nTry 'sleep --help' for more information.\n"));
                return 1;
            }
        }
    }
    cx.kernel().sleep(total).await;
    0
}

/// Runs a command, but not for longer than it may.
pub(super) async fn timeout(cx: Cx) -> i32 {
    let options = match cx.options("+s:k:vf", &[("signal", 's'), ("kill-after", 'k'), ("preserve-status", 'f'), ("foreground", 'v')]) {
        Ok(options) => options,
        Err(_) => return 125,
    };
    let Some((text, command)) = options.operands.split_first().filter(|(_, command)| !command.is_empty()) else {
        cx.err("timeout: missing operand\nTry 'timeout --help' for more information.\n");
        return 125;
    };
    let Some(limit) = span(text) else {
        cx.err(&format!("timeout: invalid time interval \u{2018}{text}\u{2019}\nTry 'timeout --help' for more information.\n"));
        return 125;
    };
    let mut running = Box::pin(cx.run(command.to_vec(), &cx.io));
    let mut alarm = Box::pin(cx.kernel().sleep(limit));
    poll_fn(|cx| {
        if let Poll::Ready(status) = running.as_mut().poll(cx) {
            return Poll::Ready(status);
        }
        let ends = !limit.is_zero() && alarm.as_mut().poll(cx).is_ready();
        if ends { Poll::Ready(124) } else { Poll::Pending }
    })
    .await
}

/// Runs a command as it is.
pub(super) async fn nohup(cx: Cx) -> i32 {
    cx.run(cx.args[1..].to_vec(), &cx.io).await
}
