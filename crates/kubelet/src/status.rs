//! A Pod's status, as its kubelet reports it (pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/generate.go).

use crate::restart::{self, restarts_after, will_restart};
use crate::state::{Container, Life, Pod, State, Terminated};
use api::{Str, Time, Value, list, obj};
use std::sync::Arc;

/// The conditions that are there only while a resize is under way.
const RESIZE: [&str; 2] = ["PodResizePending", "PodResizeInProgress"];

/// The status of `pod` now. `old` is what the API has: conditions that did not change keep their times.
pub(crate) fn generate(pod: &Pod, host_ip: &str, old: &Value, now: Time) -> Value {
    let verdict = pod.verdict.as_ref();
    if let Some((reason, message)) = verdict.filter(|_| pod.refused) {
        return obj! {
            "conditions" => &old["conditions"], "message" => format!("Pod was rejected: {message}"), "phase" => "Failed",
            "qosClass" => &old["qosClass"], "reason" => reason, "startTime" => pod.started,
        };
    }
    let statuses = |init: bool, ephemeral: bool| -> Vec<Value> {
        let ours = pod.containers.iter().enumerate().filter(|(_, c)| (c.init, c.ephemeral) == (init, ephemeral));
        ours.map(|(i, c)| container_status(pod, i, c)).collect()
    };
    let (init, regular, ephemeral) = (statuses(true, false), statuses(false, false), statuses(false, true));
    let phase = phase(pod, &init, &regular);
    let generation = Some(pod.object.generation()).filter(|generation| *generation > 0);
    let ip = match pod.host_network() {
        true => Some(Str::from(host_ip)),
        false => pod.ip.clone().or_else(|| old["podIP"].as_str().map(Str::from)),
    };
    obj! {
        "conditions" => conditions(pod, phase, &init, &regular, old, now),
        "containerStatuses" => regular,
        "ephemeralContainerStatuses" => Some(ephemeral).filter(|ephemeral| !ephemeral.is_empty()),
        "hostIP" => host_ip,
        "hostIPs" => list![obj! { "ip" => host_ip }],
        "initContainerStatuses" => Some(init).filter(|init| !init.is_empty()),
        "message" => verdict.map_or(old["message"].clone(), |(_, message)| message.into()),
        "nominatedNodeName" => &old["nominatedNodeName"],
        "observedGeneration" => generation,
        "phase" => phase,
        "podIP" => ip.clone(),
        "podIPs" => ip.as_ref().map(|ip| list![obj! { "ip" => ip }]),
        "qosClass" => &old["qosClass"],
        "reason" => verdict.map_or(old["reason"].clone(), |(reason, _)| reason.into()),
        "resources" => Value::object(),
        "startTime" => pod.started,
    }
}

/// Takes every part of `new` that `old` has too from there: what did not change is kept in memory once for all versions.
/// Says whether nothing changed.
pub(crate) fn share(new: &mut Value, old: &Value) -> bool {
    if new.is_same(old) {
        return true;
    }
    let same = match (&mut *new, old) {
        (Value::Object(map), Value::Object(before)) => match Arc::get_mut(map) {
            None => *map == *before,
            Some(map) => {
                let mut same = map.len() == before.len();
                for (key, value) in map.iter_mut() {
                    same &= before.get(key).is_some_and(|before| share(value, before));
                }
                same
            }
        },
        (Value::Array(items), Value::Array(before)) => match Arc::get_mut(items) {
            None => *items == *before,
            Some(items) => {
                let mut same = items.len() == before.len();
                for (item, before) in items.iter_mut().zip(before.iter()) {
                    same &= share(item, before);
                }
                same
            }
        },
        _ => return false, // leaves, compared above
    };
    if same {
        *new = old.clone();
    }
    same
}

