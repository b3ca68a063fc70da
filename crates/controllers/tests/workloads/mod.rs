//! The workloads that are not Deployments.

mod replicationcontroller;
mod statefulset;
