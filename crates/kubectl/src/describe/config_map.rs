//! ConfigMaps: their keys with the values as they are.

use super::writer::Writer;
use crate::Host;
use api::Value;
use api::meta::string_pairs;

pub fn describe(w: &mut Writer, config: &Value, _host: &dyn Host) {
    w.field(0, "Name", config.name());
    w.field(0, "Namespace", config.namespace());
    w.labels(0, "Labels", config.labels());
    w.annotations(0, "Annotations", &config["metadata"]["annotations"]);
    w.line(0, "\nData\n====");
    for (key, value) in string_pairs(&config["data"]) {
        w.line(0, format_args!("{key}:\n----\n{value}\n"));
    }
    w.line(0, "\nBinaryData\n====");
    for (key, value) in string_pairs(&config["binaryData"]) {
        w.line(0, format_args!("{key}: {} bytes", decoded_length(value)));
    }
    w.line(0, "");
}

/// How many bytes base64 text stands for.
pub fn decoded_length(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}
