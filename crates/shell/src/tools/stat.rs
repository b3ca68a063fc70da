//! `stat`, `file`

use super::Cx;
use api::Time;

/// Shows what is known of files.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("c:L", &[("format", 'c')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    for name in &options.operands {
        match cx.stat(name) {
            Ok(stat) => {
                let kind = if stat.directory { "directory" } else { "regular file" };
                let bits = format!("{:o}", stat.mode);
                match options.value('c') {
                    Some(format) => {
                        let text = format.replace("%s", &stat.size.to_string()).replace("%n", name).replace("%a", &bits);
                        let text = text.replace("%F", kind).replace("%U", "root").replace("%G", "root");
                        cx.out(&format!("{}\n", text.replace("%Y", &Time(stat.modified).seconds().to_string())));
                    }
                    None => {
                        let when = Time(stat.modified).rfc3339_micros().replace('T', " ").replace('Z', "000 +0000");
                        let mode = super::ls::mode(&stat);
                        cx.out(&format!("  File: {name}\n  Size: {:<10}\t{kind}\nAccess: (0{bits}/{mode})\nModify: {when}\n", stat.size));
                    }
                }
            }
            Err(error) => status = cx.fail(format_args!("cannot statx '{name}': {error}")),
        }
    }
    status
}

/// Guesses what files contain.
pub(super) async fn file(cx: Cx) -> i32 {
    for name in &cx.args[1..] {
        let kind = match (cx.stat(name), cx.read(name).await) {
            (Err(error), _) => format!("cannot open `{name}' ({error})"),
            (Ok(stat), _) if stat.directory => "directory".into(),
            (_, Ok(text)) if text.is_empty() => "empty".into(),
            (_, Ok(text)) if text.trim_start().starts_with('{') => "JSON text data".into(),
            _ => "ASCII text".into(),
        };
        cx.out(&format!("{name}: {kind}\n"));
    }
    0
}
