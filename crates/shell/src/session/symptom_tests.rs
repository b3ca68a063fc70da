//! What people see of a fault in the network: which message, after how long, and what the trace calls the cause. The messages and
//! the times are those of the real tools: the kernel gives up connecting after its sixth retry, curl and busybox' wget wait for
//! it, glibc asks a silent name server twice for each of two names.

use super::cluster_tests::in_cluster;
use super::*;

fn ask(session: &mut Session, line: &str) -> (String, i32) {
    in_cluster(session, line)
}

/// Two Pods of `web` on node2 and node3, their Service, and clients on node1: `guest` with curl, `box` with busybox.
fn world() -> Session {
    let mut session = Session::new(Options::default(), true);
    let on = |node: &str| format!("--overrides='{{\"spec\":{{\"nodeName\":\"{node}\"}}}}'");
    for line in [
        format!("kubectl run web-1 --image=nginx -l app=web {}", on("node2")),
        format!("kubectl run guest --image=nginx {}", on("node1")),
        format!("kubectl run box --image=busybox {} -- sleep 100000", on("node1")),
        "kubectl create service clusterip web --tcp=80:80".to_owned(),
        "kubectl wait --for=condition=Ready pod --all --timeout=120s; sleep 2".to_owned(),
    ] {
        let (text, status) = ask(&mut session, &line);
        assert_eq!(status, 0, "{line}: {text}");
    }
    session
}

/// A command in a Pod: what it prints, its status, and for how many seconds it has run.
fn timed(session: &mut Session, pod: &str, command: &str) -> (String, i32, f64) {
    let began = session.now();
    let (text, status) = ask(session, &format!("kubectl exec {pod} -- {command}"));
    (text, status, session.now().since(began).as_secs_f64())
}

const CURL: &str = "curl -sS -o /dev/null --trace-route http://web";
const WGET: &str = "wget -q -O- http://web";
const NC: &str = "nc -zv -w 3 web 80";

/// A fault: what brings it about, and for each client what it prints, its exit status, and how many seconds it takes.
struct Symptom {
    name: &'static str,
    cause: &'static str,
    /// What the trace calls it.
    code: &'static str,
    sees: &'static [(&'static str, &'static str, &'static str, i32, std::ops::Range<i32>)],
}

const REFUSED: &[(&str, &str, &str, i32, std::ops::Range<i32>)] = &[
    ("guest", CURL, "curl: (7) Failed to connect to web port 80 after ", 7, 0..1),
    ("box", WGET, "): Connection refused", 1, 0..1),
    ("box", NC, ":80): Connection refused", 1, 0..1),
];
const SILENT: &[(&str, &str, &str, i32, std::ops::Range<i32>)] = &[
    ("guest", CURL, "curl: (28) Failed to connect to web port 80 after 1", 28, 128..133),
    ("guest", "curl -sS -m 5 http://web", "curl: (28) Connection timed out after 500", 28, 5..6),
    ("box", WGET, "): Connection timed out", 1, 128..133),
    ("box", "wget -T 4 -O- http://web", "wget: download timed out", 1, 4..5),
    ("box", NC, "nc: timed out", 1, 3..4),
];

const SYMPTOMS: &[Symptom] = &[
    // Who is off does not say that an address is his: the neighbour asks three times, a second apart.
    Symptom {
        name: "a dead node",
        cause: "ssh node2 poweroff",
        code: "node-down",
        sees: &[
            ("guest", CURL, "curl: (7) Failed to connect to web port 80 after 306", 7, 3..4),
            ("box", WGET, "): No route to host", 1, 3..4),
            ("box", "nc -zv -w 5 web 80", ":80): No route to host", 1, 3..4),
            ("box", "nc -zv -w 2 web 80", "nc: timed out", 1, 2..3),
        ],
    },
    Symptom {
        name: "a partition between two nodes",
        cause: "ssh node1 iptables -A INPUT -s node2 -j DROP",
        code: "filtered",
        sees: SILENT,
    },
    Symptom {
        name: "a policy",
        cause: "echo '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, spec: {podSelector: {matchLabels: {app: web}}}}' | kubectl apply -f -",
        code: "ingress-denied",
        sees: SILENT,
    },
    Symptom {
        name: "no endpoints",
        cause: "kubectl delete pod web-1 --now; sleep 2",
        code: "no-endpoints",
        sees: REFUSED,
    },
    Symptom {
        name: "a wrong selector",
        cause: "kubectl patch service web -p '{\"spec\":{\"selector\":{\"app\":\"wbe\"}}}'; sleep 2",
        code: "no-endpoints",
        sees: REFUSED,
    },
    Symptom {
        name: "a wrong targetPort",
        cause: "kubectl patch service web -p '{\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":8080}]}}'; sleep 2",
        code: "nothing-listens",
        sees: REFUSED,
    },
    Symptom {
        name: "a Pod that is not ready",
        cause: "kubectl delete pod web-1 --now; echo '{apiVersion: v1, kind: Pod, metadata: {name: web-1, labels: {app: web}}, spec: {nodeName: node2, containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80, path: /nosuch}}}]}}' | kubectl apply -f -; sleep 30",
        code: "no-endpoints",
        sees: REFUSED,
    },
    Symptom {
        name: "name servers that are gone",
        cause: "kubectl scale deployment coredns -n kube-system --replicas=0; sleep 40",
        code: "no-name-server",
        sees: &[
            ("guest", CURL, "curl: (6) Could not resolve host: web", 6, 0..1),
            ("box", WGET, "wget: bad address 'web'", 1, 0..1),
            ("box", "nslookup web", "nslookup: read: Connection refused\n", 1, 5..6),
        ],
    },
    Symptom {
        name: "name servers that are silent",
        cause: "kubectl scale deployment coredns -n kube-system --replicas=1; sleep 20; ssh $(kubectl get pod -n kube-system -l k8s-app=kube-dns -o jsonpath='{.items[0].spec.nodeName}') ip link set weave down",
        code: "no-name-server",
        sees: &[
            ("guest", CURL, "curl: (6) Could not resolve host: web", 6, 20..21),
            ("guest", "curl -sS -m 3 http://web", "curl: (28) Resolving timed out after 300", 28, 3..4),
            ("box", "nslookup web", ";; connection timed out; no servers could be reached\n", 1, 5..6),
        ],
    },
];

