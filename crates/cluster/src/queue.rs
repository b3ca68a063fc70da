//! The queue of everything that will happen: a component's work, by the moment it is due.

use api::OrdMap;
use api::Time;
use apiserver::WorkKey;

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

/// Work by due moment, each key at most once a component. A clone is a snapshot.
#[derive(Clone, Default)]
pub(crate) struct Queue {
    due: OrdMap<Slot, (ComponentId, WorkKey)>,
    slots: OrdMap<(ComponentId, WorkKey), Slot>,
    next: u64,
}

impl Queue {
    /// Queues work. If it is queued already, the earlier moment stays.
    pub(crate) fn add(&mut self, at: Time, component: ComponentId, key: WorkKey) {
        let work = (component, key);
        if let Some(slot) = self.slots.get(&work) {
            if slot.0 <= at {
                return;
            }
            self.due.remove(slot);
        }
        let slot = (at, self.next);
        self.next += 1;
        self.due.insert(slot, work.clone());
        self.slots.insert(work, slot);
    }

    /// When the next work is due.
    pub(crate) fn next_at(&self) -> Option<Time> {
        self.due.get_min().map(|(slot, _)| slot.0)
    }

    /// Takes the next work.
    pub(crate) fn pop(&mut self) -> Option<(Time, ComponentId, WorkKey)> {
        let slot = *self.due.get_min()?.0;
        let (component, key) = self.due.remove(&slot)?;
        self.slots.remove(&(component, key.clone()));
        Some((slot.0, component, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> WorkKey {
        WorkKey::new("test", "", name)
    }

    #[test]
    fn work_comes_in_order_and_once() {
        let mut queue = Queue::default();
        queue.add(Time(5), ComponentId::Scheduler, key("b"));
        queue.add(Time(3), ComponentId::Scheduler, key("a"));
        queue.add(Time(5), ComponentId::Controllers, key("b"));
        queue.add(Time(4), ComponentId::Scheduler, key("b"));
        queue.add(Time(9), ComponentId::Scheduler, key("a"));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(at, c, k)| (at.0, c, k.name)).collect();
        let expected = [
            (3, ComponentId::Scheduler, "a".into()),
            (4, ComponentId::Scheduler, "b".into()),
            (5, ComponentId::Controllers, "b".into()),
        ];
        assert_eq!(order, expected);
        assert_eq!(queue.next_at(), None);
    }
}
