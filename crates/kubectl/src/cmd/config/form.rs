//! The form of a kubeconfig, as data: what `config set` may set, which fields are written though they are empty, and their
//! order in JSON (k8s.io/client-go/tools/clientcmd/api and its v1).

use crate::fail::{Outcome, fail};
use crate::print::struct_json;
use api::{Value, base64};

/// What a field is.
#[derive(Clone, Copy, Debug)]
enum Of {
    Text,
    Flag,
    Bytes,
    /// A list of texts, or pairs: nothing that `set` can write.
    Other,
    Struct(&'static [Field]),
    /// A list of named entries, each with its content at a key: a map where steps lead through it.
    Named(&'static str, &'static [Field]),
}

/// A field: its name, what it is, and whether it is written though it is empty.
#[derive(Debug)]
struct Field(&'static str, Of, bool);

const CLUSTER: &[Field] = &[
    Field("server", Of::Text, true),
    Field("tls-server-name", Of::Text, false),
    Field("insecure-skip-tls-verify", Of::Flag, false),
    Field("certificate-authority", Of::Text, false),
    Field("certificate-authority-data", Of::Bytes, false),
    Field("proxy-url", Of::Text, false),
    Field("disable-compression", Of::Flag, false),
    Field("extensions", Of::Other, false),
];
const CONTEXT: &[Field] = &[
    Field("cluster", Of::Text, true),
    Field("user", Of::Text, true),
    Field("namespace", Of::Text, false),
    Field("extensions", Of::Other, false),
];
const EXEC: &[Field] = &[
    Field("command", Of::Text, true),
    Field("args", Of::Other, true),
    Field("env", Of::Other, true),
    Field("apiVersion", Of::Text, false),
    Field("installHint", Of::Text, false),
    Field("provideClusterInfo", Of::Flag, true),
    Field("interactiveMode", Of::Text, false),
];
const PROVIDER: &[Field] = &[Field("name", Of::Text, true), Field("config", Of::Other, true)];
const USER: &[Field] = &[
    Field("client-certificate", Of::Text, false),
    Field("client-certificate-data", Of::Bytes, false),
    Field("client-key", Of::Text, false),
    Field("client-key-data", Of::Bytes, false),
    Field("token", Of::Text, false),
    Field("tokenFile", Of::Text, false),
    Field("as", Of::Text, false),
    Field("as-uid", Of::Text, false),
    Field("as-groups", Of::Other, false),
    Field("as-user-extra", Of::Other, false),
    Field("username", Of::Text, false),
    Field("password", Of::Text, false),
    Field("auth-provider", Of::Struct(PROVIDER), false),
    Field("exec", Of::Struct(EXEC), false),
    Field("extensions", Of::Other, false),
];
const PREFERENCES: &[Field] = &[Field("colors", Of::Flag, false), Field("extensions", Of::Other, false)];
const CONFIG: &[Field] = &[
    Field("kind", Of::Text, true),
    Field("apiVersion", Of::Text, true),
    Field("preferences", Of::Struct(PREFERENCES), false),
    Field("clusters", Of::Named("cluster", CLUSTER), true),
    Field("users", Of::Named("user", USER), true),
    Field("contexts", Of::Named("context", CONTEXT), true),
    Field("current-context", Of::Text, true),
    Field("extensions", Of::Other, false),
];

/// A kubeconfig as it is written: empty fields are there or not as Go's structs have it.
pub fn whole(config: &Value) -> Value {
    let mut whole = filled(config, CONFIG);
    for (field, value) in [("apiVersion", "v1"), ("kind", "Config")] {
        if whole[field].str().is_empty() {
            whole.set(field, value);
        }
    }
    whole
}

fn filled(value: &Value, fields: &[Field]) -> Value {
    let mut made = Value::object();
    for Field(name, of, always) in fields {
        let found = &value[*name];
        let empty = found.is_null() || found.str().is_empty() && matches!(found, Value::String(_));
        let content = match of {
            Of::Struct(inner) if !found.is_null() => filled(found, inner),
            Of::Named(key, inner) if !found.array().is_empty() => {
                let entry =
                    |entry: &Value| api::obj! { *key => filled(&entry[*key], inner), "name" => entry["name"].str() };
                let mut entries: Vec<Value> = found.array().iter().map(entry).collect();
                api::sort_by(&mut entries, |a, b| a["name"].str().cmp(b["name"].str()));
                entries.into()
            }
            Of::Named(..) => Value::Null,
            Of::Text | Of::Bytes if empty => Value::from(""),
            Of::Flag => found.bool().into(),
            _ => found.clone(),
        };
        let nothing = match &content {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            // Pointers to structs are kept though they are empty.
            Value::Object(fields) => fields.is_empty() && !matches!(of, Of::Struct(inner) if inner.len() > 2),
            _ => false,
        };
        if *always || !nothing {
            made.set(name, content);
        }
    }
    made
}

/// The JSON text, fields in the order of Go's structs.
pub fn json(config: &Value) -> String {
    fn order(fields: &'static [Field], names: &mut Vec<&'static str>) {
        for Field(name, of, _) in fields {
            names.push(name);
            if let Of::Struct(inner) | Of::Named(_, inner) = of {
                order(inner, names);
            }
        }
    }
    // What different structs have in common, in an order that suits all of them.
    let mut names = vec!["name", "cluster", "user", "context", "value", "kind", "command", "args", "env"];
    order(CONFIG, &mut names);
    struct_json::ordered(config, 4, &names)
}

/// One way into the config: the field, then for a map the entry, and so on.
fn steps<'a>(path: &'a str, fields: &'static [Field]) -> Outcome<Vec<&'a str>> {
    let mut steps = Vec::new();
    let mut rest = path;
    let mut fields = Some(fields);
    while let Some(known) = fields.filter(|_| !rest.is_empty()) {
        let (name, after) = rest.split_once('.').unwrap_or((rest, ""));
        let Some(Field(_, of, _)) = known.iter().find(|field| field.0 == name) else {
            return Err(fail!("unable to parse {path} after [{}] at api.Config", steps.join(" ")));
        };
        steps.push(name);
        rest = after;
        fields = match of {
            Of::Struct(inner) => Some(inner),
            Of::Named(_, inner) => {
                // A name may have dots in it: it ends before the first word that is a field.
                let ends = after.match_indices('.').find(|(at, _)| {
                    let word = after[at + 1..].split('.').next().unwrap_or_default();
                    inner.iter().any(|field| field.0 == word)
                });
                let end = ends.map_or(after.len(), |(at, _)| at);
                if end > 0 {
                    steps.push(&after[..end]);
                }
                rest = after.get(end + 1..).unwrap_or_default();
                Some(inner)
            }
            _ => None,
        };
    }
    match rest {
        "" => Ok(steps),
        _ => Err(fail!("unable to parse {path} after [{}] at api.Config", steps.join(" "))),
    }
}

/// Sets a property, or with no text takes it away (k8s.io/kubectl/pkg/cmd/config/set.go, `modifyConfig`).
///
/// # Errors
/// There is no such property, or it cannot have such a value.
pub fn change(config: &mut Value, path: &str, text: Option<&str>, raw: bool) -> Outcome {
    let steps = steps(path, CONFIG)?;
    step(config, CONFIG, &steps, text, raw)
}

fn step(value: &mut Value, fields: &'static [Field], steps: &[&str], text: Option<&str>, raw: bool) -> Outcome {
    let [name, rest @ ..] = steps else { return Err("you must specify a property".into()) };
    let Some(Field(_, of, _)) = fields.iter().find(|field| field.0 == *name) else {
        return Err(fail!("unable to locate path {name:?}"));
    };
    if rest.is_empty() && text.is_none() {
        value.remove(name);
        return Ok(());
    }
    let made: Value = match (of, text) {
        (Of::Named(key, inner), _) => return entry(value.at_mut(name), (key, inner), rest, text, raw),
        (Of::Struct(inner), _) if !rest.is_empty() => return step(value.at_mut(name), inner, rest, text, raw),
        (Of::Struct(_) | Of::Other, Some(_)) => return Err(fail!("unrecognized type: {name}")),
        (Of::Text, Some(text)) => text.into(),
        (Of::Flag, Some(text)) => truth(text)?.into(),
        (Of::Bytes, Some(text)) if raw => base64::encode(text.as_bytes()).into(),
        (Of::Bytes, Some(text)) => match base64::decode_bytes(text) {
            Ok(bytes) if text.len().is_multiple_of(4) => base64::encode(&bytes).into(),
            _ => return Err(fail!("error decoding input value: illegal base64 data at input byte {}", bad_byte(text))),
        },
        (_, None) => return Ok(()),
    };
    value.set(name, made);
    Ok(())
}

/// The same for a step that leads to an entry of a map.
fn entry(
    list: &mut Value,
    (key, fields): (&'static str, &'static [Field]),
    steps: &[&str],
    text: Option<&str>,
    raw: bool,
) -> Outcome {
    let entries = list.array_mut();
    let (name, rest) = match steps {
        [name, rest @ ..] if !rest.is_empty() || text.is_none() => (*name, rest),
        _ => {
            let names: Vec<String> = entries
                .iter()
                .enumerate()
                .map(|(at, e)| format!("{}:0xc000{:06x}", e["name"].str(), 0x14_4000 + at * 0x80))
                .collect();
            return Err(fail!("can't set a map to a value: map[{}]", names.join(" ")));
        }
    };
    let at = entries.iter().position(|entry| entry["name"].str() == name);
    match (at, text) {
        (_, None) if rest.is_empty() => {
            entries.retain(|entry| entry["name"].str() != name);
            Ok(())
        }
        (None, None) => Err(fail!("current map key `{name}` is invalid")),
        (Some(at), _) => step(entries[at].at_mut(key), fields, rest, text, raw),
        (None, Some(_)) => {
            let mut content = Value::object();
            step(&mut content, fields, rest, text, raw)?;
            entries.push(api::obj! { "name" => name, key => content });
            api::sort_by(entries, |a, b| a["name"].str().cmp(b["name"].str()));
            Ok(())
        }
    }
}

/// Go's `strconv.ParseBool`; an empty text is false.
pub fn truth(text: &str) -> Outcome<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(fail!("strconv.ParseBool: parsing {other:?}: invalid syntax")),
    }
}