fn container_status(pod: &Pod, index: usize, container: &Container) -> Value {
    let spec = pod.spec_of(index);
    let created = !container.id.is_empty();
    let mut state = match &container.state {
        State::Waiting => {
            let initializing = pod.containers.iter().any(|c| c.init);
            let reason = if initializing { "PodInitializing" } else { "ContainerCreating" };
            obj! { "waiting" => obj! { "reason" => reason } }
        }
        State::Running(since) => obj! { "running" => obj! { "startedAt" => *since } },
        State::Exited(terminated) => terminated_state(terminated),
    };
    let mut last = container.last.as_ref().map_or_else(Value::object, terminated_state);
    if let Some((reason, message)) = &container.reason
        && !container.running()
        && will_restart(pod, container)
    {
        if state["terminated"].as_object().is_some() {
            last = state;
        }
        let message = Some(message.as_str()).filter(|m| !m.is_empty());
        state = obj! { "waiting" => obj! { "reason" => reason, "message" => message } };
    }
    let mounts = spec["volumeMounts"].array().iter().map(|mount| {
        let read_only = mount["readOnly"].bool();
        obj! {
            "mountPath" => &mount["mountPath"], "name" => &mount["name"], "readOnly" => read_only.then_some(true),
            "recursiveReadOnly" => read_only.then_some("Disabled"),
        }
    });
    let mounts: Value = mounts.collect();
    let requests = &container.allocated["requests"];
    let image: Value = if created { (&container.image.0).into() } else { spec["image"].clone() };
    obj! {
        "allocatedResources" => if created && !requests.is_empty() { requests.clone() } else { Value::Null },
        "containerID" => created.then_some(&container.id).cloned(),
        "image" => image,
        "imageID" => container.image.1.as_str(),
        "lastState" => last,
        "name" => &container.name,
        "ready" => is_ready(container),
        "resources" => created.then(|| resources(&container.actual)),
        "restartCount" => container.restarts,
        "started" => container.running() && container.started,
        "state" => state,
        "volumeMounts" => if mounts.is_empty() { Value::Null } else { mounts },
    }
}

pub(crate) fn resources(actual: &Value) -> Value {
    if actual.is_null() { Value::object() } else { actual.clone() }
}

fn is_ready(container: &Container) -> bool {
    match &container.state {
        // An init container is ready when it is done.
        _ if container.ephemeral => false,
        State::Running(_) => (!container.init || container.sidecar) && container.started && container.ready,
        State::Exited(terminated) => container.init && !container.sidecar && terminated.code == 0,
        State::Waiting => false,
    }
}

fn terminated_state(terminated: &Terminated) -> Value {
    let id = Some(terminated.id.as_str()).filter(|id| !id.is_empty());
    let message = Some(terminated.message.as_str()).filter(|m| !m.is_empty());
    let state = obj! {
        "containerID" => id, "exitCode" => i64::from(terminated.code), "finishedAt" => terminated.finished,
        "message" => message, "reason" => &terminated.reason, "startedAt" => terminated.started,
    };
    obj! { "terminated" => state }
}

/// `getPhase`
fn phase(pod: &Pod, init: &[Value], regular: &[Value]) -> &'static str {
    if pod.verdict.is_some() {
        return "Failed";
    }
    let code = |status: &Value| status.at("state.terminated.exitCode").as_int();
    let again = |status: &Value, code: i64| restarts_after(pod, status["name"].str(), code);
    let plain_init = || pod.containers.iter().filter(|c| c.init).zip(init).filter(|(c, _)| !c.sidecar).map(|(_, s)| s);
    let again_all = |s: &Value| pod.container(s["name"].str()).is_some_and(|c| c.changed);
    if plain_init().any(|s| code(s).is_some_and(|code| code != 0 && !again(s, code) && !again_all(s))) {
        return "Failed";
    }
    let initialising = plain_init().any(|s| code(s) != Some(0)) && !pod.initialized;
    let (mut waiting, mut running, mut stopped, mut succeeded, mut returning) = (0, 0, 0, 0, 0);
    // A container that ended because its image changed is on its way back within the same pass; so are those that are all
    // started again.
    running += pod.containers.iter().filter(|c| c.changed && c.exited().is_some()).count();
    for status in regular {
        let state = &status["state"];
        if !state["running"].is_null() {
            running += 1;
        } else if let Some(code) = code(status) {
            stopped += 1;
            succeeded += usize::from(code == 0);
            returning += usize::from(again(status, code));
        } else if status.at("lastState.terminated").is_null() {
            waiting += 1;
        } else {
            stopped += 1;
            returning += usize::from(again(status, status.at("lastState.terminated.exitCode").int()));
        }
    }
    let over = pod.life != Life::Syncing && running == 0;
    if over && waiting > 0 {
        "Failed"
    } else if initialising || waiting > 0 {
        "Pending"
    } else if running > 0 || returning > 0 && !over {
        "Running"
    } else if stopped == succeeded {
        "Succeeded"
    } else {
        "Failed"
    }
}

