//! What belongs together: what is lit when one thing is pointed at.

use super::{Claim, Ingress, Pod, Service, World};
use api::{OrdSet, Str};
use std::rc::Rc;

impl World {
    /// The UIDs of everything that belongs together with the object `uid`: an owner, its ReplicaSets and Pods, and the
    /// Services that lead to them; or a Service and its Pods; or a Pod with its owner and Services.
    pub fn related(&self, uid: &str) -> OrdSet<Str> {
        let mut related = OrdSet::from([Str::from(uid)]);
        if let Some(service) = self.view.services.iter().find(|service| service.uid == uid) {
            related.extend(service.ends.iter().map(|end| end.pod.clone()));
            return related;
        }
        if self.relate_storage(uid, &mut related) {
            return related;
        }
        let root = self.index.pods.get(uid).map_or_else(|| self.root(uid), |pod| pod.owner.clone());
        if !root.is_empty() {
            related.insert(root.clone());
            let owned = self.index.owners.values().filter(|owner| owner.owner == root);
            related.extend(owned.map(|owner| owner.uid.clone()));
            // Of a single Pod only its own Services are related, of an owner all its Pods.
            if !self.index.pods.contains_key(uid) {
                related.extend(self.index.pods.values().filter(|pod| pod.owner == root).map(|pod| pod.uid.clone()));
            }
        }
        let leads_here = |service: &&Rc<Service>| service.ends.iter().any(|end| related.contains(&end.pod));
        let services: Vec<Str> =
            self.view.services.iter().filter(leads_here).map(|service| service.uid.clone()).collect();
        related.extend(services);
        let leads_on = |ingress: &&Rc<Ingress>| {
            let leads_to = |service: &Rc<Service>| {
                related.contains(&service.uid)
                    && service.namespace == ingress.namespace
                    && ingress.paths.iter().any(|path| path.service == service.name)
            };
            ingress.uid == uid || self.view.services.iter().any(leads_to)
        };
        let ingresses: Vec<Str> = self.view.ingresses.iter().filter(leads_on).map(|i| i.uid.clone()).collect();
        related.extend(ingresses);
        let storage = self.view.claims.iter().filter(|claim| {
            let mounts = |pod: &Rc<Pod>| related.contains(&pod.uid) && pod.mounts(claim);
            self.view.pods().any(mounts)
        });
        let storage: Vec<Str> =
            storage.flat_map(|claim| [Some(claim.uid.clone()), self.volume_of(claim)]).flatten().collect();
        related.extend(storage);
        related
    }

    /// Of a claim or a volume: both, and the Pods that mount it.
    fn relate_storage(&self, uid: &str, related: &mut OrdSet<Str>) -> bool {
        let of = |claim: &&Rc<Claim>| claim.uid == uid || self.volume_of(claim).is_some_and(|volume| volume == uid);
        let Some(claim) = self.view.claims.iter().find(of) else { return false };
        related.insert(claim.uid.clone());
        related.extend(self.volume_of(claim));
        related.extend(self.view.pods().filter(|pod| pod.mounts(claim)).map(|pod| pod.uid.clone()));
        true
    }

    fn volume_of(&self, claim: &Claim) -> Option<Str> {
        self.view.volumes.iter().find(|volume| volume.name == claim.volume).map(|volume| volume.uid.clone())
    }
}
