//! Endpoints that are kept by hand have EndpointSlices, too.

use crate::world::World;
use api::{Value, kind, list, obj};
use apiserver::Propagation;

fn mirrored(world: &World) -> Vec<Value> {
    world.list(kind::ENDPOINT_SLICE)
}

#[test]
fn endpoints_by_hand_are_mirrored_while_the_service_has_no_selector() {
    let mut world = World::new(0);
    let named = || obj! { "name" => "db", "namespace" => "default", "labels" => obj! { "tier" => "back" } };
    let port = obj! { "name" => "pg", "port" => 5432 };
    let subset = |ip: &str| {
        obj! { "addresses" => list![obj! { "ip" => ip }], "notReadyAddresses" => list![obj! { "ip" => "10.9.9.9" }], "ports" => list![&port] }
    };
    world.create(kind::ENDPOINTS, obj! { "metadata" => named(), "subsets" => list![subset("1.2.3.4")] });
    world.settle();
    assert!(mirrored(&world).is_empty(), "there is no Service yet");
    let spec = obj! { "ports" => list![obj! { "port" => 5432 }] };
    world.create(kind::SERVICE, obj! { "metadata" => named(), "spec" => spec });
    world.settle();
    let [slice] = &mirrored(&world)[..] else { panic!("one slice") };
    let labels = slice.labels();
    assert_eq!((labels["tier"].str(), labels["kubernetes.io/service-name"].str()), ("back", "db"));
    let ready: Vec<(String, bool)> = slice["endpoints"]
        .array()
        .iter()
        .map(|e| (e["addresses"].array()[0].str().to_owned(), e["conditions"]["ready"].bool()))
        .collect();
    assert_eq!(ready, [("1.2.3.4".to_owned(), true), ("10.9.9.9".to_owned(), false)]);
    assert_eq!(slice["ports"].array()[0]["port"].int(), 5432);
    let name = slice.name().to_owned();
    world.edit(kind::ENDPOINTS, "db", |endpoints| endpoints.set("subsets", list![subset("1.2.3.5")]));
    world.settle();
    let [slice] = &mirrored(&world)[..] else { panic!("one slice") };
    assert_eq!((slice.name(), slice["endpoints"].array()[0]["addresses"].array()[0].str()), (&*name, "1.2.3.5"));
    world.delete(kind::ENDPOINTS, "db", Propagation::Background);
    world.settle();
    assert!(mirrored(&world).is_empty());
}
