//! Paths as text: absolute ones without `.`, `..`, doubled or trailing slashes.

/// `path` made absolute from the directory `cwd`, with `.` and `..` resolved. `..` above the root stays at the root.
///
/// ```
/// assert_eq!(vfs::path::resolve("/home/student", "../x/./y//"), "/home/x/y");
/// assert_eq!(vfs::path::resolve("/home", "/.."), "/");
/// ```
pub fn resolve(cwd: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let from = if path.starts_with('/') { "" } else { cwd };
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The directory that holds an absolute path; the root holds itself.
pub fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// The last part of a path; `/` for the root.
pub fn name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        Some((_, name)) => name,
        None if trimmed.is_empty() && !path.is_empty() => "/",
        None => trimmed,
    }
}

/// `name` in the directory `dir`.
pub fn join(dir: &str, name: &str) -> String {
    format!("{}/{name}", dir.trim_end_matches('/'))
}

/// What of `path` lies below `dir` (`""` for `dir` itself); none if it does not lie there.
pub fn below<'a>(dir: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(dir.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parents() {
        assert_eq!((parent("/a/b"), name("/a/b")), ("/a", "b"));
        assert_eq!((parent("/a"), name("/a")), ("/", "a"));
        assert_eq!((parent("/"), name("/")), ("/", "/"));
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(below("/data", "/data/x/y"), Some("x/y"));
        assert_eq!(below("/data", "/database"), None);
        assert_eq!(below("/", "/x"), Some("x"));
    }
}
