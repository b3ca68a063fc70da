//! Connections: packets are carried by the network, and answered by what runs in containers.

use crate::cluster::Cluster;
use crate::flows::Flow;
use crate::queue::ComponentId;
use api::{Rng, Str, Time, Value};
use apiserver::Cause;
use kubelet::Kubelets;
use kubelet::http::{Reply, Request};
use network::{Call, Field, Listener, Machines, Network, Outcome, Part, Place, Protocol, Step, Trace, outside};
use std::net::Ipv4Addr;

/// How many connections are remembered for those who draw them.
const REMEMBERED: usize = 256;

/// A connection that the network has carried, or tried to.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Counts all connections, from 1.
    pub number: u64,
    /// When it began.
    pub at: Time,
    /// Its way.
    pub trace: Trace,
    /// What was asked over it, and answered.
    pub exchange: Option<Exchange>,
    /// Why it was made, where a proxy made it to hand a request on.
    pub onward: Option<Onward>,
}

/// A request and the status of its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// `GET`, `POST` ...
    pub method: Str,
    /// `Host:`
    pub host: Str,
    /// The path with its query.
    pub path: Str,
    /// The status; 0 where nothing answered in HTTP.
    pub status: u16,
}

/// A connection that goes on where another one ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Onward {
    /// The number of the connection that brought the request.
    pub of: u64,
    /// The rule that the proxy followed.
    pub rule: Step,
}

impl Cluster {
    /// Tries to connect from a place to a name or an address, and tells the whole way. Takes no virtual time: the caller
    /// waits for [`Trace::after`].
    pub fn connect(&mut self, from: &Place, host: &str, port: u16, protocol: Protocol) -> Trace {
        self.call(&Call { from, host, port, protocol, source_port: 0, held: false })
    }

    /// The same, for a caller who chooses the port that it calls from.
    pub fn call(&mut self, call: &Call<'_>) -> Trace {
        let now = self.now();
        let mut trace = self.in_network(|network, machines, rng| network.connect(call, machines, rng, now));
        self.carried += 1;
        if let Outcome::Answered(listener) = &mut trace.outcome {
            listener.connection = self.carried;
        }
        self.flows.count(&trace, 1, now);
        let carried = Carried { number: self.carried, at: now, trace: trace.clone(), exchange: None, onward: None };
        self.traces.push_back(carried);
        if self.traces.len() > REMEMBERED {
            self.traces.pop_front();
        }
        trace
    }

    /// A connection that was held open is closed.
    pub fn close(&mut self, trace: &Trace) {
        let now = self.now();
        self.kubelets.network.network.close(trace, now);
    }

    /// What a name means to somebody at a place: its address or why there is none, and the questions that were asked.
    pub fn lookup(&mut self, from: &Place, name: &str) -> (Result<Ipv4Addr, network::Reason>, Vec<network::Lookup>) {
        let now = self.now();
        self.in_network(|network, machines, rng| network.lookup(from, name, machines, rng, now))
    }

    /// Asks a name server for records.
    ///
    /// # Errors
    /// There is no server, or it cannot be reached.
    pub fn ask(&mut self, question: &network::Question<'_>) -> Result<network::Answered, network::Unanswered> {
        let now = self.now();
        self.in_network(|network, machines, rng| network.ask(question, machines, rng, now))
    }

    /// Forgets what a node's kernel remembers of connections, where `gone` holds (`conntrack -D`).
    pub fn forget_connections(&mut self, node: &str, gone: &dyn Fn(&network::Entry) -> bool) -> Vec<network::Entry> {
        let now = self.now();
        self.kubelets.network.network.conntrack.forget(node, now, gone)
    }

    /// Lets `act` work on the network, which asks the kubelets about the machines meanwhile.
    fn in_network<T>(&mut self, act: impl FnOnce(&mut Network, &dyn Machines, &mut Rng) -> T) -> T {
        let mut network = std::mem::take(&mut self.kubelets.network.network);
        let result = act(&mut network, &Inhabitants(&self.kubelets), &mut self.network_rng);
        self.kubelets.network.network = network;
        result
    }

    /// What the other end of an open connection answers to an HTTP request; `None` if it is no server that answers.
    pub fn http(&mut self, listener: &Listener, request: &Request) -> Option<Reply> {
        self.http_as(listener, request, None)
    }

    /// The same for a client whose certificate the API server knows: of `who` the user, the token and the impersonation count.
    pub fn http_as(
        &mut self,
        listener: &Listener,
        request: &Request,
        who: Option<&apiserver::Request>,
    ) -> Option<Reply> {
        let mut request = request.clone();
        request.client = Str::from(listener.client.to_string());
        let reply = match self.is_api_server(listener) {
            true => Some(self.rest(&request, who)),
            false => self.answer(listener, &request),
        };
        self.look_at_fallen();
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        if let Some(carried) = self.carried_mut(listener.connection) {
            let Request { method, host, path, .. } = request;
            carried.exchange = Some(Exchange { method, host, path, status });
        }
        reply
    }

    fn answer(&mut self, listener: &Listener, request: &Request) -> Option<Reply> {
        let now = self.now();
        match &listener.place {
            Place::Pod(uid) => match self.through_ingress(uid, listener, request) {
                Some(reply) => Some(reply),
                None => match self.through_gateway(uid, listener, request) {
                    Some(reply) => Some(reply),
                    None => self.kubelets.http(uid, listener.port, request, now),
                },
            },
            Place::Node(name) => match self.network().proxy.health(name, listener.port) {
                Some((service, endpoints)) => Some(health_check(&service, endpoints)),
                None => self.kubelets.node_http(name, listener.port, request, now),
            },
            Place::Outside => {
                let page = outside::page(listener.address)?;
                Some(Reply::new(200, "", "text/html", page.as_bytes()))
            }
        }
    }

