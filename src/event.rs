//! Events of the browser as messages.

use yew::Callback;

/// A callback for events of which only some mean something.
pub fn when<E: 'static, T: 'static>(callback: &Callback<T>, meaning: impl Fn(E) -> Option<T> + 'static) -> Callback<E> {
    let callback = callback.clone();
    Callback::from(move |event| {
        if let Some(value) = meaning(event) {
            callback.emit(value);
        }
    })
}
