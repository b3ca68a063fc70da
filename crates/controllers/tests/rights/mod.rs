//! Roles that consist of others, tokens, quotas and certificates.

use crate::world::World;
use api::{Value, base64, kind, list, obj};
use apiserver::Propagation;

fn named(name: &str) -> Value {
    obj! { "name" => name, "namespace" => "default" }
}

#[test]
fn an_aggregated_role_has_the_rules_of_the_others() {
    let mut world = World::new(0);
    world.api.bootstrap();
    world.client(|_| ());
    world.settle();
    let rules = |world: &World, name: &str| world.get(kind::CLUSTER_ROLE, name).unwrap()["rules"].len();
    let (view, edit, admin) = (rules(&world, "view"), rules(&world, "edit"), rules(&world, "admin"));
    assert!(view > 5 && edit > view && admin == edit + 2, "{view} {edit} {admin}");
    let label = "rbac.authorization.k8s.io/aggregate-to-view";
    let rule = obj! { "apiGroups" => list!["example.com"], "resources" => list!["things"], "verbs" => list!["get"] };
    let metadata = obj! { "name" => "things", "labels" => obj! { label => "true" } };
    world.create(kind::CLUSTER_ROLE, obj! { "metadata" => metadata, "rules" => list![rule] });
    world.settle();
    assert_eq!((rules(&world, "view"), rules(&world, "admin")), (view + 1, admin + 1));
    world.delete(kind::CLUSTER_ROLE, "things", Propagation::Background);
    world.settle();
    assert_eq!((rules(&world, "view"), rules(&world, "admin")), (view, admin));
}

#[test]
fn a_token_secret_is_filled_and_goes_with_its_account() {
    let mut world = World::new(0);
    world.create(kind::SERVICE_ACCOUNT, obj! { "metadata" => named("robot") });
    let mut metadata = named("robot-token");
    metadata.set("annotations", obj! { "kubernetes.io/service-account.name" => "robot" });
    let secret = obj! { "metadata" => metadata, "type" => "kubernetes.io/service-account-token" };
    world.create(kind::SECRET, secret);
    world.settle();
    let secret = world.get(kind::SECRET, "robot-token").unwrap();
    let token = base64::decode(secret["data"]["token"].str()).unwrap();
    assert_eq!(world.api.authenticate(&token).unwrap().name, "system:serviceaccount:default:robot");
    assert_eq!(base64::decode(secret["data"]["namespace"].str()).as_deref(), Ok("default"));
    world.delete(kind::SERVICE_ACCOUNT, "robot", Propagation::Background);
    world.settle();
    assert!(world.get(kind::SECRET, "robot-token").is_none());
    assert!(world.api.authenticate(&token).is_none());
}

#[test]
fn a_quota_is_counted_when_it_comes_and_when_things_go() {
    let mut world = World::new(1);
    let map = |name: &str| obj! { "metadata" => named(name) };
    world.create(kind::CONFIG_MAP, map("a"));
    let hard = obj! { "count/configmaps" => "5" };
    world.create(kind::RESOURCE_QUOTA, obj! { "metadata" => named("q"), "spec" => obj! { "hard" => hard } });
    world.settle();
    let used = |world: &World| {
        world.get(kind::RESOURCE_QUOTA, "q").unwrap()["status"]["used"]["count/configmaps"].str().to_owned()
    };
    let before: i64 = used(&world).parse().unwrap();
    world.create(kind::CONFIG_MAP, map("b"));
    assert_eq!(used(&world), (before + 1).to_string());
    world.delete(kind::CONFIG_MAP, "a", Propagation::Background);
    world.settle();
    assert_eq!(used(&world), before.to_string());
}

#[test]
fn an_approved_request_gets_a_certificate() {
    let mut world = World::new(0);
    let pem = include_str!("../../../api/src/x509/csr.pem");
    let spec = |signer: &str, usage: &str| {
        obj! { "request" => base64::encode(pem.as_bytes()), "signerName" => signer, "usages" => list![usage] }
    };
    let mut ask = |name: &str, spec: Value| {
        let metadata = obj! { "name" => name };
        let mut request =
            world.create(kind::CERTIFICATE_SIGNING_REQUEST, obj! { "metadata" => metadata, "spec" => spec });
        assert_eq!(request["spec"]["username"].str(), "kubernetes-admin");
        let approved = obj! { "type" => "Approved", "status" => "True", "reason" => "KubectlApprove" };
        request.set("status.conditions", list![approved]);
        world.client(|client| client.update_status(kind::CERTIFICATE_SIGNING_REQUEST, request)).unwrap();
        world.settle();
        world.get(kind::CERTIFICATE_SIGNING_REQUEST, name).unwrap()["status"].clone()
    };
    let status = ask("jane", spec("kubernetes.io/kube-apiserver-client", "client auth"));
    let text = base64::decode(status["certificate"].str()).unwrap();
    assert!(text.starts_with("-----BEGIN CERTIFICATE-----\nMII") && text.ends_with("-----END CERTIFICATE-----\n"));
    let status = ask("wrong", spec("kubernetes.io/kube-apiserver-client", "server auth"));
    assert_eq!(
        api::condition(&obj! { "status" => status }, "Failed")["message"].str(),
        "invalid usage for client certificate: server auth"
    );
    assert!(ask("else", spec("example.com/own", "client auth"))["certificate"].is_null());
    // What is answered goes after an hour, what nobody signs stays.
    world.advance(std::time::Duration::from_secs(7300));
    let left: Vec<String> =
        world.list(kind::CERTIFICATE_SIGNING_REQUEST).iter().map(|request| request.name().to_owned()).collect();
    assert_eq!(left, ["else"]);
}
