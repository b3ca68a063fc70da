//! Get, list and watch.

use crate::index::{Index, IndexKey};
use crate::request::{Request, Response};
use crate::server::ApiServer;
use crate::store::Key;
use crate::table::{self, IncludeObject};
use crate::watch::{EventType, Watch, WatchEvent};
use api::{FieldSelector, Selector};
use api::{Kind, Status, Value, kind, obj};

impl ApiServer {
    pub(crate) fn get(&self, request: &Request) -> Result<Response, Status> {
        let object = self.find(request.kind, &request.namespace, &request.name)?.clone();
        let body = match request.options.table {
            true => table::table(request.kind, [&object], self.now, request.options.include),
            false => object,
        };
        Ok(Response { body, warnings: deprecation(request.kind) })
    }

    /// The stored object, or the server's 404.
    pub(crate) fn find(&self, kind: &Kind, namespace: &str, name: &str) -> Result<&Value, Status> {
        self.store.get(kind, &Key::new(namespace, name)).ok_or_else(|| Status::not_found(kind, name))
    }

    pub(crate) fn list(&self, request: &Request) -> Result<Response, Status> {
        let (labels, fields) = selectors(request)?;
        let matching = self.matching(request.kind, &request.namespace, &labels).filter(|object| fields.matches(object));
        let metadata = obj! { "resourceVersion" => self.store.revision().to_string() };
        let body = if request.options.table {
            let mut table = table::table(request.kind, matching, self.now, request.options.include);
            table.set("metadata", metadata);
            table
        } else {
            obj! {
                "apiVersion" => request.kind.api_version(), "kind" => format!("{}List", request.kind.kind),
                "metadata" => metadata, "items" => matching.collect::<Value>(),
            }
        };
        Ok(Response { body, warnings: deprecation(request.kind) })
    }

    /// The objects in a namespace (in all, if it is empty) with matching labels, by namespace and name. Reads the label
    /// index where the selector names a value.
    pub(crate) fn matching<'a>(
        &'a self,
        kind: &Kind,
        namespace: &'a str,
        labels: &'a Selector,
    ) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        let narrowest = labels
            .equalities()
            .map(|(key, value)| IndexKey::pair(Index::Label, namespace, key, value.clone()))
            .min_by_key(|key| self.store.indexed_count(kind, key));
        let candidates: Box<dyn Iterator<Item = &'a Value> + 'a> = match narrowest.filter(|_| !namespace.is_empty()) {
            Some(key) => Box::new(self.store.indexed(kind, &key)),
            None => self.store.list(kind, namespace),
        };
        Box::new(candidates.filter(|object| labels.matches(object.labels())))
    }

    /// Begins to follow a collection. Without a resource version the watcher first sees what exists, as ADDED.
    ///
    /// # Errors
    /// 410 if the changes since the resource version are forgotten, 400 if it or a selector cannot be read.
    pub fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.permit(request)?;
        let (labels, fields) = selectors(request)?;
        let mut watch = Watch {
            kind: request.kind,
            namespace: request.namespace.clone(),
            name: request.name.clone(),
            labels,
            fields,
            table: request.options.table,
            revision: self.store.revision(),
            initial: Vec::new(),
        };
        match request.options.resource_version.as_str() {
            "" | "0" => {
                let all = self.matching(request.kind, &request.namespace, &watch.labels);
                watch.initial = all.filter(|object| watch.matches(object)).cloned().collect();
            }
            text => {
                let unreadable = |_| {
                    Status::bad_request(format!(
                        "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
                    ))
                };
                watch.revision = text.parse().map_err(unreadable)?;
                if self.store.changes(request.kind, watch.revision).is_none() {
                    return Err(Status::expired(format!("too old resource version: {text}")));
                }
            }
        }
        Ok(watch)
    }

    /// What has happened since the watch was last read; nothing if nothing did.
    ///
    /// # Errors
    /// 410 if the watcher was so slow that changes are forgotten.
    pub fn try_poll(&self, watch: &mut Watch) -> Result<Vec<WatchEvent>, Status> {
        let mut events: Vec<WatchEvent> = std::mem::take(&mut watch.initial)
            .into_iter()
            .map(|object| WatchEvent {
                kind: watch.kind,
                event: EventType::Added,
                revision: object.resource_version(),
                object,
                old: Value::Null,
                at: self.now,
            })
            .collect();
        let Some(changes) = self.store.changes(watch.kind, watch.revision) else {
            return Err(Status::expired(format!("too old resource version: {}", watch.revision)));
        };
        events.extend(changes.filter_map(|event| watch.view(event)));
        watch.revision = self.store.revision();
        if watch.table {
            for event in &mut events {
                event.object = table::table(watch.kind, [&event.object], self.now, IncludeObject::Metadata);
            }
        }
        Ok(events)
    }

    /// As [`ApiServer::try_poll`]; a watcher that was too slow goes on from now.
    pub fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.try_poll(watch).unwrap_or_else(|_| {
            watch.revision = self.store.revision();
            Vec::new()
        })
    }
}

/// The request's label and field selectors.
pub(crate) fn selectors(request: &Request) -> Result<(Selector, FieldSelector), Status> {
    let options = &request.options;
    let labels = Selector::parse(&options.label_selector).map_err(Status::bad_request)?;
    let fields = FieldSelector::parse(&options.field_selector).map_err(Status::bad_request)?;
    if let Some(term) = fields.terms().iter().find(|term| !is_selectable(request.kind, &term.field)) {
        return Err(Status::bad_request(format!("field label not supported: {}", term.field)));
    }
    Ok((labels, fields))
}

/// Whether objects of a kind can be selected by a field (`AddFieldLabelConversionFunc` of each kind).
fn is_selectable(kind: &Kind, field: &str) -> bool {
    let own: &[&str] = match kind.kind {
        "Pod" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        "Event" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        "Node" => &["spec.unschedulable"],
        "Namespace" => &["status.phase"],
        "Service" => &["spec.clusterIP", "spec.type"],
        "ReplicaSet" | "ReplicationController" => &["status.replicas"],
        "Job" => &["status.successful"],
        "CertificateSigningRequest" => &["spec.signerName"],
        "ResourceSlice" => &["spec.nodeName", "spec.driver"],
        "Secret" => &["type"],
        _ => &[],
    };
    matches!(field, "metadata.name") || (field == "metadata.namespace" && kind.namespaced) || own.contains(&field)
}

/// The server's warning for a deprecated kind (`APILifecycleDeprecated` of the kind's types).
pub(crate) fn deprecation(kind: &Kind) -> Vec<String> {
    if kind == kind::ENDPOINTS {
        vec!["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".to_owned()]
    } else {
        Vec::new()
    }
}
