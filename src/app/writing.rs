//! What is written: in files, with the editor and the drawer, and at the prompt for the reader to go on.

use super::{App, Msg};
use crate::drawer::{self, Row};
use crate::editor::Advice;
use crate::i18n::Message;
use crate::images;
use crate::keep;
use crate::machine::Machine;
use crate::menu::{Choice, Menu};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;
use yew::html::Scope;
use yew::prelude::*;

/// A larger file is not taken in: it would have to be typed.
const MAX_BYTES: f64 = 262_144.0;

/// What belongs to writing, as far as the page knows it.
#[derive(Default)]
pub(super) struct Desk {
    /// The files, while the drawer is open.
    pub open: bool,
    pub rows: Rc<Vec<Row>>,
    /// What was last put at the prompt, with its number.
    pub given: Rc<(u64, String)>,
    /// The images that the reader has described, while their form is open.
    pub images: Option<Rc<Vec<images::Own>>>,
    /// The menu of an object.
    pub menu: Option<Menu>,
}

/// What happens at the desk.
pub enum Act {
    /// In the drawer.
    Drawer(drawer::Act),
    /// A menu is asked for.
    Menu(Menu),
    /// Something of it was chosen.
    Chosen(Choice),
    /// In the form for images.
    Images(images::Act),
    /// The editor's text shall be saved and applied.
    Apply(String),
}

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

/// A file may be dropped anywhere.
pub(super) fn allow_drop(event: DragEvent) {
    event.prevent_default();
}

/// Reads the files that were dropped.
pub(super) fn take_drop(link: &Scope<App>, event: &DragEvent) {
    let Some(files) = event.data_transfer().and_then(|data| data.files()).filter(|files| files.length() > 0) else {
        return;
    };
    event.prevent_default();
    // What was dropped is there for as long as the event: all is taken out before anything is waited for.
    let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
    let link = link.clone();
    yew::platform::spawn_local(async move {
        let mut arrived = Vec::new();
        for file in files {
            arrived.push((file.name(), read(&file).await));
        }
        link.send_message(Msg::Desk(Act::Drawer(drawer::Act::Arrived(arrived))));
    });
}

/// A file's text; or what is to be said of one that is none, or too long to be typed.
async fn read(file: &File) -> Result<String, Message> {
    if file.size() > MAX_BYTES {
        return Err(Message::DropTooLarge);
    }
    // A folder comes as a file that cannot be read.
    let text = JsFuture::from(file.text()).await.map_err(|_| Message::DropUnreadable)?;
    let text = text.as_string().unwrap_or_default();
    if text.contains(['\0', char::REPLACEMENT_CHARACTER]) { Err(Message::DropNoText) } else { Ok(text) }
}

impl App {
    pub(super) fn at_desk(&mut self, act: Act) -> bool {
        match act {
            Act::Drawer(act) => self.in_drawer(act),
            Act::Menu(menu) => {
                self.desk.menu = Some(menu);
                true
            }
            Act::Chosen(choice) => {
                self.desk.menu = None;
                match choice {
                    Choice::Run(line) => self.run(&[line]),
                    Choice::Insert(text) => self.give(text),
                    Choice::Images => self.at_desk(Act::Images(images::Act::Open)),
                    Choice::Close => true,
                }
            }
            Act::Images(images::Act::Open) => {
                self.desk.images = Some(Rc::new(self.machine.borrow().own_images()));
                true
            }
            Act::Images(images::Act::Close) => self.desk.images.take().is_some(),
            Act::Images(images::Act::Run { lines, stay }) => {
                if !stay {
                    self.desk.images = None;
                }
                self.run(&lines)
            }
            Act::Apply(text) => self.apply(text),
        }
    }

    fn in_drawer(&mut self, act: drawer::Act) -> bool {
        match act {
            drawer::Act::Toggle => {
                self.desk.open = !self.desk.open;
                self.list_files();
                true
            }
            drawer::Act::Run(line) => self.run(&[line]),
            drawer::Act::Suggest(line) => self.give(line),
            drawer::Act::Images => self.at_desk(Act::Images(images::Act::Open)),
            drawer::Act::Download(path) => {
                let text = self.machine.borrow().read_file(&path);
                keep::save_file(path.rsplit('/').next().unwrap_or(&path), "text/plain", &text);
                false
            }
            drawer::Act::Arrived(files) => self.take_files(&files),
        }
    }

    /// Files came: texts become files of the workstation, and of all else it is said why not.
    fn take_files(&mut self, files: &[(String, Result<String, Message>)]) -> bool {
        let mut lines = Vec::new();
        for (name, read) in files {
            match read {
                Ok(text) => lines.extend(drawer::here_document(name, text)),
                Err(why) => {
                    let said = self.settings.lang.fill(*why, &[name]);
                    self.transcript.borrow_mut().note("restored", &format!("{said}\n"));
                    self.say(said);
                }
            }
        }
        self.desk.open |= !lines.is_empty();
        lines.is_empty() || self.run(&lines)
    }

    /// Types lines for the reader, unless something else would read them.
    fn run(&mut self, lines: &[String]) -> bool {
        if self.refuses_typing() {
            return true;
        }
        if !self.machine.borrow().at_workstation() {
            self.transcript.borrow_mut().note("restored", self.text(Message::BusyElsewhere));
            return true;
        }
        lines.iter().for_each(|line| self.submit(line.clone()));
        self.look();
        true
    }

    fn give(&mut self, text: String) -> bool {
        self.desk.given = Rc::new((self.desk.given.0 + 1, text));
        true
    }

    /// Reads the files again, and the images, if they are shown.
    pub(super) fn list_files(&mut self) {
        if let Some(images) = &mut self.desk.images {
            *images = Rc::new(self.machine.borrow().own_images());
        }
        if self.desk.open {
            self.desk.rows = Rc::new(self.machine.borrow().work_files());
        }
    }

    /// Saves what the editor has, and types the command that applies it.
    fn apply(&mut self, text: String) -> bool {
        if self.refuses_typing() {
            return true;
        }
        let Some(path) = self.sheet.as_ref().map(|sheet| sheet.path.clone()) else { return false };
        self.edited(Some(text));
        let path = self.machine.borrow().shown_path(&path);
        self.submit(format!("kubectl apply -f {path}"));
        self.look();
        true
    }
}
