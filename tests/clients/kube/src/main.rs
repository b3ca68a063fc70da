//! The Rust client `kube` against `kubarium serve`: create, list, watch, patch, apply, logs and delete on ten kinds.

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, ListParams, LogParams, Patch, PatchParams, PostParams, WatchParams,
};
use kube::core::{GroupVersionKind, WatchEvent};
use kube::{Client, Config, config::Kubeconfig};
use serde_json::{Value, json};
use std::error::Error;
use std::time::Duration;

type Outcome = Result<(), Box<dyn Error>>;

const NAMESPACE: &str = "default";

/// Each kind with its group, version, and what its object needs besides a name.
fn kinds() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let labels = json!({"story": "kube"});
    let container = json!([{"name": "main", "image": "nginx"}]);
    let template = json!({"metadata": {"labels": {"app": "kube"}}, "spec": {"containers": container}});
    let once = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox", "command": ["true"]}]}});
    let selector = json!({"matchLabels": {"app": "kube"}});
    vec![
        ("", "v1", "ConfigMap", json!({"data": {"a": "1"}})),
        ("", "v1", "Secret", json!({"stringData": {"a": "1"}})),
        ("", "v1", "Service", json!({"spec": {"selector": labels, "ports": [{"port": 80}]}})),
        ("", "v1", "ServiceAccount", json!({})),
        ("", "v1", "Pod", json!({"spec": {"containers": container}})),
        ("apps", "v1", "Deployment", json!({"spec": {"replicas": 1, "selector": selector, "template": template}})),
        (
            "apps",
            "v1",
            "StatefulSet",
            json!({"spec": {"replicas": 0, "serviceName": "x", "selector": selector, "template": template}}),
        ),
        ("batch", "v1", "Job", json!({"spec": {"template": once}})),
        (
            "rbac.authorization.k8s.io",
            "v1",
            "Role",
            json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        ),
        ("networking.k8s.io", "v1", "NetworkPolicy", json!({"spec": {"podSelector": {}}})),
    ]
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(what().into()) }
}

async fn one_kind(client: &Client, group: &str, version: &str, kind: &str, rest: Value) -> Outcome {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), NAMESPACE, &resource);
    let name = format!("kube-{}", kind.to_lowercase());
    let mut body = json!({
        "apiVersion": resource.api_version, "kind": kind, "metadata": {"name": name, "labels": {"story": "kube"}},
    });
    for (field, value) in rest.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    let made = api.create(&PostParams::default(), &serde_json::from_value(body)?).await?;
    ensure(made.metadata.uid.is_some(), || format!("{kind}: no uid"))?;
    let listed = api.list(&ListParams::default().labels("story=kube")).await?;
    ensure(listed.items.iter().any(|item| item.metadata.name.as_deref() == Some(&name)), || {
        format!("{kind}: not listed")
    })?;

    let from = listed.metadata.resource_version.unwrap_or_default();
    let merge = Patch::Merge(json!({"metadata": {"labels": {"patched": "yes"}}}));
    let patched = api.patch(&name, &PatchParams::default(), &merge).await?;
    let label = patched.metadata.labels.as_ref().and_then(|labels| labels.get("patched")).cloned();
    ensure(label.as_deref() == Some("yes"), || format!("{kind}: not patched: {label:?}"))?;
    let only = WatchParams::default().fields(&format!("metadata.name={name}")).timeout(5);
    let mut events = api.watch(&only, &from).await?.boxed();
    let first = events.next().await.ok_or("the watch ends")??;
    ensure(matches!(&first, WatchEvent::Modified(_)), || format!("{kind}: the watch begins with {first:?}"))?;
    drop(events);

    let config = json!({
        "apiVersion": resource.api_version, "kind": kind, "metadata": {"name": name, "annotations": {"applied": "yes"}},
    });
    let applied = api.patch(&name, &PatchParams::apply("kube").force(), &Patch::Apply(config)).await?;
    let managers = applied.metadata.managed_fields.unwrap_or_default();
    ensure(managers.iter().any(|entry| entry.manager.as_deref() == Some("kube")), || {
        format!("{kind}: nobody applied")
    })?;

    let _ = api.delete(&name, &DeleteParams::default()).await?;
    for _ in 0..400 {
        if api.get_opt(&name).await?.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("{kind} {name} is never gone").into())
}

/// What a container writes, and what the server says about objects that are not there.
async fn logs_and_errors(client: &Client) -> Outcome {
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let talker: Pod = serde_json::from_value(json!({
        "metadata": {"name": "kube-talker"},
        "spec": {"restartPolicy": "Never", "containers": [
            {"name": "main", "image": "busybox", "command": ["sh", "-c", "echo hello; sleep 3600"]}]},
    }))?;
    pods.create(&PostParams::default(), &talker).await?;
    let mut text = String::new();
    for _ in 0..200 {
        text = pods.logs("kube-talker", &LogParams::default()).await.unwrap_or_default();
        if !text.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure(text == "hello\n", || format!("the log is {text:?}"))?;
    let _ = pods.delete("kube-talker", &DeleteParams::default().grace_period(0)).await?;
    match pods.get("nosuch").await {
        Err(kube::Error::Api(status)) => {
            ensure(status.code == 404 && status.reason == "NotFound", || format!("{status:?}"))
        }
        other => Err(format!("a Pod that is not there: {other:?}").into()),
    }
}

async fn run() -> Outcome {
    let path = std::env::args().nth(1).ok_or("usage: kube-story KUBECONFIG")?;
    let config = Config::from_custom_kubeconfig(Kubeconfig::read_from(path)?, &Default::default()).await?;
    let client = Client::try_from(config)?;
    let version = client.apiserver_version().await?;
    ensure(version.git_version == "v1.36.2", || format!("{version:?}"))?;
    let all = kinds();
    let count = all.len();
    for (group, version, kind, rest) in all {
        one_kind(&client, group, version, kind, rest).await.map_err(|error| format!("{kind}: {error}"))?;
    }
    logs_and_errors(&client).await?;
    println!("kube: {count} kinds");
    Ok(())
}

fn main() -> Outcome {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())
}
