//! The cluster as one value, and the only place where virtual time moves.

use crate::bootstrap;
use crate::cni::Cni;
use crate::connect::Carried;
use crate::flows::Flows;
use crate::made::ControlPlane;
use crate::metrics;
use crate::past::Past;
use crate::queue::{ComponentId, Queue};
use api::{Rng, Status, Time, kind};
use api::{Str, Vector};
use apiserver::{ApiServer, Cause, Client, Component, Context, EventType, Expressions, Flags, Queued, Request};
use apiserver::{Response, Root, Wait, Watch, WatchEvent, WorkKey};
use controllers::Controllers;
use kubelet::Kubelets;
use network::{Network, Plugin, Range};
use scheduler::Scheduler;
use std::sync::Arc;
use std::time::Duration;

/// How a cluster is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of everything random.
    pub seed: u64,
    /// How many worker nodes there are besides `master`.
    pub workers: usize,
    /// The API server and the controllers: no scheduler, no kubelets, no nodes. What suites of tests of the API run against.
    pub control_plane_only: bool,
    /// Whether there are the Pods of a kubeadm cluster: control plane, CoreDNS, kube-proxy, weave-net.
    pub addons: bool,
    /// How many Pods a kubelet admits (`--max-pods`).
    pub max_pods: usize,
    /// The moment at which the cluster is ready for its first command.
    pub start: Time,
    /// The range of the Services' addresses, if it is another than kubeadm's; see [`crate::services`].
    pub service_range: Option<Range>,
    /// How Pods get a network; see [`crate::bridge`].
    pub cni: Plugin,
    /// Where the control plane's processes run.
    pub control_plane: ControlPlane,
    /// Images that every node has on its disk from the beginning, as `kind load docker-image` puts them there.
    pub preload: Vec<Str>,
    /// The users' own images that the registry has from the beginning, each as the text that describes it.
    pub images: Vec<Str>,
    /// Flags of the API server.
    pub flags: Flags,
    /// Who evaluates expressions in CEL for the API server; none in the page.
    pub expressions: Option<Arc<dyn Expressions>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            workers: 3,
            control_plane_only: false,
            addons: true,
            max_pods: 110,
            start: START,
            service_range: None,
            cni: Plugin::default(),
            control_plane: ControlPlane::default(),
            preload: crate::nodes::PRELOADED.map(Str::new_static).to_vec(),
            images: Vec::new(),
            flags: Flags::default(),
            expressions: None,
        }
    }
}

impl Options {
    /// The range of the Services' addresses.
    pub fn services(&self) -> Range {
        self.service_range.clone().unwrap_or(Range::SERVICES)
    }
}

/// The moment at which a new cluster is ready for its first command, unless it is told another: a Monday morning.
const START: Time = Time(1_767_603_600 * 1_000_000);
/// How long a cluster has been up by then: so long that what happened during its installation is no longer among the
/// events, which expire after an hour. One of many workers is just installed: an hour of all their heartbeats is a long wait.
const UPTIME: Duration = Duration::from_secs(65 * 60);
const MANY_WORKERS: usize = 100;
/// How often the API server looks whether the Service `kubernetes` is still there
/// (pkg/controlplane/controller/kubernetesservice: `EndpointInterval`).
const KUBERNETES_SERVICE_INTERVAL: Duration = Duration::from_secs(10);

/// The work of whoever measures for the metrics API.
const METRICS: &str = "metrics";
/// The work of whoever looks after APIServices that have changed.
const AVAILABILITY: &str = "availability";

/// One cluster. A clone is a snapshot.
#[derive(Clone)]
pub struct Cluster {
    pub(crate) options: Options,
    pub(crate) api: ApiServer,
    now: Time,
    pub(crate) queue: Queue,
    controllers: (Controllers, Rng),
    scheduler: (Scheduler, Rng),
    pub(crate) kubelets: Kubelets<Cni>,
    kubelets_rng: Rng,
    pub(crate) network_rng: Rng,
    pub(crate) traces: Vector<Carried>,
    pub(crate) carried: u64,
    pub(crate) flows: Flows,
    last_change: Time,
    /// What people have done to the cluster.
    pub(crate) past: Past,
    pub(crate) far_tools: Option<crate::FarTools>,
}

impl Cluster {
    /// A cluster that is ready for its first command: all nodes Ready, all add-ons running.
    pub fn new(options: Options) -> Cluster {
        let mut cluster = Cluster::booting(options);
        while cluster.boot() {}
        cluster
    }