#[test]
fn each_fault_has_the_symptom_that_people_know() {
    let healthy = world();
    for Symptom { name, cause, code, sees } in SYMPTOMS {
        let mut session = Session::resume(&healthy.keyframe().unwrap()).unwrap();
        let (text, status, _) = timed(&mut session, "guest", CURL);
        assert!(status == 0 && text.contains("answered 200"), "before {name}: {text}");
        ask(&mut session, cause);
        for (pod, command, said, expected, seconds) in *sees {
            let (text, status, took) = timed(&mut session, pod, command);
            assert!(text.contains(said) && status == *expected, "{name}: {command}: {status}\n{text}");
            let within = f64::from(seconds.start) <= took && took < f64::from(seconds.end) + 0.5;
            assert!(within, "{name}: {command} took {took} s\n{text}");
            if *command == CURL {
                assert!(text.contains(&format!(": {code} after ")), "{name}: {text}");
            }
        }
    }
}

/// `ping` and `traceroute`, as iputils and as busybox tell it.
#[test]
fn machines_answer_and_routers_are_listed() {
    let mut session = world();
    let mut ask = |line: &str| ask(&mut session, line);
    let address = ask("kubectl get pod web-1 -o jsonpath='{.status.podIP}'").0;
    let (text, status) = ask(&format!("kubectl exec box -- ping -c 2 {address}"));
    assert!(
        text.starts_with(&format!(
            "PING {address} ({address}): 56 data bytes\n64 bytes from {address}: seq=0 ttl=64 time=0."
        )),
        "{text}"
    );
    assert!(
        text.contains("\n2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = ")
            && status == 0,
        "{text}"
    );
    let (text, status) = ask("ping -c 2 node2");
    assert!(
        text.starts_with(
            "PING node2 (172.17.0.12) 56(84) bytes of data.\n64 bytes from 172.17.0.12: icmp_seq=1 ttl=64 time=1."
        ),
        "{text}"
    );
    assert!(
        text.contains("2 packets transmitted, 2 received, 0% packet loss, time 100")
            && text.contains("\nrtt min/avg/max/mdev = ")
            && status == 0,
        "{text}"
    );
    let (text, status) = ask(&format!("ping -c 2 -W 1 {address}"));
    assert!(
        text.ends_with("2 packets transmitted, 0 received, 100% packet loss, time 2000ms\n") && status == 1,
        "{text}"
    );
    let (text, _) = ask("kubectl exec box -- ping -c 1 10.44.9.9");
    assert!(text.contains("1 packets transmitted, 0 packets received, 100% packet loss"), "{text}");
    assert_eq!(
        ask("kubectl exec box -- ping -c 1 nosuch.invalid").0.lines().next(),
        Some("ping: bad address 'nosuch.invalid'")
    );
    // A Pod of another node is next door: the overlay is one network.
    let (text, _) = ask(&format!("kubectl exec box -- traceroute -n {address}"));
    assert!(
        text.starts_with(&format!(
            "traceroute to {address} ({address}), 30 hops max, 46 byte packets\n 1  {address}  0."
        )),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2, "{text}");
    let (text, _) = ask("kubectl exec box -- traceroute -n 172.17.0.13");
    let lines: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(lines, ["10.44.0.0", "172.17.0.13"], "{text}");
    let (text, _) = ask("kubectl exec box -- traceroute -n www.example.com");
    let lines: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(lines, ["10.44.0.0", "172.17.0.1", "198.51.100.20"], "{text}");
    let (text, _) = ask(&format!("traceroute -m 3 {address}"));
    assert!(text.ends_with(" 1  * * *\n 2  * * *\n 3  * * *\n"), "{text}");
}

