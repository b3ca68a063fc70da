//! "Why?": the chain of causes from a change of an object back to the command that was typed, and what came of a command.
//!
//! Nothing is recorded for it but the cause that each write carries: the store's log has the rest.

mod changes;

use crate::cluster::Cluster;
use crate::past::{Act, Command};
use api::{Kind, OrdMap, Str, Time, Value, kind};
use apiserver::{EventType, Key, Origin, Root, Wait, WatchEvent};
pub use changes::Change;
use std::time::Duration;

/// No chain is longer: it would be no explanation.
const LONGEST: usize = 64;
/// This many writes of an object, or of what came of a command, are told.
const MOST: usize = 400;
/// The events of one look stand this near to its writes in the log.
const NEAR: u64 = 64;

/// An object by its name; it need not exist any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its namespace; empty for a cluster-scoped one.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
}

/// One write.
#[derive(Clone, Debug)]
pub struct Link {
    /// What was written.
    pub subject: Subject,
    /// What happened to it.
    pub event: EventType,
    /// Whether it was the write that asked for its deletion.
    pub dying: bool,
    /// The resource version.
    pub revision: u64,
    /// When.
    pub at: Time,
    /// By whom and how.
    pub origin: Origin,
    /// The node on which the writer runs, if it is a kubelet.
    pub node: Str,
    /// What changed, in short.
    pub changes: Vec<Change>,
    /// What was said about it in events: reasons and messages.
    pub says: Vec<(Str, Str)>,
    /// What was waited for before it was made, and for how long.
    pub wait: (Wait, Duration),
}

/// A step of a chain.
#[derive(Clone, Debug)]
pub enum Reason {
    /// An object was written.
    Write(Box<Link>),
    /// A command was typed.
    Command(Command),
    /// Something was done to a machine or a process.
    Act(Act),
    /// Somebody outside asked for it.
    Outside,
    /// It has been so since the cluster began.
    Start,
    /// What came before is no longer known.
    Forgotten,
}

impl Cluster {
    /// Why an object is as it is: its newest change that means something, what led to that, and so on. Newest first.
    pub fn why(&self, subject: &Subject) -> Vec<Reason> {
        match self.writes(subject).next() {
            Some(newest) => self.chain(newest),
            None => vec![Reason::Forgotten],
        }
    }

    /// Why a write was made: the write itself, what led to it, and so on. `kind` is the place of its kind.
    pub fn why_write(&self, kind: usize, revision: u64) -> Vec<Reason> {
        match self.api.store().change(kind, revision) {
            Some(write) => self.chain(write),
            None => vec![Reason::Forgotten],
        }
    }

    /// The changes of an object that mean something, newest first.
    pub fn history(&self, subject: &Subject) -> Vec<Link> {
        self.writes(subject).take(MOST).map(|write| self.link(write)).collect()
    }

    /// What came of a command, oldest first, each with its distance from the command.
    pub fn outcome(&self, command: usize) -> Vec<(usize, Link)> {
        let Some(began) = self.past.command(command).map(|command| command.at) else { return Vec::new() };
        let store = self.api.store();
        let mut writes: OrdMap<u64, &WatchEvent> = OrdMap::new();
        for kind in self.api.stored_kinds() {
            if kind != kind::EVENT && kind != kind::LEASE {
                let since = store.log_of(kind).rev().take_while(|write| write.at >= began);
                writes.extend(since.map(|write| (write.revision, write)));
            }
        }
        // Of several writes of an object in one look, the last one tells all.
        let mut last: OrdMap<(u64, usize, Key), u64> = OrdMap::new();
        for (revision, write) in &writes {
            last.insert((write.origin.look, write.kind.index, Key::of(&write.object)), *revision);
        }
        let mut depths: OrdMap<u64, usize> = OrdMap::new();
        let mut told = Vec::new();
        for (revision, write) in &writes {
            let depth = match self.root(write) {
                Root::Command(number) if number == command => 0,
                Root::Act(number) if self.past.act(number).map(|act| act.by) == Some(Root::Command(command)) => 0,
                Root::Write(_, cause) => match depths.get(&cause) {
                    Some(depth) => depth + 1,
                    None => continue,
                },
                _ => continue,
            };
            depths.insert(*revision, depth);
            let key = (write.origin.look, write.kind.index, Key::of(&write.object));
            if last.get(&key) == Some(revision) && self.is_notable(write) && told.len() < MOST {
                told.push((depth, self.link(write)));
            }
        }
        told
    }

    fn writes<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a WatchEvent> {
        let log = self.api.store().log_of(subject.kind).rev();
        let its =
            log.filter(|write| write.object.name() == subject.name && write.object.namespace() == subject.namespace);
        let mut later = None;
        let last = its.filter(move |write| later.replace(write.origin.look) != Some(write.origin.look));
        last.filter(|write| self.is_notable(write))
    }

    /// How the object was before the look in which it was written.
    fn before<'a>(&'a self, write: &'a WatchEvent) -> &'a WatchEvent {
        let mut first = write;
        while let Some(earlier) = self.api.store().change(write.kind.index, first.old.resource_version()) {
            if earlier.origin.look != write.origin.look {
                break;
            }
            first = earlier;
        }
        first
    }