    /// A cluster whose first hour is still to come: [`Cluster::boot`] lets it pass, piece by piece.
    pub fn booting(options: Options) -> Cluster {
        let installed = Cluster::installation_time(options.addons, options.workers);
        let is_aged = options.addons && options.workers < MANY_WORKERS;
        let boot = options.start - if is_aged { UPTIME.max(installed) } else { installed };
        let mut seeds = Rng::new(options.seed);
        let mut fork = || Rng::new(u64::from(seeds.bits()) << 32 | u64::from(seeds.bits()));
        let ranges = options.cni.range().map(|range| range.text.clone());
        let hosted = options.control_plane.address();
        let mut cluster = Cluster {
            api: ApiServer::new(fork(), boot),
            now: boot,
            queue: Queue::default(),
            controllers: (Controllers::new(true, ranges), fork()),
            scheduler: (Scheduler::default(), fork()),
            kubelets: Kubelets::new(Cni::new(options.cni.clone(), hosted, fork())),
            kubelets_rng: fork(),
            network_rng: fork(),
            traces: Vector::new(),
            carried: 0,
            flows: Flows::default(),
            last_change: boot,
            past: Past::default(),
            far_tools: None,
            options,
        };
        if let Some(range) = &cluster.options.service_range {
            cluster.api.set_service_range(range.first(), range.last() - range.first() + 1);
            cluster.kubelets.network.network.services = Some(range.clone());
        }
        cluster.api.set_flags(cluster.options.flags);
        if let Some(expressions) = cluster.options.expressions.clone() {
            cluster.api.set_expressions(expressions);
        }
        cluster.push_images();
        bootstrap::system(&mut cluster.api, &cluster.options);
        cluster.queue_own();
        cluster.queue.add(boot, ComponentId::ApiServer, WorkKey::new(METRICS, "", ""), Cause::default());
        if !cluster.options.control_plane_only {
            cluster.install();
        }
        cluster.dispatch(None);
        cluster
    }

    /// Runs the next thing that is due before the cluster's first command; false if there is nothing left, and it is ready.
    pub fn boot(&mut self) -> bool {
        if self.next_at().is_some_and(|at| at <= self.options.start) {
            return self.step();
        }
        self.advance(self.options.start);
        false
    }

    /// The moment, in virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The virtual time since the cluster was ready for its first command.
    pub fn elapsed(&self) -> Duration {
        self.now.since(self.options.start)
    }

    /// How the cluster was made.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// When something other than a heartbeat changed last.
    pub fn last_change(&self) -> Time {
        self.last_change
    }

    /// The API server, to be read.
    pub fn api(&self) -> &ApiServer {
        &self.api
    }

    /// The nodes with their containers, to be read.
    pub fn kubelets(&self) -> &Kubelets<Cni> {
        &self.kubelets
    }

    /// The nodes with their containers: for what people do in them (files, processes).
    pub fn kubelets_mut(&mut self) -> &mut Kubelets<Cni> {
        &mut self.kubelets
    }

    /// The network, to be read.
    pub fn network(&self) -> &Network {
        &self.kubelets.network.network
    }

