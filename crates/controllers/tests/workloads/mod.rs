//! The workloads that are not Deployments.

mod autoscaler;
mod cronjob;
mod disruption;
mod job;
mod replicationcontroller;
mod statefulset;
mod volumes;
