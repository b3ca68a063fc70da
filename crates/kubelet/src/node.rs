//! A node's own object: registration, status and lease (pkg/kubelet/kubelet_node_status.go, nodestatus/setters.go).

use crate::disk::{CAPACITY_KIB, node_event};
use crate::state::Node;
use api::{Map, Time, Value, kind, list, obj};
use apiserver::{Context, EventSpec, Wait, WorkKey};
use std::time::Duration;

/// How often the lease is renewed and the status looked at (`nodeStatusUpdateFrequency`).
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How often an unchanged status is written (`nodeStatusReportFrequency`).
const REPORT: Duration = Duration::from_secs(300);
/// `leaseDurationSeconds`
const LEASE_SECONDS: i64 = 40;

const VERSION: &str = "v1.36.2";
const NAMESPACE: &str = "kube-node-lease";

/// The kubelet's loop for its node: registers it if need be, renews the lease, writes the status if it changed or is old.
pub(crate) fn run(node: &mut Node, network: bool, cx: &mut Context<'_>) {
    cx.client.host = node.config.name.clone();
    if !node.registered {
        register(node, cx);
    }
    renew(node, cx);
    if node.dirty || cx.now.since(node.reported) >= REPORT {
        report(node, network, cx);
    }
    cx.wait_for(Wait::Period, WorkKey::new("node", "", node.config.name.clone()), HEARTBEAT);
}

/// A node that has lost its power says so when it is back.
pub(crate) fn rebooted(node: &Node, cx: &mut Context<'_>) {
    let name = &node.config.name;
    let text = format!("Node {name} has been rebooted, boot id: {}", node.boot_id);
    event(node, EventSpec::warning("Rebooted", text), cx);
}

fn event(node: &Node, spec: EventSpec<'_>, cx: &mut Context<'_>) {
    node_event(&node.config.name, spec, cx);
}

fn register(node: &mut Node, cx: &mut Context<'_>) {
    let config = node.config.clone();
    node.registered = true;
    node.dirty = true;
    event(node, EventSpec::normal("Starting", "Starting kubelet."), cx);
    if cx.client.get(kind::NODE, "", &config.name).is_some() {
        return;
    }
    let mut labels = Map::default();
    for key in ["beta.kubernetes.io/arch", "kubernetes.io/arch"] {
        labels.insert(key, "amd64".into());
    }
    for key in ["beta.kubernetes.io/os", "kubernetes.io/os"] {
        labels.insert(key, "linux".into());
    }
    labels.insert("kubernetes.io/hostname", (&config.name).into());
    for (key, value) in &config.labels {
        labels.insert(key.clone(), value.into());
    }
    let taints: Value = config.taints.iter().cloned().collect();
    let metadata = obj! { "name" => &config.name, "labels" => Value::from(labels) };
    let spec = obj! { "taints" => if taints.is_empty() { Value::Null } else { taints } };
    let status = status(node, false, &Value::Null, cx.now);
    let object =
        obj! { "apiVersion" => "v1", "kind" => "Node", "metadata" => metadata, "spec" => spec, "status" => status };
    let _ = cx.client.create(kind::NODE, object);
}

fn renew(node: &Node, cx: &mut Context<'_>) {
    let name = &node.config.name;
    let moment = Value::from(cx.now.rfc3339_micros());
    if let Some(mut lease) = cx.client.get(kind::LEASE, NAMESPACE, name) {
        lease.set("spec.renewTime", moment);
        let _ = cx.client.update(kind::LEASE, lease);
        return;
    }
    let owner = cx
        .client
        .get(kind::NODE, "", name)
        .map(|owner| list![obj! { "apiVersion" => "v1", "kind" => "Node", "name" => name, "uid" => owner.uid() }]);
    let metadata = obj! { "name" => name, "namespace" => NAMESPACE, "ownerReferences" => owner };
    let spec = obj! { "holderIdentity" => name, "leaseDurationSeconds" => LEASE_SECONDS, "renewTime" => moment };
    let lease =
        obj! { "apiVersion" => "coordination.k8s.io/v1", "kind" => "Lease", "metadata" => metadata, "spec" => spec };
    let _ = cx.client.create(kind::LEASE, lease);
}

