//! The queue of everything that will happen: a component's work, by the moment it is due.

use api::{OrdKey, OrdMap, Time};
use apiserver::{Cause, WorkKey};
use std::sync::Arc;

/// Which component of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ComponentId {
    /// The controllers that kubeadm's kube-controller-manager runs, and the cloud's load balancer controller.
    Controllers,
    /// kube-scheduler.
    Scheduler,
    /// The kubelets of all nodes.
    Kubelets,
    /// What the API server does on its own: it keeps the Service `kubernetes`.
    ApiServer,
    /// The administrator who installs the cluster.
    Installer,
}

/// Due moment and order of queueing: work that is due at once runs in the order in which it was queued.
type Slot = (Time, u64);

/// Whose work, and which.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Work(ComponentId, WorkKey);

impl OrdKey for Work {
    const TEXTS: bool = true;

    fn texts(&self) -> [&[u8]; 4] {
        // The component's number, as a text of one byte that is not zero.
        const NUMBERS: [u8; 5] = [1, 2, 3, 4, 5];
        let at = self.0 as usize;
        let [what, namespace, name, _] = self.1.texts();
        [&NUMBERS[at..=at], what, namespace, name]
    }
}

/// Work by due moment, each key at most once a component. A clone is a snapshot.
#[derive(Clone, Default)]
pub(crate) struct Queue {
    due: OrdMap<Slot, Arc<Work>>,
    /// Where each piece of work is queued, and what made somebody want it.
    slots: OrdMap<Arc<Work>, (Slot, Cause)>,
    next: u64,
}

impl Queue {
    /// Queues work. If it is queued already, the earlier moment stays, and the cause that tells more.
    pub(crate) fn add(&mut self, at: Time, component: ComponentId, key: WorkKey, mut cause: Cause) {
        let work = Arc::new(Work(component, key));
        if let Some((slot, known)) = self.slots.get_mut(&work) {
            cause = cause.over(*known);
            if slot.0 <= at {
                *known = cause;
                return;
            }
            self.due.remove(slot);
        }
        let slot = (at, self.next);
        self.next += 1;
        self.due.insert(slot, work.clone());
        self.slots.insert(work, (slot, cause));
    }

    /// When the next work is due.
    pub(crate) fn next_at(&self) -> Option<Time> {
        self.due.get_min().map(|(slot, _)| slot.0)
    }

    /// Takes the next work, and why it is to be done.
    pub(crate) fn pop(&mut self) -> Option<(Time, ComponentId, WorkKey, Cause)> {
        let slot = *self.due.get_min()?.0;
        let work = self.due.remove(&slot)?;
        let cause = self.slots.remove(&work).map(|(_, cause)| cause).unwrap_or_default();
        // Nobody else has it, unless there is a snapshot.
        let Work(component, key) = Arc::try_unwrap(work).unwrap_or_else(|work| Work(work.0, work.1.clone()));
        Some((slot.0, component, key, cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use apiserver::Root;

    fn key(name: &str) -> WorkKey {
        WorkKey::new("test", "", name)
    }

    #[test]
    fn work_comes_in_order_and_once() {
        let mut queue = Queue::default();
        let mut add = |at, component, name| queue.add(Time(at), component, key(name), Cause::default());
        add(5, ComponentId::Scheduler, "b");
        add(3, ComponentId::Scheduler, "a");
        add(5, ComponentId::Controllers, "b");
        add(4, ComponentId::Scheduler, "b");
        add(9, ComponentId::Scheduler, "a");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(at, c, k, _)| (at.0, c, k.name)).collect();
        let expected = [
            (3, ComponentId::Scheduler, "a".into()),
            (4, ComponentId::Scheduler, "b".into()),
            (5, ComponentId::Controllers, "b".into()),
        ];
        assert_eq!(order, expected);
        assert_eq!(queue.next_at(), None);
    }

    #[test]
    fn the_cause_that_tells_more_stays() {
        let mut queue = Queue::default();
        let cause = |root, decisive| Cause { root, decisive, ..Cause::default() };
        queue.add(Time(1), ComponentId::Scheduler, key("a"), cause(Root::Write(0, 1), false));
        queue.add(Time(2), ComponentId::Scheduler, key("a"), cause(Root::Command(1), true));
        queue.add(Time(3), ComponentId::Scheduler, key("a"), cause(Root::Write(0, 2), false));
        assert_eq!(queue.pop().map(|(at, .., cause)| (at, cause.root)), Some((Time(1), Root::Command(1))));
    }
}
