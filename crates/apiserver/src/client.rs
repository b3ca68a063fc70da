//! The client half: the calls that components make. Each is a request to the server, or a read of what a watch has
//! told the client already (its informer's cache, which in this simulation is the store itself).

use crate::index::{Index, IndexKey};
use crate::request::{Propagation, Request, Verb};
use crate::server::ApiServer;
use crate::store::Key;
use crate::user::User;
use api::selector::Selector;
use api::{Kind, Status, Str, Value, kind, obj};

/// An event to be recorded about an object.
#[derive(Clone, Debug)]
pub struct EventSpec<'a> {
    /// `Normal` or `Warning`.
    pub type_: &'static str,
    /// Such as `Scheduled`.
    pub reason: &'a str,
    /// What happened, for people.
    pub message: Str,
    /// `involvedObject.fieldPath`, such as `spec.containers{nginx}`; empty for the object as a whole.
    pub field_path: Str,
}

impl<'a> EventSpec<'a> {
    /// An event of type `Normal` about a whole object.
    pub fn normal(reason: &'a str, message: impl Into<Str>) -> EventSpec<'a> {
        EventSpec { type_: "Normal", reason, message: message.into(), field_path: Str::default() }
    }

    /// An event of type `Warning` about a whole object.
    pub fn warning(reason: &'a str, message: impl Into<Str>) -> EventSpec<'a> {
        EventSpec { type_: "Warning", ..EventSpec::normal(reason, message) }
    }

    /// The same about a part of the object.
    pub fn at(mut self, field_path: impl Into<Str>) -> EventSpec<'a> {
        self.field_path = field_path.into();
        self
    }
}

/// How an object is to be deleted.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// `gracePeriodSeconds`; the object's own where it is none.
    pub grace_period: Option<i64>,
    /// `propagationPolicy`; background where it is none.
    pub propagation: Option<Propagation>,
    /// Only the object with this UID; empty for any.
    pub uid: Str,
}

/// The program that a component is part of, as its User-Agent says.
fn program(component: &str) -> &'static str {
    match component {
        "kubelet" => "kubelet",
        name if name.contains("scheduler") => "kube-scheduler",
        _ => "kube-controller-manager",
    }
}

/// A component's connection to the API server.
pub struct Client<'a> {
    server: &'a mut ApiServer,
    /// The component's name, such as `deployment-controller`: the source of its events.
    pub component: Str,
    /// The node it runs on, for events; empty for the control plane's components.
    pub host: Str,
}

impl<'a> Client<'a> {
    /// The connection of `component`.
    pub fn new(server: &'a mut ApiServer, component: impl Into<Str>) -> Client<'a> {
        Client { server, component: component.into(), host: Str::default() }
    }

    /// The object `namespace`/`name`.
    pub fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Option<Value> {
        self.server.store.get(kind, &Key::new(namespace, name)).cloned()
    }

    /// The objects of a namespace (of all, if it is empty), by namespace and name.
    pub fn list(&self, kind: &Kind, namespace: &str) -> Vec<Value> {
        self.server.store.list(kind, namespace).cloned().collect()
    }

    /// The kinds of which objects are stored, those that users have defined among them.
    pub fn stored_kinds(&self) -> Vec<&'static Kind> {
        self.server.stored_kinds()
    }

