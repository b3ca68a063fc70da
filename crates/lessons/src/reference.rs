//! Which objects are meant, in words much like kubectl's: `deployment/mynginx`, `pods -l app=web -n shop`, `pods of
//! deployment/mynginx`, `pods on node1`.

use crate::lang::Say;
use api::Language;
use api::{Kind, Selector, Value};
use apiserver::{Request, Verb};
use cluster::Cluster;

/// Some objects of one kind.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Their kind.
    pub kind: &'static Kind,
    /// Its name, if one object is meant.
    pub name: String,
    /// Their namespace; empty for all.
    pub namespace: String,
    pub(crate) selector: String,
    pub(crate) owner: Option<(&'static Kind, String)>,
    pub(crate) node: String,
}

/// The kind that a word names: `pods`, `pod`, `po`, `Pod`, `deployments.apps`.
pub fn kind_named(word: &str, kinds: &[&'static Kind]) -> Option<&'static Kind> {
    let lower = word.to_ascii_lowercase();
    let named = |kind: &&&'static Kind| {
        kind.plural == lower
            || kind.singular_resource() == lower
            || kind.resource() == lower
            || kind.kind.eq_ignore_ascii_case(word)
            || kind.short_names.contains(&lower.as_str())
    };
    kinds.iter().find(named).copied()
}

impl Reference {
    /// Reads a reference.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, kinds: &[&'static Kind]) -> Result<Reference, String> {
        let mut words = text.split_whitespace();
        let (kind, name) = named(words.next().unwrap_or_default(), kinds)?;
        let namespace = if kind.namespaced { "default".to_owned() } else { String::new() };
        let mut reference =
            Reference { kind, name, namespace, selector: String::new(), owner: None, node: String::new() };
        while let Some(word) = words.next() {
            if matches!(word, "-A" | "--all-namespaces") {
                reference.namespace.clear();
                continue;
            }
            let value = words.next().ok_or_else(|| format!("what comes after {word:?} in {text:?}?"))?;
            match word {
                "-n" | "--namespace" => value.clone_into(&mut reference.namespace),
                "-l" | "--selector" => {
                    Selector::parse(value)?;
                    value.clone_into(&mut reference.selector);
                }
                "of" => match named(value, kinds)? {
                    (_, name) if name.is_empty() => return Err(format!("`of` takes KIND/NAME, not {value:?}")),
                    owner => reference.owner = Some(owner),
                },
                "on" => value.clone_into(&mut reference.node),
                _ => {
                    return Err(format!(
                        "{text:?} is no reference: KIND[/NAME] [-n NAMESPACE | -A] [-l SELECTOR] [of KIND/NAME] [on NODE]"
                    ));
                }
            }
        }
        Ok(reference)
    }

    /// The objects, as they are in a cluster.
    pub fn find(&self, cluster: &mut Cluster) -> Vec<Value> {
        if !self.name.is_empty() {
            let get = Request::new(Verb::Get, self.kind, self.namespace.as_str(), self.name.as_str());
            return cluster.request(&get).map(|response| response.body).into_iter().collect();
        }
        let mut list = Request::new(Verb::List, self.kind, self.namespace.as_str(), "");
        list.options.label_selector = self.selector.as_str().into();
        let items = cluster.request(&list).map(|response| response.body.get("items").clone()).unwrap_or_default();
        let mut found = items.array().to_vec();
        if !self.node.is_empty() {
            found.retain(|object| object.at("spec.nodeName").str() == self.node);
        }
        if let Some((kind, name)) = &self.owner {
            let get = Request::new(Verb::Get, kind, self.namespace.as_str(), name.as_str());
            let owner = cluster.request(&get).map(|response| response.body).unwrap_or_default();
            found.retain(|object| belongs(object, kind, &owner, cluster));
        }
        found
    }

    /// Whether an object, wherever it was found, is meant by its own name, namespace, node and labels: not by its owner.
    pub(crate) fn names(&self, object: &Value) -> bool {
        let selector = Selector::parse(&self.selector).unwrap_or_else(|_| Selector::nothing());
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        self.owner.is_none()
            && is(&self.name, object.name())
            && is(&self.namespace, object.namespace())
            && is(&self.node, object.at("spec.nodeName").str())
            && selector.matches(object.labels())
    }

    /// Whether one object is meant.
    pub fn is_one(&self) -> bool {
        !self.name.is_empty()
    }

    /// The objects in words: `Deployment mynginx`, `Pods with app=web`.
    pub fn words(&self, lang: Language) -> String {
        let place =
            |namespace: &str| if matches!(namespace, "default" | "") { String::new() } else { format!("{namespace}/") };
        if self.is_one() {
            return format!("{} {}{}", self.kind.kind, place(&self.namespace), self.name);
        }
        let mut words = lang.pick(&plural(self.kind.kind), self.kind.kind).to_owned();
        if !self.selector.is_empty() {
            words = lang.say("{0} with {1}", "{1} 레이블의 {0}", &[&words, &self.selector]);
        }
        if let Some((kind, name)) = &self.owner {
            let owner = format!("{} {}{name}", kind.kind, place(&self.namespace));
            words = lang.say("{0} of {1}", "{1}의 {0}", &[&words, &owner]);
        } else if !place(&self.namespace).is_empty() {
            words = lang.say("{0} in the namespace {1}", "네임스페이스 {1}의 {0}", &[&words, &self.namespace]);
        }
        if !self.node.is_empty() {
            words = lang.say("{0} on {1}", "{1}에 있는 {0}", &[&words, &self.node]);
        }
        words
    }
}

