//! What keeps Pods running: Deployments, ReplicaSets, DaemonSets, and their history.

use super::Printer;
use super::column::{AGE, CONTAINERS, Column, IMAGES, NAME, SELECTOR};
use api::text::{self, NONE};
use api::{Time, Value};

pub(super) static DEPLOYMENT: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Ready", "How many Pods are ready, of those wanted."),
        Column::integer("Up-to-date", "How many Pods have the current template."),
        Column::integer("Available", "How many Pods have been ready for minReadySeconds."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    row: |deployment, now| {
        let (spec, status) = (&deployment["spec"], &deployment["status"]);
        let (names, images) = containers(deployment);
        vec![
            deployment.name().into(),
            format!("{}/{}", status["readyReplicas"].int(), spec["replicas"].int()).into(),
            status["updatedReplicas"].int().into(),
            status["availableReplicas"].int().into(),
            age(deployment, now),
            names,
            images,
            text::label_selector(&spec["selector"]).into(),
        ]
    },
};

pub(super) static REPLICA_SET: Printer = Printer {
    columns: &[
        NAME,
        Column::integer("Desired", "How many Pods are wanted."),
        Column::integer("Current", "How many Pods there are."),
        Column::integer("Ready", "How many Pods are ready."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    row: |set, now| {
        let (spec, status) = (&set["spec"], &set["status"]);
        let (names, images) = containers(set);
        vec![
            set.name().into(),
            spec["replicas"].int().into(),
            status["replicas"].int().into(),
            status["readyReplicas"].int().into(),
            age(set, now),
            names,
            images,
            text::label_selector(&spec["selector"]).into(),
        ]
    },
};

pub(super) static DAEMON_SET: Printer = Printer {
    columns: &[
        NAME,
        Column::integer("Desired", "How many nodes should run its Pod."),
        Column::integer("Current", "How many of those nodes have its Pod."),
        Column::integer("Ready", "How many of those Pods are ready."),
        Column::integer("Up-to-date", "How many of those Pods have the current template."),
        Column::integer("Available", "How many of those Pods have been ready for minReadySeconds."),
        Column::string("Node Selector", "Which nodes its Pods are for."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    row: |set, now| {
        let status = &set["status"];
        let (names, images) = containers(set);
        vec![
            set.name().into(),
            status["desiredNumberScheduled"].int().into(),
            status["currentNumberScheduled"].int().into(),
            status["numberReady"].int().into(),
            status["updatedNumberScheduled"].int().into(),
            status["numberAvailable"].int().into(),
            text::labels(set.at("spec.template.spec.nodeSelector")).into(),
            age(set, now),
            names,
            images,
            text::label_selector(&set["spec"]["selector"]).into(),
        ]
    },
};

/// The subresource `scale` of a workload.
pub(super) static SCALE: Printer = Printer {
    columns: &[
        NAME,
        Column::integer("Desired", "How many Pods are wanted."),
        Column::integer("Available", "How many Pods there are."),
        AGE,
    ],
    row: |scale, now| {
        let (wanted, there) = (scale["spec"]["replicas"].int(), scale["status"]["replicas"].int());
        vec![scale.name().into(), wanted.into(), there.into(), age(scale, now)]
    },
};

pub(super) static CONTROLLER_REVISION: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Controller", "Whose history it is part of."),
        Column::integer("Revision", "Its place in that history."),
        AGE,
    ],
    row: |revision, now| {
        vec![revision.name().into(), controller(revision).into(), revision["revision"].int().into(), age(revision, now)]
    },
};

/// The controlling owner as `daemonset.apps/agent`.
fn controller(object: &Value) -> String {
    let owner = object.controller();
    if owner.is_null() {
        return NONE.to_owned();
    }
    let kind = owner["kind"].str().to_lowercase();
    match owner["apiVersion"].str().rsplit_once('/') {
        Some((group, _)) => format!("{kind}.{group}/{}", owner["name"].str()),
        None => format!("{kind}/{}", owner["name"].str()),
    }
}

/// The names and the images of the template's containers.
fn containers(object: &Value) -> (Value, Value) {
    let containers = object.at("spec.template.spec.containers").array();
    let joined = |field: &str| {
        let texts: Vec<&str> = containers.iter().map(|container| container[field].str()).collect();
        Value::from(texts.join(","))
    };
    (joined("name"), joined("image"))
}

fn age(object: &Value, now: Time) -> Value {
    text::age(now, &object["metadata"]["creationTimestamp"]).into()
}
