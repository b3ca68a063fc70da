//! What has happened since the last look: changes for the picture, and text for the terminal.

use super::{Chunk, Machine};
use crate::model::{Flight, Ruling, World};
use api::OrdSet;
use api::Str;
use apiserver::watch::{EventType, WatchEvent};
use cluster::Cluster;

/// So many changes are taken in at once. The first look at a large cluster goes over some frames.
const CHANGES_AT_ONCE: usize = 4000;
/// More nodes than this are many.
const MANY_NODES: usize = 200;

/// What has happened since the last look.
#[derive(Debug, Default)]
pub struct Seen {
    /// What the terminal shows.
    pub output: Vec<Chunk>,
    /// Whether this is another moment than the one seen last, and not what became of it: all is shown anew.
    pub restarted: bool,
    /// Whether the picture has changed.
    pub world: bool,
    /// Whether Pods have come, gone or changed their room.
    pub moved: bool,
    /// The connections that were carried.
    pub flights: Vec<Flight>,
    /// The traffic of the last seconds, if it may have changed.
    pub flows: Option<Vec<cluster::Flow>>,
    /// The scheduler's last decision, if it is a new one.
    pub ruling: Option<Ruling>,
    /// A file to be edited that was not asked for before: path and text.
    pub edit: Option<(String, String)>,
    /// Whether a command runs.
    pub busy: bool,
    /// What stands before the line.
    pub prompt: String,
    /// The nodes whose kubelet does not run, if that may have changed.
    pub stopped: Option<OrdSet<Str>>,
    /// Tenths of a virtual second since the cluster was ready.
    pub tenths: u64,
    /// What time it is, in seconds since the Unix epoch, while the picture counts down; else 0.
    pub now: i64,
}

impl Machine {
    /// What has happened since the last look.
    pub fn look(&mut self) -> Seen {
        let restarted = self.session.take_moved();
        if restarted {
            self.watch_anew();
        }
        let edit = self.session.editor().filter(|_| !std::mem::replace(&mut self.editing, true));
        self.editing = self.session.editor().is_some();
        let (world, output) = (self.watch(), self.session.drain());
        // Nobody goes through thousands of nodes in each frame: of what a command does to one of them, its output tells.
        let looks = world && self.world.view().rooms.len() <= MANY_NODES || !output.is_empty();
        let stopped = looks.then(|| self.stopped());
        Seen {
            output,
            restarted,
            world: world || restarted,
            moved: self.world.take_moved(),
            stopped,
            flights: self.flights(),
            flows: self.flows(),
            ruling: if world { self.ruling() } else { None },
            edit: edit.map(|edit| (edit.path, edit.text)),
            busy: self.session.busy(),
            prompt: self.session.prompt(),
            now: if self.world.counts_down() { self.session.now().seconds() } else { 0 },
            tenths: self.cluster(|cluster| cluster.elapsed().as_millis() as u64 / 100).unwrap_or_default(),
        }
    }

    /// Takes the API's changes in, at most so many that a frame has time for them; true if there were any.
    fn watch(&mut self) -> bool {
        let system = self.session.kernel().system();
        let (mut news, mut makers) = (Vec::new(), 0);
        for watch in &mut self.watches {
            let polled = system.poll(watch);
            let kind = polled.first().map(|event| event.kind);
            let added = polled.iter().any(|event| event.event == EventType::Added);
            makers += usize::from(added & World::makers().any(|maker| Some(maker) == kind));
            news.extend(polled);
        }
        // Colours are given in the order in which workloads are made, of whatever kind they are. All else keeps the order of kinds.
        if makers > 1 {
            api::sort_by_key(&mut news, |event: &WatchEvent| event.revision);
        }
        self.pending.extend(news);
        let mut changed = false;
        for event in self.pending.drain(..self.pending.len().min(CHANGES_AT_ONCE)) {
            changed |= self.world.apply(event.kind, event.event == EventType::Deleted, &event.object);
        }
        changed
    }

    fn flights(&mut self) -> Vec<Flight> {
        let since = self.connection;
        let read = |cluster: &Cluster| -> Vec<Flight> {
            cluster.connections_after(since).map(|carried| Flight::read(carried.number, &carried.trace)).collect()
        };
        let flights = self.cluster(read).unwrap_or_default();
        self.connection = flights.last().map_or(since, |flight| flight.id);
        flights
    }

    /// The traffic, once a second while there is some.
    fn flows(&mut self) -> Option<Vec<cluster::Flow>> {
        let second = self.session.now().seconds();
        if second == self.counted.0 {
            return None;
        }
        let flows = self.cluster(Cluster::flows).unwrap_or_default();
        let silent = flows.is_empty() && !self.counted.1;
        self.counted = (second, !flows.is_empty());
        (!silent).then_some(flows)
    }

    /// The scheduler's last decision, if it was not handed out yet.
    fn ruling(&mut self) -> Option<Ruling> {
        let (count, pod, at) = &self.ruled;
        let new = self.cluster(|cluster| {
            let last = cluster.scheduler().decisions().next_back()?;
            let is_new = last.at > *at || last.pod != *pod && last.at == *at;
            is_new.then(|| (Ruling::read(count + 1, last), last.pod.clone(), last.at))
        });
        let (ruling, pod, at) = new.flatten()?;
        self.ruled = (ruling.id, pod, at);
        Some(ruling)
    }

    fn stopped(&self) -> OrdSet<Str> {
        let system = self.session.kernel().system();
        let nodes = self.world.view().rooms.keys();
        nodes.filter(|node| system.kubelet_runs(node) == Some(false)).cloned().collect()
    }
}
