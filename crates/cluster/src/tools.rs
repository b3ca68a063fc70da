//! What comes to containers from outside of the cluster: tools that their scripts run and that need the network, and images.

use crate::cluster::Cluster;
use apiserver::Cause;
use kubelet::{Errand, NetworkCall, Tools, Visit};
use network::{Outcome as Way, Place, Protocol};
use script::Outcome;

/// Whoever runs such a tool in a container of the cluster. The virtual time that it takes is part of what comes of it.
pub type FarTools = fn(&mut Cluster, &NetworkCall, &script::Program) -> Outcome;

impl Cluster {
    /// Gives containers' scripts their tools: those that see the container alone, and those that see the cluster's network.
    pub fn set_tools(&mut self, near: Tools, far: FarTools) {
        self.kubelets.tools = Some(near);
        self.far_tools = Some(far);
    }

    /// Puts the users' images into the registry that it has from the beginning.
    pub(crate) fn push_images(&mut self) {
        for text in &self.options.images {
            // Who made the options has read them before.
            let Ok(image) = kubelet::registry::read(text) else { continue };
            let _ = self.kubelets.registry.push(image);
        }
    }

    /// Runs the tools that wait for the network.
    pub(crate) fn carry_calls(&mut self) {
        for call in self.kubelets.take_calls() {
            let outcome = match (&call.errand, self.far_tools) {
                (Errand::Visit(visit), _) => self.visit(visit),
                (Errand::Tool(program), Some(run)) => run(self, &call, program),
                (Errand::Tool(_), None) => Outcome { status: 1, ..Outcome::default() },
            };
            self.with_kubelets(Cause::default(), |kubelets, cx| kubelets.answer(&call, outcome, cx));
        }
    }

    /// What a kubelet asks a server that is not in the Pod it asks for: an answer's status, or Go's words for why there is none.
    fn visit(&mut self, visit: &Visit) -> Outcome {
        let trace = self.connect(&Place::Node(visit.node.clone()), &visit.host, visit.port, Protocol::Tcp);
        let address = trace.address().map_or(visit.host.clone(), |address| address.to_string());
        let took = trace.after;
        let dial = |why: &str| Err(format!("dial tcp {address}:{}: {why}", visit.port));
        let answer = match &trace.outcome {
            Way::Answered(listener) => match &visit.request {
                Some(request) => match self.http(listener, request).map(|reply| reply.status) {
                    Some(0) => Err(kubelet::http::MALFORMED.to_owned()),
                    Some(status) => Ok(status.to_string()),
                    None => Err("EOF".to_owned()),
                },
                None => Ok(String::new()),
            },
            Way::Refused(_) => dial("connect: connection refused"),
            Way::TimedOut(_) => dial("connect: connection timed out"),
            Way::Unreachable(_) => dial("connect: no route to host"),
            Way::Unresolved(_) => Err(format!("dial tcp: lookup {}: no such host", visit.host)),
        };
        let spoken = |why: String| if visit.url.is_empty() { why } else { format!("Get \"{}\": {why}", visit.url) };
        match answer {
            Ok(out) => Outcome { out, took, ..Outcome::default() },
            Err(why) => Outcome { err: spoken(why), status: 1, took, ..Outcome::default() },
        }
    }
}
