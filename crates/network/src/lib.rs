//! Pod addresses, Services, DNS, and every packet's way hop by hop.
//!
//! [`Network`] is the state of all of it. [`Network::connect`] carries one connection and returns a [`Trace`]: a value that
//! the page draws and tests check. Nothing here waits or acts by itself: the API's objects come in by [`Network::observe`],
//! Pods by [`Network::attach`], and what listens where is asked through [`Machines`].

mod arrival;
mod bridge;
mod connect;
mod conntrack;
mod crossing;
pub mod dns;
mod filter;
pub mod gateway;
mod gear;
pub mod ingress;
mod intervals;
pub mod iptables;
pub mod names;
mod network;
pub mod outside;
mod packet;
mod plugin;
mod policy;
mod proxy;
mod route;
mod service;
mod story;
mod trace;
pub mod weave;
mod words;

#[cfg(test)]
mod tests;

pub use api::Language;
pub use bridge::Bridge;
pub use connect::{Answered, Call, Question, Unanswered};
pub use conntrack::{Conntrack, End, Entry, State};
pub use gear::{Chain, Dial, Fate, FilterRule, Gear, Match};
pub use intervals::{Interval, Intervals};
pub use network::{Machines, Network};
pub use packet::{At, Packet, Place, Protocol};
pub use plugin::Plugin;
pub use policy::{Denial, Direction};
pub use proxy::ipvs;
pub use proxy::{Choice, Door, Mode, PortRules, Proxy, Reach, Rule, Rules, Seen, Target, Verdict};
pub use service::{Endpoint, Range, Service, ServicePort, Slice};
pub use story::{Part, Step};
pub use trace::{Hop, Listener, Lookup, Outcome, Reason, Route, Trace, What};
pub use weave::Weave;
pub use words::{Field, fill};
