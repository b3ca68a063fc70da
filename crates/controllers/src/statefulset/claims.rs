//! The volume claims of a StatefulSet's Pods, and whether they outlive them.

use super::{Sync, identity};
use api::{Status, Value, controller_ref, kind, obj};

/// The name of the claim that a template makes for a Pod.
fn claim_name(set: &Value, template: &Value, pod: &Value) -> String {
    let ordinal = identity::ordinal(set, pod).unwrap_or(-1);
    format!("{}-{}-{ordinal}", template.name(), set.name())
}

fn templates(set: &Value) -> &[Value] {
    set["spec"]["volumeClaimTemplates"].array()
}

/// Adds the volumes of the Pod's claims to it, in the place of those of the same name.
pub fn mount(set: &Value, pod: &mut Value) {
    if templates(set).is_empty() {
        return;
    }
    let mut volumes: Vec<Value> = Vec::new();
    for template in templates(set) {
        let source = obj! { "claimName" => claim_name(set, template, pod) };
        volumes.push(obj! { "name" => template.name(), "persistentVolumeClaim" => source });
    }
    let is_claimed = |volume: &Value| templates(set).iter().any(|template| template.name() == volume["name"].str());
    volumes.extend(pod["spec"]["volumes"].array().iter().filter(|volume| !is_claimed(volume)).cloned());
    pod.set("spec.volumes", volumes);
}

/// Whether the Pod has the volumes of its claims.
pub fn mounted(set: &Value, pod: &Value) -> bool {
    templates(set).iter().all(|template| {
        let name = claim_name(set, template, pod);
        let mut volumes = pod["spec"]["volumes"].array().iter();
        volumes.any(|v| v["name"].str() == template.name() && v["persistentVolumeClaim"]["claimName"].str() == name)
    })
}

/// What becomes of claims: whether they go with the set, and whether they go with a Pod that is scaled away.
fn policy(set: &Value) -> (bool, bool) {
    let policy = set.at("spec.persistentVolumeClaimRetentionPolicy");
    (policy["whenDeleted"].str() == "Delete", policy["whenScaled"].str() == "Delete")
}

/// Whom a claim should belong to: the set, the Pod.
fn owners(set: &Value, pod: &Value) -> (bool, bool) {
    let scaled_away = !identity::in_range(set, pod);
    match policy(set) {
        (false, false) => (false, false),
        (true, false) => (true, false),
        (false, true) => (false, scaled_away),
        (true, true) => (!scaled_away, scaled_away),
    }
}

fn is_owned_by(claim: &Value, owner: &Value) -> bool {
    claim["metadata"]["ownerReferences"].array().iter().any(|reference| reference["uid"].str() == owner.uid())
}

impl Sync<'_, '_> {
    /// The claims of a Pod that there are.
    fn claims(&self, pod: &Value) -> Vec<Value> {
        let set = self.set;
        let get = |template| {
            let name = claim_name(set, template, pod);
            self.cx.client.get(kind::PERSISTENT_VOLUME_CLAIM, set.namespace(), &name)
        };
        templates(set).iter().filter_map(get).collect()
    }

    /// Makes the claims of a Pod that are missing.
    ///
    /// # Errors
    /// The refusal of one, or that one of them is on its way out.
    pub fn create_claims(&mut self, pod: &Value) -> Result<(), Status> {
        let set = self.set;
        let mut failed = Ok(());
        for template in templates(set) {
            let name = claim_name(set, template, pod);
            match self.cx.client.get(kind::PERSISTENT_VOLUME_CLAIM, set.namespace(), &name) {
                Some(claim) if claim.deleting() => {
                    failed = Err(Status::bad_request(format!("pvc {name} is being deleted")));
                }
                Some(_) => {}
                None => failed = self.create_claim(template, &name, pod).and(failed),
            }
        }
        failed
    }

    fn create_claim(&mut self, template: &Value, name: &str, pod: &Value) -> Result<(), Status> {
        let set = self.set;
        let mut labels = template["metadata"]["labels"].clone();
        for (key, value) in set.at("spec.selector.matchLabels").entries() {
            labels.object_mut().insert(key.clone(), value.clone());
        }
        let claim = obj! {
            "apiVersion" => "v1", "kind" => kind::PERSISTENT_VOLUME_CLAIM.kind,
            "metadata" => obj! {
                "name" => name, "namespace" => set.namespace(), "labels" => labels,
                "annotations" => &template["metadata"]["annotations"],
                "finalizers" => &template["metadata"]["finalizers"],
            },
            "spec" => &template["spec"],
        };
        let made = self.cx.client.create(kind::PERSISTENT_VOLUME_CLAIM, claim).map(drop);
        let (pod, set) = (pod.name(), set.name());
        let message = match &made {
            Ok(()) => format!("Create Claim {name} Pod {pod} in StatefulSet {set} success"),
            Err(status) => format!("Create Claim {name} for Pod {pod} in StatefulSet {set} failed error: {status}"),
        };
        self.event(made.is_ok(), if made.is_ok() { "SuccessfulCreate" } else { "FailedCreate" }, message);
        made
    }

    /// Whether a claim still belongs to an earlier Pod of this name, and goes with that.
    pub fn has_stale_claim(&self, pod: &Value) -> bool {
        let stale = |claim: &Value| {
            let mut owners = claim["metadata"]["ownerReferences"].array().iter();
            owners.any(|owner| owner["kind"].str() == kind::POD.kind && owner["name"].str() == pod.name())
        };
        policy(self.set).1 && self.claims(pod).iter().any(stale)
    }

    /// Makes the claims of a Pod belong to whom the retention policy says.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn retain_claims(&mut self, pod: &Value) -> Result<(), Status> {
        let (by_set, by_pod) = owners(self.set, pod);
        for mut claim in self.claims(pod) {
            if (is_owned_by(&claim, self.set), is_owned_by(&claim, pod)) == (by_set, by_pod) {
                continue;
            }
            let references = claim.at_mut("metadata.ownerReferences").array_mut();
            references.retain(|reference| ![self.set.uid(), pod.uid()].contains(&reference["uid"].str()));
            if by_set {
                references.push(controller_ref(kind::STATEFUL_SET, self.set));
            }
            if by_pod {
                references.push(controller_ref(kind::POD, pod));
            }
            if references.is_empty() {
                claim.remove("metadata.ownerReferences");
            }
            self.cx.client.update(kind::PERSISTENT_VOLUME_CLAIM, claim)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_goes_with_whom_the_policy_says() {
        let of = |deleted: &str, scaled: &str, pod: &str| {
            let policy = obj! { "whenDeleted" => deleted, "whenScaled" => scaled };
            let spec = obj! { "replicas" => 1, "persistentVolumeClaimRetentionPolicy" => policy };
            let set = obj! { "metadata" => obj! { "name" => "db" }, "spec" => spec };
            owners(&set, &obj! { "metadata" => obj! { "name" => pod } })
        };
        assert_eq!(of("Retain", "Retain", "db-1"), (false, false));
        assert_eq!(of("Delete", "Retain", "db-1"), (true, false));
        assert_eq!((of("Retain", "Delete", "db-0"), of("Retain", "Delete", "db-1")), ((false, false), (false, true)));
        assert_eq!((of("Delete", "Delete", "db-0"), of("Delete", "Delete", "db-1")), ((true, false), (false, true)));
    }
}
