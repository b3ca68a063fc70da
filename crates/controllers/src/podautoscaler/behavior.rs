//! How fast a target may grow and shrink: the fixed rules, and those of `spec.behavior`.

use super::Sync;
use super::history::sum;
use crate::pods;
use api::Value;
use std::time::Duration;

/// A target shrinks to the highest size that was recommended in this time
/// (`--horizontal-pod-autoscaler-downscale-stabilization`).
const DOWN_WINDOW: i64 = 300;
/// Without rules a target at most doubles, or grows to this size.
const FACTOR: i64 = 2;
const FLOOR: i64 = 4;

const FAST: &str = "the desired replica count is increasing faster than the maximum scale rate";
const MUCH: &str = "the desired replica count is more than the maximum replica count";
const LITTLE: &str = "the desired replica count is less than the minimum replica count";
const SLOW: &str = "the desired replica count is decreasing faster than the maximum scale rate";
const FINE: &str = "the desired count is within the acceptable range";
const HIGHER: &str = "recent recommendations were higher than current one, applying the highest recent recommendation";
const LOWER: &str = "recent recommendations were lower than current one, applying the lowest recent recommendation";

/// A size, with the reason and message of why it is this one.
type Limited = (i64, &'static str, &'static str);

/// `proposal` between the limits; each limit has a reason and a message.
fn between(proposal: i64, least: Limited, most: Limited) -> Limited {
    match proposal {
        _ if proposal < least.0 => least,
        _ if proposal > most.0 => most,
        _ => (proposal, "DesiredWithinRange", FINE),
    }
}

impl Sync<'_, '_> {
    /// Without `spec.behavior`.
    pub fn normalize(&mut self, current: i64, proposal: i64) -> i64 {
        let now = self.cx.now;
        let highest = self.history.recent(now, Duration::from_secs(DOWN_WINDOW as u64)).max();
        let stabilized = highest.unwrap_or(proposal).max(proposal);
        self.history.recommend(now, proposal);
        self.say_stabilized(stabilized != proposal, "ScaleDownStabilized", HIGHER);
        let limit = (FACTOR * current).max(FLOOR);
        let most = match self.most() > limit {
            true => (limit, "ScaleUpLimit", FAST),
            false => (self.most(), "TooManyReplicas", MUCH),
        };
        let limited = between(stabilized, (self.least(), "TooFewReplicas", LITTLE), most);
        self.say_limited(stabilized, limited)
    }

    /// With `spec.behavior`.
    pub fn normalize_with_behavior(&mut self, current: i64, proposal: i64) -> i64 {
        let now = self.cx.now;
        let (up, down) = (self.window("scaleUp", 0), self.window("scaleDown", DOWN_WINDOW));
        let lowest = self.history.recent(now, up).chain([proposal]).min().unwrap_or(proposal);
        let highest = self.history.recent(now, down).chain([proposal]).max().unwrap_or(proposal);
        let stabilized = current.max(lowest).min(highest);
        self.history.recommend(now, proposal);
        let (reason, message) = match proposal >= current {
            true => ("ScaleUpStabilized", LOWER),
            false => ("ScaleDownStabilized", HIGHER),
        };
        self.say_stabilized(stabilized != proposal, reason, message);
        let any = i64::from(i32::MAX);
        let limited = if stabilized > current {
            let limit = self.growth_limit(current).max(current);
            let most = match self.most() > limit {
                true => (limit, "ScaleUpLimit", FAST),
                false => (self.most(), "TooManyReplicas", MUCH),
            };
            between(stabilized, (0, "", ""), most)
        } else if stabilized < current {
            let limit = self.shrink_limit(current).min(current);
            let least = match self.least() < limit {
                true => (limit, "ScaleDownLimit", SLOW),
                false => (self.least(), "TooFewReplicas", LITTLE),
            };
            between(stabilized, least, (any, "", ""))
        } else {
            (stabilized, "DesiredWithinRange", FINE)
        };
        self.say_limited(stabilized, limited)
    }

    fn say_stabilized(&mut self, stabilized: bool, reason: &str, message: &str) {
        let (reason, message) = match stabilized {
            true => (reason, message),
            false => ("ReadyForNewScale", "recommended size matches current size"),
        };
        self.set_condition("AbleToScale", true, reason, message);
    }

    fn say_limited(&mut self, wanted: i64, (size, reason, message): Limited) -> i64 {
        self.set_condition("ScalingLimited", size != wanted, reason, message);
        size
    }

    /// The sizes that the policies of one direction allow, in the order of the policies; none if it is switched off.
    fn allowed(&self, rules: &str, one: &dyn Fn(&Value, i64) -> i64, current: i64) -> Option<Vec<i64>> {
        let rules = &self.spec()["behavior"][rules];
        if rules["selectPolicy"].str() == "Disabled" {
            return None;
        }
        let at_begin = |policy: &Value| {
            let period = pods::seconds(policy["periodSeconds"].int());
            let now = self.cx.now;
            current - sum(&self.history.grown, now, period) + sum(&self.history.shrunk, now, period)
        };
        Some(rules["policies"].array().iter().map(|policy| one(policy, at_begin(policy))).collect())
    }

    fn selects_least_change(&self, rules: &str) -> bool {
        self.spec()["behavior"][rules]["selectPolicy"].str() == "Min"
    }

    fn growth_limit(&self, current: i64) -> i64 {
        let one = |policy: &Value, begin: i64| match policy["type"].str() {
            "Pods" => begin + policy["value"].int(),
            _ => begin + (begin * policy["value"].int() + 99).div_euclid(100),
        };
        let Some(sizes) = self.allowed("scaleUp", &one, current) else { return current };
        let size = if self.selects_least_change("scaleUp") { sizes.iter().min() } else { sizes.iter().max() };
        size.copied().unwrap_or(current)
    }

    fn shrink_limit(&self, current: i64) -> i64 {
        let one = |policy: &Value, begin: i64| match policy["type"].str() {
            "Pods" => begin - policy["value"].int(),
            _ => begin * (100 - policy["value"].int()) / 100,
        };
        let Some(sizes) = self.allowed("scaleDown", &one, current) else { return current };
        let size = if self.selects_least_change("scaleDown") { sizes.iter().max() } else { sizes.iter().min() };
        size.copied().unwrap_or(current)
    }
}
