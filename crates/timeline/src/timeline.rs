//! A session that records itself, and can go back.

mod travel;

use crate::tape::Tape;
use crate::track::{Mark, Track};
use crate::{Branch, Change, Entry, Input, Position, Recording, compare, kind_script, manifests, state_hash};
use api::Time;
use cluster::{Cluster, Options};
use shell::Session;
use shell::process::{Chunk, Stream, System, Want};
use shell::session::Moment;
use std::collections::VecDeque;
use std::ops::Deref;
use std::rc::Rc;

/// While nothing is typed, there is a keyframe after so many events.
const EVENTS_PER_KEYFRAME: u32 = 20_000;
/// The longest name of a branch, in characters.
const LONGEST_NAME: usize = 60;

/// A session in a cluster, together with its course. It reads as the [`Session`] that it is at; whatever is done to it is
/// done through here.
///
/// It is either live, at the end of its course, or in the past: then time replays what was done, and doing something else
/// begins a new course, while the old one is kept as a branch.
pub struct Timeline {
    session: Session,
    options: Options,
    start: Time,
    track: Track,
    /// How many of the track's inputs have been done.
    done: usize,
    live: bool,
    /// Where it is on its way to.
    target: Option<Position>,
    /// Lines that nobody has asked for yet.
    queue: VecDeque<Option<String>>,
    tape: Tape,
    /// How much of the tape was handed out.
    shown: usize,
    /// Whether another session has taken the place of the one that was last seen.
    moved: bool,
    branches: Vec<(String, Track)>,
    /// The world at the end of the course, while it is in the past.
    tip: Option<Box<dyn System>>,
    /// How many events have run since the last keyframe.
    since: u32,
}

impl Deref for Timeline {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Timeline {
    /// A new session.
    pub fn new(options: Options) -> Timeline {
        Timeline::of(Cluster::new(options))
    }

    /// A new session in a cluster that has just become ready.
    pub fn of(cluster: Cluster) -> Timeline {
        let options = cluster.options().clone();
        let session = Session::of(cluster, true);
        let mut timeline = Timeline {
            start: session.now(),
            session,
            options,
            track: Track::new(Vec::new(), Moment::default()),
            done: 0,
            live: true,
            target: None,
            queue: VecDeque::new(),
            tape: Tape::new(),
            shown: 0,
            moved: false,
            branches: Vec::new(),
            tip: None,
            since: 0,
        };
        timeline.mark();
        timeline
    }

    /// A recorded session, on its way to its end: see [`Timeline::work`].
    pub fn load(recording: Recording) -> Timeline {
        Timeline::new(recording.options.clone()).following(recording)
    }

    /// A new session on its way to where a recording of one like it ends.
    pub fn following(self, recording: Recording) -> Timeline {
        let mut timeline = self;
        let track = |entries, end, from: &Track| {
            let mut track = Track::new(entries, end);
            track.adopt(from, 0);
            track
        };
        let start = timeline.track.clone();
        let branches = recording.branches.into_iter();
        timeline.branches = branches.map(|branch| (branch.name, track(branch.entries, branch.end, &start))).collect();
        timeline.track = track(recording.entries, recording.end, &start);
        timeline.live = false;
        timeline.seek(timeline.track.end);
        timeline
    }

    /// The session as what was done in it.
    pub fn recording(&self) -> Recording {
        let branches = self.branches.iter().map(|(name, track)| Branch {
            name: name.clone(),
            entries: track.entries.clone(),
            end: track.end.moment,
        });
        Recording {
            options: self.options.clone(),
            entries: self.track.entries.clone(),
            end: self.end().moment,
            hash: None,
            branches: branches.collect(),
        }
    }

    /// The same with the state at its end, if that is known.
    pub fn signed_recording(&self) -> Recording {
        let tip = self.tip.as_ref().map(|tip| state_hash(&**tip));
        let hash = tip.or_else(|| self.live.then(|| self.state_hash()));
        Recording { hash, ..self.recording() }
    }

    // What is done to the session.

    /// Queues a line, typed and ended by Enter. Several lines in one text are several lines.
    pub fn input(&mut self, text: &str) {
        text.split('\n').for_each(|line| self.queue.push_back(Some(line.trim_end_matches('\r').to_owned())));
        self.feed();
    }

    /// Ctrl-D: the end of what is typed.
    pub fn end_of_input(&mut self) {
        self.queue.push_back(None);
        self.feed();
    }

    /// Ctrl-C: ends the command in the foreground, forgets the lines that are queued.
    pub fn interrupt(&mut self) {
        self.queue.clear();
        if !self.session.ended() {
            self.act(Input::Interrupt);
        }
    }

    /// The editor's answer: the text to be saved, or none for leaving the file as it was.
    pub fn finish_edit(&mut self, text: Option<String>) {
        if self.session.editor().is_some() {
            self.act(Input::Edited(text));
        }
    }

    /// Gives the lines that are queued to whoever asks for them.
    fn feed(&mut self) {
        while !self.queue.is_empty() {
            if self.session.ended() {
                self.queue.clear();
                return;
            }
            self.arrive();
            if !self.session.kernel().wants_line() {
                return;
            }
            match self.queue.pop_front() {
                Some(Some(line)) if self.session.begins_command() => self.act(Input::Command(line)),
                Some(Some(line)) => self.act(Input::Line(line)),
                Some(None) => self.act(Input::End),
                None => return,
            }
        }
    }

