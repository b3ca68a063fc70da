//! Completion indexes, and lists of them such as `0-3,5` (indexed_job_utils.go).

use super::{Sync, backoff, has_finalizer, policy};
use api::{OrdMap, Value};
use std::fmt;

/// The annotation and label of a Pod's completion index.
pub const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// The annotations of how often an index has failed, and how often that did not count.
pub const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
pub const IGNORED_FAILURES: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// A Pod's completion index.
pub fn index(pod: &Value) -> Option<i64> {
    pod.annotation(INDEX).parse().ok().filter(|index| *index >= 0)
}

/// A number that an annotation says; 0 if that is none.
pub fn number(pod: &Value, annotation: &str) -> i64 {
    pod.annotation(annotation).parse::<i32>().map_or(0, |n| i64::from(n.max(0)))
}

/// How often the index of a failed Pod had failed before.
pub fn failures_before(pod: &Value) -> i64 {
    number(pod, FAILURES) + number(pod, IGNORED_FAILURES)
}

/// A set of indexes as intervals, first and last, in order and never touching each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intervals(Vec<(i64, i64)>);

impl Intervals {
    /// Reads a list such as `1,3-5`, without what is not below `completions`.
    pub fn parse(text: &str, completions: i64) -> Intervals {
        let mut all = Intervals::default();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            if let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) {
                all.add(first, last.min(completions - 1));
            }
        }
        all
    }

    /// Adds the indexes from `first` to `last`.
    pub fn add(&mut self, first: i64, last: i64) {
        if first > last || first < 0 {
            return;
        }
        let (mut first, mut last) = (first, last);
        let from = self.0.partition_point(|interval| interval.1 + 1 < first);
        let to = self.0.partition_point(|interval| interval.0 <= last + 1);
        if from < to {
            first = first.min(self.0[from].0);
            last = last.max(self.0[to - 1].1);
        }
        self.0.splice(from..to, [(first, last)]);
    }

    pub fn has(&self, index: i64) -> bool {
        let at = self.0.partition_point(|interval| interval.1 < index);
        self.0.get(at).is_some_and(|interval| interval.0 <= index)
    }

    /// How many indexes there are.
    pub fn total(&self) -> i64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// How many indexes both have.
    pub fn common(&self, other: &Intervals) -> i64 {
        let with = |a: &(i64, i64)| -> i64 {
            let overlap = |b: &(i64, i64)| (a.1.min(b.1) - a.0.max(b.0) + 1).max(0);
            other.0.iter().map(overlap).sum()
        };
        self.0.iter().map(with).sum()
    }

    /// The first `n` indexes below `completions` that are missing.
    pub fn missing(&self, n: usize, completions: i64) -> Vec<i64> {
        let (mut found, mut candidate) = (Vec::new(), 0);
        let gaps = self.0.iter().copied().chain([(completions, completions)]);
        for (first, last) in gaps {
            let gap = candidate..first.min(completions);
            found.extend(gap.take(n - found.len()));
            candidate = last + 1;
        }
        found
    }
}

impl fmt::Display for Intervals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                1 => write!(f, "{comma}{first},{last}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl Sync<'_, '_> {
    /// Which indexes have succeeded and, if each has a limit of its own, failed; by the status and by the Pods that are
    /// not counted yet.
    pub fn count_indexes(&mut self) {
        let completions = self.completions().unwrap_or(0);
        let status = &self.job["status"];
        self.succeeded_before = Intervals::parse(status["completedIndexes"].str(), completions);
        let mut succeeded = self.succeeded_before.clone();
        let mut failed = Intervals::parse(status["failedIndexes"].str(), completions);
        for pod in self.pods.iter().filter(|pod| has_finalizer(pod)) {
            let Some(index) = self.index(pod) else { continue };
            if pod["status"]["phase"].str() == "Succeeded" {
                succeeded.add(index, index);
            } else if self.has_failed(pod) && self.fails_index(pod) {
                failed.add(index, index);
            }
        }
        self.succeeded = succeeded.total();
        self.succeeded_indexes = succeeded;
        if self.has_limit_per_index() {
            self.failed_indexes = Some(failed);
            self.keep_failed();
        }
    }

    /// Whether each index has a limit of its own.
    pub fn has_limit_per_index(&self) -> bool {
        !self.spec()["backoffLimitPerIndex"].is_null()
    }

    /// Whether an index is given up with this failed Pod.
    fn fails_index(&self, pod: &Value) -> bool {
        let limit = self.spec()["backoffLimitPerIndex"].int();
        match policy::action(&self.spec()["podFailurePolicy"], pod) {
            Some("FailIndex") => true,
            Some("Ignore") => false,
            _ => number(pod, FAILURES) >= limit,
        }
    }

    /// The newest failed Pod of each index that has no other.
    fn keep_failed(&mut self) {
        let mut kept: OrdMap<i64, Value> = OrdMap::new();
        for pod in self.pods.iter().filter(|pod| has_finalizer(pod) && self.has_failed(pod)) {
            let Some(index) = self.index(pod) else { continue };
            let given_up = self.failed_indexes.as_ref().is_some_and(|failed| failed.has(index));
            let runs = self.active.iter().any(|active| self.index(active) == Some(index));
            if given_up || runs || self.succeeded_indexes.has(index) {
                continue;
            }
            let newer = kept.get(&index).is_none_or(|last| {
                failures_before(last) <= failures_before(pod) && backoff::finish_time(pod) >= backoff::finish_time(last)
            });
            if newer {
                kept.insert(index, pod.clone());
            }
        }
        self.kept = kept;
    }

    /// The first `n` indexes that need a Pod.
    pub fn pending_indexes(&self, n: usize) -> Vec<i64> {
        let mut taken = self.succeeded_indexes.clone();
        let ending = self.pods.iter().filter(|pod| self.replaces_failed_only() && crate::pods::is_terminating(pod));
        for index in self.active.iter().chain(ending).filter_map(index) {
            taken.add(index, index);
        }
        for (first, last) in self.failed_indexes.iter().flat_map(|failed| &failed.0) {
            taken.add(*first, *last);
        }
        taken.missing(n, self.completions().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_as_short_as_they_can_be() {
        let mut all = Intervals::parse("0-2,4,9", 8);
        assert_eq!(all.to_string(), "0-2,4");
        all.add(6, 6);
        all.add(7, 7);
        assert_eq!(all.to_string(), "0-2,4,6,7");
        all.add(3, 3);
        assert_eq!((all.to_string(), all.total()), ("0-4,6,7".to_owned(), 7));
        all.add(5, 5);
        assert_eq!(all.to_string(), "0-7");
        assert_eq!(Intervals::parse("nonsense,2", 8).to_string(), "2");
    }

    #[test]
    fn the_lowest_free_indexes_come_first() {
        let taken = Intervals::parse("1,3-4", 8);
        assert_eq!(taken.missing(3, 8), [0, 2, 5]);
        assert_eq!(taken.missing(9, 6), [0, 2, 5]);
        assert!(taken.has(4) && !taken.has(5));
        assert_eq!(taken.common(&Intervals::parse("0-3", 8)), 2);
    }
}
