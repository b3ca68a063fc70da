//! `kubectl auth`: the administrator may do everything.

use super::{ALL_NAMESPACES, BASE, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;

static FLAGS: &[Flag] = &[
    flag("list", Kind::Bool, "false", "List all that may be done."),
    flag("no-headers", Kind::Bool, "false", "Print no line of headers."),
    flag("quiet", Kind::Bool, "false", "Answer by the exit status alone.").short('q'),
    flag("subresource", Kind::Text, "", "The subresource."),
];

pub(crate) static AUTH: Command =
    Command { name: "auth", about: "Ask what one may do.", subcommands: &[&CAN_I, &WHO_AM_I], ..BASE };

static CAN_I: Command = Command {
    name: "can-i",
    about: "Ask whether one may do something.",
    usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    flags: &[FLAGS, ALL_NAMESPACES],
    action: |cx| Box::pin(can_i(cx)),
    ..BASE
};

static WHO_AM_I: Command =
    Command { name: "whoami", about: "Ask who one is.", flags: &[OUTPUT], action: |cx| Box::pin(who_am_i(cx)), ..BASE };

async fn can_i(cx: &Cx<'_>) -> Outcome {
    if cx.flags.on("list") {
        cx.host.stdout("Resources   Non-Resource URLs   Resource Names   Verbs\n*.*         []                  []               [*]\n");
        cx.host.stdout("            [*]                 []               [*]\n");
        return Ok(());
    }
    let (Some(_), Some(resource), true) = (cx.args().first(), cx.args().get(1), cx.args().len() <= 3) else {
        return Err(Fail::Text(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help \
             and examples."
                .to_owned(),
        ));
    };
    let word = resource.split('/').next().unwrap_or(resource);
    let known = lookup(&cx.host.kinds(), word);
    if !resource.starts_with('/') && word != "*" {
        match known {
            None => cx.warn(format_args!("Warning: the server doesn't have a resource type '{word}'\n")),
            Some(kind) if !kind.namespaced => {
                let scope = if kind.group.is_empty() { String::new() } else { format!(" in group '{}'", kind.group) };
                cx.warn(format_args!("Warning: resource '{}' is not namespace scoped{scope}\n", kind.plural));
            }
            Some(_) => {}
        }
    }
    // Without role bindings of its own the cluster knows two sorts of users: its administrator, and those who may nothing.
    let allowed = matches!(cx.flags.text("as"), "" | "kubernetes-admin")
        || cx.flags.list("as-group").iter().any(|g| g == "system:masters");
    if !cx.flags.on("quiet") {
        cx.say(if allowed { "yes" } else { "no" });
    }
    if allowed { Ok(()) } else { Err(Fail::Exit(1)) }
}

async fn who_am_i(cx: &Cx<'_>) -> Outcome {
    let user = if cx.flags.text("as").is_empty() { "kubernetes-admin" } else { cx.flags.text("as") };
    cx.host.stdout(&format!(
        "ATTRIBUTE                                           VALUE\nUsername                                            {user}\n\
         Groups                                              [kubeadm:cluster-admins system:authenticated]\n"
    ));
    Ok(())
}
