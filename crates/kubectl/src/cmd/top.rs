//! `kubectl top`: there is no metrics server, and kubectl says so.

use super::{ALL_NAMESPACES, BASE, FIELDS, SELECTOR};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::flags::{Flag, Kind, flag};

static FLAGS: &[Flag] = &[
    flag("containers", Kind::Bool, "false", "One line a container."),
    flag("no-headers", Kind::Bool, "false", "Print no line of headers."),
    flag("sort-by", Kind::Text, "", "cpu or memory."),
    flag("sum", Kind::Bool, "false", "Print the sum too."),
    flag("show-capacity", Kind::Bool, "false", "Relate to what the node has, not to what Pods may use."),
    flag("use-protocol-buffers", Kind::Bool, "true", "How the server answers."),
];

pub(crate) static TOP: Command = Command {
    name: "top",
    about: "Show what nodes or Pods use of CPU and memory.",
    subcommands: &[&NODE, &POD],
    ..BASE
};

static NODE: Command = Command {
    name: "node",
    aliases: &["nodes", "no"],
    about: "Show what nodes use.",
    usage: "[NAME | -l label]",
    flags: &[FLAGS, SELECTOR],
    action: |cx| Box::pin(unavailable(cx)),
    ..BASE
};

static POD: Command = Command {
    name: "pod",
    aliases: &["pods", "po"],
    about: "Show what Pods use.",
    usage: "[NAME | -l label]",
    flags: &[FLAGS, SELECTOR, FIELDS, ALL_NAMESPACES],
    action: |cx| Box::pin(unavailable(cx)),
    ..BASE
};

async fn unavailable(_: &Cx<'_>) -> Outcome {
    Err("Metrics API not available".into())
}
