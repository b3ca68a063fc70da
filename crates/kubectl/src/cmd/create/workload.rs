//! `kubectl create deployment`, `job` and `cronjob`.

use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource;
use api::{Value, kind, list, obj};

static DEPLOYMENT_FLAGS: &[Flag] =
    &[flag("image", Kind::List, ""), flag("port", Kind::Int32, "-1"), flag("replicas", Kind::Int32, "1").short('r')];
static IMAGE_FLAG: &[Flag] = &[flag("image", Kind::Text, "")];
static JOB_FLAGS: &[Flag] = &[flag("from", Kind::Text, "")];
static CRON_JOB_FLAGS: &[Flag] = &[flag("schedule", Kind::Text, ""), flag("restart", Kind::Text, "")];

maker!(
    DEPLOYMENT = "deployment" | "deploy",
    "NAME --image=image -- [COMMAND] [args...]",
    [DEPLOYMENT_FLAGS],
    kind::DEPLOYMENT,
    "failed to create deployment:",
    deployment,
    "image"
);
maker!(
    JOB = "job",
    "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    [IMAGE_FLAG, JOB_FLAGS],
    kind::JOB,
    "failed to create job:",
    job
);
maker!(
    CRON_JOB = "cronjob" | "cj",
    "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...]",
    [IMAGE_FLAG, CRON_JOB_FLAGS],
    kind::CRON_JOB,
    "failed to create cronjob:",
    cron_job,
    "image",
    "schedule"
);

/// What follows the name: the container's command.
fn command(cx: &Cx<'_>) -> Option<Value> {
    let words = cx.args().get(1..).filter(|words| !words.is_empty())?;
    Some(words.iter().map(String::as_str).collect())
}

fn deployment(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let images = cx.flags.list("image");
    let command = command(cx);
    if images.len() > 1 && command.is_some() {
        return Err("cannot specify multiple --image options and command".into());
    }
    let container = |image: &String| {
        obj! { "name" => container_name(image), "image" => image.as_str(), "command" => command.clone(), "resources" => obj! {} }
    };
    let mut containers: Vec<Value> = images.iter().map(container).collect();
    let port = cx.flags.int("port");
    if let Some(first) = containers.first_mut().filter(|_| port >= 0) {
        first.set("ports", list![obj! { "containerPort" => port }]);
    }
    let labels = obj! { "app" => object.name() };
    object.set("metadata.labels", &labels);
    object.set(
        "spec",
        obj! {
            "replicas" => cx.flags.int("replicas"),
            "selector" => obj! { "matchLabels" => &labels },
            "strategy" => obj! {},
            "template" => obj! {
                "metadata" => obj! { "labels" => &labels },
                "spec" => obj! { "containers" => Value::from(containers) },
            },
        },
    );
    Ok(())
}

/// A container's name, from its image's: the last part, without tag and digest.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let end = last.find([':', '@']).unwrap_or(last.len());
    last[..end].replace('_', "-")
}

/// The spec of a Job of one container, named as the object.
fn job_spec(cx: &Cx<'_>, name: &str, policy: &str) -> Value {
    let container = obj! {
        "name" => name, "image" => cx.flags.text("image"), "resources" => obj! {}, "command" => command(cx),
    };
    let pod = obj! { "containers" => list![container], "restartPolicy" => policy };
    obj! { "template" => obj! { "metadata" => obj! {}, "spec" => pod } }
}

fn job(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let from = cx.flags.text("from");
    if cx.flags.text("image").is_empty() == from.is_empty() {
        return Err("either --image or --from must be specified".into());
    }
    if from.is_empty() {
        let spec = job_spec(cx, object.name(), "Never");
        object.set("spec", spec);
        return Ok(());
    }
    if command(cx).is_some() {
        return Err("cannot specify --from and command".into());
    }
    let cron_job = source(cx, from)?;
    let template = &cron_job["spec"]["jobTemplate"];
    let mut annotations = template["metadata"]["annotations"].clone();
    if annotations["cronjob.kubernetes.io/instantiate"].is_null() {
        annotations.object_mut().insert("cronjob.kubernetes.io/instantiate", "manual".into());
    }
    object.set("metadata.annotations", annotations);
    if !template["metadata"]["labels"].is_empty() {
        object.set("metadata.labels", &template["metadata"]["labels"]);
    }
    // No blockOwnerDeletion, unlike what the controller writes.
    let owner = obj! {
        "apiVersion" => "batch/v1", "kind" => "CronJob", "name" => cron_job.name(), "uid" => cron_job.uid(), "controller" => true,
    };
    object.set("metadata.ownerReferences", list![owner]);
    object.set("spec", &template["spec"]);
    Ok(())
}

/// The CronJob that `--from` names.
fn source(cx: &Cx<'_>, from: &str) -> Outcome<Value> {
    let Some((word, name)) = from.split_once('/') else {
        return Err(resource::kind_of(cx, from).err().unwrap_or_else(|| resource::MISSING.into()));
    };
    let kind = resource::kind_of(cx, word)?;
    let object = cx.get(kind, &cx.namespace, name)?;
    if kind != kind::CRON_JOB {
        return Err(fail!("unknown object type *{}.{}", kind.version, kind.kind));
    }
    Ok(object)
}

fn cron_job(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let policy = match cx.flags.text("restart") {
        "" => "OnFailure",
        given => given,
    };
    let template = obj! {
        "metadata" => obj! { "name" => object.name() }, "spec" => job_spec(cx, object.name(), policy),
    };
    object.set("spec", obj! { "jobTemplate" => template, "schedule" => cx.flags.text("schedule") });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_named_after_their_images() {
        for (image, name) in
            [("nginx", "nginx"), ("a.b/c/d:1.2", "d"), ("x@sha256:00", "x"), ("NGINX", "NGINX"), ("", "")]
        {
            assert_eq!(container_name(image), name);
        }
    }
}
