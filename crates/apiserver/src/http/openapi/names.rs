//! What definitions are called: the Go package of a struct and its name.

use api::Kind;
use api::schema::{Type, table};

/// Where the types of every object come from.
pub(super) const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
/// The structs of that package (apimachinery/pkg/apis/meta/v1).
const OF_META: &[&str] = &[
    "Condition",
    "DeleteOptions",
    "FieldSelectorRequirement",
    "GroupResource",
    "GroupVersionKind",
    "LabelSelector",
    "LabelSelectorRequirement",
    "ListMeta",
    "ManagedFieldsEntry",
    "ObjectMeta",
    "OwnerReference",
    "Preconditions",
];

/// The name of every struct's definition, by its place in the schema's table.
pub(super) struct Names(Vec<String>);

impl Names {
    /// Gives every struct the package of the first kind that reaches it; the core group comes first, as the other groups
    /// borrow from it.
    pub fn new(kinds: &[&'static Kind]) -> Names {
        let table = table();
        let mut names = vec![String::new(); super::structs()];
        let kinds: Vec<&'static Kind> = kinds.iter().copied().filter(|kind| !kind.is_custom()).collect();
        let own = kinds.iter().map(|kind| (kind.group, kind.version, table.kind(kind)));
        let answers = kinds.iter().flat_map(|kind| kind.subresources.iter().map(move |name| (*kind, *name)));
        let answers = answers.filter_map(|(kind, subresource)| {
            let (group, version, _) = crate::http::verbs::response_kind(kind, subresource);
            Some((group, version, response_struct(kind, subresource)?))
        });
        let options = table.named("DeleteOptions").map(|id| ("", "v1", id));
        for (group, version, root) in own.chain(answers).chain(options) {
            let package = match (group.split('.').next().unwrap_or_default(), version) {
                ("", version) => format!("io.k8s.api.core.{version}"),
                ("apiextensions", version) => {
                    format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}")
                }
                ("metrics", version) => format!("io.k8s.metrics.pkg.apis.metrics.{version}"),
                ("apiregistration", version) => {
                    format!("io.k8s.kube-aggregator.pkg.apis.apiregistration.{version}")
                }
                (group, version) => format!("io.k8s.api.{group}.{version}"),
            };
            let mut open = vec![root];
            while let Some(id) = open.pop() {
                if !names[id].is_empty() {
                    continue;
                }
                let of = table.get(id);
                let package = if OF_META.contains(&of.name) { META } else { &package };
                names[id] = format!("{package}.{}", of.name);
                open.extend(of.fields.iter().filter_map(|field| inner(&field.ty)));
            }
        }
        Names(names)
    }

    /// The definition of a kind; that of a user's kind has its group's name the other way round.
    pub fn kind(&self, kind: &Kind) -> String {
        if !kind.is_custom() {
            return self.of(table().kind(kind)).to_owned();
        }
        let group: Vec<&str> = kind.group.rsplit('.').collect();
        format!("{}.{}.{}", group.join("."), kind.version, kind.kind)
    }

    /// A struct's definition.
    pub fn of(&self, id: usize) -> &str {
        self.0.get(id).map_or("", String::as_str)
    }
}

/// The struct of what answers a subresource, where that is another than the kind's own.
pub(super) fn response_struct(kind: &Kind, subresource: &str) -> Option<usize> {
    let table = table();
    let (group, _, name) = crate::http::verbs::response_kind(kind, subresource);
    let package = group.split('.').next().unwrap_or_default();
    let found = table.named(&format!("{package}.{name}")).or_else(|| table.named(name));
    found.filter(|id| kind.is_custom() || *id != table.kind(kind))
}

/// The struct that a type is, or is a list or map of.
pub(super) fn inner(ty: &Type) -> Option<usize> {
    match ty {
        Type::Struct(id) => Some(*id),
        Type::List(element) | Type::Map(element) => inner(element),
        _ => None,
    }
}
