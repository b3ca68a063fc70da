//! DaemonSets.

use super::writer::Writer;
use super::{controller, template};
use crate::Host;
use api::{Selector, Value, text};

/// Counts of the status and their names. No tab stands between them: they are no fields of the column above.
const COUNTS: [(&str, &str); 5] = [
    ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    ("Number of Nodes Misscheduled", "numberMisscheduled"),
];

pub fn describe(w: &mut Writer, set: &Value, host: &dyn Host) {
    let (spec, status) = (&set["spec"], &set["status"]);
    w.field(0, "Name", set.name());
    w.field(0, "Namespace", set.namespace());
    w.field(0, "Selector", Selector::from_label_selector(&spec["selector"]));
    w.field(0, "Node-Selector", text::labels(spec.at("template.spec.nodeSelector")));
    w.labels(0, "Labels", set.labels());
    w.annotations(0, "Annotations", &set["metadata"]["annotations"]);
    for (name, field) in COUNTS {
        w.line(0, format_args!("{name}: {}", status[field].int()));
    }
    controller::pods_status(w, set, host);
    template::describe(w, &spec["template"]);
}