fn named(word: &str, kinds: &[&'static Kind]) -> Result<(&'static Kind, String), String> {
    let (kind, name) = word.split_once('/').unwrap_or((word, ""));
    let known = kind_named(kind, kinds).ok_or_else(|| format!("there is no kind {kind:?}"))?;
    Ok((known, name.to_owned()))
}

/// Whether an object belongs to another: it is owned by it, directly or through what that owns, or a Service selects it.
fn belongs(object: &Value, kind: &Kind, owner: &Value, cluster: &mut Cluster) -> bool {
    /// A Pod of a ReplicaSet of a Deployment; deeper does not occur.
    const DEPTH: usize = 4;
    if owner.is_null() {
        return false;
    }
    if kind.kind == "Service" {
        let selector = owner.at("spec.selector");
        return !selector.is_empty() && Selector::from_map(selector).matches(object.labels());
    }
    let mut at = object.clone();
    for _ in 0..DEPTH {
        let reference = at.controller().clone();
        if reference.get("uid").str() == owner.uid() {
            return true;
        }
        let Some(kind) = api::kind::by_api_version(reference.get("apiVersion").str(), reference.get("kind").str())
        else {
            return false;
        };
        let get = Request::new(Verb::Get, kind, object.namespace(), reference.get("name").str());
        match cluster.request(&get) {
            Ok(response) => at = response.body,
            Err(_) => return false,
        }
    }
    false
}

/// A kind's plural in English.
fn plural(kind: &str) -> String {
    match kind {
        "Endpoints" => kind.to_owned(),
        _ if kind.ends_with("cy") || kind.ends_with("ty") => format!("{}ies", &kind[..kind.len() - 1]),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reference, String> {
        Reference::parse(text, &api::kind::served().collect::<Vec<_>>())
    }

    #[test]
    fn references_are_read_and_said() {
        for (text, en, ko) in [
            ("deploy/web", "Deployment web", "Deployment web"),
            ("deployment/web -n shop", "Deployment shop/web", "Deployment shop/web"),
            ("pods -l app=web", "Pods with app=web", "app=web 레이블의 Pod"),
            ("po of deployment/web", "Pods of Deployment web", "Deployment web의 Pod"),
            ("netpol -n shop", "NetworkPolicies in the namespace shop", "네임스페이스 shop의 NetworkPolicy"),
            ("Pod on node1", "Pods on node1", "node1에 있는 Pod"),
            ("nodes", "Nodes", "Node"),
        ] {
            let reference = read(text).unwrap();
            assert_eq!(
                (reference.words(Language::English).as_str(), reference.words(Language::Korean).as_str()),
                (en, ko)
            );
        }
        for wrong in ["", "nosuch/x", "pods -n", "pods of deployment", "pods -l =", "pods with app=x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
