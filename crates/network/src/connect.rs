//! One attempt to connect, from a name or an address to an open connection or the reason why there is none.

use crate::conntrack::{End, Entry};
use crate::dns::{self, Code, Corefile, RecordType, Resolver, Response, Server, World};
use crate::network::{Machines, Network};
use crate::packet::{At, Place, Protocol};
use crate::route::{self, Walk};
use crate::service;
use crate::trace::{Hop, Lookup, Outcome, Reason, Trace, What};
use api::{Rng, Str, Time};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Linux gives up connecting after its sixth retry: 1 + 2 + 4 + ... + 64 s, and a little for the timers' slack.
const GIVES_UP_AFTER: Duration = Duration::from_millis(129_000);
/// Address resolution on a link asks three times, a second apart.
const NO_NEIGHBOUR_AFTER: Duration = Duration::from_millis(3_060);
/// A C library asks a silent name server twice, five seconds each. (glibc, `res_send`; after the first of the search domains it
/// gives them up, and asks for the name as it was given, in the same way: `res_search`.)
const NO_NAME_SERVER_AFTER: Duration = Duration::from_secs(10);
/// How often a question may be handed on from one name server inside the cluster to the next.
const FORWARDS: usize = 8;
/// What a name server thinks about one question.
const PER_QUESTION: Duration = Duration::from_micros(300);

/// Whom to connect to, from where.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Where the client is. A Pod with `hostNetwork` is its node.
    pub from: &'a Place,
    /// A name or an address.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
    /// The port that it is called from; 0: any that is free.
    pub source_port: u16,
    /// Whether it stays open until it is closed ([`Network::close`]); else it is over as soon as a request is answered.
    pub held: bool,
}

/// What somebody asks a name server.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Where the asker is.
    pub from: &'a Place,
    /// The name.
    pub name: &'a str,
    /// Which records of it.
    pub kind: RecordType,
    /// Which server; the first of the asker's `/etc/resolv.conf` where it is none.
    pub server: Option<Ipv4Addr>,
    /// Whether the search domains are tried.
    pub search: bool,
}

/// What a name server answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Who answered.
    pub server: Ipv4Addr,
    /// The full names that were asked for, in order, and what there is of them; the last is the one that exists, if one does.
    pub answers: Vec<(Str, Response)>,
}

/// A question to a name server, as a call.
const QUERY: Call<'_> =
    Call { from: &Place::Outside, host: "", port: 53, protocol: Protocol::Udp, source_port: 0, held: false };

/// Why a question found no name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Who was asked.
    pub server: Ipv4Addr,
    /// Why nobody answered.
    pub reason: Reason,
    /// Whether the question was refused at once, rather than lost.
    pub refused: bool,
}

struct Resolution {
    address: Result<Ipv4Addr, Reason>,
    lookups: Vec<Lookup>,
    query: Vec<Hop>,
    took: Duration,
}

impl Network {
    /// Tries to connect and tells the whole way. Nothing moves but the state of session affinity.
    pub fn connect(&mut self, call: &Call<'_>, machines: &dyn Machines, rng: &mut Rng, now: Time) -> Trace {
        let resolution = self.resolve(call.from, call.host, machines, rng, now);
        let mut trace = Trace {
            from: call.from.clone(),
            host: call.host.into(),
            port: call.port,
            lookups: resolution.lookups,
            query: resolution.query,
            hops: Vec::new(),
            outcome: Outcome::Unresolved(Reason::NameUnknown),
            after: resolution.took,
        };
        let address = match resolution.address {
            Ok(address) => address,
            Err(reason) => {
                trace.outcome = Outcome::Unresolved(reason);
                return trace;
            }
        };
        let (hops, outcome, took) = self.carry(call.from, address, call, machines, rng, now);
        (trace.hops, trace.outcome) = (hops, outcome);
        trace.after += took;
        trace
    }

