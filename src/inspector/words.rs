//! What each kind is, in one sentence.

use crate::i18n::Message;
use api::Kind;

const KINDS: &[(&str, Message)] = &[
    ("Pod", Message::IsPod),
    ("ReplicaSet", Message::IsReplicaSet),
    ("Deployment", Message::IsDeployment),
    ("StatefulSet", Message::IsStatefulSet),
    ("DaemonSet", Message::IsDaemonSet),
    ("Job", Message::IsJob),
    ("CronJob", Message::IsCronJob),
    ("Node", Message::IsNode),
    ("Service", Message::IsService),
    ("EndpointSlice", Message::IsEndpointSlice),
    ("Ingress", Message::IsIngress),
    ("ConfigMap", Message::IsConfigMap),
    ("Secret", Message::IsSecret),
    ("PersistentVolumeClaim", Message::IsClaim),
    ("PersistentVolume", Message::IsVolume),
    ("StorageClass", Message::IsStorageClass),
    ("Namespace", Message::IsNamespace),
    ("HorizontalPodAutoscaler", Message::IsAutoscaler),
    ("NetworkPolicy", Message::IsNetworkPolicy),
    ("ServiceAccount", Message::IsServiceAccount),
    ("Role", Message::IsRole),
    ("ClusterRole", Message::IsRole),
    ("RoleBinding", Message::IsBinding),
    ("ClusterRoleBinding", Message::IsBinding),
    ("IngressClass", Message::IsIngressClass),
    ("ResourceQuota", Message::IsQuota),
    ("LimitRange", Message::IsLimitRange),
    ("PodDisruptionBudget", Message::IsBudget),
    ("PriorityClass", Message::IsPriorityClass),
    ("CustomResourceDefinition", Message::IsDefinition),
];

/// What a kind is; none if that is not known here.
pub fn of_kind(kind: &Kind) -> Option<Message> {
    let known = KINDS.iter().find(|(name, _)| *name == kind.kind).map(|(_, message)| *message);
    if kind.is_custom() { Some(Message::IsCustom) } else { known }
}
