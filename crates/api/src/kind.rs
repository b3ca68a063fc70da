//! The kinds the API serves, as data: what they are called in every place where Kubernetes names them.

/// One kind of object.
#[derive(Debug)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The version, such as `v1`.
    pub version: &'static str,
    /// The kind's name, such as `ReplicaSet`.
    pub kind: &'static str,
    /// The resource's name in URLs, such as `replicasets`.
    pub plural: &'static str,
    /// The singular name, such as `replicaset`.
    pub singular: &'static str,
    /// Short names, such as `rs`.
    pub short_names: &'static [&'static str],
    /// Categories, such as `all`.
    pub categories: &'static [&'static str],
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Its subresources, such as `status` and `scale`.
    pub subresources: &'static [&'static str],
    /// Its place in [`KINDS`]. Lists of several kinds (`get all`, discovery) keep this order.
    pub index: usize,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.index == other.index
    }
}

impl Eq for Kind {}

impl Kind {
    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// The resource as errors name it: `pods`, `deployments.apps`.
    pub fn resource(&self) -> String {
        self.qualified(self.plural)
    }

    /// The kind as kubectl prints it before a slash: `pod`, `deployment.apps`.
    pub fn singular_resource(&self) -> String {
        self.qualified(self.singular)
    }

    fn qualified(&self, name: &str) -> String {
        match self.group {
            "" => name.to_owned(),
            group => format!("{name}.{group}"),
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $id:ident = $group:literal $version:ident $kind:ident $plural:ident $singular:ident
        [$($short:ident)*] [$($category:ident)*] $namespaced:literal [$($sub:ident)*];)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($id),* }

        /// Every kind, in the order of discovery.
        pub static KINDS: &[Kind] = &[$(Kind {
            group: $group,
            version: stringify!($version),
            kind: stringify!($kind),
            plural: stringify!($plural),
            singular: stringify!($singular),
            short_names: &[$(stringify!($short)),*],
            categories: &[$(stringify!($category)),*],
            namespaced: $namespaced,
            subresources: &[$(stringify!($sub)),*],
            index: Index::$id as usize,
        }),*];

        $($(#[$doc])* pub static $id: &Kind = &KINDS[Index::$id as usize];)*
    };
}

// The order is that of a real server's discovery: the core group first, kinds by name within a group; `kubectl get all`
// prints pods, replicationcontrollers, services, then apps.
kinds! {
    /// core/v1 ConfigMap
    CONFIG_MAP = "" v1 ConfigMap configmaps configmap [cm] [] true [];
    /// core/v1 Endpoints
    ENDPOINTS = "" v1 Endpoints endpoints endpoints [ep] [] true [];
    /// core/v1 Event
    EVENT = "" v1 Event events event [ev] [] true [];
    /// core/v1 Namespace
    NAMESPACE = "" v1 Namespace namespaces namespace [ns] [] false [finalize status];
    /// core/v1 Node
    NODE = "" v1 Node nodes node [no] [] false [proxy status];
    /// core/v1 PersistentVolumeClaim
    PERSISTENT_VOLUME_CLAIM = "" v1 PersistentVolumeClaim persistentvolumeclaims persistentvolumeclaim [pvc] [] true [status];
    /// core/v1 PersistentVolume
    PERSISTENT_VOLUME = "" v1 PersistentVolume persistentvolumes persistentvolume [pv] [] false [status];
    /// core/v1 Pod
    POD = "" v1 Pod pods pod [po] [all] true [attach binding ephemeralcontainers eviction exec log portforward proxy resize status];
    /// core/v1 ServiceAccount
    SERVICE_ACCOUNT = "" v1 ServiceAccount serviceaccounts serviceaccount [sa] [] true [token];
    /// core/v1 Service
    SERVICE = "" v1 Service services service [svc] [all] true [proxy status];
    /// apps/v1 ControllerRevision
    CONTROLLER_REVISION = "apps" v1 ControllerRevision controllerrevisions controllerrevision [] [] true [];
    /// apps/v1 DaemonSet
    DAEMON_SET = "apps" v1 DaemonSet daemonsets daemonset [ds] [all] true [status];
    /// apps/v1 Deployment
    DEPLOYMENT = "apps" v1 Deployment deployments deployment [deploy] [all] true [scale status];
    /// apps/v1 ReplicaSet
    REPLICA_SET = "apps" v1 ReplicaSet replicasets replicaset [rs] [all] true [scale status];
    /// coordination.k8s.io/v1 Lease
    LEASE = "coordination.k8s.io" v1 Lease leases lease [] [] true [];
    /// discovery.k8s.io/v1 EndpointSlice
    ENDPOINT_SLICE = "discovery.k8s.io" v1 EndpointSlice endpointslices endpointslice [] [] true [];
    /// storage.k8s.io/v1 StorageClass
    STORAGE_CLASS = "storage.k8s.io" v1 StorageClass storageclasses storageclass [sc] [] false [];
}

/// The kind with an `apiVersion` and a `kind`, as manifests name it.
pub fn by_api_version(api_version: &str, kind: &str) -> Option<&'static Kind> {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    KINDS.iter().find(|k| k.group == group && k.version == version && k.kind == kind)
}

/// The kind whose resource is `plural` in `group` (empty for the core group).
pub fn by_resource(group: &str, plural: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.group == group && k.plural == plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_their_names() {
        assert_eq!(by_api_version("apps/v1", "Deployment"), Some(DEPLOYMENT));
        assert_eq!(by_api_version("v1", "Deployment"), None);
        assert_eq!(by_resource("", "pods"), Some(POD));
        assert_eq!(DEPLOYMENT.resource(), "deployments.apps");
        assert_eq!(POD.singular_resource(), "pod");
        assert!(KINDS.iter().enumerate().all(|(i, kind)| kind.index == i));
    }
}
