//! The page: a terminal and a picture of one simulated cluster. The simulation itself is in the other crates; nothing
//! here decides what a cluster does.

mod app;
mod classroom;
mod course;
mod cover;
mod deferred;
mod drawer;
mod editor;
mod embed;
mod event;
mod focus;
mod glyph;
mod header;
mod i18n;
mod images;
mod inspector;
mod keep;
mod lessons;
mod line;
mod machine;
mod menu;
mod model;
mod palette;
mod picture;
mod popup;
mod press;
mod recovery;
mod settings;
mod skips;
mod splitter;
mod terminal;

fn main() {}

/// Makes what the page begins with, a piece at each call; how far it is, from 0 to 1. `static/start.js` lets the browser draw
/// and listen between two pieces.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn prepare() -> f64 {
    app::prepare()
}

/// Shows the page, once everything is prepared.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn run() {
    if let Some(place) = gloo::utils::document().get_element_by_id("page") {
        yew::Renderer::<app::App>::with_root(place).render();
    }
}
