//! nodeipam: gives every node a range of addresses for its Pods, a part of the cluster's (pkg/controller/nodeipam/ipam:
//! `range_allocator.go` and `cidrset`).
//!
//! Ranges are given in turn: a range that is free again waits until all others had theirs. As upstream's, the allocator keeps in
//! memory which ranges are taken, and reads that from the nodes when it begins.

use crate::Controller;
use api::{Status, Str, Value, kind, list, obj};
use apiserver::{Context, EventSpec, EventType, WatchEvent, WorkKey};
use std::net::Ipv4Addr;

pub const NAME: &str = "nodeipam";

pub const CONTROLLER: Controller = Controller { name: NAME, source: "cidrAllocator", observe, reconcile };

/// How many bits of a node's range are fixed (`--node-cidr-mask-size`).
const MASK: u32 = 24;
/// The most bits that tell nodes apart (`cidrset.clusterSubnetMaxDiff`).
const MOST: u32 = 16;

/// Under what the allocator's memory is kept.
pub fn memory() -> WorkKey {
    WorkKey::new(NAME, "", "")
}

/// What the allocator knows when it begins: the cluster's range alone.
pub fn begin(cluster_cidr: &str) -> Value {
    obj! { "range" => cluster_cidr }
}

fn observe(event: &WatchEvent, cx: &mut Context<'_>) {
    if event.kind != kind::NODE {
        return;
    }
    let node = &event.object;
    let range = node["spec"]["podCIDR"].to_str();
    let key = match event.event {
        EventType::Deleted if range.is_empty() => return,
        // The range that it had is told with the key: nobody else knows it any more.
        EventType::Deleted => WorkKey::new(NAME, range, node.name()),
        EventType::Added => WorkKey::new(NAME, "", node.name()),
        _ if range.is_empty() => WorkKey::new(NAME, "", node.name()),
        _ => return,
    };
    cx.enqueue(key);
}

fn reconcile(key: &WorkKey, cx: &mut Context<'_>) -> Result<(), Status> {
    let Some(mut ranges) = Ranges::read(cx) else { return Ok(()) };
    let node = cx.client.get(kind::NODE, "", &key.name);
    let has = node.as_ref().map(|node| node["spec"]["podCIDR"].to_str()).unwrap_or_default();
    if !key.namespace.is_empty() {
        if has != key.namespace {
            ranges.mark(&key.namespace, false);
        }
    } else if let Some(mut node) = node {
        if !has.is_empty() {
            ranges.mark(&has, true);
        } else if let Some(range) = ranges.next() {
            node.set("spec.podCIDR", range.as_str());
            node.set("spec.podCIDRs", list![range.as_str()]);
            if let Err(status) = cx.client.update(kind::NODE, node) {
                ranges.mark(&range, false);
                ranges.write(cx);
                return Err(status);
            }
        } else {
            // It is tried again with the node's next report.
            let text = format!("Node {} status is now: CIDRNotAvailable", node.name());
            cx.client.event(&node, kind::NODE, EventSpec::normal("CIDRNotAvailable", text));
        }
    }
    ranges.write(cx);
    Ok(())
}

/// The ranges that there are: which is given next, and which are taken (a sign each).
struct Ranges {
    text: Str,
    first: u32,
    next: usize,
    taken: Vec<u8>,
}

impl Ranges {
    fn read(cx: &Context<'_>) -> Option<Ranges> {
        let text = cx.memory["range"].to_str();
        let (first, bits) = split(&text)?;
        let count = 1usize << MASK.saturating_sub(bits).min(MOST);
        let next = cx.memory["next"].int() as usize % count;
        let known = &cx.memory["taken"];
        let mut ranges = Ranges { text, first, next, taken: known.str().as_bytes().to_vec() };
        if known.is_null() {
            ranges.taken = vec![b'.'; count];
            for node in cx.client.list(kind::NODE, "") {
                ranges.mark(node["spec"]["podCIDR"].str(), true);
            }
        }
        Some(ranges)
    }

    fn write(self, cx: &mut Context<'_>) {
        let taken = String::from_utf8(self.taken).unwrap_or_default();
        cx.memory = obj! { "range" => self.text, "next" => self.next as i64, "taken" => taken };
    }

    /// Notes that a range is taken, or free; one that is none of the cluster's is nobody's business here.
    fn mark(&mut self, range: &str, taken: bool) {
        let Some((first, MASK)) = split(range) else { return };
        let index = first.checked_sub(self.first).map(|offset| (offset >> (32 - MASK)) as usize);
        if let Some(slot) = index.and_then(|index| self.taken.get_mut(index)) {
            *slot = if taken { b'x' } else { b'.' };
        }
    }

    /// Takes the next range that is free (`AllocateNext`).
    fn next(&mut self) -> Option<String> {
        let count = self.taken.len();
        let index = (0..count).map(|i| (self.next + i) % count).find(|i| self.taken[*i] == b'.')?;
        self.taken[index] = b'x';
        self.next = (index + 1) % count;
        let first = self.first + ((index as u32) << (32 - MASK));
        Some(format!("{}/{MASK}", Ipv4Addr::from_bits(first)))
    }
}

/// A range's first address, and how many bits are fixed.
fn split(range: &str) -> Option<(u32, u32)> {
    let (address, bits) = range.split_once('/')?;
    Some((address.parse::<Ipv4Addr>().ok()?.to_bits(), bits.parse().ok()?))
}
