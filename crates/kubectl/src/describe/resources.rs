//! Requests and limits: of a container as they are, of a Pod added up as the scheduler does.

use super::writer::Writer;
use api::FlatMap;
use api::quantity::Quantity;
use api::{Str, Value};

/// The sections `Limits` and `Requests`, as far as there are any.
pub fn describe(w: &mut Writer, level: usize, resources: &Value) {
    for (title, field) in [("Limits", "limits"), ("Requests", "requests")] {
        let list = &resources[field];
        if !list.is_empty() {
            w.line(level, format_args!("{title}:"));
        }
        for (name, amount) in list.entries() {
            w.field(level + 1, name, Quantity::of(amount));
        }
    }
}

/// Amounts by the resource's name.
pub type Amounts = FlatMap<Str, Quantity>;

/// Adds up amounts.
pub fn add(total: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let sum = total.get_or_default(name.clone());
        *sum = *sum + *amount;
    }
}

/// What a Pod asks for (`field` is `requests` or `limits`): the sum over its containers and sidecars, but at least what any
/// init container needs together with the sidecars before it; amounts for the Pod as a whole win; the runtime's overhead
/// comes on top.
pub fn of_pod(pod: &Value, field: &str) -> Amounts {
    let spec = &pod["spec"];
    let mut total = Amounts::new();
    for container in spec["containers"].array() {
        add(&mut total, &amounts(&container["resources"][field]));
    }
    let (mut sidecars, mut starting) = (Amounts::new(), Amounts::new());
    for container in spec["initContainers"].array() {
        let mut needs = amounts(&container["resources"][field]);
        if container["restartPolicy"].str() == "Always" {
            add(&mut total, &needs);
            add(&mut sidecars, &needs);
            needs.clone_from(&sidecars);
        } else {
            add(&mut needs, &sidecars);
        }
        at_least(&mut starting, &needs);
    }
    at_least(&mut total, &starting);
    total.extend(amounts(&spec["resources"][field]));
    let mut overhead = amounts(&spec["overhead"]);
    // What has no limit gets none from the overhead.
    overhead.retain(|name, _| field == "requests" || total.contains_key(name));
    add(&mut total, &overhead);
    total
}

fn amounts(list: &Value) -> Amounts {
    list.entries().map(|(name, amount)| (name.clone(), Quantity::of(amount))).collect()
}

fn at_least(total: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let largest = total.get_or_insert_with(name.clone(), || *amount);
        *largest = (*largest).max(*amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn container(cpu: &str) -> Value {
        obj! { "resources" => obj! { "requests" => obj! { "cpu" => cpu } } }
    }

    #[test]
    fn init_containers_share_and_sidecars_add() {
        let mut sidecar = container("100m");
        sidecar.set("restartPolicy", "Always");
        let mut pod = obj! {};
        pod.set("spec.containers", list![container("200m"), container("300m")]);
        assert_eq!(of_pod(&pod, "requests")["cpu"].to_string(), "500m");
        pod.set("spec.initContainers", list![container("400m"), sidecar, container("700m")]);
        assert_eq!(of_pod(&pod, "requests")["cpu"].to_string(), "800m");
        pod.set("spec.overhead", obj! { "cpu" => "200m" });
        assert_eq!(of_pod(&pod, "requests")["cpu"].to_string(), "1");
        assert!(of_pod(&pod, "limits").is_empty());
    }
}
