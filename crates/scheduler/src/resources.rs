//! Amounts of resources: what a Pod asks for and what a node has left.

use api::quantity::Quantity;
use api::{Str, Value};

/// What a container without a request is taken to need, for scoring only (`DefaultMilliCPURequest`,
/// `DefaultMemoryRequest` of pkg/scheduler/util/pod_resources.go): 0.1 CPU in thousandths, 200 MiB in bytes.
const DEFAULT_MILLI_CPU: i64 = 100;
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts: CPU in thousandths of a core, the rest in bytes or pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// CPU, in thousandths of a core.
    pub milli_cpu: i64,
    /// Memory, in bytes.
    pub memory: i64,
    /// Local ephemeral storage, in bytes.
    pub ephemeral_storage: i64,
    /// Everything else (huge pages, devices), sorted by name.
    pub extended: Vec<(Str, i64)>,
}

impl Resources {
    /// Reads a list such as `requests`, `capacity` or `allocatable`. The amount of Pods is no resource here.
    pub fn read(list: &Value) -> Resources {
        let mut resources = Resources::default();
        for (name, amount) in list.entries() {
            match name.as_str() {
                "cpu" => resources.milli_cpu = milli(amount),
                "memory" => resources.memory = whole(amount),
                "ephemeral-storage" => resources.ephemeral_storage = whole(amount),
                "pods" => {}
                _ => resources.extended.push((name.clone(), whole(amount))),
            }
        }
        resources
    }

    /// Adds `other`, `sign` times.
    pub fn add(&mut self, other: &Resources, sign: i64) {
        self.milli_cpu = self.milli_cpu.saturating_add(sign * other.milli_cpu);
        self.memory = self.memory.saturating_add(sign * other.memory);
        self.ephemeral_storage = self.ephemeral_storage.saturating_add(sign * other.ephemeral_storage);
        for (name, amount) in &other.extended {
            let own = self.extended_mut(name);
            *own = own.saturating_add(sign * amount);
        }
    }

    /// The larger of both, resource by resource.
    pub fn max(&mut self, other: &Resources) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.max(other.ephemeral_storage);
        for (name, amount) in &other.extended {
            let own = self.extended_mut(name);
            *own = (*own).max(*amount);
        }
    }

    /// The amount of an extended resource.
    pub fn extended(&self, name: &str) -> i64 {
        self.extended.iter().find(|(n, _)| n == name).map_or(0, |(_, amount)| *amount)
    }

    /// Whether nothing is asked for.
    pub fn is_zero(&self) -> bool {
        self.milli_cpu == 0 && self.memory == 0 && self.ephemeral_storage == 0 && self.extended.iter().all(|e| e.1 == 0)
    }

    fn extended_mut(&mut self, name: &Str) -> &mut i64 {
        let at = match self.extended.binary_search_by(|(n, _)| n.cmp(name)) {
            Ok(at) => at,
            Err(at) => {
                self.extended.insert(at, (name.clone(), 0));
                at
            }
        };
        &mut self.extended[at].1
    }
}

/// What a Pod asks for: `.0` as it says, `.1` CPU and memory with the defaults for containers that ask for nothing.
pub fn pod_requests(spec: &Value) -> (Resources, (i64, i64)) {
    let filled = |container: &Value| -> (Resources, Resources) {
        let asked = Resources::read(&container["resources"]["requests"]);
        let mut filled = asked.clone();
        let requests = &container["resources"]["requests"];
        if requests["cpu"].is_null() {
            filled.milli_cpu = DEFAULT_MILLI_CPU;
        }
        if requests["memory"].is_null() {
            filled.memory = DEFAULT_MEMORY;
        }
        (asked, filled)
    };
    let (mut asked, mut with_defaults) = (Resources::default(), Resources::default());
    for container in spec["containers"].array() {
        let (a, f) = filled(container);
        asked.add(&a, 1);
        with_defaults.add(&f, 1);
    }
    // Init containers run one after the other, each beside the sidecars (restartPolicy Always) started before it.
    let (mut sidecars, mut peak) =
        ((Resources::default(), Resources::default()), (Resources::default(), Resources::default()));
    for container in spec["initContainers"].array() {
        let (a, f) = filled(container);
        if container["restartPolicy"].str() == "Always" {
            asked.add(&a, 1);
            with_defaults.add(&f, 1);
            sidecars.0.add(&a, 1);
            sidecars.1.add(&f, 1);
            peak.0.max(&sidecars.0);
            peak.1.max(&sidecars.1);
        } else {
            let (mut a, mut f) = (a, f);
            a.add(&sidecars.0, 1);
            f.add(&sidecars.1, 1);
            peak.0.max(&a);
            peak.1.max(&f);
        }
    }
    asked.max(&peak.0);
    with_defaults.max(&peak.1);
    let overhead = Resources::read(&spec["overhead"]);
    asked.add(&overhead, 1);
    with_defaults.add(&overhead, 1);
    (asked, (with_defaults.milli_cpu, with_defaults.memory))
}

/// A quantity in thousandths, rounded up; 0 for what is none.
pub fn milli(quantity: &Value) -> i64 {
    if quantity.is_null() { 0 } else { Quantity::of(quantity).milli_value() }
}

/// A quantity in whole units, rounded up; 0 for what is none.
pub fn whole(quantity: &Value) -> i64 {
    if quantity.is_null() { 0 } else { Quantity::of(quantity).value() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn init_containers_count_by_their_peak_and_sidecars_always() {
        let container = |cpu: &str| obj! { "resources" => obj! { "requests" => obj! { "cpu" => cpu } } };
        let mut sidecar = container("100m");
        sidecar.set("restartPolicy", "Always");
        let spec = obj! {
            "initContainers" => list![sidecar, container("1")],
            "containers" => list![container("300m"), container("200m")],
        };
        assert_eq!(pod_requests(&spec).0.milli_cpu, 1100);
        assert_eq!(pod_requests(&obj! { "containers" => list![obj! {}, obj! {}] }).1, (200, 400 << 20));
    }
}
