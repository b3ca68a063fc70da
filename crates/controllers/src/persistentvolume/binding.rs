//! Which volume a claim gets (pkg/controller/volume/persistentvolume/index.go), and what a new one looks like.

use super::{LOCAL_PATH, PROVISIONED_BY, SELECTED_NODE};
use api::{Quantity, Selector, Value, list, obj};

/// The smallest volume that will do; one that is reserved for the claim before all others.
pub fn best<'a>(volumes: &'a [Value], claim: &Value, refers_to: fn(&Value, &Value) -> bool) -> Option<&'a Value> {
    if let Some(reserved) = volumes.iter().find(|volume| refers_to(volume, claim) && !volume.deleting()) {
        return Some(reserved);
    }
    let free = volumes.iter().filter(|volume| volume["spec"]["claimRef"].is_null() && !volume.deleting());
    free.filter(|volume| fits(volume, claim)).min_by_key(|volume| capacity(volume))
}

fn capacity(volume: &Value) -> Quantity {
    Quantity::of(&volume["spec"]["capacity"]["storage"])
}

fn fits(volume: &Value, claim: &Value) -> bool {
    let (offer, wish) = (&volume["spec"], &claim["spec"]);
    let mode = |spec: &Value| if spec["volumeMode"].str() == "Block" { "Block" } else { "Filesystem" };
    let selected =
        wish["selector"].is_null() || Selector::from_label_selector(&wish["selector"]).matches(volume.labels());
    let modes = wish["accessModes"].array().iter().all(|mode| offer["accessModes"].array().contains(mode));
    let wanted = Quantity::of(&wish["resources"]["requests"]["storage"]);
    offer["storageClassName"].str() == wish["storageClassName"].str()
        && mode(offer) == mode(wish)
        && selected
        && modes
        && capacity(volume) >= wanted
}

/// A volume for a claim, in a directory of the node that the scheduler has chosen.
pub fn new_volume(claim: &Value, class: &Value, provisioner: &str) -> Value {
    let name = format!("pvc-{}", claim.uid());
    let node = claim.annotation(SELECTED_NODE);
    let expression = obj! { "key" => "kubernetes.io/hostname", "operator" => "In", "values" => list![node] };
    let term = obj! { "matchExpressions" => list![expression] };
    let affinity = obj! { "required" => obj! { "nodeSelectorTerms" => list![term] } };
    let is_local = provisioner == LOCAL_PATH;
    let path = format!("/opt/{}/{name}", LOCAL_PATH.replace('/', "-"));
    let directory = obj! { "path" => path, "type" => "DirectoryOrCreate" };
    let driver = obj! { "driver" => provisioner, "volumeHandle" => claim.uid() };
    let policy = class["reclaimPolicy"].as_str().unwrap_or("Delete");
    obj! {
        "apiVersion" => "v1", "kind" => "PersistentVolume",
        "metadata" => obj! { "name" => name.as_str(), "annotations" => obj! { PROVISIONED_BY => provisioner } },
        "spec" => obj! {
            "accessModes" => &claim["spec"]["accessModes"],
            "capacity" => obj! { "storage" => &claim["spec"]["resources"]["requests"]["storage"] },
            "claimRef" => obj! {
                "apiVersion" => "v1", "kind" => "PersistentVolumeClaim", "name" => claim.name(),
                "namespace" => claim.namespace(), "uid" => claim.uid(),
                "resourceVersion" => &claim["metadata"]["resourceVersion"],
            },
            "hostPath" => Some(directory).filter(|_| is_local), "csi" => Some(driver).filter(|_| !is_local),
            "nodeAffinity" => Some(affinity).filter(|_| is_local && !node.is_empty()),
            "persistentVolumeReclaimPolicy" => policy, "storageClassName" => class.name(),
            "volumeMode" => claim["spec"]["volumeMode"].as_str().unwrap_or("Filesystem"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(name: &str, size: &str, class: &str) -> Value {
        let spec = obj! { "capacity" => obj! { "storage" => size }, "accessModes" => list!["ReadWriteOnce"], "storageClassName" => class };
        obj! { "metadata" => obj! { "name" => name }, "spec" => spec }
    }

    fn claim(size: &str, class: &str) -> Value {
        let requests = obj! { "requests" => obj! { "storage" => size } };
        let spec =
            obj! { "accessModes" => list!["ReadWriteOnce"], "resources" => requests, "storageClassName" => class };
        obj! { "metadata" => obj! { "name" => "claim" }, "spec" => spec }
    }

    #[test]
    fn the_smallest_that_will_do() {
        let volumes = [
            volume("large", "10Gi", ""),
            volume("small", "1Gi", ""),
            volume("fitting", "5Gi", ""),
            volume("other", "5Gi", "fast"),
        ];
        let found = |size, class| best(&volumes, &claim(size, class), |_, _| false).map(Value::name);
        assert_eq!(found("2Gi", ""), Some("fitting"));
        assert_eq!(found("6Gi", ""), Some("large"));
        assert_eq!(found("11Gi", ""), None);
        assert_eq!(found("1Gi", "fast"), Some("other"));
    }
}
