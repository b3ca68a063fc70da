//! One number for a whole world: equal states have equal numbers, on every machine.

use api::Value;
use shell::process::System;

/// FNV-1a, 64 bits: small, stable, and good enough to tell states apart that nobody forges.
struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    /// With its length, so that what follows cannot be taken for a part of it.
    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as i64);
        self.bytes(text);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes(b"n"),
            Value::Bool(yes) => self.bytes(if *yes { b"t" } else { b"f" }),
            Value::Int(n) => {
                self.bytes(b"i");
                self.number(*n);
            }
            Value::Float(n) => {
                self.bytes(b"d");
                self.number(n.to_bits() as i64);
            }
            Value::String(text) => {
                self.bytes(b"s");
                self.text(text.as_bytes());
            }
            Value::Array(items) => {
                self.bytes(b"a");
                self.number(items.len() as i64);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Object(map) => {
                self.bytes(b"o");
                self.number(map.len() as i64);
                for (key, value) in map.iter() {
                    self.text(key.as_bytes());
                    self.value(value);
                }
            }
        }
    }
}

/// The state of a world as a number: all objects of the API, all files, and the clock.
pub fn state_hash(system: &dyn System) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.number(system.now().0);
    if let Some(cluster) = system.cluster() {
        let store = cluster.api().store();
        for kind in cluster.api().stored_kinds().into_iter().filter(|kind| store.count(kind) > 0) {
            hash.text(kind.plural.as_bytes());
            hash.text(kind.group.as_bytes());
            store.list(kind, "").for_each(|object| hash.value(object));
        }
    }
    for (name, files) in system.file_systems() {
        hash.text(name.as_bytes());
        for (path, entry) in files.iter() {
            hash.text(path.as_bytes());
            hash.number(i64::from(entry.mode));
            hash.number(entry.modified);
            match &entry.node {
                vfs::Node::Directory => hash.bytes(b"d"),
                vfs::Node::File(bytes) => hash.text(bytes),
            }
        }
    }
    hash.0
}
