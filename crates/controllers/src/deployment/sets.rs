//! A Deployment's ReplicaSets: the one of its template, and the older ones.

use api::Value;

/// The label that tells the Pods of one template from those of another.
pub const HASH_LABEL: &str = "pod-template-hash";

/// The ReplicaSets of one Deployment, oldest first.
pub struct Sets {
    sets: Vec<Value>,
    /// The name of the one with the Deployment's template; empty if there is none yet.
    new: String,
}

impl Sets {
    /// The sets that a Deployment owns.
    pub fn new(mut sets: Vec<Value>) -> Sets {
        api::sort_by_cached_key(&mut sets, |set| (set.created(), set.name().to_owned()));
        Sets { sets, new: String::new() }
    }

    /// Looks for the set of the Deployment's template: the oldest one, if several have it.
    pub fn find_new(&mut self, deployment: &Value) {
        let template = &deployment["spec"]["template"];
        let found = self.sets.iter().find(|set| same_template(&set["spec"]["template"], template));
        self.new = found.map(|set| set.name().to_owned()).unwrap_or_default();
    }

    /// Takes over a set that was made for the Deployment's template.
    pub fn add_new(&mut self, set: Value) {
        self.new = set.name().to_owned();
        self.replace(set);
    }

    /// Takes over a set as it is stored now.
    pub fn replace(&mut self, set: Value) {
        match self.sets.iter_mut().find(|old| old.name() == set.name()) {
            Some(old) => *old = set,
            None => self.sets.push(set),
        }
    }

    /// The set of the Deployment's template.
    pub fn newest(&self) -> Option<&Value> {
        self.get(&self.new)
    }

    /// The set of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.sets.iter().find(|set| set.name() == name)
    }

    /// All sets, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.sets.iter()
    }

    /// The sets of other templates, oldest first.
    pub fn old(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.sets.iter().filter(|set| set.name() != self.new)
    }

    /// The sum of the sizes of all sets.
    pub fn total_size(&self) -> i64 {
        self.all().map(size).sum()
    }
}

/// `spec.replicas`
pub fn size(set: &Value) -> i64 {
    set["spec"]["replicas"].int()
}

/// `status.availableReplicas`
pub fn available(set: &Value) -> i64 {
    set["status"]["availableReplicas"].int()
}

/// Whether two templates differ in nothing but the hash label.
pub fn same_template(a: &Value, b: &Value) -> bool {
    let others = |template: &Value| {
        let labels = template["metadata"]["labels"].entries();
        labels.filter(|(key, _)| *key != HASH_LABEL).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
    };
    let rest = |template: &Value| {
        let fields = template["metadata"].entries().filter(|(key, value)| *key != "labels" && !value.is_null());
        fields.map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
    };
    a["spec"] == b["spec"] && others(a) == others(b) && rest(a) == rest(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn the_hash_label_makes_no_other_template() {
        let template = |hash: Option<&str>, image: &str| {
            let labels = obj! { "app" => "web", HASH_LABEL => hash };
            obj! { "metadata" => obj! { "labels" => labels }, "spec" => obj! { "image" => image } }
        };
        assert!(same_template(&template(Some("abc"), "nginx"), &template(None, "nginx")));
        assert!(!same_template(&template(Some("abc"), "nginx"), &template(None, "httpd")));
    }
}
