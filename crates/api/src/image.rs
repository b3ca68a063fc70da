//! Image references: `nginx`, `nginx:1.25`, `registry.k8s.io/pause:3.10`, `name@sha256:...`
//! (github.com/distribution/reference).

use crate::{Str, sha256};

/// A parsed reference with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Registry and repository, such as `docker.io/library/nginx`.
    pub repository: Str,
    /// The tag; `latest` where none was given. Empty where only a digest was given.
    pub tag: Str,
    /// The digest that was given, with `sha256:`; may be empty.
    pub digest: Str,
}

impl Reference {
    /// Parses a reference.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the parser that container runtimes use.
    pub fn parse(text: &str) -> Result<Reference, String> {
        const BAD: &str = "invalid reference format";
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let hex = digest.strip_prefix("sha256:").unwrap_or_default();
                if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()) {
                    return Err(BAD.to_owned());
                }
                (rest, digest)
            }
            None => (text, ""),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (rest, ""),
        };
        let is_tag = |tag: &str| {
            tag.len() <= 128
                && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
                && !tag.starts_with(['.', '-'])
        };
        if name.is_empty() || rest.ends_with(':') || !is_tag(tag) {
            return Err(BAD.to_owned());
        }
        let repository = normalized(name);
        let path = repository.split_once('/').map_or("", |(_, path)| path);
        if path.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(format!("{BAD}: repository name ({path}) must be lowercase"));
        }
        if !path.split('/').all(is_component) {
            return Err(BAD.to_owned());
        }
        let tag = if tag.is_empty() && digest.is_empty() { "latest" } else { tag };
        Ok(Reference { repository: repository.into(), tag: tag.into(), digest: digest.into() })
    }

    /// The full name, such as `docker.io/library/nginx:latest`, as a node's list of images and a container's status show it.
    pub fn full(&self) -> Str {
        match (self.tag.as_str(), self.digest.as_str()) {
            ("", digest) => format!("{}@{digest}", self.repository).into(),
            (tag, _) => format!("{}:{tag}", self.repository).into(),
        }
    }

    /// Repository and digest, such as `docker.io/library/nginx@sha256:...`: a container's `imageID`. The digest of a tag is
    /// the SHA-256 of the full name, so that it is the same everywhere.
    pub fn id(&self) -> Str {
        match self.digest.as_str() {
            "" => format!("{}@sha256:{}", self.repository, sha256::hex(&self.full())).into(),
            digest => format!("{}@{digest}", self.repository).into(),
        }
    }

    /// Its tag, or its digest where it has none.
    pub fn version(&self) -> &str {
        if self.tag.is_empty() { &self.digest } else { &self.tag }
    }

    /// The last part of the repository, such as `nginx`.
    pub fn short(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

/// `nginx` is short for `docker.io/library/nginx`, `a/b` for `docker.io/a/b`; a first part that looks like a host is one.
fn normalized(name: &str) -> String {
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => match (host, rest.contains('/')) {
            ("docker.io" | "index.docker.io", false) => format!("docker.io/library/{rest}"),
            ("index.docker.io", true) => format!("docker.io/{rest}"),
            _ => name.to_owned(),
        },
        Some(_) => format!("docker.io/{name}"),
    }
}

/// Lower-case letters and digits, separated by a dot, one or two underscores, or hyphens.
fn is_component(part: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = part.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
        && !part.contains("..")
        && !part.contains("___")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_for_long_ones() {
        let full = |text: &str| Reference::parse(text).map(|r| r.full().to_string());
        assert_eq!(full("nginx").as_deref(), Ok("docker.io/library/nginx:latest"));
        assert_eq!(full("bitnami/redis:7").as_deref(), Ok("docker.io/bitnami/redis:7"));
        assert_eq!(full("registry.k8s.io/pause:3.10").as_deref(), Ok("registry.k8s.io/pause:3.10"));
        assert_eq!(full("localhost:5000/app").as_deref(), Ok("localhost:5000/app:latest"));
        assert_eq!(full("docker.io/nginx").as_deref(), Ok("docker.io/library/nginx:latest"));
        let message = "invalid reference format: repository name (library/Nginx) must be lowercase";
        assert_eq!(full("Nginx:UPPER").unwrap_err(), message);
        for bad in ["", ":", "a:", "a b", "-a", "a//b", "a:b c", "nginx@sha256:12", "https://x/y", "a..b", "@"] {
            assert!(full(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn digests_are_the_recordings() {
        let id = Reference::parse("nginx").unwrap().id();
        let digest = "sha256:86cee2c10898a48ff47a0626f8202a2408b5893aff5df58ae10d83166e6d7b0e";
        assert_eq!(id, format!("docker.io/library/nginx@{digest}"));
    }
}
