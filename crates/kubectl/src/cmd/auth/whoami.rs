//! `kubectl auth whoami`: who the server takes one for.

use crate::cmd::{BASE, OUTPUT};
use crate::command::Command;
use crate::cx::Cx;
use crate::describe::tabwriter;
use crate::fail::{Fail, Outcome};
use crate::print::Printed;
use api::{Value, kind};
use apiserver::request::Verb;

pub(super) static WHO_AM_I: Command =
    Command { name: "whoami", flags: &[OUTPUT], action: |cx| Box::pin(run(cx)), ..BASE };

async fn run(cx: &Cx<'_>) -> Outcome {
    let kind = kind::SELF_SUBJECT_REVIEW;
    let answer = cx.request(&cx.ask(Verb::Create, kind, "", "").with_body(Value::object()));
    let review = answer.map_err(|fail| match fail {
        Fail::Status(status) if status.reason == "Forbidden" => Fail::Text(
            "the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it"
                .to_owned(),
        ),
        other => other,
    })?;
    let format = cx.format()?;
    if !format.is_human() {
        let printed = Printed { kind, object: &review, done: "", managed: false };
        cx.host.stdout(&format.print_struct(&printed)?);
        return Ok(());
    }
    let user = &review["status"]["userInfo"];
    let listed = |list: &Value| {
        let items: Vec<&str> = list.array().iter().map(Value::str).collect();
        format!("[{}]", items.join(" "))
    };
    let mut text = "ATTRIBUTE\tVALUE\n".to_owned();
    let mut row = |name: &str, value: &str| text.push_str(&format!("{name}\t{value}\n"));
    for (name, field) in [("Username", "username"), ("UID", "uid")] {
        if !user[field].str().is_empty() {
            row(name, user[field].str());
        }
    }
    if !user["groups"].is_empty() {
        row("Groups", &listed(&user["groups"]));
    }
    for (key, values) in user["extra"].entries() {
        row(&format!("Extra: {key}"), &listed(values));
    }
    cx.host.stdout(&tabwriter::align_table(&text));
    Ok(())
}
