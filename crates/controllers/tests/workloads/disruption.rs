//! Disruption budgets.

use crate::world::World;
use api::{Value, kind, obj};
use std::time::Duration;

fn budget(world: &mut World, field: &str, amount: Value) {
    let selector = obj! { "matchLabels" => obj! { "app" => "web" } };
    let mut spec = obj! { "selector" => selector };
    spec.object_mut().insert(field, amount);
    let metadata = obj! { "name" => "b", "namespace" => "default" };
    world.create(kind::POD_DISRUPTION_BUDGET, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
}

/// allowed, current, desired, expected
fn counts(world: &World) -> [i64; 4] {
    let status = world.get(kind::POD_DISRUPTION_BUDGET, "b").unwrap()["status"].clone();
    ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"].map(|field| status[field].int())
}

#[test]
fn a_budget_counts_what_may_go() {
    for (field, amount, expected) in [
        ("minAvailable", Value::from(2), [1, 3, 2, 3]),
        ("minAvailable", "50%".into(), [1, 3, 2, 3]),
        ("maxUnavailable", 1.into(), [1, 3, 2, 3]),
        ("maxUnavailable", "0%".into(), [0, 3, 3, 3]),
    ] {
        let mut world = World::new(3);
        world.deployment("web", "nginx", 3);
        world.settle();
        budget(&mut world, field, amount.clone());
        assert_eq!(counts(&world), expected, "{field} {amount:?}");
    }
}

#[test]
fn a_pod_that_is_being_evicted_does_not_count_until_it_is_forgotten() {
    let mut world = World::new(3);
    world.deployment("web", "nginx", 3);
    world.settle();
    budget(&mut world, "minAvailable", 2.into());
    let pod = world.list(kind::POD)[0].name().to_owned();
    let now = world.now;
    world.client(|client| {
        let mut budget = client.get(kind::POD_DISRUPTION_BUDGET, "default", "b").unwrap();
        budget.at_mut("status.disruptedPods").object_mut().insert(pod.as_str(), now.into());
        client.update_status(kind::POD_DISRUPTION_BUDGET, budget).unwrap();
    });
    world.settle();
    assert_eq!(counts(&world), [0, 2, 2, 3]);
    world.advance(Duration::from_secs(125));
    assert_eq!(counts(&world), [1, 3, 2, 3]);
    assert_eq!(world.messages("NotDeleted"), ["Pod was expected by PDB default/b to be deleted but it wasn't"]);
}
