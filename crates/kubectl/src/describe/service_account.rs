//! ServiceAccounts.

use super::writer::Writer;
use crate::Host;
use api::Value;

pub fn describe(w: &mut Writer, account: &Value, _host: &dyn Host) {
    w.field(0, "Name", account.name());
    w.field(0, "Namespace", account.namespace());
    w.labels(0, "Labels", account.labels());
    w.annotations(0, "Annotations", &account["metadata"]["annotations"]);
    let secrets = account["imagePullSecrets"].array();
    w.list(0, "Image pull secrets", secrets.iter().map(|secret| secret["name"].str()));
}
