//! How an object is doing, in words: what is wrong with it, and what helps.
//!
//! A pure function of what the API says: it knows no more than a person who reads the object's status.

use crate::i18n::Message;
use api::{Value, condition};

/// How good or bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// All is well.
    Good,
    /// It is on its way.
    Wait,
    /// Something is wrong.
    Bad,
}

impl Level {
    /// The class that gives it its colour.
    pub fn class(self) -> &'static str {
        match self {
            Level::Good => "good",
            Level::Wait => "wait",
            Level::Bad => "bad",
        }
    }
}

/// One thing to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How good or bad it is.
    pub level: Level,
    /// What it is.
    pub message: Message,
    /// The values in the message.
    pub values: Vec<String>,
    /// The cluster's own words.
    pub said: String,
    /// What helps.
    pub hint: Option<Message>,
    /// A command that helps; after `kubectl [-n NAMESPACE] `.
    pub command: String,
}

fn finding(level: Level, message: Message, values: &[&str]) -> Finding {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Finding { level, message, values, said: String::new(), hint: None, command: String::new() }
}

impl Finding {
    fn said(mut self, words: &str) -> Finding {
        self.said = words.to_owned();
        self
    }

    fn hint(mut self, hint: Message, command: String) -> Finding {
        (self.hint, self.command) = (Some(hint), command);
        self
    }
}

/// How an object is doing; `ready_ends` is how many ready endpoints a Service has.
pub fn look(kind: &str, object: &Value, ready_ends: usize) -> Vec<Finding> {
    use Level::{Bad, Wait};
    let status = &object["status"];
    let mut found = match kind {
        "Pod" => pod(object),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController" => replicas(object),
        "DaemonSet" => {
            let wanted = status["desiredNumberScheduled"].int();
            vec![counted(status["numberReady"].int(), wanted)]
        }
        "Job" => job(object),
        "Node" => node(object),
        "Service" => service(object, ready_ends),
        "PersistentVolumeClaim" => match status["phase"].str() {
            "Bound" => vec![finding(Level::Good, Message::ClaimBound, &[object["spec"]["volumeName"].str()])],
            _ => {
                let describe = format!("describe pvc {}", object.name());
                let classless = object["spec"]["storageClassName"].str().is_empty();
                let hint = if classless { Message::HintNoClass } else { Message::HintClaim };
                vec![finding(Wait, Message::ClaimPending, &[]).hint(hint, describe)]
            }
        },
        "Ingress" => vec![ingress(&status["loadBalancer"]["ingress"])],
        "HorizontalPodAutoscaler" => autoscaler(object),
        _ => Vec::new(),
    };
    if object.deleting() && kind != "Pod" {
        let held = object["metadata"]["finalizers"].array().iter().map(Value::str).collect::<Vec<_>>().join(", ");
        found.insert(0, finding(Wait, Message::Leaving, &[]).said(&held));
    }
    for condition in status["conditions"].array() {
        let (name, now) = (condition["type"].str(), condition["status"].str());
        let failed = matches!((name, now), ("ReplicaFailure" | "Failed", "True"));
        if failed && kind != "Job" {
            found.push(finding(Bad, Message::Failing, &[condition["reason"].str()]).said(condition["message"].str()));
        }
    }
    found
}

/// So many of so many.
fn counted(ready: i64, wanted: i64) -> Finding {
    let (ready_text, wanted_text) = (ready.to_string(), wanted.to_string());
    match ready >= wanted {
        true if wanted == 0 => finding(Level::Good, Message::NoneWanted, &[]),
        true => finding(Level::Good, Message::AllReady, &[&wanted_text]),
        false => finding(Level::Wait, Message::SomeReady, &[&ready_text, &wanted_text]),
    }
}

fn replicas(object: &Value) -> Vec<Finding> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let wanted = spec["replicas"].as_int().unwrap_or(1);
    let mut found = vec![counted(status["readyReplicas"].int(), wanted)];
    let progress = condition(object, "Progressing");
    if progress["status"].str() == "False" {
        let hint = format!("rollout undo deployment {}", object.name());
        let stuck = finding(Level::Bad, Message::RolloutStuck, &[]).said(progress["message"].str());
        found.push(stuck.hint(Message::HintRollout, hint));
    }
    if spec["paused"].bool() {
        let resume = format!("rollout resume deployment {}", object.name());
        found.push(finding(Level::Wait, Message::RolloutPaused, &[]).hint(Message::HintPaused, resume));
    }
    found
}