    /// What `name` means to somebody at `from`, with the questions that had to be asked: for `nslookup` and the like.
    pub fn lookup(
        &mut self,
        from: &Place,
        name: &str,
        machines: &dyn Machines,
        rng: &mut Rng,
        now: Time,
    ) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>) {
        let resolution = self.resolve(from, name, machines, rng, now);
        (resolution.address, resolution.lookups)
    }

    /// Asks a name server for records: what `dig` and `nslookup` do, past `/etc/hosts`.
    ///
    /// # Errors
    /// There is no server, or it cannot be reached.
    pub fn ask(
        &mut self,
        question: &Question<'_>,
        machines: &dyn Machines,
        rng: &mut Rng,
        now: Time,
    ) -> Result<Answered, Unanswered> {
        let resolver = Resolver::parse(&machines.resolv_conf(question.from));
        let server = question.server.or_else(|| resolver.servers.first().copied());
        let failed = |reason, refused| Unanswered { server: server.unwrap_or(Ipv4Addr::LOCALHOST), reason, refused };
        let server = server.ok_or(failed(Reason::NoNameServer, true))?;
        let (_, outcome, _) = self.carry(question.from, server, &QUERY, machines, rng, now);
        let listener = match outcome {
            Outcome::Answered(listener) => listener,
            Outcome::Refused(reason) => return Err(failed(reason, true)),
            _ => return Err(failed(Reason::NoNameServer, false)),
        };
        self.dns.settle(now);
        let names = match question.search {
            true => resolver.candidates(question.name),
            false => vec![question.name.trim_end_matches('.').to_owned()],
        };
        let mut answered = Answered { server, answers: Vec::new() };
        for name in names {
            let response = self.name_server(&listener.place, machines, &name, question.kind, FORWARDS);
            let Some(response) = response else { return Err(failed(Reason::NoNameServer, false)) };
            let exists = response.exists || response.code == Code::Refused;
            answered.answers.push((name.into(), response));
            if exists {
                break;
            }
        }
        Ok(answered)
    }

    /// What the name server at a place says: outside there is one of the internet's, inside whoever is a CoreDNS. Nothing where
    /// what listens there is no name server, or where it would ask others for ever.
    fn name_server(
        &self,
        place: &Place,
        machines: &dyn Machines,
        name: &str,
        kind: RecordType,
        forwards: usize,
    ) -> Option<Response> {
        if *place == Place::Outside {
            return Some(Server::Outside.query(name, kind));
        }
        let text = machines.corefile(place)?;
        let pod = |namespace: &str, address: Ipv4Addr| {
            let pod = self.pod_at(address).and_then(|pod| machines.pod(&pod.uid));
            pod.is_some_and(|pod| pod.namespace() == namespace)
        };
        // The question goes on as a packet of its own, from a snapshot: what comes of it changes nothing here.
        let forward = |to: Ipv4Addr, name: &str, kind: RecordType| {
            let (mut network, mut rng) = (self.clone(), Rng::new(u64::from(to.to_bits())));
            let (_, outcome, _) = network.carry(place, to, &QUERY, machines, &mut rng, self.now());
            match outcome {
                Outcome::Answered(next) if forwards > 0 => {
                    self.name_server(&next.place, machines, name, kind, forwards - 1)
                }
                _ => None,
            }
        };
        let namespace = |name: &str| self.has_namespace(name);
        let world = World { proxy: &self.proxy, namespace: &namespace, pod: &pod, forward: &forward };
        let own = if text.is_empty() { None } else { Some(Corefile::parse(&text)?) };
        Some(Server::Cluster(world, own.as_ref().unwrap_or(self.dns.current())).query(name, kind))
    }

    /// A connection that was held open is closed.
    pub fn close(&mut self, trace: &Trace, now: Time) {
        for (node, mine) in by_node(&trace.hops) {
            self.conntrack.close(node, &mine[0].before, now);
        }
    }

    /// Each node that a packet has passed remembers the connection.
    fn remember(&mut self, hops: &[Hop], end: End, began: Time) {
        for (node, mine) in by_node(hops) {
            // What a rule has refused was never a connection.
            if mine.iter().any(|hop| matches!(hop.what, What::Stopped(_, Some(_)))) {
                continue;
            }
            let service = mine.iter().find_map(|hop| match &hop.at {
                At::Service { namespace, name } => Some(service::key(namespace, name)),
                _ => None,
            });
            let (came, left) = (mine[0].before, mine[mine.len() - 1].after);
            let entry = Entry { came, left, end, began, service: service.unwrap_or_default() };
            self.conntrack.note(node, entry);
        }
    }

    fn resolve(&mut self, from: &Place, name: &str, machines: &dyn Machines, rng: &mut Rng, now: Time) -> Resolution {
        let known = |address| Resolution { address, lookups: Vec::new(), query: Vec::new(), took: Duration::ZERO };
        if let Ok(address) = name.parse() {
            return known(Ok(address));
        }
        if let Some(address) = dns::in_hosts_file(&machines.hosts(from), name) {
            return known(Ok(address));
        }
        if name == "localhost" {
            return known(Ok(Ipv4Addr::LOCALHOST));
        }
        let resolver = Resolver::parse(&machines.resolv_conf(from));
        let Some(server) = resolver.servers.first().copied() else { return known(Err(Reason::NoNameServer)) };
        let (query, outcome, took) = self.carry(from, server, &QUERY, machines, rng, now);
        let mut resolution = Resolution { address: Err(Reason::NoNameServer), lookups: Vec::new(), query, took };
        let candidates = resolver.candidates(name);
        let silence = NO_NAME_SERVER_AFTER * candidates.len().min(2) as u32;
        let Outcome::Answered(server) = outcome else {
            resolution.took = match outcome {
                Outcome::Refused(_) => took,
                _ => silence,
            };
            return resolution;
        };
        resolution.address = Err(Reason::NameUnknown);
        self.dns.settle(now);
        for candidate in candidates {
            let response = self.name_server(&server.place, machines, &candidate, RecordType::A, FORWARDS);
            let Some(response) = response else {
                resolution.address = Err(Reason::NoNameServer);
                resolution.took = silence;
                break;
            };
            let answer = response.answer();
            resolution.took += took + PER_QUESTION;
            let address = match answer.addresses.len() as u32 {
                0 => None,
                // CoreDNS rotates the addresses of a headless Service.
                many => answer.addresses.get(rng.below(many) as usize).copied(),
            };
            resolution.lookups.push(Lookup { name: Str::from(candidate), answer });
            if let Some(address) = address {
                resolution.address = Ok(address);
                break;
            }
        }
        resolution
    }

    fn carry(
        &mut self,
        from: &Place,
        to: Ipv4Addr,
        call: &Call<'_>,
        machines: &dyn Machines,
        rng: &mut Rng,
        now: Time,
    ) -> (Vec<Hop>, Outcome, Duration) {
        let packet = route::first_packet(self, from, to, call, rng);
        let elapsed = Duration::ZERO;
        // A Pod's request to a Pod of another node, by a Service, has so many.
        let (hops, seen, leaving) = (Vec::with_capacity(8), packet.source, None);
        let own = false;
        let mut walk = Walk { network: self, machines, rng, now, packet, hops, elapsed, seen, leaving, own };
        let outcome = walk.run(from);
        let (hops, elapsed) = (walk.hops, walk.elapsed);
        let took = match outcome {
            Outcome::Answered(_) | Outcome::Refused(_) | Outcome::Unresolved(_) => elapsed * 2,
            Outcome::TimedOut(_) => GIVES_UP_AFTER + Duration::from_millis(u64::from(rng.below(2_000))),
            Outcome::Unreachable(Reason::NoNetwork) => elapsed,
            Outcome::Unreachable(_) => NO_NEIGHBOUR_AFTER,
        };
        let end = match outcome {
            // A request and its answer take as long as the handshake.
            Outcome::Answered(_) => End::Answered(now + took, (!call.held).then_some(now + took * 2)),
            Outcome::Refused(_) => End::Refused(now + took),
            _ => End::Silent,
        };
        self.remember(&hops, end, now);
        (hops, outcome, took)
    }
}

/// The hops of a packet by the nodes that it passes: those of one visit together, in order.
fn by_node(hops: &[Hop]) -> impl Iterator<Item = (&Str, &[Hop])> {
    let at = |hop: &Hop, node: &Str| matches!(&hop.at, At::Node(name) | At::Bridge(name) if name == node);
    let mut rest = hops;
    std::iter::from_fn(move || {
        loop {
            let first = rest.first()?;
            let (At::Node(name) | At::Bridge(name)) = &first.at else {
                rest = &rest[1..];
                continue;
            };
            let here = |hop: &&Hop| matches!(hop.at, At::Service { .. }) || at(hop, name);
            let (mine, others) = rest.split_at(rest.iter().take_while(here).count());
            rest = others;
            return Some((name, mine));
        }
    })
}
