//! The kinds the API serves, as data: what they are called in every place where Kubernetes names them.

mod unstored;

pub use unstored::*;

use std::sync::{Mutex, PoisonError};

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

    /// The kind in the version in which its objects are stored; none for a kind of which nothing is stored.
    pub fn stored(&self) -> Option<&'static Kind> {
        KINDS.get(self.index)
    }

    /// The resource as errors name it: `pods`, `deployments.apps`.
    pub fn resource(&self) -> String {
        self.qualified(self.plural)
    }

    /// The kind as kubectl prints it before a slash: `pod`, `deployment.apps`.
    pub fn singular_resource(&self) -> String {
        self.qualified(self.singular)
    }

    /// The kind with its group, as Go prints a GroupKind: `Pod`, `Deployment.apps`.
    pub fn group_kind(&self) -> String {
        self.qualified(self.kind)
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
        [$($short:ident)*] [$($category:literal)*] $namespaced:literal [$($sub:ident)*];)*) => {
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
            categories: &[$($category),*],
            namespaced: $namespaced,
            subresources: &[$(stringify!($sub)),*],
            index: Index::$id as usize,
        }),*];

        $($(#[$doc])* pub static $id: &Kind = &KINDS[Index::$id as usize];)*
    };
}

// The order is that of a real server's discovery: the core group first, then the groups by their priority, and the kinds by
// name within a group. `kubectl get all` prints pods, replicationcontrollers, services, then apps, autoscaling, batch.
kinds! {
    /// core/v1 ConfigMap
    CONFIG_MAP = "" v1 ConfigMap configmaps configmap [cm] [] true [];
    /// core/v1 Endpoints
    ENDPOINTS = "" v1 Endpoints endpoints endpoints [ep] [] true [];
    /// core/v1 Event
    EVENT = "" v1 Event events event [ev] [] true [];
    /// core/v1 LimitRange
    LIMIT_RANGE = "" v1 LimitRange limitranges limitrange [limits] [] true [];
    /// core/v1 Namespace
    NAMESPACE = "" v1 Namespace namespaces namespace [ns] [] false [finalize status];
    /// core/v1 Node
    NODE = "" v1 Node nodes node [no] [] false [proxy status];
    /// core/v1 PersistentVolumeClaim
    PERSISTENT_VOLUME_CLAIM = "" v1 PersistentVolumeClaim persistentvolumeclaims persistentvolumeclaim [pvc] [] true [status];
    /// core/v1 PersistentVolume
    PERSISTENT_VOLUME = "" v1 PersistentVolume persistentvolumes persistentvolume [pv] [] false [status];
    /// core/v1 Pod
    POD = "" v1 Pod pods pod [po] ["all"] true [attach binding ephemeralcontainers eviction exec log portforward proxy resize status];
    /// core/v1 PodTemplate
    POD_TEMPLATE = "" v1 PodTemplate podtemplates podtemplate [] [] true [];
    /// core/v1 ReplicationController
    REPLICATION_CONTROLLER = "" v1 ReplicationController replicationcontrollers replicationcontroller [rc] ["all"] true [scale status];
    /// core/v1 ResourceQuota
    RESOURCE_QUOTA = "" v1 ResourceQuota resourcequotas resourcequota [quota] [] true [status];
    /// core/v1 Secret
    SECRET = "" v1 Secret secrets secret [] [] true [];
    /// core/v1 ServiceAccount
    SERVICE_ACCOUNT = "" v1 ServiceAccount serviceaccounts serviceaccount [sa] [] true [token];
    /// core/v1 Service
    SERVICE = "" v1 Service services service [svc] ["all"] true [proxy status];
    /// apiregistration.k8s.io/v1 APIService
    API_SERVICE = "apiregistration.k8s.io" v1 APIService apiservices apiservice [] ["api-extensions"] false [status];
    /// apps/v1 ControllerRevision
    CONTROLLER_REVISION = "apps" v1 ControllerRevision controllerrevisions controllerrevision [] [] true [];
    /// apps/v1 DaemonSet
    DAEMON_SET = "apps" v1 DaemonSet daemonsets daemonset [ds] ["all"] true [status];
    /// apps/v1 Deployment
    DEPLOYMENT = "apps" v1 Deployment deployments deployment [deploy] ["all"] true [scale status];
    /// apps/v1 ReplicaSet
    REPLICA_SET = "apps" v1 ReplicaSet replicasets replicaset [rs] ["all"] true [scale status];
    /// apps/v1 StatefulSet
    STATEFUL_SET = "apps" v1 StatefulSet statefulsets statefulset [sts] ["all"] true [scale status];
    /// autoscaling/v2 HorizontalPodAutoscaler
    HORIZONTAL_POD_AUTOSCALER = "autoscaling" v2 HorizontalPodAutoscaler horizontalpodautoscalers horizontalpodautoscaler [hpa] ["all"] true [status];
    /// batch/v1 CronJob
    CRON_JOB = "batch" v1 CronJob cronjobs cronjob [cj] ["all"] true [status];
    /// batch/v1 Job
    JOB = "batch" v1 Job jobs job [] ["all"] true [status];
    /// certificates.k8s.io/v1 CertificateSigningRequest
    CERTIFICATE_SIGNING_REQUEST = "certificates.k8s.io" v1 CertificateSigningRequest certificatesigningrequests certificatesigningrequest [csr] [] false [approval status];
    /// networking.k8s.io/v1 IngressClass
    INGRESS_CLASS = "networking.k8s.io" v1 IngressClass ingressclasses ingressclass [] [] false [];
    /// networking.k8s.io/v1 Ingress
    INGRESS = "networking.k8s.io" v1 Ingress ingresses ingress [ing] [] true [status];
    /// networking.k8s.io/v1 IPAddress
    IP_ADDRESS = "networking.k8s.io" v1 IPAddress ipaddresses ipaddress [ip] [] false [];
    /// networking.k8s.io/v1 NetworkPolicy
    NETWORK_POLICY = "networking.k8s.io" v1 NetworkPolicy networkpolicies networkpolicy [netpol] [] true [];
    /// networking.k8s.io/v1 ServiceCIDR
    SERVICE_CIDR = "networking.k8s.io" v1 ServiceCIDR servicecidrs servicecidr [] [] false [status];
    /// policy/v1 PodDisruptionBudget
    POD_DISRUPTION_BUDGET = "policy" v1 PodDisruptionBudget poddisruptionbudgets poddisruptionbudget [pdb] [] true [status];
    /// rbac.authorization.k8s.io/v1 ClusterRoleBinding
    CLUSTER_ROLE_BINDING = "rbac.authorization.k8s.io" v1 ClusterRoleBinding clusterrolebindings clusterrolebinding [] [] false [];
    /// rbac.authorization.k8s.io/v1 ClusterRole
    CLUSTER_ROLE = "rbac.authorization.k8s.io" v1 ClusterRole clusterroles clusterrole [] [] false [];
    /// rbac.authorization.k8s.io/v1 RoleBinding
    ROLE_BINDING = "rbac.authorization.k8s.io" v1 RoleBinding rolebindings rolebinding [] [] true [];
    /// rbac.authorization.k8s.io/v1 Role
    ROLE = "rbac.authorization.k8s.io" v1 Role roles role [] [] true [];
    /// storage.k8s.io/v1 CSIDriver
    CSI_DRIVER = "storage.k8s.io" v1 CSIDriver csidrivers csidriver [] [] false [];
    /// storage.k8s.io/v1 CSINode
    CSI_NODE = "storage.k8s.io" v1 CSINode csinodes csinode [] [] false [];
    /// storage.k8s.io/v1 CSIStorageCapacity
    CSI_STORAGE_CAPACITY = "storage.k8s.io" v1 CSIStorageCapacity csistoragecapacities csistoragecapacity [] [] true [];
    /// storage.k8s.io/v1 StorageClass
    STORAGE_CLASS = "storage.k8s.io" v1 StorageClass storageclasses storageclass [sc] [] false [];
    /// storage.k8s.io/v1 VolumeAttachment
    VOLUME_ATTACHMENT = "storage.k8s.io" v1 VolumeAttachment volumeattachments volumeattachment [] [] false [status];
    /// storage.k8s.io/v1 VolumeAttributesClass
    VOLUME_ATTRIBUTES_CLASS = "storage.k8s.io" v1 VolumeAttributesClass volumeattributesclasses volumeattributesclass [vac] [] false [];
    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicy
    MUTATING_ADMISSION_POLICY = "admissionregistration.k8s.io" v1 MutatingAdmissionPolicy mutatingadmissionpolicies mutatingadmissionpolicy [] ["api-extensions"] false [];
    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding
    MUTATING_ADMISSION_POLICY_BINDING = "admissionregistration.k8s.io" v1 MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings mutatingadmissionpolicybinding [] ["api-extensions"] false [];
    /// admissionregistration.k8s.io/v1 MutatingWebhookConfiguration
    MUTATING_WEBHOOK_CONFIGURATION = "admissionregistration.k8s.io" v1 MutatingWebhookConfiguration mutatingwebhookconfigurations mutatingwebhookconfiguration [] ["api-extensions"] false [];
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy
    VALIDATING_ADMISSION_POLICY = "admissionregistration.k8s.io" v1 ValidatingAdmissionPolicy validatingadmissionpolicies validatingadmissionpolicy [] ["api-extensions"] false [status];
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding
    VALIDATING_ADMISSION_POLICY_BINDING = "admissionregistration.k8s.io" v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings validatingadmissionpolicybinding [] ["api-extensions"] false [];
    /// admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration
    VALIDATING_WEBHOOK_CONFIGURATION = "admissionregistration.k8s.io" v1 ValidatingWebhookConfiguration validatingwebhookconfigurations validatingwebhookconfiguration [] ["api-extensions"] false [];
    /// apiextensions.k8s.io/v1 CustomResourceDefinition
    CUSTOM_RESOURCE_DEFINITION = "apiextensions.k8s.io" v1 CustomResourceDefinition customresourcedefinitions customresourcedefinition [crd crds] ["api-extensions"] false [status];
    /// scheduling.k8s.io/v1 PriorityClass
    PRIORITY_CLASS = "scheduling.k8s.io" v1 PriorityClass priorityclasses priorityclass [pc] [] false [];
    /// coordination.k8s.io/v1 Lease
    LEASE = "coordination.k8s.io" v1 Lease leases lease [] [] true [];
    /// node.k8s.io/v1 RuntimeClass
    RUNTIME_CLASS = "node.k8s.io" v1 RuntimeClass runtimeclasses runtimeclass [] [] false [];
    /// discovery.k8s.io/v1 EndpointSlice
    ENDPOINT_SLICE = "discovery.k8s.io" v1 EndpointSlice endpointslices endpointslice [] [] true [];
    /// flowcontrol.apiserver.k8s.io/v1 FlowSchema
    FLOW_SCHEMA = "flowcontrol.apiserver.k8s.io" v1 FlowSchema flowschemas flowschema [] [] false [status];
    /// flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration
    PRIORITY_LEVEL_CONFIGURATION = "flowcontrol.apiserver.k8s.io" v1 PriorityLevelConfiguration prioritylevelconfigurations prioritylevelconfiguration [] [] false [status];
    /// resource.k8s.io/v1 DeviceClass
    DEVICE_CLASS = "resource.k8s.io" v1 DeviceClass deviceclasses deviceclass [] [] false [];
    /// resource.k8s.io/v1 ResourceClaim
    RESOURCE_CLAIM = "resource.k8s.io" v1 ResourceClaim resourceclaims resourceclaim [] [] true [status];
    /// resource.k8s.io/v1 ResourceClaimTemplate
    RESOURCE_CLAIM_TEMPLATE = "resource.k8s.io" v1 ResourceClaimTemplate resourceclaimtemplates resourceclaimtemplate [] [] true [];
    /// resource.k8s.io/v1 ResourceSlice
    RESOURCE_SLICE = "resource.k8s.io" v1 ResourceSlice resourceslices resourceslice [] [] false [];
}

