//! The kubelet and its container runtime: Pods on a node, from sandbox to Ready.
//!
//! [`Kubelets`] is the component for all nodes; the work an event causes does not grow with their number. Others look into it
//! through its methods in `access.rs`: logs, files, environment, servers.
//!
//! **Invariant:** a kubelet talks to the cluster through the API only. The network is asked through [`NetworkPlugin`].

mod access;
mod admission;
mod company;
mod credentials;
mod disk;
mod env;
mod eviction;
mod exec;
mod hooks;
pub mod http;
pub mod images;
mod inside;
mod kubelets;
mod message;
mod node;
mod pi;
mod power;
mod probes;
mod process;
mod programs;
pub mod registry;
mod resize;
mod restart;
mod rootfs;
mod serve;
mod start;
mod state;
mod static_pods;
mod status;
mod stop;
mod usage;
mod user;
mod volumes;
mod worker;

#[cfg(test)]
mod tests;

pub use api::image::Reference;
pub use company::CLIENTS;
pub use inside::{ToolCall, Tools};
pub use kubelets::{Dial, Kubelets, NetworkPlugin};
pub use process::{Process, Program, Started, Step, Surroundings, Text};
pub use programs::{Answers, Invocation, Server, memory_needed, program};
pub use registry::{OwnImage, Registry};
pub use state::{Container, LogLine, Node, NodeConfig, Pod, State, Terminated, Volume};
pub use static_pods::control_plane;
pub use usage::{Ask, ContainerUsage, Errand, NetworkCall, PodUsage, Visit};
pub use user::User;
pub use volumes::{node_disk, root_disk};
