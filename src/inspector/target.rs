//! What is inspected: an object of the API by its name, and what can be asked about it.

use crate::machine::Machine;
use api::{Kind, Str, Value};
use cluster::{Cluster, Subject};
use std::cell::RefCell;
use std::rc::Rc;

/// An object to be looked at; it need not exist (any more).
#[derive(Clone)]
pub struct Target {
    machine: Rc<RefCell<Machine>>,
    /// Its kind.
    pub kind: &'static Kind,
    /// Its namespace; empty for a cluster-scoped one.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// The store's revision: another one means that something may have changed.
    pub revision: u64,
}

impl PartialEq for Target {
    fn eq(&self, other: &Target) -> bool {
        self.kind == other.kind
            && (&self.namespace, &self.name, self.revision) == (&other.namespace, &other.name, other.revision)
    }
}

impl Target {
    /// The object of a path `Kind/namespace/name`.
    pub fn read(machine: &Rc<RefCell<Machine>>, path: &str, revision: u64) -> Option<Target> {
        let mut parts = path.splitn(3, '/');
        let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
        let kinds = machine.borrow().cluster(|cluster| cluster.api().stored_kinds())?;
        let kind = kinds.into_iter().find(|known| known.kind == kind)?;
        Some(Target { machine: machine.clone(), kind, namespace: namespace.into(), name: name.into(), revision })
    }

    /// The path of an object.
    pub fn path(kind: &str, namespace: &str, name: &str) -> String {
        format!("{kind}/{namespace}/{name}")
    }

    /// Reads something of the cluster.
    pub fn cluster<T: Default>(&self, read: impl FnOnce(&Cluster) -> T) -> T {
        self.machine.borrow().cluster(read).unwrap_or_default()
    }

    /// The object as the API gives it out; null if it is gone.
    pub fn object(&self) -> Value {
        self.machine.borrow().get(self.kind, &self.namespace, &self.name, "", &[]).unwrap_or_default()
    }

    /// The end of a container's log, or the server's word on why there is none.
    pub fn log(&self, container: &str, previous: bool) -> Result<String, String> {
        let query = [("container", container), ("tailLines", "400"), ("previous", if previous { "true" } else { "" })];
        let answer = self.machine.borrow().get(self.kind, &self.namespace, &self.name, "log", &query);
        answer.map(|body| body.str().to_owned()).map_err(|status| status.message)
    }

    /// The same object for the cluster.
    pub fn subject(&self) -> Subject {
        Subject { kind: self.kind, namespace: self.namespace.clone(), name: self.name.clone() }
    }

    /// `-n NAMESPACE ` where a command needs it.
    pub fn scope(&self) -> String {
        match self.namespace.as_str() {
            "" | "default" => String::new(),
            namespace => format!("-n {namespace} "),
        }
    }

    /// How kubectl is told the object: `pod/web`.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.kind.singular, self.name)
    }
}
