//! What people have done to the cluster: the commands they typed, and what they did to machines and processes. The store's
//! log says the rest.

use crate::cluster::Cluster;
use api::{Str, Time, Vector};
use apiserver::Root;

/// How many of each are remembered.
const REMEMBERED: usize = 4096;

/// A command line that was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Counts all commands, from 0.
    pub number: usize,
    /// The line.
    pub line: Str,
    /// When it began.
    pub at: Time,
}

/// What can be done to a machine or a process without asking the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A node's kubelet was stopped.
    StopKubelet,
    /// A node's kubelet was started.
    StartKubelet,
    /// A node was switched off.
    PowerOff,
    /// A node was switched on.
    PowerOn,
    /// A node's network interface was taken down.
    LinkDown,
    /// A node's network interface was brought up.
    LinkUp,
    /// Rules, interfaces or shaping of a node's network stack were changed.
    ChangeNetwork,
    /// Something big was written on a node's disk.
    FillDisk,
    /// A manifest in the folder of a node's static Pods was changed.
    WriteManifest,
    /// A process on a node took memory.
    TakeMemory,
    /// A process on a node gave memory back.
    FreeMemory,
    /// A container's main process was ended.
    Kill,
}

impl Deed {
    /// Whether a node falls silent by it.
    pub(crate) fn silences(self) -> bool {
        matches!(self, Deed::StopKubelet | Deed::PowerOff | Deed::LinkDown | Deed::ChangeNetwork)
    }
}

/// Something that was done to a machine or a process.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// What.
    pub deed: Deed,
    /// To which node; for [`Deed::Kill`], in which Pod.
    pub object: Str,
    /// When.
    pub at: Time,
    /// The command by which.
    pub by: Root,
}

/// Things in the order in which they happened, with numbers that count all of them.
#[derive(Clone)]
struct Book<T> {
    entries: Vector<T>,
    forgotten: usize,
}

impl<T> Default for Book<T> {
    fn default() -> Self {
        Book { entries: Vector::new(), forgotten: 0 }
    }
}

impl<T: Clone> Book<T> {
    fn next(&self) -> usize {
        self.forgotten + self.entries.len()
    }

    fn get(&self, number: usize) -> Option<&T> {
        self.entries.get(number.checked_sub(self.forgotten)?)
    }

    fn push(&mut self, entry: T) {
        self.entries.push_back(entry);
        if self.entries.len() > REMEMBERED {
            self.entries.pop_front();
            self.forgotten += 1;
        }
    }
}

/// What has been done so far, and by which command whatever is done next is done. A clone is a snapshot.
#[derive(Clone, Default)]
pub(crate) struct Past {
    commands: Book<Command>,
    acts: Book<Act>,
    asker: Option<usize>,
}

impl Past {
    /// Who does what is done next.
    pub(crate) fn asker(&self) -> Root {
        self.asker.map_or(Root::Outside, Root::Command)
    }

    pub(crate) fn note_act(&mut self, deed: Deed, object: &str, at: Time) -> Root {
        let number = self.acts.next();
        self.acts.push(Act { deed, object: object.into(), at, by: self.asker() });
        Root::Act(number)
    }

    pub(crate) fn command(&self, number: usize) -> Option<&Command> {
        self.commands.get(number)
    }

    pub(crate) fn act(&self, number: usize) -> Option<&Act> {
        self.acts.get(number)
    }

    /// By what act, by its number, a node fell silent that is missed at the moment `missed`.
    pub(crate) fn silenced(&self, node: &str, missed: Time) -> Option<usize> {
        let found = |act: &Act| act.deed.silences() && act.object == node && act.at <= missed;
        (self.acts.forgotten..self.acts.next()).rev().find(|number| self.act(*number).is_some_and(found))
    }
}

impl Cluster {
    /// Remembers a command line that begins; its number.
    pub fn begin_command(&mut self, line: &str) -> usize {
        let (number, at) = (self.past.commands.next(), self.now());
        self.past.commands.push(Command { number, line: line.into(), at });
        number
    }

    /// The requests and deeds that follow are those of a command, by its number; or of somebody outside.
    pub fn on_behalf_of(&mut self, command: Option<usize>) {
        self.past.asker = command;
    }

    /// The commands that are remembered, newest first.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.past.commands.entries.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_when_the_oldest_are_forgotten() {
        let mut book = Book::default();
        (0..REMEMBERED + 3).for_each(|n| book.push(n));
        assert_eq!((book.get(2), book.get(3), book.next()), (None, Some(&3), REMEMBERED + 3));
    }

    #[test]
    fn what_silenced_a_node_is_found() {
        let mut past = Past::default();
        past.note_act(Deed::PowerOff, "node1", Time(1));
        past.note_act(Deed::PowerOff, "node2", Time(2));
        past.note_act(Deed::PowerOn, "node1", Time(3));
        past.note_act(Deed::LinkDown, "node1", Time(9));
        assert_eq!(past.silenced("node1", Time(5)), Some(0));
        assert_eq!(past.silenced("node3", Time(5)), None);
    }
}
