//! A Pod: a capsule in its room, or a small mark for the system's own.

use crate::glyph;
use crate::i18n::{Lang, Message};
use crate::model::{Container, Pod};
use std::rc::Rc;
use yew::prelude::*;

/// What a Pod is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The Pod.
    pub pod: Rc<Pod>,
    /// Whether it belongs to what is pointed at.
    #[prop_or_default]
    pub lit: bool,
    /// Whether it is drawn as a mark.
    #[prop_or_default]
    pub mark: bool,
}

/// A Pod as a button whose accessible name begins with the Pod's name and contains its phase and its IP.
#[component]
pub fn PodView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let pod = &*props.pod;
    let doing = pod.pulling.then(|| lang.text(Message::PullingImage));
    let label = pod.label(doing);
    let shape = if props.mark { "mark" } else { "pod" };
    let owner = pod.hue.map(|hue| format!("owner-{hue}"));
    let class = classes!(shape, glyph::tone(pod.look), owner, props.lit.then_some("lit"));
    let place = format!("pod:{}", pod.uid);
    let object = format!("Pod/{}/{}", pod.namespace, pod.name);
    html! {
        <button type="button" {class} title={label.clone()} aria-label={label} data-place={place} data-uid={pod.uid.to_string()}
            data-owner={pod.owner.to_string()} data-object={object}>
            { glyph::state(pod.look) }
            if props.mark {
                <span>{ pod.mark.as_str() }</span>
            } else {
                { words(pod, doing.unwrap_or(&pod.state)) }
                <span class="boxes">{ for pod.containers.iter().map(container) }</span>
                if pod.pulling {
                    <span class="pull"></span>
                }
            }
        </button>
    }
}

fn words(pod: &Pod, state: &str) -> Html {
    let (stem, tail) = pod.split_name();
    html! {
        <>
            <span class="title"><span class="stem">{ stem }</span><span class="tail">{ tail }</span></span>
            { " " }
            <span class="sub">
                if !pod.ip.is_empty() {
                    <span class="ip">{ pod.ip.as_str() }</span>
                    { " " }
                }
                <span class="state">{ state }</span>
            </span>
        </>
    }
}

fn container(container: &Container) -> Html {
    let class = match container {
        Container { failed: true, .. } => "bad",
        Container { running: true, .. } => "up",
        _ => "",
    };
    html! { <i {class}></i> }
}
