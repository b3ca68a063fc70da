//! `kubectl create deployment`

use super::{one_name, skeleton, submit};
use crate::cmd::{BASE, DRY_RUN, OUTPUT, VALIDATE, WRITE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::flags::{Flag, Kind, flag};
use api::{Value, list, obj};

static FLAGS: &[Flag] = &[
    flag("image", Kind::List, "", "The image to run; with several, a container for each."),
    flag("port", Kind::Int32, "-1", "The port that the container listens on."),
    flag("replicas", Kind::Int32, "1", "How many Pods there shall be.").short('r'),
];

pub(super) static DEPLOYMENT: Command = Command {
    name: "deployment",
    aliases: &["deploy"],
    about: "Make a Deployment.",
    usage: "NAME --image=image -- [COMMAND] [args...]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, WRITE, VALIDATE],
    required: &["image"],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let name = one_name(cx)?;
    let images = cx.flags.list("image");
    let command = &cx.args()[1..];
    if images.len() > 1 && !command.is_empty() {
        return Err("cannot specify multiple --image options and command".into());
    }
    let mut containers: Vec<Value> = images
        .iter()
        .map(|image| {
            let command = (!command.is_empty()).then(|| command.iter().map(String::as_str).collect::<Value>());
            obj! { "name" => container_name(image), "image" => image.as_str(), "command" => command, "resources" => obj! {} }
        })
        .collect();
    let port = cx.flags.int("port");
    if let Some(first) = containers.first_mut().filter(|_| port >= 0) {
        first.set("ports", list![obj! { "containerPort" => port }]);
    }
    let labels = obj! { "app" => name };
    let mut deployment = skeleton(cx, "apps/v1", "Deployment", name, true);
    deployment.set("metadata.labels", &labels);
    deployment.set(
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
    deployment.set("status", obj! {});
    submit(cx, deployment, "deployment")
}

/// A container's name, from its image's: the last part, without tag and digest.
pub(crate) fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let end = last.find([':', '@']).unwrap_or(last.len());
    last[..end].replace('_', "-")
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
