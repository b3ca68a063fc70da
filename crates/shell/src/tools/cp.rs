//! `cp`

use super::Cx;

/// Copies files and directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("recursive", 'r'), ("archive", 'a'), ("force", 'f'), ("verbose", 'v'), ("no-clobber", 'n')];
    let options = match cx.options("rRafvpnit:T", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut sources = options.operands.clone();
    let Some(target) = options.value('t').map(str::to_owned).or_else(|| sources.pop()) else {
        return usage(&cx, "missing file operand");
    };
    let Some(last) = sources.last() else {
        return usage(&cx, &format!("missing destination file operand after '{target}'"));
    };
    let into = cx.stat(&target).is_ok_and(|stat| stat.directory);
    if sources.len() > 1 && !into {
        let _ = last;
        return cx.fail(format_args!("target '{target}': {}", cx.stat(&target).err().unwrap_or(vfs::Error::NotDirectory)));
    }
    let recursive = options.letters().any(|letter| "rRa".contains(letter));
    let mut status = 0;
    for source in &sources {
        let to = if into { vfs::path::join(&target, vfs::path::name(source)) } else { target.clone() };
        match cx.stat(source) {
            Err(error) => status = cx.fail_as(format_args!("cannot stat '{source}': {error}"), format_args!("can't stat '{source}': {error}")),
            Ok(stat) if stat.directory && !recursive => {
                status = cx.fail(format_args!("-r not specified; omitting directory '{source}'"));
            }
            Ok(_) if cx.path(source) == cx.path(&to) => {
                status = cx.fail(format_args!("'{source}' and '{to}' are the same file"));
            }
            Ok(stat) if stat.directory && vfs::path::below(&cx.path(source), &cx.path(&to)).is_some() => {
                status = cx.fail(format_args!("cannot copy a directory, '{source}', into itself, '{to}'"));
            }
            Ok(_) if options.has('n') && cx.stat(&to).is_ok() => {}
            Ok(_) => match copy(&cx, &cx.path(source), &cx.path(&to)) {
                Ok(()) if options.has('v') => cx.out(&format!("'{source}' -> '{to}'\n")),
                Ok(()) => {}
                Err(error) => status = cx.fail(format_args!("cannot create regular file '{to}': {error}")),
            },
        }
    }
    status
}

fn usage(cx: &Cx, problem: &str) -> i32 {
    cx.err(&format!("cp: {problem}\nTry 'cp --help' for more information.\n"));
    1
}

/// Copies a file or a whole directory, absolute paths.
pub(super) fn copy(cx: &Cx, from: &str, to: &str) -> vfs::Result<()> {
    let now = cx.now();
    // What there is to copy is listed before anything is written.
    let mut todo = vec![(from.to_owned(), to.to_owned())];
    let mut at = 0;
    while let Some((source, target)) = todo.get(at).cloned() {
        at += 1;
        if cx.stat(&source)?.directory {
            for name in cx.files(|files| files.list(&source))? {
                todo.push((vfs::path::join(&source, &name), vfs::path::join(&target, &name)));
            }
        }
    }
    for (source, target) in todo {
        let stat = cx.stat(&source)?;
        cx.files(|files| {
            if stat.directory {
                return if files.is_dir(&target) { Ok(()) } else { files.mkdir(&target, now) };
            }
            let bytes = files.read(&source)?;
            files.write(&target, bytes.to_vec(), now)?;
            files.chmod(&target, stat.mode)
        })?;
    }
    Ok(())
}
