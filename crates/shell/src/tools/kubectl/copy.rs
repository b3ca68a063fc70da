//! `kubectl cp`, as the real one does it: `tar` runs in the container, and kubectl makes or reads the archive itself
//! (k8s.io/kubectl/pkg/cmd/cp).

use super::{Cx, exec, go};
use crate::process::{Input, Io, Output, Pipe, Place};
use crate::tools::tar::archive::{self, Member};
use std::rc::Rc;
use vfs::path;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The same kubectl with other streams.
fn with(cx: &Cx, stdin: Input, stdout: Output) -> Cx {
    let io = Io { stdin, stdout, stderr: cx.io.stderr.clone() };
    Cx { shell: cx.shell.clone(), args: cx.args.clone(), env: cx.env.clone(), io }
}

/// Copies a file or folder of this machine into a container; how its `tar` ended.
pub(super) async fn into(cx: &Cx, place: Place, inside: &str, outside: &str, preserve: bool) -> Result<i32, String> {
    let source = cx.path(outside);
    let there = match cx.shell.kernel.system().identity(&place) {
        Some(identity) => path::resolve(&identity.cwd, inside),
        None => return Err("container not found".to_owned()),
    };
    // A folder that is there gets the file or the folder; other names are taken as they are.
    let folder = cx.kernel().files(&place, |files| files.is_dir(&there)) == Some(true);
    let target = if folder { path::join(inside, path::name(&source)) } else { inside.trim_end_matches('/').to_owned() };
    let mut members = Vec::new();
    let mut todo = vec![(source, path::name(&target).to_owned())];
    while let Some((source, name)) = todo.pop() {
        let stat = cx.stat(&source).map_err(go)?;
        let member = Member { name, mode: stat.mode, modified: stat.modified / 1_000_000, ..Member::default() };
        if !stat.directory {
            members.push(Member { content: cx.files(|files| files.read(&source)).map_err(go)?, ..member });
            continue;
        }
        let names = cx.files(|files| files.list(&source)).map_err(go)?;
        if names.is_empty() {
            members.push(Member { name: member.name + "/", ..member });
            continue;
        }
        todo.extend(names.iter().rev().map(|inner| (path::join(&source, inner), format!("{}/{inner}", member.name))));
    }
    let mut command = words(&["tar"]);
    command.extend((!preserve).then(|| words(&["--no-same-permissions", "--no-same-owner"])).into_iter().flatten());
    command.extend(words(&["-xmf", "-"]));
    if let Some((folder, _)) = target.rsplit_once('/') {
        command.extend(words(&["-C", if folder.is_empty() { "/" } else { folder }]));
    }
    let text = vfs::text::to_text(&archive::write(&members));
    Ok(exec(&with(cx, Input::text(text), cx.io.stdout.clone()), place, command, true, false).await)
}

/// Copies a file or folder of a container to this machine; how its `tar` ended.
pub(super) async fn out_of(cx: &Cx, place: Place, inside: &str, outside: &str) -> Result<i32, String> {
    let pipe = Rc::new(Pipe::default());
    let command = words(&["tar", "cf", "-", inside]);
    let status = exec(&with(cx, Input::Null, Output::Pipe(pipe.clone())), place, command, false, false).await;
    let bytes = vfs::text::to_bytes(&pipe.take());
    let prefix = inside.trim_matches('/').trim_start_matches("./");
    let (target, now) = (cx.path(outside), cx.now());
    for member in archive::read(&bytes).unwrap_or_default() {
        let rest = member.name.trim_end_matches('/').trim_start_matches("./");
        let Some(rest) = rest.strip_prefix(prefix) else { return Err("tar contents corrupted".to_owned()) };
        let file = path::resolve(&target, rest.trim_start_matches('/'));
        let shown = if rest.is_empty() { outside.to_owned() } else { path::join(outside, rest.trim_start_matches('/')) };
        if path::below(&target, &file).is_none() {
            cx.err(&format!("warning: file {shown:?} is outside target destination, skipping\n"));
            continue;
        }
        let parent = if member.is_folder() { &file } else { path::parent(&file) };
        cx.files(|files| files.mkdir_all(parent, now)).map_err(|error| format!("mkdir {}: {}", path::parent(&shown), go(error)))?;
        if !member.is_folder() {
            let written = cx.files(|files| files.write(&file, member.content.to_vec(), now));
            written.map_err(|error| format!("open {shown}: {}", go(error)))?;
        }
    }
    Ok(status)
}
