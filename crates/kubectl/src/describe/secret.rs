//! What a Secret holds: how much, not what.

use super::writer::Writer;
use crate::base64;
use api::Value;
use api::meta::string_pairs;

/// The sizes of the entries. A service account's token is shown: it is what the Secret was made for.
pub fn data(w: &mut Writer, secret: &Value) {
    let of_account = secret["type"].str() == "kubernetes.io/service-account-token";
    for (key, value) in string_pairs(&secret["data"]) {
        let decoded = base64::decode(value).unwrap_or_default();
        match key {
            "token" if of_account => w.field(0, key, decoded),
            _ => w.field(0, key, format_args!("{} bytes", super::config_map::decoded_length(value))),
        }
    }
}