    /// The kubelets look at the Pods in which a request has ended a process.
    pub(crate) fn look_at_fallen(&mut self) {
        for key in self.kubelets.take_fallen() {
            self.queue.add(self.now(), ComponentId::Kubelets, key, Cause::default());
        }
    }

    /// How many connections there have been: the number of the latest.
    pub fn connections(&self) -> u64 {
        self.carried
    }

    /// The connection with a number, while it is remembered.
    pub fn connection(&self, number: u64) -> Option<&Carried> {
        self.traces.get(self.index_of(number)?)
    }

    pub(crate) fn carried_mut(&mut self, number: u64) -> Option<&mut Carried> {
        let index = self.index_of(number)?;
        self.traces.get_mut(index)
    }

    fn index_of(&self, number: u64) -> Option<usize> {
        let first = self.carried + 1 - self.traces.len() as u64;
        usize::try_from(number.checked_sub(first)?).ok().filter(|index| *index < self.traces.len())
    }

    /// The story of a connection, a step for each thing that happened: its way, and what was asked and answered over it, with
    /// the connections by which a proxy handed the request on. Empty where it is no longer remembered.
    pub fn story(&self, number: u64) -> Vec<Step> {
        let Some(carried) = self.connection(number) else { return Vec::new() };
        let pod = |uid: &str| self.kubelets.pod_by_id(uid).map_or(uid, |pod| pod.object.name()).to_owned();
        let mut steps = carried.trace.story(&pod);
        // Connections that go on have greater numbers, so that this ends.
        for onward in self.connections_after(number) {
            if let Some(Onward { of, rule }) = &onward.onward
                && *of == number
            {
                steps.push(rule.clone());
                steps.extend(self.story(onward.number));
            }
        }
        if let Some(Exchange { method, host, path, status }) = &carried.exchange {
            let who = match carried.trace.listener().map(|listener| &listener.place) {
                Some(Place::Pod(uid)) => pod(uid),
                Some(Place::Node(name)) => name.to_string(),
                Some(Place::Outside) | None => host.to_string(),
            };
            let values: Vec<Field> = vec![
                ("who", who.into()),
                ("method", method.clone()),
                ("host", host.clone()),
                ("path", path.clone()),
                ("status", status.to_string().into()),
            ];
            steps.push(Step::new(Part::Http, if *status == 0 { "http-silent" } else { "http-answered" }, values));
        }
        steps
    }

    /// The traffic of the last seconds, by its way: requests a second, for those who draw flows.
    pub fn flows(&self) -> Vec<Flow> {
        self.flows.read(self.now())
    }

    /// The connections after the one with `number`, oldest first; only the latest are remembered.
    pub fn connections_after(&self, number: u64) -> impl Iterator<Item = &Carried> {
        let newer = self.traces.iter().rev().take_while(|carried| carried.number > number).count();
        self.traces.iter().skip(self.traces.len() - newer)
    }
}

/// What kube-proxy tells a load balancer that asks for the Pods of a Service on its node
/// (pkg/proxy/healthcheck/service_health.go).
fn health_check(service: &network::Service, endpoints: usize) -> Reply {
    let (namespace, name) = (&service.namespace, &service.name);
    let text = format!(
        "{{\n\t\"service\": {{\n\t\t\"namespace\": \"{namespace}\",\n\t\t\"name\": \"{name}\"\n\t}},\n\t\"localEndpoints\": \
         {endpoints},\n\t\"serviceProxyHealthy\": true\n}}"
    );
    let mut reply = Reply::new(if endpoints == 0 { 503 } else { 200 }, "", "application/json", text);
    reply.headers.push(("X-Content-Type-Options".into(), "nosniff".into()));
    reply.headers.push(("X-Load-Balancing-Endpoint-Weight".into(), endpoints.to_string().into()));
    reply
}

/// What the network asks about the machines.
struct Inhabitants<'a>(&'a Kubelets<crate::Cni>);

impl Machines for Inhabitants<'_> {
    fn listens(&self, place: &Place, port: u16, _protocol: Protocol) -> bool {
        match place {
            Place::Pod(uid) => self.0.pod_listens(uid, port),
            Place::Node(name) => self.0.node_listens(name, port),
            Place::Outside => false,
        }
    }

    fn resolv_conf(&self, place: &Place) -> String {
        let of_pod = match place {
            Place::Pod(uid) => self.0.resolv_conf(uid),
            Place::Node(_) | Place::Outside => None,
        };
        of_pod.unwrap_or_else(|| self.0.node_resolv_conf().to_owned())
    }

    fn corefile(&self, place: &Place) -> Option<Str> {
        match place {
            Place::Pod(uid) => self.0.corefile(uid),
            Place::Node(_) | Place::Outside => None,
        }
    }

    fn pod(&self, uid: &str) -> Option<&Value> {
        self.0.pod_by_id(uid).map(|pod| &pod.object)
    }

    fn hosts(&self, place: &Place) -> String {
        match place {
            Place::Pod(uid) => self.0.hosts(uid).unwrap_or_default(),
            Place::Node(_) | Place::Outside => {
                let nodes = self.0.nodes().map(|node| format!("{}\t{}\n", node.config.address, node.config.name));
                std::iter::once("127.0.0.1\tlocalhost\n".to_owned()).chain(nodes).collect()
            }
        }
    }
}
