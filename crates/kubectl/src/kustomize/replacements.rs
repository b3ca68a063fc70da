//! Values copied from a field of one object into fields of others (kustomize's `ReplacementTransformer`).

use super::root::Root;
use super::{Resource, gvk, path, res_id, select};
use crate::fail::{Outcome, fail};
use api::{Value, yaml};

/// Where a value is read and written unless something else is said.
const DEFAULT_FIELD_PATH: &str = "metadata.name";
const ONLY_SCALARS: &str = "delimiter option can only be used with scalar nodes";

/// Does the replacements of a kustomization, one after the other.
///
/// # Errors
/// A source or a field is not there, or it is not clear which is meant.
pub fn replace(root: &Root<'_>, entries: &[Value], resources: &mut [Resource]) -> Outcome {
    for entry in entries {
        for replacement in listed(root, entry)? {
            let (source, targets) = (&replacement["source"], replacement["targets"].array());
            let fixed = &replacement["sourceValue"];
            if (source.is_null() && fixed.is_null()) || replacement["targets"].is_null() {
                return Err("replacements must specify a source and at least one target".into());
            }
            let value = match (source.is_null(), fixed.is_null()) {
                (false, false) => return Err("value and resource selectors are mutually exclusive".into()),
                (true, _) => fixed.clone(),
                (false, _) => read(source, resources)?,
            };
            targets.iter().try_for_each(|target| write(target, &value, resources))?;
        }
    }
    Ok(())
}

/// The replacements that an entry stands for: itself, or those of a file.
fn listed(root: &Root<'_>, entry: &Value) -> Outcome<Vec<Value>> {
    let path = entry["path"].str();
    if path.is_empty() {
        return Ok(vec![entry.clone()]);
    }
    if !entry["source"].is_null() || !entry["targets"].is_empty() {
        return Err("cannot specify both path and inline replacement".into());
    }
    let trouble = |why: String| {
        fail!(
            "trouble configuring builtin ReplacementTransformer with config: `\nReplacements:\n- path: {path}\n`: {why}"
        )
    };
    let text = root.file(path).map_err(trouble)?;
    match yaml::parse(&text).map_err(trouble)?.value {
        Value::Array(items) => Ok(items.to_vec()),
        one @ Value::Object(_) => Ok(vec![one]),
        other => {
            let kind = other.type_name();
            Err(trouble(format!("unsupported replacement type encountered within replacement path: {kind}")))
        }
    }
}

/// The value that a source names.
fn read(source: &Value, resources: &[Resource]) -> Outcome<Value> {
    let mut found = resources.iter().filter(|resource| select::is_source(resource, source));
    let resource = match (found.next(), found.next()) {
        (Some(one), None) => one,
        (None, _) => return Err(fail!("nothing selected by {}", said(source))),
        _ => return Err(fail!("multiple matches for selector {}", said(source))),
    };
    let field = source["fieldPath"].as_str().filter(|path| !path.is_empty()).unwrap_or(DEFAULT_FIELD_PATH);
    let value = path::find(&resource.object, &path::split(field)).filter(|value| match value {
        Value::Array(_) | Value::Object(_) => !value.is_empty(),
        _ => true,
    });
    let Some(value) = value else {
        return Err(fail!("fieldPath `{field}` is missing for replacement source {}", named(source)));
    };
    let (delimiter, index) = (source["options"]["delimiter"].str(), source["options"]["index"].int());
    if delimiter.is_empty() {
        return Ok(value.clone());
    }
    if is_collection(value) {
        return Err(ONLY_SCALARS.into());
    }
    let text = path::plain(value);
    let part = usize::try_from(index).ok().and_then(|at| text.split(delimiter).nth(at));
    part.map(Value::from).ok_or_else(|| fail!("options.index {index} is out of bounds for value {text}"))
}

