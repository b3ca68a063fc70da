//! What an autoscaler remembers: recommendations and changes of size, each with its moment. Upstream's controller keeps them
//! in its memory, too, and begins anew when it is restarted.

use api::{Time, Value, list, obj};
use std::time::Duration;

/// Numbers with their moments, oldest first.
pub type Samples = Vec<(Time, i64)>;

/// Nothing older than this is asked for (the longest period and window that validation lets pass).
const LONGEST: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Sizes that the metrics asked for.
    pub recommendations: Samples,
    /// By how much the target grew, and shrank.
    pub grown: Samples,
    pub shrunk: Samples,
}

impl History {
    pub fn read(memory: &Value) -> History {
        let of = |field: &str| {
            let samples = memory[field].array().iter().map(Value::array);
            samples.filter_map(|s| Some((Time(s.first()?.int()), s.get(1)?.int()))).collect()
        };
        History { recommendations: of("recommendations"), grown: of("grown"), shrunk: of("shrunk") }
    }

    pub fn to_value(&self) -> Value {
        let of = |samples: &Samples| -> Value {
            samples.iter().map(|(at, n)| list![at.0, *n]).collect::<Vec<Value>>().into()
        };
        obj! {
            "recommendations" => of(&self.recommendations), "grown" => of(&self.grown), "shrunk" => of(&self.shrunk),
        }
    }

    /// The size at which the autoscaler finds its target counts as the first recommendation.
    pub fn begin(&mut self, now: Time, current: i64) {
        if self.recommendations.is_empty() {
            self.recommendations.push((now, current));
        }
    }

    pub fn recommend(&mut self, now: Time, wanted: i64) {
        self.recommendations.push((now, wanted));
        self.recommendations.retain(|(at, _)| *at + LONGEST > now);
    }

    pub fn note_change(&mut self, now: Time, from: i64, to: i64) {
        match to > from {
            true => self.grown.push((now, to - from)),
            false => self.shrunk.push((now, from - to)),
        }
        for samples in [&mut self.grown, &mut self.shrunk] {
            samples.retain(|(at, _)| *at + LONGEST > now);
        }
    }

    /// The recommendations of the last `window`.
    pub fn recent(&self, now: Time, window: Duration) -> impl Iterator<Item = i64> {
        self.recommendations.iter().filter(move |(at, _)| *at > now - window).map(|(_, n)| *n)
    }
}

/// The sum of what happened in the last `period`.
pub fn sum(samples: &Samples, now: Time, period: Duration) -> i64 {
    samples.iter().filter(|(at, _)| *at > now - period).map(|(_, n)| n).sum()
}
