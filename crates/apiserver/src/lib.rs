//! Requests in, answers out: the API server and its store, with watches, admission, allocators and tables; and the half
//! that its clients use.
//!
//! **Invariant:** nothing here knows a component (scheduler, controllers, kubelet). They see the cluster only through
//! [`Client`] and [`WatchEvent`]s.

mod admission;
mod allocator;
mod apply;
mod authn;
mod backoff;
pub mod cause;
mod certificate;
pub mod client;
pub mod component;
mod custom;
mod delete;
mod events;
mod expressions;
mod flags;
pub mod http;
mod index;
mod managed;
mod metrics;
mod paging;
mod prepare;
pub mod quota;
pub mod rbac;
mod read;
mod registration;
pub mod request;
mod reviews;
mod server;
mod store;
mod strategy;
mod subresource;
pub mod table;
#[cfg(test)]
mod tests;
pub mod token;
pub mod user;
mod versions;
pub mod watch;
mod write;

pub use authn::unauthorized;
pub use backoff::{Backoff, Delay};
pub use cause::{Cause, Origin, Root, Wait};
pub use certificate::purposes;
pub use client::{Client, DeleteOptions, EventSpec};
pub use component::{Component, Context, Queued, WorkKey};
pub use expressions::{Change, Expressions};
pub use flags::{Flags, PLUGINS};
pub use index::{Index, IndexKey};
pub use metrics::{API_SERVICE, Measured};
pub use registration::{SERVICE_CIDR_FINALIZER, SERVICE_CIDR_READY, range_of};
pub use request::{FieldValidation, Options, PatchType, Propagation, Request, Response, Verb};
pub use server::ApiServer;
pub use store::{Key, Store};
pub use user::User;
pub use watch::{EventType, Watch, WatchEvent};