fn job(object: &Value) -> Vec<Finding> {
    let status = &object["status"];
    let is = |name: &str| condition(object, name)["status"].str() == "True";
    if is("Complete") {
        return vec![finding(Level::Good, Message::JobDone, &[&status["succeeded"].int().to_string()])];
    }
    if is("Failed") {
        let words = condition(object, "Failed")["message"].str();
        let logs = format!("logs job/{}", object.name());
        return vec![finding(Level::Bad, Message::JobFailed, &[]).said(words).hint(Message::HintJob, logs)];
    }
    vec![finding(Level::Wait, Message::JobRuns, &[&status["active"].int().to_string()])]
}

fn node(object: &Value) -> Vec<Finding> {
    let (ready, name) = (condition(object, "Ready"), object.name());
    let mut found = vec![match ready["status"].str() {
        "True" => finding(Level::Good, Message::NodeReady, &[]),
        "Unknown" => {
            let unknown = finding(Level::Bad, Message::NodeSilent, &[]).said(ready["message"].str());
            unknown.hint(Message::HintSilent, String::new())
        }
        _ => finding(Level::Bad, Message::NodeNotReady, &[]).said(ready["message"].str()),
    }];
    for pressure in ["MemoryPressure", "DiskPressure", "PIDPressure"] {
        let condition = condition(object, pressure);
        if condition["status"].str() == "True" {
            found.push(finding(Level::Bad, Message::NodePressed, &[pressure]).said(condition["message"].str()));
        }
    }
    if object["spec"]["unschedulable"].bool() {
        let cordoned = finding(Level::Wait, Message::NodeCordoned, &[]);
        found.push(cordoned.hint(Message::HintCordoned, format!("uncordon {name}")));
    }
    found
}

fn service(object: &Value, ready: usize) -> Vec<Finding> {
    let spec = &object["spec"];
    if spec["type"].str() == "ExternalName" {
        return vec![finding(Level::Good, Message::ServiceAlias, &[spec["externalName"].str()])];
    }
    if spec["selector"].is_empty() {
        return vec![finding(Level::Wait, Message::ServiceNoSelector, &[])];
    }
    let selector: Vec<String> = api::meta::string_pairs(&spec["selector"]).map(|(k, v)| format!("{k}={v}")).collect();
    let mut found = vec![match ready {
        0 => {
            let pods = format!("get pods -l {}", selector.join(","));
            finding(Level::Bad, Message::ServiceEmpty, &[]).hint(Message::HintService, pods)
        }
        ready => finding(Level::Good, Message::ServiceReady, &[&ready.to_string()]),
    }];
    if spec["type"].str() == "LoadBalancer" && object["status"]["loadBalancer"]["ingress"].is_empty() {
        found.push(finding(Level::Wait, Message::BalancerPending, &[]));
    }
    found
}

/// By the addresses that its controller has written.
fn ingress(addresses: &Value) -> Finding {
    let address = |entry: &Value| [entry["ip"].str(), entry["hostname"].str()].concat();
    let served: Vec<String> = addresses.array().iter().map(address).collect();
    match served.is_empty() {
        true => {
            finding(Level::Wait, Message::IngressIdle, &[]).hint(Message::HintIngress, "get ingressclasses".to_owned())
        }
        false => finding(Level::Good, Message::IngressServed, &[&served.join(", ")]),
    }
}

fn autoscaler(object: &Value) -> Vec<Finding> {
    let active = condition(object, "ScalingActive");
    if active["status"].str() == "False" {
        let silent = finding(Level::Bad, Message::ScalerBlind, &[]).said(active["message"].str());
        return vec![silent.hint(Message::HintScaler, "top pods".to_owned())];
    }
    let status = &object["status"];
    let (now, wanted) = (status["currentReplicas"].int().to_string(), status["desiredReplicas"].int().to_string());
    vec![finding(Level::Good, Message::ScalerWorks, &[&now, &wanted])]
}

