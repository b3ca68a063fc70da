//! Recreate: the old Pods end before the first new one is made.

use super::Sync;
use super::sets::size;
use crate::pods;
use api::{Status, Str, kind};
use apiserver::WorkKey;

impl Sync<'_, '_> {
    /// One step of an update by the strategy Recreate.
    pub fn recreate(&mut self, key: &WorkKey) -> Result<(), Status> {
        self.sync_revision(false)?;
        let active: Vec<Str> = self.sets.old().filter(|set| size(set) > 0).map(|set| set.name().into()).collect();
        let mut scaled_down = false;
        for name in active {
            scaled_down |= self.resize(&name, 0)?;
        }
        if scaled_down || self.old_pods_run() {
            return self.write_rollout_status(key);
        }
        self.sync_revision(true)?;
        self.grow_new()?;
        if super::status::is_complete(&self.deployment, &self.deployment["status"]) {
            self.clean_up()?;
        }
        self.write_rollout_status(key)
    }

    /// Whether Pods of older templates have not ended yet, be it that they are being deleted.
    fn old_pods_run(&self) -> bool {
        let counted = self.sets.old().any(|set| set["status"]["replicas"].int() > 0);
        let running = |uid: &str| self.cx.client.owned_by(kind::POD, uid).iter().any(|pod| !pods::is_terminal(pod));
        counted || self.sets.old().any(|set| running(set.uid()))
    }
}
