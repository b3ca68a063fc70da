//! Drafts of checks: what a verify script asks of kubectl.

use crate::reference::{Reference, kind_named};

/// The objects that a script looks at, as references: `deployment/web -n shop`. What it expects of them it says in its own way.
pub fn looked_at(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in script.lines().filter(|line| !line.trim_start().starts_with('#')) {
        for part in line.split(['|', ';', '&', '(', ')', '`']) {
            found.extend(object(part).filter(|object| !found.contains(object)));
        }
    }
    found
}

/// The object of one `kubectl get` or `describe`.
fn object(command: &str) -> Option<String> {
    let plain = |word: &str| word.trim_matches(['"', '\'', '{', '}', ']']).to_owned();
    let mut words = command.split_whitespace().map(plain).skip_while(|word| word != "kubectl");
    words.next()?;
    let (mut namespace, mut named) = (String::new(), Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-n" | "--namespace" => namespace = words.next()?,
            "-o" | "-l" | "--output" | "--selector" | "--field-selector" | "--context" => _ = words.next(),
            _ if word.starts_with(['>', '<', '2']) => break,
            _ => match word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n=")) {
                Some(name) => name.clone_into(&mut namespace),
                None if word.starts_with('-') => {}
                None => named.push(word),
            },
        }
    }
    if !matches!(named.first()?.as_str(), "get" | "describe") || named.len() > 3 {
        return None;
    }
    let (kind, name) = match (named.get(1)?.split_once('/'), named.get(2)) {
        (Some((kind, name)), None) => (kind.to_owned(), name.to_owned()),
        (None, Some(name)) => (named[1].clone(), name.clone()),
        _ => return None,
    };
    let kinds: Vec<_> = api::kind::served().collect();
    let known = kind_named(&kind, &kinds)?;
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
    };
    let place = if namespace.is_empty() || !known.namespaced { String::new() } else { format!(" -n {namespace}") };
    let reference = format!("{}/{name}{place}", known.kind.to_ascii_lowercase());
    let good =
        is_name(&name) && (namespace.is_empty() || is_name(&namespace)) && Reference::parse(&reference, &kinds).is_ok();
    good.then_some(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_in_scripts() {
        let script = "#!/bin/bash\n# kubectl get pod no\nkubectl get pod web -n shop >/dev/null 2>&1 || exit 1\n\
                      if [ \"$(kubectl -n shop get deploy/api -o jsonpath='{.spec.replicas}')\" = 3 ]; then exit 0; fi\n\
                      kubectl get svc $NAME; kubectl get pods -l app=x | grep Running; kubectl get node node1; kubectl get nosuch x\n\
                      kubectl get pod web -n shop -o yaml | grep nginx && kubectl wait pod/x";
        assert_eq!(looked_at(script), ["pod/web -n shop", "deployment/api -n shop", "node/node1"]);
    }
}
