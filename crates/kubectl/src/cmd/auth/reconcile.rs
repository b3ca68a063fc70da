//! `kubectl auth reconcile`: roles and bindings from files are merged with those that are there
//! (k8s.io/component-helpers/auth/rbac/reconciliation).

use crate::cmd::{BASE, DRY_RUN, FILES, OUTPUT};
use crate::command::Command;
use crate::cx::{Cx, DryRun};
use crate::fail::{Fail, Outcome};
use crate::files::{self, Manifest};
use crate::flags::{Flag, Kind as FlagKind, flag};
use api::{Value, kind, obj};
use apiserver::rbac::uncovered;
use apiserver::request::Verb;

static FLAGS: &[Flag] = &[
    flag("remove-extra-permissions", FlagKind::Bool, "false"),
    flag("remove-extra-subjects", FlagKind::Bool, "false"),
];

pub(super) static RECONCILE: Command = Command {
    name: "reconcile",
    usage: "-f FILENAME",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN],
    action: |cx| Box::pin(run(cx)),
    ..BASE
};

/// What has to be done, and what is different.
struct Plan {
    object: Value,
    operation: &'static str,
    missing: Vec<Value>,
    extra: Vec<Value>,
}

async fn run(cx: &Cx<'_>) -> Outcome {
    let sources = files::named(cx);
    if sources.is_empty() {
        return Err("must specify one of -f and -k".into());
    }
    if !cx.args().is_empty() {
        return Err("no arguments are allowed".into());
    }
    if cx.dry_run()? == DryRun::Server {
        return Err("--dry-run=server for command reconcile is not supported yet".into());
    }
    let (manifests, mut failures) = files::read(cx, &sources, cx.flags.on("recursive")).await?;
    for manifest in manifests.iter().filter(|manifest| manifest.kind.group == kind::ROLE.group) {
        if let Err(fail) = reconcile(cx, manifest) {
            failures.push(fail);
        }
    }
    Fail::all(failures)
}

fn reconcile(cx: &Cx<'_>, manifest: &Manifest) -> Outcome {
    let (kind, namespace, name) = (manifest.kind, manifest.namespace.as_str(), manifest.object.name());
    let present = match cx.get(kind, namespace, name) {
        Ok(object) => object,
        // Of a namespaced kind nothing is found outside of a namespace.
        _ if homeless(manifest) => Value::Null,
        Err(fail) if fail.is_not_found() => Value::Null,
        Err(fail) => return Err(fail),
    };
    let binds = kind == kind::ROLE_BINDING || kind == kind::CLUSTER_ROLE_BINDING;
    let field = if binds { "subjects" } else { "rules" };
    let removing = cx.flags.on(if binds { "remove-extra-subjects" } else { "remove-extra-permissions" });
    let plan = plan(&manifest.object, &present, field, removing);
    let protected = present.annotation("rbac.authorization.kubernetes.io/autoupdate") == "false";
    let mut object = plan.object.clone();
    if cx.dry_run()? == DryRun::None && !protected {
        object = carry_out(cx, manifest, &plan)?;
    }
    cx.print_changed(kind, &object, "reconciled")?;
    report(cx, &plan, field, removing, protected);
    Ok(())
}

/// Compares what is wanted with what is there.
fn plan(wanted: &Value, present: &Value, field: &str, removing: bool) -> Plan {
    let (own, there) = (wanted[field].array(), present[field].array());
    if present.is_null() {
        return Plan { object: wanted.clone(), operation: "create", missing: own.to_vec(), extra: Vec::new() };
    }
    let (missing, extra) = match field {
        "rules" => (uncovered(there, own), uncovered(own, there)),
        _ => {
            let lacks = |list: &[Value], of: &[Value]| of.iter().filter(|s| !list.contains(s)).cloned().collect();
            (lacks(there, own), lacks(own, there))
        }
    };
    let mut object = present.clone();
    if removing && !extra.is_empty() {
        object.set(field, own.to_vec());
    } else if !missing.is_empty() {
        object.at_mut(field).array_mut().extend(missing.iter().cloned());
    }
    for part in ["labels", "annotations"] {
        for (key, value) in wanted["metadata"][part].entries() {
            object.at_mut("metadata").object_mut().entry(part).object_mut().insert(key.clone(), value.clone());
        }
    }
    let operation = match (&object == present, wanted["roleRef"] == present["roleRef"]) {
        (_, false) => "recreate",
        (false, _) => "update",
        (true, _) => "",
    };
    if operation == "recreate" {
        object.set("roleRef", &wanted["roleRef"]);
    }
    Plan { object, operation, missing, extra }
}

