//! How requests travel, as the commands of a session show it.

use super::cluster_tests::in_cluster;
use super::*;

#[test]
fn the_way_of_a_packet_and_the_rules_that_decide_it_can_be_read() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask("kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80 --type=NodePort");
    ask("kubectl rollout status deployment web");
    let (text, status) =
        ask("curl -s --trace-route -o /dev/null node3:$(kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}')");
    assert_eq!(status, 0, "{text}");
    let places: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("hop")?.split_once(' ')).map(|p| p.1).collect();
    assert!(places[0].contains("outside: sends 172.17.0.1:"), "{text}");
    assert!(places[1].contains("node3: arrives for 172.17.0.13:3"), "{text}");
    assert!(places[2].contains("service default/web: KUBE-SERVICES -> KUBE-NODEPORTS -> KUBE-EXT-"), "{text}");
    assert!(places[2].contains("(1 of 1); DNAT to 10."), "{text}");
    assert!(places.last().unwrap().contains("delivered at port 80") && text.contains("pod web-"), "{text}");
    assert!(text.contains(" ms\nhttp   web-") && text.ends_with(" answered 200 to GET /\n"), "{text}");
    let chain = text.split("picked ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let (rules, _) = ask("ssh node2 iptables-save | grep default/web");
    assert!(rules.contains(&format!("-A {chain} -p tcp")), "{rules}");
    let (listed, _) = ask(&format!("ssh node2 iptables -t nat -n -L {chain}"));
    assert!(listed.starts_with(&format!("Chain {chain} (1 references)\ntarget     prot opt source")), "{listed}");
    assert!(
        listed.contains("DNAT       tcp  --  0.0.0.0/0            0.0.0.0/0            /* default/web */ tcp to:10."),
        "{listed}"
    );
    let (known, status) = ask("ssh node3 conntrack -L -p tcp");
    assert!(status == 0 && known.contains("tcp      6 11") && known.contains(" TIME_WAIT src=172.17.0.1 "), "{known}");
    assert!(known.ends_with(" flow entries have been shown.\n"), "{known}");
    assert_eq!(ask("ssh node3 conntrack -D -p tcp -s 172.17.0.1 >/dev/null 2>&1; ssh node3 conntrack -L -s 172.17.0.1 2>/dev/null").0.lines().count(), 1, "the connection of ssh itself");
    assert_eq!(ask("ssh node3 conntrack -L -p nosuch").1, 2);
    assert_eq!(ask("ssh node1 iptables -t nosuch -L").1, 1);
    assert_eq!(ask("ssh node1 iptables -t nat -S NOSUCH").1, 1);
    assert_eq!(ask("iptables-save").1, 1);
    let policy =
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}}\n";
    ask(&format!("cat <<EOF | kubectl apply -f -\n{policy}EOF"));
    let (text, status) =
        ask("curl -sm 2 --trace-route node3:$(kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}')");
    assert_eq!(status, 28);
    assert!(
        text.contains(": Ingress denied by NetworkPolicy closed\nend    timed out: ingress-denied after"),
        "{text}"
    );
    assert!(text.ends_with("why    A NetworkPolicy lets nothing of the kind in to this Pod.\n"), "{text}");
    let (text, _) = ask("export LANG=ko_KR.UTF-8; curl -sm 2 --trace-route 10.44.0.1");
    assert!(text.contains("hop 1  클러스터 바깥: 보냄: 172.17.0.1:"), "{text}");
    assert!(
        text.ends_with("10.44.0.1:80: 클러스터 안에서만 통하는 Pod의 주소라, 바깥에서는 가는 길을 아무도 모릅니다.\n"),
        "{text}"
    );
}

#[test]
fn name_servers_tell_ports_and_names_too() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let dns = "@10.96.0.10";
    let found = ask(&format!("ssh node1 dig +short {dns} kube-dns.kube-system.svc.cluster.local SRV"));
    assert!(found.0.contains("0 100 53 kube-dns.kube-system.svc.cluster.local.\n"), "{found:?}");
    let metrics = format!("ssh node1 dig +short {dns} _metrics._tcp.kube-dns.kube-system.svc.cluster.local SRV");
    assert_eq!(ask(&metrics).0, "0 100 9153 kube-dns.kube-system.svc.cluster.local.\n");
    assert_eq!(ask(&format!("ssh node1 dig +short {dns} -x 10.96.0.1")).0, "kubernetes.default.svc.cluster.local.\n");
    let told = ask("ssh node1 nslookup 10.96.0.10 10.96.0.10");
    assert_eq!(told, ("10.0.96.10.in-addr.arpa\tname = kube-dns.kube-system.svc.cluster.local.\n\n".into(), 0));
    let told = ask("ssh node1 nslookup kubernetes.default.svc.cluster.local 10.96.0.10");
    assert!(told.0.ends_with("Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n"), "{told:?}");
    // The node's own name server knows nothing of the cluster.
    assert_eq!(ask("ssh node1 nslookup kubernetes.default.svc.cluster.local").1, 1);
    let none = ask("ssh node1 nslookup -type=aaaa kubernetes.default.svc.cluster.local 10.96.0.10");
    assert!(none.0.contains("*** Can't find kubernetes.default.svc.cluster.local: No answer"), "{none:?}");
    assert_eq!(ask("nslookup kubernetes 10.96.0.10").1, 1, "cluster DNS cannot be reached from outside");
    let found = ask("ssh node1 dig @10.96.0.10 nosuch.default.svc.cluster.local").0;
    assert!(found.contains("status: NXDOMAIN") && found.contains("SERVER: 10.96.0.10#53(10.96.0.10)"), "{found}");
}

