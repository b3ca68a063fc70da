//! What the network carried, as the picture shows it: packets on their way, the last routes to compare, steady traffic as
//! flows, and the share that each endpoint of a Service got. A pure function of traces and counts.

use super::{Flight, Place};
use api::{OrdMap, Str};
use std::rc::Rc;

/// More packets than this at once are not drawn: nobody could follow them.
const MAX_FLIGHTS: usize = 12;
/// As many routes stay, to compare the last with those before it.
pub const ROUTES: usize = 3;
/// From this rate on, in requests a second, packets of one way are a flow.
const STEADY: f64 = 2.0;
/// And from so many requests on: a handful of them is not steady.
const MANY: u64 = 12;
/// More flows than this are not drawn, the weakest are left out.
const MAX_FLOWS: usize = 24;

/// Steady traffic of one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Who asks, the Service that is asked, and where it ends; as far as it gets.
    pub places: Vec<Place>,
    /// Requests a second.
    pub rate: f64,
    /// Whether it does not get where it wants.
    pub lost: bool,
}

/// Requests by Pod, of one Service: UID and number.
pub type Shares = Rc<Vec<(Str, u64)>>;

/// What the picture keeps of the packets. A clone shares what has not changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Packets on their way.
    pub flights: Vec<Rc<Flight>>,
    /// The last routes, the newest last.
    pub routes: Vec<Rc<Flight>>,
    /// Steady traffic, the strongest first.
    pub streams: Rc<Vec<Stream>>,
    /// The share of each endpoint, by its Service's `namespace/name`.
    pub shares: OrdMap<Str, Shares>,
    /// Requests since the first, by way.
    totals: OrdMap<Str, Counted>,
}

#[derive(Clone, Debug, PartialEq)]
struct Counted {
    service: Str,
    pod: Str,
    total: u64,
}

impl Traffic {
    /// Takes new connections in. Those of a steady way are not drawn one by one.
    pub fn carry(&mut self, flights: Vec<Flight>) {
        for flight in flights {
            if self.streams.iter().any(|stream| stream.takes(&flight)) {
                continue;
            }
            let flight = Rc::new(flight);
            self.flights.push(flight.clone());
            self.routes.push(flight);
        }
        let too_many = self.flights.len().saturating_sub(MAX_FLIGHTS);
        self.flights.drain(..too_many);
        let too_many = self.routes.len().saturating_sub(ROUTES);
        self.routes.drain(..too_many);
    }

    /// A packet has been drawn.
    pub fn flown(&mut self, id: u64) {
        self.flights.retain(|flight| flight.id != id);
    }

    /// Takes in what the network counts. Returns whether anything that is drawn has changed.
    pub fn count(&mut self, flows: &[cluster::Flow]) -> bool {
        let mut streams: Vec<Stream> = flows.iter().filter_map(Stream::read).collect();
        api::sort_by(&mut streams, |a, b| b.rate.total_cmp(&a.rate));
        streams.truncate(MAX_FLOWS);
        let mut changed = *self.streams != streams;
        if changed {
            self.streams = Rc::new(streams);
        }
        for flow in flows {
            let (Some((namespace, name)), Some(network::Place::Pod(pod))) = (&flow.service, &flow.to) else { continue };
            let way = Str::from(format!("{:?} {namespace}/{name} {pod}", flow.from));
            let counted =
                Counted { service: format!("{namespace}/{name}").into(), pod: pod.clone(), total: flow.total };
            if self.totals.get(&way) != Some(&counted) {
                self.shares.insert(counted.service.clone(), Shares::default());
                self.totals.insert(way, counted);
                changed = true;
            }
        }
        if changed {
            self.share();
        }
        changed
    }

    /// Sums the shares up. There are no more ways than the network counts.
    fn share(&mut self) {
        let mut shares: OrdMap<Str, Vec<(Str, u64)>> = OrdMap::new();
        for counted in self.totals.values() {
            let of = shares.entry(counted.service.clone()).or_default();
            match of.iter_mut().find(|(pod, _)| *pod == counted.pod) {
                Some((_, total)) => *total += counted.total,
                None => of.push((counted.pod.clone(), counted.total)),
            }
        }
        for (service, of) in shares.iter() {
            // An unchanged share keeps its Rc, and its card is not drawn again.
            if self.shares.get(service).is_none_or(|before| **before != *of) {
                self.shares.insert(service.clone(), Rc::new(of.clone()));
            }
        }
    }
}

