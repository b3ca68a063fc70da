//! Where a command runs, and what it asks of the world there.

use api::{Str, Time};

/// A machine, as far as a process can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The user's own computer, outside the cluster.
    #[default]
    Workstation,
    /// A node, reached by ssh.
    Node(Str),
    /// A container of a Pod.
    Container {
        /// The Pod's uid.
        uid: Str,
        /// The container's name.
        container: Str,
    },
}

/// What a process finds itself to be where it starts.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The user's name.
    pub user: String,
    /// `HOME`
    pub home: String,
    /// What `hostname` prints.
    pub hostname: String,
    /// The directory that a login begins in.
    pub cwd: String,
    /// Further environment variables.
    pub env: Vec<(String, String)>,
    /// The prompt of an interactive shell; `\w` in it is the directory.
    pub prompt: String,
    /// What the shell calls itself in its errors: `bash`, or `sh` in a container.
    pub shell: String,
}

/// The world that processes act on. Every call is instantaneous in virtual time.
pub trait System {
    /// The virtual time.
    fn now(&self) -> Time;

    /// When the next thing happens by itself.
    fn next_at(&self) -> Option<Time>;

    /// Lets that thing happen.
    fn step(&mut self);

    /// Moves the clock. Nothing happens by itself before that moment.
    fn set_time(&mut self, to: Time);

    /// Lets `act` work on the files seen at `place`. False if the place is gone.
    fn files(&mut self, place: &Place, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool;

    /// Who a process at `place` is; none if the place is gone.
    fn identity(&self, place: &Place) -> Option<Identity>;

    /// The address of a place; none without a network.
    fn address(&self, place: &Place) -> Option<std::net::Ipv4Addr>;

    /// Whether a program of this name is installed at `place`.
    fn installed(&self, place: &Place, program: &str) -> bool;
}
