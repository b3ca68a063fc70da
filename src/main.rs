//! The page.

mod i18n;
mod model;
mod settings;

fn main() {}