#[test]
fn an_ingress_controller_hands_requests_on_to_services() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let spec = "{ingressClassName: nginx, rules: [{host: shop.example.com, http: {paths: [\
                {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}";
    let ingress = format!("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: shop}}\nspec: {spec}\n");
    ask(&format!("cat > shop.yaml <<EOF\n{ingress}EOF"));
    ask(
        "kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80; kubectl apply -f shop.yaml",
    );
    assert_eq!(ask("kubectl get ingress shop -o jsonpath='{.status.loadBalancer}'").0, "{}", "nobody acts yet");
    let manifest = "https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.13.2/deploy/static/provider/cloud/deploy.yaml";
    let (applied, status) = ask(&format!("kubectl apply -f {manifest}"));
    assert_eq!((applied.lines().count(), status), (7, 0), "{applied}");
    ask("kubectl rollout status -n ingress-nginx deployment ingress-nginx-controller; sleep 80");
    let address = ask("kubectl get ingress shop -o jsonpath='{.status.loadBalancer.ingress[0].ip}'").0;
    assert!(address.starts_with("192.0.2."), "{address:?}");
    assert!(ask("kubectl describe ingress shop").0.contains("Scheduled for sync"));
    let page = ask(&format!("curl -s -H 'Host: shop.example.com' http://{address}/"));
    assert!(page.0.contains("Welcome to nginx"), "{page:?}");
    let fetched = ask(&format!("wget -q -O - --header='Host: shop.example.com' http://{address}/"));
    assert_eq!(fetched, page, "wget says the host, too");
    let (told, _) = ask(&format!("curl -s -o /dev/null --trace-route -H 'Host: shop.example.com' http://{address}/a"));
    assert!(told.contains("\nhttp   Ingress default/shop: shop.example.com/a goes to Service web:80\n"), "{told}");
    assert_eq!(told.lines().filter(|line| line.starts_with("end ")).count(), 2, "two connections: {told}");
    assert!(told.ends_with(" answered 404 to GET /a\n"), "{told}");
    let code =
        |host: &str, rest: &str| format!("curl -s -o /dev/null -w '%{{http_code}}' -H 'Host: {host}' {rest}{address}/");
    assert_eq!(ask(&code("other.example.com", "")).0, "404");
    assert_eq!(ask(&code("shop.example.com", "https://")).1, 60);
    assert_eq!(ask(&code("shop.example.com", "-k https://")).0, "200");
    let log = ask("kubectl logs -n ingress-nginx deploy/ingress-nginx-controller | tail -1").0;
    assert!(log.contains("\"GET / HTTP/1.1\" 200") && log.contains("[default-web-80]"), "{log}");
    let from = ask("kubectl logs deploy/web | tail -1").0;
    assert!(from.starts_with("10."), "the request came from the controller's Pod: {from}");
    // An Ingress that leads back to the controller does not go on for ever.
    let own = "kubectl create ingress loop -n ingress-nginx --class=nginx --rule='loop.example.com/*=ingress-nginx-controller:80'";
    ask(own);
    assert_eq!(ask(&code("loop.example.com", "")).0, "500");
    ask("kubectl scale deployment web --replicas=0; sleep 3");
    assert_eq!(ask(&code("shop.example.com", "")).0, "503");
    ask("kubectl delete ingress shop");
    assert_eq!(ask(&code("shop.example.com", "")).0, "404");
}

