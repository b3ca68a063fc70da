//! What a request to a Service costs on a node, and how that grows with the number of Services: `cargo xtask bench` runs this
//! and prints its table. Every Service has 100 endpoints; requests go round over all of them. Times depend on the machine's
//! mood; what counts is the last column.

use api::{Rng, Str, Time, Value, kind, list, obj};
use network::{Call, Machines, Network, Packet, Place, Protocol, Seen, Verdict};
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// How many Services there are while requests are timed.
const SIZES: [usize; 3] = [10, 1_000, 10_000];
/// Endpoints of each Service: as many as one EndpointSlice holds.
const ENDPOINTS: usize = 100;
/// Nodes, each with as many Pods as Kubernetes supports at most.
const NODES: usize = 50;
const PODS_PER_NODE: usize = 110;
/// Requests that are timed together, and how often; the best time counts.
const REQUESTS: usize = 50_000;
const ROUNDS: usize = 7;

/// Everybody listens at port 80.
struct Everybody;

impl Machines for Everybody {
    fn listens(&self, _: &Place, port: u16, _: Protocol) -> bool {
        port == 80
    }

    fn resolv_conf(&self, _: &Place) -> String {
        String::new()
    }

    fn hosts(&self, _: &Place) -> String {
        String::new()
    }

    fn pod(&self, _: &str) -> Option<&Value> {
        None
    }
}

/// Time that this thread has had a processor, where the system tells (Linux); else that of the clock. What other programs do
/// meanwhile then counts less.
fn spent() -> Duration {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|text| text.parse().ok());
    nanos.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}

/// Microseconds of each of so many, since a moment.
fn each(began: Duration, times: usize) -> f64 {
    (spent() - began).as_secs_f64() * 1e6 / times as f64
}

