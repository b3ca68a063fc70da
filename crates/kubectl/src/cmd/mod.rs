//! The commands, one file a verb.

mod annotate;
mod api_resources;
mod apply;
mod auth;
mod autoscale;
mod certificate;
mod config;
mod cordon;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod drain;
mod dump;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod get;
mod info;
mod kuberc;
mod kustomize;
mod label;
mod logs;
mod patch;
mod plugin;
mod port_forward;
mod proxy;
mod prune;
mod replace;
mod rollout;
mod run;
mod scale;
mod set;
mod taint;
mod top;
mod unsupported;
mod wait;

use crate::command::{self, Command, GLOBAL};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Kind, flag};
use crate::host::Host;
pub(crate) use diff::{dry_run, hunks};
pub use explain::texts as descriptions;

pub(crate) use create::data::{content_hash, fill};

/// `-f`, `-R`, `-k`
pub(crate) static FILES: &[Flag] = &[
    flag("filename", Kind::List, "").short('f'),
    flag("recursive", Kind::Bool, "false").short('R'),
    flag("kustomize", Kind::Text, "").short('k'),
];
/// `-o` and what belongs to it
pub(crate) static OUTPUT: &[Flag] = &[
    flag("output", Kind::Text, "").short('o'),
    flag("template", Kind::Text, ""),
    flag("show-managed-fields", Kind::Bool, "false"),
    flag("allow-missing-template-keys", Kind::Bool, "true"),
];
/// `-o` of commands that print no objects
pub(crate) static OUTPUT_NAME: &[Flag] = &[flag("output", Kind::Text, "").short('o')];
/// `-o` of commands that print nothing but YAML and JSON
pub(crate) static OUTPUT_YAML: &[Flag] = &[flag("output", Kind::Text, "yaml").short('o')];
/// `-l`
pub(crate) static SELECTOR: &[Flag] = &[flag("selector", Kind::Text, "").short('l')];
/// `--field-selector`
pub(crate) static FIELDS: &[Flag] = &[flag("field-selector", Kind::Text, "")];
/// `--all`
pub(crate) static ALL: &[Flag] = &[flag("all", Kind::Bool, "false")];
/// `-A`
pub(crate) static ALL_NAMESPACES: &[Flag] = &[flag("all-namespaces", Kind::Bool, "false").short('A')];
/// `--dry-run`
pub(crate) static DRY_RUN: &[Flag] = &[flag("dry-run", Kind::Optional("unchanged"), "none")];
/// `-R`, which only says something where `-f` names folders
pub(crate) static FILES_ONLY: &[Flag] =
    &[flag("filename", Kind::List, "").short('f'), flag("recursive", Kind::Bool, "true").short('R')];
/// `-f` alone
pub(crate) static FILE: &[Flag] = &[flag("filename", Kind::List, "").short('f')];
/// `--save-config`
pub(crate) static SAVE_CONFIG: &[Flag] = &[flag("save-config", Kind::Bool, "false")];
/// `--record`
pub(crate) static RECORD: &[Flag] =
    &[flag("record", Kind::Bool, "false").deprecated("--record will be removed in the future")];

/// `--field-manager`, and who it is if nobody says.
pub(crate) const fn manager(name: &'static str) -> Flag {
    flag("field-manager", Kind::Text, name)
}
/// `--validate`
pub(crate) static VALIDATE: &[Flag] = &[flag("validate", Kind::Optional("strict"), "strict")];

