//! Files of lessons, fetched from beside the page when they are wanted.

use api::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// The JSON file at an address relative to the page; none if it cannot be had.
pub async fn json(address: &str) -> Option<Value> {
    let response = JsFuture::from(gloo::utils::window().fetch_with_str(address)).await.ok()?;
    let response = response.dyn_into::<web_sys::Response>().ok().filter(web_sys::Response::ok)?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    api::json::parse(&text).ok()
}

/// The files in a bundle: `{"files": {NAME: TEXT}}`.
pub fn files(bundle: &Value) -> Vec<(String, String)> {
    let files = bundle.get("files").entries();
    files.map(|(name, text)| (name.to_string(), text.str().to_owned())).collect()
}
