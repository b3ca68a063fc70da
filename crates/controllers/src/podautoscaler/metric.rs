//! The size that each metric asks for; the highest counts (`computeReplicasForMetrics`).

use super::{Sync, Target};
use api::{Quantity, Value, kind, obj, quantity::Format};
use apiserver::EventSpec;

/// What the metrics say together.
pub struct Computed {
    /// A size and the name of the metric that asks for it, or why there is none.
    pub proposal: Result<(i64, String), String>,
    /// `status.currentMetrics`
    pub statuses: Vec<Value>,
}

/// What one metric says: a size, its name, and its entry in the status.
pub struct Proposal {
    pub size: i64,
    pub name: String,
    pub status: Value,
}

/// Why a metric says nothing: the reason of the event and the condition, the error, and what it is called one level up.
struct Failure {
    reason: &'static str,
    error: String,
    prefix: String,
}

impl Sync<'_, '_> {
    pub fn compute(&mut self, target: &Target) -> Computed {
        let specs = self.spec()["metrics"].array().to_vec();
        if let Err(error) = self.check_selector(target) {
            return Computed { proposal: Err(error), statuses: Vec::new() };
        }
        let mut statuses = vec![obj! { "type" => "" }; specs.len()];
        let mut best: Option<(i64, String)> = None;
        let mut first_failure: Option<Failure> = None;
        let mut failures = 0;
        for (i, spec) in specs.iter().enumerate() {
            match self.one(target, spec) {
                Ok(proposal) => {
                    statuses[i] = proposal.status;
                    if best.as_ref().is_none_or(|best| proposal.size > best.0) {
                        best = Some((proposal.size, proposal.name));
                    }
                }
                Err(failure) => {
                    self.say(EventSpec::warning(failure.reason, failure.error.clone()));
                    failures += 1;
                    first_failure.get_or_insert(failure);
                }
            }
        }
        let grows = best.as_ref().is_some_and(|best| best.0 >= target.replicas());
        let proposal = match (first_failure, best) {
            (Some(failure), best) if best.is_none() || !grows => {
                let message = format!("the HPA was unable to compute the replica count: {}", failure.error);
                self.set_condition("ScalingActive", false, failure.reason, message);
                let (of, error) = (specs.len(), format!("{}{}", failure.prefix, failure.error));
                Err(format!("invalid metrics ({failures} invalid out of {of}), first error is: {error}"))
            }
            (_, Some(best)) => {
                let name = &best.1;
                let message = format!("the HPA was able to successfully calculate a replica count from {name}");
                self.set_condition("ScalingActive", true, "ValidMetricFound", message);
                Ok(best)
            }
            (_, None) => Err("no metrics".to_owned()),
        };
        Computed { proposal, statuses }
    }

    /// Two autoscalers of one target would undo each other's work.
    fn check_selector(&mut self, target: &Target) -> Result<(), String> {
        let (reason, message) = if target.selector.is_everything() || target.selector.is_nothing() {
            self.say(EventSpec::warning("SelectorRequired", "selector is required"));
            ("InvalidSelector", "the HPA target's scale is missing a selector".to_owned())
        } else {
            let others = self.rivals();
            if others.is_empty() {
                return Ok(());
            }
            let names: Vec<String> =
                others.iter().map(|hpa| format!("{{{} {}}}", hpa.name(), hpa.namespace())).collect();
            let names = names.join(" ");
            let message = format!("pods by selector {} are controlled by multiple HPAs: [{names}]", target.selector);
            self.say(EventSpec::warning("AmbiguousSelector", message.clone()));
            ("AmbiguousSelector", message)
        };
        self.set_condition("ScalingActive", false, reason, message.clone());
        Err(if reason == "InvalidSelector" { "selector is required".to_owned() } else { message })
    }

    /// The autoscalers of the same target, this one among them, if another one is at work.
    fn rivals(&self) -> Vec<Value> {
        let mut all = self.cx.client.list(kind::HORIZONTAL_POD_AUTOSCALER, self.before.namespace());
        let target = &self.before["spec"]["scaleTargetRef"];
        let works = |hpa: &Value| !api::condition(hpa, "ScalingActive").is_null() || hpa.name() == self.before.name();
        all.retain(|hpa| hpa["spec"]["scaleTargetRef"] == *target && works(hpa));
        if all.len() < 2 {
            all.clear();
        }
        all
    }

