//! `kubectl create token`

use crate::cmd::{BASE, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::print::Printed;
use api::{Value, kind, obj};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("audience", Kind::Repeated, ""),
    flag("duration", Kind::Span, "0s"),
    flag("bound-object-kind", Kind::Text, ""),
    flag("bound-object-name", Kind::Text, ""),
    flag("bound-object-uid", Kind::Text, ""),
];

pub(super) static TOKEN: Command = Command {
    name: "token",
    usage: "SERVICE_ACCOUNT_NAME",
    flags: &[FLAGS, OUTPUT],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let name = super::one_name(cx)?;
    let spec = spec(cx)?;
    let request = cx.ask(Verb::Create, kind::SERVICE_ACCOUNT, &cx.namespace, name).with_subresource("token");
    let body = obj! { "apiVersion" => "authentication.k8s.io/v1", "kind" => "TokenRequest", "spec" => spec };
    let answer =
        cx.request(&request.with_body(body)).map_err(|fail| fail!("failed to create token: {}", fail.message()))?;
    let token = answer.at("status.token").str();
    if token.is_empty() {
        return Err("failed to create token: no token in server response".into());
    }
    if cx.flags.has("output") {
        let printed = Printed { kind: kind::SERVICE_ACCOUNT, object: &answer, done: "", managed: false };
        cx.host.stdout(&cx.format()?.print(&printed)?);
        return Ok(());
    }
    // A terminal gets a newline, a pipe does not.
    cx.host.stdout(&format!("{token}{}", if cx.host.is_terminal() { "\n" } else { "" }));
    Ok(())
}

fn spec(cx: &Cx<'_>) -> Outcome<Value> {
    let mut spec =
        obj! { "audiences" => Value::Null, "boundObjectRef" => Value::Null, "expirationSeconds" => Value::Null };
    let Some(duration) = cx.flags.span("duration") else {
        return Err("--duration must be greater than or equal to 0".into());
    };
    if duration.subsec_nanos() != 0 {
        return Err("--duration cannot be expressed in units less than seconds".into());
    }
    if !duration.is_zero() {
        spec.set("expirationSeconds", i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    }
    let audiences = cx.flags.list("audience");
    if audiences.iter().any(String::is_empty) {
        return Err("--audience must not be an empty string".into());
    }
    if !audiences.is_empty() {
        spec.set("audiences", audiences.iter().map(String::as_str).collect::<Value>());
    }
    let (kind, name, uid) =
        (cx.flags.text("bound-object-kind"), cx.flags.text("bound-object-name"), cx.flags.text("bound-object-uid"));
    match (kind, name, uid) {
        ("", "", "") => {}
        ("", "", _) => return Err("--bound-object-uid can only be set if --bound-object-kind is provided".into()),
        ("", ..) => return Err("--bound-object-name can only be set if --bound-object-kind is provided".into()),
        ("Node" | "Pod" | "Secret", "", _) => {
            return Err("--bound-object-name is required if --bound-object-kind is provided".into());
        }
        ("Node" | "Pod" | "Secret", ..) => {
            let uid = Some(uid).filter(|uid| !uid.is_empty());
            spec.set("boundObjectRef", obj! { "apiVersion" => "v1", "kind" => kind, "name" => name, "uid" => uid });
        }
        _ => return Err("supported --bound-object-kind values are Node, Pod, Secret".into()),
    }
    Ok(spec)
}
