//! What is written in files: the editor, and what becomes of its text.

use super::App;
use crate::editor::Advice;
use crate::machine::Machine;
use std::cell::RefCell;
use std::rc::Rc;
use yew::Callback;

/// What the editor asks of the session.
pub(super) fn advice(machine: &Rc<RefCell<Machine>>) -> Advice {
    let (check, complete, preview) = (machine.clone(), machine.clone(), machine.clone());
    Advice {
        check: Callback::from(move |text: String| check.borrow().check(&text)),
        complete: Callback::from(move |(text, cursor): (String, usize)| {
            complete.borrow().complete_manifest(&text, cursor)
        }),
        preview: Callback::from(move |text: String| preview.borrow().preview(&text)),
    }
}

impl App {
    /// Saves what the editor has, and types the command that applies it.
    pub(super) fn apply(&mut self, text: String) -> bool {
        let Some(path) = self.sheet.as_ref().map(|sheet| sheet.path.clone()) else { return false };
        self.edited(Some(text));
        let path = path.strip_prefix(crate::machine::WORK).map_or(path.as_str(), |rest| rest);
        self.submit(format!("kubectl apply -f {path}"));
        self.look();
        true
    }
}
