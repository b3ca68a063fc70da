//! The clock, the event queue and the wiring: one value is one cluster.
//!
//! A [`Cluster`] is a discrete-event simulation in virtual time. [`Cluster::step`] runs the next thing that is due;
//! nothing else moves the clock. A clone is a snapshot: every part keeps its state in persistent maps.
//!
//! **Invariant:** the same options and the same calls at the same virtual moments give the same bytes, on every machine.

mod aggregator;
mod bootstrap;
mod cluster;
mod cni;
mod connect;
mod flows;
mod gateway;
mod ingress;
mod logs;
mod made;
mod metrics;
mod nodes;
mod past;
mod queue;
pub mod rest;
mod tools;
mod why;

pub use bootstrap::MASTER_ADDRESS;
pub use cluster::{Cluster, Options};
pub use cni::Cni;
pub use connect::{Carried, Exchange, Onward};
pub use flows::{Flow, WINDOW};
pub use made::{CLUSTER_CIDR, ControlPlane, apart, bridge, services};
pub use network::Plugin;
pub use past::{Act, Command, Deed};
pub use tools::FarTools;
pub use why::{Change, Link, Reason, Subject};
