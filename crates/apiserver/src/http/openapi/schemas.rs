//! The definitions of a document.

use super::names::{META, Names, inner, response_struct};
use super::{Custom, Describe, Version, group_version_kind};
use api::schema::{Field, Merge, Presence, Struct, Type, table};
use api::{Kind, Map, Str, Value, kind, list, obj};

const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT_OR_STRING: &str = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const RAW: &str = "io.k8s.apimachinery.pkg.runtime.RawExtension";

pub(super) struct Definitions<'a> {
    version: Version,
    names: &'a Names,
    describe: Describe,
    made: Map,
}

impl<'a> Definitions<'a> {
    pub fn new(version: Version, names: &'a Names, describe: Describe) -> Definitions<'a> {
        Definitions { version, names, describe, made: Map::default() }
    }

    /// The definitions, with those of the leaves.
    pub fn finish(mut self) -> Value {
        let time = |format: &str| obj! { "type" => "string", "format" => format };
        let text = obj! { "type" => "string" };
        let version = obj! { "type" => "string", "description" => "How new the list of returned objects is, and where a watch of them begins." };
        let count = obj! { "type" => "integer", "format" => "int64" };
        let fields = obj! {
            "continue" => &text, "remainingItemCount" => count, "resourceVersion" => version, "selfLink" => &text,
        };
        self.made.insert(format!("{META}.ListMeta"), obj! { "type" => "object", "properties" => fields });
        self.made.insert(format!("{META}.Time"), time("date-time"));
        self.made.insert(format!("{META}.MicroTime"), time("date-time"));
        self.made.insert(format!("{META}.FieldsV1"), obj! { "type" => "object" });
        self.made.insert(RAW, obj! { "type" => "object" });
        let (quantity, port) = match self.version {
            Version::V2 => (obj! { "type" => "string" }, time("int-or-string")),
            Version::V3 => {
                let one_of = list![obj! { "type" => "string" }, obj! { "type" => "number" }];
                let any_of = list![obj! { "type" => "integer" }, obj! { "type" => "string" }];
                (obj! { "oneOf" => one_of }, obj! { "format" => "int-or-string", "oneOf" => any_of })
            }
        };
        self.made.insert(QUANTITY, quantity);
        self.made.insert(INT_OR_STRING, port);
        self.made.into()
    }

    /// Adds kinds, their lists and all that they hold.
    pub fn kinds(&mut self, kinds: &[&'static Kind], custom: &Custom) {
        let table = table();
        table.named("DeleteOptions").into_iter().for_each(|id| self.add(id));
        for kind in kinds {
            let gvk = group_version_kind((kind.group, kind.version, kind.kind));
            let name = self.names.kind(kind);
            match kind.is_custom() {
                true => self.custom(kind, &name, custom),
                false => self.add(table.kind(kind)),
            }
            self.extend(&name, gvk);
            if !kind::REVIEWS.iter().any(|review| review == *kind) || *kind == kind::COMPONENT_STATUS {
                self.list(kind, &name);
            }
            for subresource in kind.subresources {
                let (group, version, response) = crate::http::verbs::response_kind(kind, subresource);
                if let Some(id) = response_struct(kind, subresource) {
                    self.add(id);
                    let name = self.names.of(id).to_owned();
                    if !name.is_empty() {
                        self.extend(&name, group_version_kind((group, version, response)));
                    }
                }
            }
        }
    }

    /// Adds a kind that a user has defined: its schema as the user wrote it, and what every object has.
    fn custom(&mut self, kind: &Kind, name: &str, custom: &Custom) {
        let found = custom
            .iter()
            .find(|(known, _)| (known.group, known.version, known.kind) == (kind.group, kind.version, kind.kind));
        let mut schema = found.map(|(_, schema)| schema.clone()).unwrap_or_default();
        schema.set("type", "object");
        for field in ["apiVersion", "kind"] {
            let text = self.text(kind.kind, field);
            schema.set(&format!("properties.{field}"), text);
        }
        let metadata = self.reference(&format!("{META}.ObjectMeta"));
        schema.set("properties.metadata", metadata);
        table().named("ObjectMeta").into_iter().for_each(|id| self.add(id));
        self.made.insert(name, schema);
    }

    /// Notes which kind a definition is.
    fn extend(&mut self, name: &str, gvk: Value) {
        let Some(definition) = self.made.get_mut(name) else { return };
        let kinds = definition.at_mut("x-kubernetes-group-version-kind").array_mut();
        if !kinds.contains(&gvk) {
            kinds.push(gvk);
        }
    }

    fn list(&mut self, kind: &Kind, item: &str) {
        let fields = obj! {
            "apiVersion" => self.text(kind.kind, "apiVersion"), "kind" => self.text(kind.kind, "kind"),
            "items" => obj! {
                "type" => "array", "items" => self.reference(item), "description" => format!("List of {}.", kind.plural),
            },
            "metadata" => self.reference(&format!("{META}.ListMeta")),
        };
        let list = obj! {
            "type" => "object", "description" => format!("Several objects of kind {}.", kind.kind),
            "properties" => fields, "required" => list!["items"],
        };
        let name = format!("{item}List");
        self.made.insert(name.as_str(), list);
        self.extend(&name, group_version_kind((kind.group, kind.version, &format!("{}List", kind.kind))));
    }

    fn text(&self, of: &str, field: &str) -> Value {
        obj! { "type" => "string", "description" => (self.describe)(of, field) }
    }

    /// Adds a struct and all that it holds.
    fn add(&mut self, id: usize) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let name = self.names.of(id).to_owned();
            if name.is_empty() || self.made.contains_key(&name) {
                continue;
            }
            let of = table().get(id);
            let properties: Map =
                of.fields.iter().map(|field| (Str::from(field.name), self.property(of, field))).collect();
            let mut definition = obj! { "type" => "object", "properties" => properties };
            let about = (self.describe)(of.name, "");
            if !about.is_empty() {
                definition.set("description", about);
            }
            let required: Value = of.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
            if !required.is_empty() {
                definition.set("required", required);
            }
            self.made.insert(name, definition);
            open.extend(of.fields.iter().filter_map(|field| inner(&field.ty)));
        }
    }

