//! What the API server registers by itself: an APIService for each group and version that it serves (kube-aggregator's
//! autoregister, pkg/controlplane/controller/crdregistration), the range of the Services' addresses as a ServiceCIDR
//! (.../defaultservicecidr), and who has which of these as IPAddresses (pkg/registry/core/service/ipallocator).

use crate::http::discovery;
use crate::managed::Writer;
use crate::server::ApiServer;
use crate::store::Key;
use api::apply::Shape;
use api::{Kind, Str, Value, kind, list, obj, random, sha256};
use std::net::Ipv4Addr;

/// The ServiceCIDR of the range that the command line gives.
const DEFAULT_RANGE: &str = "kubernetes";
/// What keeps a ServiceCIDR while it is needed (pkg/controller/servicecidrs).
pub const SERVICE_CIDR_FINALIZER: &str = "networking.k8s.io/service-cidr-finalizer";
/// What a ServiceCIDR that can be used says of itself.
pub const SERVICE_CIDR_READY: &str = "Kubernetes Service CIDR is ready";
/// Who has made an APIService: the server when it began, or because somebody has defined kinds.
const AUTOMANAGED: &str = "kube-aggregator.kubernetes.io/automanaged";
/// The priorities of the groups and versions that users define.
const CUSTOM_PRIORITIES: (i64, i64) = (1000, 100);

impl ApiServer {
    /// Registers all that the server has of its own and that is not registered yet.
    pub fn register(&mut self) {
        for (group, versions) in discovery::groups(&kind::served().collect::<Vec<_>>()) {
            for version in versions {
                if let Some(priorities) = discovery::priorities(group, version) {
                    self.register_version(group, version, priorities, "onstart");
                }
            }
        }
        if self.find(kind::SERVICE_CIDR, "", DEFAULT_RANGE).is_ok() {
            return;
        }
        let (first, size) = self.service_range();
        let ready = obj! {
            "type" => "Ready", "status" => "True", "reason" => "", "message" => SERVICE_CIDR_READY,
            "lastTransitionTime" => self.now,
        };
        let range = obj! {
            "metadata" => obj! { "name" => DEFAULT_RANGE, "finalizers" => list![SERVICE_CIDR_FINALIZER] },
            "spec" => obj! { "cidrs" => list![format!("{first}/{}", size.leading_zeros() + 1)] },
            "status" => obj! { "conditions" => list![ready] },
        };
        self.put_own(kind::SERVICE_CIDR, range);
    }

    /// Registers the groups and versions of the kinds that users have defined, and no others.
    pub(crate) fn register_custom(&mut self) {
        let kinds: Vec<&'static Kind> = self.custom.iter().map(|custom| custom.kind).collect();
        let groups = discovery::groups(&kinds);
        for (group, versions) in &groups {
            for version in versions {
                self.register_version(group, version, CUSTOM_PRIORITIES, "true");
            }
        }
        let is_left = |service: &&Value| {
            let (group, version) = (service["spec"]["group"].str(), service["spec"]["version"].str());
            let served = groups.iter().any(|(known, versions)| *known == group && versions.contains(&version));
            service.labels()[AUTOMANAGED].str() == "true" && !served
        };
        let left: Vec<Key> = self.store.list(kind::API_SERVICE, "").filter(is_left).map(Key::of).collect();
        for key in left {
            self.store.remove(kind::API_SERVICE, &key, self.now);
        }
    }

    fn register_version(&mut self, group: &str, version: &str, (of_group, of_version): (i64, i64), made: &str) {
        let name = format!("{version}.{group}");
        if self.find(kind::API_SERVICE, "", &name).is_ok() {
            return;
        }
        let available = obj! {
            "type" => "Available", "status" => "True", "reason" => "Local",
            "message" => "Local APIServices are always available", "lastTransitionTime" => self.now,
        };
        let service = obj! {
            "metadata" => obj! { "name" => name, "labels" => obj! { AUTOMANAGED => made } },
            "spec" => obj! {
                "group" => Some(group).filter(|group| !group.is_empty()), "version" => version,
                "groupPriorityMinimum" => of_group, "versionPriority" => of_version,
            },
            "status" => obj! { "conditions" => list![available] },
        };
        self.put_own(kind::API_SERVICE, service);
    }

    /// A Service has another address than before, or is new or gone (null): so are the IPAddresses.
    pub(crate) fn note_addresses(&mut self, kind: &Kind, old: &Value, new: &Value) {
        if kind != kind::SERVICE || old["spec"]["clusterIP"] == new["spec"]["clusterIP"] {
            return;
        }
        if let Some(gone) = address(old) {
            self.store.remove(kind::IP_ADDRESS, &Key::new("", gone), self.now);
        }
        if let Some(taken) = address(new) {
            let parent = obj! { "resource" => "services", "namespace" => new.namespace(), "name" => new.name() };
            let labels = obj! {
                "ipaddress.kubernetes.io/ip-family" => "IPv4",
                "ipaddress.kubernetes.io/managed-by" => "ipallocator.k8s.io",
            };
            self.put_own(
                kind::IP_ADDRESS,
                obj! {
                    "metadata" => obj! { "name" => taken, "labels" => labels },
                    "spec" => obj! { "parentRef" => parent },
                },
            );
        }
    }

