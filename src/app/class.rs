//! The classroom in the page: files and links that come and go, reports.

use super::{App, Msg};
use crate::classroom::{self, Sheet, SheetAct, SheetView, store};
use crate::i18n::Message;
use crate::keep;
use crate::machine;
use ::classroom::{Broken, Record, Report, Set};
use ::lessons::Lesson;
use std::rc::Rc;
use yew::prelude::*;

/// What stands before progress in an address, and before lessons.
const PROGRESS: &str = "#p=";
pub(super) const LESSONS: &str = "#l=";
/// Whether an address ends in something that is handed out: progress, or lessons.
pub(super) fn is_handed_out(hash: &str) -> bool {
    hash.starts_with(PROGRESS) || hash.starts_with(LESSONS)
}

/// Real time that replaying a report may take of one frame, in milliseconds.
const REPLAY_MS: f64 = 12.0;

impl App {
    pub(super) fn class(&mut self, cx: &Context<App>, message: classroom::Msg) -> bool {
        use classroom::Msg as Of;
        let lang = self.settings.lang;
        match message {
            Of::Save => keep::save_file("kubarium-progress.json", "application/json", &self.lessons.record().text()),
            Of::Link => self.make_link(cx, PROGRESS, &self.lessons.record().text()),
            Of::Packed(mark, packed) => self.link_made(mark, packed),
            Of::Open => keep::open_file(&answer(cx, classroom::Msg::Read), true),
            Of::Read(Some(text)) => self.take(cx, &text),
            Of::Cut => self.lessons.refuse(lang.text(Message::LinkCut)),
            Of::Read(None) => self.lessons.refuse(lang.text(Message::FileUnreadable)),
            Of::Hash(hash) => return self.opened(cx, &hash),
            Of::AllLessons => self.lessons.hand_out(None),
            Of::Report => self.own_report(),
            Of::Judge(report, lesson) => self.class.sheet = Some(Sheet::opened(report, lesson)),
            Of::Sheet(act) => return self.at_sheet(act),
            Of::Build(act) => return self.build(cx, act),
            Of::Present(act) => return self.present(cx, act),
        }
        true
    }

    /// A link with progress or lessons was opened.
    fn opened(&mut self, cx: &Context<App>, hash: &str) -> bool {
        let Some(packed) = hash.strip_prefix(PROGRESS).or_else(|| hash.strip_prefix(LESSONS)) else { return false };
        self.lessons.open = true;
        self.fetch_index(cx);
        keep::unpack(
            packed,
            &answer(cx, |read| read.map_or(classroom::Msg::Cut, |text| classroom::Msg::Read(Some(text)))),
        );
        true
    }

    pub(super) fn make_link(&self, cx: &Context<App>, mark: &'static str, text: &str) {
        keep::pack(text, &answer(cx, move |packed| classroom::Msg::Packed(mark, packed)));
    }

    /// A text has become a link, which is copied.
    fn link_made(&mut self, mark: &str, packed: Option<String>) {
        let lang = self.settings.lang;
        let Some(packed) = packed else { return self.lessons.refuse(lang.text(Message::NoCompression)) };
        let said = if mark == PROGRESS { Message::RecordLinkCopied } else { Message::BuildLinkCopied };
        match keep::copy_link(lang, &format!("{mark}{packed}"), said, &self.calls.copy) {
            Ok((link, said)) => {
                self.lessons.tell(said);
                self.lessons.link = Some(link.into());
            }
            Err(said) => self.lessons.refuse(&said),
        }
    }

    /// Takes a text in that somebody has handed over: progress, lessons, or a report.
    fn take(&mut self, cx: &Context<App>, text: &str) {
        let lang = self.settings.lang;
        let refused = match Record::read(text) {
            Ok(record) => return self.take_record(&record),
            Err(Broken::Other(sort)) if sort == "report" => match Report::read(text) {
                Ok(report) => return self.judge(cx, report),
                Err(broken) => broken,
            },
            Err(Broken::Other(sort)) if sort == "lessons" => match Set::read(text) {
                Ok(set) => return self.take_set(set),
                Err(broken) => broken,
            },
            Err(broken) => broken,
        };
        self.lessons.refuse(&refused.words(lang.of_the_core()));
    }

    fn take_record(&mut self, record: &Record) {
        self.lessons.note_down(|own| own.merge(record));
        let (lessons, steps) = self.lessons.record().count();
        let text = self.settings.lang.fill(Message::RecordMerged, &[&lessons.to_string(), &steps.to_string()]);
        self.lessons.tell(text);
    }

