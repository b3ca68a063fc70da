//! The cluster and the terminal session in it, as the page drives them: time flows by frames, and what has happened
//! since the last look is handed out as changes for the picture and as text for the terminal.

mod files;
mod look;

use crate::i18n::Lang;
use crate::model::{View, World};
use crate::terminal::Completion;
use api::OrdSet;
use api::{Kind, Status, Str, Time, Value};
use apiserver::Store;
use apiserver::request::{Request, Verb};
use apiserver::watch::{EventType, Watch, WatchEvent};
use cluster::{Cluster, Options};
use std::collections::VecDeque;
use std::time::Duration;
use timeline::{Recording, Timeline};

pub use look::Seen;
use shell::process::Place;
pub use shell::process::{Chunk, Stream};

/// Nothing but heartbeats for this long, in virtual seconds, is quiet.
const QUIET: Duration = Duration::from_secs(20);
/// Output beyond this many bytes in one frame waits for the next, so that a flood does not stop the page.
const FLOOD_BYTES: usize = 256 * 1024;

/// Virtual time passes in such steps while a command runs unseen.
const UNSEEN: Duration = Duration::from_millis(50);

/// A cluster and a session in it.
pub struct Machine {
    session: Timeline,
    world: World,
    watches: Vec<Watch>,
    /// Changes that are still to be taken in.
    pending: VecDeque<WatchEvent>,
    /// The last connection that was handed out.
    connection: u64,
    /// The second in which the traffic was counted the last time, and whether there was any.
    counted: (i64, bool),
    /// How many decisions of the scheduler were handed out, and the Pod and the moment of the last.
    ruled: (u64, Str, Time),
    /// Whether the file that is being edited was handed out.
    editing: bool,
    /// When "until quiet" began, if it runs: what was quiet before does not count.
    started: Time,
    lang: Lang,
}

impl Machine {
    /// A fresh cluster, and a session at the workstation beside it.
    pub fn with(options: Options) -> Machine {
        Machine::over(Timeline::new(options))
    }

    /// A session in a cluster that is ready; with what was recorded in one like it, on its way to where that ends.
    pub fn of(cluster: Cluster, recording: Option<Recording>) -> Machine {
        let timeline = Timeline::of(cluster);
        Machine::over(match recording {
            Some(recording) => timeline.following(recording),
            None => timeline,
        })
    }

    /// A session that was recorded, on its way to where the recording ends.
    pub fn load(recording: Recording) -> Machine {
        Machine::over(Timeline::load(recording))
    }

    fn over(session: Timeline) -> Machine {
        let started = session.now();
        let mut machine = Machine {
            session,
            world: World::default(),
            watches: Vec::new(),
            pending: VecDeque::new(),
            connection: 0,
            counted: (0, false),
            ruled: (0, Str::default(), started),
            editing: false,
            started,
            lang: Lang::default(),
        };
        machine.watch_anew();
        machine
    }

    /// Forgets what was seen, and begins to watch the cluster that is there now.
    fn watch_anew(&mut self) {
        let system = self.session.kernel().system();
        let watch = |kind| system.watch(&Request::new(Verb::Watch, kind, "", "")).ok();
        self.watches = World::kinds().into_iter().filter_map(watch).collect();
        // What there is comes in the order of `World::kinds`: owners before owned.
        self.pending = self.watches.iter_mut().flat_map(|watch| system.poll(watch)).collect();
        let store = system.cluster().map(|cluster| cluster.api().store());
        let made = store.map(made).unwrap_or_default();
        self.world = World::anew(made.iter());
        let carried =
            system.cluster().and_then(|cluster| cluster.connections_after(0).last().map(|carried| carried.number));
        self.connection = carried.unwrap_or_default();
        drop(system);
        self.counted = (0, false);
        (self.ruled.1, self.ruled.2) = (Str::default(), self.session.now());
        (self.editing, self.started) = (false, self.session.now());
        self.speak(self.lang);
    }

    /// The language of what is told at the terminal beside the real tools' words, such as `curl --trace-route`.
    pub fn speak(&mut self, lang: Lang) {
        self.lang = lang;
        self.session.kernel().set_language(lang.of_the_core());
    }

    /// The session with its course.
    pub fn timeline(&self) -> &Timeline {
        &self.session
    }

    /// The session with its course, to go elsewhere.
    pub fn timeline_mut(&mut self) -> &mut Timeline {
        &mut self.session
    }

    /// Goes on towards the moment that was sought, for so many real milliseconds; true when it is there.
    pub fn travel(&mut self, budget_ms: f64) -> bool {
        let mut in_time = in_time(budget_ms);
        self.session.work(&mut in_time)
    }

    /// Gives a line to the session; none is the end of input.
    pub fn type_line(&mut self, line: Option<String>) {
        match line {
            Some(line) => self.session.input(&line),
            None => self.session.end_of_input(),
        }
    }

    /// The session, to be read.
    pub fn session(&self) -> &shell::Session {
        &self.session
    }

    /// Types a line and lets its command end, unseen, for at most an hour of virtual time; what it showed.
    pub fn unseen(&mut self, line: &str) -> Vec<Chunk> {
        self.type_line(Some(line.to_owned()));
        let end = self.session.now() + Duration::from_secs(3600);
        while self.session.busy()
            && self.session.editor().is_none()
            && !self.session.wants_input()
            && self.session.now() < end
        {
            let to = self.session.now() + UNSEEN;
            self.session.advance(to, &mut || true);
        }
        self.session.drain()
    }