fn pod(object: &Value) -> Vec<Finding> {
    let (status, name) = (&object["status"], object.name());
    if object.deleting() {
        let grace = object["metadata"]["deletionGracePeriodSeconds"].int().to_string();
        return vec![finding(Level::Wait, Message::PodLeaving, &[&grace])];
    }
    let words = status["message"].str();
    match (status["phase"].str(), status["reason"].str()) {
        ("Failed", "") => {
            let logs = format!("logs {name}");
            return vec![finding(Level::Bad, Message::PodFailed, &[]).said(words).hint(Message::HintFailed, logs)];
        }
        ("Failed", reason) => return vec![finding(Level::Bad, Message::PodRefused, &[reason]).said(words)],
        ("Succeeded", _) => return vec![finding(Level::Good, Message::PodDone, &[])],
        _ => {}
    }
    let scheduled = condition(object, "PodScheduled");
    if scheduled["status"].str() == "False" {
        let words = scheduled["message"].str();
        let (hint, asked) = match words.contains("unbound immediate PersistentVolumeClaims") {
            true => (Message::HintUnbound, "describe pvc"),
            false => (Message::HintUnschedulable, "describe nodes"),
        };
        let stuck = finding(Level::Bad, Message::PodUnschedulable, &[]).said(words);
        return vec![stuck.hint(hint, asked.to_owned())];
    }
    let all = || status["initContainerStatuses"].array().iter().chain(status["containerStatuses"].array());
    let mut found: Vec<Finding> = all().filter_map(|container| waiting(object, container)).collect();
    for container in all().filter(|c| c["lastState"]["terminated"]["reason"].str() == "OOMKilled") {
        let killed = finding(Level::Bad, Message::PodOom, &[container["name"].str()]);
        found.push(killed.hint(Message::HintOom, format!("describe pod {name}")));
    }
    if !found.is_empty() {
        return found;
    }
    let containers = object["spec"]["containers"].array().len();
    let running = all().filter(|c| !c["state"]["running"].is_null()).count();
    if condition(object, "Ready")["status"].str() == "True" {
        return vec![finding(Level::Good, Message::PodReady, &[&containers.to_string()])];
    }
    if status["phase"].str() == "Running" && running >= containers {
        let unready = finding(Level::Wait, Message::PodUnready, &[]).said(condition(object, "Ready")["message"].str());
        return vec![unready.hint(Message::HintUnready, format!("describe pod {name}"))];
    }
    vec![finding(Level::Wait, Message::PodStarting, &[])]
}

/// Where a Pod's template is changed: in what has made it, or in the Pod.
fn template_of(pod: &Value) -> String {
    let (owner, hash) = (pod.controller(), pod.labels()["pod-template-hash"].str());
    let deployment = owner["name"].str().strip_suffix(hash).and_then(|name| name.strip_suffix('-'));
    match (owner["kind"].str(), deployment) {
        ("ReplicaSet", Some(name)) if !hash.is_empty() => format!("deployment/{name}"),
        (kind @ ("ReplicaSet" | "StatefulSet" | "DaemonSet"), _) => {
            format!("{}/{}", kind.to_lowercase(), owner["name"].str())
        }
        _ => format!("pod/{}", pod.name()),
    }
}

