//! `kubectl rollout status`

use super::objects;
use crate::cx::{Cx, either};
use crate::fail::{Fail, Outcome, fail};
use crate::resource::Info;
use api::{Value, condition};
use apiserver::request::Verb;
use apiserver::watch::EventType;

pub(super) async fn run(cx: &Cx<'_>) -> Outcome {
    if cx.flags.int("revision") < 0 {
        return Err(fail!("revision must be a positive integer: {}", cx.flags.int("revision")));
    }
    let (infos, failures) = objects(cx).await?;
    Fail::all(failures)?;
    if infos.is_empty() {
        cx.warn(format_args!("No resources found in {} namespace.", cx.namespace));
    }
    for info in &infos {
        follow(cx, info).await?;
    }
    Ok(())
}

async fn follow(cx: &Cx<'_>, info: &Info) -> Outcome {
    let mut request = cx.ask(Verb::Watch, info.kind, &info.namespace, "");
    request.options.field_selector = format!("metadata.name={}", info.name).into();
    let now = cx.get(info.kind, &info.namespace, &info.name)?;
    request.options.resource_version = now["metadata"]["resourceVersion"].to_str();
    let mut watch = cx.watch(&request)?;
    let timeout = cx.flags.span("timeout").unwrap_or_default();
    let end = cx.host.now() + timeout;
    let mut objects = vec![now];
    loop {
        for object in objects.drain(..) {
            let (text, done) = status(cx, info, &object)?;
            cx.say(text);
            if done || !cx.flags.on("watch") {
                return Ok(());
            }
        }
        if !timeout.is_zero() && cx.host.now() >= end {
            return Err("timed out waiting for the condition".into());
        }
        match timeout.is_zero() {
            true => cx.host.changed().await,
            false => either(cx.host.changed(), cx.host.sleep(end.since(cx.host.now()))).await,
        }
        for event in cx.host.poll(&mut watch) {
            if event.event == EventType::Deleted {
                return Err("object has been deleted".into());
            }
            objects.push(event.object);
        }
    }
}

/// How far a rollout is, and whether it is done.
fn status(cx: &Cx<'_>, info: &Info, object: &Value) -> Outcome<(String, bool)> {
    match info.kind.kind {
        "Deployment" => deployment(cx, object),
        "DaemonSet" => daemon_set(object),
        "StatefulSet" => stateful_set(object),
        _ => Err(fail!("no status viewer has been implemented for {}", info.kind.group_kind())),
    }
}

fn is_observed(object: &Value) -> bool {
    object.generation() <= object["status"]["observedGeneration"].int()
}

fn deployment(cx: &Cx<'_>, object: &Value) -> Outcome<(String, bool)> {
    let name = object.name();
    let wanted = cx.flags.int("revision");
    let revision = object.annotation(super::REVISION);
    if wanted > 0 && revision != wanted.to_string() {
        return Err(fail!("desired revision ({wanted}) is different from the running revision ({revision})"));
    }
    if !is_observed(object) {
        return Ok(("Waiting for deployment spec update to be observed...".to_owned(), false));
    }
    if condition(object, "Progressing")["reason"].str() == "ProgressDeadlineExceeded" {
        return Err(fail!("deployment {name:?} exceeded its progress deadline"));
    }
    let status = &object["status"];
    let (replicas, updated) = (status["replicas"].int(), status["updatedReplicas"].int());
    let (available, desired) = (status["availableReplicas"].int(), object["spec"]["replicas"].int());
    let waiting = |what: String| Ok((format!("Waiting for deployment {name:?} rollout to finish: {what}..."), false));
    if updated < desired {
        return waiting(format!("{updated} out of {desired} new replicas have been updated"));
    }
    if replicas > updated {
        return waiting(format!("{} old replicas are pending termination", replicas - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    Ok((format!("deployment {name:?} successfully rolled out"), true))
}

fn daemon_set(object: &Value) -> Outcome<(String, bool)> {
    let name = object.name();
    if object.at("spec.updateStrategy.type").str() != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".into());
    }
    if !is_observed(object) {
        return Ok(("Waiting for daemon set spec update to be observed...".to_owned(), false));
    }
    let status = &object["status"];
    let desired = status["desiredNumberScheduled"].int();
    let (updated, available) = (status["updatedNumberScheduled"].int(), status["numberAvailable"].int());
    let waiting = |what: String| Ok((format!("Waiting for daemon set {name:?} rollout to finish: {what}..."), false));
    if updated < desired {
        return waiting(format!("{updated} out of {desired} new pods have been updated"));
    }
    if available < desired {
        return waiting(format!("{available} of {desired} updated pods are available"));
    }
    Ok((format!("daemon set {name:?} successfully rolled out"), true))
}

fn stateful_set(object: &Value) -> Outcome<(String, bool)> {
    if object.at("spec.updateStrategy.type").str() != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".into());
    }
    let status = &object["status"];
    if status["observedGeneration"].int() == 0 || !is_observed(object) {
        return Ok(("Waiting for statefulset spec update to be observed...".to_owned(), false));
    }
    let (desired, ready) = (object["spec"]["replicas"].int(), status["readyReplicas"].int());
    if ready < desired {
        return Ok((format!("Waiting for {} pods to be ready...", desired - ready), false));
    }
    let updated = status["updatedReplicas"].int();
    // Partitioned is what has a partition, be it 0, as the server writes it.
    if let Some(partition) = object.at("spec.updateStrategy.rollingUpdate.partition").as_int() {
        let wanted = desired - partition;
        return Ok(match updated < wanted {
            true => (
                format!(
                    "Waiting for partitioned roll out to finish: {updated} out of {wanted} new pods have been updated..."
                ),
                false,
            ),
            false => (format!("partitioned roll out complete: {updated} new pods have been updated..."), true),
        });
    }
    let (current, update) = (status["currentRevision"].str(), status["updateRevision"].str());
    if current != update {
        return Ok((
            format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}..."),
            false,
        ));
    }
    let count = status["currentReplicas"].int();
    Ok((format!("statefulset rolling update complete {count} pods at revision {current}..."), true))
}
