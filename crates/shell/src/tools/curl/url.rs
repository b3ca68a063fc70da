//! URLs as curl takes them.

/// A URL taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Url {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Host and port as the `Host:` header has them.
    pub(crate) authority: String,
    /// The path with its query.
    pub(crate) path: String,
}

impl Url {
    /// Takes a URL apart; `http://` may be missing.
    ///
    /// # Errors
    /// curl's text.
    pub(crate) fn parse(text: &str) -> Result<Url, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(format!("URL rejected: Unsupported protocol \"{scheme}\"")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, "")) => (host, if tls { 443 } else { 80 }),
            Some((host, port)) => {
                (host, port.parse().map_err(|_| "URL rejected: Port number was not a decimal number between 0 and 65535".to_owned())?)
            }
            None => (authority, if tls { 443 } else { 80 }),
        };
        if host.is_empty() {
            return Err("URL rejected: No host part in the URL".into());
        }
        if !host.chars().all(|c| c.is_alphanumeric() || "-_.~[]:".contains(c)) {
            return Err("URL rejected: Bad hostname".into());
        }
        Ok(Url { tls, host: host.to_owned(), port, authority: authority.to_owned(), path })
    }

    /// Where a redirection from here leads.
    pub(crate) fn join(&self, target: &str) -> Option<Url> {
        if target.contains("://") {
            return Url::parse(target).ok();
        }
        let path = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("{}/{target}", vfs::path::parent(&self.path).trim_end_matches('/')),
        };
        Some(Url { path, ..self.clone() })
    }
}

/// How many URLs one argument may stand for.
const MAX_GLOB: usize = 10_000;

/// `[1-3]` and `{a,b}` written out.
pub(crate) fn globbed(text: &str) -> Vec<String> {
    let Some(start) = text.find(['[', '{']) else { return vec![text.to_owned()] };
    let close = if text[start..].starts_with('[') { ']' } else { '}' };
    let Some(end) = text[start..].find(close).map(|i| start + i) else { return vec![text.to_owned()] };
    let inner = &text[start + 1..end];
    let choices: Vec<String> = match (close, inner.split_once('-')) {
        ('}', _) => inner.split(',').map(str::to_owned).collect(),
        (_, Some((from, to))) => match (from.parse::<u32>(), to.parse::<u32>()) {
            (Ok(from), Ok(to)) if from <= to => (from..=to).take(MAX_GLOB).map(|n| n.to_string()).collect(),
            _ => return vec![text.to_owned()],
        },
        _ => return vec![text.to_owned()],
    };
    let tails = globbed(&text[end + 1..]);
    let heads = choices.iter().flat_map(|choice| tails.iter().map(move |tail| format!("{choice}{tail}")));
    heads.take(MAX_GLOB).map(|rest| format!("{}{rest}", &text[..start])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let url = Url::parse("node1:30080/a?b#c").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.path.as_str()), ("node1", 30080, "/a?b"));
        assert_eq!(Url::parse("https://x").unwrap().port, 443);
        assert_eq!(url.join("../z").unwrap().path, "/../z");
        assert!(Url::parse("ftp://x").is_err() && Url::parse("http://").is_err() && Url::parse("x:99999").is_err());
        assert_eq!(globbed("http://x/[1-2]{a,b}"), ["http://x/1a", "http://x/1b", "http://x/2a", "http://x/2b"]);
    }
}
