//! Kubelets' requests for certificates with which they ask the API server are approved if they may have them
//! (pkg/controller/certificates/approver).

use super::{KUBELET_CLIENTS, for_kubelet, is};
use crate::{Controller, enqueue_self};
use api::x509::{self, Subject};
use api::{Status, Value, kind, list, obj};
use apiserver::{Context, EventType, WatchEvent, WorkKey};

const NAME: &str = "csrapproving";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "certificate-controller", observe, reconcile };

/// Whose requests: a kubelet's for itself, and any for a node's; the right that each takes, and what is said of it.
const RECOGNIZED: [(bool, &str, &str); 2] = [
    (true, "selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview."),
    (false, "nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview."),
];

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::CERTIFICATE_SIGNING_REQUEST && event.event == EventType::Added && is_kubelets(&event.object)
    {
        enqueue_self(NAME, &event.object, cx);
    }
}

fn is_kubelets(request: &Value) -> bool {
    request["spec"]["signerName"].str() == KUBELET_CLIENTS
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut request) = cx.client.get(kind::CERTIFICATE_SIGNING_REQUEST, "", &key.name) else { return Ok(()) };
    let usages: Vec<&str> = request["spec"]["usages"].array().iter().map(Value::str).collect();
    let subject = x509::certificate_request(request["spec"]["request"].str()).unwrap_or_default();
    let decided = is(&request, "Approved") || is(&request, "Denied");
    if decided || !is_kubelets(&request) || for_kubelet(&subject, &usages, "client auth").is_err() {
        return Ok(());
    }
    let own = request["spec"]["username"].str() == subject.first(Subject::COMMON_NAME);
    for (self_only, right, message) in RECOGNIZED {
        if (own || !self_only) && may(&request, right, cx)? {
            let approved = obj! {
                "type" => "Approved", "status" => "True", "reason" => "AutoApproved", "message" => message,
                "lastUpdateTime" => cx.now, "lastTransitionTime" => cx.now,
            };
            request.set("status.conditions", list![approved]);
            return cx.client.update_status(kind::CERTIFICATE_SIGNING_REQUEST, request).map(drop);
        }
    }
    Ok(())
}

/// Whether who sends a request may create that part of it.
fn may(request: &Value, subresource: &str, cx: &mut Context<'_>) -> Result<bool, Status> {
    let spec = &request["spec"];
    let attributes = obj! {
        "group" => "certificates.k8s.io", "resource" => "certificatesigningrequests", "subresource" => subresource,
        "verb" => "create", "version" => "*",
    };
    let review = obj! {
        "user" => &spec["username"], "uid" => &spec["uid"], "groups" => &spec["groups"], "extra" => &spec["extra"],
        "resourceAttributes" => attributes,
    };
    let answer = cx.client.create(kind::SUBJECT_ACCESS_REVIEW, obj! { "spec" => review })?;
    Ok(answer["status"]["allowed"].bool())
}
