//! `kubarium export`: what a session has made, for another cluster.

use std::error::Error;
use std::time::Duration;
use timeline::{Imported, Refused, Timeline};

/// So long lines are given to do what they do, in virtual time; and so long it is waited for what follows of them.
const LONGEST: Duration = Duration::from_secs(3600);
const SETTLES: Duration = Duration::from_secs(120);
/// A piece of virtual time between two looks whether the lines are done.
const PIECE: Duration = Duration::from_millis(100);

/// Does what a file says (a saved session, a script, manifests), and returns what is there then: manifests, or the script that
/// makes a `kind` cluster with it.
///
/// # Errors
/// The file cannot be read, or cannot be taken in.
pub fn run(kind: bool, file: &str) -> Result<String, Box<dyn Error>> {
    let mut timeline = match timeline::import(file, &std::fs::read_to_string(file)?).map_err(text)? {
        Imported::Recording(recording) => {
            let mut timeline = Timeline::load(*recording);
            while !timeline.work(&mut || true) {}
            timeline
        }
        Imported::Lines(lines) => typed(&lines),
    };
    let to = timeline.now() + SETTLES;
    timeline.advance(to, &mut || true);
    Ok(if kind { timeline.kind_script() } else { timeline.manifests() })
}

fn typed(lines: &[String]) -> Timeline {
    let mut timeline = Timeline::new(cluster::Options::default());
    let end = timeline.now() + LONGEST;
    timeline.input(&lines.join("\n"));
    while timeline.busy() && timeline.now() < end {
        let to = timeline.now() + PIECE;
        timeline.advance(to, &mut || true);
    }
    timeline
}

fn text(refused: Refused) -> String {
    match refused {
        Refused::Recording(broken) => broken.to_string(),
        Refused::Unreadable(why) => why,
        Refused::NoText => "it is no text".into(),
        Refused::Template => "it is a template: give it what `helm template` prints".into(),
        Refused::NoObject(number, line) => format!("document {number}, at line {line}, is no Kubernetes object"),
        Refused::Nothing => "there is nothing in it that one could make in a cluster".into(),
    }
}
