//! Tools that containers' scripts run and that need the network.

use crate::cluster::Cluster;
use apiserver::Cause;
use kubelet::{NetworkCall, Tools};
use script::Outcome;

/// Whoever runs such a tool in a container of the cluster. The virtual time that it takes is part of what comes of it.
pub type FarTools = fn(&mut Cluster, &NetworkCall) -> Outcome;

impl Cluster {
    /// Gives containers' scripts their tools: those that see the container alone, and those that see the cluster's network.
    pub fn set_tools(&mut self, near: Tools, far: FarTools) {
        self.kubelets.tools = Some(near);
        self.far_tools = Some(far);
    }

    /// Runs the tools that wait for the network.
    pub(crate) fn carry_calls(&mut self) {
        for call in self.kubelets.take_calls() {
            let outcome = match self.far_tools {
                Some(run) => run(self, &call),
                None => Outcome { status: 1, ..Outcome::default() },
            };
            self.with_kubelets(Cause::default(), |kubelets, cx| kubelets.answer(&call, outcome, cx));
        }
    }
}
