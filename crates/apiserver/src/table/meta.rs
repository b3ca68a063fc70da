//! Kinds with little to show, and kinds without a printer of their own.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text;
use api::{Time, Value};

pub(super) static API_SERVICE: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Service", "The Service of the add-on that answers; Local where the server itself does."),
        Column::string("Available", "Whether it answers, and why not."),
        AGE,
    ],
    row: |service, now| {
        let reference = &service["spec"]["service"];
        let (namespace, name) = (reference["namespace"].str(), reference["name"].str());
        let by = if reference.is_null() { "Local".to_owned() } else { format!("{namespace}/{name}") };
        let available = api::condition(service, "Available");
        let available = match available["status"].str() {
            "" => "Unknown".to_owned(),
            "True" => "True".to_owned(),
            status => format!("{status} ({})", available["reason"].str()),
        };
        vec![service.name().into(), by.into(), available.into(), age(service, now)]
    },
};

pub(super) static SERVICE_ACCOUNT: Printer =
    Printer { columns: &[NAME, AGE], row: |object, now| vec![object.name().into(), age(object, now)] };

/// Any kind, as the server's default table shows it (k8s.io/apiserver/pkg/registry/rest/table.go).
pub(super) static ANY: Printer = Printer {
    columns: &[NAME, Column { type_: "date", ..Column::string("Created At", "When the object was created.") }],
    row: |object, _| {
        let created = object["metadata"]["creationTimestamp"].time().map(Time::rfc3339);
        vec![object.name().into(), created.unwrap_or_default().into()]
    },
};

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

fn age(object: &Value, now: Time) -> Value {
    text::age(now, &object["metadata"]["creationTimestamp"]).into()
}