fn conditions(pod: &Pod, phase: &str, init: &[Value], regular: &[Value], old: &Value, now: Time) -> Value {
    let names =
        |statuses: &mut dyn Iterator<Item = &Value>| statuses.map(|s| s["name"].str().to_owned()).collect::<Vec<_>>();
    let own = || pod.containers.iter().filter(|c| c.init).zip(init);
    let done = |c: &Container, s: &Value| if c.sidecar { s["started"].bool() } else { s["ready"].bool() };
    let incomplete = match pod.initialized {
        true => Vec::new(),
        false => names(&mut own().filter(|(c, s)| !done(c, s)).map(|(_, s)| s)),
    };
    let sidecars = own().filter(|(c, _)| c.sidecar).map(|(_, s)| s);
    let unready = names(&mut sidecars.chain(regular).filter(|s| !s["ready"].bool()));
    let (ready, ready_reason, ready_message) = match phase {
        "Succeeded" => (false, "PodCompleted", String::new()),
        "Failed" => (false, "PodFailed", String::new()),
        _ if unready.is_empty() => (true, "", String::new()),
        _ => (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" "))),
    };
    let (initialized, init_reason, init_message) = match phase {
        "Succeeded" => (true, "PodCompleted", String::new()),
        _ if incomplete.is_empty() => (true, "", String::new()),
        _ => (
            false,
            "ContainersNotInitialized",
            format!("containers with incomplete status: [{}]", incomplete.join(" ")),
        ),
    };
    let old = old["conditions"].array();
    let generation = pod.object.generation();
    let condition = |kind: Str, is: bool, reason: &str, message: &str| {
        let before = old.iter().find(|c| c["type"].str() == kind.as_str()).unwrap_or(&api::NULL);
        let status = if is { "True" } else { "False" };
        let steady = before["status"].str() == status;
        let same = |key: &str, text: &str| before[key].str() == text;
        if steady
            && same("reason", reason)
            && same("message", message)
            && before["observedGeneration"].int() == generation
        {
            return before.clone();
        }
        let since = if steady { before["lastTransitionTime"].clone() } else { now.into() };
        let text = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
        obj! {
            "lastTransitionTime" => since, "message" => text(message), "reason" => text(reason),
            "observedGeneration" => Some(generation).filter(|g| *g > 0), "status" => status, "type" => kind;
            null "lastProbeTime"
        }
    };
    let gates = pod.object.at("spec.readinessGates").array();
    let open = |gate: &Value| {
        let kind = gate["conditionType"].str();
        old.iter().any(|c| c["type"].str() == kind && c["status"].str() == "True")
    };
    let closed: Vec<&Value> = gates.iter().filter(|gate| !open(gate)).collect();
    let gated = match closed.len() {
        0 => None,
        1 => Some(format!(
            "corresponding condition of pod readiness gate \"{}\" does not exist.",
            closed[0]["conditionType"].str()
        )),
        many => Some(format!("the status of {many} pod readiness gates is not \"True\"")),
    };
    let (all_ready, all_reason, all_message) = match gated.filter(|_| ready) {
        Some(message) => (false, "ReadinessGatesNotReady", message),
        None => (ready, ready_reason, ready_message.clone()),
    };
    let probed = |kind: &'static str, reason: &str, message: &str| {
        let mut condition = condition(kind.into(), true, reason, message);
        if condition["lastProbeTime"].is_null() {
            condition.set("lastProbeTime", now);
        }
        condition
    };
    let mut made = Vec::new();
    if let Some((reason, message)) = &pod.resize.pending {
        made.push(probed(RESIZE[0], reason, message));
    }
    if pod.resize.in_progress {
        made.push(probed(RESIZE[1], "", ""));
    }
    made.extend([
        condition(Str::new_static("PodReadyToStartContainers"), pod.sandbox, "", ""),
        condition("Initialized".into(), initialized, init_reason, &init_message),
        condition("Ready".into(), all_ready, all_reason, &all_message),
        condition("ContainersReady".into(), ready, ready_reason, &ready_message),
        condition("PodScheduled".into(), true, "", ""),
    ]);
    if restart::may_restart_all(pod) {
        let (reason, message) = match phase {
            "Succeeded" | "Failed" => (ready_reason, ""),
            _ if pod.restarting => ("RestartAllContainersStarted", "container exited with restart policy rule"),
            _ => ("", ""),
        };
        made.push(condition("AllContainersRestarting".into(), pod.restarting, reason, message));
    }
    let ours = |c: &Value| {
        let kind = c["type"].str();
        RESIZE.contains(&kind) || made.iter().any(|m| m["type"].str() == kind)
    };
    let others: Vec<Value> = old.iter().filter(|c| !ours(c)).cloned().collect();
    made.extend(others);
    made.extend(crate::eviction::disruption(pod, old, now));
    made.into()
}
