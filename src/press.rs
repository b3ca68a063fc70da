//! A finger that stays on an object asks for its menu. Some browsers say so themselves, by `contextmenu`; not all do.

use crate::event::hear;
use crate::menu::Menu;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};
use yew::Callback;

/// So long a finger stays, in milliseconds, and so far it may stray, in pixels.
const LONG_MS: u32 = 450;
const STRAY: i32 = 10;

/// A finger on an object.
struct Press {
    at: (i32, i32),
    _timer: Timeout,
}

/// Begins to listen for long presses. Called once.
pub fn listen(onmenu: Callback<Menu>) {
    let press: Rc<RefCell<Option<Press>>> = Rc::default();
    // The click that the finger makes when it leaves is none any more.
    let fired = Rc::new(Cell::new(false));
    on("pointerdown", {
        let (press, fired) = (press.clone(), fired.clone());
        move |event| {
            fired.set(false);
            let touched = event.pointer_type() == "touch";
            let element = event.target().and_then(|target| target.dyn_into::<Element>().ok()).filter(|_| touched);
            let at = (event.client_x(), event.client_y());
            let timer = element.map(|element| {
                let (fired, onmenu) = (fired.clone(), onmenu.clone());
                Timeout::new(LONG_MS, move || {
                    if let Some(menu) = Menu::of(&element, at) {
                        fired.set(true);
                        onmenu.emit(menu);
                    }
                })
            });
            press.replace(timer.map(|timer| Press { at, _timer: timer }));
        }
    });
    on("pointermove", {
        let press = press.clone();
        move |event| {
            let strays = |press: &Press| {
                (event.client_x() - press.at.0).abs() > STRAY || (event.client_y() - press.at.1).abs() > STRAY
            };
            if press.borrow().as_ref().is_some_and(strays) {
                press.replace(None);
            }
        }
    });
    for end in ["pointerup", "pointercancel"] {
        let press = press.clone();
        on(end, move |_| _ = press.replace(None));
    }
    on("click", move |event| {
        if fired.take() {
            event.prevent_default();
            event.stop_propagation();
        }
    });
}

fn on(name: &str, act: impl Fn(&PointerEvent) + 'static) {
    hear(&gloo::utils::document(), name, true, move |event| act(event.unchecked_ref()));
}
