//! `kubectl autoscale`

use super::create::skeleton;
use super::{BASE, DRY_RUN, FILES, OUTPUT, WRITE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice};
use api::{list, obj};

static FLAGS: &[Flag] = &[
    flag("min", Kind::Int32, "-1", "At least so many Pods."),
    flag("max", Kind::Int32, "-1", "At most so many Pods."),
    flag("cpu-percent", Kind::Int32, "-1", "The share of the requested CPU to aim at."),
    flag("cpu", Kind::Text, "", "The CPU to aim at, as 80% or 500m."),
    flag("memory", Kind::Text, "", "The memory to aim at, as 80% or 200Mi."),
    flag("name", Kind::Text, "", "The autoscaler's name."),
];

pub(crate) static AUTOSCALE: Command = Command {
    name: "autoscale",
    about: "Let the number of Pods follow the load.",
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, WRITE],
    required: &["max"],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

async fn run(cx: &Cx<'_>) -> Outcome {
    let (min, max) = (cx.flags.int("min"), cx.flags.int("max"));
    if max < 1 {
        return Err(fail!("--max=MAXPODS is required and must be at least 1, max: {max}"));
    }
    if max < min {
        return Err(fail!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"));
    }
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice::of(cx)).await?;
    Fail::all(failures)?;
    for info in &infos {
        if !info.kind.subresources.contains(&"scale") {
            return Err(fail!("cannot autoscale a {}: no scale subresource", info.kind.kind));
        }
        let name = if cx.flags.text("name").is_empty() { &info.name } else { cx.flags.text("name") };
        let mut scaler = skeleton(cx, "autoscaling/v2", "HorizontalPodAutoscaler", name, true);
        let percent = cx.flags.int("cpu-percent");
        let metric = obj! {
            "type" => "Resource",
            "resource" => obj! { "name" => "cpu", "target" => obj! { "type" => "Utilization", "averageUtilization" => percent } },
        };
        scaler.set(
            "spec",
            obj! {
                "maxReplicas" => max,
                "minReplicas" => (min > 0).then_some(min),
                "metrics" => (percent >= 0).then(|| list![metric]),
                "scaleTargetRef" => obj! {
                    "apiVersion" => info.kind.api_version(), "kind" => info.kind.kind, "name" => info.name.as_str(),
                },
            },
        );
        scaler.set("status", obj! { "currentMetrics" => api::Value::Null, "desiredReplicas" => 0 });
        super::create::submit(cx, scaler, "")?;
    }
    Ok(())
}
