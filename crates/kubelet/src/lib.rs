//! The kubelet and its container runtime: Pods on a node, from sandbox to Ready.

pub mod http;
pub mod images;
mod process;
mod programs;
mod reference;
mod script;

pub use reference::Reference;
