//! Volumes, claims to them and the classes they come from.

use super::Printer;
use super::column::{AGE, Column, NAME};
use api::text::{self, UNSET};
use api::{Time, Value};

const STORAGE_CLASS_NAME: Column = Column::string("StorageClass", "The StorageClass it belongs to.");
const ATTRIBUTES_CLASS: Column = Column::string("VolumeAttributesClass", "The VolumeAttributesClass it belongs to.");
const VOLUME_MODE: Column = Column::string("VolumeMode", "File system or raw block device.").wide();
const CAPACITY: Column = Column::string("Capacity", "How much it holds.");
const ACCESS_MODES: Column = Column::string("Access Modes", "How it may be mounted, and by how many.");

pub(super) static PERSISTENT_VOLUME: Printer = Printer {
    columns: &[
        NAME,
        CAPACITY,
        ACCESS_MODES,
        Column::string("Reclaim Policy", "What happens to it when its claim is gone."),
        Column::string("Status", "Whether it is bound to a claim."),
        Column::string("Claim", "The claim it is bound to."),
        STORAGE_CLASS_NAME,
        ATTRIBUTES_CLASS,
        Column::string("Reason", "Why it is in that state, in a word."),
        AGE,
        VOLUME_MODE,
    ],
    row: |volume, now| {
        let (spec, status) = (&volume["spec"], &volume["status"]);
        let claim = &spec["claimRef"];
        let claim = match claim.is_null() {
            true => String::new(),
            false => format!("{}/{}", claim["namespace"].str(), claim["name"].str()),
        };
        vec![
            volume.name().into(),
            text::int_or_string(&spec["capacity"]["storage"]).into(),
            text::access_modes(&spec["accessModes"]).into(),
            spec["persistentVolumeReclaimPolicy"].str().into(),
            phase(volume).into(),
            claim.into(),
            storage_class(volume).into(),
            text::or(spec["volumeAttributesClassName"].str(), UNSET).into(),
            status["reason"].str().into(),
            age(volume, now),
            text::or(spec["volumeMode"].str(), UNSET).into(),
        ]
    },
};

pub(super) static PERSISTENT_VOLUME_CLAIM: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Status", "Whether it is bound to a volume."),
        Column::string("Volume", "The volume it is bound to."),
        CAPACITY,
        ACCESS_MODES,
        STORAGE_CLASS_NAME,
        ATTRIBUTES_CLASS,
        AGE,
        VOLUME_MODE,
    ],
    row: |claim, now| {
        let (spec, status) = (&claim["spec"], &claim["status"]);
        // What it got is only known once it is bound.
        let bound = !spec["volumeName"].str().is_empty();
        let (capacity, modes) = match bound {
            true => (text::int_or_string(&status["capacity"]["storage"]), text::access_modes(&status["accessModes"])),
            false => Default::default(),
        };
        vec![
            claim.name().into(),
            phase(claim).into(),
            spec["volumeName"].str().into(),
            capacity.into(),
            modes.into(),
            storage_class(claim).into(),
            text::or(spec["volumeAttributesClassName"].str(), UNSET).into(),
            age(claim, now),
            text::or(spec["volumeMode"].str(), UNSET).into(),
        ]
    },
};

pub(super) static STORAGE_CLASS: Printer = Printer {
    columns: &[
        NAME,
        Column::string("Provisioner", "Who makes its volumes."),
        Column::string("ReclaimPolicy", "What happens to a volume when its claim is gone."),
        Column::string("VolumeBindingMode", "When a claim is given a volume."),
        Column { type_: "boolean", ..Column::string("AllowVolumeExpansion", "Whether claims may grow.") },
        AGE,
    ],
    row: |class, now| {
        const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
        let mark = if class.annotation(IS_DEFAULT) == "true" { " (default)" } else { "" };
        vec![
            format!("{}{mark}", class.name()).into(),
            class["provisioner"].str().into(),
            text::or(class["reclaimPolicy"].str(), "Delete").into(),
            text::or(class["volumeBindingMode"].str(), "Immediate").into(),
            class["allowVolumeExpansion"].bool().into(),
            age(class, now),
        ]
    },
};

fn phase(object: &Value) -> &str {
    if object.deleting() { "Terminating" } else { object["status"]["phase"].str() }
}

/// The class, which old objects name in an annotation.
fn storage_class(object: &Value) -> &str {
    text::or(object.annotation("volume.beta.kubernetes.io/storage-class"), object["spec"]["storageClassName"].str())
}

fn age(object: &Value, now: Time) -> Value {
    text::age(now, &object["metadata"]["creationTimestamp"]).into()
}