/// What a container waits for that does not run.
fn waiting(object: &Value, container: &Value) -> Option<Finding> {
    let pod = object.name();
    let (state, name) = (&container["state"]["waiting"], container["name"].str());
    let ended = &container["state"]["terminated"];
    if ended["exitCode"].int() != 0 && container["restartCount"].int() > 0 {
        // It has just ended, and is not waiting yet.
        let crashes = finding(Level::Bad, Message::PodCrashes, &[name]).said(ended["message"].str());
        return Some(crashes.hint(Message::HintFailed, format!("logs {pod} -c {name}")));
    }
    let reason = state["reason"].str();
    let bad = |message| finding(Level::Bad, message, &[name]).said(state["message"].str());
    Some(match reason {
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
            let image = format!("set image {} {name}=nginx", template_of(object));
            bad(Message::PodNoImage).hint(Message::HintImage, image)
        }
        "CrashLoopBackOff" => {
            bad(Message::PodCrashes).hint(Message::HintCrash, format!("logs {pod} -c {name} --previous"))
        }
        "CreateContainerConfigError" => {
            bad(Message::PodConfig).hint(Message::HintConfig, "get configmaps,secrets".to_owned())
        }
        "" | "ContainerCreating" | "PodInitializing" => return None,
        _ => bad(Message::PodWaits),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, yaml: &str) -> Vec<(Level, Message)> {
        let object = api::yaml::documents(yaml).ok().and_then(|mut all| all.pop()).unwrap_or_default();
        look(kind, &object, 0).into_iter().map(|finding| (finding.level, finding.message)).collect()
    }

    #[test]
    fn pods_say_what_is_wrong() {
        let waiting = |reason: &str| {
            format!(
                "status: {{phase: Pending, containerStatuses: [{{name: a, state: {{waiting: {{reason: {reason}}}}}}}]}}"
            )
        };
        assert_eq!(told("Pod", &waiting("ImagePullBackOff")), [(Level::Bad, Message::PodNoImage)]);
        assert_eq!(told("Pod", &waiting("CrashLoopBackOff")), [(Level::Bad, Message::PodCrashes)]);
        assert_eq!(told("Pod", &waiting("ContainerCreating")), [(Level::Wait, Message::PodStarting)]);
        let image = |owner: &str| {
            let of = format!(
                "metadata: {{name: web-7-x, labels: {{pod-template-hash: '7'}}, ownerReferences: [{{controller: true, kind: {owner}, name: web-7}}]}}"
            );
            let pod = api::yaml::documents(&format!("{of}\n{}", waiting("ErrImagePull"))).unwrap().pop().unwrap();
            look("Pod", &pod, 0)[0].command.clone()
        };
        assert_eq!(image("ReplicaSet"), "set image deployment/web a=nginx");
        assert_eq!(
            [image("DaemonSet"), image("Job")],
            ["set image daemonset/web-7 a=nginx", "set image pod/web-7-x a=nginx"]
        );
        let ended = |restarts: u8, code: u8| {
            format!(
                "{{spec: {{containers: [{{name: a}}]}}, status: {{phase: Running, containerStatuses: [{{name: a, restartCount: {restarts}, state: {{terminated: {{exitCode: {code}}}}}}}]}}}}"
            )
        };
        assert_eq!(told("Pod", &ended(3, 1)), [(Level::Bad, Message::PodCrashes)]);
        assert_eq!(told("Pod", &ended(3, 0)), [(Level::Wait, Message::PodStarting)]);
        assert_eq!(told("Pod", &ended(0, 1)), [(Level::Wait, Message::PodStarting)]);
        let stuck = "status: {conditions: [{type: PodScheduled, status: 'False'}]}";
        assert_eq!(told("Pod", stuck), [(Level::Bad, Message::PodUnschedulable)]);
        let unbound = "status: {conditions: [{type: PodScheduled, status: 'False', message: pod has unbound immediate PersistentVolumeClaims}]}";
        let unbound = api::yaml::documents(unbound).unwrap().pop().unwrap();
        assert_eq!(look("Pod", &unbound, 0)[0].hint, Some(Message::HintUnbound));
        let ready = "status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}";
        assert_eq!(told("Pod", ready), [(Level::Good, Message::PodReady)]);
    }

    #[test]
    fn others_say_how_many_and_how() {
        let some = "{spec: {replicas: 3}, status: {readyReplicas: 1}}";
        assert_eq!(told("Deployment", some), [(Level::Wait, Message::SomeReady)]);
        let failing = "{spec: {replicas: 0}, status: {conditions: [{type: ReplicaFailure, status: 'True'}]}}";
        assert_eq!(told("ReplicaSet", failing), [(Level::Good, Message::NoneWanted), (Level::Bad, Message::Failing)]);
        assert_eq!(told("Service", "spec: {selector: {app: web}}"), [(Level::Bad, Message::ServiceEmpty)]);
        assert_eq!(told("Node", "status: {conditions: [{type: Ready, status: Unknown}]}")[0].1, Message::NodeSilent);
        assert_eq!(told("ConfigMap", "data: {}"), []);
        let claim = |class: &str| {
            let claim = api::yaml::documents(&format!("spec: {{storageClassName: {class}}}")).unwrap().pop().unwrap();
            look("PersistentVolumeClaim", &claim, 0)[0].hint
        };
        assert_eq!([claim("''"), claim("fast")], [Some(Message::HintNoClass), Some(Message::HintClaim)]);
        let served = "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}";
        assert_eq!(told("Ingress", served), [(Level::Good, Message::IngressServed)]);
        assert_eq!(told("Ingress", "status: {loadBalancer: {}}"), [(Level::Wait, Message::IngressIdle)]);
    }
}