    /// Whether a change means something: not a heartbeat, not a mere mark of who has written.
    fn is_notable(&self, write: &WatchEvent) -> bool {
        let old = &self.before(write).old;
        write.event == EventType::Deleted || old.is_null() || !changes::between(old, &write.object).is_empty()
    }

    fn chain(&self, newest: &WatchEvent) -> Vec<Reason> {
        let (mut chain, mut write) = (Vec::new(), newest);
        while chain.len() < LONGEST {
            chain.push(Reason::Write(Box::new(self.link(write))));
            let end = match self.root(write) {
                Root::Write(kind, revision) => match self.api.store().change(kind, revision) {
                    Some(cause) => {
                        write = cause;
                        continue;
                    }
                    None => Reason::Forgotten,
                },
                Root::Act(number) => {
                    let Some(act) = self.past.act(number) else {
                        chain.push(Reason::Forgotten);
                        return chain;
                    };
                    chain.push(Reason::Act(act.clone()));
                    self.end(act.by)
                }
                root => self.end(root),
            };
            chain.push(end);
            return chain;
        }
        chain.push(Reason::Forgotten);
        chain
    }

    fn end(&self, root: Root) -> Reason {
        match root {
            Root::Start => Reason::Start,
            Root::Outside => Reason::Outside,
            Root::Command(number) => self.past.command(number).cloned().map_or(Reason::Forgotten, Reason::Command),
            Root::Write(..) | Root::Act(_) => Reason::Forgotten,
        }
    }

    /// Where a write's chain goes on. Nobody writes that a node has fallen silent: that was done to its machine.
    fn root(&self, write: &WatchEvent) -> Root {
        let cause = write.origin.cause;
        if cause.wait == Wait::Silence && write.kind == kind::NODE {
            return self.past.silenced(write.object.name(), write.at).map_or(cause.root, Root::Act);
        }
        cause.root
    }

    fn link(&self, write: &WatchEvent) -> Link {
        let (object, origin) = (&write.object, write.origin.clone());
        let old = &self.before(write).old;
        let event = match write.event {
            EventType::Modified if old.is_null() => EventType::Added,
            event => event,
        };
        let since = match self.root(write) {
            Root::Act(number) => self.past.act(number).map_or(origin.cause.since, |act| act.at),
            _ => origin.cause.since,
        };
        let waited = match origin.cause.wait {
            Wait::Nothing => Duration::ZERO,
            _ => write.at.since(since),
        };
        let node = match origin.user.as_str() {
            "kubelet" if write.kind == kind::NODE => object["metadata"]["name"].to_str(),
            "kubelet" => object["spec"]["nodeName"].to_str(),
            _ => Str::default(),
        };
        Link {
            subject: Subject {
                kind: write.kind,
                namespace: object["metadata"]["namespace"].to_str(),
                name: object["metadata"]["name"].to_str(),
            },
            event,
            dying: event == EventType::Modified && object.deleting() && !old.deleting(),
            revision: write.revision,
            at: write.at,
            node,
            changes: match event {
                EventType::Modified => changes::between(old, object),
                EventType::Added | EventType::Deleted => Vec::new(),
            },
            says: self.said(write),
            wait: (origin.cause.wait, waited),
            origin,
        }
    }

    /// What was said in events when this was written, or by the same writer about the same object since its last write.
    fn said(&self, write: &WatchEvent) -> Vec<(Str, Str)> {
        let (before, object) = (self.before(write).old.resource_version(), &write.object);
        let told = self.api.store().change(write.kind.index, before).map(|earlier| earlier.origin.look);
        let from = if before == 0 { write.revision.saturating_sub(NEAR) } else { before.min(write.revision - 1) };
        let mut said: Vec<(Str, Str)> = Vec::new();
        let mut beside = Vec::new();
        let near = self.api.store().log_of(kind::EVENT).rev().skip_while(|e| e.revision > write.revision + NEAR);
        for event in near.take_while(|event| event.revision >= from.min(write.revision.saturating_sub(NEAR))) {
            let (involved, message) = (&event.object["involvedObject"], &event.object["message"]);
            let about = involved["kind"].str() == write.kind.kind
                && involved["name"].str() == object.name()
                && involved["uid"].str() == object.uid();
            let same_look = event.origin.look == write.origin.look;
            let together = same_look && (about || names(message.str(), object.name()));
            let since = about
                && (from..write.revision).contains(&event.revision)
                && before > 0
                && told != Some(event.origin.look)
                && event.origin.user == write.origin.user;
            let pair = (event.object["reason"].to_str(), message.to_str());
            if (together || since) && !said.contains(&pair) {
                said.push(pair);
            } else if same_look {
                beside.push(pair);
            }
        }
        // An autoscaler speaks of itself when it scales another object.
        let mut said = if said.is_empty() { beside } else { said };
        said.reverse();
        said
    }
}

/// Whether a message names an object.
fn names(message: &str, name: &str) -> bool {
    message.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '.')).any(|word| word == name)
}

impl Subject {
    /// The object that a stored one is.
    pub fn of(kind: &'static Kind, object: &Value) -> Subject {
        let metadata = &object["metadata"];
        Subject { kind, namespace: metadata["namespace"].to_str(), name: metadata["name"].to_str() }
    }
}
