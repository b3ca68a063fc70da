//! From what Pods use to how many there should be (pkg/controller/podautoscaler/replica_calculator.go). Ratios are kept as
//! fractions: all arithmetic is with whole numbers.

use super::usage::{Usage, Usages};
use super::{Sync, Target};
use api::{OrdMap, Quantity, Str, Time, Value, condition, kind};
use std::time::Duration;

/// A Pod's CPU does not count while it may still be starting (`--horizontal-pod-autoscaler-cpu-initialization-period`,
/// `--horizontal-pod-autoscaler-initial-readiness-delay`).
const CPU_INITIALIZATION: Duration = Duration::from_secs(300);
const INITIAL_READINESS: Duration = Duration::from_secs(30);
/// Thousandths by which the ratio may differ from 1 (`--horizontal-pod-autoscaler-tolerance`).
const TOLERANCE: i64 = 100;

/// What a utilization asks for: the size, the percentage and the average now.
pub struct Utilization {
    pub size: i64,
    pub percent: i64,
    pub average: i64,
}

/// Pods by what can be said of them.
#[derive(Default)]
struct Groups {
    ready: i64,
    unready: Vec<Str>,
    missing: Vec<Str>,
    ignored: Vec<Str>,
}

/// How much is used to how much should be: `used / wanted`.
#[derive(Clone, Copy)]
struct Ratio {
    used: i128,
    wanted: i128,
}

impl Ratio {
    fn is_above(self) -> bool {
        self.used > self.wanted
    }

    fn is_below(self) -> bool {
        self.used < self.wanted
    }

    /// The ratio times `n`, rounded up.
    fn of(self, n: i64) -> i64 {
        let wanted = self.wanted.max(1);
        i64::try_from((self.used * i128::from(n) + wanted - 1) / wanted).unwrap_or(i64::from(i32::MAX))
    }
}

impl Sync<'_, '_> {
    /// The size at which the Pods use `percent` of what they request.
    pub fn by_utilization(
        &mut self,
        target: &Target,
        resource: &str,
        container: &str,
        percent: i64,
    ) -> Result<Utilization, String> {
        let (pods, usages, groups) = self.measured(target, resource, container)?;
        let requests = requests(&pods, resource, container)?;
        let ratio = |usages: &Usages| -> Result<(Ratio, i64), String> {
            let (mut used, mut requested) = (0_i128, 0_i128);
            for (name, usage) in usages {
                if let Some(request) = requests.get(name.as_str()) {
                    used += i128::from(usage.milli);
                    requested += i128::from(*request);
                }
            }
            if requested == 0 {
                return Err("no metrics returned matched known pods".to_owned());
            }
            let now = i64::try_from(used * 100 / requested).unwrap_or(i64::MAX);
            Ok((Ratio { used: now.into(), wanted: percent.max(1).into() }, now))
        };
        let (first, now) = ratio(&usages)?;
        let used: i64 = usages.values().map(|usage| usage.milli).sum();
        let average = used / (usages.len() as i64).max(1);
        let full = |name: &str| requests.get(name).map_or(0, |request| request * percent.max(100) / 100);
        let size = self.size(target, first, usages, &groups, &full, &|usages| ratio(usages).map(|(ratio, _)| ratio))?;
        Ok(Utilization { size, percent: now, average })
    }

    /// The size at which the Pods use `wanted` thousandths on average; and what they use now.
    pub fn by_average(
        &mut self,
        target: &Target,
        resource: &str,
        container: &str,
        wanted: i64,
    ) -> Result<(i64, i64), String> {
        let (_, usages, groups) = self.measured(target, resource, container)?;
        let ratio = |usages: &Usages| {
            let used: i128 = usages.values().map(|usage| i128::from(usage.milli)).sum();
            Ratio { used: used / (usages.len() as i128).max(1), wanted: wanted.max(1).into() }
        };
        let first = ratio(&usages);
        let size = self.size(target, first, usages, &groups, &|_| wanted, &|usages| Ok(ratio(usages)))?;
        Ok((size, i64::try_from(first.used).unwrap_or(i64::MAX)))
    }

    /// The target's Pods, what those use that count, and who does not count.
    fn measured(
        &mut self,
        target: &Target,
        resource: &str,
        container: &str,
    ) -> Result<(Vec<Value>, Usages, Groups), String> {
        let usages = self.usage(target, resource, container);
        let mut usages = usages.map_err(|error| format!("unable to get metrics for resource {resource}: {error}"))?;
        let pods = self.cx.client.select(kind::POD, self.before.namespace(), &target.selector);
        if pods.is_empty() {
            return Err("no pods returned by selector while calculating replica count".to_owned());
        }
        let groups = group(&pods, &usages, resource, self.cx.now);
        for name in groups.ignored.iter().chain(&groups.unready) {
            usages.remove(name.as_str());
        }
        if usages.is_empty() {
            return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
        }
        Ok((pods, usages, groups))
    }

