//! An ingress controller at work: requests that arrive at its Pod are handed on to Services' endpoints, as the Ingresses say.
//! What it sends on travels through the network like everything else.

use crate::cluster::Cluster;
use crate::connect::Onward;
use api::Str;
use kubelet::http::{Reply, Request};
use network::ingress::{Backend, NGINX, Target};
use network::{Field, Listener, Outcome, Part, Place, Protocol, Step};
use std::net::SocketAddrV4;

/// The image of ingress-nginx' controller.
const IMAGE: &str = "registry.k8s.io/ingress-nginx/controller";
/// Where it speaks TLS.
pub(crate) const TLS_PORT: u16 = 443;
/// How often a request is handed on by proxies at most.
const MOST_HANDS: usize = 16;

/// To whom a proxy hands a request on.
pub(crate) struct Hand {
    pub(crate) namespace: Str,
    pub(crate) service: Str,
    /// The Service's port, by number; by name where that is 0.
    pub(crate) number: u16,
    pub(crate) name: Str,
    /// The number of the connection that brought the request.
    pub(crate) connection: u64,
    /// The rule that says so.
    pub(crate) rule: Step,
}

impl Cluster {
    /// Whether the other end of a connection speaks TLS: the web sites outside do, and ingress controllers.
    pub fn speaks_tls(&self, listener: &Listener) -> bool {
        self.is_api_server(listener)
            || listener.port == TLS_PORT
                && match &listener.place {
                    Place::Pod(uid) => {
                        let runs = |image| self.kubelets.runs_image(uid, image).is_some();
                        runs(IMAGE) || runs(crate::gateway::IMAGE)
                    }
                    Place::Node(_) => false,
                    Place::Outside => true,
                }
    }

    /// What an ingress controller answers; `None` where the Pod is none.
    pub(crate) fn through_ingress(&mut self, uid: &Str, listener: &Listener, request: &Request) -> Option<Reply> {
        let container = self.kubelets.runs_image(uid, IMAGE)?;
        let tls = listener.port == TLS_PORT;
        let target = self.network().ingresses.route(NGINX, &request.host, &request.path, tls);
        let (reply, upstream) = match target {
            Target::NotFound => (page(404), String::new()),
            Target::Https => {
                let mut reply = page(308);
                reply.headers.push(("Location".into(), format!("https://{}{}", request.host, request.path).into()));
                (reply, String::new())
            }
            Target::Backend(backend) => {
                let Backend { namespace, service, number, name, path, .. } = &backend;
                let hand = Hand {
                    namespace: namespace.clone(),
                    service: service.clone(),
                    number: *number,
                    name: name.clone(),
                    connection: listener.connection,
                    rule: rule(&backend, request),
                };
                let onward = Request { path: path.clone(), ..request.clone() };
                let (reply, to) = self.hand_on(uid, hand, onward, request, tls);
                let port = if *number == 0 { name.to_string() } else { number.to_string() };
                let to = to.map_or("-".to_owned(), |to| to.to_string());
                (reply, format!(" [{namespace}-{service}-{port}] [] {to}"))
            }
        };
        let Request { method, path, agent, client, .. } = request;
        let time = self.now().rfc3339();
        let (status, size) = (reply.status, reply.body.len());
        let line =
            format!("{client} - - [{time}] \"{method} {path} HTTP/1.1\" {status} {size} \"-\" \"{agent}\"{upstream}\n");
        let now = self.now();
        self.kubelets.print(uid, &container, &line, now);
        Some(reply)
    }

    /// Sends a request on to an endpoint of a Service, and brings its reply.
    pub(crate) fn hand_on(
        &mut self,
        uid: &Str,
        hand: Hand,
        mut onward: Request,
        request: &Request,
        tls: bool,
    ) -> (Reply, Option<SocketAddrV4>) {
        // A rule that leads back to the controller would go on for ever: nginx runs out of connections.
        if request.headers.iter().filter(|(name, _)| name == "X-Forwarded-For").count() >= MOST_HANDS {
            return (page(500), None);
        }
        let proxy = &self.network().proxy;
        let service = proxy.service(&hand.namespace, &hand.service);
        let port = service.and_then(|service| {
            let wanted = |p: &&network::ServicePort| match hand.number {
                0 => p.name == hand.name,
                number => p.port == number,
            };
            Some((service, service.ports.iter().find(wanted)?))
        });
        let endpoints = port.map(|(service, port)| proxy.endpoints(service, port)).unwrap_or_default();
        if endpoints.is_empty() {
            return (page(503), None);
        }
        let to = endpoints[self.network_rng.below(endpoints.len() as u32) as usize];
        let trace = self.connect(&Place::Pod(uid.clone()), &to.ip().to_string(), to.port(), Protocol::Tcp);
        if let Some(carried) = self.carried_mut(self.carried) {
            carried.onward = Some(Onward { of: hand.connection, rule: hand.rule });
        }
        let listener = match &trace.outcome {
            Outcome::Answered(listener) => listener,
            Outcome::TimedOut(_) => return (page(504), Some(to)),
            _ => return (page(502), Some(to)),
        };
        let scheme = if tls { "https" } else { "http" };
        for (name, value) in [
            ("X-Real-IP", request.client.as_str()),
            ("X-Forwarded-For", &request.client),
            ("X-Forwarded-Host", &request.host),
            ("X-Forwarded-Proto", scheme),
            ("X-Scheme", scheme),
        ] {
            onward.headers.push((name.into(), value.into()));
        }
        match self.http(listener, &onward) {
            Some(mut reply) if reply.status != 0 => {
                // It does not tell who is behind it.
                reply.headers.retain(|(name, _)| name != "Server");
                (reply, Some(to))
            }
            _ => (page(502), Some(to)),
        }
    }
}

/// The rule by which a request is handed on, for its story.
fn rule(backend: &Backend, request: &Request) -> Step {
    let Backend { ingress, namespace, service, number, name, path } = backend;
    let port = if *number == 0 { name.clone() } else { number.to_string().into() };
    let values: Vec<Field> = vec![
        ("namespace", namespace.clone()),
        ("name", ingress.clone()),
        ("host", request.host.clone()),
        ("path", request.path.clone()),
        ("service", service.clone()),
        ("port", port),
        ("onward", path.clone()),
    ];
    Step::new(Part::Http, "ingress-rule", values)
}

/// nginx' own page for a status.
pub(crate) fn page(status: u16) -> Reply {
    let title = format!("{status} {}", kubelet::http::nginx_reason(status));
    let text = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply { nginx: true, ..Reply::new(status, "", "text/html", text) }
}
