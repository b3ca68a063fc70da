//! The descriptions: `Struct text` and, below it, `  field text|the same in Korean`, one a line.

use api::{FlatMap, Language};
use std::sync::OnceLock;

const TEXTS: &str = include_str!("texts.txt");

/// What a struct is, in English; empty if nobody has said it yet.
pub fn of_struct(name: &str) -> &'static str {
    all().get(&(name, "")).copied().unwrap_or_default()
}

/// What a field is: of its struct, else the same in all structs that have it, else empty.
pub fn of_field(of: &str, field: &str, language: Language) -> &'static str {
    let texts = all();
    let both = texts.get(&(of, field)).or_else(|| texts.get(&("*", field))).copied().unwrap_or_default();
    let (english, korean) = both.split_once('|').unwrap_or((both, ""));
    match language {
        Language::Korean if !korean.is_empty() => korean,
        _ => english,
    }
}

type Texts = FlatMap<(&'static str, &'static str), &'static str>;

fn all() -> &'static Texts {
    static ALL: OnceLock<Texts> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut texts = Texts::new();
        let mut of = "";
        for line in TEXTS.lines().filter(|line| !line.starts_with('#')) {
            let (name, text) = line.trim_start().split_once(' ').unwrap_or((line.trim_start(), ""));
            if !line.starts_with(' ') {
                of = name;
            }
            texts.insert((of, if line.starts_with(' ') { name } else { "" }), text);
        }
        texts
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind::{self, Kind};
    use api::schema::{Type, table};

    /// The kinds whose every field has a text.
    const DESCRIBED: &[&Kind] = &[
        kind::POD,
        kind::SERVICE,
        kind::CONFIG_MAP,
        kind::SECRET,
        kind::SERVICE_ACCOUNT,
        kind::NAMESPACE,
        kind::PERSISTENT_VOLUME,
        kind::PERSISTENT_VOLUME_CLAIM,
        kind::RESOURCE_QUOTA,
        kind::LIMIT_RANGE,
        kind::DEPLOYMENT,
        kind::REPLICA_SET,
        kind::STATEFUL_SET,
        kind::DAEMON_SET,
        kind::JOB,
        kind::CRON_JOB,
        kind::HORIZONTAL_POD_AUTOSCALER,
        kind::INGRESS,
        kind::INGRESS_CLASS,
        kind::NETWORK_POLICY,
        kind::POD_DISRUPTION_BUDGET,
        kind::ROLE,
        kind::CLUSTER_ROLE,
        kind::ROLE_BINDING,
        kind::CLUSTER_ROLE_BINDING,
        kind::STORAGE_CLASS,
        kind::PRIORITY_CLASS,
    ];

    /// Of what hardly anybody meets, only the field that leads there has a text: storage that Kubernetes has given up or leaves to CSI
    /// drivers, and what the allocation of devices notes in a status.
    const SELDOM: &[&str] = &[
        "AWSElasticBlockStoreVolumeSource",
        "AzureDiskVolumeSource",
        "AzureFilePersistentVolumeSource",
        "AzureFileVolumeSource",
        "CephFSPersistentVolumeSource",
        "CephFSVolumeSource",
        "CinderPersistentVolumeSource",
        "CinderVolumeSource",
        "FlexPersistentVolumeSource",
        "FlexVolumeSource",
        "FlockerVolumeSource",
        "GCEPersistentDiskVolumeSource",
        "GitRepoVolumeSource",
        "GlusterfsPersistentVolumeSource",
        "GlusterfsVolumeSource",
        "PhotonPersistentDiskVolumeSource",
        "PortworxVolumeSource",
        "QuobyteVolumeSource",
        "RBDPersistentVolumeSource",
        "RBDVolumeSource",
        "ScaleIOPersistentVolumeSource",
        "ScaleIOVolumeSource",
        "StorageOSPersistentVolumeSource",
        "StorageOSVolumeSource",
        "VsphereVirtualDiskVolumeSource",
        "NodeAllocatableResourceClaimStatus",
        "PodExtendedResourceClaimStatus",
        "ContainerExtendedResourceRequest",
        "PodResourceClaimStatus",
        "ResourceStatus",
        "ResourceHealth",
        "VolumeStatus",
        "ImageVolumeStatus",
    ];

    /// Every struct that kinds reach.
    fn structs(kinds: &[&Kind]) -> FlatMap<&'static str, usize> {
        let mut structs = FlatMap::new();
        let mut open: Vec<usize> = kinds.iter().map(|kind| table().kind(kind)).collect();
        while let Some(id) = open.pop() {
            let of = table().get(id);
            if structs.insert(of.name, id).is_some() {
                continue;
            }
            for field in &of.fields {
                let mut ty = &field.ty;
                while let Type::List(inner) | Type::Map(inner) = ty {
                    ty = inner;
                }
                if let Type::Struct(id) = ty {
                    open.push(*id);
                }
            }
        }
        structs
    }

    #[test]
    fn every_text_belongs_to_something_and_is_a_sentence() {
        let structs = structs(&kind::KINDS.iter().chain(kind::METRICS).collect::<Vec<_>>());
        for ((of, field), text) in all() {
            assert!(*of == "*" || structs.contains_key(of), "{of} is no struct");
            let exists = *of == "*" || field.is_empty() || table().get(structs[of]).field(field).is_some();
            assert!(exists, "{of} has no field {field}");
            let texts: Vec<&str> = text.split('|').collect();
            assert!(
                texts.iter().all(|text| text.ends_with(['.', ')']) || text.is_empty() && *of == "*"),
                "{of} {field}: {text}"
            );
            // `kubectl explain` speaks English, which tells of structs, too; completion tells of fields.
            assert_eq!(texts.len(), if field.is_empty() { 1 } else { 2 }, "{of} {field}: {text}");
        }
    }

    #[test]
    fn every_field_of_the_kinds_that_people_write_is_described_in_both_languages() {
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        let plain = |text: &str| text.is_ascii();
        let mut missing = Vec::new();
        for (name, id) in &structs(DESCRIBED) {
            for field in table().get(*id).fields.iter().filter(|_| !SELDOM.contains(name)) {
                let [english, korean] =
                    [Language::English, Language::Korean].map(|language| of_field(name, field.name, language));
                // A list of an enumeration's words is the same in both.
                if english.is_empty() || !(hangul(korean) || plain(korean) && !korean.is_empty()) {
                    missing.push(format!("{name}.{}", field.name));
                }
            }
        }
        assert!(missing.is_empty(), "without a text: {}", missing.join(" "));
        assert_eq!(of_field("PodSpec", "nodeName", Language::Korean), "Pod이 실행되는 노드. 스케줄러가 정합니다.");
        assert_eq!(of_field("DeviceClass", "nosuch", Language::Korean), "");
    }

    #[test]
    fn what_people_ask_for_is_described() {
        for (of, field) in [("Pod", "spec"), ("PodSpec", "containers"), ("Container", "image"), ("Service", "kind")] {
            assert!(!of_field(of, field, Language::English).is_empty(), "{of}.{field}");
        }
        assert!(!of_struct("Deployment").is_empty());
        assert_eq!(of_struct("NoSuch"), "");
    }
}
