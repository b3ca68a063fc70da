//! Pods that stand together: those that are over fold away, those that fail never do.

use super::pod::{PodView, Shape};
use crate::i18n::{Lang, Message};
use crate::model::Pod;
use api::{OrdSet, Str};
use std::rc::Rc;
use yew::prelude::*;

/// From how many Pods on they are drawn dense, and from how many as a crowd.
const DENSE: usize = 9;
const CROWD: usize = 36;
/// As many Pods that are over are drawn before the rest is folded.
const OVER_SHOWN: usize = 1;

/// As many Pods are drawn that stand together; nobody looks at more of them one by one, and of the rest the number is told.
const SHOWN: usize = 400;

/// Of those that wait for a node, fewer.
const QUEUED: usize = 60;

/// How near the reader stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zoom {
    /// The whole cluster at once: nodes as cells.
    Map,
    /// Every Pod a cell.
    Far,
    /// As fits.
    #[default]
    Fit,
    /// What is in the Pods.
    Close,
}

/// What is the same for all Pods of the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Light {
    /// What belongs to what is pointed at, or was found.
    pub lit: Option<Rc<OrdSet<Str>>>,
    /// How near the reader stands.
    pub zoom: Zoom,
    /// What time it is, in seconds; 0 if nothing counts down.
    pub now: i64,
}

impl Light {
    /// Whether something belongs to what is pointed at.
    pub fn on(&self, uid: &Str) -> bool {
        self.lit.as_ref().is_some_and(|lit| lit.contains(uid))
    }
}

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The Pods.
    pub pods: Vec<Rc<Pod>>,
    /// How they are drawn.
    pub light: Light,
    /// Whether their nodes are named.
    #[prop_or_default]
    pub named: bool,
}

/// The Pods, and a button for those that are over.
#[component]
pub fn PodList(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let open = use_state_eq(|| false);
    let over = props.pods.iter().filter(|pod| pod.over()).count();
    let fold = over > OVER_SHOWN && !*open;
    let mut kept = if fold { OVER_SHOWN } else { over };
    let shown = props.pods.iter().filter(|pod| {
        !pod.over() || {
            let keep = kept > 0;
            kept = kept.saturating_sub(1);
            keep
        }
    });
    let shape = shape(props.pods.len(), props.light.zoom);
    let left = (props.pods.len() - if fold { over - OVER_SHOWN } else { 0 }).saturating_sub(SHOWN);
    let toggle = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    html! {
        <div class="pods">
            // A list of its own, in which all have keys: among others a Pod's element would become another Pod's.
            <>{ for shown.take(SHOWN).map(|pod| draw(pod, &props.light, props.named, shape)) }</>
            { more(left, lang) }
            if over > OVER_SHOWN {
                <button type="button" class="fold" aria-expanded={(!fold).to_string()} onclick={toggle}>
                    { if fold { lang.fill(Message::FinishedPods, &[&(over - OVER_SHOWN).to_string()]) } else { lang.text(Message::FoldFinished).to_owned() } }
                </button>
            }
        </div>
    }
}

/// Pods that wait for a node: the first of them.
pub fn queue(pods: &[Rc<Pod>], light: &Light, lang: Lang) -> Html {
    let shape = shape(pods.len(), light.zoom);
    html! {
        <div class="pods">
            <>{ for pods.iter().take(QUEUED).map(|pod| draw(pod, light, false, shape)) }</>
            { more(pods.len().saturating_sub(QUEUED), lang) }
        </div>
    }
}

/// How many are not drawn.
fn more(left: usize, lang: Lang) -> Html {
    match left {
        0 => Html::default(),
        left => html! { <span class="more">{ lang.fill(Message::MorePods, &[&lang.number(left)]) }</span> },
    }
}

/// One Pod.
pub fn draw(pod: &Rc<Pod>, light: &Light, named: bool, shape: Shape) -> Html {
    let now = if pod.back_off.is_some() { light.now } else { 0 };
    html! {
        <PodView key={pod.uid.as_str()} pod={pod.clone()} lit={light.on(&pod.uid)} {shape} {named} close={light.zoom == Zoom::Close} {now} />
    }
}

/// How Pods are drawn that stand together like this.
pub fn shape(pods: usize, zoom: Zoom) -> Shape {
    if crowding(pods, zoom) == Some("crowd") { Shape::Cell } else { Shape::Whole }
}

/// How closely so many Pods stand together.
pub fn crowding(pods: usize, zoom: Zoom) -> Option<&'static str> {
    match (zoom, pods) {
        (Zoom::Close, _) => None,
        (Zoom::Map | Zoom::Far, _) | (Zoom::Fit, CROWD..) => Some("crowd"),
        (Zoom::Fit, DENSE..) => Some("dense"),
        _ => None,
    }
}

impl Zoom {
    /// Its name, for what is remembered and for style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Zoom::Map => "map",
            Zoom::Far => "far",
            Zoom::Fit => "fit",
            Zoom::Close => "close",
        }
    }

    /// As near as it means something: where a map shows the nodes, it is the whole that fits.
    pub fn within(self, map: bool) -> Zoom {
        if map { self.max(Zoom::Fit) } else { self }
    }

    /// One step nearer or farther.
    pub fn step(self, nearer: bool) -> Zoom {
        match (self, nearer) {
            (Zoom::Close | Zoom::Fit, true) => Zoom::Close,
            (Zoom::Close, false) | (Zoom::Far, true) => Zoom::Fit,
            (Zoom::Map, true) | (Zoom::Fit, false) => Zoom::Far,
            (Zoom::Far | Zoom::Map, false) => Zoom::Map,
        }
    }
}
