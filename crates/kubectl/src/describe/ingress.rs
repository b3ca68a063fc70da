//! What an Ingress leads where.

use super::related;
use super::service::endpoints;
use super::writer::{Writer, joined};
use crate::Host;
use api::{Value, kind, text};
use apiserver::request::{Request, Verb};

/// Address, class, default backend, certificates and rules.
pub fn describe(w: &mut Writer, ingress: &Value, host: &dyn Host) {
    let spec = &ingress["spec"];
    let mut addresses: Vec<&str> = ingress.at("status.loadBalancer.ingress").array().iter().map(address).collect();
    api::sort(&mut addresses);
    addresses.dedup();
    w.field(0, "Address", addresses.join(","));
    w.field(0, "Ingress Class", spec["ingressClassName"].as_str().unwrap_or(text::NONE));
    let default = match &spec["defaultBackend"] {
        Value::Null => "<default>".to_owned(),
        some => backend(some, ingress.namespace(), host),
    };
    w.field(0, "Default backend", &default);
    certificates(w, spec["tls"].array());
    w.line(0, "Rules:");
    w.header(1, &["Host", "Path", "Backends"]);
    let rules = || spec["rules"].array().iter().filter(|rule| !rule["http"].is_null());
    for rule in rules() {
        w.line(1, format_args!("{}\t", text::or(rule["host"].str(), "*")));
        for path in rule["http"]["paths"].array() {
            let backend = backend(&path["backend"], ingress.namespace(), host);
            w.line(2, format_args!("\t{} \t{backend}", path["path"].str()));
        }
    }
    if rules().next().is_none() {
        w.line(1, format_args!("*\t*\t{default}"));
    }
}

fn address(ingress: &Value) -> &str {
    text::or(ingress["ip"].str(), ingress["hostname"].str())
}

fn certificates(w: &mut Writer, tls: &[Value]) {
    if !tls.is_empty() {
        w.line(0, "TLS:");
    }
    for one in tls {
        let hosts = joined(&one["hosts"], ",");
        match one["secretName"].str() {
            "" => w.line(1, format_args!("SNI routes {hosts}")),
            secret => w.line(1, format_args!("{secret} terminates {hosts}")),
        }
    }
}

/// `web:80 (10.44.0.1:80)`; what is wrong with it stands in place of the endpoints.
fn backend(backend: &Value, namespace: &str, host: &dyn Host) -> String {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    if service.is_null() {
        let group = resource["apiGroup"].as_str().unwrap_or(text::NONE);
        let (kind, name) = (resource["kind"].str(), resource["name"].str());
        return if resource.is_null() {
            String::new()
        } else {
            format!("APIGroup: {group}, Kind: {kind}, Name: {name}")
        };
    }
    let (name, port) = (service["name"].str(), &service["port"]);
    let number = match port["number"].int() {
        0 => port["name"].str().to_owned(),
        number => number.to_string(),
    };
    let request = Request::new(Verb::Get, kind::SERVICE, namespace, name);
    let object = match host.request(&request) {
        Ok(response) => response.body,
        Err(status) => return format!("{name}:{number} (<error: {}>)", status.message),
    };
    let meant = |p: &&Value| match port["number"].int() {
        0 => !port["name"].str().is_empty() && p["name"] == port["name"],
        number => p["port"].int() == number,
    };
    // kubectl takes the last one that fits.
    let named = object["spec"]["ports"].array().iter().rfind(meant).map_or("", |p| p["name"].str());
    let of_service = format!("kubernetes.io/service-name={name}");
    let slices = related::list(host, kind::ENDPOINT_SLICE, namespace, &of_service, "").unwrap_or_default();
    format!("{name}:{number} ({})", endpoints(&slices, named))
}
