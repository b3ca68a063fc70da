//! Tools that containers' scripts run: the person's tools, each run to its end by itself. The virtual time that one takes is
//! added up, and the container waits for it.
//!
//! What a tool does with its container's files and its input it does at once ([`near`]). One that looks beyond is run again as
//! soon as the cluster stands still ([`far`]).

use super::{BoxFuture, Identity, Input, Io, Kernel, Machine, Output, Pipe, Place, Query, System, To};
use crate::interp::Shell;
use crate::session::programs::in_container;
use crate::session::world::World;
use crate::tools::{self, Cx};
use api::{OrdMap, Status, Str, Time};
use apiserver::{Request, Response, Watch, WatchEvent};
use cluster::Cluster;
use kubelet::http;
use kubelet::images::Image;
use kubelet::{NetworkCall, ToolCall};
use network::{Answered, Listener, Lookup, Reason, Trace, Unanswered};
use script::{Dialect, Memory, Outcome, Program, Ran, Variable};
use std::cell::{Cell, RefCell};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use vfs::{Fs, Mounts};

/// So often a tool may wait before it is one that goes on for ever; what it has written by then is all.
const WAITS: usize = 1_000;

/// Runs a tool that sees no more than its container.
pub(crate) fn near(call: &mut ToolCall) -> Ran {
    let name = vfs::path::name(&call.program.args[0]).to_owned();
    let files = call.disks.get(&call.mounts.root);
    if tools::find(&name).is_none() || !in_container(call.image, files, &name) {
        return Ran::NotFound;
    }
    let disks = Rc::new(RefCell::new(std::mem::take(&mut call.disks)));
    let far = Rc::new(Cell::new(false));
    let place = Place::Container { uid: call.pod.clone(), container: call.container.clone() };
    let alone = Alone {
        now: call.now,
        mounts: call.mounts.clone(),
        disks: disks.clone(),
        image: call.image,
        user: call.user.clone(),
        hostname: call.program.env.get("HOSTNAME").cloned().unwrap_or_default(),
        far: far.clone(),
    };
    let ran = run(Rc::new(Kernel::new(Box::new(alone), false)), place, &call.program, &|| far.get());
    call.disks = disks.take();
    ran
}

/// Runs a tool that sees the cluster.
pub(crate) fn far(cluster: &mut Cluster, call: &NetworkCall, program: &Program) -> Outcome {
    let kernel = Rc::new(Kernel::new(Box::new(World::still(cluster.clone())), false));
    let place = Place::Container { uid: call.pod.clone(), container: call.container.clone() };
    let ran = run(kernel.clone(), place, program, &|| false);
    if let Some(after) = kernel.system().cluster() {
        *cluster = after.clone();
    }
    match ran {
        Ran::Done(outcome) => outcome,
        _ => Outcome { status: 1, ..Outcome::default() },
    }
}

fn run(kernel: Rc<Kernel>, place: Place, program: &Program, away: &dyn Fn() -> bool) -> Ran {
    let begun = kernel.now();
    let busybox = kernel.system().is_busybox(&place);
    let variables = program.env.iter().map(|(name, value)| (name.clone(), Variable::exported(value.clone()))).collect();
    let memory = Memory {
        dialect: if busybox { Dialect::Busybox } else { Dialect::Dash },
        cwd: program.cwd.clone(),
        name: "sh".into(),
        variables,
        ..Memory::default()
    };
    let Some(tool) = tools::find(vfs::path::name(&program.args[0])) else { return Ran::NotFound };
    let (out, err) = (Rc::new(Pipe::default()), Rc::new(Pipe::default()));
    let text = Rc::new(RefCell::new((program.stdin.clone(), 0)));
    let pipe = Rc::new(Pipe::default());
    pipe.put(&program.stdin);
    let stdin = if program.complete { Input::Text(text.clone()) } else { Input::Pipe(pipe.clone()) };
    let io = Io { stdin, stdout: Output::Pipe(out.clone()), stderr: Output::Pipe(err.clone()) };
    let shell = Shell::with(&kernel, place, memory);
    let cx = Cx { shell: Rc::new(shell), args: program.args.clone(), env: program.env.clone(), io };
    let mut future: BoxFuture<'static, i32> = tool(cx);
    let mut context = Context::from_waker(Waker::noop());
    let (mut said, mut complaints, mut status) = (String::new(), String::new(), None);
    let mut waits = 0;
    while status.is_none() && waits < WAITS {
        waits += 1;
        let before = kernel.activity();
        kernel.wake_at.set(None);
        let polled = future.as_mut().poll(&mut context);
        said.push_str(&out.take());
        complaints.push_str(&err.take());
        if away() {
            return Ran::Later;
        }
        match polled {
            Poll::Ready(ended) => status = Some(ended),
            Poll::Pending if kernel.activity() != before => {}
            Poll::Pending => match kernel.wake_at.get() {
                Some(at) => kernel.system().set_time(at),
                None if !program.complete => return Ran::Wants,
                None => break,
            },
        }
        if said.len() > Pipe::MOST {
            break;
        }
    }
    let took = kernel.now().since(begun);
    let read = if program.complete { text.borrow().1 } else { program.stdin.len() - pipe.take().len() };
    Ran::Done(Outcome { out: said, err: complaints, status: status.unwrap_or(1), took, read })
}

