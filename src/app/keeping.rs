//! Keeping the session, sharing it, and taking others in.

use super::class::is_handed_out;
use super::{App, Msg};
use crate::classroom;
use crate::event::hear;
use crate::i18n::Message;
use crate::keep::{self, Act, Saved};
use crate::machine::Machine;
use crate::recovery;
use crate::settings::Settings;
use std::rc::Rc;
use timeline::{Broken, Imported, Recording, Refused};
use wasm_bindgen::JsValue;
use yew::{AttrValue, Context};

/// While only time passes, and while one thing after the other is done, the session is saved so often, in milliseconds.
const SAVE_MS: f64 = 4000.0;
/// Else it is saved so long after the last thing that was done: the whole is written, which in the middle of many commands would
/// cost more the longer the session is.
const SETTLED_MS: f64 = 400.0;
/// A saved session is called by its first command, cut to so many characters.
const LONGEST_NAME: usize = 60;

/// What the page knows of kept sessions.
#[derive(Default)]
pub struct Kept {
    /// Whether the menu is open.
    pub open: bool,
    /// What was answered to the last choice there.
    pub said: AttrValue,
    /// A link to this session.
    pub link: Option<AttrValue>,
    /// The saved sessions.
    pub saved: Rc<Vec<Saved>>,
    /// The id under which this one is saved; empty until it has one.
    pub id: AttrValue,
    /// How often the tab has asked for one: the last answer counts, and no other.
    claims: u32,
    /// Whether the reader is to be told of the session before this one.
    greets: bool,
    /// How that one is called, once he has been told.
    pub before: Option<String>,
    /// What was saved last: when, how many inputs, and where it was.
    last: (f64, usize, f64),
    /// How many inputs there are, and since when.
    inputs: (usize, f64),
    /// Whether the second module was asked for, for the sake of a session that is replayed.
    asked: bool,
    /// Whether the browser keeps nothing, and the reader is still to be told.
    full: bool,
    /// The state in which a recording says that it ends.
    expected: Option<u64>,
}

impl App {
    /// Takes this tab's id, as soon as the program's second module is there: until then nothing was done that could be kept.
    pub(super) fn begin_keeping(&mut self, cx: &Context<App>, there: bool) {
        if there && !self.settings.embed && self.kept.claims == 0 {
            self.claim(cx, &recovery::id());
            let link = cx.link().clone();
            hear(&gloo::utils::window(), "pagehide", false, move |_| link.send_message(Msg::Keep(Act::Leave)));
        }
    }

    /// Asks for an id under which this tab may save its session: this one, if no other tab has it.
    fn claim(&mut self, cx: &Context<App>, id: &str) {
        self.kept.id = AttrValue::default();
        self.kept.claims += 1;
        let claim = self.kept.claims;
        keep::claim(id, &send(cx, move |id, _| Act::Claimed(text(&id).unwrap_or_default(), claim)));
    }

    /// Opens what the address holds behind `#`, and whatever it will hold: what is handed out in a class, or a session. The first
    /// session only if the page is `fresh`; else it goes on with its own.
    pub(super) fn open_links(cx: &Context<App>, fresh: bool) {
        let link = cx.link().clone();
        let open = move |fresh: bool| {
            let hash = gloo::utils::window().location().hash().unwrap_or_default();
            match hash.strip_prefix("#s=") {
                Some(packed) if fresh => link.send_message(Msg::Keep(Act::Link(packed.to_owned()))),
                None if is_handed_out(&hash) => link.send_message(Msg::Class(classroom::Msg::Hash(hash))),
                _ => {}
            }
        };
        open(fresh);
        hear(&gloo::utils::window(), "hashchange", false, move |_| open(true));
    }

    /// Saves the session, if there is anything new and it is time.
    pub(super) fn save(&mut self, cx: &Context<App>, ms: f64) {
        // Not in the middle of what a command prints.
        if !self.busy && std::mem::take(&mut self.kept.full) {
            self.refuse(Message::SaveFailed);
        }
        let inputs = self.machine.borrow().timeline().entries().len();
        if inputs != self.kept.inputs.0 {
            self.kept.inputs = (inputs, ms);
        }
        let (saved_at, saved_inputs, _) = self.kept.last;
        let settled = inputs != saved_inputs && ms - self.kept.inputs.1 > SETTLED_MS;
        if settled || ms - saved_at > SAVE_MS {
            self.save_now(cx);
        }
    }

    /// Saves the session, if there is anything new.
    pub(super) fn save_now(&mut self, cx: &Context<App>) {
        let machine = self.machine.borrow();
        let timeline = machine.timeline();
        let (inputs, end) = (timeline.entries().len(), self.passage.course.end);
        let (_, saved_inputs, saved_end) = self.kept.last;
        let new = inputs != saved_inputs || end != saved_end;
        if self.settings.embed || !new || timeline.is_seeking() || !self.waiting.is_over() {
            return;
        }
        self.kept.last = (self.last_ms.unwrap_or_default(), inputs, end);
        let recording = timeline.recording();
        drop(machine);
        let text = recording.to_text();
        recovery::keep(&address(&self.settings), &text);
        if inputs > 0 && !self.kept.id.is_empty() {
            let answer = send(cx, |saved, _| Act::Saved(saved.is_truthy()));
            keep::put(&self.kept.id, &name(&recording), &text, &answer);
        }
    }

