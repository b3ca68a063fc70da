//! The subcommands of `kubectl create` for what rules over others: namespaces, accounts, quotas, budgets, priorities.

use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Quantity, Selector, Value, kind, obj};

static QUOTA_FLAGS: &[Flag] = &[flag("hard", Kind::Text, ""), flag("scopes", Kind::Text, "")];
static PRIORITY_FLAGS: &[Flag] = &[
    flag("value", Kind::Int32, "0"),
    flag("global-default", Kind::Bool, "false"),
    flag("description", Kind::Text, ""),
    flag("preemption-policy", Kind::Text, "PreemptLowerPriority"),
];
static PDB_FLAGS: &[Flag] =
    &[flag("min-available", Kind::Text, ""), flag("max-unavailable", Kind::Text, ""), flag("selector", Kind::Text, "")];

maker!(NAMESPACE = "namespace" | "ns", "NAME", [], kind::NAMESPACE, "", namespace);
maker!(
    SERVICE_ACCOUNT = "serviceaccount" | "sa",
    "NAME",
    [],
    kind::SERVICE_ACCOUNT,
    "failed to create serviceaccount:",
    service_account
);
maker!(
    QUOTA = "quota" | "resourcequota",
    "NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2]",
    [QUOTA_FLAGS],
    kind::RESOURCE_QUOTA,
    "failed to create quota:",
    quota
);
maker!(
    PRIORITY_CLASS = "priorityclass" | "pc",
    "NAME --value=VALUE --global-default=BOOL",
    [PRIORITY_FLAGS],
    kind::PRIORITY_CLASS,
    "failed to create priorityclass:",
    priority_class
);
maker!(
    PDB = "poddisruptionbudget" | "pdb",
    "NAME --selector=SELECTOR --min-available=N",
    [PDB_FLAGS],
    kind::POD_DISRUPTION_BUDGET,
    "failed to create poddisruptionbudgets:",
    disruption_budget
);

fn namespace(_: &Cx<'_>, object: &mut Value) -> Outcome {
    object.set("spec", obj! {});
    Ok(())
}

fn service_account(_: &Cx<'_>, _: &mut Value) -> Outcome {
    Ok(())
}

fn quota(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let (hard, scopes) = (cx.flags.text("hard"), cx.flags.text("scopes"));
    object.set("spec", obj! {});
    if !hard.is_empty() {
        object.set("spec.hard", amounts(hard)?);
    }
    if scopes.split(',').any(str::is_empty) && !scopes.is_empty() {
        return Err("invalid resource quota scope \"\"".into());
    }
    if !scopes.is_empty() {
        object.set("spec.scopes", scopes.split(',').collect::<Value>());
    }
    Ok(())
}

/// `cpu=1,memory=1Gi` as a map of quantities.
fn amounts(text: &str) -> Outcome<Value> {
    let mut map = Value::object();
    for pair in text.split(',') {
        let parts = pair.split_once('=').filter(|(_, amount)| !amount.contains('='));
        let Some((name, amount)) = parts else {
            return Err(fail!("Invalid argument syntax {pair}, expected <resource>=<value>"));
        };
        let amount = Quantity::parse(amount).map_err(Fail::from)?;
        map.object_mut().insert(name, amount.to_string().into());
    }
    Ok(map)
}

fn priority_class(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    object.set("value", cx.flags.int("value"));
    object.set("preemptionPolicy", cx.flags.text("preemption-policy"));
    if !cx.flags.text("description").is_empty() {
        object.set("description", cx.flags.text("description"));
    }
    if cx.flags.on("global-default") {
        object.set("globalDefault", true);
    }
    Ok(())
}

fn disruption_budget(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let (least, most) = (cx.flags.text("min-available"), cx.flags.text("max-unavailable"));
    if cx.flags.text("selector").is_empty() {
        return Err("a selector must be specified".into());
    }
    if least.is_empty() == most.is_empty() {
        return Err(match least {
            "" => "one of min-available or max-unavailable must be specified".into(),
            _ => "min-available and max-unavailable cannot be both specified".into(),
        });
    }
    let selector = Selector::parse(cx.flags.text("selector")).map_err(Fail::Text)?;
    object.set("spec", obj! {});
    for (flag, field, text) in
        [("min-available", "spec.minAvailable", least), ("max-unavailable", "spec.maxUnavailable", most)]
    {
        let digits = text.strip_suffix('%').unwrap_or(text);
        if text.is_empty() {
            continue;
        }
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(fail!("invalid format specified for {flag}"));
        }
        object.set(field, text.parse::<i64>().map_or_else(|_| text.into(), Value::from));
    }
    let mut labels = Value::object();
    for (key, value) in selector.equalities() {
        labels.object_mut().insert(key.clone(), value.into());
    }
    object.set("spec.selector", obj! { "matchLabels" => labels });
    for count in ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"] {
        object.at_mut("status").object_mut().insert(count, 0.into());
    }
    Ok(())
}