    /// The size. Pods that are not measured are taken for what speaks against a change: `full` says what one would use if it
    /// had all to do.
    fn size(
        &self,
        target: &Target,
        first: Ratio,
        mut usages: Usages,
        groups: &Groups,
        full: &dyn Fn(&str) -> i64,
        ratio: &dyn Fn(&Usages) -> Result<Ratio, String>,
    ) -> Result<i64, String> {
        let current = target.replicas();
        let grows_without_ready = !groups.unready.is_empty() && first.is_above();
        if !grows_without_ready && groups.missing.is_empty() {
            return Ok(if self.is_within(first) { current } else { first.of(groups.ready) });
        }
        let now = self.cx.now;
        let as_if = |milli: i64| Usage { milli, at: now, window: Duration::ZERO };
        for name in &groups.missing {
            if first.is_below() {
                usages.insert(name.clone(), as_if(full(name)));
            } else if first.is_above() {
                usages.insert(name.clone(), as_if(0));
            }
        }
        if grows_without_ready {
            for name in &groups.unready {
                usages.insert(name.clone(), as_if(0));
            }
        }
        let second = ratio(&usages)?;
        let turned = first.is_below() && second.is_above() || first.is_above() && second.is_below();
        if self.is_within(second) || turned {
            return Ok(current);
        }
        let size = second.of(usages.len() as i64);
        let wrong = second.is_below() && size > current || second.is_above() && size < current;
        Ok(if wrong { current } else { size })
    }

    /// Whether the ratio is so near to 1 that nothing is done.
    fn is_within(&self, ratio: Ratio) -> bool {
        let tolerance = |rules: &str| {
            let own = &self.spec()["behavior"][rules]["tolerance"];
            i128::from(if own.is_null() { TOLERANCE } else { Quantity::of(own).milli_value() })
        };
        let (used, wanted) = (ratio.used * 1000, ratio.wanted * 1000);
        used >= wanted - ratio.wanted * tolerance("scaleDown") && used <= wanted + ratio.wanted * tolerance("scaleUp")
    }
}

fn group(pods: &[Value], usages: &Usages, resource: &str, now: Time) -> Groups {
    let mut groups = Groups::default();
    for pod in pods {
        let name: Str = pod["metadata"]["name"].to_str();
        let phase = pod["status"]["phase"].str();
        if pod.deleting() || phase == "Failed" {
            groups.ignored.push(name);
        } else if phase == "Pending" {
            groups.unready.push(name);
        } else {
            match usages.get(name.as_str()) {
                None => groups.missing.push(name),
                Some(usage) if resource == "cpu" && is_starting(pod, usage, now) => groups.unready.push(name),
                Some(_) => groups.ready += 1,
            }
        }
    }
    groups
}

/// Whether the CPU that a Pod uses says nothing yet.
fn is_starting(pod: &Value, usage: &Usage, now: Time) -> bool {
    let ready = condition(pod, "Ready");
    let Some(started) = pod["status"]["startTime"].time().filter(|_| !ready.is_null()) else { return true };
    let unready = ready["status"].str() == "False";
    let since = ready["lastTransitionTime"].time().unwrap_or_default();
    match started + CPU_INITIALIZATION > now {
        true => unready || usage.at < since + usage.window,
        false => unready && started + INITIAL_READINESS > since,
    }
}

/// What each Pod requests, in thousandths.
fn requests(pods: &[Value], resource: &str, container: &str) -> Result<OrdMap<Str, i64>, String> {
    let mut requests = OrdMap::default();
    for pod in pods {
        let spec = &pod["spec"];
        let sidecars = spec["initContainers"].array().iter().filter(|c| c["restartPolicy"].str() == "Always");
        let mut sum = 0_i64;
        for one in spec["containers"].array().iter().chain(sidecars) {
            let name = one["name"].str();
            if !container.is_empty() && container != name {
                continue;
            }
            let request = &one["resources"]["requests"][resource];
            if request.is_null() {
                return Err(format!("missing request for {resource} in container {name} of Pod {}", pod.name()));
            }
            sum = sum.saturating_add(Quantity::of(request).milli_value());
        }
        requests.insert(pod["metadata"]["name"].to_str(), sum);
    }
    Ok(requests)
}
