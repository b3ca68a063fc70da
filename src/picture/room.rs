//! A node: a room with its Pods, its power switch, and the doors that node ports make in its wall.

use super::faults::FaultMenu;
use super::pod::Shape;
use super::pods::{Light, PodList, crowding, draw, queue};
use crate::i18n::{Lang, Message};
use crate::model::{Pod, Room, Verdict};
use api::Str;
use std::rc::Rc;
use yew::prelude::*;

/// A node port: its number, its Service's colour, and the Service's name.
pub type Door = (i64, Option<u8>, Str);

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
    /// How Pods are drawn.
    pub light: Light,
    /// The other nodes that it can be cut off from, each with the range of its Pods.
    pub others: Rc<Vec<(Str, Str)>>,
    /// Whether its kubelet does not run. The API learns that only after a while.
    pub stopped: bool,
    /// What the scheduler found about it the last time.
    #[prop_or_default]
    pub verdict: Option<Rc<Verdict>>,
    /// A line shall be typed.
    pub ontype: Callback<String>,
}

/// A node as a group that is named after it.
#[component]
pub fn RoomView(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let room = &*props.room;
    let (marks, pods): (Vec<_>, Vec<_>) = room.pods.iter().cloned().partition(|pod| pod.system && !props.system);
    let light = &props.light;
    let class = classes!(
        "room",
        room.control_plane.then_some("control-plane"),
        (!room.ready).then_some("not-ready"),
        room.cordoned.then_some("cordoned"),
        crowding(pods.len(), light.zoom)
    );
    html! {
        <section {class} role="group" aria-label={room.name.to_string()}>
            { header(room, props, lang) }
            if let Some(tray) = &props.tray {
                <div class={classes!("tray", tray.is_empty().then_some("empty"), crowding(tray.len(), light.zoom))} data-place="tray">
                    <p class="caption">{ lang.text(Message::PendingTray) }</p>
                    if !tray.is_empty() {
                        { queue(tray, light, lang) }
                    }
                </div>
            }
            <div class="yard">
                <PodList {pods} light={light.clone()} />
                if let Some(verdict) = &props.verdict {
                    { reasons(verdict) }
                }
                if !marks.is_empty() {
                    <div class="system">{ for marks.iter().map(|pod| draw(pod, light, false, Shape::Mark)) }</div>
                }
            </div>
            if !props.doors.is_empty() {
                <div class="doors" aria-hidden="true">{ for props.doors.iter().map(door) }</div>
            }
        </section>
    }
}

fn header(room: &Room, props: &Props, lang: Lang) -> Html {
    let (tone, state) = if room.ready { ("good", Message::Ready) } else { ("bad", Message::NotReady) };
    let role = if room.control_plane { Message::ControlPlane } else { Message::Worker };
    html! {
        <header data-place={format!("node:{}", room.name)}>
            <h3><button type="button" class="name" data-object={format!("Node//{}", room.name)}>{ room.name.as_str() }</button></h3>
            <span class={classes!("badge", tone)}>{ if room.ready { "✓" } else { "✕" } }{ " " }{ lang.text(state) }</span>
            <FaultMenu node={room.name.to_string()} range={room.range.to_string()} others={props.others.clone()} stopped={props.stopped} ontype={props.ontype.clone()} />
            <p class="caption"><span class="address">{ room.address.as_str() }</span><span>{ lang.text(role) }</span>
                if room.cordoned {
                    <span class="badge wait">{ lang.text(Message::SchedulingDisabled) }</span>
                }
                { for room.pressure.iter().map(|pressure| html! { <span class="badge wait">{ pressure.as_str() }</span> }) }
                { props.verdict.as_deref().map(ruled).unwrap_or_default() }
            </p>
        </header>
    }
}

/// What the scheduler found about the node: a score, or that it refused. It stands beside the node's address for a moment, and anew
/// for each Pod.
fn ruled(verdict: &Verdict) -> Html {
    let tick = if verdict.taken { "✓ " } else { "" };
    let said = match verdict.score {
        Some(score) => format!("{tick}{score}"),
        None if verdict.taken => "✓".to_owned(),
        None => "✕".to_owned(),
    };
    html! {
        <b key={verdict.ruling} class={classes!("ruling", verdict.tone())} title={verdict.why.clone()} aria-hidden="true">{ said }</b>
    }
}

/// The Pod that it was found for, and why: where the room has space between its Pods and the system's, and only there.
fn reasons(verdict: &Verdict) -> Html {
    html! {
        <div class="reasons" aria-hidden="true">
            <p key={verdict.ruling} class={classes!("ruling", verdict.tone())}><b>{ verdict.pod.as_str() }</b>{ &verdict.why }</p>
        </div>
    }
}

fn door((port, hue, service): &Door) -> Html {
    let owner = hue.map(|hue| format!("owner-{hue}"));
    html! { <span class={classes!("door", owner)} title={service.to_string()}>{ format!(":{port}") }</span> }
}
