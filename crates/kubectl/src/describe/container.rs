//! Containers, those of a Pod with their state, those of a template without.

use super::writer::{Writer, flag, moment};
use super::{env, probe, resources};
use api::{NULL, Value, text};

/// The level of a container's fields.
const FIELDS: usize = 2;

/// The containers of `pod` at `spec.<field>` with their statuses.
pub fn describe(w: &mut Writer, title: &str, pod: &Value, field: &str, statuses: &str) {
    let containers = pod["spec"][field].array();
    let statuses = pod["status"][statuses].array();
    heading(w, 0, title, containers);
    for container in containers {
        let status = statuses.iter().find(|status| status["name"] == container["name"]).unwrap_or(&NULL);
        w.line(1, format_args!("{}:", container["name"].str()));
        one(w, container, status, pod);
    }
}

/// The containers of a template: nothing runs yet.
pub fn describe_templates(w: &mut Writer, title: &str, containers: &Value) {
    heading(w, 1, title, containers.array());
    for container in containers.array() {
        w.line(1, format_args!(" {}:", container["name"].str()));
        one(w, container, &NULL, &NULL);
    }
}

fn heading(w: &mut Writer, level: usize, title: &str, containers: &[Value]) {
    let none = if containers.is_empty() { " <none>" } else { "" };
    w.line(level, format_args!("{title}:{none}"));
}

fn one(w: &mut Writer, container: &Value, status: &Value, pod: &Value) {
    images(w, container, status);
    ports(w, container["ports"].array());
    seccomp(w, FIELDS, &container["securityContext"]["seccompProfile"]);
    words(w, "Command", container["command"].array());
    words(w, "Args", container["args"].array());
    if !status.is_null() {
        state(w, "State", &status["state"]);
        if !status["lastState"]["terminated"].is_null() {
            state(w, "Last State", &status["lastState"]);
        }
        w.field(FIELDS, "Ready", flag(&status["ready"]));
        w.field(FIELDS, "Restart Count", status["restartCount"].int());
    }
    resources::describe(w, FIELDS, &container["resources"]);
    probe::describe(w, FIELDS, container);
    env::describe(w, FIELDS, container, pod);
    mounts(w, container);
}

fn images(w: &mut Writer, container: &Value, status: &Value) {
    if !status.is_null() {
        w.field(FIELDS, "Container ID", status["containerID"].str());
    }
    w.field(FIELDS, "Image", container["image"].str());
    if !status.is_null() {
        w.field(FIELDS, "Image ID", status["imageID"].str());
    }
}

fn ports(w: &mut Writer, ports: &[Value]) {
    for (one, several, field) in [("Port", "Ports", "containerPort"), ("Host Port", "Host Ports", "hostPort")] {
        let port = |port: &Value| match (port[field].int(), port["protocol"].str(), port["name"].str()) {
            (number, protocol, "") => format!("{number}/{protocol}"),
            (number, protocol, name) => format!("{number}/{protocol} ({name})"),
        };
        let shown = ports.iter().map(port).collect::<Vec<_>>().join(", ");
        w.field(FIELDS, if ports.len() > 1 { several } else { one }, text::or(&shown, text::NONE));
    }
}

/// A seccomp profile, if one is asked for; its file stands below it, one level deeper in a container.
pub fn seccomp(w: &mut Writer, level: usize, profile: &Value) {
    if profile.is_null() {
        return;
    }
    w.field(level, "SeccompProfile", profile["type"].str());
    if profile["type"].str() == "Localhost" {
        let deeper = if level == 0 { 0 } else { level + 1 };
        w.field(deeper, "LocalhostProfile", profile["localhostProfile"].str());
    }
}

/// A command's words, one a line; a word of several lines is several lines.
fn words(w: &mut Writer, title: &str, words: &[Value]) {
    if words.is_empty() {
        return;
    }
    w.line(FIELDS, format_args!("{title}:"));
    for line in words.iter().flat_map(|word| word.str().split('\n')) {
        w.line(FIELDS + 1, line);
    }
}

fn state(w: &mut Writer, title: &str, state: &Value) {
    const DETAILS: usize = FIELDS + 1;
    let (running, terminated) = (&state["running"], &state["terminated"]);
    if !running.is_null() {
        w.field(FIELDS, title, "Running");
        w.field(DETAILS, "Started", moment(&running["startedAt"]));
    } else if !state["waiting"].is_null() || terminated.is_null() {
        w.field(FIELDS, title, "Waiting");
        w.field_if(DETAILS, "Reason", state["waiting"]["reason"].str());
    } else {
        w.field(FIELDS, title, "Terminated");
        w.field_if(DETAILS, "Reason", terminated["reason"].str());
        w.field_if(DETAILS, "Message", terminated["message"].str());
        w.field(DETAILS, "Exit Code", terminated["exitCode"].int());
        if terminated["signal"].int() > 0 {
            w.field(DETAILS, "Signal", terminated["signal"].int());
        }
        w.field(DETAILS, "Started", moment(&terminated["startedAt"]));
        w.field(DETAILS, "Finished", moment(&terminated["finishedAt"]));
    }
}

fn mounts(w: &mut Writer, container: &Value) {
    let sorted = |field: &str, by: &str| {
        let mut sorted: Vec<Value> = container[field].array().to_vec();
        api::sort_by(&mut sorted, |a, b| a[by].str().cmp(b[by].str()));
        sorted
    };
    let mounts = sorted("volumeMounts", "mountPath");
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    w.line(FIELDS, format_args!("Mounts:{none}"));
    for mount in &mounts {
        let mode = if mount["readOnly"].bool() { "ro" } else { "rw" };
        let sub_path = match mount["subPath"].str() {
            "" => String::new(),
            path => format!(",path={path:?}"),
        };
        let (path, volume) = (mount["mountPath"].str(), mount["name"].str());
        w.line(FIELDS + 1, format_args!("{path} from {volume} ({mode}{sub_path})"));
    }
    let devices = sorted("volumeDevices", "devicePath");
    if !devices.is_empty() {
        w.line(FIELDS, format_args!("Devices:{none}"));
    }
    for device in &devices {
        w.line(FIELDS + 1, format_args!("{} from {}", device["devicePath"].str(), device["name"].str()));
    }
}
