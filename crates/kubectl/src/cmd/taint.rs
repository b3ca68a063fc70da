//! `kubectl taint`

use super::{ALL, BASE, DRY_RUN, OUTPUT, SELECTOR, VALIDATE, manager};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::{self, Choice, Info};
use api::{Value, names, obj};
use apiserver::request::{PatchType, Verb};

static FLAGS: &[Flag] = &[flag("overwrite", Kind::Bool, "false")];

pub(crate) static TAINT: Command = Command {
    name: "taint",
    usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    flags: &[FLAGS, OUTPUT, SELECTOR, ALL, DRY_RUN, &[manager("kubectl-taint")], VALIDATE],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// A taint to set or to take away; an empty effect means all effects.
#[derive(Clone, Debug, PartialEq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    fn shown(&self) -> String {
        match (self.value.as_str(), self.effect.as_str()) {
            ("", "") => self.key.clone(),
            ("", effect) => format!("{}:{effect}", self.key),
            (value, effect) => format!("{}={value}:{effect}", self.key),
        }
    }

    fn is(&self, taint: &Value) -> bool {
        taint["key"].str() == self.key && (self.effect.is_empty() || taint["effect"].str() == self.effect)
    }
}

async fn run(cx: &Cx<'_>) -> Outcome {
    let is_taint = |arg: &String| arg.contains(['=', ':']) || arg.ends_with('-');
    let at = cx.args().iter().position(is_taint).unwrap_or(cx.args().len());
    let (objects, specs) = cx.args().split_at(at);
    let choice = Choice::of(cx);
    if let Some(stray) = specs.iter().find(|arg| !is_taint(arg)) {
        return Err(fail!("all resources must be specified before taint changes: {stray}"));
    }
    if specs.is_empty() && objects.len() == 1 {
        return Err("at least one taint update is required".into());
    }
    if objects.is_empty() || (objects.len() < 2 && !choice.all && choice.labels.is_none()) {
        return Err("one or more resources must be specified as <resource> <name>".into());
    }
    if specs.is_empty() {
        return Err("at least one taint update is required".into());
    }
    let kind = resource::kind_of(cx, &objects[0])?;
    if kind.kind != "Node" {
        return Err(fail!("invalid resource type {}, only node types are supported", objects[0]));
    }
    let (set, remove) = parse(specs).or_else(|why| cx.usage(why))?;
    let conflict =
        |new: &&Taint, old: &Taint| new.key == old.key && (old.effect.is_empty() || old.effect == new.effect);
    let both: Vec<String> = set
        .iter()
        .flat_map(|new| remove.iter().filter(move |old| conflict(&new, old)))
        .map(|old| format!("{}={}", old.key, old.effect))
        .collect();
    if !both.is_empty() {
        return Err(fail!(
            "can not both modify and remove the following taint(s) in the same command: {}",
            both.join(", ")
        ));
    }
    let (infos, mut failures) = resource::objects(cx, objects, &choice).await?;
    for info in &infos {
        if let Err(fail) = taint(cx, info, &set, &remove) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

/// Taints to set and to remove (k8s.io/kubectl/pkg/cmd/taint, `parseTaints`).
fn parse(specs: &[String]) -> Result<(Vec<Taint>, Vec<Taint>), String> {
    let (mut set, mut remove): (Vec<Taint>, Vec<Taint>) = Default::default();
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            remove.push(parse_one(spec)?);
            continue;
        }
        let new = parse_one(spec)?;
        if new.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if set.iter().any(|old| old.key == new.key && old.effect == new.effect) {
            let Taint { key, value, effect } = new;
            return Err(format!("duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"));
        }
        set.push(new);
    }
    Ok((set, remove))
}

/// One taint: without an effect, all is its key.
fn parse_one(spec: &str) -> Result<Taint, String> {
    let invalid = |why: Vec<String>| match &why[..] {
        [] => format!("invalid taint spec: {spec}"),
        why => format!("invalid taint spec: {spec}, {}", why.join("; ")),
    };
    let (pair, effect) = match spec.split(':').collect::<Vec<_>>()[..] {
        [key] => (vec![key], ""),
        [pair, effect @ ("NoSchedule" | "PreferNoSchedule" | "NoExecute")] => (pair.split('=').collect(), effect),
        [_, effect] => return Err(format!("invalid taint effect: {effect}, unsupported taint effect")),
        _ => return Err(invalid(Vec::new())),
    };
    let (key, value) = match pair[..] {
        [key] => (key, ""),
        [key, value] => (key, value),
        _ => return Err(invalid(Vec::new())),
    };
    let mut problems = names::label_value(value);
    if problems.is_empty() {
        problems = names::qualified_name(key);
    }
    if !problems.is_empty() {
        return Err(invalid(problems));
    }
    Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn taint(cx: &Cx<'_>, info: &Info, set: &[Taint], remove: &[Taint]) -> Outcome {
    let old = info.object["spec"]["taints"].array();
    let overwrite = cx.flags.on("overwrite");
    if let Some(missing) = remove.iter().find(|taint| !old.iter().any(|o| taint.is(o))) {
        return Err(fail!("taint {:?} not found", missing.shown()));
    }
    let clashes: Vec<&str> = set.iter().filter(|t| old.iter().any(|o| t.is(o))).map(|t| t.key.as_str()).collect();
    if !clashes.is_empty() && !overwrite {
        return Err(fail!(
            "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
            info.name,
            clashes.join(", ")
        ));
    }
    let kept = old.iter().filter(|o| !set.iter().chain(remove).any(|t| t.is(o)));
    let new = set.iter().map(|t| {
        obj! { "key" => t.key.as_str(), "value" => Some(t.value.as_str()).filter(|v| !v.is_empty()), "effect" => t.effect.as_str() }
    });
    let taints: Value = new.chain(kept.cloned()).collect();
    let mut object = info.object.clone();
    let patch = obj! { "spec" => obj! { "taints" => taints } };
    object = match cx.dry_run()? {
        DryRun::Client => api::patch::merge_patch(&object, &patch),
        _ => cx.request(&cx.ask(Verb::Patch(PatchType::Merge), info.kind, "", &info.name).with_body(patch))?,
    };
    let done = match (set.is_empty(), remove.is_empty()) {
        (true, _) => "untainted",
        (false, false) => "modified",
        (false, true) if !clashes.is_empty() => "modified",
        (false, true) => "tainted",
    };
    cx.print_done(info.kind, &object, done)
}
