//! ReplicaSets.

use super::writer::Writer;
use super::{controller, template};
use crate::Host;
use api::{Value, text};

pub fn describe(w: &mut Writer, set: &Value, host: &dyn Host) {
    let (spec, status) = (&set["spec"], &set["status"]);
    w.field(0, "Name", set.name());
    w.field(0, "Namespace", set.namespace());
    w.field(0, "Selector", text::label_selector(&spec["selector"]));
    w.labels(0, "Labels", set.labels());
    w.annotations(0, "Annotations", &set["metadata"]["annotations"]);
    w.field_if(0, "Controlled By", &controller::controlled_by(set));
    let (current, desired) = (status["replicas"].int(), spec["replicas"].int());
    w.field(0, "Replicas", format_args!("{current} current / {desired} desired"));
    controller::pods_status(w, set, host);
    template::describe(w, &spec["template"]);
    controller::conditions(w, set);
}
