//! HorizontalPodAutoscaler: as many Pods as what they use asks for (pkg/controller/podautoscaler/horizontal.go).

mod behavior;
mod calculator;
mod history;
mod metric;
mod status;
mod usage;

use crate::{Controller, pods};
use api::{Kind, Selector, Status, Value, kind};
use apiserver::{Context, EventSpec, EventType, Request, Verb, Wait, WatchEvent, WorkKey};
use history::History;
use std::time::Duration;

const NAME: &str = "horizontalpodautoscaling";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "horizontal-pod-autoscaler", observe, reconcile };

/// Each autoscaler is looked at so often, and for the first time so long after it was made
/// (`--horizontal-pod-autoscaler-sync-period`).
const SYNC_PERIOD: Duration = Duration::from_secs(15);

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind == kind::HORIZONTAL_POD_AUTOSCALER && event.event != EventType::Deleted {
        let key = WorkKey::new(NAME, event.object.namespace(), event.object.name());
        cx.wait_for(Wait::Period, key, SYNC_PERIOD);
    }
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(autoscaler) = cx.client.get(kind::HORIZONTAL_POD_AUTOSCALER, &key.namespace, &key.name) else {
        cx.memory = Value::Null;
        return Ok(());
    };
    cx.wait_for(Wait::Period, key.clone(), SYNC_PERIOD);
    if autoscaler.deleting() {
        return Ok(());
    }
    let history = History::read(&cx.memory);
    let mut sync = Sync { before: autoscaler.clone(), autoscaler, history, cx };
    let done = sync.run();
    sync.cx.memory = sync.history.to_value();
    // A failure has been told; the next look comes by itself.
    done.or(Ok(()))
}

/// Why a look has ended early: its status is written all the same.
struct Stopped;

/// One reconciliation: the autoscaler with the status that it will have, what it remembers, and the API.
struct Sync<'s, 'c> {
    before: Value,
    autoscaler: Value,
    history: History,
    cx: &'s mut Context<'c>,
}

/// The target as it is.
struct Target {
    kind: &'static Kind,
    scale: Value,
    selector: Selector,
}

impl Target {
    fn replicas(&self) -> i64 {
        self.scale["spec"]["replicas"].int()
    }
}

impl Sync<'_, '_> {
    fn run(&mut self) -> Result<(), Stopped> {
        let done = self.look();
        self.write();
        done
    }

    fn look(&mut self) -> Result<(), Stopped> {
        let target = match self.target() {
            Ok(target) => target,
            Err(error) => {
                self.say(EventSpec::warning("FailedGetScale", error.clone()));
                let message = format!("the HPA controller was unable to get the target's current scale: {error}");
                self.set_condition("AbleToScale", false, "FailedGetScale", message);
                return Err(Stopped);
            }
        };
        let message = "the HPA controller was able to get the target's current scale";
        self.set_condition("AbleToScale", true, "SucceededGetScale", message);
        let current = target.replicas();
        self.history.begin(self.cx.now, current);
        let (least, most) = (self.least(), self.most());
        let decision = match current {
            0 if least != 0 => {
                let message = "scaling is disabled since the replica count of the target is zero";
                self.set_condition("ScalingActive", false, "ScalingDisabled", message);
                self.set_counts(0, 0, &[]);
                return Ok(());
            }
            _ if current > most => (most, "Current number of replicas above Spec.MaxReplicas".to_owned(), Vec::new()),
            _ if current < least => (least, "Current number of replicas below Spec.MinReplicas".to_owned(), Vec::new()),
            _ => self.by_metrics(&target)?,
        };
        let (wanted, reason, statuses) = decision;
        if wanted != current {
            self.rescale(&target, wanted, &reason, &statuses)?;
        }
        self.set_counts(current, wanted, &statuses);
        Ok(())
    }

    fn spec(&self) -> &Value {
        &self.autoscaler["spec"]
    }

    fn least(&self) -> i64 {
        self.spec()["minReplicas"].as_int().unwrap_or(1)
    }

    fn most(&self) -> i64 {
        self.spec()["maxReplicas"].int()
    }

    fn target(&mut self) -> Result<Target, String> {
        let reference = &self.autoscaler["spec"]["scaleTargetRef"];
        let (version, name) = (reference["apiVersion"].str(), reference["kind"].str());
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let Some(kind) = api::kind::by_api_version(version, name) else {
            return Err(format!("no matches for kind {name:?} in group {group:?}"));
        };
        let target = reference["name"].to_str();
        let request = Request::new(Verb::Get, kind, self.autoscaler.namespace(), target).with_subresource("scale");
        let scale = self.cx.client.send(request).map_err(|status| status.message)?;
        let selector = Selector::parse(scale["status"]["selector"].str()).unwrap_or_else(|_| Selector::nothing());
        Ok(Target { kind, scale, selector })
    }

    /// The size that the metrics ask for, why, and what they are.
    fn by_metrics(&mut self, target: &Target) -> Result<(i64, String, Vec<Value>), Stopped> {
        let current = target.replicas();
        let computed = self.compute(target);
        let (proposal, metric) = match computed.proposal {
            Ok(proposal) => proposal,
            Err(error) => {
                let desired = self.autoscaler["status"]["desiredReplicas"].int();
                self.set_counts(current, desired, &computed.statuses);
                self.say(EventSpec::warning("FailedComputeMetricsReplicas", error));
                return Err(Stopped);
            }
        };
        let wanted = match self.spec()["behavior"].is_null() {
            true => self.normalize(current, proposal),
            false => self.normalize_with_behavior(current, proposal),
        };
        let reason = match proposal > current {
            true => format!("{metric} above target"),
            false => "All metrics below target".to_owned(),
        };
        Ok((wanted, reason, computed.statuses))
    }

    fn rescale(&mut self, target: &Target, wanted: i64, reason: &str, statuses: &[Value]) -> Result<(), Stopped> {
        let current = target.replicas();
        let mut scale = target.scale.clone();
        scale.set("spec.replicas", wanted);
        let mut request = Request::new(Verb::Update, target.kind, scale.namespace(), scale.name()).with_body(scale);
        request.subresource = "scale".into();
        if let Err(error) = self.cx.client.send(request) {
            let message = format!("New size: {wanted}; reason: {reason}; error: {error}");
            self.say(EventSpec::warning("FailedRescale", message));
            let message = format!("the HPA controller was unable to update the target scale: {error}");
            self.set_condition("AbleToScale", false, "FailedUpdateScale", message);
            let desired = self.autoscaler["status"]["desiredReplicas"].int();
            self.set_counts(current, desired, statuses);
            return Err(Stopped);
        }
        let message = format!("the HPA controller was able to update the target scale to {wanted}");
        self.set_condition("AbleToScale", true, "SucceededRescale", message);
        self.say(EventSpec::normal("SuccessfulRescale", format!("New size: {wanted}; reason: {reason}")));
        self.history.note_change(self.cx.now, current, wanted);
        self.autoscaler.set("status.lastScaleTime", self.cx.now);
        Ok(())
    }

    fn say(&mut self, event: EventSpec<'_>) {
        self.cx.client.event(&self.before, kind::HORIZONTAL_POD_AUTOSCALER, event);
    }

    /// Seconds of a field of the behaviour's rules.
    fn window(&self, rules: &str, default: i64) -> Duration {
        pods::seconds(self.spec()["behavior"][rules]["stabilizationWindowSeconds"].as_int().unwrap_or(default))
    }
}
