//! `kubectl proxy`: a port of this machine leads to the API server, in the name of the kubeconfig's user.

use super::BASE;
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::host::{Gate, Rules};
use api::kind;
use api::regex::Regex;
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("accept-hosts", Kind::Text, "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$"),
    flag("accept-paths", Kind::Text, "^.*"),
    flag("address", Kind::Text, "127.0.0.1"),
    flag("api-prefix", Kind::Text, "/"),
    flag("append-server-path", Kind::Bool, "false"),
    flag("disable-filter", Kind::Bool, "false"),
    flag("keepalive", Kind::Span, "0s"),
    flag("port", Kind::Int, "8001").short('p'),
    flag("reject-methods", Kind::Text, "^$"),
    flag("reject-paths", Kind::Text, "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach"),
    flag("unix-socket", Kind::Text, "").short('u'),
    flag("www", Kind::Text, "").short('w'),
    flag("www-prefix", Kind::Text, "/static/").short('P'),
];

pub(crate) static PROXY: Command = Command {
    name: "proxy",
    usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
    flags: &[FLAGS],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// The first port that is tried where any will do.
const FREE: u16 = 40_000;

async fn run(cx: &Cx<'_>) -> Outcome {
    let flags = &cx.flags;
    let port = flags.text("port").parse::<i64>().unwrap_or_default();
    let socket = flags.text("unix-socket");
    if !socket.is_empty() && flags.has("port") {
        return Err("cannot set --unix-socket and --port at the same time".into());
    }
    let address = flags.text("address");
    let listen = |why: &str| fail!("listen tcp {address}:{port}: {why}");
    if !socket.is_empty() {
        return Err(fail!("listen unix {socket}: bind: operation not supported"));
    }
    let wanted = u16::try_from(port).map_err(|_| fail!("listen tcp: address {port}: invalid port"))?;
    let who = cx.ask(Verb::Get, kind::POD, "", "");
    let slashed = |text: &str| if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    let gate = || -> Outcome<Gate> {
        Ok(Gate {
            who: who.clone(),
            prefix: slashed(flags.text("api-prefix")),
            files: match flags.text("www") {
                "" => None,
                folder => Some((slashed(flags.text("www-prefix")), folder.to_owned())),
            },
            rules: Rules {
                filter: !flags.on("disable-filter"),
                accept_hosts: patterns(flags.text("accept-hosts"))?,
                accept_paths: patterns(flags.text("accept-paths"))?,
                reject_paths: patterns(flags.text("reject-paths"))?,
                reject_methods: patterns(flags.text("reject-methods"))?,
            },
        })
    };
    let folder = flags.text("www");
    if !folder.is_empty() && cx.host.list_dir(folder).is_err() {
        cx.warn(format_args!("Failed to stat {folder}: stat {folder}: no such file or directory"));
    }
    if flags.on("disable-filter") {
        cx.warn("Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious");
    }
    let mut tried = if wanted == 0 { FREE..u16::MAX } else { wanted..wanted.saturating_add(1) };
    let open = loop {
        let Some(port) = tried.next() else { return Err(listen("bind: address already in use")) };
        if let Ok(open) = cx.host.gate(port, gate()?) {
            break (port, open);
        }
    };
    cx.say(format_args!("Starting to serve on {address}:{}", open.0));
    loop {
        cx.host.changed().await;
    }
}

/// Regular expressions between commas, as Go reads them.
fn patterns(text: &str) -> Outcome<Vec<Regex>> {
    let parts = text.split(',').filter(|_| !text.is_empty());
    parts.map(|part| Regex::go(part).map_err(|why| fail!("error parsing regexp: {why}"))).collect()
}