/// The world of a tool that sees no more than its container.
struct Alone {
    now: Time,
    mounts: Mounts,
    disks: Rc<RefCell<OrdMap<Str, Fs>>>,
    image: Option<&'static Image>,
    hostname: String,
    user: kubelet::User,
    /// Whether it has looked beyond.
    far: Rc<Cell<bool>>,
}

impl System for Alone {
    fn now(&self) -> Time {
        self.now
    }
    fn next_at(&self) -> Option<Time> {
        None
    }
    fn step(&mut self) {}
    fn set_time(&mut self, to: Time) {
        self.now = to;
    }
    fn files(&mut self, _: &Place, act: &mut dyn FnMut(&mut vfs::View<'_>)) -> bool {
        act(&mut self.mounts.view(&mut *self.disks.borrow_mut()));
        true
    }
    fn identity(&self, _: &Place) -> Option<Identity> {
        let (user, home, hostname) = ("root".to_owned(), "/root".to_owned(), self.hostname.clone());
        let nameless = Some(self.user.clone()).filter(kubelet::User::is_nameless);
        Some(Identity { user, nameless, home, hostname, shell: "sh".into(), ..Identity::default() })
    }
    fn address(&self, _: &Place) -> Option<Ipv4Addr> {
        self.far.set(true);
        None
    }
    fn installed(&self, _: &Place, program: &str) -> bool {
        in_container(self.image, self.disks.borrow().get(&self.mounts.root), program)
    }
    fn incarnation(&self, _: &Place) -> Option<Str> {
        Some(Str::default())
    }
    fn waits(&self, _: &Place) -> bool {
        false
    }
    fn kill(&mut self, _: &Place, _: i32) {}
    fn container(&self, _: &str, _: &str, _: &str) -> Option<Place> {
        None
    }
    fn request(&mut self, _: &Request) -> Result<Response, Status> {
        self.far.set(true);
        Err(Status::no_such_resource())
    }
    fn watch(&self, _: &Request) -> Result<Watch, Status> {
        self.far.set(true);
        Err(Status::no_such_resource())
    }
    fn poll(&self, _: &mut Watch) -> Vec<WatchEvent> {
        Vec::new()
    }
    fn connect(&mut self, _: &Place, _: &To<'_>) -> Option<Trace> {
        self.far.set(true);
        None
    }
    fn is_busybox(&self, _: &Place) -> bool {
        self.image.is_none_or(Image::is_busybox)
    }
    fn lookup(&mut self, _: &Place, _: &str) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>) {
        self.far.set(true);
        (Err(Reason::NoNetwork), Vec::new())
    }
    fn ask(&mut self, _: &Place, _: &Query<'_>) -> Result<Answered, Unanswered> {
        self.far.set(true);
        Err(Unanswered { server: Ipv4Addr::LOCALHOST, reason: Reason::NoNetwork, refused: false })
    }
    fn http(&mut self, _: &Listener, _: &http::Request) -> Option<http::Reply> {
        self.far.set(true);
        None
    }
    fn machine(&mut self, _: &str, _: Machine) {}
    fn node_of(&self, _: &Place) -> Option<Str> {
        self.far.set(true);
        None
    }
    fn kubelet_runs(&self, _: &str) -> Option<bool> {
        None
    }
    fn cluster(&self) -> Option<&Cluster> {
        self.far.set(true);
        None
    }
}
