//! kube-scheduler: which node a Pod goes to.
//!
//! [`Scheduler`] is the component. It keeps a [`cache::Cache`] of what nodes offer and have given away, takes one Pod at a
//! time through the [`plugins`] of the default profile ([`cycle::decide`]) and binds it. Plugins know neither the API nor
//! each other.

pub mod cache;
pub mod cycle;
pub mod decision;
#[cfg(test)]
mod facts;
pub mod node;
pub mod plugins;
pub mod pod;
mod preemption;
pub mod resources;
pub mod rows;
mod scheduler;
pub mod spots;
mod surroundings;

pub use decision::{Decision, NodeVerdict};
pub use scheduler::{NAME, Scheduler};