#[test]
fn a_load_balancer_asks_nodes_for_their_pods() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask("kubectl create deployment web --image=nginx; kubectl rollout status deployment web");
    ask("kubectl expose deployment web --port=80 --type=LoadBalancer");
    assert_eq!(ask("kubectl get svc web -o jsonpath='{.spec.healthCheckNodePort}'").0, "");
    ask("kubectl patch svc web -p '{\"spec\":{\"externalTrafficPolicy\":\"Local\"}}'");
    let port: u16 = ask("kubectl get svc web -o jsonpath='{.spec.healthCheckNodePort}'").0.parse().unwrap();
    let node = ask("kubectl get pod -l app=web -o jsonpath='{.items[0].spec.nodeName}'").0;
    let other = if node == "node1" { "node2" } else { "node1" };
    let (text, _) = ask(&format!("curl -si http://{node}:{port}"));
    assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"), "{text}");
    assert!(text.contains("\"localEndpoints\": 1,\n\t\"serviceProxyHealthy\": true\n}"), "{text}");
    let (text, _) = ask(&format!("curl -si http://{other}:{port}"));
    assert!(text.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{text}");
    assert!(
        ask(&format!("ssh {other} iptables-save"))
            .0
            .contains(&format!("health check node port\" -m tcp --dport {port} -j ACCEPT"))
    );
    ask("kubectl patch svc web -p '{\"spec\":{\"externalTrafficPolicy\":\"Cluster\"}}'");
    assert_eq!(ask("kubectl get svc web -o jsonpath='{.spec.healthCheckNodePort}'").0, "");
    assert_eq!(ask(&format!("curl -s http://{node}:{port}")).1, 7);
    ask("sleep 10; kubectl patch svc web -p '{\"spec\":{\"loadBalancerSourceRanges\":[\"203.0.113.0/24\"]}}'");
    let address = ask("kubectl get svc web -o jsonpath='{.status.loadBalancer.ingress[0].ip}'").0;
    let (text, status) = ask(&format!("curl -sm 2 --trace-route http://{address}"));
    assert!(status == 28 && text.contains("source-refused"), "{text}");
}

#[test]
fn kube_proxy_works_in_ipvs_mode_when_it_is_configured_and_started_again() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    assert_eq!(ask("ssh node1 ipvsadm -Ln").0.lines().count(), 3);
    ask("kubectl get cm kube-proxy -n kube-system -o yaml | sed 's/mode: iptables/mode: ipvs/' | kubectl apply -f -");
    assert_eq!(ask("ssh node1 ipvsadm -Ln").0.lines().count(), 3, "it is read at the start");
    ask("kubectl rollout restart ds kube-proxy -n kube-system; kubectl rollout status ds kube-proxy -n kube-system");
    let (text, _) = ask("ssh node1 ipvsadm -Ln");
    assert!(text.contains("TCP  10.96.0.1:443 rr\n  -> 172.17.0.10:6443 "), "{text}");
    assert!(ask("ssh node1 ip addr").0.contains("    inet 10.96.0.1/32 scope global kube-ipvs0\n"));
    let (text, _) = ask("ssh node1 ip a s dev weave");
    let inet = "    inet 10.44.0.0/12 brd 10.47.255.255 scope global weave\n";
    assert!(
        text.starts_with("6: weave: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1376 ") && text.ends_with(inet),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2, "one interface: {text}");
    assert_eq!(ask("ssh node1 ip link show eth7"), ("Device \"eth7\" does not exist.\n".to_owned(), 1));
    assert!(ask("ssh node1 curl -ks https://10.96.0.1/version --trace-route").0.contains("IPVS rr picked"));
}

#[test]
fn cluster_dns_is_configured_and_fails_as_coredns_does() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let dig = |name: &str| format!("ssh node1 dig @10.96.0.10 {name}");
    let found = ask(&dig("default.svc.cluster.local")).0;
    assert!(
        found.contains("status: NOERROR") && found.contains("\ncluster.local.\t\t30\tIN\tSOA\tns.dns.cluster.local. "),
        "{found}"
    );
    assert!(ask(&dig("nosuch.svc.cluster.local")).0.contains("status: NXDOMAIN"));
    assert!(ask(&dig("www.example.com")).0.contains("flags: qr rd ra;"));
    // A name of one's own, after the time that a ConfigMap takes to arrive.
    ask(
        "kubectl get cm coredns -n kube-system -o yaml | sed 's/^        errors/        hosts {\\n          192.0.2.9 printer.office\\n          fallthrough\\n        }\\n        errors/' | kubectl apply -f -",
    );
    assert!(ask("kubectl get cm coredns -n kube-system -o yaml").0.contains("printer.office"));
    assert!(ask(&dig("printer.office")).0.contains("NXDOMAIN"));
    ask("sleep 80");
    assert!(ask(&dig("+short printer.office")).0.contains("192.0.2.9"));
    assert!(ask(&dig("+short kubernetes.default.svc.cluster.local")).0.contains("10.96.0.1"));
    // Nobody serves names any more: refused at once, as the Service has no endpoints.
    ask("kubectl scale deployment coredns -n kube-system --replicas=0; sleep 40");
    let (text, status) = ask("ssh node1 nslookup kubernetes.default 10.96.0.10");
    assert_eq!(
        (text.matches(";; communications error to 10.96.0.10#53: connection refused\n").count(), status),
        (3, 1),
        "{text}"
    );
    assert!(text.ends_with(";; no servers could be reached\n\n"), "{text}");
    ask("kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web");
    let (text, status) = ask("kubectl exec web -- curl -s http://kubernetes; date +%s");
    assert_eq!(status, 0, "{text}");
    assert_eq!(
        ask("kubectl exec web -- curl -sS http://kubernetes").0.trim_end().lines().next(),
        Some("curl: (6) Could not resolve host: kubernetes")
    );
}

