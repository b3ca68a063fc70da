//! A node: a room with its Pods, its power switch, and the doors that node ports make in its wall.

use super::pod::PodView;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::{Pod, Room};
use api::OrdSet;
use api::Str;
use std::rc::Rc;
use yew::prelude::*;

/// A node port: its number, its Service's colour, and the Service's name.
pub type Door = (i64, Option<u8>, Str);

/// From how many Pods on a room is drawn dense, and from how many as a crowd.
const DENSE: usize = 9;
const CROWD: usize = 36;

/// What a room is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The node and its Pods.
    pub room: Rc<Room>,
    /// The Pods without a node, if they wait in this room.
    #[prop_or_default]
    pub tray: Option<Rc<Vec<Rc<Pod>>>>,
    /// The node ports.
    pub doors: Rc<Vec<Door>>,
    /// Whether system Pods are drawn like any other.
    pub system: bool,
    /// What belongs to what is pointed at.
    pub lit: Option<Rc<OrdSet<Str>>>,
    /// Whether its kubelet does not run. The API learns that only after a while.
    pub stopped: bool,
    /// Switches the kubelet of the node on or off.
    pub onpower: Callback<(Str, bool)>,
}

/// A node as a group that is named after it.
#[component]
pub fn RoomView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let room = &*props.room;
    let (marks, pods): (Vec<_>, Vec<_>) = room.pods.iter().partition(|pod| pod.system && !props.system);
    let class = classes!(
        "room",
        room.control_plane.then_some("control-plane"),
        (!room.ready).then_some("not-ready"),
        crowding(pods.len())
    );
    let draw = |pod: &Rc<Pod>, mark: bool| {
        let lit = props.lit.as_ref().is_some_and(|lit| lit.contains(&pod.uid));
        html! { <PodView key={pod.uid.as_str()} pod={pod.clone()} {lit} {mark} /> }
    };
    html! {
        <section {class} role="group" aria-label={room.name.to_string()}>
            { header(room, props.stopped, lang, &props.onpower) }
            if let Some(tray) = &props.tray {
                <div class={classes!("tray", crowding(tray.len()))} data-place="tray">
                    <p class="caption">{ lang.text(Message::PendingTray) }</p>
                    if !tray.is_empty() {
                        <div class="pods">{ for tray.iter().map(|pod| draw(pod, false)) }</div>
                    }
                </div>
            }
            <div class="pods">{ for pods.into_iter().map(|pod| draw(pod, false)) }</div>
            <div class="system">{ for marks.into_iter().map(|pod| draw(pod, true)) }</div>
            if !props.doors.is_empty() {
                <div class="doors" aria-hidden="true">{ for props.doors.iter().map(door) }</div>
            }
        </section>
    }
}

fn crowding(pods: usize) -> Option<&'static str> {
    match pods {
        CROWD.. => Some("crowd"),
        DENSE.. => Some("dense"),
        _ => None,
    }
}

fn header(room: &Room, stopped: bool, lang: Lang, onpower: &Callback<(Str, bool)>) -> Html {
    let (tone, state) = if room.ready { ("good", Message::Ready) } else { ("bad", Message::NotReady) };
    let role = if room.control_plane { Message::ControlPlane } else { Message::Worker };
    let power = if stopped { Message::StartKubelet } else { Message::StopKubelet };
    let label = lang.fill(power, &[&room.name]);
    let name = room.name.clone();
    let onclick = onpower.reform(move |_: MouseEvent| (name.clone(), stopped));
    html! {
        <header data-place={format!("node:{}", room.name)}>
            <h3>{ room.name.as_str() }</h3>
            <span class={classes!("badge", tone)}>{ if room.ready { "✓" } else { "✕" } }{ " " }{ lang.text(state) }</span>
            <button type="button" class="power" title={label.clone()} aria-label={label}
                aria-pressed={(!stopped).to_string()} {onclick}>{ icon(Icon::Power) }</button>
            <p class="caption"><span class="address">{ room.address.as_str() }</span><span>{ lang.text(role) }</span>
                if room.cordoned {
                    <span class="badge wait">{ lang.text(Message::SchedulingDisabled) }</span>
                }
            </p>
        </header>
    }
}

fn door((port, hue, service): &Door) -> Html {
    let owner = hue.map(|hue| format!("owner-{hue}"));
    html! { <span class={classes!("door", owner)} title={service.to_string()}>{ format!(":{port}") }</span> }
}
