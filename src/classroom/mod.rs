//! What a class needs of the page: progress that is carried along, reports, lessons that are built and handed out, and a desk to
//! present from. What it means is in the crate of this name; here it is shown and kept in the browser.

mod builder;
mod desk;
mod evidence;
mod modal;
mod presenter;
mod sheet;
pub mod store;

pub use builder::{Act as BuildAct, Builder, BuilderView, Check};
pub use desk::Desk;
pub use evidence::Evidence;
pub use modal::Modal;
pub use presenter::{Act as PresentAct, Presenter, PresenterView};
pub use sheet::{Act as SheetAct, Sheet, SheetView};

use ::classroom::Report;
use ::lessons::Lesson;
use std::rc::Rc;

/// What happens in the classroom.
#[derive(Clone)]
pub enum Msg {
    /// Progress shall be saved as a file.
    Save,
    /// A link to the progress is wanted.
    Link,
    /// A text has become a part of an address: the mark before it, the text.
    Packed(&'static str, Option<String>),
    /// A file shall be opened: progress, a report, lessons.
    Open,
    /// It was read.
    Read(Option<String>),
    /// The link that was opened is not whole.
    Cut,
    /// The address has a part behind `#`.
    Hash(String),
    /// The lessons of the course again, instead of those that were handed out.
    AllLessons,
    /// A report of the open lesson is wanted.
    Report,
    /// The lesson of a report has come, or cannot be had.
    Judge(Rc<Report>, Option<Rc<Lesson>>),
    /// Something in the report's sheet.
    Sheet(sheet::Act),
    /// Something in the builder.
    Build(builder::Act),
    /// Something at the presenter's desk.
    Present(presenter::Act),
}

/// What the catalogue shows of a lesson that was handed out: as an entry of dist/lessons/index.json.
pub fn entry(own: &::classroom::Own) -> api::Value {
    let (lesson, _) = own.read();
    let (mut titles, mut summaries) = (api::Value::object(), api::Value::object());
    for words in &lesson.words {
        titles.object_mut().insert(words.lang.tag(), words.title.as_str().into());
        summaries.object_mut().insert(words.lang.tag(), words.summary.as_str().into());
    }
    api::obj! {
        "name" => own.name.as_str(),
        "minutes" => lesson.plan.get("minutes").int(),
        "steps" => lesson.steps().len() as i64,
        "title" => titles,
        "summary" => summaries,
    }
}

/// The classroom's part of the page.
#[derive(Default)]
pub struct Classroom {
    /// The report that is shown.
    pub sheet: Option<Sheet>,
    /// The lesson that is being built.
    pub builder: Option<Builder>,
    /// How it is checked.
    pub check: Option<Check>,
    /// What is presented.
    pub presenter: Option<Presenter>,
}
