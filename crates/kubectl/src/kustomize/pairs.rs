//! The entries of generated ConfigMaps and Secrets: from files of variables, literals and files (kustomize's `kv` package).

use super::root::Root;
use crate::fail::{Fail, Outcome, fail};
use api::Value;

/// Names and texts, in the order in which they were given.
pub type Pairs = Vec<(String, String)>;

/// What a generator's arguments give.
///
/// # Errors
/// A file is missing, or an argument makes no sense.
pub fn load(root: &Root<'_>, arguments: &Value) -> Outcome<Pairs> {
    let env = Some(&arguments["env"]).filter(|env| !env.is_null());
    let envs: Vec<&str> = arguments["envs"].array().iter().chain(env).map(Value::str).collect();
    let [literals, files] =
        ["literals", "files"].map(|field| arguments[field].array().iter().map(Value::str).collect::<Vec<_>>());
    let said = |what: &str, sources: &[&str], why: String| -> Fail {
        fail!("loading KV pairs: {what} [{}]: {why}", sources.join(" "))
    };
    let mut pairs = Pairs::new();
    for path in &envs {
        let text = root.file(path).map_err(|why| said("env source files:", &envs, why))?;
        pairs.extend(text.trim_start_matches('\u{feff}').lines().filter_map(variable));
    }
    for source in &literals {
        pairs.push(literal(source).map_err(|why| said("literal sources", &literals, why))?);
    }
    for source in &files {
        let (name, path) = file(source).map_err(|why| said("file sources:", &files, why))?;
        pairs.push((name, root.file(&path).map_err(|why| said("file sources:", &files, why))?));
    }
    let name = arguments["name"].str();
    for (at, (key, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(known, _)| known == key) {
            return Err(fail!("configmap {name} illegally repeats the key `{key}`"));
        }
    }
    Ok(pairs)
}

/// A line of a file of variables; nothing for an empty one and a comment.
fn variable(line: &str) -> Option<(String, String)> {
    let line = line.trim_start();
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    (!name.is_empty() && !line.starts_with('#')).then(|| (name.to_owned(), value.to_owned()))
}

/// `name=text`; quotes around the whole text are not part of it.
fn literal(source: &str) -> Result<(String, String), String> {
    let pair = source.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, text) = pair.ok_or_else(|| format!("invalid literal source {source}, expected key=value"))?;
    let unquoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    Ok((name.to_owned(), unquoted.unwrap_or(text).to_owned()))
}

/// `path` or `name=path`.
fn file(source: &str) -> Result<(String, String), String> {
    let base = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    match source.split_once('=') {
        None => Ok((base(source), source.to_owned())),
        Some((_, path)) if path.contains('=') => Err(format!("source {source:?} key name or file path contains '='")),
        Some(("", path)) => Err(format!("missing key name for file path {path:?} in source {source:?}")),
        Some((name, "")) => Err(format!("missing file path for key name {name:?} in source {source:?}")),
        Some((name, path)) => Ok((name.to_owned(), path.to_owned())),
    }
}
