//! Where a command runs, and what it asks of the world there.

use api::{Status, Str, Time};
use apiserver::{Request, Response, Watch, WatchEvent};
use cluster::Cluster;
use kubelet::http;
use network::dns::RecordType;
use network::{Answered, Entry, Listener, Lookup, Protocol, Reason, Trace, Unanswered};
use std::net::Ipv4Addr;

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
    /// His numbers where he has no name: a container's user that is not root.
    pub nameless: Option<kubelet::User>,
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
    /// The kinds that the API server serves.
    fn kinds(&self) -> Vec<&'static api::Kind> {
        api::kind::served().collect()
    }

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
    fn address(&self, place: &Place) -> Option<Ipv4Addr>;

    /// Whether a program of this name is installed at `place`.
    fn installed(&self, place: &Place, program: &str) -> bool;

    /// What distinguishes this life of a place from the next: a container that was started again, a node that was
    /// rebooted. None if the place is not there (any more).
    fn incarnation(&self, place: &Place) -> Option<Str>;

    /// Whether the main process of a container waits for somebody to join it.
    fn waits(&self, place: &Place) -> bool;

    /// Ends the main process of a container with an exit status.
    fn kill(&mut self, place: &Place, code: i32);

    /// The place of a Pod's container.
    fn container(&self, namespace: &str, pod: &str, container: &str) -> Option<Place>;

    /// Sends a request to the API server.
    ///
    /// # Errors
    /// The server's refusal.
    fn request(&mut self, request: &Request) -> Result<Response, Status>;

    /// Remembers that a command line begins; its number, if this world counts them.
    fn begin_command(&mut self, _line: &str) -> Option<usize> {
        None
    }

    /// The requests and deeds that follow are those of a command.
    fn on_behalf_of(&mut self, _command: Option<usize>) {}

    /// Opens a watch.
    ///
    /// # Errors
    /// The server's refusal.
    fn watch(&self, request: &Request) -> Result<Watch, Status>;

    /// The events since the watch was last read.
    fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent>;

    /// Tries to connect from a place to a name or an address; none if the place is gone.
    fn connect(&mut self, from: &Place, to: &To<'_>) -> Option<Trace>;

    /// A connection that was held open is closed.
    fn close(&mut self, _connection: &Trace) {}

    /// Whether the small tools at a place are busybox'.
    fn is_busybox(&self, _place: &Place) -> bool {
        false
    }

    /// Lets a node forget connections, those for which `gone` holds; returns them.
    fn forget_connections(&mut self, _node: &str, _gone: &dyn Fn(&Entry) -> bool) -> Vec<Entry> {
        Vec::new()
    }

    /// What a name means at a place, and the questions that were asked.
    ///
    /// # Errors
    /// Why the name means nothing.
    fn lookup(&mut self, from: &Place, name: &str) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>);

    /// Asks a name server for records of a name: of a `server`, or of the place's own.
    ///
    /// # Errors
    /// There is no server, or it cannot be reached.
    fn ask(&mut self, from: &Place, query: &Query<'_>) -> Result<Answered, Unanswered>;

    /// What the other end of a connection answers to an HTTP request; none if it is no server that answers.
    fn http(&mut self, listener: &Listener, request: &http::Request) -> Option<http::Reply>;

    /// What the API server answers to a request that reaches it in the name of `who`.
    ///
    /// # Errors
    /// The server's refusal.
    fn rest(&mut self, _request: &http::Request, _who: &Request) -> Result<http::Reply, Status> {
        Err(Status::no_such_resource())
    }

    /// The same where a client's certificate tells the API server who asks: see [`Cluster::http_as`].
    fn http_as(&mut self, listener: &Listener, request: &http::Request, _who: &Request) -> Option<http::Reply> {
        self.http(listener, request)
    }

    /// Whether the other end of a connection speaks TLS.
    fn speaks_tls(&self, listener: &Listener) -> bool {
        self.cluster().is_some_and(|cluster| cluster.speaks_tls(listener))
    }

    /// What a person does to a node's machine.
    fn machine(&mut self, node: &str, act: Machine);

    /// Looks into the registry of users' images, or changes it.
    fn registry(&mut self, _act: &mut dyn FnMut(&mut kubelet::Registry)) {}

    /// Changes what is set on the network stack of a node.
    fn change_gear(&mut self, _node: &str, _change: &mut dyn FnMut(&mut network::Gear)) {}

    /// The node whose disk is written to at a place; none for the workstation.
    fn node_of(&self, _place: &Place) -> Option<Str> {
        None
    }

    /// The bytes of a node's disk, and how many of them are free; none if there is no such node.
    fn disk_space(&self, _node: &str) -> Option<(i64, i64)> {
        None
    }

    /// How many bytes of a node's memory are free; none if there is no such node.
    fn free_memory(&self, _node: &str) -> Option<i64> {
        None
    }

    /// Whether a node's kubelet runs; none if there is no such node.
    fn kubelet_runs(&self, node: &str) -> Option<bool>;

    /// The cluster itself, for those who look on; none in a world without one.
    fn cluster(&self) -> Option<&Cluster> {
        None
    }

    /// This world as it is now, which then goes its own way; none in a world that is no value.
    fn snapshot(&self) -> Option<Box<dyn System>> {
        None
    }

    /// All file systems, by names of their own.
    fn file_systems(&self) -> Vec<(Str, vfs::Fs)> {
        Vec::new()
    }
}

/// What a process connects to.
#[derive(Clone, Copy)]
pub struct To<'a> {
    /// A name or an address.
    pub host: &'a str,
    /// The port there.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
    /// The port that it is called from; 0: any that is free.
    pub source_port: u16,
    /// Whether the connection stays open until it is closed; else it is over once a request is answered.
    pub held: bool,
}

/// A question to a name server.
pub struct Query<'a> {
    /// The name.
    pub name: &'a str,
    /// Which records of it.
    pub kind: RecordType,
    /// Which server; the place's own where it is none.
    pub server: Option<Ipv4Addr>,
    /// Whether the place's search domains are tried.
    pub search: bool,
}

/// What a person does to a node's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// `systemctl stop kubelet`
    StopKubelet,
    /// `systemctl start kubelet`
    StartKubelet,
    /// `poweroff`
    PowerOff,
    /// Its power button.
    PowerOn,
    /// Its network cable is pulled.
    LinkDown,
    /// Its network cable is plugged in.
    LinkUp,
    /// Something big has been written on its disk.
    DiskWritten,
    /// A process takes so many bytes of memory, or gives them back.
    Memory(i64),
}
