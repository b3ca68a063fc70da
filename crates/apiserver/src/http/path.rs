//! A path's parts (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go).

use api::{Kind, Status};

/// What a path of the API names.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The kind of the collection.
    pub kind: &'static Kind,
    /// The namespace; empty for all of them, or for a cluster-scoped kind.
    pub namespace: String,
    /// The object's name; empty for the collection.
    pub name: String,
    /// The subresource; empty for the object itself.
    pub subresource: String,
    /// Whether the path begins with `watch/`, as clients of long ago wrote it.
    pub watch: bool,
}

/// Replaces `%XX`, and `+` where it means a blank; what is no UTF-8 is replaced.
pub fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The decoded parts of a path; slashes too many are passed over.
pub(super) fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(|part| decode(part, false)).collect()
}

/// Whether a path lies below a group and version, where resources are (`IsResourceRequest`).
pub fn is_resource(path: &str) -> bool {
    let words = segments(path);
    let least = if words.first().is_some_and(|root| root == "apis") { 4 } else { 3 };
    matches!(words.first().map(String::as_str), Some("api" | "apis")) && words.len() >= least
}

/// What a path names in the API; none if it does not lie in a group and version that is served.
///
/// # Errors
/// 404 for a resource that its group does not have.
pub(super) fn target(words: &[&str], kinds: &[&'static Kind]) -> Result<Option<Target>, Status> {
    let (group, version, rest) = match words {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Ok(None),
    };
    if !kinds.iter().any(|kind| kind.group == group && kind.version == version) {
        return Ok(None);
    }
    let (watch, rest) = match rest {
        ["watch", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (namespace, rest) = match rest {
        // `namespaces/NAME`, `.../status` and `.../finalize` are about the Namespace itself.
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, rest @ ..] => (*namespace, rest),
        rest => ("", rest),
    };
    let [plural, rest @ ..] = rest else { return Err(Status::no_such_resource()) };
    let (name, subresource, rest) = match rest {
        [] => ("", "", &[][..]),
        [name] => (*name, "", &[][..]),
        [name, subresource, rest @ ..] => (*name, *subresource, rest),
    };
    let found = kinds.iter().find(|kind| kind.group == group && kind.version == version && kind.plural == *plural);
    let kind = *found.ok_or_else(Status::no_such_resource)?;
    let served = (kind.namespaced || namespace.is_empty())
        && (subresource.is_empty() || kind.subresources.contains(&subresource))
        && (rest.is_empty() || subresource == "proxy");
    if !served {
        return Err(Status::no_such_resource());
    }
    Ok(Some(Target {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        subresource: subresource.to_owned(),
        watch,
    }))
}
