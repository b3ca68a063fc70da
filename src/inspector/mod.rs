//! The inspector: what the API says of one object, how it is doing, and why.

mod bar;
mod containers;
mod diff;
mod edit;
mod find;
mod happenings;
mod health;
mod links;
mod logs;
mod reference;
mod ring;
mod source;
mod story;
mod summary;
mod target;
mod tree;
mod words;

use crate::focus;
use crate::glyph::{Icon, closer, icon};
use crate::i18n::{Lang, Message};
use crate::machine::Machine;
use bar::Bar;
use links::Links;
use std::cell::RefCell;
use std::rc::Rc;
use target::Target;
use web_sys::HtmlElement;
use yew::prelude::*;

/// How a command that was typed for the reader has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The command line.
    pub line: String,
    /// Its exit status.
    pub status: i32,
    /// What it wrote to standard error.
    pub error: String,
}

/// The parts of the inspector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Summary,
    Why,
    Events,
    Related,
    Containers,
    Logs,
    Yaml,
}

/// The parts in their order, with their names.
const TABS: [(Tab, Message); 7] = [
    (Tab::Summary, Message::Summary),
    (Tab::Why, Message::Why),
    (Tab::Events, Message::Events),
    (Tab::Related, Message::Related),
    (Tab::Containers, Message::Containers),
    (Tab::Logs, Message::Logs),
    (Tab::Yaml, Message::Yaml),
];

/// What the inspector is made of.
#[derive(Properties)]
pub struct Props {
    /// Who knows the cluster.
    pub machine: Rc<RefCell<Machine>>,
    /// What is looked at: `Kind/namespace/name`.
    pub path: AttrValue,
    /// The store's revision.
    pub revision: u64,
    /// The time, in tenths of a virtual second: what is followed is read anew with it.
    pub tenths: u64,
    /// Whether a command runs, so that none can be typed.
    pub busy: bool,
    /// How the last command ended.
    pub answer: Rc<Answer>,
    /// The reader has seen enough.
    pub onclose: Callback<()>,
    /// Another object is to be looked at.
    pub oninspect: Callback<String>,
    /// A command is to be typed.
    pub online: Callback<String>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        (&self.path, self.revision, self.tenths, self.busy) == (&other.path, other.revision, other.tenths, other.busy)
            && self.answer == other.answer
    }
}

