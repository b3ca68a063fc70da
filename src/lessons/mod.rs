//! Lessons: a panel beside the picture that says what to do, and sees when it is done.

mod catalogue;
mod load;
mod markdown;
mod panel;
mod show;

pub use load::{files, json};
pub use panel::{Panel, Shown};
pub use show::{Show, Typed, prompt};

use crate::classroom::{Evidence, store};
use crate::event::hear;
use crate::i18n::{Lang, Message};
use crate::machine::Chunk;
use ::classroom::{Record, Set};
use api::Value;
use lessons::Progress;
use std::cell::OnceCell;
use std::rc::Rc;
use timeline::Timeline;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Checks are looked at no more often, in milliseconds.
const LOOK_MS: f64 = 150.0;

/// What happens in lessons.
#[derive(Clone, Debug)]
pub enum Msg {
    /// The panel shall open or close.
    Toggle,
    /// The list of lessons has come, or cannot be had.
    Index(Option<Value>),
    /// A lesson was chosen.
    Open(String),
    /// Its files have come, or cannot be had.
    Loaded(String, Option<Value>),
    /// Back to the list.
    List,
    /// The next step.
    Next,
    /// Another hint.
    Hint,
    /// The solution shall be typed.
    ShowMe,
    /// The step shall begin anew.
    Again,
    /// The lesson shall begin anew.
    Anew,
    /// A question's answer: its id, which.
    Answer(String, usize),
    /// A key went down anywhere.
    Key(KeyboardEvent),
}

/// The lessons' part of the page.
pub struct Lessons {
    /// Whether the panel is there.
    pub open: bool,
    /// The lesson that is being done.
    pub progress: Option<Progress>,
    /// Commands that are being typed.
    pub show: Option<Show>,
    /// What the reader has done: read when somebody asks, for whoever opens the page may not have come for lessons.
    record: OnceCell<Rc<Record>>,
    /// What shows it.
    pub evidence: Evidence,
    /// The lessons that a teacher has handed out; none for the course. Likewise.
    set: OnceCell<Option<Rc<Set>>>,
    index: Option<Value>,
    /// The lesson that is on its way.
    pub wanted: String,
    /// What went wrong.
    pub problem: Option<AttrValue>,
    /// What went well.
    pub news: Option<AttrValue>,
    /// A link that was made, for who cannot paste it.
    pub link: Option<AttrValue>,
    hints: usize,
    hinted: String,
    answers: Vec<(String, usize)>,
    said: AttrValue,
    looked_ms: f64,
}

impl Default for Lessons {
    fn default() -> Lessons {
        Lessons {
            open: false,
            progress: None,
            show: None,
            record: OnceCell::new(),
            evidence: Evidence::default(),
            set: OnceCell::new(),
            index: None,
            wanted: String::new(),
            problem: None,
            news: None,
            link: None,
            hints: 0,
            hinted: String::new(),
            answers: Vec::new(),
            said: AttrValue::default(),
            looked_ms: 0.0,
        }
    }
}

impl Lessons {
    /// What the reader has done.
    pub fn record(&self) -> &Rc<Record> {
        self.record.get_or_init(|| Rc::new(store::record().unwrap_or_default()))
    }

    /// Changes what the reader has done, and keeps it.
    pub fn note_down(&mut self, change: impl FnOnce(&mut Record)) {
        // What another tab has kept since stays; where nothing is kept, what this one knows counts.
        let mut record = store::record().map_or_else(|| self.record().clone(), Rc::new);
        change(Rc::make_mut(&mut record));
        store::keep_record(&record);
        self.record = OnceCell::from(record);
    }

    /// The lessons that a teacher has handed out; none for the course.
    pub fn set(&self) -> Option<&Rc<Set>> {
        self.set.get_or_init(|| store::set().map(Rc::new)).as_ref()
    }

    /// Takes lessons that were handed out, or goes back to the course.
    pub fn hand_out(&mut self, set: Option<Set>) {
        store::keep_set(set.as_ref());
        self.set = OnceCell::from(set.map(Rc::new));
    }

    /// Whether the list of lessons must be fetched.
    pub fn lacks_index(&self) -> bool {
        self.index.is_none()
    }

    /// The list of lessons has come, or cannot be had.
    pub fn take_index(&mut self, index: Option<Value>, lang: Lang) {
        // What else is wrong, a lesson that cannot be had or a link that was cut off, is still so.
        let missing = lang.text(Message::LessonsMissing);
        self.problem = match self.problem.take() {
            Some(problem) if problem.as_str() != missing => Some(problem),
            _ => index.is_none().then(|| missing.into()),
        };
        self.index = index;
    }

