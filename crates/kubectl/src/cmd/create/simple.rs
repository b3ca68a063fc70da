//! The smaller subcommands of `kubectl create`.

use super::{one_name, skeleton, submit};
use crate::cmd::{BASE, DRY_RUN, OUTPUT, VALIDATE, WRITE};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use crate::resource::lookup;
use api::{Selector, Value, list, obj};

const RBAC: &str = "rbac.authorization.k8s.io";

static QUOTA_FLAGS: &[Flag] = &[
    flag("hard", Kind::Text, "", "The limits, as resource=quantity, separated by commas."),
    flag("scopes", Kind::Text, "", "The scopes, separated by commas."),
];
static PRIORITY_FLAGS: &[Flag] = &[
    flag("value", Kind::Int32, "0", "The priority."),
    flag("global-default", Kind::Bool, "false", "Whether Pods that name no class get this one."),
    flag("description", Kind::Text, "", "What the class is for."),
    flag("preemption-policy", Kind::Text, "PreemptLowerPriority", "Whether its Pods push others aside."),
];
static RULE_FLAGS: &[Flag] = &[
    flag("verb", Kind::List, "", "What may be done."),
    flag("resource", Kind::List, "", "With which resources."),
    flag("resource-name", Kind::Repeated, "", "With which objects."),
];
static BINDING_FLAGS: &[Flag] = &[
    flag("clusterrole", Kind::Text, "", "The ClusterRole to bind."),
    flag("role", Kind::Text, "", "The Role to bind."),
    flag("user", Kind::List, "", "A user."),
    flag("group", Kind::List, "", "A group."),
    flag("serviceaccount", Kind::List, "", "A service account, as NAMESPACE:NAME."),
];
static JOB_FLAGS: &[Flag] = &[
    flag("image", Kind::Text, "", "The image to run."),
    flag("from", Kind::Text, "", "The CronJob to make a Job of."),
    flag("schedule", Kind::Text, "", "When the Job runs, in cron's format."),
    flag("restart", Kind::Text, "", "The Pods' restart policy."),
];

static PDB_FLAGS: &[Flag] = &[
    flag("min-available", Kind::Text, "", "How many Pods must be left, as a number or a share."),
    flag("max-unavailable", Kind::Text, "", "How many Pods may be missing, as a number or a share."),
    flag("selector", Kind::Text, "", "The labels of the Pods."),
];
static INGRESS_FLAGS: &[Flag] = &[
    flag("rule", Kind::Repeated, "", "A rule, as HOST/PATH=SERVICE:PORT; * after the path means its prefix."),
    flag("class", Kind::Text, "", "The ingress class."),
    flag("default-backend", Kind::Text, "", "Where everything else goes, as SERVICE:PORT."),
    flag("annotation", Kind::Repeated, "", "An annotation, as KEY=VALUE."),
];

macro_rules! subcommand {
    ($id:ident, $name:literal, $aliases:expr, $about:literal, $usage:literal, $flags:expr, $run:expr) => {
        pub(super) static $id: Command = Command {
            name: $name,
            aliases: &$aliases,
            about: $about,
            usage: $usage,
            flags: &[$flags, OUTPUT, DRY_RUN, WRITE, VALIDATE],
            action: |cx| Box::pin($run(cx)),
            ..BASE
        };
    };
}

