//! What the picture shows, as a pure function of API watch events: rooms with Pods, what controllers own, Services.
//!
//! **Invariant:** nothing here asks the API or a clock. A change touches only what it changes; everything else keeps its
//! `Rc`, and the components that draw it are not run again.

mod apps;
mod container;
pub mod filter;
mod flight;
mod ingress;
mod listed;
mod looks;
mod news;
mod pod;
mod related;
mod ruling;
mod service;
mod storage;
#[cfg(test)]
mod tests;
mod traffic;
mod workload;
mod world;

pub use apps::{App, Group, Stack};
pub use container::{BackOff, Container, PROBES, Source};
pub use filter::Filter;
pub use flight::{Flight, Place};
pub use ingress::Ingress;
pub use news::{News, news, restless};
pub use pod::{Pod, PodState};
pub use ruling::{Ruling, Verdict};
pub use service::{End, Service};
pub use storage::{Claim, Volume};
pub use traffic::{Shares, Stream, Traffic};
pub use workload::{Counts, Workload};
pub use world::{Room, View, World};
