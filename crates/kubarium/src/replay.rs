//! `kubarium replay`: a session that the page has saved, done again.

use crate::sh::{FLUSH_AT, Writer};
use std::error::Error;
use timeline::{Recording, Timeline};

/// Replays a recording and prints what it showed; the exit status of the last command.
///
/// # Errors
/// The file cannot be read, or is no recording.
pub fn run(json: bool, file: &str) -> Result<i32, Box<dyn Error>> {
    let recording = Recording::from_text(&std::fs::read_to_string(file)?)?;
    let expected = recording.hash;
    let mut timeline = Timeline::load(recording);
    let mut writer = Writer::new(json, timeline.now());
    let mut done = false;
    while !done {
        let undrained = timeline.undrained_probe();
        done = timeline.work(&mut || undrained() < FLUSH_AT);
        let chunks = timeline.drain();
        writer.write(chunks)?;
    }
    if expected.is_some_and(|hash| hash != timeline.state_hash()) {
        eprintln!("kubarium: {file}: the session ended in another state when it was recorded, with another version");
    }
    Ok(writer.status)
}