    pub(super) fn keep(&mut self, cx: &Context<App>, act: Act) -> bool {
        match act {
            Act::Menu => {
                self.kept.open = !self.kept.open;
                (self.kept.said, self.kept.link) = (AttrValue::default(), None);
                self.save_now(cx);
                self.list_saved(cx);
            }
            Act::Leave => self.save_now(cx),
            Act::Share => keep::pack(&self.signed(), &send(cx, |packed, _| Act::Packed(text(&packed)))),
            Act::Packed(packed) => self.packed(packed),
            Act::File => {
                keep::save_file("session.kubarium", "application/json", &self.signed());
                self.answer(Message::FileSaved);
            }
            Act::Manifests => self.export("manifests.yaml", "application/yaml", |timeline| timeline.manifests()),
            Act::Kind => self.export("kind-cluster.sh", "text/x-shellscript", |timeline| timeline.kind_script()),
            Act::Script => self.export("commands.sh", "text/x-shellscript", |timeline| timeline.script()),
            Act::Picture(png) => {
                keep::picture("kubarium", png, &self.signed(), &send(cx, |drawn, _| Act::Drawn(drawn.is_truthy())));
            }
            Act::Drawn(drawn) => self.answer(if drawn { Message::FileSaved } else { Message::PictureFailed }),
            Act::Import => {
                keep::open_file(&send(cx, |name, read| Act::Read(text(&name).unwrap_or_default(), text(&read))), false)
            }
            Act::Read(name, read) => self.import(cx, &name, read.as_deref()),
            Act::Link(packed) => keep::unpack(&packed, &send(cx, |found, _| Act::Unpacked(text(&found)))),
            Act::Unpacked(found) => {
                match found.ok_or(Broken::Damaged(String::new())).and_then(|text| Recording::from_text(&text)) {
                    Ok(recording) => self.take_in(cx, recording, ""),
                    Err(broken) => self.refuse(broken_text(&broken)),
                }
            }
            Act::New => {
                let machine = Machine::with(self.settings.options());
                self.replace(cx, machine, "");
            }
            Act::Listed(list) => {
                self.kept.saved = Rc::new(keep::read_list(&list));
                self.greet();
            }
            Act::Resume(id) => {
                let wanted = id.clone();
                keep::get(&id, &send(cx, move |found, _| Act::Found(wanted.clone(), text(&found))));
            }
            Act::Found(id, found) => match found.map(|text| Recording::from_text(&text)) {
                Some(Ok(recording)) => self.take_in(cx, recording, &id),
                Some(Err(broken)) => self.answer(broken_text(&broken)),
                None => self.answer(Message::LinkBroken),
            },
            Act::Forget(id) => {
                keep::forget(&id, &send(cx, |_, _| Act::Saved(true)));
                self.kept.saved = Rc::new(self.kept.saved.iter().filter(|saved| saved.id != id).cloned().collect());
            }
            Act::Claimed(_, claim) if claim != self.kept.claims => return false,
            Act::Claimed(id, _) => {
                recovery::set_id(&id);
                self.kept.id = id.into();
                self.kept.last = (0.0, 0, -1.0);
                self.kept.greets = self.is_untouched();
                if self.kept.greets {
                    self.list_saved(cx);
                }
            }
            Act::Saved(true) => return false,
            Act::Saved(false) => {
                // Once: without an id nothing is saved any more.
                self.kept.id = AttrValue::default();
                self.kept.full = true;
            }
        }
        true
    }

    fn list_saved(&self, cx: &Context<App>) {
        keep::list(self.settings.lang.tag(), &send(cx, |list, _| Act::Listed(text(&list).unwrap_or_default())));
    }

    /// Whether nothing has been done in this session yet.
    fn is_untouched(&self) -> bool {
        self.lessons.progress.is_none() && self.machine.borrow().timeline().entries().is_empty()
    }

    /// Says where the session before this one is: whoever opens the page again looks for it.
    fn greet(&mut self) {
        if !std::mem::take(&mut self.kept.greets) || !self.is_untouched() {
            return;
        }
        let last = self.kept.saved.iter().find(|saved| saved.id != self.kept.id.as_str());
        self.kept.before = last.map(|last| last.name.clone());
        self.transcript.borrow().translate(self.settings.lang, &self.welcome_text());
    }

    fn signed(&self) -> String {
        self.machine.borrow().timeline().signed_recording().to_text()
    }

    fn answer(&mut self, message: Message) {
        self.kept.said = self.text(message).into();
    }

    /// Says in the transcript, too, what does not go: nobody may have a menu open.
    fn refuse(&mut self, message: Message) {
        self.answer(message);
        self.transcript.borrow_mut().note("restored", &format!("{}\n", self.text(message)));
        self.said = self.text(message).into();
    }

