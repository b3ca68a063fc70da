//! What `-o` says, and objects printed that way.

mod changed;
mod columns;
pub mod custom;
pub mod go_fmt;
pub mod jsonpath;
mod jsonpath_parse;
mod kyaml;
#[cfg(test)]
mod nonsense_tests;
pub mod struct_json;
pub mod table;
mod template;
mod template_call;
mod template_lex;
mod template_parse;
mod template_tree;
mod unquote;

pub use columns::Columns;

use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use api::{Kind, Value, json, yaml};
use custom::CustomColumns;
use jsonpath::JsonPath;
use template::{Stopped, Template};

/// An output format.
#[derive(Clone, Debug)]
pub enum Format {
    /// The command's own: a table, or a line such as `pod/x created`.
    Human,
    /// `-o wide`
    Wide,
    /// `-o name`
    Name,
    /// `-o json`
    Json,
    /// `-o yaml`
    Yaml,
    /// `-o kyaml`
    Kyaml,
    /// `-o jsonpath=...`, and the text itself for error messages.
    JsonPath(JsonPath, String),
    /// `-o jsonpath-as-json=...`
    JsonPathAsJson(JsonPath, String),
    /// `-o go-template=...`
    Template(Template, String),
    /// `-o custom-columns=...`
    Custom(CustomColumns),
}

/// An object to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    /// Its kind.
    pub kind: &'a Kind,
    /// The object, or a list of kind `List`.
    pub object: &'a Value,
    /// What has been done to it, such as `created`; empty for nothing.
    pub done: &'a str,
    /// `--show-managed-fields`
    pub managed: bool,
}

impl Printed<'_> {
    /// What is shown of the object.
    fn shown(&self) -> Value {
        if self.managed { self.object.clone() } else { without_managed_fields(self.object) }
    }
}

/// Formats that every command has.
const COMMON: &[&str] = &[
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "kyaml",
    "name",
    "template",
    "templatefile",
    "yaml",
];
/// Formats that only tables have.
const TABULAR: &[&str] = &["custom-columns", "custom-columns-file", "wide"];

impl Format {
    /// What the flags say.
    ///
    /// # Errors
    /// There is no such format, or its template is wrong.
    pub fn of(cx: &Cx<'_>) -> Outcome<Format> {
        let output = cx.flags.text("output");
        let (name, inline) = match output.split_once('=') {
            Some((name, rest)) => (name, Some(rest.to_owned())),
            None => (output, None),
        };
        let given = Some(cx.flags.text("template").to_owned()).filter(|t| !t.is_empty());
        let strict = !cx.flags.on("allow-missing-template-keys");
        let argument = inline.or(given.clone());
        let template = || match &argument {
            Some(text) if !text.is_empty() => Ok(text.clone()),
            _ => Err(Fail::from("template format specified but no template given")),
        };
        let file = || {
            let path = template()?;
            let read = cx.host.read_file(&path);
            let what = if name == "custom-columns-file" { "template" } else { "--template" };
            read.map_err(|why| fail!("error reading {what} {path}, open {path}: {why}\n"))
        };
        Ok(match name {
            "" if given.is_some() => Format::template(template()?, strict)?,
            "" => Format::Human,
            "wide" if is_tabular(cx) => Format::Wide,
            "name" => Format::Name,
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "kyaml" => Format::Kyaml,
            "jsonpath" => Format::json_path(template()?, strict, Format::JsonPath)?,
            "jsonpath-as-json" => Format::json_path(template()?, strict, Format::JsonPathAsJson)?,
            "jsonpath-file" => Format::json_path(file()?, strict, Format::JsonPath)?,
            "go-template" | "template" => Format::template(template()?, strict)?,
            "go-template-file" | "templatefile" => Format::template(file()?, strict)?,
            "custom-columns" if is_tabular(cx) => match &argument {
                Some(spec) if !spec.is_empty() => Format::Custom(CustomColumns::parse(spec)?),
                _ => return Err("custom-columns format specified but no custom columns given".into()),
            },
            "custom-columns-file" if is_tabular(cx) => Format::Custom(CustomColumns::parse_file(&file()?)?),
            _ => return Err(unknown(cx, output)),
        })
    }

    fn json_path(text: String, strict: bool, make: fn(JsonPath, String) -> Format) -> Outcome<Format> {
        let path = JsonPath::parse(&text).map_err(|why| fail!("error parsing jsonpath {text}, {why}\n"))?;
        Ok(make(path.strict(strict), text))
    }

    fn template(text: String, strict: bool) -> Outcome<Format> {
        let template = Template::parse(&text).map_err(|why| fail!("error parsing template {text}, {why}\n"))?;
        Ok(Format::Template(template.strict(strict), text))
    }