/// What busybox' nslookup asks and tells.
#[test]
fn busybox_asks_name_servers_in_its_own_way() {
    let mut session = world();
    let mut ask = |line: &str| ask(&mut session, line);
    let server = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
    let ip = ask("kubectl get service web -o jsonpath='{.spec.clusterIP}'").0;
    let none = |name: &str| format!("** server can't find {name}: NXDOMAIN\n\n");
    let (text, _) = ask("kubectl exec box -- nslookup web.default.svc.cluster.local; echo $?");
    assert_eq!(text, format!("{server}Name:\tweb.default.svc.cluster.local\nAddress: {ip}\n\n\n0\n"));
    // A name with a dot is not looked for below the search domains.
    let (text, _) = ask("kubectl exec box -- nslookup web.default");
    assert!(text.starts_with(&format!("{server}{0}{0}", none("web.default"))), "{text}");
    let (text, status) = ask("kubectl exec box -- nslookup web");
    let others = format!("{}{}", none("web.svc.cluster.local"), none("web.cluster.local"));
    let found = format!("Name:\tweb.default.svc.cluster.local\nAddress: {ip}\n\n");
    assert!(text.starts_with(&format!("{server}{found}{others}\n{others}")) && status == 1, "{text}");
    let (text, _) = ask(&format!("kubectl exec box -- nslookup {ip}"));
    assert!(text.ends_with("\tname = web.default.svc.cluster.local\n\n"), "{text}");
    let (text, _) = ask("kubectl exec box -- nslookup www.example.com");
    assert_eq!(
        text,
        format!(
            "{server}Non-authoritative answer:\nName:\twww.example.com\nAddress: 198.51.100.20\n\nNon-authoritative answer:\n\n"
        )
    );
    let (text, status) = ask("kubectl exec box -- nc -zv web 80");
    assert_eq!((text, status), (format!("web ({ip}:80) open\n"), 0));
}

/// A stub domain: CoreDNS hands questions on to a name server that runs in a Pod.
#[test]
fn a_pod_can_serve_a_domain() {
    let mut session = world();
    let mut ask = |line: &str| ask(&mut session, line);
    ask(
        "kubectl create configmap corp --from-literal=Corefile='corp.example:53 {\n  hosts {\n    10.9.8.7 mail.corp.example\n  }\n}\n'",
    );
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: corp, labels: {app: corp}}, spec: {containers: [{name: dns, image: \"registry.k8s.io/coredns/coredns:v1.12.0\", args: [-conf, /etc/coredns/Corefile], volumeMounts: [{name: c, mountPath: /etc/coredns}]}], volumes: [{name: c, configMap: {name: corp}}]}}";
    ask(&format!("echo '{pod}' | kubectl apply -f -; kubectl wait --for=condition=Ready pod/corp"));
    ask("kubectl expose pod corp --port=53 --protocol=UDP; sleep 2");
    let direct = ask("ssh node1 dig +short @$(kubectl get pod corp -o jsonpath='{.status.podIP}') mail.corp.example");
    assert_eq!(direct.0, "10.9.8.7\n");
    assert!(
        ask("ssh node1 dig @$(kubectl get pod corp -o jsonpath='{.status.podIP}') web.default.svc.cluster.local")
            .0
            .contains("REFUSED")
    );
    assert!(ask("ssh node1 dig @10.96.0.10 mail.corp.example").0.contains("NXDOMAIN"));
    ask(
        "IP=$(kubectl get svc corp -o jsonpath='{.spec.clusterIP}'); kubectl get cm coredns -n kube-system -o yaml | sed \"s/^    .:53 {/    corp.example:53 {\\n        forward . $IP\\n    }\\n    .:53 {/\" | kubectl apply -f -; sleep 80",
    );
    let (text, _) = ask(
        "kubectl exec guest -- curl -sS -m 3 http://mail.corp.example; ssh node1 dig +short @10.96.0.10 mail.corp.example",
    );
    assert!(text.contains("10.9.8.7\n") && text.contains("curl: (28) Connection timed out"), "{text}");
    assert!(ask("ssh node1 dig @10.96.0.10 nosuch.corp.example").0.contains("NXDOMAIN"));
    ask("kubectl delete pod corp --now; sleep 3");
    assert!(ask("ssh node1 dig @10.96.0.10 mail.corp.example").0.contains("SERVFAIL"));
}

/// A session by ssh is an open connection while it lasts.
#[test]
fn a_session_is_an_established_connection() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| ask(&mut session, line);
    let (text, _) = ask("ssh node3 'sleep 5; conntrack -L -p tcp --dport 22 2>/dev/null'");
    assert!(
        text.starts_with("tcp      6 43199") && text.contains(" ESTABLISHED ") && text.contains("[ASSURED]"),
        "{text}"
    );
    let (text, _) = ask("ssh node2 'sleep 1'; sleep 10; ssh node2 conntrack -L -p tcp --dport 22 2>/dev/null");
    assert!(text.contains("6 110 TIME_WAIT") || text.contains("6 109 TIME_WAIT"), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
}