    /// The kind at a place of the store.
    pub fn kind_at(&self, index: usize) -> Option<&'static Kind> {
        self.server.kind_at(index)
    }

    /// The kind with an `apiVersion` and a `kind`.
    pub fn kind_named(&self, api_version: &str, name: &str) -> Option<&'static Kind> {
        self.server.kind_named(api_version, name)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: &Kind) -> usize {
        self.server.store.count(kind)
    }

    /// The objects in a namespace whose labels match.
    pub fn select(&self, kind: &Kind, namespace: &str, selector: &Selector) -> Vec<Value> {
        self.server.matching(kind, namespace, selector).cloned().collect()
    }

    /// The objects that name `uid` among their owners.
    pub fn owned_by(&self, kind: &Kind, uid: &str) -> Vec<Value> {
        self.server.store.indexed(kind, &IndexKey::new(Index::Owner, uid)).cloned().collect()
    }

    /// How many objects name `uid` among their owners.
    pub fn count_owned_by(&self, kind: &Kind, uid: &str) -> usize {
        self.server.store.indexed_count(kind, &IndexKey::new(Index::Owner, uid))
    }

    /// The Pods that are bound to a node.
    pub fn pods_on(&self, node: &str) -> Vec<Value> {
        self.server.store.indexed(kind::POD, &IndexKey::new(Index::Node, node)).cloned().collect()
    }

    /// The Services whose selector matches a Pod's labels.
    pub fn services_selecting(&self, pod: &Value) -> Vec<Value> {
        let labels = pod.labels();
        let mut services: Vec<Value> = Vec::new();
        for (key, value) in labels.entries() {
            let pair = IndexKey::pair(Index::Selector, pod.namespace(), key, value.to_str());
            let candidates = self.server.store.indexed(kind::SERVICE, &pair);
            let matching = |s: &&Value| s["spec"]["selector"].entries().all(|(k, v)| labels[k.as_str()] == *v);
            services.extend(candidates.filter(matching).cloned());
        }
        services
    }

    /// What components have said about an object.
    pub fn events_about(&self, about: &Value) -> Vec<Value> {
        self.server.events_about(about).cloned().collect()
    }

    /// Makes an object; its namespace is the one it names.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn create(&mut self, kind: &'static Kind, object: Value) -> Result<Value, Status> {
        let namespace = object["metadata"]["namespace"].to_str();
        let mut request = Request::new(Verb::Create, kind, namespace, "").with_body(object);
        request.options.trusted = true;
        self.send(request)
    }

    /// Replaces an object. Names the version that it was made from, so that a write in between is a conflict.
    ///
    /// # Errors
    /// The server's refusal; a conflict if somebody else has written the object since it was read.
    pub fn update(&mut self, kind: &'static Kind, object: Value) -> Result<Value, Status> {
        self.put(kind, object, "")
    }

    /// Replaces an object's status.
    ///
    /// # Errors
    /// As [`Client::update`].
    pub fn update_status(&mut self, kind: &'static Kind, object: Value) -> Result<Value, Status> {
        self.put(kind, object, "status")
    }

    fn put(&mut self, kind: &'static Kind, object: Value, subresource: &'static str) -> Result<Value, Status> {
        let key = Key::of(&object);
        let mut request = Request::new(Verb::Update, kind, key.namespace, key.name).with_body(object);
        request.options.trusted = true;
        self.send(request.with_subresource(subresource))
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn delete(
        &mut self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        options: DeleteOptions,
    ) -> Result<Value, Status> {
        let mut request = Request::new(Verb::Delete, kind, namespace, name);
        request.options.grace_period = options.grace_period;
        request.options.propagation = options.propagation;
        request.options.uid = options.uid;
        self.send(request)
    }

    /// Binds a Pod to a node, as the scheduler does.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn bind(&mut self, namespace: &str, pod: &str, node: &str) -> Result<(), Status> {
        let target = obj! { "target" => obj! { "apiVersion" => "v1", "kind" => "Node", "name" => node } };
        let request = Request::new(Verb::Create, kind::POD, namespace, pod).with_body(target);
        self.send(request.with_subresource("binding")).map(drop)
    }

    /// A token for a ServiceAccount, as a TokenRequest with this `spec` gives (`serviceaccounts/token`).
    ///
    /// # Errors
    /// The server's refusal.
    pub fn token(&self, namespace: &str, account: &str, spec: &Value) -> Result<Str, Status> {
        let answer = self.server.issue_token(namespace, account, spec)?;
        Ok(answer.at("status.token").to_str())
    }

    /// Records an event about an object of `kind`; repeated ones are counted, many similar ones combined.
    pub fn event(&mut self, about: &Value, kind: &Kind, spec: EventSpec<'_>) {
        self.server.store.origin.say(&self.component);
        self.server.record_event(about, kind, &self.component, &self.host, &spec);
    }

    /// Sends any request.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn send(&mut self, mut request: Request) -> Result<Value, Status> {
        request.user = User::component(self.component.clone());
        request.options.user_agent = Str::new_static(program(&self.component));
        self.server.handle(&request).map(|response| response.body)
    }
}