    /// A lesson cannot be had, or is none.
    pub fn fail(&mut self, lang: Lang) {
        self.refuse(lang.text(Message::LessonMissing));
    }

    /// The lessons of the course: names and titles.
    pub fn titles(&self, lang: Lang) -> Vec<(String, String)> {
        let mut lessons: Vec<&Value> = self.index.iter().flat_map(|index| index.array()).collect();
        api::sort_by_key(&mut lessons, |lesson| lesson.get("number").int());
        let title = |lesson: &&Value| lesson.get("title").get(lang.tag()).str().to_owned();
        lessons.iter().map(|lesson| (lesson.get("name").str().to_owned(), title(lesson))).collect()
    }

    /// Something went well.
    pub fn tell(&mut self, what: String) {
        (self.problem, self.news, self.link) = (None, Some(what.into()), None);
    }

    /// What went well or wrong is over.
    pub fn hush(&mut self) {
        (self.problem, self.news, self.link) = (None, None, None);
    }

    /// Something is refused, for this reason.
    pub fn refuse(&mut self, why: &str) {
        (self.problem, self.news, self.link) = (Some(why.to_owned().into()), None, None);
        self.wanted.clear();
    }

    /// The step at which a lesson goes on.
    pub fn next_step(&self, lesson: &str) -> usize {
        self.record().step(lesson)
    }

    /// A lesson begins, or begins anew.
    pub fn begin(&mut self, progress: Progress, timeline: &Timeline, lang: Lang) {
        self.wanted.clear();
        (self.problem, self.news) = (None, None);
        self.evidence.begin(&progress.lesson().name);
        self.show = None;
        self.answers.clear();
        self.progress = Some(progress);
        self.new_step(timeline, lang);
    }

    /// Back to the list of lessons.
    pub fn leave(&mut self) {
        (self.progress, self.show, self.problem, self.news) = (None, None, None, None);
        self.evidence.leave();
        self.said = AttrValue::default();
    }

    /// A step has begun: says which, and remembers it.
    fn new_step(&mut self, timeline: &Timeline, lang: Lang) {
        self.hints = 0;
        self.evidence.new_step(timeline);
        let Some(progress) = &self.progress else { return };
        let (step, over) = (progress.step(), progress.is_over());
        let (name, count) = (progress.lesson().name.clone(), progress.count());
        self.note_down(|record| record.note(&name, step, over, count));
        let Some(progress) = &self.progress else { return };
        store::tell(progress, self.record());
        let words = progress.lesson().words(lang.of_the_core());
        self.said = match (progress.words(), words.and_then(|words| words.end.as_ref())) {
            (Some(step_words), _) if !over => {
                let (at, all) = ((step + 1).to_string(), progress.lesson().steps().len().to_string());
                format!("{}: {}", lang.fill(Message::LessonStep, &[&at, &all]), step_words.title).into()
            }
            (_, Some((title, _))) => format!("{}. {title}", lang.text(Message::LessonDone)).into(),
            _ => lang.text(Message::LessonDone).into(),
        };
    }

    /// The session is at another moment: what was seen of it is forgotten.
    pub fn rewound(&mut self, timeline: &Timeline) {
        if let Some(progress) = &mut self.progress {
            progress.rewound(timeline);
            self.evidence.rewound(timeline);
        }
        self.looked_ms = 0.0;
    }

