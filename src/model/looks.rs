//! Who looks how: the colour of an app, and which of its owner's children something is. Both follow from the order in which things
//! were made, so that the same history looks the same wherever it is shown.

use api::{OrdMap, Str, Value};

/// How many colours owners take turns in (`owner-0` ... in picture.css).
const HUES: u8 = 8;

/// The looks of all workloads that there ever were.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// By UID: the colour of what owns all, and the how-manieth child of its owner another is.
    known: OrdMap<Str, u8>,
    next: u8,
    /// How many children an owner has had so far, by its UID.
    had: OrdMap<Str, u8>,
}

impl Looks {
    /// The looks of what was made, oldest first.
    pub fn of<'a>(made: impl Iterator<Item = &'a Value>) -> Looks {
        let mut looks = Looks::default();
        made.for_each(|object| {
            looks.meet(object.uid().into(), object.controller()["uid"].to_str(), object.namespace());
        });
        looks
    }

    /// How a workload looks: its colour, which is its owner's if it has one, and the how-manieth of its owner it is. Owners take
    /// turns in the order in which they are made. What is the system's has no colour.
    pub fn meet(&mut self, uid: Str, owner: Str, namespace: &str) -> (u8, u8) {
        let root = if owner.is_empty() { &uid } else { &owner };
        let hue = match self.known.get(root) {
            _ if namespace == "kube-system" => HUES,
            Some(known) => *known,
            None => {
                let hue = self.next;
                self.next = (hue + 1) % HUES;
                self.known.insert(root.clone(), hue);
                hue
            }
        };
        if owner.is_empty() {
            return (hue, 0);
        }
        let nth = match self.known.get(&uid) {
            Some(known) => *known,
            None => {
                let had = self.had.entry(owner).or_insert_with(|| 0);
                let nth = *had;
                *had = had.wrapping_add(1);
                self.known.insert(uid, nth);
                nth
            }
        };
        (hue, nth)
    }

    /// The colour of what is owned by `uid`, if anything is; of an owner that is no workload (a Node, a resource of the user's own),
    /// one that its UID decides.
    pub fn hue(&self, uid: &Str) -> Option<u8> {
        let sum = || uid.bytes().fold(0, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte));
        (!uid.is_empty()).then(|| self.known.get(uid).copied().unwrap_or_else(|| sum() % HUES))
    }
}
