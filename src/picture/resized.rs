//! Something that is drawn by hand is drawn again when there is more room for it, or less.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// How often an element's size has changed.
#[hook]
pub fn use_resized(element: &NodeRef) -> u32 {
    let resized = use_state_eq(|| 0_u32);
    {
        let (element, resized) = (element.clone(), resized.setter());
        use_effect_with((), move |()| {
            let mut times = 0;
            let changed = Closure::<dyn FnMut()>::new(move || {
                times += 1;
                resized.set(times);
            });
            let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, element.cast::<Element>()) {
                observer.observe(&element);
            }
            move || {
                observer.iter().for_each(ResizeObserver::disconnect);
                drop(changed);
            }
        });
    }
    *resized
}
