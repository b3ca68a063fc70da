//! Who belongs to whom: a controller adopts objects that its selector matches and nobody controls, and releases those that
//! it does not match any more (pkg/controller/controller_ref_manager.go).

use api::{Kind, Selector, Status, Value, controller_ref};
use apiserver::Client;

/// The objects of kind `of` that `owner` (of kind `owner_kind`) controls, after adopting and releasing.
///
/// # Errors
/// The server's refusal of an adoption or release; a conflict if the object has changed meanwhile.
pub fn claim(
    client: &mut Client<'_>,
    of: &'static Kind,
    owner_kind: &'static Kind,
    owner: &Value,
    selector: &Selector,
) -> Result<Vec<Value>, Status> {
    claim_members(client, of, owner_kind, owner, selector, &|_| true)
}

/// As [`claim`], of those objects alone that `is_member` says may belong to the owner.
pub fn claim_members(
    client: &mut Client<'_>,
    of: &'static Kind,
    owner_kind: &'static Kind,
    owner: &Value,
    selector: &Selector,
    is_member: &dyn Fn(&Value) -> bool,
) -> Result<Vec<Value>, Status> {
    let (namespace, uid) = (owner.namespace(), owner.uid());
    let mut matching = client.select(of, namespace, selector);
    let mut adopted = false;
    matching.retain(|object| {
        let controller = object.controller();
        let orphan = controller.is_null() && !object.deleting() && !owner.deleting();
        let orphan = orphan && is_member(object);
        adopted |= orphan;
        orphan || controller["uid"].str() == uid && is_member(object)
    });
    if adopted {
        for object in &mut matching {
            if object.controller().is_null() {
                let mut owned = object.clone();
                let references = owned.at_mut("metadata.ownerReferences");
                references.array_mut().push(controller_ref(owner_kind, owner));
                *object = client.update(of, owned)?;
            }
        }
    }
    // All that is owned matches, mostly: then there is nothing to look for.
    if client.count_owned_by(of, uid) > matching.len() {
        for mut object in client.owned_by(of, uid) {
            let mine = object.controller()["uid"].str() == uid;
            if mine && !selector.matches(object.labels()) && !object.deleting() {
                object.at_mut("metadata.ownerReferences").array_mut().retain(|owner| owner["uid"].str() != uid);
                if object["metadata"]["ownerReferences"].is_empty() {
                    object.remove("metadata.ownerReferences");
                }
                client.update(of, object)?;
            }
        }
    }
    Ok(matching)
}
