//! Storage that outlives Pods: volumes, which lie outside the cluster, and the claims on them.

use api::{Str, Value};

/// A PersistentVolumeClaim, and the volume it has got.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// `metadata.uid`
    pub uid: Str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// Its labels.
    pub labels: Value,
    /// `status.phase`
    pub phase: Str,
    /// How much it asks for.
    pub size: Str,
    /// The volume's name, once it is bound to one.
    pub volume: Str,
    /// `metadata.creationTimestamp`, as text.
    pub created: Str,
}

// JSON has no number that differs from itself. With `Eq`, two `Rc` that are one are equal at once.
impl Eq for Claim {}

impl Claim {
    /// Reads a claim.
    pub fn read(object: &Value) -> Claim {
        Claim {
            uid: object.uid().into(),
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().clone(),
            phase: object.at("status.phase").to_str(),
            size: object.at("spec.resources.requests.storage").to_str(),
            volume: object.at("spec.volumeName").to_str(),
            created: object.at("metadata.creationTimestamp").to_str(),
        }
    }
}

/// A PersistentVolume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// `metadata.uid`
    pub uid: Str,
    /// Its name.
    pub name: Str,
    /// `status.phase`
    pub phase: Str,
    /// Its capacity.
    pub size: Str,
    /// The claim that has it, as `namespace/name`; empty without one.
    pub claim: Str,
    /// Where its bytes are: the type of its source, such as `nfs`.
    pub source: Str,
    /// `metadata.creationTimestamp`, as text.
    pub created: Str,
}

/// The fields of a PersistentVolume's spec that say what it is, rather than where its bytes are.
const NOT_SOURCES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

impl Volume {
    /// Reads a volume.
    pub fn read(object: &Value) -> Volume {
        let (spec, claim) = (&object["spec"], &object["spec"]["claimRef"]);
        let mut keys = spec.entries().map(|(key, _)| key);
        Volume {
            uid: object.uid().into(),
            name: object.name().into(),
            phase: object.at("status.phase").to_str(),
            size: spec.at("capacity.storage").to_str(),
            claim: match claim["name"].str() {
                "" => Str::default(),
                name => format!("{}/{name}", claim["namespace"].str()).into(),
            },
            source: keys.find(|key| !NOT_SOURCES.contains(&key.as_str())).cloned().unwrap_or_default(),
            created: object.at("metadata.creationTimestamp").to_str(),
        }
    }
}
