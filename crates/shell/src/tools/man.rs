//! `man`: what a program is for; of kubectl and its commands, their help.

use super::{Cx, about};

/// Tells what a name stands for, in the reader's language.
pub(super) async fn run(cx: Cx) -> i32 {
    let language = cx.language();
    let mut names = cx.args[1..].iter().filter(|word| !word.starts_with('-')).peekable();
    if names.peek().is_none() {
        cx.err("What manual page do you want?\nFor example, try 'man man'.\n");
        return 1;
    }
    let mut status = 0;
    for name in names {
        if name == "kubectl" || name.starts_with("kubectl-") {
            // Manual pages of commands are called kubectl-create-deployment.
            let mut words = vec!["kubectl".to_owned(), "help".to_owned()];
            words.extend(name.split('-').skip(1).map(str::to_owned));
            status = cx.run(words, &cx.io).await;
            continue;
        }
        match about::about(name, language) {
            "" => {
                cx.err(&format!("No manual entry for {name}\n"));
                status = 16;
            }
            text => cx.out(&format!("{name} - {text}\n")),
        }
    }
    status
}