/// Writes a value into the fields of all objects that a target selects.
fn write(target: &Value, value: &Value, resources: &mut [Resource]) -> Outcome {
    if target["select"].is_null() {
        return Err("target must specify resources to select".into());
    }
    [&target["select"]].into_iter().chain(target["reject"].array()).try_for_each(select::check)?;
    let is_rejected = |resource: &Resource, reject: &Value| {
        (select::names_any(reject) && select::has_id(resource, reject))
            || (select::labels_any(reject) && select::has_labels(resource, reject))
    };
    let is_meant = |resource: &Resource| {
        select::fits(resource, &target["select"])
            && !target["reject"].array().iter().any(|reject| is_rejected(resource, reject))
    };
    let default = [Value::from(DEFAULT_FIELD_PATH)];
    let fields = if target["fieldPaths"].is_empty() { &default } else { target["fieldPaths"].array() };
    for resource in resources.iter_mut().filter(|resource| is_meant(resource)) {
        let before = resource.object.name().to_owned();
        for field in fields {
            put(&mut resource.object, field.str(), value, &target["options"])?;
        }
        let now = resource.object.name().to_owned();
        if now != before {
            resource.object.set("metadata.name", before);
            resource.rename(now);
        }
    }
    Ok(())
}

/// Writes a value into the fields of one object at a path.
fn put(object: &mut Value, field: &str, value: &Value, options: &Value) -> Outcome {
    let create = options["create"].bool();
    let how = if create { "unable to find or create" } else { "unable to find" };
    let failed = || format!("{how} field \"{field}\" in replacement target");
    // Inside of texts the options do not count.
    let mut set = |field: &mut Value, inside: bool| set(field, value, if inside { &Value::Null } else { options });
    match path::each(object, &path::split(field), create, &mut set) {
        Ok(0) => Err(failed().into()),
        Ok(_) => Ok(()),
        Err(path::Fail::Path(why)) => Err(fail!("{}: {why}", failed())),
        Err(path::Fail::Change(why)) => Err(why),
    }
}

/// Writes a value into a field: a scalar keeps its type as long as the value can be one.
fn set(field: &mut Value, value: &Value, options: &Value) -> Outcome {
    let (delimiter, index) = (options["delimiter"].str(), options["index"].int());
    let mut text = path::plain(value);
    if !delimiter.is_empty() {
        if is_collection(field) {
            return Err(ONLY_SCALARS.into());
        }
        text = spliced(&path::plain(field), delimiter, index, text);
    }
    *field = match &*field {
        Value::Null if is_collection(value) => value.clone(),
        Value::Array(_) | Value::Object(_) => value.clone(),
        Value::String(_) => text.into(),
        Value::Null => yaml::resolve(&text),
        number => typed(number, &text)?,
    };
    Ok(())
}

/// A text as a value of the same type as another one, a number or a truth value.
fn typed(old: &Value, text: &str) -> Outcome<Value> {
    let new = yaml::resolve(text);
    if old.type_name() == new.type_name() {
        return Ok(new);
    }
    let tag = |value: &Value| match value {
        Value::Null => "!!null",
        Value::Bool(_) => "!!bool",
        Value::Int(_) => "!!int",
        Value::Float(_) => "!!float",
        _ => "!!str",
    };
    Err(fail!("map[string]interface {{}}(nil): yaml: cannot decode {} `{text}` as a {}", tag(&new), tag(old)))
}

/// A text with one of its parts replaced; before the first and behind the last there is room for one more.
fn spliced(text: &str, delimiter: &str, index: i64, part: String) -> String {
    let mut parts: Vec<String> = text.split(delimiter).map(str::to_owned).collect();
    match usize::try_from(index) {
        Err(_) => parts.insert(0, part),
        Ok(at) if at >= parts.len() => parts.push(part),
        Ok(at) => parts[at] = part,
    }
    parts.join(delimiter)
}

fn is_collection(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// A source as messages name it: `Deployment.v1.apps/web.[noNs]:spec.replicas`.
fn said(source: &Value) -> String {
    let mut said = named(source);
    if !source["fieldPath"].str().is_empty() {
        said = format!("{said}:{}", source["fieldPath"].str());
    }
    let options = &source["options"];
    if !options["delimiter"].str().is_empty() || options["create"].bool() {
        let [delimiter, index] = ["delimiter", "index"].map(|field| &options[field]);
        said = format!("{said}:{}({}), create={}", delimiter.str(), index.int(), options["create"].bool());
    }
    said
}

/// The identity that a selector gives.
fn named(selector: &Value) -> String {
    let [group, version, kind, name, namespace] =
        ["group", "version", "kind", "name", "namespace"].map(|field| selector[field].str());
    res_id(&gvk(kind, version, group), name, namespace)
}
