//! `/metrics`: what the server counts of itself, in Prometheus' text format (k8s.io/apiserver/pkg/endpoints/metrics).

use super::http::broken;
use super::owner::Door;
use api::{Status, kind};
use apiserver::Request;
use apiserver::http::Answer;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What there has been.
#[derive(Default)]
pub struct Metrics {
    /// Requests by what they asked for and how they were answered: the labels of a line.
    requests: RefCell<BTreeMap<String, u64>>,
    /// Requests that are being answered: those that read, and those that write.
    inflight: [Cell<u64>; 2],
}

/// Counts a request as in flight for as long as it lives.
pub struct Flying<'a>(&'a Cell<u64>);

impl Drop for Flying<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Metrics {
    /// A request begins.
    pub fn begin(&self, method: &str) -> Flying<'_> {
        let count = &self.inflight[usize::from(!matches!(method, "GET" | "HEAD"))];
        count.set(count.get() + 1);
        Flying(count)
    }

    /// A request of the API has been answered.
    pub fn answered(&self, request: &Request, code: u16) {
        let kind = request.kind;
        let scope = match (request.name.is_empty(), request.namespace.is_empty()) {
            (false, _) => "resource",
            (true, false) => "namespace",
            (true, true) => "cluster",
        };
        let labels = format!(
            "code=\"{code}\",component=\"apiserver\",dry_run=\"{}\",group=\"{}\",resource=\"{}\",scope=\"{scope}\",\
             subresource=\"{}\",verb=\"{}\",version=\"{}\"",
            if request.options.dry_run { "All" } else { "" },
            kind.group,
            kind.plural,
            request.subresource,
            request.verb.name().to_uppercase(),
            kind.version
        );
        *self.requests.borrow_mut().entry(labels).or_default() += 1;
    }

    /// The text.
    ///
    /// # Errors
    /// 500: the thread with the cluster has gone.
    pub async fn text(&self, door: &Door) -> Result<Answer, Status> {
        let counted = door.ask(|owner| {
            owner.look(|cluster| {
                let store = cluster.api().store();
                let count = |kind: &'static api::Kind| (kind, store.list(kind, "").count());
                kind::served().map(count).collect::<Vec<_>>()
            })
        });
        let objects = counted.await.ok_or_else(broken)?;
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &mut dyn Iterator<Item = (String, u64)>| {
            text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
            for (labels, value) in lines {
                text.push_str(&format!("{name}{{{labels}}} {value}\n"));
            }
        };
        let [reads, writes] = [0, 1].map(|which| self.inflight[which].get());
        let inflight = [("readOnly", reads), ("mutating", writes)];
        let mut inflight = inflight.into_iter().map(|(kind, count)| (format!("request_kind=\"{kind}\""), count));
        family("apiserver_current_inflight_requests", "gauge", "Requests that are being answered.", &mut inflight);
        let requests = self.requests.borrow();
        let mut requests = requests.iter().map(|(labels, count)| (labels.clone(), *count));
        family(
            "apiserver_request_total",
            "counter",
            "Requests by what they asked for and how they ended.",
            &mut requests,
        );
        let mut objects = objects.into_iter().map(|(kind, count)| {
            let group = if kind.group.is_empty() { String::new() } else { format!(".{}", kind.group) };
            (format!("resource=\"{}{group}\"", kind.plural), count as u64)
        });
        family("apiserver_storage_objects", "gauge", "Objects that are stored, by resource.", &mut objects);
        let version = "git_version=\"v1.36.2\",major=\"1\",minor=\"36\",platform=\"linux/amd64\"".to_owned();
        family("kubernetes_build_info", "gauge", "The version that is served.", &mut std::iter::once((version, 1)));
        Ok(Answer::text(200, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", text))
    }
}
