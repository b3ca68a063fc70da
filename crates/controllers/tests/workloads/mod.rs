//! The workloads that are not Deployments.

mod autoscaler;
mod cronjob;
mod disruption;
mod job;
mod mirroring;
mod replicationcontroller;
mod servicecidrs;
mod statefulset;
mod volumes;