    fn packed(&mut self, packed: Option<String>) {
        let Some(packed) = packed else { return self.answer(Message::NoCompression) };
        let end = format!("?seed={}#s={packed}", self.settings.seed);
        let (link, said) = match keep::copy_link(self.settings.lang, &end, Message::LinkCopied, &self.calls.copy) {
            Ok((link, said)) => (Some(link.into()), said),
            Err(said) => (None, said),
        };
        (self.kept.link, self.kept.said) = (link, said.into());
    }

    /// Something was copied; or the browser refuses, as it does on a page that came unencrypted, and the reader is told what to do.
    pub(super) fn copied(&mut self, done: bool) -> bool {
        let said = self.text(if done { Message::Copied } else { Message::NotCopied });
        self.say(said.to_owned());
        if !done && self.kept.link.is_some() {
            self.kept.said = said.into();
        }
        if !done && self.lessons.link.is_some() {
            self.lessons.news = Some(said.into());
        }
        true
    }

    fn export(&mut self, name: &str, media_type: &str, make: impl Fn(&timeline::Timeline) -> String) {
        let text = make(self.machine.borrow().timeline());
        if text.is_empty() {
            return self.answer(Message::NothingToExport);
        }
        keep::save_file(name, media_type, &text);
        self.answer(Message::FileSaved);
    }

    fn import(&mut self, cx: &Context<App>, name: &str, read: Option<&str>) {
        let Some(read) = read else { return self.answer(Message::FileTooLarge) };
        match timeline::import(name, read) {
            Ok(Imported::Recording(recording)) => self.take_in(cx, *recording, ""),
            Ok(Imported::Lines(lines)) => {
                self.kept.open = false;
                self.enter(cx, lines.join("\n"));
                self.look();
            }
            Err(Refused::Recording(broken)) => self.answer(broken_text(&broken)),
            Err(Refused::Unreadable(why)) => {
                self.kept.said = format!("{} {why}", self.text(Message::FileUnreadable)).into();
            }
            Err(Refused::NoObject(number, line)) => {
                let (number, line) = (number.to_string(), line.to_string());
                self.kept.said = self.settings.lang.fill(Message::NoObject, &[&number, &line]).into();
            }
            Err(Refused::NoText) => self.answer(Message::NoText),
            Err(Refused::Template) => self.answer(Message::HelmTemplate),
            Err(Refused::Nothing) => self.answer(Message::NothingToImport),
        }
    }

    /// Goes on with a recorded session, under an id that it had.
    fn take_in(&mut self, cx: &Context<App>, recording: Recording, id: &str) {
        let expected = recording.hash;
        self.replace(cx, Machine::load(recording), id);
        self.kept.expected = expected;
    }

    pub(super) fn replace(&mut self, cx: &Context<App>, machine: Machine, id: &str) {
        self.save_now(cx);
        self.kept.open = false;
        (self.kept.expected, self.kept.before) = (None, None);
        self.claim(cx, id);
        self.put(machine);
    }

    /// Puts another session in the place of this one.
    pub(super) fn put(&mut self, mut machine: Machine) {
        machine.speak(self.settings.lang);
        *self.machine.borrow_mut() = machine;
        self.passage = super::time::Passage::default();
        (self.paused, self.hurrying, self.inspected) = (false, false, None);
        self.start_over();
        self.look();
    }

    /// Whether commands can be replayed: what they need is in the program's second module, which is fetched here if it is not
    /// there yet.
    pub(super) fn can_replay(&mut self, cx: &Context<App>) -> bool {
        if self.waiting.is_over() {
            return true;
        }
        if !std::mem::replace(&mut self.kept.asked, true) {
            crate::deferred::when_there(cx.link().callback(Msg::There));
        }
        false
    }

    /// The session is where a recording ends: is it in the state that the recording says?
    pub(super) fn check_arrival(&mut self) {
        let Some(expected) = self.kept.expected.take() else { return };
        let hash = self.machine.borrow().timeline().state_hash();
        if expected != hash {
            self.refuse(Message::OtherVersion);
        }
    }
}

/// What of the page's address decides which session it is.
pub(super) fn address(settings: &Settings) -> String {
    let hash = gloo::utils::window().location().hash().unwrap_or_default();
    format!("{} {:?} {hash}", settings.cluster(), settings.run)
}

fn name(recording: &Recording) -> String {
    let first = recording.script().lines().next().unwrap_or_default().chars().take(LONGEST_NAME).collect::<String>();
    format!("{first} ({})", recording.entries.len())
}

fn broken_text(broken: &Broken) -> Message {
    match broken {
        Broken::Damaged(_) => Message::LinkBroken,
        Broken::Newer(_) => Message::LinkNewer,
    }
}

fn text(value: &JsValue) -> Option<String> {
    value.as_string()
}

fn send(cx: &Context<App>, meaning: impl Fn(JsValue, JsValue) -> Act + 'static) -> JsValue {
    let link = cx.link().clone();
    keep::answer(move |a, b| link.send_message(Msg::Keep(meaning(a, b))))
}
