//! Where volumes come from: one entry a type, in the order in which kubectl looks for them.

use super::volume_claim;
use super::writer::{Writer, joined};
use crate::print::go_fmt;
use api::meta::string_pairs;
use api::quantity::Quantity;
use api::{Value, text};

/// The level of a source's fields.
const LEVEL: usize = 2;

/// One type of volume source.
pub struct Source {
    /// The field of the volume that holds it.
    field: &'static str,
    /// What `Type` says.
    type_: &'static str,
    /// Its fields: the label, the path and how it is shown.
    rows: &'static [Row],
}

type Row = (&'static str, &'static str, Show);

/// How a field is shown.
enum Show {
    /// A string; empty where it is missing.
    Text,
    /// A number; 0 where it is missing.
    Number,
    /// `true` or `false`.
    Flag,
    /// A string or a number; `<none>` where it is missing.
    OrNone,
    /// A string; `<unset>` where it is missing.
    OrUnset,
    /// A quantity; `<unset>` where it is missing or 0.
    Size,
    /// `[a b]`
    Array,
    /// `a, b`
    Joined,
    /// `map[a:1]`
    Map,
    /// `&LocalObjectReference{Name:x,}`; `nil` where it is missing.
    LocalReference,
    /// `&SecretReference{Name:x,Namespace:y,}`; `nil` where it is missing.
    Reference,
    /// One line for each item of a downward API volume.
    DownwardItems,
    /// The sources of a projected volume.
    Projections,
    /// One line for each `key=value`.
    Attributes,
    /// The claim that an ephemeral volume makes.
    Claim,
}

use Show::*;

macro_rules! sources {
    ($($field:literal $type:literal [$($label:literal $path:literal $show:ident),* $(,)?])*) => {
        &[$(Source { field: $field, type_: $type, rows: &[$(($label, $path, $show)),*] }),*]
    };
}

