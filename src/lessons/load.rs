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

/// Whether a name may be part of an address: a lesson's name comes from the page's own address, which anybody may have written.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 80
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The files in a bundle: `{"files": {NAME: TEXT}}`.
pub fn files(bundle: &Value) -> Vec<(String, String)> {
    let files = bundle.get("files").entries();
    files.map(|(name, text)| (name.to_string(), text.str().to_owned())).collect()
}
