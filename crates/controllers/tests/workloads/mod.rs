//! The workloads that are not Deployments.

mod job;
mod replicationcontroller;
mod statefulset;
