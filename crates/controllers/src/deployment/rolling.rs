//! RollingUpdate: up and down in steps, never more than `maxSurge` above nor `maxUnavailable` below what is wanted.
//!
//! The arithmetic is in functions of numbers, where tests can reach it.

use super::sets::{available, size};
use super::{Sync, scale, wanted};
use api::{Status, Str, Value};
use apiserver::WorkKey;

/// One set, as the arithmetic sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// `spec.replicas`
    pub size: i64,
    /// `status.availableReplicas`
    pub available: i64,
}

impl Sync<'_, '_> {
    /// One step of a rolling update.
    pub fn roll(&mut self, key: &WorkKey) -> Result<(), Status> {
        self.sync_revision(true)?;
        // As upstream, a step is either up or down; the status is written after each.
        if self.grow_new()? || self.shrink_old()? {
            return self.write_rollout_status(key);
        }
        if super::status::is_complete(&self.deployment, &self.deployment["status"]) {
            self.clean_up()?;
        }
        self.write_rollout_status(key)
    }

    /// Scales the new set; returns whether that changed anything.
    pub fn grow_new(&mut self) -> Result<bool, Status> {
        let Some(set) = self.sets.newest() else { return Ok(false) };
        let (name, size, wanted) = (Str::from(set.name()), size(set), wanted(&self.deployment));
        let target = if size > wanted { wanted } else { self.size_of_new(size) };
        if target == size { Ok(false) } else { self.resize(&name, target) }
    }

    fn shrink_old(&mut self) -> Result<bool, Status> {
        let Some(new) = self.sets.newest().map(part) else { return Ok(false) };
        let old: Vec<&Value> = self.sets.old().filter(|set| size(set) > 0).collect();
        let names: Vec<Str> = old.iter().map(|set| set.name().into()).collect();
        let parts: Vec<Part> = old.into_iter().map(part).collect();
        let wanted = wanted(&self.deployment);
        let mut changed = false;
        for step in shrink(wanted, scale::max_unavailable(&self.deployment), new, &parts) {
            for (name, target) in names.iter().zip(step) {
                if self.sets.get(name).map(size) != Some(target) {
                    changed |= self.resize(name, target)?;
                }
            }
        }
        Ok(changed)
    }
}

fn part(set: &Value) -> Part {
    Part { size: size(set), available: available(set) }
}

/// The size to which the new set may grow, where all sets together have `total` Pods (`NewRSNewReplicas`).
pub fn grown(size: i64, wanted: i64, total: i64, max_surge: i64) -> i64 {
    let room = wanted + max_surge - total;
    if room <= 0 { size } else { size + room.min(wanted - size).max(0) }
}

/// The sizes to which the old sets (oldest first) are to shrink, in two steps: first the Pods that do not work anyway
/// (`cleanupUnhealthyReplicas`), then as many of those that do as can be spared.
fn shrink(wanted: i64, max_unavailable: i64, new: Part, old: &[Part]) -> Vec<Vec<i64>> {
    let mut sizes: Vec<i64> = old.iter().map(|part| part.size).collect();
    let total: i64 = new.size + sizes.iter().sum::<i64>();
    let least = wanted - max_unavailable;
    let mut spare = total - least - (new.size - new.available);
    if spare <= 0 || old.is_empty() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    for (size, part) in sizes.iter_mut().zip(old) {
        let broken = (*size - part.available).clamp(0, spare.max(0));
        *size -= broken;
        spare -= broken;
    }
    steps.push(sizes.clone());
    let available = new.available + old.iter().map(|part| part.available).sum::<i64>();
    let mut spare = available - least;
    for size in sizes.iter_mut() {
        let less = (*size).min(spare.max(0));
        *size -= less;
        spare -= less;
    }
    steps.push(sizes);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Rng;

    #[test]
    fn one_step_of_the_usual_strategies() {
        let part = |size, available| Part { size, available };
        assert_eq!(grown(0, 3, 3, 1), 1, "3 wanted, 1 surge: the first new one");
        assert_eq!(grown(1, 3, 4, 1), 1, "no room yet");
        assert_eq!(grown(2, 8, 8, 2), 4);
        assert!(shrink(3, 0, part(1, 0), &[part(3, 3)]).is_empty(), "nothing can be spared");
        assert_eq!(shrink(3, 0, part(1, 1), &[part(3, 3)]).last(), Some(&vec![2]));
        assert_eq!(shrink(8, 2, part(2, 0), &[part(8, 8)]).last(), Some(&vec![6]));
        assert_eq!(shrink(3, 0, part(1, 0), &[part(1, 0), part(3, 3)]).last(), Some(&vec![0, 3]), "broken ones first");
    }

    /// Plays a roll-out with Pods that become available, or break, at random.
    fn play(seed: u64, wanted: i64, surge: i64, unavailable: i64, healthy: bool) {
        let mut rng = Rng::new(seed);
        let mut old = [Part { size: wanted, available: wanted }];
        let mut new = Part { size: 0, available: 0 };
        for _ in 0..400 {
            let total = new.size + old[0].size;
            let target = grown(new.size, wanted, total, surge);
            if target != new.size {
                new.size = target;
            } else if let Some(sizes) = shrink(wanted, unavailable, new, &old).last() {
                let before = new.available + old[0].available;
                // The ReplicaSet deletes what is not available first.
                old[0] = Part { size: sizes[0], available: old[0].available.min(sizes[0]) };
                let least = (wanted - unavailable).min(before);
                assert!(new.available + old[0].available >= least, "too few available");
            }
            assert!(new.size + old[0].size <= wanted + surge, "too many");
            assert!(new.size <= wanted && old[0].size >= 0);
            if new.available < new.size && rng.below(2) == 0 {
                new.available += 1;
            }
            if !healthy && rng.below(5) == 0 {
                new.available = (new.available - 1).max(0);
            }
        }
        if healthy {
            assert_eq!((new.size, old[0].size), (wanted, 0), "it ends");
        }
    }

    #[test]
    fn a_roll_out_stays_within_its_limits_and_ends() {
        for seed in 0..12 {
            for wanted in [1, 2, 3, 7, 10] {
                for (surge, unavailable) in [(1, 0), (0, 1), (2, 2), (3, 1), (wanted, 0)] {
                    play(seed, wanted, surge, unavailable.min(wanted), true);
                    play(seed, wanted, surge, unavailable.min(wanted), false);
                }
            }
        }
    }
}