/// The inspector.
#[component]
pub fn Inspector(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let tab = use_state_eq(|| Tab::Summary);
    let tabs = use_node_ref();
    let trail = use_mut_ref(Vec::<String>::new);
    ring::use_ring(&props.path);
    let panel = focus::use_panel();
    {
        let tabs = tabs.clone();
        use_effect_with((), move |()| focus_selected(&tabs));
    }
    let Some(target) = Target::read(&props.machine, &props.path, props.revision) else { return Html::default() };
    let object = target.object();
    let is_pod = target.kind == api::kind::POD;
    let offered: Vec<(Tab, Message)> = TABS
        .into_iter()
        .filter(|(which, _)| is_pod || !matches!(which, Tab::Containers | Tab::Logs))
        .filter(|(which, _)| !object.is_null() || matches!(which, Tab::Summary | Tab::Why | Tab::Events))
        .collect();
    let shown = if offered.iter().any(|(which, _)| which == &*tab) { *tab } else { Tab::Summary };
    let go = {
        let (trail, here, oninspect) = (trail.clone(), props.path.to_string(), props.oninspect.clone());
        Callback::from(move |path: String| {
            trail.borrow_mut().push(here.clone());
            oninspect.emit(path);
        })
    };
    let back = {
        let (trail, oninspect) = (trail.clone(), props.oninspect.clone());
        Callback::from(move |_: MouseEvent| {
            let before = trail.borrow_mut().pop();
            before.into_iter().for_each(|path| oninspect.emit(path));
        })
    };
    let links = Links { go, online: props.online.clone(), busy: props.busy };
    let choice = |(which, text): &(Tab, Message)| {
        let (which, selected) = (*which, *which == shown);
        let onclick = {
            let tab = tab.clone();
            move |_: MouseEvent| tab.set(which)
        };
        html! {
            <button type="button" role="tab" id={format!("tab-{which:?}")} aria-selected={selected.to_string()} aria-controls="panel"
                tabindex={if selected { "0" } else { "-1" }} {onclick}>{ lang.text(*text) }</button>
        }
    };
    let rove = {
        let (tabs, tab) = (tabs.clone(), tab.clone());
        let order: Vec<Tab> = offered.iter().map(|(which, _)| *which).collect();
        Callback::from(move |event: KeyboardEvent| {
            let buttons = tabs.cast::<web_sys::Element>().map_or(Vec::new(), |list| focus::all(&list, "button"));
            // From where the focus is: what is shown may be a key behind.
            let from: Option<HtmlElement> = event.target().and_then(|target| target.dyn_into().ok());
            let at = buttons.iter().position(|button| Some(button) == from.as_ref()).unwrap_or(0);
            let to = match event.key().as_str() {
                "ArrowRight" => (at + 1) % order.len(),
                "ArrowLeft" => (at + order.len() - 1) % order.len(),
                "Home" => 0,
                "End" => order.len() - 1,
                _ => return,
            };
            event.prevent_default();
            tab.set(order[to]);
            buttons.get(to).into_iter().for_each(|button| _ = button.focus());
        })
    };
    let content = match shown {
        Tab::Summary => {
            html! { <summary::Summary target={target.clone()} object={object.clone()} links={links.clone()} /> }
        }
        Tab::Why => {
            html! { <story::Story key={props.path.to_string()} target={target.clone()} links={links.clone()} /> }
        }
        Tab::Events => html! { <happenings::Happenings target={target.clone()} object={object.clone()} /> },
        Tab::Related => html! { <tree::Tree target={target.clone()} object={object.clone()} links={links.clone()} /> },
        Tab::Containers => {
            html! { <containers::Containers target={target.clone()} object={object.clone()} links={links.clone()} /> }
        }
        Tab::Logs => {
            html! { <logs::Logs key={props.path.to_string()} target={target.clone()} object={object.clone()} tenths={props.tenths} /> }
        }
        Tab::Yaml => html! {
            <edit::Edit key={props.path.to_string()} target={target.clone()} object={object.clone()} answer={props.answer.clone()} links={links.clone()} />
        },
    };
    let (kind, name) = (target.kind.kind, target.name.clone());
    html! {
        <aside class="inspector" ref={panel} aria-label={format!("{kind} {name}")}>
            <Bar />
            <header>
                if !trail.borrow().is_empty() {
                    <button type="button" class="control" aria-label={lang.text(Message::Back)} title={lang.text(Message::Back)} onclick={back}>{ icon(Icon::Back) }</button>
                }
                <h2><small>{ kind }{ if target.namespace.is_empty() { String::new() } else { format!(" · {}", target.namespace) } }</small>{ name.as_str() }</h2>
                <find::Find target={target.clone()} go={links.go.clone()} />
                { closer(lang, props.onclose.reform(|_: MouseEvent| ())) }
            </header>
            <div class="tabs" role="tablist" aria-label={lang.text(Message::Parts)} ref={tabs} onkeydown={rove}>{ for offered.iter().map(choice) }</div>
            <div class="panel" id="panel" role="tabpanel" aria-labelledby={format!("tab-{shown:?}")} tabindex="0">
                { content }
            </div>
        </aside>
    }
}

use web_sys::wasm_bindgen::JsCast;

/// What was clicked makes way for something else: the focus stays in the panel.
fn focus_panel() {
    if let Some(panel) = gloo::utils::document().get_element_by_id("panel") {
        panel.set_scroll_top(0);
        _ = panel.unchecked_into::<HtmlElement>().focus();
    }
}

/// The focus stays in the panel if what had it is gone.
fn focus_orphan() {
    if focus::is_lost() {
        focus_panel();
    }
}

fn focus_selected(tabs: &NodeRef) {
    let selected = tabs.cast::<web_sys::Element>().and_then(|list| list.query_selector("[aria-selected=true]").ok());
    selected.flatten().into_iter().for_each(|button| _ = button.unchecked_into::<HtmlElement>().focus());
}
