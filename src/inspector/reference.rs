//! Which objects speak of which: by a name in the spec, or by a selector.

use api::Value;

/// The kinds of which it is asked who speaks of an object. What owners have in their templates, their Pods have, too.
pub const NAMING: [&str; 9] = [
    "Ingress",
    "Service",
    "HorizontalPodAutoscaler",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "RoleBinding",
    "ClusterRoleBinding",
    "Pod",
];

/// The kinds and names of what an object names, in the order in which one asks for them.
pub fn named(object: &Value) -> Vec<(&str, &str)> {
    let spec = &object["spec"];
    let template = if spec["template"].is_null() { spec } else { &spec["template"]["spec"] };
    let mut found = vec![
        ("Node", template["nodeName"].str()),
        ("ServiceAccount", template["serviceAccountName"].str()),
        ("PersistentVolume", spec["volumeName"].str()),
        ("StorageClass", spec["storageClassName"].str()),
        ("IngressClass", spec["ingressClassName"].str()),
        (spec["scaleTargetRef"]["kind"].str(), spec["scaleTargetRef"]["name"].str()),
        (object["roleRef"]["kind"].str(), object["roleRef"]["name"].str()),
        ("Service", spec["defaultBackend"]["service"]["name"].str()),
    ];
    for volume in template["volumes"].array() {
        found.push(("ConfigMap", volume["configMap"]["name"].str()));
        found.push(("Secret", volume["secret"]["secretName"].str()));
        found.push(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"].str()));
    }
    for container in template["initContainers"].array().iter().chain(template["containers"].array()) {
        for source in container["envFrom"].array() {
            found.push(("ConfigMap", source["configMapRef"]["name"].str()));
            found.push(("Secret", source["secretRef"]["name"].str()));
        }
        for source in container["env"].array().iter().map(|variable| &variable["valueFrom"]) {
            found.push(("ConfigMap", source["configMapKeyRef"]["name"].str()));
            found.push(("Secret", source["secretKeyRef"]["name"].str()));
        }
    }
    for path in spec["rules"].array().iter().flat_map(|rule| rule["http"]["paths"].array()) {
        found.push(("Service", path["backend"]["service"]["name"].str()));
    }
    let near = |subject: &&Value| subject["namespace"].str() == object.namespace();
    let subjects = object["subjects"].array().iter().filter(near);
    found.extend(subjects.map(|subject| (subject["kind"].str(), subject["name"].str())));
    found.retain(|(kind, name)| !kind.is_empty() && !name.is_empty());
    found
}

/// Whether an object names another of the same namespace, or one that has none.
pub fn names(object: &Value, kind: &str, name: &str) -> bool {
    named(object).contains(&(kind, name))
}

/// Whether an object of a kind chooses another by its labels.
pub fn selects(kind: &str, object: &Value, other_kind: &str, other: &Value) -> bool {
    let selector = match kind {
        "Service" => &object["spec"]["selector"],
        // An empty one selects every Pod.
        "NetworkPolicy" => &object["spec"]["podSelector"]["matchLabels"],
        _ => return false,
    };
    let chosen = selector.entries().all(|(key, value)| other.labels().get(key) == value);
    other_kind == "Pod" && chosen && (kind != "Service" || !selector.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Value {
        api::yaml::documents(yaml).ok().and_then(|mut all| all.pop()).unwrap_or_default()
    }

    #[test]
    fn what_a_pod_or_its_template_names() {
        let spec = "{serviceAccountName: robot, volumes: [{configMap: {name: conf}}, {persistentVolumeClaim: {claimName: data}}], \
                    containers: [{env: [{valueFrom: {secretKeyRef: {name: key}}}]}]}";
        let wanted =
            [("ServiceAccount", "robot"), ("ConfigMap", "conf"), ("PersistentVolumeClaim", "data"), ("Secret", "key")];
        for yaml in [format!("spec: {spec}"), format!("spec: {{template: {{spec: {spec}}}}}")] {
            assert_eq!(named(&read(&yaml)), wanted);
        }
        assert!(names(&read(&format!("spec: {spec}")), "Secret", "key"));
    }

    #[test]
    fn others_name_and_select() {
        let ingress = "spec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]}";
        assert_eq!(named(&read(ingress)), [("Service", "web")]);
        let binding = "{metadata: {namespace: a}, roleRef: {kind: Role, name: r}, subjects: [{kind: ServiceAccount, namespace: a, name: s}, {kind: ServiceAccount, namespace: b, name: s}]}";
        assert_eq!(named(&read(binding)), [("Role", "r"), ("ServiceAccount", "s")]);
        let pod = read("metadata: {labels: {app: web, tier: front}}");
        let [service, other, none] =
            ["selector: {app: web}", "selector: {app: db}", "{}"].map(|s| read(&format!("spec: {{{s}}}")));
        assert!(selects("Service", &service, "Pod", &pod) && !selects("Service", &other, "Pod", &pod));
        assert!(!selects("Service", &none, "Pod", &pod) && selects("NetworkPolicy", &none, "Pod", &pod));
        assert!(!selects("Deployment", &service, "Pod", &pod) && !selects("Service", &service, "Node", &pod));
    }
}