/// Other forms in which stored kinds are served: the same objects in another group or version. Their `index` is that of the
/// kind that is stored, so they compare equal to it.
pub static VERSIONS: &[Kind] = &[
    Kind {
        group: "events.k8s.io",
        version: "v1",
        kind: "Event",
        plural: "events",
        singular: "event",
        short_names: &["ev"],
        categories: &[],
        namespaced: true,
        subresources: &[],
        index: Index::EVENT as usize,
    },
    Kind {
        group: "autoscaling",
        version: "v1",
        kind: "HorizontalPodAutoscaler",
        plural: "horizontalpodautoscalers",
        singular: "horizontalpodautoscaler",
        short_names: &["hpa"],
        categories: &["all"],
        namespaced: true,
        subresources: &["status"],
        index: Index::HORIZONTAL_POD_AUTOSCALER as usize,
    },
];

/// events.k8s.io/v1 Event
pub static EVENTS_EVENT: &Kind = &VERSIONS[0];
/// autoscaling/v1 HorizontalPodAutoscaler
pub static HORIZONTAL_POD_AUTOSCALER_V1: &Kind = &VERSIONS[1];

/// The places of kinds that users define begin here: behind all others.
pub const FIRST_CUSTOM: usize = KINDS.len() + 64;

impl Kind {
    /// Whether a CustomResourceDefinition defines it.
    pub fn is_custom(&self) -> bool {
        self.index >= FIRST_CUSTOM
    }
}

