//! StorageClasses.

use super::writer::{Writer, joined};
use crate::Host;
use api::{Value, text};

const IS_DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

pub fn describe(w: &mut Writer, class: &Value, _host: &dyn Host) {
    let is_default = IS_DEFAULT.iter().any(|key| class.annotation(key) == "true");
    w.field(0, "Name", class.name());
    w.field(0, "IsDefaultClass", if is_default { "Yes" } else { "No" });
    // On one line as they are, unlike the annotations of other kinds.
    w.field(0, "Annotations", text::labels(&class["metadata"]["annotations"]));
    w.field(0, "Provisioner", class["provisioner"].str());
    w.field(0, "Parameters", text::labels(&class["parameters"]));
    w.field(
        0,
        "AllowVolumeExpansion",
        match class["allowVolumeExpansion"].as_bool() {
            None => text::UNSET,
            Some(true) => "True",
            Some(false) => "False",
        },
    );
    mount_options(w, class["mountOptions"].array());
    w.field_if(0, "ReclaimPolicy", class["reclaimPolicy"].str());
    w.field_if(0, "VolumeBindingMode", class["volumeBindingMode"].str());
    allowed_topologies(w, class["allowedTopologies"].array());
}

fn mount_options(w: &mut Writer, options: &[Value]) {
    if options.is_empty() {
        return w.field(0, "MountOptions", text::NONE);
    }
    w.line(0, "MountOptions:");
    for option in options {
        w.line(1, option.str());
    }
}

fn allowed_topologies(w: &mut Writer, topologies: &[Value]) {
    if topologies.is_empty() {
        return;
    }
    w.field(0, "AllowedTopologies", "");
    for (i, term) in topologies.iter().enumerate() {
        let expression = |e: &Value| match joined(&e["values"], ", ") {
            none if none.is_empty() => format!("{} in", e["key"].str()),
            values => format!("{} in [{values}]", e["key"].str()),
        };
        w.list(1, &format!("Term {i}"), term["matchLabelExpressions"].array().iter().map(expression));
    }
}
