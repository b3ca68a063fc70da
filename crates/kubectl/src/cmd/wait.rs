//! `kubectl wait`

use super::{ALL, ALL_NAMESPACES, BASE, FIELDS, FILES_ONLY, OUTPUT, SELECTOR};
use crate::command::Command;
use crate::cx::{Cx, either};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::go_fmt::plain;
use crate::print::jsonpath::{JsonPath, relaxed};
use crate::resource::{self, Choice, Info, Target};
use api::{Time, Value};

static FLAGS: &[Flag] =
    &[flag("for", Kind::Repeated, ""), flag("timeout", Kind::Span, "30s"), flag("local", Kind::Bool, "false")];

pub(crate) static WAIT: Command = Command {
    name: "wait",
    usage: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) --for=...",
    flags: &[FLAGS, FILES_ONLY, OUTPUT, SELECTOR, FIELDS, ALL, ALL_NAMESPACES],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// How objects shall be.
enum Wish {
    Create,
    Delete,
    Condition { name: String, status: String },
    Path { path: JsonPath, value: Option<String> },
}

async fn run(cx: &Cx<'_>) -> Outcome {
    let wishes = cx.flags.list("for");
    let wish = match wishes {
        [] => return Err("unrecognized condition: []".into()),
        wishes => wishes.iter().map(|text| parse(text)).collect::<Outcome<Vec<Wish>>>()?,
    };
    let end = end(cx);
    for wish in &wish {
        wait_for(cx, wish, end).await?;
    }
    Ok(())
}

fn end(cx: &Cx<'_>) -> Time {
    let week = std::time::Duration::from_secs(7 * 24 * 3600);
    cx.host.now() + cx.flags.span("timeout").unwrap_or(week)
}

fn parse(text: &str) -> Outcome<Wish> {
    let lower = text.to_lowercase();
    if lower == "delete" {
        return Ok(Wish::Delete);
    }
    if lower == "create" {
        return Ok(Wish::Create);
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(Wish::Condition { name: name.to_owned(), status: status.to_owned() });
    }
    if let Some(rest) = text.strip_prefix("jsonpath=") {
        let close = rest.rfind('}').map_or(rest.len(), |at| at + 1);
        if rest[close..].matches('=').count() > 1 {
            return Err("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                        --for=jsonpath='{.status.readyReplicas}'"
                .into());
        }
        let (path, value) = match rest[close..].strip_prefix('=') {
            Some(value) => (&rest[..close], Some(value)),
            None => match rest.split_once('=').filter(|_| !rest.starts_with('{')) {
                Some((path, value)) => (path, Some(value)),
                None => (rest, None),
            },
        };
        if value == Some("") {
            return Err(
                "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
                    .into(),
            );
        }
        let value = value.map(|v| v.trim_matches(['"', '\'']).to_owned());
        let path = JsonPath::parse(&relaxed(path.trim_matches('\''))?)?;
        return Ok(Wish::Path { path, value });
    }
    Err(fail!("unrecognized condition: {text:?}"))
}

async fn wait_for(cx: &Cx<'_>, wish: &Wish, end: Time) -> Outcome {
    let choice = Choice::of(cx);
    let (targets, mut failures) = resource::targets(cx, cx.args(), &choice).await?;
    if matches!(wish, Wish::Create) {
        await_creation(cx, &targets, &choice, end).await?;
    }
    let mut found = Vec::new();
    for target in &targets {
        match resource::fetch(cx, target, &choice) {
            Ok(info) => found.extend(resource::flatten(info)),
            Err(fail) if fail.is_not_found() && matches!(wish, Wish::Delete) => {}
            Err(fail) => failures.push(fail),
        }
    }
    if found.is_empty() && failures.is_empty() && !matches!(wish, Wish::Delete) {
        return Err("no matching resources found".into());
    }
    for info in &found {
        match hold(cx, info, wish, end).await {
            Ok(object) => cx.print_changed(info.kind, &object, "condition met")?,
            Err(fail) => failures.push(fail),
        }
    }
    Fail::all(failures)
}

async fn pause(cx: &Cx<'_>, end: Time) {
    either(cx.host.changed(), cx.host.sleep(end.since(cx.host.now()))).await;
}

async fn await_creation(cx: &Cx<'_>, targets: &[Target], choice: &Choice, end: Time) -> Outcome {
    for target in targets {
        loop {
            match resource::fetch(cx, target, choice) {
                Ok(info) if !resource::flatten(info.clone()).is_empty() => break,
                Err(fail) if !fail.is_not_found() => return Err(fail),
                _ => {}
            }
            if cx.host.now() >= end {
                return Err("timed out waiting for the condition".into());
            }
            pause(cx, end).await;
        }
    }
    Ok(())
}

/// Waits until one object is as it shall be; returns it as it was last.
async fn hold(cx: &Cx<'_>, info: &Info, wish: &Wish, end: Time) -> Outcome<Value> {
    let mut object = info.object.clone();
    let late = || fail!("timed out waiting for the condition on {}", info.plural());
    // Nothing is looked at once the time is over that all have together, unless there was none from the start.
    if cx.host.now() >= end && cx.flags.span("timeout").is_none_or(|timeout| !timeout.is_zero()) {
        return Err(late());
    }
    loop {
        match cx.get(info.kind, &info.namespace, &info.name) {
            Ok(now) if now.uid() == info.object.uid() || info.object.uid().is_empty() => object = now,
            Ok(_) | Err(_) if matches!(wish, Wish::Delete) => return Ok(object),
            Ok(now) => object = now,
            Err(fail) if fail.is_not_found() => {
                return Err(fail!("could not wait for the condition: {} has been deleted", info.plural()));
            }
            Err(fail) => return Err(fail),
        }
        if is_met(&object, wish)? {
            return Ok(object);
        }
        if cx.host.now() >= end {
            return Err(late());
        }
        pause(cx, end).await;
    }
}

fn is_met(object: &Value, wish: &Wish) -> Outcome<bool> {
    match wish {
        Wish::Create => Ok(true),
        Wish::Delete => Ok(false),
        Wish::Condition { name, status } => {
            let conditions = object["status"]["conditions"].array();
            let condition = conditions.iter().find(|c| c["type"].str().eq_ignore_ascii_case(name));
            let seen = &object["status"]["observedGeneration"];
            let stale = seen.as_int().is_some_and(|seen| seen < object.generation());
            Ok(!stale && condition.is_some_and(|c| c["status"].str().eq_ignore_ascii_case(status)))
        }
        Wish::Path { path, value } => {
            let found: Vec<Value> = path.find(object).unwrap_or_default().into_iter().flatten().collect();
            match (&found[..], value) {
                ([], _) => Ok(false),
                (_, None) => Ok(true),
                ([one], Some(value)) => Ok(plain(one) == *value),
                _ => Err("given jsonpath expression matches more than one value".into()),
            }
        }
    }
}
