//! The volumes of a Pod or of a template.

use super::volume_source::{self, POD_SOURCES};
use super::writer::Writer;
use api::Value;

/// The section `Volumes`, at level 0 in a Pod and 1 in a template.
pub fn describe(w: &mut Writer, level: usize, volumes: &Value) {
    let volumes = volumes.array();
    if volumes.is_empty() {
        return w.field(level, "Volumes", "<none>");
    }
    w.line(level, "Volumes:");
    for volume in volumes {
        let indent = if level > 0 { " " } else { "" };
        w.line(1, format_args!("{indent}{}:", volume["name"].str()));
        volume_source::describe(w, volume, POD_SOURCES);
    }
}