subcommand!(NAMESPACE, "namespace", ["ns"], "Make a Namespace.", "NAME", &[], namespace);
subcommand!(SERVICE_ACCOUNT, "serviceaccount", ["sa"], "Make a ServiceAccount.", "NAME", &[], service_account);
subcommand!(
    QUOTA,
    "quota",
    ["resourcequota"],
    "Make a ResourceQuota.",
    "NAME [--hard=key1=value1]",
    QUOTA_FLAGS,
    quota
);
subcommand!(
    PRIORITY_CLASS,
    "priorityclass",
    ["pc"],
    "Make a PriorityClass.",
    "NAME --value=VALUE",
    PRIORITY_FLAGS,
    priority_class
);
subcommand!(ROLE, "role", [], "Make a Role.", "NAME --verb=verb --resource=resource", RULE_FLAGS, role);
subcommand!(
    CLUSTER_ROLE,
    "clusterrole",
    [],
    "Make a ClusterRole.",
    "NAME --verb=verb --resource=resource",
    RULE_FLAGS,
    cluster_role
);
subcommand!(
    ROLE_BINDING,
    "rolebinding",
    [],
    "Make a RoleBinding.",
    "NAME --clusterrole=NAME|--role=NAME",
    BINDING_FLAGS,
    role_binding
);
subcommand!(
    CLUSTER_ROLE_BINDING,
    "clusterrolebinding",
    [],
    "Make a ClusterRoleBinding.",
    "NAME --clusterrole=NAME",
    BINDING_FLAGS,
    cluster_role_binding
);
subcommand!(JOB, "job", [], "Make a Job.", "NAME --image=image -- [COMMAND] [args...]", JOB_FLAGS, job);
subcommand!(
    CRON_JOB,
    "cronjob",
    ["cj"],
    "Make a CronJob.",
    "NAME --image=image --schedule='0/5 * * * ?'",
    JOB_FLAGS,
    cron_job
);

subcommand!(
    PDB,
    "poddisruptionbudget",
    ["pdb"],
    "Make a PodDisruptionBudget.",
    "NAME --selector=SELECTOR --min-available=N",
    PDB_FLAGS,
    disruption_budget
);
subcommand!(
    INGRESS,
    "ingress",
    ["ing"],
    "Make an Ingress.",
    "NAME --rule=host/path=service:port",
    INGRESS_FLAGS,
    ingress
);

async fn namespace(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "v1", "Namespace", one_name(cx)?, false);
    object.set("spec", obj! {});
    object.set("status", obj! {});
    submit(cx, object, "")
}

async fn service_account(cx: &Cx<'_>) -> Outcome {
    submit(cx, skeleton(cx, "v1", "ServiceAccount", one_name(cx)?, true), "serviceaccount")
}

async fn quota(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "v1", "ResourceQuota", one_name(cx)?, true);
    let mut hard = Value::object();
    for pair in cx.flags.text("hard").split(',').filter(|p| !p.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(fail!("invalid argument syntax {pair:?}: expected <resource>=<quantity>"));
        };
        hard.object_mut().insert(key, value.into());
    }
    let scopes: Value = cx.flags.text("scopes").split(',').filter(|s| !s.is_empty()).collect();
    object.set("spec", obj! { "hard" => hard, "scopes" => (!scopes.is_empty()).then_some(scopes) });
    object.set("status", obj! {});
    submit(cx, object, "resourcequota")
}

async fn priority_class(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "scheduling.k8s.io/v1", "PriorityClass", one_name(cx)?, false);
    object.set("value", cx.flags.int("value"));
    object.set("preemptionPolicy", cx.flags.text("preemption-policy"));
    if !cx.flags.text("description").is_empty() {
        object.set("description", cx.flags.text("description"));
    }
    if cx.flags.on("global-default") {
        object.set("globalDefault", true);
    }
    submit(cx, object, "priorityclass")
}

async fn role(cx: &Cx<'_>) -> Outcome {
    rules(cx, "Role", true)
}

async fn cluster_role(cx: &Cx<'_>) -> Outcome {
    rules(cx, "ClusterRole", false)
}

