//! Gives every namespace its ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`
//! (pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher).

use crate::Controller;
use api::{Status, kind, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "serviceaccount-controller";
const ACCOUNT: &str = "default";
const ROOT_CA: &str = "kube-root-ca.crt";

/// The certificate of the cluster's authority, as text. Nothing in the simulation verifies it.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
    S3ViYXJpdW0gc2ltdWxhdGVzIGEgY2x1c3RlcjsgdGhpcyBpcyBubyBjZXJ0aWZp\n\
    Y2F0ZSB0aGF0IGFueWJvZHkgb3V0c2lkZSBvZiBpdCBzaG91bGQgdHJ1c3QuCg==\n\
    -----END CERTIFICATE-----\n";

pub(crate) const CONTROLLER: Controller = Controller { name: NAME, source: NAME, observe, reconcile };

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let lost = event.event == EventType::Deleted;
    let namespace = match event.kind {
        k if k == kind::NAMESPACE && !lost => event.object["metadata"]["name"].to_str(),
        k if k == kind::SERVICE_ACCOUNT && lost && event.object.name() == ACCOUNT => {
            event.object["metadata"]["namespace"].to_str()
        }
        k if k == kind::CONFIG_MAP && lost && event.object.name() == ROOT_CA => {
            event.object["metadata"]["namespace"].to_str()
        }
        _ => return,
    };
    cx.enqueue(WorkKey::new(NAME, "", namespace));
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let namespace = key.name.as_str();
    if cx.client.get(kind::NAMESPACE, "", namespace).is_none_or(|n| n.deleting()) {
        return Ok(());
    }
    let metadata = |name: &str| obj! { "name" => name, "namespace" => namespace };
    if cx.client.get(kind::SERVICE_ACCOUNT, namespace, ACCOUNT).is_none() {
        cx.client.create(kind::SERVICE_ACCOUNT, obj! { "metadata" => metadata(ACCOUNT) })?;
    }
    if cx.client.get(kind::CONFIG_MAP, namespace, ROOT_CA).is_none() {
        let note = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such \
                    as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across \
                    distributions of Kubernetes clusters.";
        let mut map = obj! { "metadata" => metadata(ROOT_CA), "data" => obj! { "ca.crt" => CERTIFICATE } };
        map.annotate("kubernetes.io/description", note);
        cx.client.create(kind::CONFIG_MAP, map)?;
    }
    Ok(())
}