impl Stream {
    fn read(flow: &cluster::Flow) -> Option<Stream> {
        let rate = flow.requests as f64 / flow.span.as_secs_f64().max(1.0);
        if rate < STEADY || flow.requests < MANY {
            return None;
        }
        let mut places = vec![Place::of(&flow.from)];
        places.extend(flow.service.iter().map(|(namespace, name)| Place::Service(namespace.clone(), name.clone())));
        places.extend(flow.to.iter().map(Place::of));
        Some(Stream { places, rate, lost: flow.stopped.is_some() })
    }

    /// Whether a connection goes this way.
    fn takes(&self, flight: &Flight) -> bool {
        let mut places = self.places.iter();
        let ends = places.next() == flight.places.first()
            && self.lost == flight.stopped.is_some()
            && (self.lost || self.places.last() == flight.places.last());
        ends && places.all(|place| flight.places.contains(place))
    }

    /// What is written at the end of a stream, which others may share: how much of all of them arrives there, at the first one.
    /// As `0.5`, `12`, `1.2k`.
    pub fn rate_text(&self, all: &[Stream]) -> Option<String> {
        let mut same = all.iter().filter(|other| other.lost == self.lost && other.places.last() == self.places.last());
        let first = same.next().filter(|first| *first == self)?;
        Some(match first.rate + same.map(|other| other.rate).sum::<f64>() {
            rate if rate >= 1000.0 => format!("{:.1}k", rate / 1000.0),
            rate if rate >= 10.0 => format!("{rate:.0}"),
            rate => format!("{rate:.1}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn flow(to: &str, requests: u64) -> cluster::Flow {
        cluster::Flow {
            from: network::Place::Outside,
            service: Some(("default".into(), "web".into())),
            to: Some(network::Place::Pod(to.into())),
            stopped: None,
            requests,
            span: Duration::from_secs(10),
            total: requests,
        }
    }

    fn flight(id: u64, to: &str) -> Flight {
        let service = Place::Service("default".into(), "web".into());
        let places = vec![Place::You, Place::Node("node1".into()), service, Place::Pod(to.into())];
        Flight { id, places, stopped: None, target: "node1:30080".to_owned() }
    }

    #[test]
    fn steady_traffic_is_a_stream_and_its_packets_are_not_drawn() {
        let mut traffic = Traffic::default();
        assert!(traffic.count(&[flow("a", 1000), flow("b", 3)]));
        let texts = |all: &[Stream]| all.iter().map(|stream| stream.rate_text(all)).collect::<Vec<_>>();
        assert_eq!(texts(&traffic.streams), [Some("100".to_owned())]);
        let (one, mut other) = (traffic.streams[0].clone(), traffic.streams[0].clone());
        other.places.remove(0);
        assert_eq!(texts(&[one, other]), [Some("200".to_owned()), None], "two that end at the same place");
        traffic.carry(vec![flight(1, "a"), flight(2, "b")]);
        assert_eq!(traffic.flights.iter().map(|flight| flight.id).collect::<Vec<_>>(), [2]);
        assert_eq!(traffic.routes.len(), 1);
        assert!(traffic.count(&[]), "it has fallen silent");
        assert!(traffic.streams.is_empty() && !traffic.count(&[]));
    }

    #[test]
    fn shares_are_kept_after_the_traffic_and_told_by_service() {
        let mut traffic = Traffic::default();
        traffic.count(&[flow("a", 30), flow("b", 10)]);
        let share = traffic.shares["default/web"].clone();
        assert_eq!(*share, [("a".into(), 30), ("b".into(), 10)]);
        assert!(traffic.count(&[]));
        assert_eq!(traffic.shares["default/web"], share);
    }

    #[test]
    fn of_many_packets_the_last_are_drawn() {
        let mut traffic = Traffic::default();
        traffic.carry((0..100).map(|id| flight(id, "a")).collect());
        assert_eq!((traffic.flights.len(), traffic.routes.len()), (MAX_FLIGHTS, ROUTES));
        traffic.flown(99);
        assert_eq!(traffic.flights.len(), MAX_FLIGHTS - 1);
    }
}
