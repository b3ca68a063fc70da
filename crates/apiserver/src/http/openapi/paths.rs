//! The paths of a document: which operations there are, on which kind, and what they take.

use super::names::Names;
use super::{Version, group_version_kind};
use crate::http::verbs;
use api::{Kind, Map, Value, list, obj};

/// Parameters by name: their type and what they are.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("allowWatchBookmarks", "boolean", "Whether a watch tells now and then how far it has come."),
    ("continue", "string", "Where the part of a list before this one ended."),
    ("dryRun", "string", "All: everything but the change itself."),
    ("fieldManager", "string", "Who makes the change."),
    ("fieldSelector", "string", "Which objects are meant, by their fields."),
    ("fieldValidation", "string", "What becomes of unknown and repeated fields: Ignore, Warn or Strict."),
    ("force", "boolean", "Whether an apply takes fields from other managers."),
    ("gracePeriodSeconds", "integer", "How long the object has before it is gone."),
    ("labelSelector", "string", "Which objects are meant, by their labels."),
    ("limit", "integer", "The most objects of one answer."),
    ("orphanDependents", "boolean", "Replaced by propagationPolicy."),
    ("pretty", "string", "Whether the answer is indented."),
    ("propagationPolicy", "string", "What becomes of the object's dependents."),
    ("resourceVersion", "string", "How new the answer must be, or where a watch begins."),
    ("resourceVersionMatch", "string", "How resourceVersion is meant."),
    ("sendInitialEvents", "boolean", "Whether a watch begins with what exists."),
    ("timeoutSeconds", "integer", "How long the call may take."),
    ("watch", "boolean", "Watch for changes to the described resources: they follow as a stream of events."),
];

const LIST: &[&str] = &[
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
];
const WRITE: &[&str] = &["dryRun", "fieldManager", "fieldValidation"];
const PATCH: &[&str] = &["dryRun", "fieldManager", "fieldValidation", "force"];
const DELETE: &[&str] = &["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"];