fn rules(cx: &Cx<'_>, kind: &str, namespaced: bool) -> Outcome {
    let mut object = skeleton(cx, &format!("{RBAC}/v1"), kind, one_name(cx)?, namespaced);
    let verbs = cx.flags.list("verb");
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    let resources = cx.flags.list("resource");
    if resources.is_empty() {
        return Err(if namespaced {
            "at least one resource must be specified"
        } else {
            "one of resource or nonResourceURL must be specified"
        }
        .into());
    }
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    let kinds = cx.host.kinds();
    for resource in resources {
        let (group, plural) = match lookup(&kinds, resource) {
            Some(kind) => (kind.group, kind.plural),
            None => return Err(fail!("the server doesn't have a resource type {resource:?}")),
        };
        match groups.iter_mut().find(|(g, _)| *g == group) {
            Some((_, plurals)) => plurals.push(plural),
            None => groups.push((group, vec![plural])),
        }
    }
    let texts = |list: &[String]| list.iter().map(String::as_str).collect::<Value>();
    let names = cx.flags.list("resource-name");
    let rule = |(group, plurals): &(&str, Vec<&str>)| {
        obj! {
            "apiGroups" => list![*group], "resources" => plurals.iter().copied().collect::<Value>(), "verbs" => texts(verbs),
            "resourceNames" => (!names.is_empty()).then(|| texts(names)),
        }
    };
    object.set("rules", groups.iter().map(rule).collect::<Value>());
    submit(cx, object, "")
}

async fn role_binding(cx: &Cx<'_>) -> Outcome {
    binding(cx, "RoleBinding", true)
}

async fn cluster_role_binding(cx: &Cx<'_>) -> Outcome {
    binding(cx, "ClusterRoleBinding", false)
}

fn binding(cx: &Cx<'_>, kind: &str, namespaced: bool) -> Outcome {
    let mut object = skeleton(cx, &format!("{RBAC}/v1"), kind, one_name(cx)?, namespaced);
    let (role, cluster_role) = (cx.flags.text("role"), cx.flags.text("clusterrole"));
    let (role_kind, role_name) = match (role, cluster_role) {
        ("", "") if namespaced => return Err("exactly one of clusterrole or role must be specified".into()),
        ("", name) => ("ClusterRole", name),
        (name, "") => ("Role", name),
        _ => return Err("exactly one of clusterrole or role must be specified".into()),
    };
    object.set("roleRef", obj! { "apiGroup" => RBAC, "kind" => role_kind, "name" => role_name });
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let subject = |name: &String| obj! { "apiGroup" => RBAC, "kind" => kind, "name" => name.as_str() };
        subjects.extend(cx.flags.list(flag).iter().map(subject));
    }
    for account in cx.flags.list("serviceaccount") {
        let Some((namespace, name)) = account.split_once(':').filter(|(a, b)| !a.is_empty() && !b.is_empty()) else {
            return Err("serviceaccount must be <namespace>:<name>".into());
        };
        subjects.push(obj! { "kind" => "ServiceAccount", "name" => name, "namespace" => namespace });
    }
    if !subjects.is_empty() {
        object.set("subjects", subjects);
    }
    submit(cx, object, if namespaced { "rolebinding" } else { "clusterrolebinding" })
}

/// The template of a Job's Pods.
fn job_template(cx: &Cx<'_>, name: &str, default_policy: &str) -> Value {
    let command = &cx.args()[cx.flags.dash.unwrap_or(1).min(cx.args().len())..];
    let policy = match cx.flags.text("restart") {
        "" => default_policy,
        given => given,
    };
    let container = obj! {
        "name" => name, "image" => cx.flags.text("image"), "resources" => obj! {},
        "command" => (!command.is_empty()).then(|| command.iter().map(String::as_str).collect::<Value>()),
    };
    obj! { "metadata" => obj! {}, "spec" => obj! { "containers" => list![container], "restartPolicy" => policy } }
}

async fn job(cx: &Cx<'_>) -> Outcome {
    let name = one_name(cx)?;
    if cx.flags.text("image").is_empty() == cx.flags.text("from").is_empty() {
        return Err("either --image or --from must be specified".into());
    }
    let mut object = skeleton(cx, "batch/v1", "Job", name, true);
    object.set("spec", obj! { "template" => job_template(cx, name, "Never") });
    object.set("status", obj! {});
    submit(cx, object, "job")
}

