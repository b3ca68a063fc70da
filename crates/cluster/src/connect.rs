//! Connections: packets are carried by the network, and answered by what runs in containers.

use crate::cluster::Cluster;
use api::{Rng, Str, Time, Value};
use kubelet::Kubelets;
use kubelet::http::{Reply, Request};
use network::{Call, Listener, Machines, Network, Place, Protocol, Trace, outside};
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
}

impl Cluster {
    /// Tries to connect from a place to a name or an address, and tells the whole way. Takes no virtual time: the caller
    /// waits for [`Trace::after`].
    pub fn connect(&mut self, from: &Place, host: &str, port: u16, protocol: Protocol) -> Trace {
        let (call, now) = (Call { from, host, port, protocol }, self.now());
        let trace = self.in_network(|network, machines, rng| network.connect(&call, machines, rng, now));
        self.carried += 1;
        self.traces.push_back(Carried { number: self.carried, at: self.now(), trace: trace.clone() });
        if self.traces.len() > REMEMBERED {
            self.traces.pop_front();
        }
        trace
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
    pub fn ask(&mut self, question: &network::Question<'_>) -> Result<network::Answered, network::Reason> {
        let now = self.now();
        self.in_network(|network, machines, rng| network.ask(question, machines, rng, now))
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
        let mut request = request.clone();
        request.client = Str::from(listener.client.to_string());
        let now = self.now();
        match &listener.place {
            Place::Pod(uid) => match self.through_ingress(uid, listener.port, &request) {
                Some(reply) => Some(reply),
                None => self.kubelets.http(uid, listener.port, &request, now),
            },
            Place::Node(name) => self.kubelets.node_http(name, listener.port, &request, now),
            Place::Outside => {
                let page = outside::page(listener.address)?;
                Some(Reply::new(200, "", "text/html", page.as_bytes()))
            }
        }
    }

    /// The connections after the one with `number`, oldest first; only the latest are remembered.
    pub fn connections_after(&self, number: u64) -> impl Iterator<Item = &Carried> {
        let newer = self.traces.iter().rev().take_while(|carried| carried.number > number).count();
        self.traces.iter().skip(self.traces.len() - newer)
    }
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
