//! What the browser keeps for a class, and tells to whoever has put the page into a frame of a course.

use crate::settings::{recall, remember};
use ::classroom::{Attempts, Record, Set};
use api::{Time, Value, obj};
use lessons::Progress;

const RECORD: &str = "lessons";
const ATTEMPTS: &str = "attempts";
const SET: &str = "set";
/// The event by which progress is told: its detail is JSON.
const EVENT: &str = "kubarium:progress";

/// The progress that this browser remembers; what cannot be read is none. Another tab may have changed it since it was read last.
pub fn record() -> Option<Record> {
    recall(RECORD).and_then(|text| Record::read(&text).ok())
}

/// Keeps the progress.
pub fn keep_record(record: &Record) {
    remember(RECORD, &record.text());
}

/// The sessions that show what was solved, as this browser, and with it every tab, remembers them.
pub fn attempts() -> Option<Attempts> {
    recall(ATTEMPTS).map(|text| Attempts::read(&text))
}

/// Keeps them: whether there was room.
pub fn keep_attempts(attempts: &Attempts) -> bool {
    remember(ATTEMPTS, &attempts.text())
}

/// The lessons that were handed out last.
pub fn set() -> Option<Set> {
    Set::read(&recall(SET)?).ok()
}

/// Keeps them, or forgets them.
pub fn keep_set(set: Option<&Set>) {
    remember(SET, &set.map(Set::text).unwrap_or_default());
}

/// What the reader's clock says.
pub fn clock() -> Time {
    Time((js_sys::Date::now() * 1000.0) as i64)
}

/// Tells how far a lesson has come: an event of the window, for the adapter of a learning platform.
pub fn tell(progress: &Progress, record: &Record) {
    let lesson = progress.lesson();
    let (commands, shown) = progress.count();
    let number = |number: usize| Value::from(number as i64);
    let detail = obj! {
        "lesson" => lesson.name.as_str(),
        "step" => number(progress.step()),
        "steps" => number(lesson.steps().len()),
        "solved" => number(record.solved(&lesson.name).count()),
        "done" => record.done(&lesson.name),
        "commands" => number(commands),
        "shown" => number(shown),
        "record" => record.text(),
    };
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&api::json::to_string(&detail).into());
    if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict(EVENT, &init) {
        _ = gloo::utils::window().dispatch_event(&event);
    }
}

/// Fetches the style of the classroom's parts once: whoever does not use them need not download it.
pub fn style() {
    let page = gloo::utils::document();
    let Some(head) = page.head().filter(|_| page.get_element_by_id("classroom-style").is_none()) else { return };
    if let Ok(link) = page.create_element("link") {
        for (name, value) in [("id", "classroom-style"), ("rel", "stylesheet"), ("href", "./classroom.css")] {
            _ = link.set_attribute(name, value);
        }
        _ = head.append_child(&link);
    }
}
