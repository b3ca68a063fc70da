//! `mv`

use super::Cx;

/// Moves files and directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("fvnit:T", &[("force", 'f'), ("verbose", 'v'), ("no-clobber", 'n')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut sources = options.operands.clone();
    let target = options.value('t').map(str::to_owned).or_else(|| sources.pop()).unwrap_or_default();
    if sources.is_empty() {
        let problem = if target.is_empty() { "missing file operand".into() } else { format!("missing destination file operand after '{target}'") };
        cx.err(&format!("mv: {problem}\nTry 'mv --help' for more information.\n"));
        return 1;
    }
    let into = cx.stat(&target).is_ok_and(|stat| stat.directory);
    if sources.len() > 1 && !into {
        return cx.fail(format_args!("target '{target}': {}", cx.stat(&target).err().unwrap_or(vfs::Error::NotDirectory)));
    }
    let mut status = 0;
    for source in &sources {
        let to = if into { vfs::path::join(&target, vfs::path::name(source)) } else { target.clone() };
        if let Err(error) = cx.stat(source) {
            status = cx.fail_as(format_args!("cannot stat '{source}': {error}"), format_args!("can't rename '{source}': {error}"));
            continue;
        }
        if options.has('n') && cx.stat(&to).is_ok() {
            continue;
        }
        let (from, absolute) = (cx.path(source), cx.path(&to));
        if from == absolute {
            status = cx.fail(format_args!("'{source}' and '{to}' are the same file"));
            continue;
        }
        let moved = match cx.files(|files| files.rename(&from, &absolute)) {
            Err(vfs::Error::CrossDevice) => {
                super::cp::copy(&cx, &from, &absolute).and_then(|()| cx.files(|files| files.remove_all(&from)))
            }
            Err(vfs::Error::Invalid) => {
                status = cx.fail(format_args!("cannot move '{source}' to a subdirectory of itself, '{to}'"));
                continue;
            }
            moved => moved,
        };
        match moved {
            Ok(()) if options.has('v') => cx.out(&format!("renamed '{source}' -> '{to}'\n")),
            Ok(()) => {}
            Err(error) => status = cx.fail(format_args!("cannot move '{source}' to '{to}': {error}")),
        }
    }
    status
}