/// The sources of a Pod's volumes.
pub static POD_SOURCES: &[Source] = sources! {
    "hostPath" "HostPath (bare host directory volume)" ["Path" "path" Text, "HostPathType" "type" OrNone]
    "emptyDir" "EmptyDir (a temporary directory that shares a pod's lifetime)" ["Medium" "medium" Text, "SizeLimit" "sizeLimit" Size]
    "gcePersistentDisk" "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)" [
        "PDName" "pdName" Text, "FSType" "fsType" Text, "Partition" "partition" Number, "ReadOnly" "readOnly" Flag]
    "awsElasticBlockStore" "AWSElasticBlockStore (a Persistent Disk resource in AWS)" [
        "VolumeID" "volumeID" Text, "FSType" "fsType" Text, "Partition" "partition" Number, "ReadOnly" "readOnly" Flag]
    "gitRepo" "GitRepo (a volume that is pulled from git when the pod is created)" [
        "Repository" "repository" Text, "Revision" "revision" Text]
    "secret" "Secret (a volume populated by a Secret)" ["SecretName" "secretName" Text, "Optional" "optional" Flag]
    "configMap" "ConfigMap (a volume populated by a ConfigMap)" ["Name" "name" Text, "Optional" "optional" Flag]
    "nfs" "NFS (an NFS mount that lasts the lifetime of a pod)" [
        "Server" "server" Text, "Path" "path" Text, "ReadOnly" "readOnly" Flag]
    "iscsi" "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)" [
        "TargetPortal" "targetPortal" Text, "IQN" "iqn" Text, "Lun" "lun" Number, "ISCSIInterface" "iscsiInterface" Text,
        "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag, "Portals" "portals" Array,
        "DiscoveryCHAPAuth" "chapAuthDiscovery" Flag, "SessionCHAPAuth" "chapAuthSession" Flag,
        "SecretRef" "secretRef" LocalReference, "InitiatorName" "initiatorName" OrNone]
    "glusterfs" "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)" [
        "EndpointsName" "endpoints" Text, "Path" "path" Text, "ReadOnly" "readOnly" Flag]
    "persistentVolumeClaim" "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)" [
        "ClaimName" "claimName" Text, "ReadOnly" "readOnly" Flag]
    "ephemeral" "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)" [
        "" "volumeClaimTemplate" Claim]
    "rbd" "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)" [
        "CephMonitors" "monitors" Array, "RBDImage" "image" Text, "FSType" "fsType" Text, "RBDPool" "pool" Text,
        "RadosUser" "user" Text, "Keyring" "keyring" Text, "SecretRef" "secretRef" LocalReference, "ReadOnly" "readOnly" Flag]
    "quobyte" "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)" [
        "Registry" "registry" Text, "Volume" "volume" Text, "ReadOnly" "readOnly" Flag]
    "downwardAPI" "DownwardAPI (a volume populated by information about the pod)" ["Items" "items" DownwardItems]
    "azureDisk" "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)" [
        "DiskName" "diskName" Text, "DiskURI" "diskURI" Text, "Kind" "kind" Text, "FSType" "fsType" Text,
        "CachingMode" "cachingMode" Text, "ReadOnly" "readOnly" Flag]
    "vsphereVolume" "vSphereVolume (a Persistent Disk resource in vSphere)" [
        "VolumePath" "volumePath" Text, "FSType" "fsType" Text, "StoragePolicyName" "storagePolicyName" Text]
    "cinder" "Cinder (a Persistent Disk resource in OpenStack)" [
        "VolumeID" "volumeID" Text, "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag, "SecretRef" "secretRef" LocalReference]
    "photonPersistentDisk" "PhotonPersistentDisk (a Persistent Disk resource in photon platform)" [
        "PdID" "pdID" Text, "FSType" "fsType" Text]
    "portworxVolume" "PortworxVolume (a Portworx Volume resource)" ["VolumeID" "volumeID" Text]
    "scaleIO" "ScaleIO (a persistent volume backed by a block device in ScaleIO)" [
        "Gateway" "gateway" Text, "System" "system" Text, "Protection Domain" "protectionDomain" Text,
        "Storage Pool" "storagePool" Text, "Storage Mode" "storageMode" Text, "VolumeName" "volumeName" Text,
        "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag]
    "cephfs" "CephFS (a CephFS mount on the host that shares a pod's lifetime)" [
        "Monitors" "monitors" Array, "Path" "path" Text, "User" "user" Text, "SecretFile" "secretFile" Text,
        "SecretRef" "secretRef" LocalReference, "ReadOnly" "readOnly" Flag]
    "storageos" "StorageOS (a StorageOS Persistent Disk resource)" [
        "VolumeName" "volumeName" Text, "VolumeNamespace" "volumeNamespace" Text, "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag]
    "fc" "FC (a Fibre Channel disk)" [
        "TargetWWNs" "targetWWNs" Joined, "LUN" "lun" OrNone, "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag]
    "azureFile" "AzureFile (an Azure File Service mount on the host and bind mount to the pod)" [
        "SecretName" "secretName" Text, "ShareName" "shareName" Text, "ReadOnly" "readOnly" Flag]
    "flexVolume" "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)" [
        "Driver" "driver" Text, "FSType" "fsType" Text, "SecretRef" "secretRef" LocalReference, "ReadOnly" "readOnly" Flag,
        "Options" "options" Map]
    "flocker" "Flocker (a Flocker volume mounted by the Flocker agent)" [
        "DatasetName" "datasetName" Text, "DatasetUUID" "datasetUUID" Text]
    "projected" "Projected (a volume that contains injected data from multiple sources)" ["" "sources" Projections]
    "csi" "CSI (a Container Storage Interface (CSI) volume source)" [
        "Driver" "driver" Text, "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag, "VolumeAttributes" "volumeAttributes" Attributes]
    "image" "Image (a container image or OCI artifact)" ["Reference" "reference" Text, "PullPolicy" "pullPolicy" Text]
};

/// The sources of PersistentVolumes that differ from a Pod's: those that name a Secret must say in which namespace.
static ONLY_PERSISTENT: &[Source] = sources! {
    "iscsi" "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)" [
        "TargetPortal" "targetPortal" Text, "IQN" "iqn" Text, "Lun" "lun" Number, "ISCSIInterface" "iscsiInterface" Text,
        "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag, "Portals" "portals" Array,
        "DiscoveryCHAPAuth" "chapAuthDiscovery" Flag, "SessionCHAPAuth" "chapAuthSession" Flag,
        "SecretRef" "secretRef" Reference, "InitiatorName" "initiatorName" OrNone]
    "glusterfs" "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)" [
        "EndpointsName" "endpoints" Text, "EndpointsNamespace" "endpointsNamespace" OrUnset, "Path" "path" Text,
        "ReadOnly" "readOnly" Flag]
    "rbd" "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)" [
        "CephMonitors" "monitors" Array, "RBDImage" "image" Text, "FSType" "fsType" Text, "RBDPool" "pool" Text,
        "RadosUser" "user" Text, "Keyring" "keyring" Text, "SecretRef" "secretRef" Reference, "ReadOnly" "readOnly" Flag]
    "cinder" "Cinder (a Persistent Disk resource in OpenStack)" [
        "VolumeID" "volumeID" Text, "FSType" "fsType" Text, "ReadOnly" "readOnly" Flag, "SecretRef" "secretRef" Reference]
    "scaleIO" "ScaleIO (a persistent volume backed by a block device in ScaleIO)" [
        "Gateway" "gateway" Text, "System" "system" Text, "Protection Domain" "protectionDomain" Text,
        "Storage Pool" "storagePool" Text, "Storage Mode" "storageMode" Text, "VolumeName" "volumeName" Text,
        "SecretName" "secretRef.name" Text, "SecretNamespace" "secretRef.namespace" Text, "FSType" "fsType" Text,
        "ReadOnly" "readOnly" Flag]
    "local" "LocalVolume (a persistent volume backed by local storage on a node)" ["Path" "path" Text]
    "cephfs" "CephFS (a CephFS mount on the host that shares a pod's lifetime)" [
        "Monitors" "monitors" Array, "Path" "path" Text, "User" "user" Text, "SecretFile" "secretFile" Text,
        "SecretRef" "secretRef" Reference, "ReadOnly" "readOnly" Flag]
    "azureFile" "AzureFile (an Azure File Service mount on the host and bind mount to the pod)" [
        "SecretName" "secretName" Text, "SecretNamespace" "secretNamespace" Text, "ShareName" "shareName" Text,
        "ReadOnly" "readOnly" Flag]
    "flexVolume" "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)" [
        "Driver" "driver" Text, "FSType" "fsType" Text, "SecretRef" "secretRef" Reference, "ReadOnly" "readOnly" Flag,
        "Options" "options" Map]
    "csi" "CSI (a Container Storage Interface (CSI) volume source)" [
        "Driver" "driver" Text, "FSType" "fsType" Text, "VolumeHandle" "volumeHandle" Text, "ReadOnly" "readOnly" Flag,
        "VolumeAttributes" "volumeAttributes" Attributes]
};

/// Describes the source of a PersistentVolume's `spec`.
pub fn describe_persistent(w: &mut Writer, spec: &Value) {
    match ONLY_PERSISTENT.iter().find(|source| !spec[source.field].is_null()) {
        Some(_) => describe(w, spec, ONLY_PERSISTENT),
        None => describe(w, spec, POD_SOURCES),
    }
}

/// Describes the source of a volume.
pub fn describe(w: &mut Writer, volume: &Value, sources: &[Source]) {
    let Some(source) = sources.iter().find(|source| !volume[source.field].is_null()) else {
        return w.line(1, "<unknown>");
    };
    w.field(LEVEL, "Type", source.type_);
    for (label, path, show) in source.rows {
        row(w, label, volume[source.field].at(path), show);
    }
}

fn row(w: &mut Writer, label: &str, value: &Value, show: &Show) {
    let shown = match show {
        Text => value.str().to_owned(),
        Number => value.int().to_string(),
        Flag => value.bool().to_string(),
        OrNone if value.is_null() => text::NONE.to_owned(),
        OrUnset if value.is_null() => text::UNSET.to_owned(),
        OrNone | OrUnset => text::int_or_string(value),
        Size => match Quantity::of(value) {
            size if size.is_zero() || size.is_negative() => text::UNSET.to_owned(),
            size => size.to_string(),
        },
        Array => format!("[{}]", joined(value, " ")),
        Joined => joined(value, ", "),
        Map if value.is_null() => "map[]".to_owned(),
        Map => go_fmt::plain(value),
        LocalReference | Reference if value.is_null() => "nil".to_owned(),
        LocalReference => format!("&LocalObjectReference{{Name:{},}}", value["name"].str()),
        Reference => {
            let (name, namespace) = (value["name"].str(), value["namespace"].str());
            format!("&SecretReference{{Name:{name},Namespace:{namespace},}}")
        }
        DownwardItems => return downward_items(w, label, value),
        Projections => return value.array().iter().for_each(|source| projection(w, source)),
        Attributes => return w.list(LEVEL, label, string_pairs(value).map(|(key, value)| format!("{key}={value}"))),
        Claim => return volume_claim::describe_template(w, LEVEL, value),
    };
    // Two of kubectl's labels are odd: one has no colon, one has a blank after it.
    match label {
        "ISCSIInterface" => w.line(LEVEL, format_args!("{label}\t{shown}")),
        "Kind" => w.line(LEVEL, format_args!("{label}: \t{shown}")),
        _ => w.field(LEVEL, label, shown),
    }
}

fn downward_items(w: &mut Writer, label: &str, items: &Value) {
    w.line(LEVEL, format_args!("{label}:"));
    for item in items.array() {
        for from in [item["fieldRef"]["fieldPath"].str(), item["resourceFieldRef"]["resource"].str()] {
            if !from.is_empty() {
                w.line(LEVEL + 1, format_args!("{from} -> {}", item["path"].str()));
            }
        }
    }
}

fn projection(w: &mut Writer, source: &Value) {
    let mut named = |label: &str, from: &Value| {
        w.field(LEVEL, label, from["name"].str());
        w.field(LEVEL, "Optional", from["optional"].bool());
    };
    if !source["secret"].is_null() {
        named("SecretName", &source["secret"]);
    } else if !source["downwardAPI"].is_null() {
        w.field(LEVEL, "DownwardAPI", true);
    } else if !source["configMap"].is_null() {
        named("ConfigMapName", &source["configMap"]);
    } else if !source["serviceAccountToken"].is_null() {
        w.field(LEVEL, "TokenExpirationSeconds", source["serviceAccountToken"]["expirationSeconds"].int());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn shown(volume: Value) -> String {
        let mut w = Writer::default();
        describe(&mut w, &volume, POD_SOURCES);
        w.finish()
    }

    #[test]
    fn simple_sources() {
        let expected = "    Type:          HostPath (bare host directory volume)\n    Path:          /data\n    HostPathType:  <none>\n";
        assert_eq!(shown(obj! { "hostPath" => obj! { "path" => "/data" } }), expected);
        let empty = shown(obj! { "emptyDir" => obj! {} });
        assert!(empty.ends_with("    Medium:     \n    SizeLimit:  <unset>\n"), "{empty}");
        assert!(shown(obj! { "emptyDir" => obj! { "sizeLimit" => "1Gi" } }).contains("SizeLimit:  1Gi\n"));
        assert_eq!(shown(obj! {}), "  <unknown>\n");
    }

    #[test]
    fn nested_sources() {
        let item = obj! { "path" => "labels", "fieldRef" => obj! { "fieldPath" => "metadata.labels" } };
        let downward = shown(obj! { "downwardAPI" => obj! { "items" => list![item] } });
        assert!(downward.ends_with("    Items:\n      metadata.labels -> labels\n"), "{downward}");
        let csi = obj! { "driver" => "d", "volumeAttributes" => obj! { "a" => "1", "b" => "2" } };
        let csi = shown(obj! { "csi" => csi });
        assert!(csi.ends_with("    VolumeAttributes:  a=1\n                       b=2\n"), "{csi}");
    }

    #[test]
    fn a_persistent_volume_says_in_which_namespace_its_secret_is() {
        let mut w = Writer::default();
        let secret = obj! { "name" => "s", "namespace" => "n" };
        describe_persistent(&mut w, &obj! { "cinder" => obj! { "volumeID" => "v", "secretRef" => secret } });
        assert!(w.finish().ends_with("SecretRef:  &SecretReference{Name:s,Namespace:n,}\n"));
    }

    #[test]
    fn every_source_copes_with_an_empty_object() {
        for source in POD_SOURCES.iter().chain(ONLY_PERSISTENT) {
            let mut w = Writer::default();
            describe_persistent(&mut w, &obj! { source.field => obj! {} });
            assert!(w.finish().starts_with("    Type:"), "{}", source.field);
        }
    }
}
