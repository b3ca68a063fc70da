//! `kubectl autoscale`

use super::create;
use super::{BASE, DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice};
use api::{Quantity, Value, kind, obj};

/// What is said of `--cpu-percent`.
const CPU_PERCENT: &str = "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for \
                           milliCPU).";

static FLAGS: &[Flag] = &[
    flag("min", Kind::Int32, "-1"),
    flag("max", Kind::Int32, "-1"),
    flag("cpu-percent", Kind::Int32, "-1").deprecated(CPU_PERCENT),
    flag("cpu", Kind::Text, ""),
    flag("memory", Kind::Text, ""),
    flag("name", Kind::Text, ""),
];

pub(crate) static AUTOSCALE: Command = Command {
    name: "autoscale",
    usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, &[manager("kubectl-autoscale")], SAVE_CONFIG, RECORD],
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
    let metrics = metrics(cx)?;
    let (infos, failures) = resource::objects(cx, cx.args(), &Choice::of(cx)).await?;
    Fail::all(failures)?;
    if infos.is_empty() {
        return Err("no objects passed to autoscale".into());
    }
    for info in &infos {
        if !info.kind.subresources.contains(&"scale") {
            return Err(fail!(
                "cannot autoscale a {}: could not find scale subresource for {}/{}, Resource={} in discovery information",
                info.kind.kind,
                info.kind.group,
                info.kind.version,
                info.kind.plural
            ));
        }
        let name = if cx.flags.text("name").is_empty() { &info.name } else { cx.flags.text("name") };
        let mut scaler = create::skeleton(cx, kind::HORIZONTAL_POD_AUTOSCALER, name);
        scaler.set(
            "spec",
            obj! {
                "maxReplicas" => max,
                "minReplicas" => (min > 0).then_some(min),
                "metrics" => (!metrics.is_empty()).then_some(&metrics),
                "scaleTargetRef" => obj! {
                    "apiVersion" => info.kind.api_version(), "kind" => info.kind.kind, "name" => info.name.as_str(),
                },
            },
        );
        scaler.set("status", obj! { "desiredReplicas" => 0; null "currentMetrics" });
        let done = if cx.dry_run()? == DryRun::Client { "created" } else { "autoscaled" };
        create::submit(cx, kind::HORIZONTAL_POD_AUTOSCALER, scaler, "", done)?;
    }
    Ok(())
}

/// What the flags say to aim at.
fn metrics(cx: &Cx<'_>) -> Outcome<Value> {
    let (percent, cpu, memory) = (cx.flags.int("cpu-percent"), cx.flags.text("cpu"), cx.flags.text("memory"));
    if percent > 0 && !cpu.is_empty() {
        return Err("--cpu-percent and --cpu are mutually exclusive".into());
    }
    let mut metrics: Vec<Value> = Vec::new();
    let mut add = |name: &str, target: Value| {
        metrics.push(obj! { "type" => "Resource", "resource" => obj! { "name" => name, "target" => target } });
    };
    if percent > 0 {
        add("cpu", obj! { "type" => "Utilization", "averageUtilization" => percent });
    }
    for (name, input, unit) in [("cpu", cpu, "m"), ("memory", memory, "Mi")] {
        if !input.is_empty() {
            add(name, target(name, input.trim(), unit)?);
        }
    }
    Ok(metrics.into())
}

/// `80%`, `500m`, or a number of the resource's usual unit.
fn target(name: &str, input: &str, unit: &str) -> Outcome<Value> {
    if input.is_empty() {
        return Err("empty input".into());
    }
    if let Some(number) = input.strip_suffix('%') {
        return match number.parse::<i32>() {
            Ok(percent) if percent >= 0 => {
                Ok(obj! { "type" => "Utilization", "averageUtilization" => i64::from(percent) })
            }
            _ => Err(fail!("invalid percentage value: {number}")),
        };
    }
    let text = match input.parse::<f64>() {
        Ok(number) if number.is_finite() => format!("{number}{unit}"),
        _ => input.to_owned(),
    };
    let quantity = Quantity::parse(&text).map_err(|_| fail!("invalid resource {name} value: {input}"))?;
    Ok(obj! { "type" => "AverageValue", "averageValue" => quantity.to_string() })
}
