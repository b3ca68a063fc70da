//! Who a Pod of a StatefulSet is: its ordinal, its names and its labels (stateful_set_utils.go).

use super::{REVISION_LABEL, claims};
use crate::pods;
use api::{Value, controller_ref, kind};

const POD_NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// The ordinal of a Pod of `set`, by its name; none if the name is not one of the set's.
pub fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    let digits = pod.name().strip_prefix(set.name())?.strip_prefix('-')?;
    let number: i64 = digits.parse().ok().filter(|n| (0..=i64::from(i32::MAX)).contains(n))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)
}

/// The first ordinal (`spec.ordinals.start`).
pub fn start(set: &Value) -> i64 {
    set.at("spec.ordinals.start").int().max(0)
}

/// Whether a Pod is one of those that the set should have now.
pub fn in_range(set: &Value, pod: &Value) -> bool {
    let replicas = set["spec"]["replicas"].int().max(0);
    ordinal(set, pod).is_some_and(|ordinal| (start(set)..start(set) + replicas).contains(&ordinal))
}

/// The name of the revision of which a Pod is.
pub fn revision(pod: &Value) -> &str {
    pod.labels()[REVISION_LABEL].str()
}

/// Whether the Pod has the labels of its name and its ordinal.
pub fn matches(set: &Value, pod: &Value) -> bool {
    let index = ordinal(set, pod).unwrap_or(-1).to_string();
    pod.labels()[POD_NAME_LABEL].str() == pod.name() && pod.labels()[POD_INDEX_LABEL].str() == index
}

/// Gives the Pod the labels of its name and its ordinal.
pub fn update(set: &Value, pod: &mut Value) {
    let index = ordinal(set, pod).unwrap_or(-1).to_string();
    let name = pod["metadata"]["name"].clone();
    let labels = pod.at_mut("metadata.labels").object_mut();
    labels.insert(POD_NAME_LABEL, name);
    labels.insert(POD_INDEX_LABEL, index.into());
}

/// A Pod of a set at one revision.
pub fn new_pod(set: &Value, revision: &str, ordinal: i64) -> Value {
    let owner = controller_ref(kind::STATEFUL_SET, set);
    let mut pod = pods::from_template(&set["spec"]["template"], set.namespace(), set.name(), owner);
    let name = format!("{}-{ordinal}", set.name());
    pod.remove("metadata.generateName");
    pod.set("metadata.name", name.as_str());
    update(set, &mut pod);
    pod.at_mut("metadata.labels").object_mut().insert(REVISION_LABEL, revision.into());
    pod.set("spec.hostname", name);
    pod.set("spec.subdomain", set["spec"]["serviceName"].clone());
    claims::mount(set, &mut pod);
    pod
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn a_name_tells_the_ordinal() {
        let named = |name: &str| obj! { "metadata" => obj! { "name" => name } };
        let set = named("web");
        let ordinal = |name: &str| ordinal(&set, &named(name));
        assert_eq!(ordinal("web-0"), Some(0));
        assert_eq!(ordinal("web-12"), Some(12));
        assert_eq!(ordinal("web-x"), None);
        assert_eq!(ordinal("web-+1"), None);
        assert_eq!(ordinal("web2-1"), None);
        assert_eq!(ordinal("web-99999999999999999999"), None);
    }

    #[test]
    fn ordinals_begin_where_the_set_says() {
        let spec = obj! { "replicas" => 2, "ordinals" => obj! { "start" => 5 } };
        let set = obj! { "metadata" => obj! { "name" => "web" }, "spec" => spec };
        let has = |name: &str| in_range(&set, &obj! { "metadata" => obj! { "name" => name } });
        assert_eq!(["web-4", "web-5", "web-6", "web-7"].map(has), [false, true, true, false]);
    }
}