fn report(node: &mut Node, network: bool, cx: &mut Context<'_>) {
    let Some(mut object) = cx.client.get(kind::NODE, "", &node.config.name) else { return };
    let new = status(node, network, &object["status"], cx.now);
    let state = |status: &Value, kind: &str| {
        let conditions = status["conditions"].array();
        conditions.iter().find(|c| c["type"].str() == kind).map(|c| c["status"].to_str())
    };
    for (kind, is, reason) in [
        ("MemoryPressure", "True", "NodeHasInsufficientMemory"),
        ("MemoryPressure", "False", "NodeHasSufficientMemory"),
        ("DiskPressure", "True", "NodeHasDiskPressure"),
        ("DiskPressure", "False", "NodeHasNoDiskPressure"),
        ("PIDPressure", "False", "NodeHasSufficientPID"),
        ("Ready", "True", "NodeReady"),
    ] {
        let now = state(&new, kind);
        let becomes = now.as_deref() == Some(is) && now != state(&object["status"], kind);
        let first = node.reported == Time::default() && kind != "Ready" && is == "False";
        if becomes || first {
            let text = format!("Node {} status is now: {reason}", node.config.name);
            event(node, EventSpec::normal(reason, text), cx);
        }
    }
    object.set("status", new);
    if cx.client.update_status(kind::NODE, object).is_ok() {
        (node.dirty, node.reported) = (false, cx.now);
    }
}

fn status(node: &Node, network: bool, old: &Value, now: Time) -> Value {
    let config = &node.config;
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        let before = old["conditions"].array().iter().find(|c| c["type"].str() == kind);
        let since = before.filter(|c| c["status"].str() == status).map(|c| c["lastTransitionTime"].clone());
        obj! {
            "lastHeartbeatTime" => now, "lastTransitionTime" => since.unwrap_or_else(|| now.into()), "message" => message,
            "reason" => reason, "status" => status, "type" => kind,
        }
    };
    let pressure = |kind: &str, since: Option<Time>, yes: [&str; 2], no: [&str; 2]| match since {
        Some(_) => condition(kind, "True", yes[0], yes[1]),
        None => condition(kind, "False", no[0], no[1]),
    };
    let not_ready = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network \
                     plugin returns error: cni plugin not initialized";
    let conditions = list![
        pressure(
            "MemoryPressure",
            node.memory_pressure,
            ["KubeletHasInsufficientMemory", "kubelet has insufficient memory available"],
            ["KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
        ),
        pressure(
            "DiskPressure",
            node.disk_pressure,
            ["KubeletHasDiskPressure", "kubelet has disk pressure"],
            ["KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
        ),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        match network {
            true => condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            false => condition("Ready", "False", "KubeletNotReady", not_ready),
        },
    ];
    let resources = obj! {
        "cpu" => config.cpus.to_string(), "ephemeral-storage" => format!("{CAPACITY_KIB}Ki"),
        "memory" => format!("{}Ki", config.memory_kib), "pods" => config.pods.to_string(),
    };
    let address = |kind: &str, address: &str| obj! { "address" => address, "type" => kind };
    let addresses = list![
        address("InternalIP", &config.address),
        address("Hostname", &config.name),
        address("InternalDNS", "localhost"),
    ];
    let features = [
        "ExtendWebSocketsToKubelet",
        "InPlacePodLevelResourcesVerticalScaling",
        "InPlacePodVerticalScalingInitContainers",
        "RestartAllContainersOnContainerExits",
    ];
    let info = obj! {
        "architecture" => "amd64", "bootID" => &node.boot_id, "containerRuntimeVersion" => "containerd://2.1.4",
        "kernelVersion" => "6.8.0-51-generic", "kubeProxyVersion" => "", "kubeletVersion" => VERSION,
        "machineID" => "7f5c2f0d9a1e4b6c8d3e5f7a9b1c3d5e", "operatingSystem" => "linux",
        "osImage" => "Ubuntu 24.04.1 LTS", "systemUUID" => "4c4c4544-0051-3010-8052-b4c04f4e3432",
    };
    obj! {
        "addresses" => addresses, "allocatable" => resources.clone(), "capacity" => resources, "conditions" => conditions,
        "daemonEndpoints" => obj! { "kubeletEndpoint" => obj! { "Port" => 10_260 } },
        "declaredFeatures" => features.to_vec(), "images" => images(node), "nodeInfo" => info,
        "volumesAttached" => old["volumesAttached"].clone(), "volumesInUse" => old["volumesInUse"].clone(),
    }
}

/// The node's images, biggest first; at most 50, as `nodeStatusMaxImages` says.
fn images(node: &Node) -> Value {
    const MOST: usize = 50;
    let mut images: Vec<_> = node.images.iter().collect();
    api::sort_by_key(&mut images, |(name, (size, _))| (-size, (*name).clone()));
    let entry =
        |(name, (size, id)): (&api::Str, &(i64, api::Str))| obj! { "names" => list![id, name], "sizeBytes" => *size };
    let list: Value = images.into_iter().take(MOST).map(entry).collect();
    if list.is_empty() { Value::Null } else { list }
}
