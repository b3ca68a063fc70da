//! What can be done to a node: a menu whose buttons type the command that does it, so that one learns it.

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::popup;
use api::Str;
use shell::faults::{FAULTS, Fault, Scope, bridge};
use std::rc::Rc;
use yew::prelude::*;

/// What the menu is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The node's name.
    pub node: AttrValue,
    /// The range of its Pods; empty where their network is one for all nodes.
    pub range: AttrValue,
    /// The other nodes, as far as they are offered, each with the range of its Pods.
    pub others: Rc<Vec<(Str, Str)>>,
    /// Whether its kubelet does not run.
    pub stopped: bool,
    /// A line shall be typed.
    pub ontype: Callback<String>,
}

/// The menu of a node: each fault with the command that causes it, and the one that undoes it.
#[component]
pub fn FaultMenu(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let label = lang.fill(Message::FaultsOf, &[&props.node]);
    let (menu, used) = (use_node_ref(), use_state_eq(|| false));
    let types = |command: &str, (other, range): (&str, &str), text: String| {
        let bridge = bridge(&props.range);
        let line =
            Fault::fill(command, &[("node", &props.node), ("other", other), ("range", range), ("bridge", bridge)]);
        let (menu, title) = (menu.clone(), line.clone());
        let onclick = props.ontype.reform(move |_: MouseEvent| {
            menu.cast::<web_sys::Element>().iter().for_each(popup::done);
            line.clone()
        });
        html! { <button type="button" {onclick}><b>{ text }</b><code>{ crate::line::line(&title) }</code></button> }
    };
    let pair = |fault: &Fault, other: (&str, &str)| {
        let name = match fault.scope {
            Scope::TwoNodes | Scope::RoutedNodes => lang.fill(Message::FaultBetween, &[other.0]),
            _ => name(fault, lang).to_owned(),
        };
        html! {
            <>
                { types(fault.cause, other, name.clone()) }
                if !fault.undo.is_empty() {
                    { types(fault.undo, other, lang.fill(Message::UndoFault, &[&name])) }
                }
            </>
        }
    };
    let fault = |fault: &'static Fault| match fault.scope {
        Scope::TwoNodes | Scope::RoutedNodes => {
            html! { <>{ for props.others.iter().map(|(other, range)| pair(fault, (other, range))) }</> }
        }
        _ => pair(fault, ("", "")),
    };
    // A click elsewhere in the picture is not for what is below the menu.
    let onclick = |event: MouseEvent| event.stop_propagation();
    // Half of what is in the page would be menus that nobody has opened.
    let onuse = {
        let used = used.setter();
        move |_: MouseEvent| used.set(true)
    };
    html! {
        <details class="faults" data-popup="" ref={menu.clone()} {onclick}>
            <summary class="power" data-stopped={props.stopped.to_string()} title={label.clone()} aria-label={label} onclick={onuse}>{ icon(Icon::Power) }</summary>
            if *used {
                <div class="menu">{ for FAULTS.iter().filter(|fault| fault.scope.is_node(&props.range)).map(fault) }</div>
            }
        </details>
    }
}

fn name(fault: &Fault, lang: Lang) -> &'static str {
    let message = match fault.name {
        "power-off" => Message::FaultPowerOff,
        "kubelet-stop" => Message::FaultKubelet,
        "partition" => Message::FaultPartition,
        "bridge-down" => Message::FaultBridge,
        "memory-pressure" => Message::FaultMemory,
        "disk-pressure" => Message::FaultDisk,
        "registry-down" => Message::FaultRegistry,
        "slow-network" => Message::FaultSlow,
        other => return other,
    };
    lang.text(message)
}