type Measure = (&'static str, fn(&mut Bench) -> f64);

fn main() {
    let measures: [Measure; 4] = [
        ("the rules alone", |bench| bench.rules(REQUESTS * 20)),
        ("a Pod's request", |bench| bench.requests(REQUESTS, false)),
        ("a node port's", |bench| bench.requests(REQUESTS, true)),
        ("after a change", Bench::changes),
    ];
    let mut costs = [[0.0; SIZES.len()]; 4];
    for (column, size) in SIZES.into_iter().enumerate() {
        let mut bench = Bench::new(size);
        for (row, (_, measure)) in measures.iter().enumerate() {
            let rounds = (0..ROUNDS).map(|_| measure(&mut bench));
            costs[row][column] = rounds.reduce(f64::min).unwrap_or(f64::NAN);
        }
    }
    let heads = SIZES.map(|n| format!("{n:>9}")).concat();
    println!("{:<20} {heads}  from the least to the most", "microseconds with");
    println!("{:<20} {:>27}", "", format!("Services of {ENDPOINTS} endpoints"));
    for ((what, _), costs) in measures.iter().zip(costs) {
        let shown = costs.map(|cost| format!("{cost:>9.2}")).concat();
        println!("{what:<20} {shown}  {:.2} times", costs[SIZES.len() - 1] / costs[0]);
    }
}

/// A cluster of many Services.
struct Bench {
    network: Network,
    rng: Rng,
    clients: Vec<Place>,
    services: usize,
}

impl Bench {
    fn new(services: usize) -> Bench {
        let mut network = Network::default();
        let mut addresses = Vec::new();
        let mut clients = Vec::new();
        for number in 0..NODES {
            let name = Str::from(format!("node{number}"));
            network.weave.join_from(&name, (number > 0).then_some("node0"));
            network.weave.expose(&name);
            let address = obj! { "type" => "InternalIP", "address" => node_address(number).to_string() };
            let status = obj! { "addresses" => list![address] };
            let node = obj! { "metadata" => obj! { "name" => name.clone() }, "status" => status };
            network.observe(kind::NODE, &node, false);
            for pod in 0..PODS_PER_NODE {
                let uid = Str::from(format!("{name}-pod-{pod}"));
                let address = network.attach(&name, &uid).expect("there are addresses");
                addresses.push((uid.clone(), address, name.clone()));
                clients.push(Place::Pod(uid));
            }
        }
        for number in 0..services {
            network.observe(kind::SERVICE, &service(number), false);
            network.observe(kind::ENDPOINT_SLICE, &slice(number, 0, &addresses), false);
        }
        let mut bench = Bench { network, rng: Rng::new(1), clients, services };
        bench.requests(services, false);
        bench
    }

    /// Microseconds in which a node's rules find the Service of a packet and pick an endpoint.
    fn rules(&mut self, times: usize) -> f64 {
        let began = spent();
        for i in 0..times {
            let packet = Packet {
                source: Ipv4Addr::new(10, 44, 0, 7),
                source_port: 40_000,
                destination: address(i % self.services),
                port: 80,
                protocol: Protocol::Tcp,
            };
            let seen =
                Seen { node: "node7", zone: "", to_node: false, from_node: false, from_pod: true, packet: &packet };
            let verdict = self.network.proxy.translate(seen, &mut self.rng, Time(i as i64));
            assert!(matches!(black_box(verdict), Verdict::Translate(..)));
        }
        each(began, times)
    }

    /// Microseconds of one request: from the client's stack through the rules to the Pod that answers.
    fn requests(&mut self, times: usize, by_node_port: bool) -> f64 {
        let hosts: Vec<(String, u16)> = (0..self.services)
            .map(|number| match by_node_port {
                true => (node_address(number % NODES).to_string(), node_port(number)),
                false => (address(number).to_string(), 80),
            })
            .collect();
        let began = spent();
        for i in 0..times {
            let (host, port) = &hosts[i % hosts.len()];
            let from = if by_node_port { &Place::Outside } else { &self.clients[i % self.clients.len()] };
            let call = Call { from, host, port: *port, protocol: Protocol::Tcp, source_port: 0, held: false };
            let trace = self.network.connect(&call, &Everybody, &mut self.rng, Time(i as i64));
            assert!(black_box(trace).listener().is_some(), "{host}:{port}");
        }
        each(began, times)
    }

    /// Microseconds of a change of a Service's endpoints with the first request after it.
    fn changes(&mut self) -> f64 {
        let pods: Vec<(Str, Ipv4Addr, Str)> = (self.clients.iter())
            .map(|place| {
                let Place::Pod(uid) = place else { unreachable!("only Pods ask") };
                let node = uid.split_once('-').map_or("", |(node, _)| node);
                (uid.clone(), self.network.address(place).expect("a Pod has an address"), Str::from(node))
            })
            .collect();
        let changes: Vec<Value> = (0..1_000).map(|i| slice(i % self.services, i + 1, &pods)).collect();
        let began = spent();
        for (i, change) in changes.iter().enumerate() {
            self.network.observe(kind::ENDPOINT_SLICE, change, false);
            let host = address(i % self.services).to_string();
            let from = &self.clients[i % self.clients.len()];
            let call = Call { from, host: &host, port: 80, protocol: Protocol::Tcp, source_port: 0, held: false };
            black_box(self.network.connect(&call, &Everybody, &mut self.rng, Time(i as i64)));
        }
        each(began, changes.len())
    }
}

fn address(number: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 97, 0, 0).to_bits() + number as u32)
}

fn node_address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(172, 17, 0, 10 + number as u8)
}

fn node_port(number: usize) -> u16 {
    30_000 + number as u16
}

fn service(number: usize) -> Value {
    let metadata = obj! { "namespace" => "default", "name" => format!("service-{number}") };
    let port = obj! { "port" => 80, "nodePort" => i64::from(node_port(number)), "protocol" => "TCP" };
    let spec = obj! { "type" => "NodePort", "clusterIP" => address(number).to_string(), "ports" => list![port] };
    obj! { "metadata" => metadata, "spec" => spec }
}

/// The endpoints of a Service; another `round` has others.
fn slice(number: usize, round: usize, pods: &[(Str, Ipv4Addr, Str)]) -> Value {
    let endpoint = |i: usize| {
        let (uid, address, node) = &pods[(number * ENDPOINTS + round + i) % pods.len()];
        obj! {
            "addresses" => list![address.to_string()], "nodeName" => node.clone(),
            "targetRef" => obj! { "kind" => "Pod", "uid" => uid.clone() }, "conditions" => obj! { "ready" => true },
        }
    };
    let name = format!("service-{number}");
    let mut metadata = obj! { "namespace" => "default", "name" => format!("{name}-abcde") };
    metadata.at_mut("labels").object_mut().insert("kubernetes.io/service-name", name.into());
    obj! {
        "metadata" => metadata,
        "ports" => list![obj! { "name" => "", "port" => 80, "protocol" => "TCP" }],
        "endpoints" => (0..ENDPOINTS).map(endpoint).collect::<Value>(),
    }
}