/// One shared copy of a kind that is defined while the program runs. It stays for good, so that equal definitions (of
/// snapshots, of clusters one after the other) take no more room than one.
pub fn intern(kind: Kind) -> &'static Kind {
    static KNOWN: Mutex<Vec<&'static Kind>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |other: &&&'static Kind| format!("{other:?}") == format!("{kind:?}");
    if let Some(found) = known.iter().find(same) {
        return found;
    }
    let kind: &'static Kind = Box::leak(Box::new(kind));
    known.push(kind);
    kind
}

/// A text, and a list of texts, that stay for good: the parts of an interned kind.
pub fn intern_texts<'a>(texts: impl Iterator<Item = &'a str>) -> &'static [&'static str] {
    static KNOWN: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut one = |text: &str| -> &'static str {
        if let Some(found) = known.iter().find(|known| **known == text) {
            return found;
        }
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        known.push(text);
        text
    };
    let texts: Vec<&'static str> = texts.map(&mut one).collect();
    static LISTS: Mutex<Vec<&'static [&'static str]>> = Mutex::new(Vec::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = lists.iter().find(|known| ***known == *texts) {
        return found;
    }
    let list: &'static [&'static str] = Box::leak(texts.into_boxed_slice());
    lists.push(list);
    list
}

/// Every kind that is served, in whatever form.
pub fn served() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(VERSIONS).chain(REVIEWS)
}

/// The kind with an `apiVersion` and a `kind`, as manifests name it.
pub fn by_api_version(api_version: &str, kind: &str) -> Option<&'static Kind> {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    served().find(|k| k.group == group && k.version == version && k.kind == kind)
}

/// The kind whose resource is `plural` in `group` (empty for the core group).
pub fn by_resource(group: &str, plural: &str) -> Option<&'static Kind> {
    served().find(|k| k.group == group && k.plural == plural)
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
