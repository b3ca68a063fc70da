//! Where the keyboard is: it is never lost because what had the focus goes away.

use crate::event::hear;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, NodeList, ScrollIntoViewOptions, ScrollLogicalPosition};

/// What can have the focus.
const FOCUSABLE: &str =
    "button:not(:disabled), summary, a[href], input:not(:disabled), select, textarea, [tabindex='0']";

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

/// Remembers what has the focus, and finds it a place when that goes away.
#[derive(Clone, Default)]
pub struct Keeper(Rc<RefCell<Last>>);

impl Keeper {
    /// A keeper that watches the page from now on.
    pub fn watch() -> Keeper {
        let keeper = Keeper::default();
        let last = keeper.0.clone();
        hear(&gloo::utils::document(), "focusin", false, move |event| {
            let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            last.replace(element.map(Last::of).unwrap_or_default());
        });
        keeper
    }

    /// If what had the focus is gone and nothing has it now, its heir gets it.
    pub fn look(&self) {
        if self.0.borrow().around.first().is_none_or(|element| element.is_connected()) {
            return;
        }
        let last = self.0.take();
        if is_lost() {
            match last.heir() {
                Some(heir) => _ = heir.focus(),
                None => on_prompt(),
            }
        }
    }
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

    /// The same object elsewhere, else what opened the part that is gone, else the neighbour in what is left.
    fn heir(&self) -> Option<HtmlElement> {
        let object = self.object.as_ref().filter(|object| !object.is_empty());
        let page = gloo::utils::document();
        let same = object.and_then(|object| {
            let all = all(&page, "[data-object]");
            all.into_iter().find(|element| element.get_attribute("data-object").as_deref() == Some(object))
        });
        let gone = self.around.iter().take_while(|element| !element.is_connected());
        let opener =
            |id: String| all(&page, &format!("[aria-controls='{id}'], [data-opens='{id}']")).into_iter().next();
        same.or_else(|| gone.map(Element::id).filter(|id| !id.is_empty()).find_map(opener)).or_else(|| {
            let rest = self.around.iter().skip(1).filter(|element| element.is_connected());
            rest.filter(|element| {
                !matches!(element.tag_name().as_str(), "BODY" | "HTML" | "MAIN")
                    && !element.class_name().starts_with("app")
            })
            .find_map(|element| {
                let near = all(element, FOCUSABLE);
                let nth = self.nth.min(near.len().saturating_sub(1));
                near.into_iter().nth(nth)
            })
        })
    }
}
