//! How many Pods a workload shall have, by hand: the number is dragged up or down, or tapped and stepped. Whatever is done shows the
//! command that does it, and that command is typed.

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use api::kind;
use web_sys::Element;
use yew::prelude::*;

/// So many pixels up or to the right are one Pod more; nearer is a tap.
const STEP: f64 = 16.0;
/// Nobody drags further than this.
const MOST: i64 = 50;

/// What the number is of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The workload's kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: AttrValue,
    /// Its name.
    pub name: AttrValue,
    /// How many of its Pods are ready, and how many it shall have.
    pub ready: i64,
    /// How many Pods it shall have.
    pub desired: i64,
    /// A line shall be typed.
    pub ontype: Callback<String>,
}

/// A drag: where it began, and whether it has become more than a tap.
#[derive(Clone, Copy, Default)]
struct Drag {
    from: Option<(i32, i32)>,
    moved: bool,
}

/// The number, and what it shall become while one is at it.
#[component]
pub fn Scaler(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let wanted = use_state_eq(|| None::<i64>);
    let drag = use_mut_ref(Drag::default);
    let ratio = format!("{}/{}", props.ready, props.desired);
    let short = (props.ready < props.desired).then_some("short");
    let label = format!("{}: {ratio}", lang.fill(Message::ScaleOf, &[&props.name]));
    let grip = use_node_ref();
    let onpointerdown = {
        let (drag, grip) = (drag.clone(), grip.clone());
        move |event: PointerEvent| {
            *drag.borrow_mut() = Drag { from: Some((event.client_x(), event.client_y())), moved: false };
            // Events come from the page's root: the one that they are for is known here only.
            _ = grip.cast::<Element>().map(|grip| grip.set_pointer_capture(event.pointer_id()));
        }
    };
    let onpointermove = {
        let (drag, wanted, desired) = (drag.clone(), wanted.clone(), props.desired);
        move |event: PointerEvent| {
            let mut drag = drag.borrow_mut();
            let Some((x, y)) = drag.from else { return };
            let far = f64::from(event.client_x() - x + y - event.client_y());
            drag.moved |= far.abs() >= STEP;
            if drag.moved {
                wanted.set(Some((desired + (far / STEP).trunc() as i64).clamp(0, MOST.max(desired))));
            }
        }
    };
    let onpointerup = {
        let (drag, wanted, ontype) = (drag.clone(), wanted.clone(), props.ontype.clone());
        let command = wanted.map(|number| command(props, number));
        move |_: PointerEvent| {
            let mut drag = drag.borrow_mut();
            drag.from = None;
            if let Some(command) = command.clone().filter(|_| drag.moved) {
                wanted.set(None);
                ontype.emit(command);
            }
        }
    };
    let onpointercancel = {
        let (drag, wanted) = (drag.clone(), wanted.clone());
        move |_: PointerEvent| {
            *drag.borrow_mut() = Drag::default();
            wanted.set(None);
        }
    };
    // The click that ends a drag is none.
    let onclick = {
        let (wanted, desired) = (wanted.clone(), props.desired);
        move |_: MouseEvent| {
            if !std::mem::take(&mut drag.borrow_mut().moved) {
                wanted.set(if wanted.is_some() { None } else { Some(desired) });
            }
        }
    };
    html! {
        <span class="scaler" data-popup="">
            <button type="button" class={classes!("ratio", "grip", short)} aria-expanded={wanted.is_some().to_string()} aria-label={label.clone()} title={label} ref={grip}
                {onpointerdown} {onpointermove} {onpointerup} {onpointercancel} {onclick}>
                { ratio }{ icon(Icon::Grip) }
            </button>
            if let Some(number) = *wanted {
                { sheet(props, number, &wanted, lang) }
            }
        </span>
    }
}

fn command(props: &Props, number: i64) -> String {
    let word = kind::KINDS.iter().find(|kind| kind.kind == props.kind).map_or("", |kind| kind.singular);
    let scope = if props.namespace == "default" { String::new() } else { format!(" -n {}", props.namespace) };
    format!("kubectl scale {word} {}{scope} --replicas={number}", props.name)
}

fn sheet(props: &Props, number: i64, wanted: &UseStateHandle<Option<i64>>, lang: Lang) -> Html {
    let step = |sign: &'static str, message: Message, to: i64| {
        let wanted = wanted.clone();
        let onclick = move |_: MouseEvent| wanted.set(Some(to.max(0)));
        html! { <button type="button" class="control" aria-label={lang.text(message)} {onclick}>{ sign }</button> }
    };
    let line = command(props, number);
    let run = {
        let (wanted, line) = (wanted.clone(), line.clone());
        props.ontype.reform(move |_: MouseEvent| {
            wanted.set(None);
            line.clone()
        })
    };
    html! {
        <span class="scaler-sheet" role="group" aria-label={lang.fill(Message::ScaleOf, &[&props.name])}>
            <code role="status">{ crate::line::line(&line) }</code>
            { step("−", Message::OneLess, number - 1) }
            <b>{ number }</b>
            { step("+", Message::OneMore, number + 1) }
            <button type="button" class="control main" onclick={run}>{ lang.text(Message::RunIt) }</button>
        </span>
    }
}
