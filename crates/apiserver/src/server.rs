//! The API server: takes a request, finds who answers it.

use crate::allocator::Allocators;
use crate::cause::Cause;
use crate::custom::Custom;
use crate::request::{Request, Response, Verb};
use crate::store::Store;
use crate::watch::WatchEvent;
use api::{Rng, Status, Time, Value, kind};
use std::sync::Arc;

/// The API server and everything it remembers. A clone is a snapshot.
#[derive(Clone)]
pub struct ApiServer {
    pub(crate) store: Store,
    pub(crate) allocators: Allocators,
    pub(crate) rng: Rng,
    pub(crate) now: Time,
    /// What the metrics API serves; none where nobody measures.
    pub(crate) measured: Option<crate::metrics::Measured>,
    /// The newest objects that were made, with the places of their kinds and their managed fields, to be shared.
    pub(crate) recent: Vec<(Value, usize, Value)>,
    /// The newest entries of managed fields without fields, to be shared.
    pub(crate) marks: Vec<Value>,
    /// What admission warns of while a request is answered.
    pub(crate) warnings: Vec<String>,
    /// The kinds that users have defined, in the order of discovery.
    pub(crate) custom: Vec<Arc<Custom>>,
    /// How many kinds users have ever defined: no place in the store is used twice.
    pub(crate) custom_count: usize,
    /// What the command line says.
    pub(crate) flags: crate::flags::Flags,
    /// Who evaluates expressions in CEL; none in the page.
    pub(crate) expressions: Option<Arc<dyn crate::expressions::Expressions>>,
}

impl ApiServer {
    /// A server with an empty store, at the moment `now`.
    pub fn new(rng: Rng, now: Time) -> ApiServer {
        ApiServer {
            store: Store::default(),
            allocators: Allocators::default(),
            rng,
            now,
            recent: Vec::new(),
            marks: Vec::new(),
            warnings: Vec::new(),
            custom: Vec::new(),
            custom_count: 0,
            measured: None,
            flags: crate::flags::Flags::default(),
            expressions: None,
        }
    }

    /// The moment at which the next request arrives.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Sets the moment at which the next request arrives. Only the cluster's clock does this.
    pub fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// The objects, to be read.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Somebody begins to look at something, and may write: why he does.
    pub fn begin(&mut self, cause: Cause) {
        self.store.origin.begin(cause);
    }

    /// Takes the changes that have not yet been handed to the components, oldest first.
    pub fn take_fresh(&mut self) -> Vec<WatchEvent> {
        self.store.take_fresh()
    }

    /// Gives the list of [`ApiServer::take_fresh`] back, to be filled anew.
    pub fn reuse(&mut self, list: Vec<WatchEvent>) {
        self.store.reuse(list);
    }

    /// Answers a request.
    ///
    /// # Errors
    /// The server's own refusal. A watch is not a request that is answered once: see [`ApiServer::watch`]. The
    /// subresources that a kubelet answers (`log`, `exec` ...) are served by the cluster, not here.
    pub fn handle(&mut self, request: &Request) -> Result<Response, Status> {
        let permitted = self.permit(request)?;
        let request = permitted.as_ref().unwrap_or(request);
        self.store.origin.ask(request);
        let mut answer = self.dispatch(request);
        let warnings = std::mem::take(&mut self.warnings);
        if let Ok(answer) = &mut answer {
            answer.warnings.extend(warnings);
        }
        answer
    }

    fn dispatch(&mut self, request: &Request) -> Result<Response, Status> {
        if request.kind == kind::COMPONENT_STATUS {
            return self.component_status(request);
        }
        if request.kind == kind::BINDING && request.verb == Verb::Create {
            return self.create_binding(request);
        }
        if kind::REVIEWS.contains(request.kind) {
            return self.review(request);
        }
        if kind::METRICS.contains(request.kind) {
            return self.metrics(request);
        }
        if !request.subresource.is_empty() && !request.kind.subresources.contains(&request.subresource.as_str()) {
            return Err(Status::no_such_resource());
        }
        if request.kind.is_custom() && self.custom(request.kind).is_none() {
            return Err(Status::no_such_resource());
        }
        if request.kind.stored().is_none() && !request.kind.is_custom() {
            return Err(Status::method_not_allowed());
        }
        match (request.verb, request.subresource.as_str()) {
            (Verb::Get, "scale") => self.get_scale(request),
            (Verb::Update | Verb::Patch(_), "scale") => self.write_scale(request),
            (Verb::Create, "binding") => self.bind(request),
            (Verb::Create, "eviction") => self.evict(request),
            (Verb::Create, "token") => self.request_token(request),
            (Verb::Get, "ephemeralcontainers" | "resize" | "approval") => self.get(request),
            (Verb::Update | Verb::Patch(_), "ephemeralcontainers" | "resize" | "approval") => self.write_part(request),
            (Verb::Create | Verb::Delete | Verb::List | Verb::DeleteCollection, "status" | "finalize") => {
                Err(Status::method_not_allowed())
            }
            (_, "" | "status" | "finalize") => match request.verb {
                Verb::Get => self.get(request),
                Verb::List => self.list(request),
                Verb::Create => self.create(request),
                Verb::Update => self.update(request),
                Verb::Patch(_) => self.patch(request),
                Verb::Delete => self.delete(request),
                Verb::DeleteCollection => self.delete_collection(request),
                Verb::Watch => Err(Status::method_not_allowed()),
            },
            _ => Err(Status::method_not_allowed()),
        }
    }
}
