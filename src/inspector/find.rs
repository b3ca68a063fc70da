//! Going to any object that there is, by its name.

use super::target::Target;
use crate::event::when;
use crate::i18n::{Lang, Message};
use api::Kind;
use apiserver::Key;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// So many objects are offered.
const OFFERED: usize = 400;
/// Kinds that nobody looks for.
const HIDDEN: &[&str] = &["Event", "Lease", "ControllerRevision"];

/// What the search is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who knows the cluster.
    pub target: Target,
    /// Where a choice goes.
    pub go: Callback<String>,
}

/// A field that completes the names of objects.
#[component]
pub fn Find(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let offers = use_state(Vec::<(String, String)>::new);
    let onfocus = {
        let (offers, target) = (offers.clone(), props.target.clone());
        Callback::from(move |_: FocusEvent| offers.set(objects(&target)))
    };
    let onchange = {
        let (offers, target) = (offers.clone(), props.target.clone());
        when(&props.go, move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            let text = input.value();
            let offered = offers.iter().find(|(name, _)| *name == text.trim()).map(|(_, path)| path.clone());
            let path = offered.or_else(|| named(&target, text.trim()));
            let missed = path.is_none() && !text.trim().is_empty();
            input.set_custom_validity(if missed { lang.text(Message::NoSuchObject) } else { "" });
            if missed {
                input.report_validity();
            } else {
                input.set_value("");
            }
            path
        })
    };
    let oninput = |event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().set_custom_validity("");
    html! {
        <>
            <input type="text" class="find" list="objects" placeholder={lang.text(Message::FindObject)} aria-label={lang.text(Message::FindObject)}
                autocomplete="off" {onfocus} {oninput} {onchange} />
            <datalist id="objects">{ for offers.iter().map(|(name, _)| html! { <option value={name.clone()} /> }) }</datalist>
        </>
    }
}

/// The path of an object that is named as for kubectl: `po/web`, `deploy/shop/cart`. Without a namespace that is the one of the
/// object that is looked at, or the default one.
fn named(target: &Target, text: &str) -> Option<String> {
    let (word, name) = text.split_once('/')?;
    let (place, name) = name.split_once('/').map_or((None, name), |(place, name)| (Some(place), name));
    target.cluster(|cluster| {
        let called = |kind: &&Kind| {
            kind.kind.eq_ignore_ascii_case(word)
                || kind.singular == word
                || kind.plural == word
                || kind.short_names.contains(&word)
        };
        let kind = cluster.api().stored_kinds().into_iter().find(called)?;
        let near = [target.namespace.as_str(), "default"];
        let places = if !kind.namespaced { vec![""] } else { place.map_or(near.to_vec(), |place| vec![place]) };
        let there = |place: &&str| cluster.api().store().get(kind, &Key::new(*place, name)).is_some();
        places.into_iter().find(there).map(|place| Target::path(kind.kind, place, name))
    })
}

/// All objects: what they are called, and their paths. Those of the object's own namespace come first.
fn objects(target: &Target) -> Vec<(String, String)> {
    target.cluster(|cluster| {
        let store = cluster.api().store();
        let mut found = Vec::new();
        for own in [true, false] {
            for kind in cluster.api().stored_kinds().into_iter().filter(|kind| !HIDDEN.contains(&kind.kind)) {
                for object in store.list(kind, "") {
                    let namespace = object.namespace();
                    let near = namespace.is_empty() || namespace == "default" || namespace == target.namespace;
                    if near == own && found.len() < OFFERED {
                        let place = if near { String::new() } else { format!("{namespace}/") };
                        let path = Target::path(kind.kind, namespace, object.name());
                        found.push((format!("{}/{place}{}", kind.singular, object.name()), path));
                    }
                }
            }
        }
        found
    })
}
