//! Kinds with little to show, and kinds without a printer of their own.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text;
use api::{Time, Value};

pub(super) static ANY: Printer =
    Printer { columns: &[NAME, AGE], row: |object, now| vec![object.name().into(), age(object, now)] };

pub(super) static NAMESPACE: Printer = Printer {
    columns: &[NAME, Column::string("Status", "Active, or Terminating while it is emptied."), AGE],
    row: |namespace, now| vec![namespace.name().into(), namespace["status"]["phase"].str().into(), age(namespace, now)],
};

pub(super) static CONFIG_MAP: Printer = Printer {
    columns: &[NAME, Column::integer("Data", "How many keys it holds."), AGE],
    row: |config, now| {
        let keys = config["data"].len() + config["binaryData"].len();
        vec![config.name().into(), keys.into(), age(config, now)]
    },
};

pub(super) static LEASE: Printer = Printer {
    columns: &[NAME, Column::string("Holder", "Who holds it."), AGE],
    row: |lease, now| vec![lease.name().into(), lease["spec"]["holderIdentity"].str().into(), age(lease, now)],
};

fn age(object: &Value, now: Time) -> Value {
    text::age(now, &object["metadata"]["creationTimestamp"]).into()
}
