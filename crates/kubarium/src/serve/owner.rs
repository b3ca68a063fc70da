//! The thread that owns the cluster. Everybody else sends it work and awaits the result.

use super::clock::Clock;
use api::{Kind, Status, Time};
use apiserver::{Request, Response, Watch, WatchEvent};
use cluster::{Cluster, Options};
use network::{Listener, Trace};
use shell::Session;
use shell::process::{Place, To};
use shell::session::Remote;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Virtual time moves at least this often while nothing is due, so that a request finds it nearly right already.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

type Work = Box<dyn FnOnce(&mut Owner) + Send>;

/// The way to the thread. Cheap to clone.
#[derive(Clone)]
pub struct Door(Sender<Work>);

/// News of one kind: how many changes there were.
pub type News = watch::Receiver<u64>;

/// What the thread owns.
pub struct Owner {
    session: Session,
    clock: Clock,
    /// Who waits for changes, by kind: the revision up to which they have been told.
    listeners: BTreeMap<usize, (&'static Kind, u64, watch::Sender<u64>)>,
    /// The commands that run in containers for clients, by number.
    remotes: BTreeMap<u64, Remote>,
    next_remote: u64,
}

/// Starts the thread, and the cluster in it; none if that failed.
pub async fn start(options: Options, speed: f64) -> Option<Door> {
    let (sender, work) = channel();
    let (ready, started) = oneshot::channel();
    let run = move || {
        let session = Session::new(options, false);
        let clock = Clock::new(session.now(), speed);
        let _ = ready.send(());
        Owner { session, clock, listeners: BTreeMap::new(), remotes: BTreeMap::new(), next_remote: 0 }.serve(&work);
    };
    std::thread::Builder::new().name("cluster".into()).spawn(run).ok()?;
    started.await.ok()?;
    Some(Door(sender))
}

impl Door {
    /// Lets the thread do something and returns what came of it; none if that panicked.
    pub async fn ask<T: Send + 'static>(&self, act: impl FnOnce(&mut Owner) -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        let work = move |owner: &mut Owner| drop(sender.send(act(owner)));
        self.0.send(Box::new(work)).ok()?;
        receiver.await.ok()
    }
}

impl Owner {
    fn serve(mut self, work: &Receiver<Work>) {
        loop {
            let due = self.session.next_at();
            let wait = due.and_then(|at| self.clock.until(at)).unwrap_or(LONGEST_SLEEP);
            let received = work.recv_timeout(wait);
            self.catch_up();
            match received {
                Ok(act) => {
                    // A panic is a bug, but no reason to take the cluster from everybody else: whoever asked gets a 500.
                    let _ = catch_unwind(AssertUnwindSafe(|| act(&mut self)));
                    self.settle();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.tell();
        }
    }

    /// Lets everything happen that is due by now.
    fn catch_up(&mut self) {
        self.session.advance(self.clock.show(), &mut || true);
    }

    /// Lets processes in containers see what has just changed.
    fn settle(&mut self) {
        if !self.remotes.is_empty() {
            self.session.wake();
        }
    }

    /// Tells those who listen about changes of their kinds.
    fn tell(&mut self) {
        self.listeners.retain(|_, (_, _, sender)| sender.receiver_count() > 0);
        let session = &self.session;
        let system = session.kernel().system();
        let Some(cluster) = system.cluster() else { return };
        let store = cluster.api().store();
        for (kind, seen, sender) in self.listeners.values_mut() {
            let changed = store.changes(kind, *seen).is_none_or(|mut changes| changes.next().is_some());
            if changed {
                *seen = store.revision();
                sender.send_modify(|count| *count += 1);
            }
        }
    }

    fn with_cluster<T>(&self, look: impl FnOnce(&Cluster) -> T) -> T {
        let system = self.session.kernel().system();
        look(system.cluster().unwrap_or_else(|| unreachable!("a session's world has a cluster")))
    }

    /// The cluster, to be read.
    pub fn look<T>(&self, look: impl FnOnce(&Cluster) -> T) -> T {
        self.with_cluster(look)
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.session.now()
    }

    /// Sends a request to the API server.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn request(&mut self, request: &Request) -> Result<Response, Status> {
        self.session.kernel().system().request(request)
    }

    /// Opens a watch, and a way to hear of changes.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn watch(&mut self, request: &Request) -> Result<(Watch, News), Status> {
        let watch = self.session.kernel().system().watch(request)?;
        Ok((watch, self.listen(request.kind)))
    }

    /// A way to hear of changes of a kind.
    pub fn listen(&mut self, kind: &'static Kind) -> News {
        let revision = self.with_cluster(|cluster| cluster.api().store().revision());
        let listener = self.listeners.entry(kind.index).or_insert_with(|| (kind, revision, watch::Sender::new(0)));
        listener.2.subscribe()
    }

    /// What has happened since a watch was last read.
    ///
    /// # Errors
    /// 410 if the watcher was so slow that changes are forgotten.
    pub fn poll(&self, watch: &mut Watch) -> Result<Vec<WatchEvent>, Status> {
        self.with_cluster(|cluster| cluster.api().try_poll(watch))
    }

    /// Starts a command in a container; its number.
    ///
    /// # Errors
    /// In the container runtime's words.
    pub fn exec(&mut self, at: (&str, &str, &str), command: Vec<String>, stdin: bool) -> Result<u64, String> {
        let remote = self.session.exec(at, command, stdin)?;
        Ok(self.keep(remote))
    }

    /// Joins a container's process where that waits for somebody; its number.
    pub fn attach(&mut self, at: (&str, &str, &str), command: Vec<String>) -> Option<u64> {
        let remote = self.session.attach(at, command)?.ok()?;
        Some(self.keep(remote))
    }

    /// The place of a Pod's container, if it runs.
    pub fn container(&self, namespace: &str, pod: &str, container: &str) -> Option<Place> {
        self.session.kernel().system().container(namespace, pod, container)
    }

    /// Connects from a place; none if the place is gone.
    pub fn connect(&mut self, from: &Place, to: &To<'_>) -> Option<Trace> {
        self.session.kernel().system().connect(from, to)
    }

    /// What the other end of a connection answers; none if it answers nothing.
    pub fn http(&mut self, listener: &Listener, request: &kubelet::http::Request) -> Option<kubelet::http::Reply> {
        self.session.kernel().system().http(listener, request)
    }

    /// What the containers use just now. Nobody who measures steadily is disturbed.
    pub fn usage(&self) -> Vec<kubelet::PodUsage> {
        self.with_cluster(|cluster| cluster.kubelets().clone().measure(cluster.now()))
    }

    fn keep(&mut self, remote: Remote) -> u64 {
        self.next_remote += 1;
        self.remotes.insert(self.next_remote, remote);
        self.next_remote
    }

    /// A running command.
    pub fn remote(&self, number: u64) -> Option<&Remote> {
        self.remotes.get(&number)
    }

    /// Ends a command.
    pub fn end(&mut self, number: u64) {
        self.remotes.remove(&number);
    }

    /// Lets a span of virtual time pass at once.
    pub fn skip(&mut self, span: Duration) {
        self.clock.skip(span);
        self.catch_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nobodys_but_who_asked() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let options = Options { control_plane_only: true, ..Options::default() };
            let door = start(options, 0.0).await.expect("a cluster");
            assert_eq!(door.ask(|_| -> u32 { panic!("on purpose") }).await, None);
            let kinds = door.ask(|owner| owner.look(|cluster| cluster.api().kinds().len())).await;
            assert!(kinds.is_some_and(|count| count > 30), "the cluster goes on");
        });
    }
}
