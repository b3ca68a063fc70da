//! `sh`, `bash`

use super::Cx;
use crate::interp::repl;
use script::{Memory, Told};

/// A shell inside the shell.
pub(super) async fn run(cx: Cx) -> i32 {
    let told = Told::of(&cx.args);
    let mut shell = cx.shell.child(cx.env.clone());
    shell.memory = Memory { name: cx.name().to_owned(), ..told.memory(shell.memory, cx.name()) };
    if let Some(text) = &told.text {
        return shell.run_script_text(&told.name, &told.parameters, text, &cx.io).await;
    }
    if cx.args.last().is_some_and(|flag| flag.starts_with('-') && flag.ends_with('c')) {
        cx.err(&format!("{0}: -c: option requires an argument\n", cx.name()));
        return 2;
    }
    if let Some(name) = &told.file {
        return match cx.read(name).await {
            Ok(text) => shell.run_script_text(name, &told.parameters, &text, &cx.io).await,
            Err(error) => {
                cx.err(&script::cannot_open(&shell.memory, cx.name(), name, &error.to_string()));
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
