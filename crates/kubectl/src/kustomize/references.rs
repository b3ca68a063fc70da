//! What names an object whose name has changed (kustomize's name reference table).

use super::{Resource, fields};
use api::Value;

/// Paths inside a Pod's spec, by the kind that they name.
const IN_POD: [(&str, &str); 20] = [
    ("ConfigMap", "volumes[].configMap.name"),
    ("ConfigMap", "volumes[].projected.sources[].configMap.name"),
    ("ConfigMap", "containers[].env[].valueFrom.configMapKeyRef.name"),
    ("ConfigMap", "containers[].envFrom[].configMapRef.name"),
    ("ConfigMap", "initContainers[].env[].valueFrom.configMapKeyRef.name"),
    ("ConfigMap", "initContainers[].envFrom[].configMapRef.name"),
    ("Secret", "volumes[].secret.secretName"),
    ("Secret", "volumes[].projected.sources[].secret.name"),
    ("Secret", "containers[].env[].valueFrom.secretKeyRef.name"),
    ("Secret", "containers[].envFrom[].secretRef.name"),
    ("Secret", "initContainers[].env[].valueFrom.secretKeyRef.name"),
    ("Secret", "initContainers[].envFrom[].secretRef.name"),
    ("Secret", "imagePullSecrets[].name"),
    ("Secret", "volumes[].csi.nodePublishSecretRef.name"),
    ("PersistentVolumeClaim", "volumes[].persistentVolumeClaim.claimName"),
    ("ServiceAccount", "serviceAccountName"),
    ("ServiceAccount", "serviceAccount"),
    ("PriorityClass", "priorityClassName"),
    ("RuntimeClass", "runtimeClassName"),
    ("ResourceClaim", "resourceClaims[].resourceClaimName"),
];

/// Other paths: the kind that refers, the kind that is named (empty if a `kind` beside the name says so), the path.
const OTHERS: [(&str, &str, &str); 14] = [
    ("Ingress", "Service", "spec.rules[].http.paths[].backend.service.name"),
    ("Ingress", "Service", "spec.defaultBackend.service.name"),
    ("Ingress", "Secret", "spec.tls[].secretName"),
    ("Ingress", "IngressClass", "spec.ingressClassName"),
    ("StatefulSet", "Service", "spec.serviceName"),
    ("ServiceAccount", "Secret", "imagePullSecrets[].name"),
    ("ServiceAccount", "Secret", "secrets[].name"),
    ("PersistentVolumeClaim", "PersistentVolume", "spec.volumeName"),
    ("PersistentVolumeClaim", "StorageClass", "spec.storageClassName"),
    ("PersistentVolume", "StorageClass", "spec.storageClassName"),
    ("HorizontalPodAutoscaler", "", "spec.scaleTargetRef"),
    ("RoleBinding", "", "roleRef"),
    ("ClusterRoleBinding", "", "roleRef"),
    ("RoleBinding", "", "subjects[]"),
];

/// Lets every reference follow the object that it names.
pub fn follow(resources: &mut [Resource]) {
    let known: Vec<(String, Vec<String>, String)> =
        resources.iter().map(|r| (r.kind().to_owned(), r.names.clone(), r.object.name().to_owned())).collect();
    let renamed = |kind: &str, name: &str| {
        // What is called so now is meant rather than what was.
        let now = known.iter().find(|(k, _, now)| k == kind && now == name);
        let before = || known.iter().rev().find(|(k, names, _)| k == kind && names.iter().any(|n| n == name));
        now.or_else(before).map(|(_, _, now)| now.as_str()).filter(|now| *now != name)
    };
    let update = |kind: &str, value: &mut Value| {
        if let Some(new) = renamed(kind, value.str()) {
            *value = new.into();
        }
    };
    for resource in resources.iter_mut() {
        let kind = resource.kind().to_owned();
        let spec = match fields::template_path(&kind) {
            Some(template) => format!("{template}.spec."),
            None => "spec.".to_owned(),
        };
        if kind == "Pod" || spec != "spec." {
            for (to, path) in IN_POD {
                fields::each(&mut resource.object, &format!("{spec}{path}"), false, &mut |value| update(to, value));
            }
        }
        for (from, to, path) in OTHERS {
            let applies = from == kind || (from == "RoleBinding" && kind == "ClusterRoleBinding");
            if applies && !to.is_empty() {
                fields::each(&mut resource.object, path, false, &mut |value| update(to, value));
            } else if applies {
                fields::each(&mut resource.object, path, false, &mut |value| {
                    let to = value["kind"].str().to_owned();
                    if value["name"].as_str().is_some() {
                        update(&to, value.at_mut("name"));
                    }
                });
            }
        }
    }
}