    /// Does something new at this moment.
    fn act(&mut self, input: Input) {
        self.arrive();
        self.branch_off();
        self.mark();
        let when = self.position().moment;
        self.track.entries.push(Entry { when, input: input.clone() });
        self.done += 1;
        self.apply(input);
    }

    fn apply(&mut self, input: Input) {
        match input {
            Input::Command(line) => self.session.input(&line),
            Input::Line(line) => {
                // A terminal echoes what a command reads.
                if self.session.kernel().want() == Want::Input {
                    self.pull();
                    self.tape.push(Chunk::Text(Stream::Stdout, format!("{line}\n")));
                }
                self.session.input(&line);
            }
            Input::End => self.session.end_of_input(),
            Input::Interrupt => self.session.interrupt(),
            Input::Edited(text) => self.session.finish_edit(text),
        }
    }

    /// What lies ahead is kept as a branch, if anything was done there.
    fn branch_off(&mut self) {
        if self.live {
            return;
        }
        if self.done < self.track.entries.len() {
            let old = self.track.clone();
            self.keep(old, self.done);
        }
        self.track.cut(self.position());
        (self.live, self.tip) = (true, None);
    }

    fn keep(&mut self, track: Track, from: usize) {
        let name: String = track.first_command(from).unwrap_or("^C").chars().take(LONGEST_NAME).collect();
        self.branches.push((name, track));
    }

    // Time.

    /// Lets time flow up to `to`, as [`Session::advance`] does; in the past, what was done is done again.
    pub fn advance(&mut self, to: Time, keep_going: &mut dyn FnMut() -> bool) {
        if self.target.is_some() && !self.work(keep_going) {
            return;
        }
        if !self.live {
            self.target = Some(self.track.at(Moment { at: Time(to.0 - self.start.0), events: 0 }).min(self.track.end))
                .filter(|p| *p > self.position());
            self.work(keep_going);
            return;
        }
        self.feed();
        let mut stopped = false;
        while self.session.now() < to && !stopped {
            let (kernel, waiting) = (self.session.kernel().clone(), !self.queue.is_empty());
            let mut events = 0;
            self.session.advance(to, &mut || {
                events += 1;
                stopped = !keep_going();
                !(stopped || waiting && kernel.wants_line())
            });
            self.since = self.since.saturating_add(events);
            self.feed();
        }
        if self.since > EVENTS_PER_KEYFRAME {
            self.mark();
        }
    }

    /// Runs the next event, or does the next thing that was done.
    pub fn step(&mut self) {
        self.arrive();
        let here = self.position();
        let next = self.session.kernel().system().next_at().map(|at| Time((at.0 - self.start.0).max(here.moment.at.0)));
        let Some(at) = next else { return };
        let events = if at == here.moment.at { here.moment.events + 1 } else { 1 };
        let next = Moment { at, events };
        if self.live {
            let next = self.absolute(next);
            while !self.session.reach(next, &mut || true) {}
            self.feed();
            return;
        }
        let input = self.track.before(self.done).filter(|input| input.moment < next);
        let target = input.map(|input| Position { inputs: input.inputs + 1, ..input });
        self.target = Some(target.unwrap_or(Position { moment: next, inputs: self.done }).min(self.track.end));
        self.arrive();
    }

    /// Notes a keyframe, if the session is at rest and there is none here.
    fn mark(&mut self) {
        self.pull();
        let position = self.position();
        if self.track.is_marked(position) {
            return;
        }
        if let Some(keyframe) = self.session.keyframe() {
            self.since = 0;
            self.track.mark(Mark { position, keyframe: Rc::new(keyframe), tape: self.tape.clone() });
        }
    }

    fn absolute(&self, moment: Moment) -> Moment {
        Moment { at: Time(moment.at.0 + self.start.0), ..moment }
    }

    // What it shows.

    fn pull(&mut self) {
        for chunk in self.session.drain() {
            self.tape.push(chunk);
        }
    }

    /// What was shown since the last call; after [`Timeline::take_moved`] said so, all that was shown until now.
    pub fn drain(&mut self) -> Vec<Chunk> {
        self.pull();
        let new = self.tape.since(self.shown);
        self.shown = self.tape.len();
        new
    }

    /// As after going elsewhere: everything is shown anew.
    #[cfg(test)]
    pub(crate) fn restart_for_test(&mut self) {
        self.shown = 0;
    }

    /// Whether the session is another one than at the last call: what was seen of it is to be forgotten.
    pub fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// The state as a number: all objects, all files, and the clock.
    pub fn state_hash(&self) -> u64 {
        state_hash(&**self.session.kernel().system())
    }

    /// What has been made in the cluster by now, as manifests for another cluster.
    pub fn manifests(&self) -> String {
        self.exported(manifests)
    }

    /// A script that makes a `kind` cluster with what has been made in this one.
    pub fn kind_script(&self) -> String {
        self.exported(kind_script)
    }

    /// What was typed, as a script for bash; empty if nothing was.
    pub fn script(&self) -> String {
        crate::typed::script(&self.recording())
    }

    fn exported(&self, export: fn(&Cluster, &Cluster) -> String) -> String {
        let fresh = Cluster::new(self.options.clone());
        self.session.kernel().system().cluster().map(|cluster| export(cluster, &fresh)).unwrap_or_default()
    }

    /// What will have changed between this moment and the end of the course; nothing at the end, or if that is not known.
    pub fn compare_with_end(&self) -> Vec<Change> {
        let system = self.session.kernel().system();
        let tip = self.tip.as_ref().and_then(|tip| tip.cluster());
        system.cluster().zip(tip).map(|(here, tip)| compare(here, tip)).unwrap_or_default()
    }
}
