//! Whether those answer who serve a group of the API instead of the API server (kube-aggregator's availability controller,
//! pkg/controllers/status). What is installed of them is metrics-server; behind any other APIService nobody speaks the API.

use crate::cluster::Cluster;
use api::{Value, condition, kind, obj};
use apiserver::{API_SERVICE, Key, Request, Verb};

impl Cluster {
    /// Looks at all APIServices, and writes the conditions that have changed.
    pub(crate) fn check_api_services(&mut self) {
        // What of these is the server's own, and somebody has taken away, is made anew.
        self.api.set_now(self.now());
        self.api.register();
        let all: Vec<Value> = self.api.store().list(kind::API_SERVICE, "").cloned().collect();
        for service in all {
            let (status, reason, message) = self.availability(&service);
            let known = condition(&service, "Available");
            if known["status"].str() != status || known["reason"].str() != reason {
                self.note_availability(service, (status, reason, message));
            }
        }
    }

    /// Status, reason and message of the condition `Available`.
    fn availability(&self, service: &Value) -> (&'static str, &'static str, String) {
        let reference = &service["spec"]["service"];
        if reference.is_null() {
            return ("True", "Local", "Local APIServices are always available".to_owned());
        }
        let (namespace, name) = (reference["namespace"].str(), reference["name"].str());
        let port = reference["port"].as_int().unwrap_or(443);
        let key = Key::new(namespace, name);
        let Some(found) = self.api.store().get(kind::SERVICE, &key) else {
            return ("False", "ServiceNotFound", format!("service/{name} in {namespace:?} is not present"));
        };
        if found.at("spec.type").str() == "ExternalName" {
            return ("True", "Passed", "all checks passed".to_owned());
        }
        let mut ports = found.at("spec.ports").array().iter();
        let Some(named) = ports.find(|known| known["port"].int() == port).map(|known| known["name"].to_str()) else {
            let message = format!("service/{name} in {namespace:?} is not listening on port {port}");
            return ("False", "ServicePortError", message);
        };
        let Some(endpoints) = self.api.store().get(kind::ENDPOINTS, &key) else {
            let message = format!("cannot find endpoints for service/{name} in {namespace:?}");
            return ("False", "EndpointsNotFound", message);
        };
        let serves = |subset: &Value| {
            !subset["addresses"].is_empty() && subset["ports"].array().iter().any(|port| port["name"].str() == named)
        };
        if !endpoints["subsets"].array().iter().any(serves) {
            let message = format!(
                "endpoints for service/{name} in {namespace:?} have no addresses with port name {:?}",
                named.as_str()
            );
            return ("False", "MissingEndpoints", message);
        }
        if service.name() == API_SERVICE {
            return ("True", "Passed", "all checks passed".to_owned());
        }
        let (group, version) = (service.at("spec.group").str(), service.at("spec.version").str());
        let url = format!("https://{}:{port}/apis/{group}/{version}", found.at("spec.clusterIP").str());
        let message = format!("failing or missing response from {url}: bad status from {url}: 404");
        ("False", "FailedDiscoveryCheck", message)
    }

    fn note_availability(&mut self, mut service: Value, (status, reason, message): (&str, &str, String)) {
        let new = obj! {
            "type" => "Available", "status" => status, "reason" => reason, "message" => message,
            "lastTransitionTime" => self.now(),
        };
        api::set_condition(&mut service, new);
        let name = service.name().to_owned();
        let mut request = Request::new(Verb::Update, kind::API_SERVICE, "", name.as_str()).with_body(service);
        request.subresource = "status".into();
        // Whoever has changed the object meanwhile is seen the next time.
        let _ = self.api.handle(&request);
    }
}
