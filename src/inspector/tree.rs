//! What an object belongs to, what belongs to it, and what it speaks of.

use super::health::{self, Finding, Level};
use super::links::Links;
use super::reference;
use super::target::Target;
use crate::i18n::{Lang, Message};
use api::{Kind, Value, kind};
use apiserver::{Index, IndexKey, Key};
use cluster::Cluster;
use yew::prelude::*;

/// How deep and how wide the tree is drawn.
const DEEP: usize = 5;
const WIDE: usize = 40;

/// What the tree is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The object.
    pub target: Target,
    /// What the API says of it.
    pub object: Value,
    /// Where clicks go.
    pub links: Links,
}

/// A place in the tree.
#[derive(Default)]
struct Branch {
    kind: String,
    namespace: String,
    name: String,
    here: bool,
    state: Option<Finding>,
    more: usize,
    children: Vec<Branch>,
}

/// The tree.
#[component]
pub fn Tree(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let target = &props.target;
    let root = target.cluster(|cluster| Some(with_owners(cluster, target, &props.object)));
    let spoken = target.cluster(|cluster| references(cluster, target, &props.object));
    html! {
        <div class="related">
            <h3>{ lang.text(Message::OwnersAndDependents) }</h3>
            <ul class="tree">{ for root.iter().map(|root| draw(root, &props.links, lang)) }</ul>
            if !spoken.is_empty() {
                <h3>{ lang.text(Message::SpeaksOf) }</h3>
                <ul class="tree">{ for spoken.iter().take(WIDE).map(|branch| draw(branch, &props.links, lang)) }
                    if spoken.len() > WIDE { <li class="quiet">{ format!("+{}", spoken.len() - WIDE) }</li> }
                </ul>
            }
        </div>
    }
}

fn draw(branch: &Branch, links: &Links, lang: Lang) -> Html {
    let Branch { kind, namespace, name, here, state, more, children } = branch;
    html! {
        <li>
            if *here { <b class="link here" aria-current="true"><small>{ kind }</small>{ name }</b> } else { { links.object(kind, namespace, name) } }
            { for state.iter().map(|state| sign(state, lang)) }
            if !children.is_empty() || *more > 0 {
                <ul>{ for children.iter().map(|child| draw(child, links, lang)) }
                    if *more > 0 { <li class="quiet">{ format!("+{more}") }</li> }
                </ul>
            }
        </li>
    }
}

/// How an object is doing, as a sign that says it in words.
fn sign(state: &Finding, lang: Lang) -> Html {
    let values: Vec<&str> = state.values.iter().map(String::as_str).collect();
    let words = lang.fill(state.message, &values);
    let sign = match state.level {
        Level::Good => "✓",
        Level::Wait => "…",
        Level::Bad => "✕",
    };
    html! { <span class={classes!("sign", state.level.class())} role="img" aria-label={words.clone()} title={words}>{ sign }</span> }
}

/// What is worst about an object; nothing where that does not show in it alone.
fn state(kind: &Kind, object: &Value) -> Option<Finding> {
    let told = if kind.kind == "Service" { Vec::new() } else { health::look(kind.kind, object, 0) };
    // Of the equally bad the first.
    told.into_iter().rev().max_by_key(|finding| finding.level as u8)
}

/// The object below its owners, with its dependents.
fn with_owners(cluster: &Cluster, target: &Target, object: &Value) -> Branch {
    let mut branch = Branch { here: true, ..branch(target.kind, object) };
    (branch.namespace, branch.name) = (target.namespace.to_string(), target.name.to_string());
    dependents(cluster, object, &mut branch, 0);
    let mut owner = object.controller().clone();
    for _ in 0..DEEP {
        if owner.is_null() {
            break;
        }
        let found = cluster.api().kind_named(owner["apiVersion"].str(), owner["kind"].str());
        let namespace = if found.is_some_and(|kind| kind.namespaced) { target.namespace.as_str() } else { "" };
        branch = Branch {
            kind: owner["kind"].str().to_owned(),
            namespace: namespace.to_owned(),
            name: owner["name"].str().to_owned(),
            children: vec![branch],
            ..Branch::default()
        };
        let key = Key::new(namespace, owner["name"].to_str());
        let object = found.and_then(|kind| cluster.api().store().get(kind, &key)).cloned().unwrap_or_default();
        branch.state = found.filter(|_| !object.is_null()).and_then(|kind| state(kind, &object));
        owner = object.controller().clone();
    }
    branch
}

fn branch(kind: &Kind, object: &Value) -> Branch {
    Branch {
        kind: kind.kind.to_owned(),
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        state: Some(object).filter(|object| !object.is_null()).and_then(|object| state(kind, object)),
        ..Branch::default()
    }
}

fn dependents(cluster: &Cluster, object: &Value, into: &mut Branch, depth: usize) {
    if depth >= DEEP || object.uid().is_empty() {
        return;
    }
    let key = IndexKey::new(Index::Owner, object.uid());
    for kind in cluster.api().stored_kinds() {
        for owned in cluster.api().store().indexed(kind, &key) {
            if into.children.len() >= WIDE {
                into.more += 1;
                continue;
            }
            let mut child = branch(kind, owned);
            dependents(cluster, owned, &mut child, depth + 1);
            into.children.push(child);
        }
    }
}

/// Other objects that the object names or selects, and those that name or select it.
fn references(cluster: &Cluster, target: &Target, object: &Value) -> Vec<Branch> {
    let store = cluster.api().store();
    let kind_of = |name: &str| cluster.api().stored_kinds().into_iter().find(|kind| kind.kind == name);
    let mut found: Vec<Branch> = Vec::new();
    let is_new = |branch: &Branch, known: &[Branch]| {
        known.iter().all(|known| (&known.kind, &known.name) != (&branch.kind, &branch.name))
    };
    for (name, called) in reference::named(object) {
        let Some(kind) = kind_of(name) else { continue };
        let namespace = if kind.namespaced { target.namespace.as_str() } else { "" };
        let there = store.get(kind, &Key::new(namespace, called)).cloned().unwrap_or_default();
        let (namespace, name) = (namespace.to_owned(), called.to_owned());
        let branch = Branch { namespace, name, ..branch(kind, &there) };
        if is_new(&branch, &found) {
            found.push(branch);
        }
    }
    // Those that follow are different from each other, however many they are.
    let named = found.len();
    for of in reference::NAMING.iter().filter_map(|name| kind_of(name)) {
        let tied = |other: &&Value| {
            reference::names(other, target.kind.kind, &target.name)
                || reference::selects(of.kind, other, target.kind.kind, object)
                || reference::selects(target.kind.kind, object, of.kind, other)
        };
        // Of a node's Pods there is an index.
        let of_node = IndexKey::new(Index::Node, target.name.as_str());
        let others: Box<dyn Iterator<Item = &Value>> = match target.kind == kind::NODE && of == kind::POD {
            true => Box::new(store.indexed(of, &of_node)),
            false => store.list(of, &target.namespace),
        };
        for other in others.filter(tied) {
            let branch = branch(of, other);
            if is_new(&branch, &found[..named]) {
                found.push(branch);
            }
        }
    }
    found
}
