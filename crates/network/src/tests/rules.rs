//! What `iptables-save` prints against what packets do.

use super::*;

/// The rules of a node's table `nat` that mention `word`, chains' hashes left out.
fn rules(cluster: &Cluster, node: &str, word: &str) -> Vec<String> {
    let text = iptables::save(&cluster.network, node, Some("nat"));
    let short = |word: &str| match word.rsplit_once('-') {
        Some((kind, hash)) if hash.len() == 16 && kind.starts_with("KUBE-") => kind.to_owned(),
        _ => word.to_owned(),
    };
    let lines = text.lines().filter(|line| line.contains(word) && line.starts_with("-A"));
    lines.map(|line| line.split(' ').map(short).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_nodes_rules_are_those_that_packets_follow() {
    let cluster = Cluster::new();
    let web = rules(&cluster, "node1", "default/web");
    let expected = [
        r#"-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 30080 -j KUBE-EXT"#,
        r#"-A KUBE-SERVICES -d 10.100.0.1/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC"#,
        r#"-A KUBE-EXT -m comment --comment "masquerade traffic for default/web external destinations" -j KUBE-MARK-MASQ"#,
        r#"-A KUBE-SVC -m comment --comment "default/web -> 10.44.0.1:80" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP"#,
        r#"-A KUBE-SVC -m comment --comment "default/web -> 10.47.0.1:80" -j KUBE-SEP"#,
        r#"-A KUBE-SVC ! -s 10.32.0.0/12 -d 10.100.0.1/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ"#,
        r#"-A KUBE-SEP -s 10.44.0.1/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ"#,
        r#"-A KUBE-SEP -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.44.0.1:80"#,
    ];
    for rule in expected {
        assert!(web.iter().any(|line| line == rule), "{rule}\n{web:#?}");
    }
    assert_eq!(web.iter().filter(|line| line.contains("DNAT")).count(), 4);
    let local = rules(&cluster, "node2", "default/local");
    assert_eq!(local.iter().filter(|line| line.starts_with("-A KUBE-SVL")).count(), 1, "{local:#?}");
    let sticky = rules(&cluster, "node1", "default/sticky");
    assert!(sticky.iter().any(|line| line.contains("--rcheck --seconds 10800 --reap --name KUBE-SEP")), "{sticky:#?}");
    let text = iptables::save(&cluster.network, "node1", Some("filter"));
    let refused = "-A KUBE-SERVICES -d 10.100.0.5/32 -p tcp -m comment --comment \"default/empty has no endpoints\" -m tcp \
                   --dport 80 -j REJECT --reject-with icmp-port-unreachable\n";
    assert!(text.contains(refused) && !text.contains("*nat"), "{text}");
    let chains: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(':')?.split(' ').next()).collect();
    assert_eq!(
        chains,
        [
            "INPUT",
            "FORWARD",
            "OUTPUT",
            "KUBE-EXTERNAL-SERVICES",
            "KUBE-FIREWALL",
            "KUBE-FORWARD",
            "KUBE-KUBELET-CANARY",
            "KUBE-NODEPORTS",
            "KUBE-PROXY-CANARY",
            "KUBE-PROXY-FIREWALL",
            "KUBE-SERVICES"
        ]
    );
}

#[test]
fn in_ipvs_mode_endpoints_are_taken_in_turn() {
    let mut cluster = Cluster::new();
    let config = |text: &str| {
        let metadata = obj! { "namespace" => "kube-system", "name" => "kube-proxy" };
        obj! { "metadata" => metadata, "data" => obj! { "config.conf" => text } }
    };
    cluster.network.observe(kind::CONFIG_MAP, &config("mode: ipvs\n"), false);
    assert_eq!(cluster.network.proxy.mode("node1"), Mode::Iptables, "what runs is not asked again");
    let labels = obj! { "k8s-app" => "kube-proxy" };
    let proxy =
        obj! { "metadata" => obj! { "namespace" => "kube-system", "name" => "kube-proxy-x", "labels" => labels } };
    cluster.network.started("node1", &proxy);
    assert_eq!(cluster.network.proxy.mode("node1"), Mode::Ipvs("rr".into()));
    assert_eq!(cluster.network.proxy.mode("node2"), Mode::Iptables);
    let pods: Vec<Str> = (0..8).map(|_| pod_of(&cluster.pod_calls("10.100.0.1", 80))).collect();
    assert_eq!(pods[..4], pods[4..]);
    assert_eq!(pods[..4].iter().collect::<BTreeSet<_>>().len(), 4, "{pods:?}");
    let trace = cluster.pod_calls("10.100.0.1", 80);
    let chains = trace.hops.iter().find_map(|hop| match &hop.what {
        What::Translated(rule, _) => Some(rule.chains.clone()),
        _ => None,
    });
    assert_eq!(chains.unwrap(), ["IPVS rr"]);
    cluster.now = cluster.now + Duration::from_millis(10);
    let text = ipvs::list(&cluster.network, "node1", cluster.now);
    let wanted = "TCP  10.100.0.1:80 rr\n  -> 10.36.0.1:80                 Masq    1      0          3         \n  -> 10.44.0.1:80                 Masq    1      0          2         \n";
    assert!(text.contains(wanted), "{text}");
    assert!(
        text.contains("TCP  10.100.0.4:80 rr persistent 10800\n") && text.contains("TCP  172.17.0.11:30080 rr\n"),
        "{text}"
    );
    assert!(text.contains("UDP  10.96.0.10:53 rr\n"), "{text}");
    assert_eq!(ipvs::list(&cluster.network, "node2", cluster.now).lines().count(), 3);
    assert!(ipvs::bound(&cluster.network, "node1").contains(&Ipv4Addr::new(10, 96, 0, 10)));
    // The node has the Services' addresses, so they answer a ping there.
    let mut ping = |node: &str| {
        let call = Call {
            from: &Place::Node(node.into()),
            host: "10.100.0.1",
            port: 0,
            protocol: Protocol::Icmp,
            source_port: 0,
            held: false,
        };
        cluster.network.connect(&call, &cluster.machines, &mut cluster.rng, cluster.now).listener().is_some()
    };
    assert!(ping("node1") && !ping("node2"));
    assert_eq!(cluster.pod_calls("10.100.0.5", 80).outcome, Outcome::Refused(Reason::NoEndpoints));
    let rules = iptables::save(&cluster.network, "node1", None);
    assert!(!rules.contains("KUBE-SVC-") && rules.contains("--match-set KUBE-CLUSTER-IP dst,dst"), "{rules}");
    cluster.network.observe(kind::CONFIG_MAP, &config("mode: \"\""), false);
    cluster.network.started("node1", &proxy);
    assert_eq!(cluster.network.proxy.mode("node1"), Mode::Iptables);
}
