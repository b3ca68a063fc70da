//! What each kind is, in one sentence.

use crate::i18n::Message;

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
];

/// What a kind is; none if that is not known here.
pub fn of_kind(kind: &str) -> Option<Message> {
    KINDS.iter().find(|(name, _)| *name == kind).map(|(_, message)| *message)
}