    /// Whether the step is done, and another may begin.
    pub fn can_go_on(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.is_complete() && !progress.is_over())
    }

    /// The step is behind: the next one.
    pub fn next(&mut self, timeline: &Timeline, lang: Lang) {
        if let Some(progress) = &mut self.progress {
            progress.next(timeline);
            self.show.take().into_iter().for_each(Show::stop);
            self.new_step(timeline, lang);
        }
    }

    /// Takes in what the terminal shows.
    pub fn note(&mut self, output: &[Chunk]) {
        if let Some(progress) = &mut self.progress {
            output.iter().for_each(|chunk| progress.note(chunk));
            if !output.is_empty() {
                self.looked_ms = 0.0;
            }
        }
    }

    /// Looks whether anything is met or missing now. True if what is drawn has changed.
    pub fn look(&mut self, timeline: &Timeline, ms: f64, lang: Lang) -> bool {
        let Some(progress) = &mut self.progress else { return false };
        if ms - self.looked_ms < LOOK_MS {
            return false;
        }
        self.looked_ms = ms;
        let complete = progress.is_complete();
        if !progress.look(timeline) {
            return false;
        }
        if let Some(step) = self.evidence.look(progress, timeline) {
            let name = progress.lesson().name.clone();
            self.note_down(|record| record.solve(&name, &step));
            if let Some(progress) = &self.progress {
                store::tell(progress, self.record());
            }
        }
        let Some(progress) = &self.progress else { return false };
        let missing: Vec<&str> = progress.checks().filter_map(|(_, unmet)| unmet).collect();
        let notes: Vec<&str> = progress.notes().into_iter().map(|note| note.text.as_str()).collect();
        self.said = match (progress.is_complete(), missing.first()) {
            (true, _) if !complete => lang.text(Message::StepDone).into(),
            (true, _) => {
                let undone = progress.undone();
                let lead = if undone.is_empty() { "" } else { lang.text(Message::StepUndone) };
                let news = markdown::plain(&format!("{lead} {} {}", undone.join(" "), notes.join(" ")));
                if news.trim().is_empty() { self.said.clone() } else { news.into() }
            }
            (false, first) => {
                markdown::plain(&format!("{} {}", notes.join(" "), first.copied().unwrap_or_default())).into()
            }
        };
        // Something else is missing than what the hints were for.
        if first_unmet(progress) != self.hinted {
            self.hints = 0;
        }
        true
    }

    /// Another hint.
    pub fn hint(&mut self) {
        let Some(progress) = &self.progress else { return };
        let hints = progress.hints();
        if self.hints < hints.len() {
            self.evidence.hint();
        }
        self.hints = (self.hints + 1).min(hints.len());
        self.hinted = first_unmet(progress).to_owned();
        self.said =
            hints.get(self.hints.saturating_sub(1)).map(|hint| markdown::plain(&hint.text)).unwrap_or_default().into();
    }

    /// A question was answered.
    pub fn answer(&mut self, quiz: String, answer: usize) {
        self.answers.retain(|(other, _)| *other != quiz);
        self.answers.push((quiz, answer));
    }

    /// The language has changed.
    pub fn speak(&mut self, lang: Lang) {
        self.said = AttrValue::default();
        if let Some(progress) = &mut self.progress {
            progress.speak(lang.of_the_core());
        }
        self.looked_ms = 0.0;
    }

    /// What the panel shows.
    pub fn shown(&self) -> Shown {
        let progress = self.progress.as_ref();
        Shown {
            index: self.index.clone().unwrap_or_default(),
            record: self.record().clone(),
            problem: self.problem.clone(),
            news: self.news.clone(),
            link: self.link.clone(),
            set: self.set().cloned(),
            lesson: progress.map(|progress| progress.lesson().clone()),
            step: progress.map_or(0, Progress::step),
            over: progress.is_some_and(Progress::is_over),
            complete: progress.is_some_and(Progress::is_complete),
            checks: progress
                .map(|progress| progress.checks().map(|(_, unmet)| unmet.map(str::to_owned)).collect())
                .unwrap_or_default(),
            notes: progress
                .map(|progress| progress.notes().into_iter().map(|note| note.text.clone()).collect())
                .unwrap_or_default(),
            undone: progress
                .map(|progress| progress.undone().into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
            hints: progress
                .map(|progress| progress.hints().into_iter().map(|hint| hint.text.clone()).collect())
                .unwrap_or_default(),
            hints_shown: self.hints,
            answers: self.answers.clone(),
            count: progress.map_or((0, 0), Progress::count),
            reference: progress.map_or(0, Progress::reference),
            showing: self.show.is_some(),
            said: self.said.clone(),
        }
    }
}

/// Hears keys wherever the focus is: it is nowhere when a button has just gone.
pub fn listen(onkey: Callback<KeyboardEvent>) {
    hear(&gloo::utils::document(), "keydown", false, move |event| onkey.emit(event.unchecked_into()));
}

/// F6 goes to the panel, and from there back to the prompt.
pub fn change_pane() {
    let page = gloo::utils::document();
    let inside = page.active_element().is_some_and(|element| element.closest("#lesson").ok().flatten().is_some());
    let target = if inside { prompt().map(JsCast::unchecked_into) } else { page.get_element_by_id("lesson") };
    if let Some(target) = target.and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) {
        _ = target.focus();
    }
}

/// The first check that is unmet; empty if there is none.
fn first_unmet(progress: &Progress) -> &str {
    progress.checks().find(|(_, unmet)| unmet.is_some()).map_or("", |(id, _)| id)
}
