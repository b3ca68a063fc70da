//! `tee`

use super::Cx;
use crate::process::Output;

/// Copies standard input to files and to standard output.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("aip", &[("append", 'a')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut outputs = vec![cx.io.stdout.clone()];
    let mut status = 0;
    for name in &options.operands {
        let (path, now) = (cx.path(name), cx.now());
        let opened = cx.files(|files| if options.has('a') { files.append(&path, b"", now) } else { files.write(&path, "", now) });
        match opened {
            Ok(()) => outputs.push(Output::File(cx.shell.place.clone(), path)),
            Err(_) if name == "/dev/null" => {}
            Err(error) => status = cx.fail(format_args!("{name}: {error}")),
        }
    }
    while let Some(line) = cx.io.stdin.line(cx.kernel()).await {
        outputs.iter().for_each(|output| output.write(cx.kernel(), &line));
    }
    status
}
