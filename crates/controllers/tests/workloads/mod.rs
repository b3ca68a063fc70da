//! The workloads that are not Deployments.

mod autoscaler;
mod cronjob;
mod daemonset;
mod disruption;
mod job;
mod mirroring;
mod podgc;
mod preemption;
mod replicationcontroller;
mod servicecidrs;
mod statefulset;
mod volumes;
