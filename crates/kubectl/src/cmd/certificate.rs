//! `kubectl certificate`: approve or deny requests for certificates.

use super::{BASE, FILES, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice};
use api::{Value, kind, obj};
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[flag("force", Kind::Bool, "false")];

pub(crate) static CERTIFICATE: Command =
    Command { name: "certificate", subcommands: &[&APPROVE, &DENY], action: |cx| Box::pin(overview(cx)), ..BASE };

/// Whatever follows, the help is the answer.
async fn overview(cx: &Cx<'_>) -> Outcome {
    super::overview(cx);
    Ok(())
}

static APPROVE: Command = Command {
    name: "approve",
    usage: "(-f FILENAME | NAME)",
    flags: &[FLAGS, FILES, OUTPUT],
    action: |cx| Box::pin(decide(cx, "Approved", "Denied", "KubectlApprove", "approve")),
    ..BASE
};

static DENY: Command = Command {
    name: "deny",
    usage: "(-f FILENAME | NAME)",
    flags: &[FLAGS, FILES, OUTPUT],
    action: |cx| Box::pin(decide(cx, "Denied", "Approved", "KubectlDeny", "deny")),
    ..BASE
};

/// Adds a condition to the requests that are named.
async fn decide(cx: &Cx<'_>, condition: &str, opposite: &str, reason: &str, verb: &str) -> Outcome {
    let choice = Choice::of(cx);
    if cx.args().is_empty() && choice.files.is_empty() {
        return Err("one or more CSRs must be specified as <name> or -f <filename>".into());
    }
    let names: Vec<String> = match cx.args() {
        [] => Vec::new(),
        names => std::iter::once("csr".to_owned()).chain(names.iter().cloned()).collect(),
    };
    let (infos, failures) = resource::objects(cx, &names, &choice).await?;
    for info in &infos {
        if info.kind != kind::CERTIFICATE_SIGNING_REQUEST {
            return Err(fail!(
                "can only handle certificates.k8s.io CertificateSigningRequest objects, got {}",
                info.kind.kind
            ));
        }
        let mut object = info.object.clone();
        let has = |type_: &str| object.at("status.conditions").array().iter().any(|c| c["type"].str() == type_);
        if has(opposite) {
            return Err(fail!("certificate signing request {:?} is already {opposite}", info.name));
        }
        if !has(condition) || cx.flags.on("force") {
            let now = cx.host.now();
            let new = obj! {
                "type" => condition, "status" => "True", "reason" => reason, "lastUpdateTime" => now,
                "message" => format!("This CSR was {} by kubectl certificate {verb}.", condition.to_lowercase()),
            };
            let conditions = object.at_mut("status.conditions").array_mut();
            conditions.retain(|c: &Value| c["type"].str() != condition);
            conditions.push(new);
            let request = cx.ask(Verb::Update, info.kind, "", &info.name).with_subresource("approval");
            object = cx.request(&request.with_body(object))?;
        }
        cx.print_changed(info.kind, &object, &condition.to_lowercase())?;
    }
    Fail::all(failures)
}
