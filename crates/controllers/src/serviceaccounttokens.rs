//! Tokens in Secrets: one of type `kubernetes.io/service-account-token` gets its ServiceAccount's token, and goes with the
//! account (pkg/controller/serviceaccount/tokens_controller.go).

use crate::serviceaccount::CERTIFICATE;
use crate::{Controller, gone_is_fine};
use api::{Status, Str, Value, base64, kind, obj};
use apiserver::{Context, DeleteOptions, EventType, WatchEvent, WorkKey, token};

const NAME: &str = "serviceaccount-token";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "tokens-controller", observe, reconcile };

const TYPE: &str = "kubernetes.io/service-account-token";
const ACCOUNT: &str = "kubernetes.io/service-account.name";
const ACCOUNT_UID: &str = "kubernetes.io/service-account.uid";

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    let object = &event.object;
    let namespace = || Str::from(object.namespace());
    if event.kind == kind::SECRET && object["type"].str() == TYPE && event.event != EventType::Deleted {
        cx.enqueue(WorkKey::new(NAME, namespace(), object["metadata"]["name"].to_str()));
    } else if event.kind == kind::SERVICE_ACCOUNT && event.event == EventType::Deleted {
        for secret in cx.client.list(kind::SECRET, object.namespace()) {
            if secret["type"].str() == TYPE && secret.annotation(ACCOUNT) == object.name() {
                cx.enqueue(WorkKey::new(NAME, namespace(), secret["metadata"]["name"].to_str()));
            }
        }
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut secret) = cx.client.get(kind::SECRET, &key.namespace, &key.name) else { return Ok(()) };
    let account = cx.client.get(kind::SERVICE_ACCOUNT, &key.namespace, secret.annotation(ACCOUNT));
    let uid = secret.annotation(ACCOUNT_UID);
    let Some(account) = account.filter(|account| uid.is_empty() || uid == account.uid()) else {
        let options = DeleteOptions { uid: secret["metadata"]["uid"].to_str(), ..DeleteOptions::default() };
        return gone_is_fine(cx.client.delete(kind::SECRET, &key.namespace, &key.name, options));
    };
    let system = cx.client.get(kind::NAMESPACE, "", "kube-system").unwrap_or_default();
    let text = |text: &str| Value::from(base64::encode(text.as_bytes()));
    let before = secret.clone();
    secret.annotate(ACCOUNT_UID, account["metadata"]["uid"].to_str());
    let wanted = obj! {
        "ca.crt" => text(CERTIFICATE), "namespace" => text(&key.namespace),
        "token" => text(&token::sign(&token::key(system.uid()), &token::legacy_claims(&account, &key.name))),
    };
    for (field, value) in wanted.entries() {
        secret.at_mut("data").object_mut().insert(field.clone(), value.clone());
    }
    if secret == before {
        return Ok(());
    }
    cx.client.update(kind::SECRET, secret).map(drop)
}