    fn one(&mut self, target: &Target, spec: &Value) -> Result<Proposal, Failure> {
        let name = |source: &Value| source["metric"]["name"].str().to_owned();
        match spec["type"].str() {
            "Resource" => self.resource(target, &spec["resource"], ""),
            "ContainerResource" => {
                let source = &spec["containerResource"];
                self.resource(target, source, source["container"].str())
            }
            "Pods" => {
                let error = "unable to fetch metrics from custom metrics API: no custom metrics API \
                             (custom.metrics.k8s.io) registered";
                let error = format!("unable to get metric {}: {error}", name(&spec["pods"]));
                Err(Failure {
                    reason: "FailedGetPodsMetric",
                    error,
                    prefix: "failed to get pods metric value: ".into(),
                })
            }
            "Object" => {
                let object = &spec["object"]["describedObject"];
                let (namespace, kind, of) = (self.before.namespace(), object["kind"].str(), object["name"].str());
                let error = "unable to fetch metrics from custom metrics API: no custom metrics API \
                             (custom.metrics.k8s.io) registered";
                let metric = name(&spec["object"]);
                let error = format!("unable to get metric {metric}: {kind} on {namespace} {of}/{error}");
                let prefix = "failed to get object metric value: ".into();
                Err(Failure { reason: "FailedGetObjectMetric", error, prefix })
            }
            "External" => {
                let (namespace, metric) = (self.before.namespace(), name(&spec["external"]));
                let error = "unable to fetch metrics from external metrics API: the server could not find the requested \
                             resource";
                let selector = match spec["external"]["metric"]["selector"].is_null() {
                    true => "nil".to_owned(),
                    false => crate::disruption::dump(&spec["external"]["metric"]["selector"]),
                };
                let error = format!(
                    "unable to get external metric {namespace}/{metric}/{selector}: {error} (get {metric}.external.metrics.k8s.io)"
                );
                let prefix = format!("failed to get {metric} external metric value: ");
                Err(Failure { reason: "FailedGetExternalMetric", error, prefix })
            }
            other => Err(Failure {
                reason: "InvalidMetricSourceType",
                error: format!("unknown metric source type {other:?}"),
                prefix: String::new(),
            }),
        }
    }

    /// A resource of the Pods, or of one container in each of them.
    fn resource(&mut self, target: &Target, source: &Value, container: &str) -> Result<Proposal, Failure> {
        let resource = source["name"].str();
        let per = if container.is_empty() { "resource" } else { "container" };
        let reason = match container.is_empty() {
            true => "FailedGetResourceMetric",
            false => "FailedGetContainerResourceMetric",
        };
        let fail =
            |error: String| Failure { reason, error, prefix: format!("failed to get {resource} {per} metric value: ") };
        let label = if container.is_empty() { "resource" } else { "container resource" };
        let wish = &source["target"];
        let (size, name, current) = if let Some(value) = wish["averageValue"].as_str() {
            let target_value = Quantity::parse(value).unwrap_or_default().milli_value();
            let found = self.by_average(target, resource, container, target_value);
            let (size, average) = found.map_err(|error| fail(format!("failed to get {resource} usage: {error}")))?;
            (size, format!("{resource} {label}"), obj! { "averageValue" => quantity(average) })
        } else if let Some(percent) = wish["averageUtilization"].as_int() {
            let found = self.by_utilization(target, resource, container, percent);
            let found = found.map_err(|error| fail(format!("failed to get {resource} utilization: {error}")))?;
            let current = obj! { "averageUtilization" => found.percent, "averageValue" => quantity(found.average) };
            (found.size, format!("{resource} {label} utilization (percentage of request)"), current)
        } else {
            let error = "invalid resource metric source: neither a utilization target nor a value target was set";
            return Err(fail(error.to_owned()));
        };
        let mut status = obj! { "name" => resource, "current" => current };
        let field = if container.is_empty() { "resource" } else { "containerResource" };
        if !container.is_empty() {
            status.set("container", container);
        }
        let type_ = if container.is_empty() { "Resource" } else { "ContainerResource" };
        let status = [("type", Value::from(type_)), (field, status)];
        let status: api::Map = status.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Ok(Proposal { size, name, status: status.into() })
    }
}

fn quantity(milli: i64) -> Value {
    Quantity::from_milli(milli, Format::DecimalSi).into()
}