/// Whether a namespaced object names no namespace.
fn homeless(manifest: &Manifest) -> bool {
    manifest.kind.namespaced && manifest.namespace.is_empty()
}

fn carry_out(cx: &Cx<'_>, manifest: &Manifest, plan: &Plan) -> Outcome<Value> {
    let (kind, namespace, name) = (manifest.kind, manifest.namespace.as_str(), manifest.object.name());
    let mut object = plan.object.clone();
    if homeless(manifest) {
        // It is the namespace that would have to be there.
        return Err("resource name may not be empty".into());
    }
    match plan.operation {
        "" => return Ok(object),
        "update" => return cx.request(&cx.ask(Verb::Update, kind, namespace, name).with_body(object)),
        "recreate" => {
            cx.request(&cx.ask(Verb::Delete, kind, namespace, name))?;
            for field in ["resourceVersion", "uid", "creationTimestamp"] {
                object.at_mut("metadata").remove(field);
            }
        }
        _ if kind.namespaced => {
            let body = obj! { "apiVersion" => "v1", "kind" => "Namespace", "metadata" => obj! { "name" => namespace } };
            match cx.request(&cx.ask(Verb::Create, kind::NAMESPACE, "", "").with_body(body)) {
                Err(Fail::Status(status)) if !matches!(status.code, 403 | 409) => return Err(Fail::Status(status)),
                _ => {}
            }
        }
        _ => {}
    }
    cx.request(&cx.ask(Verb::Create, kind, namespace, "").with_body(object))
}

/// Tells on standard error what was different.
fn report(cx: &Cx<'_>, plan: &Plan, field: &str, removing: bool, protected: bool) {
    if plan.operation.is_empty() {
        return;
    }
    let caveat = match protected {
        true => ", but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)",
        false => "",
    };
    cx.warn(format_args!("\treconciliation required {}{caveat}", plan.operation));
    let sections = [("missing", "added", &plan.missing, true), ("extra", "removed", &plan.extra, removing)];
    for (which, done, items, shown) in sections {
        if shown && !items.is_empty() {
            cx.warn(format_args!("\t{which} {field} {done}:"));
            items.iter().for_each(|item| cx.warn(format_args!("\t\t{}", go_struct(item, field))));
        }
    }
}

/// A rule or a subject as Go's `%+v` prints it.
fn go_struct(item: &Value, field: &str) -> String {
    let fields: &[(&str, &str)] = match field {
        "rules" => &[
            ("Verbs", "verbs"),
            ("APIGroups", "apiGroups"),
            ("Resources", "resources"),
            ("ResourceNames", "resourceNames"),
            ("NonResourceURLs", "nonResourceURLs"),
        ],
        _ => &[("Kind", "kind"), ("APIGroup", "apiGroup"), ("Name", "name"), ("Namespace", "namespace")],
    };
    let shown = |value: &Value| match field {
        "rules" => format!("[{}]", value.array().iter().map(Value::str).collect::<Vec<_>>().join(" ")),
        _ => value.str().to_owned(),
    };
    let texts: Vec<String> = fields.iter().map(|(name, field)| format!("{name}:{}", shown(&item[*field]))).collect();
    format!("{{{}}}", texts.join(" "))
}