    /// Lets virtual time pass, unseen; what was shown meanwhile.
    pub fn pass(&mut self, span: Duration) -> Vec<Chunk> {
        let to = self.session.now() + span;
        self.session.advance(to, &mut || true);
        self.session.drain()
    }

    /// Ctrl-C.
    pub fn interrupt(&mut self) {
        self.session.interrupt();
    }

    /// Lets `ms` virtual milliseconds pass, but takes no more than `budget_ms` real ones: what is left then is lost.
    pub fn advance(&mut self, ms: f64, budget_ms: f64) {
        let due = self.session.now() + Duration::from_micros((ms * 1000.0) as u64);
        let (undrained, mut in_time) = (self.session.undrained_probe(), in_time(budget_ms));
        self.session.advance(due, &mut || in_time() && undrained() < FLOOD_BYTES);
    }

    /// Runs the next event.
    pub fn step(&mut self) {
        self.session.step();
    }

    /// Whether nothing has changed for a while, and nothing runs.
    pub fn quiet(&self) -> bool {
        let changed = self.cluster(|cluster| cluster.last_change()).unwrap_or_default().max(self.started);
        !self.session.busy() && self.session.now().since(changed) > QUIET
    }

    /// "Until quiet" begins now.
    pub fn hurry(&mut self) {
        self.started = self.session.now();
    }

    /// Whether a file is being edited.
    pub fn editing(&self) -> bool {
        self.session.editor().is_some()
    }

    /// The editor's text, or nothing if the file shall stay as it was.
    pub fn finish_edit(&mut self, text: Option<String>) {
        self.editing = false;
        self.session.finish_edit(text);
    }

    /// What could stand at the cursor, counted in UTF-8 bytes.
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        let found = self.session.complete(line, cursor);
        Completion { start: found.start, candidates: found.candidates }
    }

    /// Whether a typed line would be a command at the workstation.
    pub fn at_workstation(&self) -> bool {
        !self.session.busy() && self.session.kernel().front().place == Place::Workstation
    }

    /// What happened to a connection, while it is remembered.
    pub fn story(&self, number: u64) -> Vec<network::Step> {
        self.cluster(|cluster| cluster.story(number)).unwrap_or_default()
    }

    /// Reads something of the cluster.
    pub fn cluster<T>(&self, read: impl FnOnce(&Cluster) -> T) -> Option<T> {
        self.session.kernel().system().cluster().map(read)
    }

    /// The picture.
    pub fn view(&self) -> View {
        self.world.view().clone()
    }

    /// What belongs together with the object of a UID.
    pub fn related(&self, uid: &str) -> OrdSet<Str> {
        self.world.related(uid)
    }

    /// What the API answers when it is asked for an object, or for a part of one such as its log.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn get(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        part: &'static str,
        query: &[(&'static str, &str)],
    ) -> Result<Value, Status> {
        let mut request = Request::new(Verb::Get, kind, namespace, name).with_subresource(part);
        let given = query.iter().filter(|(_, value)| !value.is_empty());
        request.options.query = given.map(|(key, value)| ((*key).into(), (*value).into())).collect();
        self.session.kernel().system().request(&request).map(|response| response.body)
    }

    /// The number of writes that the API server has taken.
    pub fn revision(&self) -> u64 {
        self.cluster(|cluster| cluster.api().store().revision()).unwrap_or_default()
    }
}

/// All objects of the kinds that take turns in colours that were ever made, oldest first. A kind that has changed so often that its
/// beginnings are forgotten is known by what is left of it.
fn made(store: &Store) -> Vec<Value> {
    let mut made: Vec<(Str, u64, Value)> = Vec::new();
    for kind in World::makers() {
        let added =
            |event: &WatchEvent| (event.event == EventType::Added).then(|| (event.revision, event.object.clone()));
        let known: Vec<(u64, Value)> = match store.changes(kind, 0) {
            Some(changes) => changes.filter_map(added).collect(),
            None => store.list(kind, "").map(|object| (0, object.clone())).collect(),
        };
        made.extend(
            known
                .into_iter()
                .map(|(revision, object)| (object.at("metadata.creationTimestamp").to_str(), revision, object)),
        );
    }
    api::sort_by(&mut made, |a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    made.into_iter().map(|(.., object)| object).collect()
}

/// Says whether so many real milliseconds have not passed yet: to be asked between pieces of work as small as an event.
pub fn in_time(budget_ms: f64) -> impl FnMut() -> bool {
    let (mut in_time, mut asked) = (by_the_clock(budget_ms), 0_u32);
    move || {
        asked += 1;
        // Asking the clock costs as much as a small event.
        !asked.is_multiple_of(8) || in_time()
    }
}

/// Says whether so many real milliseconds have not passed yet, asking the clock each time.
pub fn by_the_clock(budget_ms: f64) -> impl FnMut() -> bool {
    let clock = gloo::utils::window().performance();
    let real = move || clock.as_ref().map_or(0.0, |clock| clock.now());
    let end = real() + budget_ms;
    move || real() < end
}
