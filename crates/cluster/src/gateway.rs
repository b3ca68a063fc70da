//! A data plane of the Gateway API at work: requests that arrive at its Pod are handed on to Services' endpoints, as the
//! HTTPRoutes say.

use crate::cluster::Cluster;
use crate::ingress::{Hand, TLS_PORT, page};
use api::Str;
use kubelet::http::{Reply, Request};
use network::gateway::{Asked, NGINX, Onward, Way, modify};
use network::{Field, Listener, Part, Step};

/// The image of NGINX Gateway Fabric's data plane.
pub(crate) const IMAGE: &str = "ghcr.io/nginx/nginx-gateway-fabric/nginx";

impl Cluster {
    /// What a gateway answers; `None` where the Pod is none.
    pub(crate) fn through_gateway(&mut self, uid: &Str, listener: &Listener, request: &Request) -> Option<Reply> {
        let container = self.kubelets.runs_image(uid, IMAGE)?;
        let tls = listener.port == TLS_PORT;
        let Request { method, host, path, headers, .. } = request;
        let asked = Asked { method, host, path, headers, tls };
        let way = self.kubelets.network.network.route_gateway(NGINX, &asked, &mut self.network_rng);
        let reply = match way {
            Way::NotFound => page(404),
            Way::NoBackend => page(500),
            Way::Redirect(status, location) => {
                let mut reply = page(status);
                reply.headers.push(("Location".into(), location.into()));
                reply
            }
            Way::Backend(onward) => self.by_route(uid, *onward, listener.connection, request, tls),
        };
        let Request { method, path, agent, client, .. } = request;
        let (time, status, size) = (self.now().rfc3339(), reply.status, reply.body.len());
        let line = format!("{client} - - [{time}] \"{method} {path} HTTP/1.1\" {status} {size} \"-\" \"{agent}\"\n");
        let now = self.now();
        self.kubelets.print(uid, &container, &line, now);
        Some(reply)
    }

    fn by_route(&mut self, uid: &Str, onward: Onward, connection: u64, request: &Request, tls: bool) -> Reply {
        let Onward { route, service, port, share, path, host, headers, reply } = onward;
        let values: Vec<Field> = vec![
            ("namespace", route.0),
            ("name", route.1),
            ("host", request.host.clone()),
            ("path", request.path.clone()),
            ("service", service.1.clone()),
            ("port", port.to_string().into()),
            ("weight", share.0.to_string().into()),
            ("of", share.1.to_string().into()),
            ("onward", path.as_str().into()),
        ];
        let rule = Step::new(Part::Http, "gateway-rule", values);
        let onward = Request { path: path.into(), host, headers, ..request.clone() };
        let hand =
            Hand { namespace: service.0, service: service.1, number: port, name: Str::default(), connection, rule };
        let (mut answer, to) = self.hand_on(uid, hand, onward, request, tls);
        if to.is_some() {
            modify(&reply, &mut answer.headers);
        }
        answer
    }
}
