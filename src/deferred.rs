//! The program's second module: what opening the page does not need. See `static/start.js`, and `xtask/src/split` for how
//! the two come about.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use yew::Callback;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetchDeferred, catch)]
    async fn fetch_deferred() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = deferredIsThere)]
    async fn deferred_is_there();

    #[wasm_bindgen(js_name = loadDeferred)]
    fn load_deferred();
}

/// Calls back once the second module is there, with whether it could be fetched.
pub fn when_there(call: Callback<bool>) {
    yew::platform::spawn_local(async move { call.emit(there().await) });
}

/// Calls back once the second module is there, without asking for it.
pub fn when_come(call: Callback<bool>) {
    yew::platform::spawn_local(async move {
        deferred_is_there().await;
        call.emit(true);
    });
}

/// Waits until the second module is there; false if it cannot be fetched.
pub async fn there() -> bool {
    fetch_deferred().await.is_ok()
}

/// Loads the second module at once. The build puts calls of the import behind this into functions that are not there yet;
/// here it merely stays a part of the program.
#[wasm_bindgen]
pub fn load_now() {
    load_deferred();
}