    fn take_set(&mut self, set: Set) {
        self.lessons.leave();
        self.lessons.hand_out(Some(set));
        self.lessons.tell(self.text(Message::SetOpened).to_owned());
    }

    /// The files of a lesson that was handed out, as a bundle.
    pub(super) fn own_lesson(&self, name: &str) -> Option<api::Value> {
        let own = self.lessons.set()?.own.iter().find(|own| own.name == name)?;
        let mut files = api::Value::object();
        for (name, text) in &own.files {
            files.object_mut().insert(name, text.as_str().into());
        }
        Some(api::obj! { "files" => files })
    }

    /// The report of the lesson that is open.
    fn own_report(&mut self) {
        let Some(lesson) = self.lessons.progress.as_ref().map(|progress| progress.lesson().clone()) else {
            return;
        };
        store::style();
        let learner = crate::settings::recall("learner").unwrap_or_default();
        let machine = self.machine.borrow();
        let report = self.lessons.evidence.report(&learner, &lesson, Some(machine.timeline()));
        drop(machine);
        self.class.sheet = Some(Sheet::own(report, lesson));
    }

    /// A report was opened: as soon as its lesson is here, it is replayed.
    fn judge(&self, cx: &Context<App>, report: Report) {
        store::style();
        let (link, own) = (cx.link().clone(), self.own_lesson(&report.lesson));
        yew::platform::spawn_local(async move {
            let name = report.lesson.clone();
            let bundle = match own {
                Some(own) => Some(own),
                None if !::classroom::is_name(&name) || !crate::deferred::there().await => None,
                None => crate::lessons::json(&format!("lessons/{name}.json")).await,
            };
            let lesson = bundle.map(|bundle| Rc::new(Lesson::read(&name, &crate::lessons::files(&bundle)).0));
            link.send_message(Msg::Class(classroom::Msg::Judge(Rc::new(report), lesson)));
        });
    }

    fn at_sheet(&mut self, act: SheetAct) -> bool {
        let lang = self.settings.lang;
        let Some(sheet) = &mut self.class.sheet else { return false };
        match act {
            SheetAct::Close => {
                self.class.sheet = None;
                crate::focus::on_prompt();
            }
            SheetAct::Name(name) => {
                crate::settings::remember("learner", &name);
                Rc::make_mut(&mut sheet.report).learner = name;
            }
            SheetAct::Json => {
                let name = format!("{}-{}.json", sheet.report.lesson, sheet.report.learner.trim());
                keep::save_file(&name, "application/json", &sheet.report.text());
            }
            SheetAct::Csv => {
                let findings = sheet.findings.as_ref().map(|findings| (**findings).clone());
                let table = ::classroom::csv(&[((*sheet.report).clone(), findings)], lang.of_the_core());
                // A spreadsheet takes UTF-8 for what it is only behind this mark.
                let name = format!("{}-{}.csv", sheet.report.lesson, sheet.report.learner.trim());
                keep::save_file(&name, "text/csv", &format!("\u{feff}{table}"));
            }
            SheetAct::Print => _ = gloo::utils::window().print(),
        }
        true
    }

    /// What the classroom does in a frame. True if what is drawn has changed.
    pub(super) fn class_frame(&mut self, ms: f64) -> bool {
        let faded = self.class.presenter.as_mut().is_some_and(|presenter| presenter.fade(ms));
        let checked = self.check_on();
        faded | checked | self.class.sheet.as_mut().is_some_and(|sheet| sheet.go_on(&mut machine::in_time(REPLAY_MS)))
    }

    /// What the classroom shows over the page.
    pub(super) fn view_class(&self) -> Html {
        let lang = self.settings.lang;
        let Some(sheet) = &self.class.sheet else { return self.view_presenter() };
        let words = sheet.lesson.as_ref().and_then(|lesson| lesson.words(lang.of_the_core()));
        let title = words.map_or(&sheet.report.lesson, |words| &words.title).clone();
        let steps = words.map(|words| words.steps.iter().map(|step| (step.id.clone(), step.title.clone())).collect());
        let titles = Rc::new((title, steps.unwrap_or_default()));
        html! {
            <SheetView {lang} report={sheet.report.clone()} {titles} own={sheet.own} findings={sheet.findings.clone()}
                onact={&self.calls.sheet} />
        }
    }
}

pub(super) fn answer(
    cx: &Context<App>,
    meaning: impl Fn(Option<String>) -> classroom::Msg + 'static,
) -> wasm_bindgen::JsValue {
    let link = cx.link().clone();
    // What is read stands last: a file comes with its name before it.
    keep::answer(move |a, b| {
        let text = if b.is_undefined() { a } else { b };
        link.send_message(Msg::Class(meaning(text.as_string())));
    })
}