    /// The scheduler, to be read: why it decided as it did.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler.0
    }

    /// Sends a request to the API server.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn request(&mut self, request: &Request) -> Result<Response, Status> {
        if let Some(answer) = self.handed_on(request) {
            return answer;
        }
        self.api.set_now(self.now);
        self.api.begin(Cause::new(self.past.asker()));
        let answer = self.api.handle(request);
        self.dispatch(None);
        answer
    }

    /// Begins to follow a collection.
    ///
    /// # Errors
    /// As [`ApiServer::watch`].
    pub fn watch(&self, request: &Request) -> Result<Watch, Status> {
        self.api.watch(request)
    }

    /// What has happened since the watch was last read.
    pub fn poll(&self, watch: &mut Watch) -> Vec<WatchEvent> {
        self.api.poll(watch)
    }

    /// When the next thing happens by itself.
    pub fn next_at(&self) -> Option<Time> {
        self.queue.next_at()
    }

    /// Runs the next thing that is due, however far in the future that is. False if nothing will ever happen.
    pub fn step(&mut self) -> bool {
        let Some((at, component, key, cause)) = self.queue.pop() else { return false };
        self.now = self.now.max(at);
        self.api.begin(cause);
        // What the work leads to later has the same cause.
        let cause = cause.later(Wait::Nothing, self.now);
        self.run(component, &key, cause);
        self.dispatch(Some((component, &key, cause)));
        true
    }

    /// Runs everything that is due until `to`, and moves the clock there.
    pub fn advance(&mut self, to: Time) {
        while self.next_at().is_some_and(|at| at <= to) {
            self.step();
        }
        self.now = self.now.max(to);
        self.api.set_now(self.now);
    }

    fn run(&mut self, id: ComponentId, key: &WorkKey, cause: Cause) {
        match id {
            ComponentId::ApiServer if key.what == METRICS => {
                self.api.set_now(self.now);
                self.measure();
                self.queue.add(self.now + metrics::RESOLUTION, id, key.clone(), cause);
            }
            ComponentId::ApiServer if key.what == AVAILABILITY => {
                self.api.set_now(self.now);
                self.check_api_services();
            }
            ComponentId::ApiServer => {
                self.api.set_now(self.now);
                bootstrap::kubernetes_service(&mut self.api, &self.options);
                self.queue_own();
            }
            ComponentId::Installer => {
                self.api.set_now(self.now);
                self.installation_step(key);
            }
            component => {
                self.with(component, cause, None, |component, cx| component.run(key, cx));
                self.carry_asks();
            }
        }
    }

    fn queue_own(&mut self) {
        let key = WorkKey::new("kubernetes-service", "default", "kubernetes");
        self.queue.add(self.now + KUBERNETES_SERVICE_INTERVAL, ComponentId::ApiServer, key, Cause::default());
    }

    /// Hands the changes that are new to every component; what they queue for it is queued here. `done` is the work that has
    /// made them: seeing its own writes is no new cause for it.
    pub(crate) fn dispatch(&mut self, done: Option<(ComponentId, &WorkKey, Cause)>) {
        loop {
            let fresh = self.api.take_fresh();
            if fresh.is_empty() {
                return self.api.reuse(fresh);
            }
            self.kubelets.network.network.set_now(self.now);
            for event in &fresh {
                if event.kind != kind::LEASE {
                    self.last_change = self.now;
                }
                let cause = cause_of(event);
                let gone = event.event == EventType::Deleted;
                if event.kind == kind::API_SERVICE && (gone || event.object["spec"] != event.old["spec"]) {
                    self.queue.add(self.now, ComponentId::ApiServer, WorkKey::new(AVAILABILITY, "", ""), cause);
                }
                self.kubelets.network.network.observe(event.kind, &event.object, gone);
                for id in [ComponentId::Controllers, ComponentId::Scheduler, ComponentId::Kubelets] {
                    let done = done.filter(|done| done.0 == id).map(|(_, key, cause)| (key, cause));
                    self.with(id, cause, done, |component, cx| component.observe(event, cx));
                }
            }
            self.api.reuse(fresh);
        }
    }

    /// Calls a component with its context, and queues the work that it asks for.
    fn with(
        &mut self,
        id: ComponentId,
        cause: Cause,
        done: Option<(&WorkKey, Cause)>,
        call: impl FnOnce(&mut dyn Component, &mut Context<'_>),
    ) {
        // The scheduler and the kubelets are not there.
        if self.options.control_plane_only && id != ComponentId::Controllers {
            return;
        }
        self.api.set_now(self.now);
        let mut queued = Vec::new();
        let (name, component, rng): (_, &mut dyn Component, _) = match id {
            ComponentId::Controllers => ("kube-controller-manager", &mut self.controllers.0, &mut self.controllers.1),
            ComponentId::Scheduler => (scheduler::NAME, &mut self.scheduler.0, &mut self.scheduler.1),
            ComponentId::Kubelets => ("kubelet", &mut self.kubelets, &mut self.kubelets_rng),
            ComponentId::ApiServer | ComponentId::Installer => return,
        };
        let client = Client::new(&mut self.api, name);
        let mut cx = Context::new(client, self.now, rng, &mut queued);
        cx.cause = cause;
        call(component, &mut cx);
        self.enqueue(id, queued, done);
    }

    /// Calls the kubelets with their context, for what is done to them from outside.
    pub(crate) fn with_kubelets(&mut self, cause: Cause, call: impl FnOnce(&mut Kubelets<Cni>, &mut Context<'_>)) {
        self.api.set_now(self.now);
        let mut queued = Vec::new();
        let client = Client::new(&mut self.api, "kubelet");
        let mut cx = Context::new(client, self.now, &mut self.kubelets_rng, &mut queued);
        cx.cause = cause;
        call(&mut self.kubelets, &mut cx);
        self.enqueue(ComponentId::Kubelets, queued, None);
    }

    fn enqueue(&mut self, id: ComponentId, queued: Vec<Queued>, done: Option<(&WorkKey, Cause)>) {
        for Queued { delay, key, cause } in queued {
            let cause = done.filter(|done| *done.0 == key).map_or(cause, |done| done.1);
            self.queue.add(self.now + delay.unwrap_or(latency(id)), id, key, cause);
        }
    }
}

/// A change as the cause of what others do. It is decisive if it changes what is wanted.
fn cause_of(event: &WatchEvent) -> Cause {
    let (new, old) = (&event.object, &event.old);
    let decisive = event.event != EventType::Modified || new["spec"] != old["spec"] || new.deleting() != old.deleting();
    Cause { root: Root::Write(event.kind.index, event.revision), decisive, ..Cause::default() }
}

/// How long it takes a component from seeing a change to acting on it: the watch's way, the queue, the call. Seen in the
/// recordings: a Pod exists 90 ms after its Deployment, and is bound 30 ms later.
fn latency(id: ComponentId) -> Duration {
    Duration::from_millis(match id {
        ComponentId::Controllers => 15,
        ComponentId::Scheduler => 25,
        ComponentId::Kubelets => 20,
        ComponentId::ApiServer | ComponentId::Installer => 0,
    })
}
