//! What comes to containers from outside of the cluster: tools that their scripts run and that need the network, and images.

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
            let outcome = match self.far_tools {
                Some(run) => run(self, &call),
                None => Outcome { status: 1, ..Outcome::default() },
            };
            self.with_kubelets(Cause::default(), |kubelets, cx| kubelets.answer(&call, outcome, cx));
        }
    }
}