#[test]
fn a_gateway_hands_requests_on_as_http_routes_say() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let crds = "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.3.0/standard-install.yaml";
    let (applied, status) = ask(&format!("kubectl apply -f {crds}"));
    assert_eq!((applied.lines().count(), status), (4, 0), "{applied}");
    let fabric = "https://raw.githubusercontent.com/nginx/nginx-gateway-fabric/v1.6.2/deploy/default/deploy.yaml";
    let (applied, status) = ask(&format!("sleep 2; kubectl apply -f {fabric}"));
    assert_eq!((applied.lines().count(), status), (7, 0), "{applied}");
    ask("kubectl rollout status -n nginx-gateway deployment nginx-gateway; sleep 20");
    let class = ask("kubectl get gatewayclass").0;
    assert!(class.contains("nginx   gateway.nginx.org/nginx-gateway-controller   True "), "{class}");
    for name in ["blue", "green"] {
        ask(&format!("kubectl create deployment {name} --image=nginx; kubectl expose deployment {name} --port=80"));
    }
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: shop}\nspec:\n  gatewayClassName: nginx\n  \
                   listeners: [{name: http, port: 80, protocol: HTTP}]\n";
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shop}\nspec:\n  parentRefs: [{name: shop}]\n  \
                 hostnames: [shop.example.com]\n  rules:\n  - backendRefs: [{name: blue, port: 80, weight: 3}, {name: green, port: 80}]\n  \
                 - matches: [{path: {value: /old}}]\n    filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /}}}]\n  \
                 - matches: [{path: {value: /none}}]\n    backendRefs: [{name: nosuch, port: 80}]\n";
    ask(&format!("cat > g.yaml <<EOF\n{gateway}---\n{route}EOF"));
    let (applied, status) = ask("kubectl apply -f g.yaml; sleep 5");
    assert_eq!(status, 0, "{applied}");
    let shown = ask("kubectl get gateway shop").0;
    let address = ask("kubectl get gateway shop -o jsonpath='{.status.addresses[0].value}'").0;
    assert!(address.starts_with("192.0.2.") && shown.contains(&format!("shop   nginx   {address}   True ")), "{shown}");
    assert!(ask("kubectl get httproute").0.contains("[\"shop.example.com\"]"));
    let listener = ask("kubectl get gateway shop -o jsonpath='{.status.listeners[0].attachedRoutes}'").0;
    assert_eq!(listener, "1");
    let reasons = ask("kubectl get httproute shop -o jsonpath='{.status.parents[0].conditions[*].reason}'").0;
    assert_eq!(reasons, "Accepted BackendNotFound");
    let (told, _) = ask(&format!("curl -s --trace-route -o /dev/null -H 'Host: shop.example.com' http://{address}/x"));
    assert!(told.contains("HTTPRoute default/shop: shop.example.com/x goes to Service "), "{told}");
    let code = |path: &str| {
        format!("curl -s -o /dev/null -w '%{{http_code}}' -H 'Host: shop.example.com' http://{address}{path}")
    };
    assert_eq!(ask(&code("/")).0, "200");
    assert_eq!(ask(&code("/old/x")).0, "302");
    assert_eq!(ask(&code("/none")).0, "503");
    assert_eq!(ask(&format!("curl -s -o /dev/null -w '%{{http_code}}' http://{address}/")).0, "404");
    ask(
        "for i in $(seq 40); do curl -s -o /dev/null -H 'Host: shop.example.com' http://$(kubectl get gateway shop -o jsonpath='{.status.addresses[0].value}'); done",
    );
    let count = |name: &str| format!("kubectl logs deploy/{name} | grep -c 'GET / '");
    let (blue, green): (u32, u32) =
        (ask(&count("blue")).0.trim().parse().unwrap(), ask(&count("green")).0.trim().parse().unwrap());
    assert!(blue > green && green > 3, "3 to 1: {blue} {green}");
    ask("kubectl create service clusterip nosuch --tcp=80; sleep 2");
    let reasons = ask("kubectl get httproute shop -o jsonpath='{.status.parents[0].conditions[*].reason}'").0;
    assert_eq!(reasons, "Accepted ResolvedRefs");
}
