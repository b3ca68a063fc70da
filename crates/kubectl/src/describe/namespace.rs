//! Namespaces.

use super::writer::{Writer, moment};
use crate::Host;
use api::Value;

pub fn describe(w: &mut Writer, namespace: &Value, _host: &dyn Host) {
    let status = &namespace["status"];
    w.field(0, "Name", namespace.name());
    w.labels(0, "Labels", namespace.labels());
    w.annotations(0, "Annotations", &namespace["metadata"]["annotations"]);
    w.field(0, "Status", status["phase"].str());
    let conditions = status["conditions"].array();
    if !conditions.is_empty() {
        w.line(0, "Conditions:");
        w.header(1, &["Type", "Status", "LastTransitionTime", "Reason", "Message"]);
    }
    for c in conditions {
        let (type_, status, changed) = (c["type"].str(), c["status"].str(), moment(&c["lastTransitionTime"]));
        let (reason, message) = (c["reason"].str(), c["message"].str());
        w.line(1, format_args!("{type_}\t{status}\t{changed}\t{reason}\t{message}"));
    }
    // The server has neither kind yet, so that there are none.
    w.line(0, "\nNo resource quota.");
    w.line(0, "\nNo LimitRange resource.");
}
