//! Going to any object that there is, by its name.

use super::target::Target;
use crate::event::when;
use crate::i18n::{Lang, Message};
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
        let offers = offers.clone();
        when(&props.go, move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            let text = input.value();
            let (_, path) = offers.iter().find(|(name, _)| *name == text.trim())?;
            input.set_value("");
            Some(path.clone())
        })
    };
    html! {
        <>
            <input type="text" class="find" list="objects" placeholder={lang.text(Message::FindObject)} aria-label={lang.text(Message::FindObject)}
                autocomplete="off" {onfocus} {onchange} />
            <datalist id="objects">{ for offers.iter().map(|(name, _)| html! { <option value={name.clone()} /> }) }</datalist>
        </>
    }
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
