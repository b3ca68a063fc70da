//! Ranges of Services' addresses come and go.

use crate::world::World;
use api::{Value, condition, kind, list, obj};
use apiserver::Propagation;

#[test]
fn a_range_can_be_used_and_stays_while_a_service_needs_it() {
    let mut world = World::new(0);
    world.api.register();
    let spec = obj! { "cidrs" => list!["10.7.0.0/24"] };
    world.create(kind::SERVICE_CIDR, obj! { "metadata" => obj! { "name" => "more" }, "spec" => spec });
    world.settle();
    let state = |world: &World| {
        let range = world.get(kind::SERVICE_CIDR, "more").unwrap_or_default();
        let ready = condition(&range, "Ready");
        (ready["status"].str().to_owned(), ready["reason"].str().to_owned(), range.deleting())
    };
    assert_eq!(state(&world), ("True".into(), String::new(), false));
    let metadata: Value = obj! { "name" => "web", "namespace" => "default" };
    let spec = obj! { "clusterIP" => "10.7.0.9", "ports" => list![obj! { "port" => 80 }] };
    world.create(kind::SERVICE, obj! { "metadata" => metadata, "spec" => spec });
    world.settle();
    assert!(world.get(kind::IP_ADDRESS, "10.7.0.9").is_some());
    world.delete(kind::SERVICE_CIDR, "more", Propagation::Background);
    world.settle();
    assert_eq!(state(&world), ("False".into(), "Terminating".into(), true));
    world.delete(kind::SERVICE, "web", Propagation::Background);
    world.advance(std::time::Duration::from_secs(20));
    assert!(world.get(kind::SERVICE_CIDR, "more").is_none());
    assert!(world.get(kind::IP_ADDRESS, "10.7.0.9").is_none());
}
