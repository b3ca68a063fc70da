//! One attempt to connect, from a name or an address to an open connection or the reason why there is none.

use crate::conntrack::State;
use crate::dns::{self, Code, RecordType, Resolver, Response, Server, World};
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
/// A C library asks a silent name server twice, five seconds each.
const NO_NAME_SERVER_AFTER: Duration = Duration::from_secs(10);
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
const QUERY: Call<'_> = Call { from: &Place::Outside, host: "", port: 53, protocol: Protocol::Udp, source_port: 0 };

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
            let response = self.name_server(&listener.place, machines, &|server| server.query(&name, question.kind));
            let exists = response.exists || response.code == Code::Refused;
            answered.answers.push((name.into(), response));
            if exists {
                break;
            }
        }
        Ok(answered)
    }

    /// Asks the name server at a place: outside there is one of the internet's, inside it is CoreDNS.
    fn name_server(&self, place: &Place, machines: &dyn Machines, ask: &dyn Fn(&Server<'_>) -> Response) -> Response {
        if *place == Place::Outside {
            return ask(&Server::Outside);
        }
        let pod = |namespace: &str, address: Ipv4Addr| {
            let pod = self.pod_at(address).and_then(|pod| machines.pod(&pod.uid));
            pod.is_some_and(|pod| pod.namespace() == namespace)
        };
        let world = World { proxy: &self.proxy, namespace: &|name| self.has_namespace(name), pod: &pod };
        ask(&Server::Cluster(world, self.dns.current()))
    }

    /// Each node that a packet has passed remembers the connection.
    fn remember(&mut self, hops: &[Hop], outcome: &Outcome, now: Time) {
        let state = match outcome {
            Outcome::Answered(_) => State::Done,
            Outcome::Refused(_) => State::Reset,
            _ => State::Unreplied,
        };
        let node = |hop: &Hop| match &hop.at {
            At::Node(name) | At::Bridge(name) => Some(name.clone()),
            _ => None,
        };
        let mut rest = hops;
        while let Some((first, after)) = rest.split_first() {
            let Some(name) = node(first) else {
                rest = after;
                continue;
            };
            let here = |hop: &&Hop| matches!(hop.at, At::Service { .. }) || node(hop).is_some_and(|n| n == name);
            let length = rest.iter().take_while(here).count();
            let (mine, others) = rest.split_at(length);
            rest = others;
            // What a rule has refused was never a connection.
            let refused = mine.iter().any(|hop| matches!(hop.what, What::Stopped(_, Some(_))));
            if let (false, Some(last)) = (refused, mine.last()) {
                let service = mine.iter().find_map(|hop| match &hop.at {
                    At::Service { namespace, name } => Some(service::key(namespace, name)),
                    _ => None,
                });
                self.conntrack.note(&name, first.before, last.after, state, service.unwrap_or_default(), now);
            }
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
        let Outcome::Answered(server) = outcome else {
            resolution.took = match outcome {
                Outcome::Refused(_) => took,
                _ => NO_NAME_SERVER_AFTER,
            };
            return resolution;
        };
        resolution.address = Err(Reason::NameUnknown);
        self.dns.settle(now);
        for candidate in resolver.candidates(name) {
            let response = self.name_server(&server.place, machines, &|s| s.query(&candidate, RecordType::A));
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
        self.remember(&hops, &outcome, now);
        let took = match outcome {
            Outcome::Answered(_) | Outcome::Refused(_) | Outcome::Unresolved(_) => elapsed * 2,
            Outcome::TimedOut(_) => GIVES_UP_AFTER + Duration::from_millis(u64::from(rng.below(2_000))),
            Outcome::Unreachable(Reason::NoNetwork) => elapsed,
            Outcome::Unreachable(_) => NO_NEIGHBOUR_AFTER,
        };
        (hops, outcome, took)
    }
}
