//! `kubectl create token`: asks the server for a ServiceAccount's token.

use super::one_name;
use crate::cmd::{BASE, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::Printed;
use api::{Value, kind, obj};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("audience", Kind::Repeated, "", "Whom the token is for; the API server if none is named."),
    flag("duration", Kind::Span, "0s", "How long the token is good; 0 for as long as the server thinks right."),
    flag("bound-object-kind", Kind::Text, "", "The kind of the object without which the token is no good."),
    flag("bound-object-name", Kind::Text, "", "The name of that object."),
    flag("bound-object-uid", Kind::Text, "", "The UID of that object."),
];

/// What a token can be bound to.
const BOUND: [&str; 3] = ["Node", "Pod", "Secret"];

pub(super) static TOKEN: Command = Command {
    name: "token",
    about: "Ask for a token of a ServiceAccount.",
    usage: "SERVICE_ACCOUNT_NAME",
    flags: &[FLAGS, OUTPUT],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let name = one_name(cx)?;
    let spec = spec(cx)?;
    let mut request = cx.ask(Verb::Create, kind::SERVICE_ACCOUNT, &cx.namespace, name).with_subresource("token");
    request.body = obj! { "apiVersion" => "authentication.k8s.io/v1", "kind" => "TokenRequest", "spec" => spec };
    let answer = cx.request(&request).map_err(|why| fail!("failed to create token: {}", why.message()))?;
    let format = cx.format()?;
    if format.is_human() {
        cx.say(answer["status"]["token"].str());
        return Ok(());
    }
    let kind = api::Kind { group: "authentication.k8s.io", singular: "tokenrequest", ..*kind::SERVICE_ACCOUNT };
    cx.host.stdout(&format.print(&Printed { kind: &kind, object: &answer, done: "created", managed: false })?);
    Ok(())
}

/// What the flags ask for, if that makes sense.
fn spec(cx: &Cx<'_>) -> Outcome<Value> {
    let audiences = cx.flags.list("audience");
    let Some(duration) = cx.flags.span("duration") else {
        return Err("--duration must be greater than or equal to 0".into());
    };
    if duration.subsec_nanos() > 0 {
        return Err("--duration cannot be expressed in units less than seconds".into());
    }
    if audiences.iter().any(String::is_empty) {
        return Err("--audience must not be an empty string".into());
    }
    let [kind, name, uid] = ["kind", "name", "uid"].map(|part| cx.flags.text(&format!("bound-object-{part}")));
    for (flag, value) in [("name", name), ("uid", uid)] {
        if kind.is_empty() && !value.is_empty() {
            return Err(fail!("--bound-object-{flag} can only be set if --bound-object-kind is provided"));
        }
    }
    if !kind.is_empty() && !BOUND.contains(&kind) {
        return Err(fail!("supported --bound-object-kind values are {}", BOUND.join(", ")));
    }
    if !kind.is_empty() && name.is_empty() {
        return Err("--bound-object-name is required if --bound-object-kind is provided".into());
    }
    let some = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
    let bound = || obj! { "kind" => kind, "apiVersion" => "v1", "name" => name, "uid" => some(uid) };
    Ok(obj! {
        "audiences" => audiences.iter().map(String::as_str).collect::<Value>(),
        "expirationSeconds" => Some(duration.as_secs() as i64).filter(|seconds| *seconds > 0),
        "boundObjectRef" => some(kind).map(|_| bound()),
    })
}