async fn cron_job(cx: &Cx<'_>) -> Outcome {
    let name = one_name(cx)?;
    for flag in ["image", "schedule"] {
        if cx.flags.text(flag).is_empty() {
            return Err(fail!("--{flag} must be specified"));
        }
    }
    let mut object = skeleton(cx, "batch/v1", "CronJob", name, true);
    let template = obj! {
        "metadata" => obj! { "name" => name },
        "spec" => obj! { "template" => job_template(cx, name, "OnFailure") },
    };
    object.set("spec", obj! { "jobTemplate" => template, "schedule" => cx.flags.text("schedule") });
    object.set("status", obj! {});
    submit(cx, object, "cronjob")
}

/// A number, or text such as `50%`.
fn number_or_text(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
}

async fn disruption_budget(cx: &Cx<'_>) -> Outcome {
    let name = one_name(cx)?;
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
    let mut labels = Value::object();
    for (key, value) in Selector::parse(cx.flags.text("selector")).map_err(Fail::Text)?.equalities() {
        labels.object_mut().insert(key.clone(), value.into());
    }
    let given = |text: &str| Some(text).filter(|t| !t.is_empty()).map(number_or_text);
    let mut object = skeleton(cx, "policy/v1", "PodDisruptionBudget", name, true);
    object.set(
        "spec",
        obj! {
            "minAvailable" => given(least), "maxUnavailable" => given(most), "selector" => obj! { "matchLabels" => labels },
        },
    );
    let counts = ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"];
    counts.iter().for_each(|count| object.set(&format!("status.{count}"), 0));
    submit(cx, object, "poddisruptionbudgets")
}

/// `SERVICE:PORT` as an Ingress names it.
fn backend(text: &str) -> Outcome<Value> {
    let Some((name, port)) = text.split_once(':').filter(|(name, port)| !name.is_empty() && !port.is_empty()) else {
        return Err(fail!("backend {text} is invalid, and should be in format service:port"));
    };
    let port = match port.parse::<i64>() {
        Ok(number) => obj! { "number" => number },
        Err(_) => obj! { "name" => port },
    };
    Ok(obj! { "service" => obj! { "name" => name, "port" => port } })
}

async fn ingress(cx: &Cx<'_>) -> Outcome {
    let mut object = skeleton(cx, "networking.k8s.io/v1", "Ingress", one_name(cx)?, true);
    let default = cx.flags.text("default-backend");
    if cx.flags.list("rule").is_empty() && default.is_empty() {
        return Err("not enough information provided: every ingress has to either specify a default-backend (which catches all \
             traffic) or a list of rules (which catch specific paths)"
            .into());
    }
    let mut rules: Vec<Value> = Vec::new();
    for rule in cx.flags.list("rule") {
        let plain = rule.split(',').next().unwrap_or(rule);
        let Some(((host, path), target)) =
            plain.split_once('=').and_then(|(from, to)| Some((from.split_once('/')?, to)))
        else {
            return Err(fail!(
                "rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            ));
        };
        let path = format!("/{path}");
        let kind = if path.ends_with('*') { "Prefix" } else { "Exact" };
        let path = obj! { "backend" => backend(target)?, "path" => path.trim_end_matches('*'), "pathType" => kind };
        match rules.iter_mut().find(|r| r["host"].str() == host) {
            Some(known) => known.at_mut("http.paths").array_mut().push(path),
            None => rules.push(obj! {
                "host" => Some(host).filter(|h| !h.is_empty()), "http" => obj! { "paths" => list![path] },
            }),
        }
    }
    let class = Some(cx.flags.text("class")).filter(|c| !c.is_empty());
    object.set(
        "spec",
        obj! {
            "ingressClassName" => class,
            "defaultBackend" => if default.is_empty() { Value::Null } else { backend(default)? },
            "rules" => (!rules.is_empty()).then_some(Value::from(rules)),
        },
    );
    object.set("status", obj! { "loadBalancer" => obj! {} });
    submit(cx, object, "ingress")
}
