//! Plugins: programs in `PATH` whose names begin with `kubectl-` (k8s.io/kubectl/pkg/cmd/plugin, and `HandlePluginCommand`).

use super::{BASE, ROOT};
use crate::command::{Command, find};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::host::Host;

static LIST_FLAGS: &[Flag] = &[flag("name-only", Kind::Bool, "false")];

pub(crate) static PLUGIN: Command = Command { name: "plugin", usage: "[flags]", subcommands: &[&LIST], ..BASE };
static LIST: Command = Command { name: "list", flags: &[LIST_FLAGS], action: |cx| Box::pin(list(cx)), ..BASE };

fn folders(host: &dyn Host) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for folder in host.env("PATH").unwrap_or_default().split(':').filter(|folder| !folder.trim().is_empty()) {
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

/// Runs the plugin that a command line means: the longest name that its first words give. None if there is none.
pub(crate) async fn run(args: Vec<String>, host: &dyn Host) -> Option<Outcome> {
    let words: Vec<String> =
        args.iter().take_while(|arg| !arg.starts_with('-')).map(|word| word.replace('-', "_")).collect();
    for count in (1..=words.len()).rev() {
        let name = format!("kubectl-{}", words[..count].join("-"));
        let found = folders(host).into_iter().map(|folder| format!("{folder}/{name}"));
        let runs = found.filter(|path| host.is_executable(path) == Some(true));
        if let Some(path) = runs.into_iter().next() {
            let status = host.plugin(&path, args[count..].to_vec()).await;
            return Some(if status == 0 { Ok(()) } else { Err(Fail::Exit(status)) });
        }
    }
    None
}

async fn list(cx: &Cx<'_>) -> Outcome {
    let mut found = Vec::new();
    for folder in folders(cx.host) {
        match cx.host.list_dir(&folder) {
            Ok(names) => found.extend(
                names.into_iter().filter(|name| name.starts_with("kubectl-")).map(|name| (folder.clone(), name)),
            ),
            Err(why) => cx.warn(format_args!(
                "Unable to read directory {folder:?} from your PATH: open {folder}: {why}. Skipping..."
            )),
        }
    }
    let mut wrong = Vec::new();
    match found.is_empty() {
        true => wrong.push("error: unable to find any kubectl plugins in your PATH\n".to_owned()),
        false => cx.say("The following compatible plugins are available:\n"),
    }
    let mut warnings = 0;
    for (at, (folder, name)) in found.iter().enumerate() {
        let path = format!("{folder}/{name}");
        cx.say(if cx.flags.on("name-only") { name } else { &path });
        let mut warn = |text: String| {
            cx.warn(format_args!("  - {text}"));
            warnings += 1;
        };
        if cx.host.is_executable(&path) == Some(false) {
            warn(format!("warning: {path} identified as a kubectl plugin, but it is not executable"));
        }
        if let Some((other, _)) = found[..at].iter().find(|(_, known)| known == name) {
            warn(format!("warning: {path} is overshadowed by a similarly named plugin: {other}/{name}"));
        }
        let words: Vec<String> = name.split('-').skip(1).map(str::to_owned).collect();
        if let Ok(command) = find(&ROOT, &words) {
            warn(format!("warning: {name} overwrites existing command: {:?}", command.path));
        }
    }
    match warnings {
        0 => {}
        1 => wrong.push("error: one plugin warning was found\n".to_owned()),
        count => wrong.push(format!("error: {count} plugin warnings were found\n")),
    }
    if wrong.is_empty() { Ok(()) } else { Err(fail!("{}", wrong.concat())) }
}