/// An operation: its verb in discovery, its method, what OpenAPI calls the action, its parameters.
struct Operation(&'static str, &'static str, &'static str, &'static [&'static str]);

const COLLECTION: &[Operation] = &[
    Operation("list", "get", "list", LIST),
    Operation("create", "post", "post", WRITE),
    Operation("deletecollection", "delete", "deletecollection", DELETE),
];
const OBJECT: &[Operation] = &[
    Operation("get", "get", "get", &[]),
    Operation("update", "put", "put", WRITE),
    Operation("patch", "patch", "patch", PATCH),
    Operation("delete", "delete", "delete", DELETE),
];
const SUBRESOURCE: &[Operation] = &[
    Operation("get", "get", "get", &[]),
    Operation("create", "post", "post", WRITE),
    Operation("update", "put", "put", WRITE),
    Operation("patch", "patch", "patch", PATCH),
    Operation("delete", "delete", "delete", DELETE),
];

/// Adds the paths of a group and version.
pub(super) fn add(paths: &mut Map, of: Version, group: &str, version: &str, kinds: &[&'static Kind], names: &Names) {
    let root = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
    let mut writer = Writer { paths, of, names };
    for kind in kinds.iter().filter(|kind| kind.group == group && kind.version == version) {
        let space = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
        let collection = format!("{root}{space}/{}", kind.plural);
        writer.path(&collection, kind, "", COLLECTION);
        if kind.namespaced {
            writer.path(&format!("{root}/{}", kind.plural), kind, "", &COLLECTION[..1]);
        }
        writer.path(&format!("{collection}/{{name}}"), kind, "", OBJECT);
        for subresource in kind.subresources {
            writer.path(&format!("{collection}/{{name}}/{subresource}"), kind, subresource, SUBRESOURCE);
        }
    }
}

/// A group as identifiers have it: `core`, `apps`, `rbacAuthorization`.
fn group_word(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { "core" } else { kind.group.trim_end_matches(".k8s.io") };
    let mut parts = group.split(['.', '-']);
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(capital).collect::<String>()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What generated clients call an operation, such as `listCoreV1NamespacedPod`
/// (k8s.io/apiserver/pkg/endpoints/openapi: `GetOperationIDAndTags`).
fn operation_id(path: &str, kind: &Kind, subresource: &str, (method, action): (&str, &str)) -> String {
    let connects = verbs::connects(subresource);
    let verb = match (action, method) {
        _ if connects => "connect",
        ("get", _) => "read",
        ("post", _) => "create",
        ("put", _) => "replace",
        ("deletecollection", _) => "delete",
        (action, _) => action,
    };
    let of = [group_word(kind), kind.version.to_owned()].map(|word| capital(&word)).concat();
    let how = match action {
        _ if connects => capital(method),
        "deletecollection" => "Collection".to_owned(),
        _ => String::new(),
    };
    let space = if path.contains("{namespace}") { "Namespaced" } else { "" };
    let all = if kind.namespaced && space.is_empty() { "ForAllNamespaces" } else { "" };
    format!("{verb}{of}{how}{space}{}{}{all}", kind.kind, capital(subresource))
}

struct Writer<'a> {
    paths: &'a mut Map,
    of: Version,
    names: &'a Names,
}

impl Writer<'_> {
    fn path(&mut self, path: &str, kind: &'static Kind, subresource: &str, operations: &[Operation]) {
        let allowed = verbs::of(kind, subresource);
        let mut item = Map::default();
        for operation in operations.iter().filter(|operation| allowed.contains(&operation.0)) {
            item.insert(operation.1, self.operation(path, kind, subresource, operation));
        }
        if item.is_empty() {
            return;
        }
        let mut parameters: Vec<Value> = Vec::new();
        for place in ["name", "namespace"] {
            if path.contains(&format!("{{{place}}}")) {
                let mut parameter = self.parameter(place, "string", "Which one is meant.", "path");
                parameter.set("required", true);
                parameters.push(parameter);
            }
        }
        parameters.push(self.parameter("pretty", "string", "Whether the answer is indented.", "query"));
        item.insert("parameters", parameters.into());
        self.paths.insert(path, item.into());
    }

    fn operation(&self, path: &str, kind: &'static Kind, subresource: &str, operation: &Operation) -> Value {
        let Operation(_, method, action, parameters) = operation;
        let answered = verbs::response_kind(kind, subresource);
        let parameters = PARAMETERS.iter().filter(|(name, _, _)| parameters.contains(name));
        let listed: Vec<Value> = parameters.map(|(name, ty, about)| self.parameter(name, ty, about, "query")).collect();
        let mut value = obj! {
            "operationId" => operation_id(path, kind, subresource, (*method, *action)), "x-kubernetes-action" => *action,
            "x-kubernetes-group-version-kind" => group_version_kind(answered),
            "tags" => list![format!("{}_{}", group_word(kind), kind.version)],
            "responses" => obj! { "200" => self.response(kind, subresource, action), "401" => obj! { "description" => "Unauthorized" } },
        };
        if matches!(*action, "post" | "put") && subresource.is_empty() {
            let schema = self.schema(kind, "");
            match self.of {
                Version::V2 => {
                    let mut body = obj! { "name" => "body", "in" => "body", "required" => true };
                    body.set("schema", schema);
                    let all: Vec<Value> = std::iter::once(body).chain(listed).collect();
                    value.set("parameters", all);
                    return value;
                }
                Version::V3 => {
                    let content = [("*/*".into(), obj! { "schema" => schema })].into_iter().collect::<Map>();
                    value.set("requestBody", obj! { "content" => content, "required" => true });
                }
            }
        }
        value.set("parameters", listed);
        value
    }

    fn schema(&self, kind: &'static Kind, suffix: &str) -> Value {
        obj! { "$ref" => format!("{}{}{suffix}", self.of.root(), self.names.kind(kind)) }
    }

    fn response(&self, kind: &'static Kind, subresource: &str, action: &str) -> Value {
        let mut response = obj! { "description" => "OK" };
        let own = subresource.is_empty() && !matches!(action, "delete" | "deletecollection");
        if own {
            let schema = self.schema(kind, if action == "list" { "List" } else { "" });
            match self.of {
                Version::V2 => response.set("schema", schema),
                Version::V3 => {
                    let content =
                        [("application/json".into(), obj! { "schema" => schema })].into_iter().collect::<Map>();
                    response.set("content", content);
                }
            }
        }
        response
    }

    fn parameter(&self, name: &str, ty: &str, about: &str, place: &str) -> Value {
        let mut parameter = obj! { "name" => name, "in" => place, "description" => about };
        match self.of {
            Version::V2 => {
                parameter.set("type", ty);
                parameter.set("uniqueItems", true);
            }
            Version::V3 => parameter.set("schema", obj! { "type" => ty, "uniqueItems" => true }),
        }
        parameter
    }
}
