//! What survives a crash of the page: the lines that were typed. A crash is noted, and the page loaded again; the new page
//! types the lines anew, and because the cluster is deterministic, everything is where it was.

use crate::i18n::Message;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Storage;

const LINES: &str = "kubarium.lines";
const CRASHES: &str = "kubarium.crashes";
/// Between lines; no key types it.
const SEPARATOR: &str = "\u{1e}";
/// Marks the text of an editor among the lines.
const EDIT: char = '\u{1d}';
/// After this many crashes in a row the page stays as it is, with a notice.
const MAX_CRASHES: u32 = 3;

/// What is left of a session that crashed.
#[derive(Debug, Default, PartialEq)]
pub struct Restored {
    /// The lines to type again.
    pub lines: Vec<String>,
    /// What the reader is told.
    pub notice: Option<Message>,
}

fn storage() -> Option<Storage> {
    gloo::utils::window().session_storage().ok()?
}

fn crashes(storage: &Storage) -> u32 {
    storage.get_item(CRASHES).ok().flatten().and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Notes a line that was typed.
pub fn note(seed: u64, line: &str) {
    let Some(storage) = storage() else { return };
    let before = storage.get_item(LINES).ok().flatten().unwrap_or_else(|| seed.to_string());
    _ = storage.set_item(LINES, &format!("{before}{SEPARATOR}{line}"));
}

/// Notes what the editor gave back.
pub fn note_edit(seed: u64, text: Option<&str>) {
    note(seed, &format!("{EDIT}{}", text.unwrap_or_default()));
}

/// What a crashed page left, once; nothing after a page that was merely closed or loaded again.
pub fn take(seed: u64) -> Restored {
    let Some(storage) = storage() else { return Restored::default() };
    let lines = storage.get_item(LINES).ok().flatten().unwrap_or_default();
    _ = storage.remove_item(LINES);
    match crashes(&storage) {
        0 => Restored::default(),
        1 => Restored { lines: read(&lines, seed), notice: Some(Message::Crashed) },
        _ => Restored { lines: Vec::new(), notice: Some(Message::CrashedAgain) },
    }
}

/// The lines that were noted, if they were typed into a cluster of this seed. What was typed last is left out: it is
/// what the page broke at.
fn read(noted: &str, seed: u64) -> Vec<String> {
    let mut lines = noted.split(SEPARATOR);
    if lines.next() != Some(seed.to_string().as_str()) {
        return Vec::new();
    }
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.pop();
    lines.retain(|line| !line.starts_with(EDIT));
    lines
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
    fn lines_are_typed_again_but_the_last() {
        let noted = ["7", "kubectl get nodes", "kubectl edit x", "\u{1d}text", "boom"].join(SEPARATOR);
        assert_eq!(read(&noted, 7), ["kubectl get nodes", "kubectl edit x"]);
        assert_eq!(read(&noted, 8), Vec::<String>::new());
        assert_eq!(read("", 7), Vec::<String>::new());
    }
}
