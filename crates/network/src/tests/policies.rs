//! NetworkPolicies on the way of packets.

use super::*;

#[test]
fn policies_stop_packets_at_the_pod_that_they_isolate() {
    let mut cluster = Cluster::new();
    let policy = |name: &str, spec: &str| {
        let text = format!("metadata: {{namespace: default, name: {name}}}\nspec: {spec}");
        api::yaml::documents(&text).unwrap().remove(0)
    };
    let deny = policy("deny", "{podSelector: {matchLabels: {app: web-1}}, policyTypes: [Ingress]}");
    cluster.network.observe(kind::NETWORK_POLICY, &deny, false);
    let trace = cluster.pod_calls("10.36.0.1", 80);
    assert_eq!(way(&trace), "web-0 > bridge node1 > bridge node2 > web-1 (Ingress denied)");
    assert_eq!(trace.outcome, Outcome::TimedOut(Reason::IngressDenied));
    assert!(trace.after.as_secs() > 120);
    assert!(matches!(&trace.hops.last().unwrap().what, What::Denied(denial) if denial.policies == ["deny"]));
    // A probe of its own node passes, another node does not.
    assert!(cluster.call(&Place::Node("node2".into()), "10.36.0.1", 80).listener().is_some());
    assert_eq!(cluster.call(&Place::Node("node1".into()), "10.36.0.1", 80).reason(), Some(Reason::IngressDenied));
    // By a Service, from inside and from outside, it is the same; other endpoints answer.
    let reasons: BTreeSet<_> = (0..60).map(|_| cluster.user_calls("172.17.0.12", 30_080).reason()).collect();
    assert_eq!(reasons, BTreeSet::from([None, Some(Reason::IngressDenied)]));
    let allow =
        "{podSelector: {matchLabels: {app: web-1}}, ingress: [{from: [{podSelector: {matchLabels: {app: web-0}}}]}]}";
    cluster.network.observe(kind::NETWORK_POLICY, &policy("allow", allow), false);
    assert!(cluster.pod_calls("10.36.0.1", 80).listener().is_some());
    let other = cluster.call(&Place::Pod("web-2".into()), "10.36.0.1", 80);
    assert!(matches!(&other.hops.last().unwrap().what, What::Denied(denial) if denial.policies == ["allow", "deny"]));
}

#[test]
fn a_pod_that_may_not_go_out_does_not_even_learn_addresses() {
    let mut cluster = Cluster::new();
    let text = "metadata: {namespace: default, name: out}\nspec: {podSelector: {matchLabels: {app: web-0}}, policyTypes: [Egress]}";
    let deny = api::yaml::documents(text).unwrap().remove(0);
    cluster.network.observe(kind::NETWORK_POLICY, &deny, false);
    let trace = cluster.pod_calls("web", 80);
    assert_eq!(trace.outcome, Outcome::Unresolved(Reason::NoNameServer));
    assert!(matches!(&trace.query.last().unwrap().what, What::Denied(denial) if denial.direction == Direction::Egress));
    let trace = cluster.pod_calls("10.100.0.1", 80);
    assert_eq!(way(&trace), "web-0 > bridge node1 > node1 > service web > web-0 (Egress denied)");
    assert!(cluster.pod_calls("127.0.0.1", 80).listener().is_some());
    assert!(cluster.call(&Place::Pod("web-1".into()), "10.44.0.1", 80).listener().is_some());
    cluster.network.observe(kind::NETWORK_POLICY, &deny, true);
    assert!(cluster.pod_calls("web", 80).listener().is_some());
}