/// Where Go's decoder stops: at a character that is none of base64's, or at the group that is not whole.
fn bad_byte(text: &str) -> usize {
    let strange = text.bytes().position(|c| !c.is_ascii_alphanumeric() && !matches!(c, b'+' | b'/' | b'='));
    strange.unwrap_or(text.len() / 4 * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_those_of_a_kubeconfig() {
        let mut config = crate::config::fresh();
        let mut set =
            |path: &str, text: Option<&str>| change(&mut config, path, text, false).map_err(|why| why.message());
        assert_eq!(set("a", None), Err("unable to parse a after [] at api.Config".into()));
        assert_eq!(set("a.b", Some("c")), Err("unable to parse a.b after [] at api.Config".into()));
        assert_eq!(set("users.jane.token", Some("y")), Ok(()));
        assert_eq!(set("users.jane@x.y.token", Some("z")), Ok(()));
        assert_eq!(set("users.nosuch", None), Ok(()));
        assert_eq!(set("clusters.nosuch.server", None), Err("current map key `nosuch` is invalid".into()));
        let flag = "clusters.c.insecure-skip-tls-verify";
        assert_eq!(set(flag, Some("xx")), Err("strconv.ParseBool: parsing \"xx\": invalid syntax".into()));
        let data = "clusters.c.certificate-authority-data";
        assert_eq!(
            set(data, Some("b3V")),
            Err("error decoding input value: illegal base64 data at input byte 0".into())
        );
        assert_eq!(set(data, Some("b3V0")), Ok(()));
        assert!(set("contexts.c", Some("x")).is_err_and(|why| why.starts_with("can't set a map to a value: map[")));
        assert_eq!(set("contexts.kubernetes-admin@kubernetes.namespace", None), Ok(()));
        assert_eq!(set("contexts.new.namespace", Some("n")), Ok(()));
        let text = api::yaml::to_string(&whole(&config));
        for part in [
            "- context:\n    cluster: \"\"\n    namespace: \"n\"\n    user: \"\"\n  name: new\n",
            "- name: jane@x.y\n  user:\n    token: z\n",
            "- cluster:\n    certificate-authority-data: b3V0\n    server: \"\"\n  name: c\n",
        ] {
            assert!(text.contains(part), "{part}{text}");
        }
        let empty =
            "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n";
        assert_eq!(api::yaml::to_string(&whole(&Value::object())), empty);
        let order =
            "{\n    \"kind\": \"Config\",\n    \"apiVersion\": \"v1\",\n    \"clusters\": null,\n    \"users\": null,";
        assert!(json(&whole(&Value::object())).starts_with(order));
    }
}
