//! `kubectl label`

use super::annotate::{Change, change};
use super::{ALL, ALL_NAMESPACES, BASE, DRY_RUN, FIELDS, FILES, OUTPUT, RECORD, SELECTOR, manager};
use crate::command::Command;
use crate::flags::{Flag, Kind, flag};
use api::names;

pub(super) static FLAGS: &[Flag] = &[
    flag("overwrite", Kind::Bool, "false"),
    flag("list", Kind::Bool, "false"),
    flag("local", Kind::Bool, "false"),
    flag("resource-version", Kind::Text, ""),
];

pub(crate) static LABEL: Command = Command {
    name: "label",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N",
    flags: &[FLAGS, FILES, OUTPUT, SELECTOR, FIELDS, ALL, ALL_NAMESPACES, DRY_RUN, &[manager("kubectl-label")], RECORD],
    action: |cx| Box::pin(change(cx, &LABELS)),
    ..BASE
};

static LABELS: Change = Change {
    what: "label",
    field: "labels",
    check: |key, value| {
        let problems = names::label_value(value);
        match problems.is_empty() {
            true => Ok(()),
            false => Err(format!("invalid label value: {:?}: {}", format!("{key}={value}"), problems.join(";"))),
        }
    },
    taken: |taken| {
        let text =
            taken.iter().map(|(key, old)| format!("'{key}' already has a value ({old}), and --overwrite is false"));
        text.collect::<Vec<_>>().join("\n")
    },
};
