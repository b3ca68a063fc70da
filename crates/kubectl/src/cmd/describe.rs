//! `kubectl describe`

use super::{ALL_NAMESPACES, BASE, FILES, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, with_kind};
use crate::describe::{Settings, describe};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};

static FLAGS: &[Flag] = &[flag("show-events", Kind::Bool, "true"), flag("chunk-size", Kind::Int, "500")];

pub(crate) static DESCRIBE: Command = Command {
    name: "describe",
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    flags: &[FLAGS, FILES, SELECTOR, ALL_NAMESPACES],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let choice = Choice { bare_kind: true, visits: true, ..Choice::of(cx) };
    if cx.args().is_empty() && choice.files.is_empty() {
        return Err(fail!(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of \
             supported resources."
        ));
    }
    let (infos, failures) = resource::objects(cx, cx.args(), &choice).await?;
    let missing = |fail: &Fail| fail.is_not_found();
    if infos.is_empty() && failures.len() == 1 && missing(&failures[0]) && cx.args().len() == 2 {
        return by_prefix(cx, &choice, &failures[0]).await;
    }
    if infos.is_empty() && failures.is_empty() {
        if cx.flags.on("all-namespaces") {
            cx.warn("No resources found");
        } else {
            cx.warn(format_args!("No resources found in {} namespace.", cx.namespace));
        }
    }
    // Events are left out where several objects are described, unless they are asked for.
    let settings = Settings { show_events: show_events(cx, infos.len() <= 1 && failures.is_empty()) };
    for (i, info) in infos.iter().enumerate() {
        let between = if i > 0 { "\n\n" } else { "" };
        cx.host.stdout(&format!("{between}{}", text(cx, info, settings)));
    }
    Fail::all(failures)
}

/// A name that no object has may be the start of some objects' names.
async fn by_prefix(cx: &Cx<'_>, choice: &Choice, failure: &Fail) -> Outcome {
    let (kinds, prefix) = (&cx.args()[..1], cx.args()[1].as_str());
    let (infos, failures) = resource::objects(cx, kinds, choice).await?;
    let matching: Vec<Info> = infos.into_iter().filter(|info| info.name.starts_with(prefix)).collect();
    if matching.is_empty() {
        return Err(failure.clone());
    }
    let settings = Settings { show_events: show_events(cx, false) };
    for info in &matching {
        cx.host.stdout(&format!("{}\n", text(cx, info, settings)));
    }
    Fail::all(failures)
}

/// What `--show-events` says, or `unset` if it is not given.
fn show_events(cx: &Cx<'_>, unset: bool) -> bool {
    cx.flags.on("show-events") && (cx.flags.has("show-events") || unset)
}

fn text(cx: &Cx<'_>, info: &Info, settings: Settings) -> String {
    describe(info.kind, &with_kind(info.kind, &info.object), cx.host, settings)
}
