//! `pods/log`: the API server passes such a request on to the Pod's kubelet (pkg/registry/core/pod/rest/log.go,
//! pkg/kubelet/kubelet_pods.go).

use crate::cluster::Cluster;
use api::{Status, Time, Value, kind};
use apiserver::{Key, Request, Response};
use kubelet::LogLine;
use std::time::Duration;

impl Cluster {
    /// The answer to what the API server hands on to a Pod's kubelet; none for other requests. Where a connection is to be upgraded
    /// (`exec` and its kin), it says whether it would be: what goes over it is between its two ends.
    pub(crate) fn handed_on(&self, request: &Request) -> Option<Result<Response, Status>> {
        if request.kind != kind::POD
            || !["log", "exec", "attach", "portforward"].contains(&request.subresource.as_str())
        {
            return None;
        }
        Some(self.api.permit(request).and_then(|_| match request.subresource.as_str() {
            "log" => self.log(request),
            _ => self.api.find(kind::POD, &request.namespace, &request.name).map(|_| Value::Null.into()),
        }))
    }

    /// The text of a container's log, as the request's parameters cut it.
    pub(crate) fn log(&self, request: &Request) -> Result<Response, Status> {
        let key = Key::new(request.namespace.clone(), request.name.clone());
        let Some(pod) = self.api.store().get(kind::POD, &key) else {
            return Err(Status::not_found(kind::POD, &request.name));
        };
        let container = chosen(pod, request.parameter("container"))?;
        if pod.at("spec.nodeName").str().is_empty() {
            return Ok(Value::from("").into()); // nobody to ask (`LogLocation`)
        }
        self.reach_kubelet(pod, &container)?;
        let previous = request.parameter("previous") == "true";
        let lines = self
            .kubelets
            .pod(pod.namespace(), pod.name())
            .and_then(|known| self.kubelets.logs(&known.id, &container, previous));
        let name = pod.name();
        if previous && lines.is_none() {
            let message = format!("previous terminated container {container:?} in pod {name:?} not found");
            return Err(Status::bad_request(message));
        }
        if !previous && let Some(reason) = waiting(pod, &container) {
            let message = format!("container {container:?} in pod {name:?} is waiting to start: {reason}");
            return Err(Status::bad_request(message));
        }
        Ok(Value::from(text(lines.unwrap_or_default(), request, self.now())).into())
    }
}

impl Cluster {
    /// The API server asks the kubelet of the Pod's node; one that is stopped, or off, does not answer.
    fn reach_kubelet(&self, pod: &Value, container: &str) -> Result<(), Status> {
        let Some(node) = self.kubelets.node(pod.at("spec.nodeName").str()) else { return Ok(()) };
        if node.kubelet && node.power {
            return Ok(());
        }
        let address = &node.config.address;
        let url = format!("https://{address}:10250/containerLogs/{}/{}/{container}", pod.namespace(), pod.name());
        let message = format!("Get {url:?}: dial tcp {address}:10250: connect: connection refused");
        Err(Status { code: 500, reason: "InternalError", message, details: Value::Null })
    }
}

/// The container that is meant: the named one, or the only one.
fn chosen(pod: &Value, given: &str) -> Result<String, Status> {
    let spec = &pod["spec"];
    let names = |list: &str| spec[list].array().iter().map(|c| c["name"].str().to_owned()).collect::<Vec<_>>();
    let (regular, init) = (names("containers"), names("initContainers"));
    if !given.is_empty() {
        let debugging = names("ephemeralContainers");
        return match regular.iter().chain(&init).chain(&debugging).any(|name| name == given) {
            true => Ok(given.to_owned()),
            false => Err(Status::bad_request(format!("container {given} is not valid for pod {}", pod.name()))),
        };
    }
    match &regular[..] {
        [only] if init.is_empty() => Ok(only.clone()),
        _ => {
            let message = format!(
                "a container name must be specified for pod {}, choose one of: [{}]",
                pod.name(),
                regular.join(" ")
            );
            Err(Status::bad_request(message))
        }
    }
}

/// Why a container that has never run has no log; `None` if it has run.
fn waiting(pod: &Value, container: &str) -> Option<String> {
    let status = &pod["status"];
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut all = lists.iter().flat_map(|list| status[*list].array());
    let Some(found) = all.find(|c| c["name"].str() == container) else { return Some("ContainerCreating".to_owned()) };
    let state = &found["state"];
    let has_run = !state["running"].is_null() || !state["terminated"].is_null() || found["restartCount"].int() > 0;
    if has_run || !found["lastState"]["terminated"].is_null() {
        return None;
    }
    match state["waiting"]["reason"].str() {
        "" => Some("ContainerCreating".to_owned()),
        "ErrImagePull" => Some("image can't be pulled".to_owned()),
        "ImagePullBackOff" => Some("trying and failing to pull image".to_owned()),
        reason => Some(reason.to_owned()),
    }
}

fn text(lines: &[LogLine], request: &Request, now: Time) -> String {
    let number = |name: &str| request.parameter(name).parse::<u64>().ok();
    let since = number("sinceSeconds").map(|seconds| now - Duration::from_secs(seconds));
    let since = since.or_else(|| Time::parse(request.parameter("sinceTime")));
    let recent = lines.iter().filter(|line| since.is_none_or(|since| line.at >= since));
    let recent: Vec<&LogLine> = recent.collect();
    let skipped = number("tailLines").map_or(0, |tail| recent.len().saturating_sub(tail as usize));
    let stamped = request.parameter("timestamps") == "true";
    let mut text = String::new();
    for line in &recent[skipped..] {
        if stamped {
            // Go's RFC3339Nano leaves zeros at the end out; the simulation's clock has no nanoseconds.
            let at = line.at.rfc3339_micros();
            text.push_str(at.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.'));
            text.push_str("Z ");
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    if let Some(limit) = number("limitBytes") {
        let mut end = text.len().min(limit as usize);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}
