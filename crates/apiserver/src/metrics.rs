//! The metrics API (metrics.k8s.io): what nodes and Pods use, as an add-on has measured it last. Without the add-on there is
//! no such API.

use crate::request::{Request, Response, Verb};
use crate::server::ApiServer;
use crate::store::Key;
use api::{FieldSelector, Kind, OrdMap, Selector, Status, Value, kind, obj};

/// The APIService that says who serves the metrics API.
pub const API_SERVICE: &str = "v1beta1.metrics.k8s.io";

/// NodeMetrics and PodMetrics.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By name.
    pub nodes: OrdMap<Key, Value>,
    /// By namespace and name.
    pub pods: OrdMap<Key, Value>,
}

impl ApiServer {
    /// What the add-on has measured; none while there is no add-on.
    pub fn set_measured(&mut self, measured: Option<Measured>) {
        self.measured = measured;
    }

    /// What is measured, while an APIService sends requests for it to the add-on.
    fn measured(&self) -> Option<&Measured> {
        let service = Key::new("", API_SERVICE);
        self.measured.as_ref().filter(|_| self.store.get(kind::API_SERVICE, &service).is_some())
    }

    /// The kinds of the metrics API, if it is served.
    pub(crate) fn measured_kinds(&self) -> &'static [Kind] {
        if self.measured().is_some() { kind::METRICS } else { &[] }
    }

    /// Answers a request for metrics.
    pub(crate) fn metrics(&self, request: &Request) -> Result<Response, Status> {
        let Some(measured) = self.measured() else { return Err(Status::no_such_resource()) };
        let all = if request.kind == kind::NODE_METRICS { &measured.nodes } else { &measured.pods };
        match request.verb {
            Verb::Get => {
                let key = Key::new(request.namespace.clone(), request.name.clone());
                let found = all.get(&key).cloned();
                found.map(Response::from).ok_or_else(|| Status::not_found(&named(request.kind), &request.name))
            }
            Verb::List => {
                let selector = Selector::parse(&request.options.label_selector).map_err(Status::bad_request)?;
                let fields = FieldSelector::parse(&request.options.field_selector).map_err(Status::bad_request)?;
                let meant = |object: &&Value| {
                    (request.namespace.is_empty() || object.namespace() == request.namespace)
                        && selector.matches(object.labels())
                        && fields.matches(object)
                };
                let items: Vec<Value> = all.values().filter(meant).cloned().collect();
                let list = obj! {
                    "kind" => format!("{}List", request.kind.kind), "apiVersion" => request.kind.api_version(),
                    "metadata" => obj! {}, "items" => items,
                };
                Ok(list.into())
            }
            _ => Err(Status::method_not_allowed()),
        }
    }
}

/// Errors name the kind's own resource, such as `podmetrics`.
fn named(kind: &Kind) -> Kind {
    Kind { plural: kind.singular, ..*kind }
}
