//! The page: a terminal and a picture of one simulated cluster. The simulation itself is in the other crates; nothing
//! here decides what a cluster does.

mod app;
mod classroom;
mod course;
mod deferred;
mod drawer;
mod editor;
mod embed;
mod event;
mod glyph;
mod header;
mod i18n;
mod inspector;
mod keep;
mod lessons;
mod machine;
mod menu;
mod model;
mod picture;
mod recovery;
mod settings;
mod splitter;
mod terminal;

fn main() {}

/// Shows the page; `static/start.js` calls it when everything that it may need can be loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn run() {
    // The skeleton of index.html makes way in the same moment.
    if let Some(skeleton) = gloo::utils::document().query_selector(".skeleton").ok().flatten() {
        skeleton.remove();
    }
    yew::Renderer::<app::App>::new().render();
}