    fn property(&self, of: &Struct, field: &Field) -> Value {
        let mut property = match &field.ty {
            Type::Any if field.name.starts_with("fields") => self.reference(&format!("{META}.FieldsV1")),
            ty => self.typed(ty),
        };
        let referred = property.as_object().is_some_and(|fields| fields.contains_key("$ref"));
        if referred && self.version == Version::V3 {
            property = obj! { "allOf" => list![property] };
        }
        let about = (self.describe)(of.name, field.name);
        if !about.is_empty() {
            property.set("description", about);
        }
        if !field.default.is_null() {
            property.set("default", field.default.clone());
        } else if self.version == Version::V3
            && matches!(field.ty, Type::Struct(_))
            && field.presence == Presence::Always
        {
            property.set("default", obj! {});
        }
        joining(field, &mut property);
        property
    }

    fn reference(&self, name: &str) -> Value {
        obj! { "$ref" => format!("{}{name}", self.version.root()) }
    }

    fn typed(&self, ty: &Type) -> Value {
        let plain = |ty: &str, format: &str| match format {
            "" => obj! { "type" => ty },
            format => obj! { "type" => ty, "format" => format },
        };
        match ty {
            Type::String(name) => {
                let mut text = plain("string", "");
                let values = table().enumeration(name);
                if !values.is_empty() {
                    let mut sorted: Vec<&str> = values.to_vec();
                    api::sort(&mut sorted);
                    text.set("enum", sorted.into_iter().collect::<Value>());
                }
                text
            }
            Type::Bytes => plain("string", "byte"),
            Type::Int32 => plain("integer", "int32"),
            Type::Int64 => plain("integer", "int64"),
            Type::Bool => plain("boolean", ""),
            Type::Float => plain("number", "double"),
            Type::IntOrString => self.reference(INT_OR_STRING),
            Type::Quantity => self.reference(QUANTITY),
            Type::Time => self.reference(&format!("{META}.Time")),
            Type::MicroTime => self.reference(&format!("{META}.MicroTime")),
            Type::Any => self.reference(RAW),
            Type::Struct(id) => self.reference(self.names.of(*id)),
            Type::List(element) => obj! { "type" => "array", "items" => self.typed(element) },
            Type::Map(element) => obj! { "type" => "object", "additionalProperties" => self.typed(element) },
        }
    }
}

/// How patches join a list.
fn joining(field: &Field, property: &mut Value) {
    if field.retain_keys || field.merge {
        let strategy = match (field.merge, field.retain_keys) {
            (true, true) => "merge,retainKeys",
            (true, false) => "merge",
            _ => "retainKeys",
        };
        property.set("x-kubernetes-patch-strategy", strategy);
    }
    if !field.merge_key.is_empty() {
        property.set("x-kubernetes-patch-merge-key", field.merge_key);
    }
    let list = matches!(field.ty, Type::List(_));
    match &field.apply {
        Merge::Map(keys) => {
            property.set("x-kubernetes-list-type", "map");
            property.set("x-kubernetes-list-map-keys", keys.iter().copied().collect::<Value>());
        }
        Merge::Set => property.set("x-kubernetes-list-type", "set"),
        Merge::Atomic if !list => property.set("x-kubernetes-map-type", "atomic"),
        Merge::Atomic => property.set("x-kubernetes-list-type", "atomic"),
        Merge::Usual if !list => {}
        Merge::Usual => property.set("x-kubernetes-list-type", "atomic"),
    }
}
