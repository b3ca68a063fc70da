//! Requests for certificates: who asks for what, and what was decided.

use super::writer::Writer;
use api::Value;
use api::time::human_duration;
use api::x509::{self, Subject};
use std::time::Duration;

/// How long, the decision, and what the request itself says.
pub fn describe(w: &mut Writer, request: &Value) {
    let spec = &request["spec"];
    if let Some(seconds) = spec["expirationSeconds"].as_int() {
        w.field(0, "Requested Duration", human_duration(Duration::from_secs(seconds.max(0) as u64)));
    }
    w.field(0, "Status", status(request));
    let asked = x509::certificate_request(spec["request"].str()).unwrap_or_default();
    w.line(0, "Subject:");
    w.line(0, format_args!("\tCommon Name:\t{}", asked.first(Subject::COMMON_NAME)));
    w.line(0, format_args!("\tSerial Number:\t{}", asked.first(Subject::SERIAL_NUMBER)));
    for (name, id) in Subject::LISTED {
        list(w, name, &asked.all(id));
    }
    if !asked.alternatives.is_empty() {
        w.line(0, "Subject Alternative Names:");
    }
    for (name, tag) in Subject::ALTERNATIVES {
        let values: Vec<&str> =
            asked.alternatives.iter().filter(|(t, _)| *t == tag).map(|(_, value)| value.as_str()).collect();
        list(w, name, &values);
    }
}

fn list(w: &mut Writer, name: &str, values: &[&str]) {
    if !values.is_empty() {
        w.line(0, format_args!("\t{name}:\t{}", values.join("\n\t\t")));
    }
}

/// `Pending`, `Approved,Issued`, `Denied` ...
fn status(request: &Value) -> String {
    let is = |type_: &str| request["status"]["conditions"].array().iter().any(|c| c["type"].str() == type_);
    let mut status = match () {
        () if is("Denied") => "Denied",
        () if is("Approved") => "Approved",
        () => "Pending",
    }
    .to_owned();
    if is("Failed") {
        status.push_str(",Failed");
    }
    if !request["status"]["certificate"].str().is_empty() {
        status.push_str(",Issued");
    }
    status
}
