//! What survives a reload and a crash of the page: the session's recording, in this tab's own storage. A crash is noted, and
//! the page loaded again; because the cluster is deterministic, replaying the recording leads to where it was.

use crate::i18n::Message;
use timeline::Recording;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Storage;

const SESSION: &str = "kubarium.session";
const ADDRESS: &str = "kubarium.address";
const ID: &str = "kubarium.id";
const CRASHES: &str = "kubarium.crashes";
/// After this many crashes in a row the page stays as it is, with a notice.
const MAX_CRASHES: u32 = 3;

/// What is left of the session that this tab had.
#[derive(Debug, Default)]
pub struct Restored {
    /// What to go on with.
    pub recording: Option<Recording>,
    /// What the reader is told.
    pub notice: Option<Message>,
}

fn storage() -> Option<Storage> {
    gloo::utils::window().session_storage().ok()?
}

fn item(storage: &Storage, key: &str) -> String {
    storage.get_item(key).ok().flatten().unwrap_or_default()
}

fn crashes(storage: &Storage) -> u32 {
    item(storage, CRASHES).parse().unwrap_or(0)
}

/// Keeps the session that an address of the page led to.
pub fn keep(address: &str, text: &str) {
    let Some(storage) = storage() else { return };
    _ = storage.set_item(ADDRESS, address);
    // Where there is no room, an old text is worse than none.
    if storage.set_item(SESSION, text).is_err() {
        _ = storage.remove_item(SESSION);
    }
}

/// The id under which this tab saves its session; empty if it has none yet.
pub fn id() -> String {
    storage().map(|storage| item(&storage, ID)).unwrap_or_default()
}

/// Keeps the id.
pub fn set_id(id: &str) {
    if let Some(storage) = storage() {
        _ = storage.set_item(ID, id);
    }
}

/// The session that this tab had at an address.
pub fn take(address: &str) -> Restored {
    let Some(storage) = storage() else { return Restored::default() };
    if item(&storage, ADDRESS) != address {
        _ = storage.remove_item(ID);
        return Restored::default();
    }
    restore(&item(&storage, SESSION), crashes(&storage))
}

/// After a crash without the last command: it is what the page broke at.
fn restore(text: &str, crashes: u32) -> Restored {
    let recording = Recording::from_text(text).ok().filter(|recording| !recording.entries.is_empty());
    match crashes {
        0 => Restored { notice: recording.is_some().then_some(Message::Resumed), recording },
        1 => Restored { recording: recording.map(Recording::without_last_command), notice: Some(Message::Crashed) },
        _ => Restored { recording: None, notice: Some(Message::CrashedAgain) },
    }
}

/// Forgets former crashes: the page has been well for a while.
pub fn well() {
    if let Some(storage) = storage() {
        _ = storage.remove_item(CRASHES);
    }
}

/// The program has fallen into a trap: a panic, no more stack or no more memory. static/start.js sees it and calls this,
/// which notes it, tells the reader, and loads the page again. Nothing here touches what the program was at work on.
#[wasm_bindgen]
pub fn crashed() {
    let Some(storage) = storage() else { return };
    let count = crashes(&storage) + 1;
    _ = storage.set_item(CRASHES, &count.to_string());
    show_notice();
    if count < MAX_CRASHES {
        _ = gloo::utils::window().location().reload();
    }
}

fn show_notice() {
    let page = gloo::utils::document();
    let tag = page.document_element().and_then(|root| root.get_attribute("lang")).unwrap_or_default();
    let lang = crate::i18n::Lang::from_tag(&tag).unwrap_or_default();
    if let (Ok(notice), Some(body)) = (page.create_element("div"), page.body()) {
        notice.set_class_name("notice");
        _ = notice.set_attribute("role", "alert");
        notice.set_text_content(Some(lang.text(Message::Crashed)));
        _ = body.append_child(&notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_takes_the_last_command_with_it() {
        let text = r#"{"kubarium":1,"seed":7,"inputs":[[5,"$ls"],[5,"$cat"],[1,">x"]],"end":[20,0]}"#;
        let left = |crashes| restore(text, crashes).recording.map(|recording| recording.entries.len());
        assert_eq!([left(0), left(1), left(2)], [Some(3), Some(1), None]);
        assert_eq!(restore(text, 1).recording.unwrap().end.at.0, 10);
        assert!(restore("{", 0).recording.is_none() && restore("", 1).recording.is_none());
    }
}