/// `kubectl` itself. Subcommands stand in the order in which suggestions name them.
pub(crate) static ROOT: Command = Command {
    name: "kubectl",
    subcommands: &[
        &create::CREATE,
        &expose::EXPOSE,
        &run::RUN,
        &set::SET,
        &explain::EXPLAIN,
        &get::GET,
        &edit::EDIT,
        &delete::DELETE,
        &rollout::ROLLOUT,
        &scale::SCALE,
        &autoscale::AUTOSCALE,
        &certificate::CERTIFICATE,
        &info::CLUSTER_INFO,
        &top::TOP,
        &cordon::CORDON,
        &cordon::UNCORDON,
        &drain::DRAIN,
        &taint::TAINT,
        &describe::DESCRIBE,
        &logs::LOGS,
        &exec::ATTACH,
        &exec::EXEC,
        &port_forward::PORT_FORWARD,
        &proxy::PROXY,
        &unsupported::CP,
        &auth::AUTH,
        &debug::DEBUG,
        &events::EVENTS,
        &diff::DIFF,
        &apply::APPLY,
        &patch::PATCH,
        &replace::REPLACE,
        &wait::WAIT,
        &kustomize::KUSTOMIZE,
        &label::LABEL,
        &annotate::ANNOTATE,
        &unsupported::COMPLETION,
        &unsupported::ALPHA,
        &api_resources::API_RESOURCES,
        &api_resources::API_VERSIONS,
        &config::CONFIG,
        &plugin::PLUGIN,
        &kuberc::KUBERC,
        &info::VERSION,
        &info::OPTIONS,
        &HELP,
    ],
    action: |cx| Box::pin(help(cx)),
    ..BASE
};

static HELP: Command = Command { name: "help", usage: "[COMMAND]", action: |cx| Box::pin(help(cx)), ..BASE };

/// What a command has if it says nothing else.
pub(crate) const BASE: Command = Command {
    name: "",
    aliases: &[],
    usage: "",
    flags: &[],
    required: &[],
    misused: 1,
    subcommands: &[],
    action: |cx| Box::pin(group(cx)),
};

/// Carries out one command line.
pub(crate) async fn run(args: Vec<String>, host: &dyn Host) -> Outcome {
    let args = crate::kuberc::apply(host, args)?;
    let found = match command::find(&ROOT, &args) {
        Ok(found) => found,
        Err(fail) => return plugin::run(args, host).await.unwrap_or(Err(fail)),
    };
    let flags = match command::parse_flags(&found) {
        Ok(flags) => flags,
        Err(fail) if found.command.misused == 1 => return Err(fail),
        Err(fail) => {
            fail.report(host);
            return Err(Fail::Exit(found.command.misused));
        }
    };
    flags.notes.iter().for_each(|note| host.stderr(&format!("{note}\n")));
    if flags.on("help") {
        host.stdout(&command::help(found.command, &found.path, host.language()));
        return Ok(());
    }
    let missing: Vec<String> =
        found.command.required.iter().filter(|name| !flags.has(name)).map(|name| format!("{name:?}")).collect();
    if !missing.is_empty() {
        return Err(Fail::Text(format!("required flag(s) {} not set", missing.join(", "))));
    }
    let cx = Cx::new(host, found.command, found.path, flags)?;
    (found.command.action)(&cx).await
}

/// A command that only has subcommands: its help, as an error.
async fn group(cx: &Cx<'_>) -> Outcome {
    if !cx.args().is_empty() {
        return cx.usage(format_args!("unknown command {:?}", cx.args().join(" ")));
    }
    cx.host.stderr(&command::help(cx.command, &cx.path, cx.host.language()));
    Err(Fail::Exit(1))
}

/// The help of a group, on standard output: what its own command prints, whatever follows it.
pub(crate) fn overview(cx: &Cx<'_>) {
    cx.host.stdout(&command::help(cx.command, &cx.path, cx.host.language()));
}

async fn help(cx: &Cx<'_>) -> Outcome {
    let mut command = &ROOT;
    let mut path = ROOT.name.to_owned();
    for word in cx.args() {
        let Some(next) = command.subcommand(word) else {
            cx.warn(format_args!(
                "Unknown help topic [{}]",
                cx.args().iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(" ")
            ));
            break;
        };
        path = format!("{path} {}", next.name);
        command = next;
    }
    cx.host.stdout(&command::help(command, &path, cx.host.language()));
    Ok(())
}

/// The flags that every command has, for `kubectl options`.
pub(crate) fn global_flags() -> impl Iterator<Item = &'static Flag> {
    GLOBAL.iter().filter(|f| f.name != "help")
}
