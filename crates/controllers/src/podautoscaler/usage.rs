//! What Pods use, as the resource metrics API says (pkg/controller/podautoscaler/metrics/client.go).

use super::{Sync, Target};
use api::{OrdMap, Quantity, Status, Str, Time, Value, kind};
use apiserver::{Request, Verb};
use std::time::Duration;

/// What one Pod uses, in thousandths of a core or of a byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    pub milli: i64,
    /// When it was measured, and over how long.
    pub at: Time,
    pub window: Duration,
}

/// By the Pods' names.
pub type Usages = OrdMap<Str, Usage>;

impl Sync<'_, '_> {
    /// What the target's Pods use of a resource; of one container alone where that is named.
    pub fn usage(&mut self, target: &Target, resource: &str, container: &str) -> Result<Usages, String> {
        let mut request = Request::new(Verb::List, kind::POD_METRICS, self.before.namespace(), "");
        request.options.label_selector = target.selector.to_string().into();
        let list = self.cx.client.send(request).map_err(|status| {
            // client-go names the resource where the server says no more than this.
            let bare = status.message == Status::no_such_resource().message;
            let whom = if bare { " (get pods.metrics.k8s.io)" } else { "" };
            format!("unable to fetch metrics from resource metrics API: {}{whom}", status.message)
        })?;
        let items = list["items"].array();
        if items.is_empty() {
            return Err("no metrics returned from resource metrics API".to_owned());
        }
        let mut usages = Usages::default();
        for item in items {
            let containers = item["containers"].array().iter();
            let meant: Vec<&Value> =
                containers.filter(|c| container.is_empty() || c["name"].str() == container).collect();
            let complete = !meant.is_empty() && meant.iter().all(|c| !c["usage"][resource].is_null());
            if complete {
                let milli = meant.iter().map(|c| Quantity::of(&c["usage"][resource]).milli_value()).sum();
                let at = item["timestamp"].time().unwrap_or_default();
                let window = api::time::parse_duration(item["window"].str()).unwrap_or_default();
                usages.insert(item["metadata"]["name"].to_str(), Usage { milli, at, window });
            }
        }
        Ok(usages)
    }
}