    /// Whether this is for people: a table or a line.
    pub fn is_human(&self) -> bool {
        matches!(self, Format::Human | Format::Wide)
    }

    /// The text of an object that kubectl has as a struct: JSON has its fields in Go's order.
    ///
    /// # Errors
    /// As [`Format::print`].
    pub fn print_struct(&self, printed: &Printed<'_>) -> Outcome<String> {
        match self {
            Format::Json => Ok(struct_json::to_string(&printed.shown(), 4) + "\n"),
            format => format.print(printed),
        }
    }

    /// An object's text.
    ///
    /// # Errors
    /// The template does not fit the object.
    pub fn print(&self, printed: &Printed<'_>) -> Outcome<String> {
        let object = printed.object;
        match self {
            Format::Human | Format::Wide => Ok(names(printed)),
            Format::Name => Ok(names(&Printed { done: "", ..*printed })),
            Format::Json => Ok(json::to_string_pretty(&printed.shown()) + "\n"),
            Format::Yaml => Ok(yaml::to_string(&printed.shown())),
            Format::Kyaml => Ok(kyaml::to_string(&printed.shown())),
            Format::JsonPath(path, text) => path
                .print(object)
                .map_err(|why| failed(&format!("error executing jsonpath {text:?}"), &why, text, object)),
            Format::JsonPathAsJson(path, text) => path
                .print_json(object)
                .map_err(|why| failed(&format!("error executing jsonpath {text:?}"), &why, text, object)),
            Format::Template(template, text) => {
                template.run(object).map_err(|stopped| template_failed(text, &stopped, object))
            }
            Format::Custom(columns) => columns.print(object),
        }
    }
}

/// Whether the command prints tables.
fn is_tabular(cx: &Cx<'_>) -> bool {
    matches!(cx.command.name, "get" | "events")
}

fn unknown(cx: &Cx<'_>, output: &str) -> Fail {
    let mut allowed = COMMON.to_vec();
    if is_tabular(cx) {
        allowed.extend(TABULAR);
        api::sort(&mut allowed);
    }
    let allowed = allowed.join(",");
    fail!("unable to match a printer suitable for the output format {output:?}, allowed formats are: {allowed}")
}

fn failed(what: &str, why: &str, text: &str, object: &Value) -> Fail {
    fail!(
        "{what}: Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate \
         was:\n\t\t{text}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n",
        go_fmt::sharp(object)
    )
}

/// The real one tells the details on standard output, after what the template has printed by then.
fn template_failed(text: &str, stopped: &Stopped, object: &Value) -> Fail {
    let Stopped { printed, why } = stopped;
    let shown = format!(
        "{printed}Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate \
         was:\n\t\t{text}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
        json::to_string(object),
        go_fmt::plain(object)
    );
    Fail::Shown(shown, format!("error executing template {}: {why}", go_fmt::sharp(&text.into())))
}

/// `pod/x created`, one line for each object.
fn names(printed: &Printed<'_>) -> String {
    if let Value::Array(items) = &printed.object["items"] {
        let line = |item: &Value| match item.kind() {
            Some(kind) => names(&Printed { kind, object: item, ..*printed }),
            None => names(&Printed { object: item, ..*printed }),
        };
        return items.iter().map(line).collect();
    }
    let name = format!("{}/{}", resource(printed), printed.object.name());
    format!("{}\n", format!("{name} {}", printed.done).trim_end())
}

/// `deployment.apps`. In a list of several kinds, one that somebody has defined is known by what the object says.
fn resource(printed: &Printed<'_>) -> String {
    let (own, version) = (printed.object["kind"].str(), printed.object["apiVersion"].str());
    match (printed.object.kind(), version.split_once('/')) {
        (Some(kind), _) => kind.singular_resource(),
        (None, Some((group, _))) if !own.is_empty() => format!("{}.{group}", own.to_lowercase()),
        _ => printed.kind.singular_resource(),
    }
}

/// The object (or the items of the list) without `metadata.managedFields`.
fn without_managed_fields(object: &Value) -> Value {
    let mut object = object.clone();
    object.remove("metadata.managedFields");
    if let Value::Array(items) = &object["items"] {
        let items: Value = items.iter().map(without_managed_fields).collect();
        object.set("items", items);
    }
    object
}

/// A list of objects, as `-o yaml` shows several.
pub fn list_of(items: Vec<Value>) -> Value {
    api::obj! { "apiVersion" => "v1", "kind" => "List", "metadata" => api::obj! { "resourceVersion" => "" }, "items" => items }
}
