//! What the picture shows, as a pure function of API watch events: rooms with Pods, what controllers own, Services.
//!
//! **Invariant:** nothing here asks the API or a clock. A change touches only what it changes; everything else keeps its
//! `Rc`, and the components that draw it are not run again.

mod flight;
mod pod;
mod service;
#[cfg(test)]
mod tests;
mod workload;
mod world;

pub use flight::{Flight, Place};
pub use pod::{Container, Pod, PodState};
pub use service::{End, Service};
pub use workload::{Counts, Workload};
pub use world::{Room, View, World};
