//! What else describe reads: lists of objects that belong to the one described.

use crate::Host;
use api::{Kind, Value, kind};
use apiserver::request::{Request, Verb};

/// The objects of a kind that match both selectors, in a namespace (empty for all); none if the server refuses.
pub fn list(host: &dyn Host, kind: &'static Kind, namespace: &str, labels: &str, fields: &str) -> Option<Vec<Value>> {
    let mut request = Request::new(Verb::List, kind, namespace, "");
    request.options.label_selector = labels.into();
    request.options.field_selector = fields.into();
    let response = host.request(&request).ok()?;
    Some(response.body["items"].array().to_vec())
}

/// The Pods in a namespace that match a label selector and that `owner` controls.
pub fn pods_of(host: &dyn Host, owner: &Value, labels: &str) -> Vec<Value> {
    let mut pods = list(host, kind::POD, owner.namespace(), labels, "").unwrap_or_default();
    pods.retain(|pod| pod.controller()["uid"].str() == owner.uid());
    pods
}
