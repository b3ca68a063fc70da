//! `env`, `printenv`

use super::Cx;

/// Shows the environment, or runs a command in another one.
pub(super) async fn run(mut cx: Cx) -> i32 {
    let options = match cx.options("+iu:", &[("ignore-environment", 'i'), ("unset", 'u')]) {
        Ok(options) => options,
        Err(_) => return 125,
    };
    if options.has('i') {
        cx.env.clear();
    }
    for name in options.values('u') {
        cx.env.remove(name);
    }
    let mut rest = options.operands.as_slice();
    while let Some((name, value)) = rest.first().and_then(|word| word.split_once('=')) {
        cx.env.insert(name.to_owned(), value.to_owned());
        rest = &rest[1..];
    }
    if rest.is_empty() {
        cx.out(&cx.env.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>());
        return 0;
    }
    cx.run(rest.to_vec(), &cx.io).await
}

/// Shows environment variables.
pub(super) async fn printenv(cx: Cx) -> i32 {
    if cx.args.len() == 1 {
        cx.out(&cx.env.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>());
        return 0;
    }
    let mut status = 0;
    for name in &cx.args[1..] {
        match cx.env.get(name) {
            Some(value) => cx.out(&format!("{value}\n")),
            None => status = 1,
        }
    }
    status
}
