//! Get and list, and in which form objects are given out.

use crate::index::{Index, IndexKey};
use crate::managed;
use crate::paging::{Page, list_of};
use crate::request::{Request, Response, Verb};
use crate::server::ApiServer;
use crate::store::Key;
use crate::subresource::component_statuses;
use crate::table::{self, IncludeObject};
use crate::versions;
use api::{FieldSelector, Selector};
use api::{Kind, Status, Value, kind, obj};

/// The form in which a client wants to see objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are.
    Whole,
    /// As they are kept: without what is derived of `managedFields` when somebody looks.
    Kept,
    /// As rows of a Table.
    Table(IncludeObject),
}

impl Form {
    pub(crate) fn of(request: &Request) -> Form {
        let options = &request.options;
        match (options.table, options.skips_managed) {
            (true, _) => Form::Table(options.include),
            (false, true) => Form::Kept,
            (false, false) => Form::Whole,
        }
    }
}

impl ApiServer {
    pub(crate) fn get(&self, request: &Request) -> Result<Response, Status> {
        self.known_version(&request.options.resource_version)?;
        let object = self.find(request.kind, &request.namespace, &request.name)?;
        let body = self.shown(request.kind, object, Form::of(request));
        Ok(Response { body, warnings: self.warnings(request.kind), ..Response::default() })
    }

    /// A stored object in the version and the form in which it is asked for.
    pub(crate) fn shown(&self, kind: &Kind, object: &Value, form: Form) -> Value {
        let mut object = versions::served(kind, object);
        if form == Form::Whole && managed::is_derived(&object) {
            object.set("metadata.managedFields", managed::expanded(kind, &object));
        }
        match form {
            Form::Whole | Form::Kept => object,
            Form::Table(include) => {
                let mut table = self.table(kind, std::slice::from_ref(&object), include);
                let version = &object["metadata"]["resourceVersion"];
                if !version.is_null() {
                    table.set("metadata.resourceVersion", version);
                }
                table
            }
        }
    }

    /// Objects as a Table.
    fn table(&self, kind: &Kind, objects: &[Value], include: IncludeObject) -> Value {
        match self.custom(kind) {
            Some(custom) => custom.table(objects, self.now, include),
            None => table::table(kind, objects, self.now, include),
        }
    }

    /// The stored object, or the server's 404.
    ///
    /// # Errors
    /// That 404.
    pub fn find(&self, kind: &Kind, namespace: &str, name: &str) -> Result<&Value, Status> {
        self.store.get(kind, &Key::new(namespace, name)).ok_or_else(|| Status::not_found(kind, name))
    }

    /// The health of the control plane's components.
    pub(crate) fn component_status(&self, request: &Request) -> Result<Response, Status> {
        let (kind, all) = (request.kind, component_statuses());
        let form = Form::of(request);
        let body = match request.verb {
            Verb::Get => {
                let found = all.iter().find(|status| status.name() == request.name);
                self.shown(kind, found.ok_or_else(|| Status::not_found(kind, &request.name))?, form)
            }
            Verb::List => {
                let (labels, fields) = self.selectors(request)?;
                let matching = all.into_iter().filter(|o| labels.matches(o.labels()) && fields.matches(o));
                self.listed(kind, Page { items: matching.collect(), metadata: obj! {} }, form)
            }
            _ => return Err(Status::method_not_allowed()),
        };
        Ok(Response { body, warnings: deprecation(kind), ..Response::default() })
    }

    pub(crate) fn list(&self, request: &Request) -> Result<Response, Status> {
        let body = self.listed(request.kind, self.page(request)?, Form::of(request));
        Ok(Response { body, warnings: self.warnings(request.kind), ..Response::default() })
    }

    /// A page of objects in the version and the form in which they are asked for.
    fn listed(&self, kind: &Kind, mut page: Page, form: Form) -> Value {
        versions::serve_all(kind, &mut page.items);
        // Nothing is derived of a kind without a status: thousands of objects need not be looked at.
        if form == Form::Whole && kind.subresources.contains(&"status") {
            for item in page.items.iter_mut().filter(|item| managed::is_derived(item)) {
                item.set("metadata.managedFields", managed::expanded(kind, item));
            }
        }
        match form {
            Form::Whole | Form::Kept => list_of(kind, page),
            Form::Table(include) => {
                let mut table = self.table(kind, &page.items, include);
                table.set("metadata", page.metadata);
                table
            }
        }
    }

    /// The request's label and field selectors.
    pub(crate) fn selectors(&self, request: &Request) -> Result<(Selector, FieldSelector), Status> {
        let options = &request.options;
        let labels = Selector::parse(&options.label_selector).map_err(Status::bad_request)?;
        let fields = FieldSelector::parse(&options.field_selector).map_err(Status::bad_request)?;
        let own = self.custom(request.kind);
        let known = |field: &str| {
            is_selectable(request.kind, field) || own.as_ref().is_some_and(|custom| custom.selects_by(field))
        };
        if let Some(term) = fields.terms().iter().find(|term| !known(&term.field)) {
            return Err(Status::bad_request(format!("field label not supported: {}", term.field)));
        }
        Ok((labels, fields))
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
        if labels.is_everything() {
            return candidates; // without a look at any object
        }
        Box::new(candidates.filter(|object| labels.matches(object.labels())))
    }
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
    match kind {
        k if k == kind::ENDPOINTS => {
            vec!["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".to_owned()]
        }
        k if k == kind::COMPONENT_STATUS => vec!["v1 ComponentStatus is deprecated in v1.19+".to_owned()],
        _ => Vec::new(),
    }
}
