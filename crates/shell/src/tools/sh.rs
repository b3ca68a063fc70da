//! `sh`, `bash`

use super::Cx;
use crate::interp::repl;

/// A shell inside the shell.
pub(super) async fn run(cx: Cx) -> i32 {
    let mut shell = cx.shell.child(cx.env.clone());
    shell.name = cx.name().to_owned();
    let mut arguments = &cx.args[1..];
    let (mut command, mut options) = (false, Vec::new());
    while let Some((flags, rest)) = arguments.split_first().filter(|(a, _)| a.len() > 1 && a.starts_with(['-', '+'])) {
        arguments = rest;
        command |= flags.starts_with('-') && !flags.starts_with("--") && flags.contains('c');
        let kept: String = flags.chars().filter(|c| "-+eux".contains(*c)).collect();
        if kept.len() > 1 && !flags.starts_with("--") {
            options.push(kept);
        }
    }
    shell.set_options(&options);
    if command {
        let Some((text, rest)) = arguments.split_first() else {
            cx.err(&format!("{0}: -c: option requires an argument\n", cx.name()));
            return 2;
        };
        let name = rest.first().cloned().unwrap_or_else(|| cx.name().to_owned());
        return shell.run_script_text(&name, rest.get(1..).unwrap_or_default(), text, &cx.io).await;
    }
    if let Some((name, rest)) = arguments.split_first() {
        return match cx.read(name).await {
            Ok(text) => shell.run_script_text(name, rest, &text, &cx.io).await,
            Err(error) => {
                cx.fail(format_args!("{name}: {error}"));
                if error == vfs::Error::NotFound { 127 } else { 126 }
            }
        };
    }
    if cx.io.stdin.is_terminal() {
        let prompt = cx.kernel().system().identity(&shell.place).map(|identity| identity.prompt);
        shell.set("PS1", prompt.unwrap_or_default());
        return repl(shell, cx.io.clone(), None).await;
    }
    let text = cx.io.stdin.all(cx.kernel()).await;
    let name = cx.name().to_owned();
    shell.run_script_text(&name, &[], &text, &cx.io).await
}
