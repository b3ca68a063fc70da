//! What every namespace gets: the ServiceAccount `default`, and the certificate by which Pods know the API server.

use crate::{Controller, enqueue_self};
use api::{Status, Str, kind, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "serviceaccount";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "service-account-controller", observe, reconcile };

const ROOT_CA: &str = "kube-root-ca.crt";
const ROOT_CA_DESCRIPTION: (&str, &str) = (
    "kubernetes.io/description",
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the \
     internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes \
     clusters.",
);
/// Nothing in the simulation is encrypted: the certificate has the form of one and certifies nothing.
pub(crate) const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
    VGhpcyBjbHVzdGVyIGlzIGEgc2ltdWxhdGlvbjogaXRzIGNlcnRpZmljYXRlIGNl\n\
    cnRpZmllcyBub3RoaW5nLg==\n\
    -----END CERTIFICATE-----\n";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    let deleted = event.event == EventType::Deleted;
    if event.kind == kind::NAMESPACE && !deleted {
        enqueue_self(NAME, object, cx);
    } else if deleted
        && (event.kind == kind::SERVICE_ACCOUNT && object.name() == "default"
            || event.kind == kind::CONFIG_MAP && object.name() == ROOT_CA)
    {
        cx.enqueue(WorkKey::new(NAME, "", Str::from(object.namespace())));
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(namespace) = cx.client.get(kind::NAMESPACE, "", &key.name) else { return Ok(()) };
    if namespace.deleting() {
        return Ok(());
    }
    if cx.client.get(kind::SERVICE_ACCOUNT, &key.name, "default").is_none() {
        let account = obj! {
            "apiVersion" => "v1", "kind" => "ServiceAccount",
            "metadata" => obj! { "name" => "default", "namespace" => &key.name },
        };
        cx.client.create(kind::SERVICE_ACCOUNT, account)?;
    }
    if cx.client.get(kind::CONFIG_MAP, &key.name, ROOT_CA).is_none() {
        let (description, text) = ROOT_CA_DESCRIPTION;
        let map = obj! {
            "apiVersion" => "v1", "kind" => "ConfigMap",
            "metadata" => obj! {
                "name" => ROOT_CA, "namespace" => &key.name, "annotations" => obj! { description => text },
            },
            "data" => obj! { "ca.crt" => CERTIFICATE },
        };
        cx.client.create(kind::CONFIG_MAP, map)?;
    }
    Ok(())
}
