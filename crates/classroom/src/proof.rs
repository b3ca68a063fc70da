//! What shows that a step was solved: where in the recording it began, and where its checks turned.
//!
//! Checks are looked at while time flows, at moments that depend on the learner's computer. So the moments at which the answer
//! changed are noted; who looks at the same moments of the same session gets the same answers.

use api::{Time, Value, list, obj};
use lessons::Progress;
use shell::session::Moment;
use timeline::{Position, Timeline};

/// A step that was solved, and what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The step's id.
    pub step: String,
    /// Where it began.
    pub from: Position,
    /// Where its checks turned; at the last of these all were met.
    pub looks: Vec<Position>,
    /// How many commands were run in it.
    pub commands: usize,
    /// How many of these "show me" has typed.
    pub shown: usize,
    /// How many hints were asked for.
    pub hints: usize,
    /// When it began, by the learner's own clock.
    pub began: Time,
    /// When it was solved, by the same.
    pub solved: Time,
}

impl Proof {
    /// Where all checks were met.
    pub fn end(&self) -> Position {
        self.looks.last().copied().unwrap_or(self.from)
    }

    /// As a part of a report.
    pub(crate) fn write(&self) -> Value {
        let looks: Vec<Value> = self.looks.iter().map(|look| write_position(*look)).collect();
        obj! {
            "id" => self.step.as_str(),
            "from" => write_position(self.from),
            "looks" => looks,
            "commands" => self.commands as i64,
            "shown" => self.shown as i64,
            "hints" => self.hints as i64,
            "began" => self.began.rfc3339(),
            "solved" => self.solved.rfc3339(),
        }
    }

    /// Reads what a report says; none if it makes no sense.
    pub(crate) fn read(value: &Value) -> Option<Proof> {
        let number = |key: &str| usize::try_from(value.get(key).as_int()?).ok();
        let time = |key: &str| Time::parse(value.get(key).str());
        let looks: Option<Vec<Position>> = value.get("looks").array().iter().map(read_position).collect();
        Some(Proof {
            step: Some(value.get("id").str()).filter(|id| !id.is_empty())?.to_owned(),
            from: read_position(value.get("from"))?,
            looks: looks.filter(|looks| !looks.is_empty())?,
            commands: number("commands")?,
            shown: number("shown")?,
            hints: number("hints")?,
            began: time("began")?,
            solved: time("solved")?,
        })
    }
}

fn write_position(position: Position) -> Value {
    let Moment { at, events } = position.moment;
    list![at.0, i64::from(events), position.inputs as i64]
}

fn read_position(value: &Value) -> Option<Position> {
    let [Value::Int(at @ 0..), Value::Int(events), Value::Int(inputs)] = value.array() else { return None };
    let moment = Moment { at: Time(*at), events: u32::try_from(*events).ok()? };
    Some(Position { moment, inputs: usize::try_from(*inputs).ok()? })
}

/// Watches the step that a learner is in, and notes what will prove that he solved it.
#[derive(Clone, Debug)]
pub struct Watch {
    from: Position,
    looks: Vec<Position>,
    standing: Vec<(bool, Option<Time>)>,
    began: Time,
    hints: usize,
    done: bool,
}

impl Watch {
    /// A step begins now; `clock` is what the learner's own clock says.
    pub fn new(timeline: &Timeline, clock: Time) -> Watch {
        let from = timeline.position();
        Watch { from, looks: Vec::new(), standing: Vec::new(), began: clock, hints: 0, done: false }
    }

    /// A hint was asked for.
    pub fn hint(&mut self) {
        self.hints += 1;
    }

    /// Checks were looked at: notes where they turned. The proof, as soon as all of them were met.
    pub fn look(&mut self, progress: &Progress, timeline: &Timeline, clock: Time, shown: usize) -> Option<Proof> {
        let standing = progress.standing();
        if standing != self.standing {
            self.standing = standing;
            self.looks.push(timeline.position());
        }
        if self.done || !progress.is_complete() {
            return None;
        }
        self.done = true;
        Some(Proof {
            step: progress.plan().get("id").str().to_owned(),
            from: self.from,
            looks: self.looks.clone(),
            commands: progress.typed(),
            shown,
            hints: self.hints,
            began: self.began,
            solved: clock,
        })
    }

    /// The session has gone to another moment: what was seen after it does not count any more.
    pub fn rewound(&mut self, timeline: &Timeline) {
        let here = timeline.position();
        self.from = self.from.min(here);
        self.looks.retain(|look| *look <= here);
        self.standing.clear();
        self.done = false;
    }
}
