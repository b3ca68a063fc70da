//! Sessions that are kept, shared, exported and taken in. What the browser has to do for that is in static/keep.js.

mod menu;

pub use menu::Menu;

use crate::i18n::{Lang, Message};
use wasm_bindgen::prelude::*;
use yew::Callback;

/// Longer links are cut by those who pass them on.
const LONGEST_LINK: usize = 32_000;

/// What happens to kept sessions.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The menu shall be open, or not.
    Menu,
    /// The page is left.
    Leave,
    /// A link to the session is wanted.
    Share,
    /// The link's part that holds the session.
    Packed(Option<String>),
    /// The session as a file.
    File,
    /// Its objects as manifests.
    Manifests,
    /// A script that makes a `kind` cluster like it.
    Kind,
    /// Its commands as a script.
    Script,
    /// The picture: whether as PNG instead of SVG.
    Picture(bool),
    /// Whether the picture was made.
    Drawn(bool),
    /// A file shall be taken in.
    Import,
    /// It was read: its name and its text.
    Read(String, Option<String>),
    /// A link was opened: the part that holds the session.
    Link(String),
    /// It was unpacked.
    Unpacked(Option<String>),
    /// A new session.
    New,
    /// The saved sessions, as JSON.
    Listed(String),
    /// A saved session is wanted.
    Resume(String),
    /// It was found: its id and its text.
    Found(String, Option<String>),
    /// A saved session is not wanted any more.
    Forget(String),
    /// This tab's session has this id, and this is the answer to its request of this number.
    Claimed(String, u32),
    /// Whether the session could be saved.
    Saved(bool),
}

/// A session that was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// What was done first.
    pub name: String,
    /// When it was saved, in the reader's words.
    pub when: String,
}

#[wasm_bindgen(module = "/static/keep.js")]
extern "C" {
    /// Saves a session in the browser.
    pub fn put(id: &str, name: &str, text: &str, answer: &JsValue);
    /// The saved sessions.
    pub fn list(lang: &str, answer: &JsValue);
    /// A saved session's text.
    pub fn get(id: &str, answer: &JsValue);
    /// Deletes a saved session.
    pub fn forget(id: &str, answer: &JsValue);
    /// Makes a session this tab's own.
    pub fn claim(wanted: &str, answer: &JsValue);
    /// Compresses a text for a link.
    pub fn pack(text: &str, answer: &JsValue);
    /// And back.
    pub fn unpack(packed: &str, answer: &JsValue);
    /// Copies a text; answers whether the browser let the page.
    pub fn copy(text: &str, answer: &JsValue);
    /// Hands a file to the reader.
    #[wasm_bindgen(js_name = saveFile)]
    pub fn save_file(name: &str, media_type: &str, text: &str);
    /// Lets the reader choose a file; or, if there may be several, those of a lesson's folder.
    #[wasm_bindgen(js_name = openFile)]
    pub fn open_file(answer: &JsValue, several: bool);
    /// Hands the picture to the reader.
    pub fn picture(name: &str, png: bool, metadata: &str, answer: &JsValue);
}

/// A callback for JavaScript that may be called any number of times, with up to two arguments.
pub fn answer(call: impl Fn(JsValue, JsValue) + 'static) -> JsValue {
    Closure::<dyn Fn(JsValue, JsValue)>::new(call).into_js_value()
}

/// Copies a text, and tells whether the browser let the page.
pub fn copy_text(text: &str, copied: &Callback<bool>) {
    let copied = copied.clone();
    copy(text, &answer(move |done, _| copied.emit(done.is_truthy())));
}

/// Reads what [`list`] answered.
pub fn read_list(text: &str) -> Vec<Saved> {
    let list = api::json::parse(text).unwrap_or_default();
    let text = |item: &api::Value, field: &str| item[field].str().to_owned();
    list.array()
        .iter()
        .map(|item| Saved { id: text(item, "id"), name: text(item, "name"), when: text(item, "when") })
        .collect()
}

/// Makes a link to this page that ends so, and copies it: the link, and what is to be said of it. Whether it could be copied is
/// answered later.
///
/// # Errors
/// It is too long, in words.
pub fn copy_link(lang: Lang, end: &str, said: Message, copied: &Callback<bool>) -> Result<(String, String), String> {
    let location = gloo::utils::window().location();
    let link = location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default() + end;
    let length = lang.number(link.len());
    if link.len() > LONGEST_LINK {
        return Err(lang.fill(Message::LinkTooLong, &[&length, &lang.number(LONGEST_LINK)]));
    }
    copy_text(&link, copied);
    Ok((link, lang.fill(said, &[&length])))
}
