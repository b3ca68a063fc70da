//! Where the keyboard is: it is never lost because what had the focus goes away.

use crate::event::hear;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Document, Element, HtmlElement, MutationObserver, MutationObserverInit, NodeList, ScrollIntoViewOptions,
    ScrollLogicalPosition,
};
use yew::prelude::*;

/// What can have the focus.
const FOCUSABLE: &str = "button, summary, a[href], input, select, textarea:not(:disabled), [tabindex='0']";

/// Where elements are looked for.
pub trait Place {
    /// All that match a selector, in the order of the document.
    fn find(&self, selector: &str) -> Option<NodeList>;
}

impl Place for Document {
    fn find(&self, selector: &str) -> Option<NodeList> {
        self.query_selector_all(selector).ok()
    }
}

impl Place for Element {
    fn find(&self, selector: &str) -> Option<NodeList> {
        self.query_selector_all(selector).ok()
    }
}

/// All elements that match a selector.
pub fn all(place: &dyn Place, selector: &str) -> Vec<HtmlElement> {
    let Some(found) = place.find(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Puts the focus on the first element that matches.
pub fn on(selector: &str) {
    if let Some(element) = all(&gloo::utils::document(), selector).first() {
        _ = element.focus();
    }
}

/// Scrolls no further than is needed to see an element.
pub fn into_sight(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The prompt.
pub fn on_prompt() {
    on(".terminal .line textarea");
}

/// What has the focus now, to give it back later.
pub fn now() -> Option<Element> {
    gloo::utils::document().active_element()
}

/// Whether nothing has the focus.
pub fn is_lost() -> bool {
    now().is_none_or(|element| element.tag_name() == "BODY")
}

/// The focus goes back to where it was, or to the prompt if that is gone.
pub fn give_back(before: Option<Element>) {
    match before.filter(|element| element.is_connected() && element.tag_name() != "BODY") {
        Some(element) => _ = element.unchecked_into::<HtmlElement>().focus(),
        None => on_prompt(),
    }
}

/// Whoever has the focus when a panel opens gets it back when it closes, unless the keyboard has gone on elsewhere by then.
#[hook]
pub fn use_panel() -> NodeRef {
    let panel = use_node_ref();
    let closing = panel.clone();
    use_effect_with((), move |()| {
        let before = now();
        move || {
            let used = closing.cast::<Element>().is_some_and(|panel| panel.contains(now().as_deref()));
            if used || is_lost() {
                give_back(before);
            }
        }
    });
    panel
}

/// What had the focus last.
#[derive(Default)]
struct Last {
    /// The object it was about: `Kind/namespace/name`.
    object: Option<String>,
    /// The element and those around it, from the inside.
    around: Vec<Element>,
    /// How many that can have the focus stood before it in the one around it.
    nth: usize,
}

/// Keeps the focus from being nowhere. Called once.
///
/// When what has it goes away it finds another place in the same moment, so that no key goes astray. What is of no use for now
/// (`aria-disabled`) keeps it, unlike what is `disabled`, but cannot be clicked.
pub fn keep() {
    let page = gloo::utils::document();
    hear(&page, "click", true, |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if element.is_some_and(|element| element.closest("[aria-disabled=true]").is_ok_and(|idle| idle.is_some())) {
            event.stop_propagation();
            event.prevent_default();
        }
    });
    let last = Rc::new(RefCell::new(Last::default()));
    let remembered = last.clone();
    hear(&page, "focusin", false, move |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        remembered.replace(element.map(Last::of).unwrap_or_default());
    });
    let changed = Closure::<dyn Fn()>::new(move || {
        if last.borrow().around.first().is_some_and(|element| !element.is_connected()) {
            let last = last.take();
            if is_lost() {
                last.hand_on();
            }
        }
    });
    let anything = MutationObserverInit::new();
    anything.set_child_list(true);
    anything.set_subtree(true);
    if let (Ok(observer), Some(body)) = (MutationObserver::new(changed.as_ref().unchecked_ref()), page.body()) {
        _ = observer.observe_with_options(&body, &anything);
    }
    changed.forget();
}

impl Last {
    fn of(element: Element) -> Last {
        let around: Vec<Element> =
            std::iter::successors(Some(element.clone()), |element| element.parent_element()).collect();
        let siblings = around.get(1).map(|parent| all(parent, FOCUSABLE)).unwrap_or_default();
        Last {
            object: around.iter().find_map(|element| element.get_attribute("data-object")),
            nth: siblings.iter().position(|sibling| **sibling == element).unwrap_or_default(),
            around,
        }
    }

    /// The focus goes to the heir, or to the prompt if there is none.
    fn hand_on(self) {
        match self.heir() {
            Some(heir) => _ = heir.focus(),
            None => on_prompt(),
        }
    }

    /// The same object elsewhere, else what came in place of the part that is gone or what had opened it, else the neighbour in
    /// what is left.
    fn heir(&self) -> Option<HtmlElement> {
        let object = self.object.as_ref().filter(|object| !object.is_empty());
        let page = gloo::utils::document();
        let same = object.and_then(|object| {
            let all = all(&page, "[data-object]");
            all.into_iter().find(|element| element.get_attribute("data-object").as_deref() == Some(object))
        });
        let gone = self.around.iter().take_while(|element| !element.is_connected());
        let successor = |id: String| {
            let named = [format!("[id='{id}'][tabindex]"), format!("[aria-controls='{id}'], [data-opens='{id}']")];
            named.iter().find_map(|selector| all(&page, selector).into_iter().next())
        };
        same.or_else(|| gone.map(Element::id).filter(|id| !id.is_empty()).find_map(successor)).or_else(|| {
            let rest = self.around.iter().skip(1).filter(|element| element.is_connected());
            rest.filter(|element| {
                !matches!(element.tag_name().as_str(), "BODY" | "HTML" | "MAIN")
                    && !element.class_name().starts_with("app")
            })
            .find_map(|element| {
                let near: Vec<HtmlElement> =
                    all(element, FOCUSABLE).into_iter().filter(|near| near.offset_width() > 0).collect();
                let nth = self.nth.min(near.len().saturating_sub(1));
                near.into_iter().nth(nth)
            })
        })
    }
}