    /// Stores an object of the server's own. Its UID follows from what it is and when it was made: it takes nothing from the
    /// stream of random numbers, so that what others get from there does not depend on it.
    fn put_own(&mut self, kind: &'static Kind, mut object: Value) {
        object.set("apiVersion", kind.api_version());
        object.set("kind", kind.kind);
        let writer = Writer::new("kube-apiserver".into(), kind, &Str::default(), self.now);
        let fields = self.created_fields(kind, Shape::of(kind), &object, &writer);
        let seed = sha256::digest(format!("{}/{}/{}", kind.plural, object.name(), self.now.0).as_bytes());
        let half = |from: usize| seed[from..from + 8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let metadata = object.at_mut("metadata").object_mut();
        metadata.insert("uid", random::uid_of(half(0), half(8)).into());
        metadata.insert("creationTimestamp", self.now.into());
        metadata.insert("managedFields", fields);
        self.store.put(kind, object, self.now);
    }
}

/// The first address and the size of a range of IPv4 addresses; none for another text.
pub fn range_of(cidr: &str) -> Option<(u32, u64)> {
    let (first, bits) = cidr.split_once('/')?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
    Some((first.parse::<Ipv4Addr>().ok()?.into(), 1 << (32 - bits)))
}

/// The address that a Service holds; none for one that has none.
fn address(service: &Value) -> Option<Str> {
    let address = &service["spec"]["clusterIP"];
    address.str().parse::<Ipv4Addr>().ok().map(|_| address.to_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Client, DeleteOptions, Request, Verb};
    use api::{Rng, Time};

    fn server() -> ApiServer {
        let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap());
        for name in ["default", "kube-public", "kube-system"] {
            make(&mut server, kind::NAMESPACE, obj! { "metadata" => obj! { "name" => name } });
        }
        server
    }

    fn make(server: &mut ApiServer, kind: &'static Kind, object: Value) -> Value {
        let namespace = if kind.namespaced { "default" } else { "" };
        server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).unwrap().body
    }

    fn names(server: &ApiServer, kind: &'static Kind) -> Vec<String> {
        server.store().list(kind, "").map(|object| object.name().to_owned()).collect()
    }

    #[test]
    fn what_is_served_is_registered_without_a_random_number() {
        let (mut server, mut other) = (server(), server());
        server.register();
        server.register();
        let core = server.find(kind::API_SERVICE, "", "v1.").unwrap();
        assert_eq!(core["spec"], obj! { "version" => "v1", "groupPriorityMinimum" => 18000, "versionPriority" => 1 });
        let scaling = server.find(kind::API_SERVICE, "", "v2.autoscaling").unwrap();
        assert_eq!(
            (scaling["spec"]["groupPriorityMinimum"].int(), scaling["spec"]["versionPriority"].int()),
            (17500, 30)
        );
        assert!(server.find(kind::API_SERVICE, "", "v1.apiregistration.k8s.io").is_err(), "its own group is not");
        let range = server.find(kind::SERVICE_CIDR, "", "kubernetes").unwrap();
        assert_eq!(range["spec"]["cidrs"], list!["10.96.0.0/12"]);
        assert_eq!(server.rng.bits(), other.rng.bits());
    }

    #[test]
    fn definitions_come_and_go_with_their_api_services() {
        let mut server = server();
        let version = |name: &str, storage: bool| {
            let schema = obj! { "openAPIV3Schema" => obj! { "type" => "object" } };
            obj! { "name" => name, "served" => true, "storage" => storage, "schema" => schema }
        };
        let names_of =
            obj! { "plural" => "widgets", "singular" => "widget", "kind" => "Widget", "listKind" => "WidgetList" };
        let spec = obj! {
            "group" => "example.com", "scope" => "Namespaced", "names" => names_of,
            "versions" => list![version("v1", true), version("v1beta1", false)],
        };
        let definition = obj! { "metadata" => obj! { "name" => "widgets.example.com" }, "spec" => spec };
        make(&mut server, kind::CUSTOM_RESOURCE_DEFINITION, definition);
        assert_eq!(names(&server, kind::API_SERVICE), ["v1.example.com", "v1beta1.example.com"]);
        let mut client = Client::new(&mut server, "test");
        let options = DeleteOptions::default;
        client.delete(kind::CUSTOM_RESOURCE_DEFINITION, "", "widgets.example.com", options()).unwrap();
        assert!(names(&server, kind::API_SERVICE).is_empty());
    }

    #[test]
    fn each_address_has_an_object_while_a_service_has_it() {
        let mut server = server();
        let service = |address: &str| {
            let ports = list![obj! { "port" => 80 }];
            obj! { "metadata" => obj! { "name" => "web" }, "spec" => obj! { "clusterIP" => address, "ports" => ports } }
        };
        make(&mut server, kind::SERVICE, service("10.96.0.50"));
        let found = server.find(kind::IP_ADDRESS, "", "10.96.0.50").unwrap();
        let parent = obj! { "resource" => "services", "namespace" => "default", "name" => "web" };
        assert_eq!(found["spec"]["parentRef"], parent);
        Client::new(&mut server, "test").delete(kind::SERVICE, "default", "web", DeleteOptions::default()).unwrap();
        make(&mut server, kind::SERVICE, service("None"));
        assert!(names(&server, kind::IP_ADDRESS).is_empty());
    }
}
