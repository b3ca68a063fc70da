//! `kubarium serve` by raw HTTP: what no client library sends, and what every one of them relies on.

mod through;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A served cluster.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubarium"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("kubarium runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line.trim().rsplit_once("http://").expect("an address").1.to_owned();
        Server { child, address }
    }

    /// A connection on which a request has been sent.
    fn send(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let head = format!("{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        stream
    }

    /// The code and the body of an answer.
    fn ask(&self, head: &str, body: &[u8]) -> (u16, String) {
        let mut bytes = Vec::new();
        let _ = self.send(head, body).read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let code = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        (code, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn json(&self, head: &str, body: &str) -> (u16, Value) {
        let (code, text) = self.ask(head, body.as_bytes());
        (code, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const JSON: &str = "Content-Type: application/json";
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[test]
fn bad_input_gets_a_status_and_the_server_goes_on() {
    let server = Server::start(&["--control-plane-only"]);
    let post = format!("POST {MAPS} HTTP/1.1\r\n{JSON}");
    let deep = format!("{}{}", "{\"a\":".repeat(20_000), "1");
    let long = format!("{{\"data\":{{\"a\":\"{}\"}}}}", "x".repeat(4 << 20));
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: [*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let yaml = format!("POST {MAPS} HTTP/1.1\r\nContent-Type: application/yaml");
    for (head, body, code) in [
        (post.as_str(), &b""[..], 400),
        (&post, b"{", 400),
        (&post, b"[]", 400),
        (&post, b"\xff\xfe", 400),
        (&post, b"{\"kind\":3}", 400),
        (&post, b"{\"metadata\":[]}", 400),
        (&post, b"{\"metadata\":{\"name\":\"A B\"}}", 422),
        (&post, deep.as_bytes(), 400),
        (&post, long.as_bytes(), 413),
        (&yaml, b"a: [", 400),
        (&yaml, bomb.as_bytes(), 400),
        (&format!("POST {MAPS} HTTP/1.1\r\nContent-Type: application/vnd.kubernetes.protobuf"), b"k8s\0\xff\xff", 400),
        (&format!("POST {MAPS} HTTP/1.1\r\nContent-Type: text/html"), b"{}", 415),
        (&format!("GET {MAPS} HTTP/1.1\r\nAccept: application/vnd.kubernetes.protobuf"), b"", 406),
        (&format!("BREW {MAPS} HTTP/1.1"), b"", 405),
        ("GET /api/v1/nosuch HTTP/1.1", b"", 404),
        ("GET /%ff%00/%zz HTTP/1.1", b"", 404),
        ("GET /api/v1/pods?labelSelector=%28%28 HTTP/1.1", b"", 400),
        ("GET /api/v1/pods?resourceVersion=x&watch=1 HTTP/1.1", b"", 400),
    ] {
        let (answered, text) = server.ask(head, body);
        assert_eq!(answered, code, "{head} {:.40}: {text:.300}", String::from_utf8_lossy(body));
    }
    assert_eq!(server.ask("GET /livez HTTP/1.1", b""), (200, "ok".to_owned()));
}

#[test]
fn repeated_and_unknown_fields_are_told_as_wanted() {
    let server = Server::start(&["--control-plane-only"]);
    let twice = r#"{"metadata":{"name":"NAME"},"data":{"a":"1","a":"2"},"nosuch":1}"#;
    let text = "metadata: {name: NAME}\ndata:\n  a: '1'\n  a: '2'\n";
    let ask = |validation: &str, name: &str, form: &str, body: &str| {
        let head = format!("POST {MAPS}?fieldValidation={validation} HTTP/1.1\r\nContent-Type: application/{form}");
        let mut bytes = Vec::new();
        let _ = server.send(&head, body.replace("NAME", name).as_bytes()).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let strict = ask("Strict", "a", "json", twice);
    assert!(strict.contains("400 Bad Request"), "{strict}");
    assert!(
        strict.contains(r#"strict decoding error: duplicate field \"data.a\", unknown field \"nosuch\""#),
        "{strict}"
    );
    let warned = ask("Warn", "b", "json", twice);
    assert!(warned.contains("201 Created"), "{warned}");
    for warning in ["duplicate field \\\"data.a\\\"", "unknown field \\\"nosuch\\\""] {
        assert!(warned.contains(&format!("warning: 299 - \"{warning}\"")), "{warning}: {warned}");
    }
    let ignored = ask("Ignore", "c", "json", twice);
    assert!(ignored.contains("201 Created") && !ignored.contains("warning: 299"), "{ignored}");
    let strict = ask("Strict", "d", "yaml", text);
    assert!(strict.contains("400 Bad Request") && strict.contains("already set in map"), "{strict}");
    assert!(ask("Sometimes", "e", "json", twice).contains("422 Unprocessable"));
}

#[test]
fn slow_and_vanished_clients_cost_nothing() {
    let server = Server::start(&["--control-plane-only"]);
    // Half a head, half a body, and connections that say nothing: all stay open, and nobody waits for them.
    let halves = [
        "GET /api/v1/pods HT".to_owned(),
        format!("POST {MAPS} HTTP/1.1\r\nHost: x\r\n{JSON}\r\nContent-Length: 1000\r\n\r\n{{\"metadata\":"),
        String::new(),
    ];
    let mut open = Vec::new();
    for half in halves.iter().cycle().take(60) {
        let mut stream = TcpStream::connect(&server.address).expect("it listens");
        stream.write_all(half.as_bytes()).expect("it takes what comes");
        open.push(stream);
    }
    // Watchers that go without a word, and some that never read.
    let watch = format!("GET {MAPS}?watch=1 HTTP/1.1");
    let unread: Vec<TcpStream> = (0..20).map(|_| server.send(&watch, b"")).collect();
    for _ in 0..100 {
        drop(server.send(&watch, b""));
    }
    let long = "x".repeat(100_000);
    for i in 0..200 {
        let map = format!(r#"{{"metadata":{{"name":"m{i}"}},"data":{{"a":"{long}"}}}}"#);
        assert_eq!(server.json(&format!("POST {MAPS} HTTP/1.1\r\n{JSON}"), &map).0, 201);
    }
    let (_, text) = server.ask("GET /metrics HTTP/1.1", b"");
    let reading = text.lines().find(|line| line.contains("request_kind=\"readOnly\"")).unwrap_or_default();
    // The request for the metrics is the only one that is being answered.
    assert!(reading.ends_with(" 1"), "{reading}");
    drop((open, unread));
    assert_eq!(server.ask("GET /livez HTTP/1.1", b""), (200, "ok".to_owned()));
}

#[test]
fn a_watch_is_a_stream_that_ends_in_time() {
    let server = Server::start(&["--control-plane-only"]);
    let (_, list) = server.json(&format!("GET {MAPS} HTTP/1.1"), "");
    let version = list["metadata"]["resourceVersion"].as_str().expect("a version").to_owned();
    let (code, made) = server.json(&format!("POST {MAPS} HTTP/1.1\r\n{JSON}"), r#"{"metadata":{"name":"a"}}"#);
    assert_eq!((code, made["kind"].as_str()), (201, Some("ConfigMap")));
    let watch = format!("GET {MAPS}?watch=1&resourceVersion={version}&timeoutSeconds=1 HTTP/1.1");
    let stream = server.send(&watch, b"");
    server.ask(&format!("DELETE {MAPS}/a HTTP/1.1"), b"");
    let lines: Vec<String> = BufReader::new(stream).lines().map_while(Result::ok).collect();
    let events: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let events: Vec<Value> = events.into_iter().filter(|event: &Value| event.is_object()).collect();
    let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(types, ["ADDED", "DELETED"]);
    // What began before the log of changes is told so, in the stream.
    let (code, text) = server.ask(&format!("GET {MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1 HTTP/1.1"), b"");
    assert_eq!(code, 200);
    assert!(text.contains("k8s.io/initial-events-end"), "{text}");
}

#[test]
fn people_get_refusals_indented_as_everything_else() {
    let server = Server::start(&["--control-plane-only"]);
    let start = |head: &str| server.ask(head, b"").1.chars().take(11).collect::<String>();
    for path in ["/api/v1/namespaces/default/pods/x", "/api/v1/nosuch", "/api/v1/pods?limit=x"] {
        assert_eq!(start(&format!("GET {path} HTTP/1.1\r\nUser-Agent: curl/8.5.0")), "{\n  \"kind\":", "{path}");
        assert_eq!(start(&format!("GET {path} HTTP/1.1\r\nUser-Agent: kubectl/v1.36.4")), "{\"kind\":\"St", "{path}");
    }
    assert_eq!(start("GET /api/v1/nosuch?pretty=1 HTTP/1.1"), "{\n  \"kind\":");
    assert_eq!(start("GET /api/v1/nosuch HTTP/1.1\r\nAccept: application/yaml"), "apiVersion:");
}

#[test]
fn a_pod_without_a_node_has_an_empty_log_and_nobody_to_join() {
    let server = Server::start(&["--control-plane-only"]);
    let body = r#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}"#;
    assert_eq!(server.json(&format!("POST /api/v1/namespaces/default/pods HTTP/1.1\r\n{JSON}"), body).0, 201);
    let path = "/api/v1/namespaces/default/pods/a";
    assert_eq!(server.ask(&format!("GET {path}/log HTTP/1.1"), b""), (200, String::new()));
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io";
    for join in ["exec?command=date&stdout=true", "attach?stdout=true"] {
        let (code, status) = server.json(&format!("GET {path}/{join} HTTP/1.1\r\n{upgrade}"), "");
        assert_eq!((code, status["message"].as_str()), (400, Some("pod a does not have a host assigned")), "{join}");
    }
}

#[test]
fn users_are_told_from_each_other() {
    let server = Server::start(&["--control-plane-only", "--token", "secret", "--anonymous"]);
    let list = |headers: &str| server.json(&format!("GET /api/v1/secrets HTTP/1.1{headers}"), "");
    assert_eq!(list("\r\nAuthorization: Bearer secret").0, 200);
    assert_eq!(list("\r\nAuthorization: Bearer nonsense").0, 401);
    let (code, status) = list("");
    let message = "secrets is forbidden: User \"system:anonymous\" cannot list resource \"secrets\" in API group \"\" at the \
                   cluster scope";
    assert_eq!((code, status["message"].as_str()), (403, Some(message)));
    let (code, status) = list("\r\nAuthorization: Bearer secret\r\nImpersonate-User: jane");
    assert_eq!(code, 403);
    assert!(status["message"].as_str().is_some_and(|message| message.contains("\"jane\"")), "{status}");
    assert_eq!(server.ask("GET /apis HTTP/1.1", b"").0, 403);
    assert_eq!(server.ask("GET /healthz HTTP/1.1", b"").0, 200);
}

#[test]
fn a_wrong_token_is_refused_before_anything_else_is_looked_at() {
    let server = Server::start(&["--control-plane-only"]);
    for path in
        ["/api/v1/pods", "/api/v1/nosuch", "/api/v1/pods?limit=x", "/apis", "/openapi/v3", "/healthz", "/nosuch"]
    {
        let (code, status) = server.json(&format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer nonsense"), "");
        assert_eq!((code, status["message"].as_str()), (401, Some("Unauthorized")), "{path}");
    }
    assert_eq!(server.ask("GET /api/v1/pods HTTP/1.1", b"").0, 200);
    assert_eq!(server.ask("GET /api/v1/nosuch HTTP/1.1", b"").0, 404);
}

#[test]
fn what_is_asked_is_counted() {
    let server = Server::start(&["--control-plane-only"]);
    let map = r#"{"metadata":{"name":"a"}}"#;
    assert_eq!(server.json(&format!("POST {MAPS} HTTP/1.1\r\n{JSON}"), map).0, 201);
    assert_eq!(server.json(&format!("POST {MAPS} HTTP/1.1\r\n{JSON}"), map).0, 409);
    let (code, text) = server.ask("GET /metrics HTTP/1.1", b"");
    assert_eq!(code, 200);
    for (line, value) in [("code=\"201\"", 1), ("code=\"409\"", 1)] {
        let found =
            text.lines().find(|l| l.contains(line) && l.contains("resource=\"configmaps\"")).unwrap_or_default();
        assert!(found.ends_with(&format!(" {value}")) && found.contains("verb=\"CREATE\""), "{line}: {found}");
    }
    assert!(text.contains("apiserver_storage_objects{resource=\"configmaps\"}"), "{text}");
    assert_eq!(server.ask("GET /metrics HTTP/1.1\r\nImpersonate-User: jane", b"").0, 403);
}

#[test]
fn whatever_makes_an_object_answers_201() {
    let server = Server::start(&["--control-plane-only"]);
    let apply = format!("PATCH {MAPS}/a?fieldManager=me HTTP/1.1\r\nContent-Type: application/apply-patch+yaml");
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#;
    assert_eq!(server.json(&apply, map).0, 201);
    assert_eq!(server.json(&apply, map).0, 200);
    let put = format!("PUT /apis/coordination.k8s.io/v1/namespaces/default/leases/a HTTP/1.1\r\n{JSON}");
    let lease = r#"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"a"}}"#;
    let (code, made) = server.json(&put, lease);
    assert_eq!(code, 201);
    assert_eq!(server.json(&put, &made.to_string()).0, 200);
}

#[test]
fn metrics_are_served_while_they_are_measured() {
    let server = Server::start(&["--workers", "1"]);
    let get = |path: &str| server.json(&format!("GET {path} HTTP/1.1"), "");
    let aggregated = "Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let groups = || {
        let (_, all) = server.json(&format!("GET /apis HTTP/1.1\r\n{aggregated}"), "");
        let all = all["items"].as_array().expect("groups").clone();
        all.into_iter().find(|group| group["metadata"]["name"] == "metrics.k8s.io")
    };
    let root = "/apis/metrics.k8s.io/v1beta1";
    let nodes = &format!("{root}/nodes");
    let document = &format!("/openapi/v3{root}");
    let known = || get("/openapi/v3").1["paths"]["apis/metrics.k8s.io/v1beta1"].is_object();
    assert_eq!((get(root).0, get(nodes).0, get(document).0, known()), (404, 404, 404, false));
    assert!(groups().is_none());

    let manifest = include_str!("../../../network/documents/metrics-server.yaml");
    for object in manifest.split("\n---\n") {
        let field = |name: &str| object.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let collection = match (field("apiVersion:"), field("kind:")) {
            ("apps/v1", _) => "/apis/apps/v1/namespaces/kube-system/deployments",
            ("apiregistration.k8s.io/v1", _) => "/apis/apiregistration.k8s.io/v1/apiservices",
            ("v1", "Service") => "/api/v1/namespaces/kube-system/services",
            ("v1", "ServiceAccount") => "/api/v1/namespaces/kube-system/serviceaccounts",
            _ => continue,
        };
        let (code, made) =
            server.json(&format!("POST {collection} HTTP/1.1\r\nContent-Type: application/yaml"), object);
        assert_eq!(code, 201, "{made}");
    }
    server.ask("POST /kubarium/advance?seconds=90 HTTP/1.1", b"");

    assert_eq!(get(root).1["resources"].as_array().map(Vec::len), Some(2));
    assert_eq!(groups().expect("a group")["versions"][0]["resources"][0]["responseKind"]["kind"], "NodeMetrics");
    let (_, list) = get(nodes);
    assert_eq!((list["kind"].as_str(), list["items"].as_array().map(Vec::len)), (Some("NodeMetricsList"), Some(2)));
    assert_eq!(get(&format!("{root}/namespaces/kube-system/pods/etcd-master")).1["containers"][0]["name"], "etcd");
    assert!(known(), "the documents are those of before");
    let schema = "io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics";
    assert!(get(document).1["components"]["schemas"][schema].is_object());
    assert_eq!(get("/openapi/v2").0, 200);
    assert_eq!(server.json(&format!("POST {nodes} HTTP/1.1\r\n{JSON}"), "{}").0, 405);

    server.ask("DELETE /apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io HTTP/1.1", b"");
    assert_eq!((get(root).0, get(nodes).0, get(document).0, known()), (404, 404, 404, false));
}

#[test]
fn an_api_service_without_a_server_is_unavailable() {
    let server = Server::start(&["--control-plane-only"]);
    let all = "/apis/apiregistration.k8s.io/v1/apiservices";
    let spec = r#""group":"a.example.com","version":"v1","groupPriorityMinimum":1000,"versionPriority":15"#;
    let service = format!(
        r#"{{"metadata":{{"name":"v1.a.example.com"}},"spec":{{{spec},"service":{{"name":"x","namespace":"default"}}}}}}"#
    );
    assert_eq!(server.ask("GET /apis/a.example.com/v1/things HTTP/1.1", b"").0, 404);
    assert_eq!(server.json(&format!("POST {all} HTTP/1.1\r\n{JSON}"), &service).0, 201);
    server.ask("POST /kubarium/advance?seconds=1 HTTP/1.1", b"");
    let reason =
        || server.json(&format!("GET {all}/v1.a.example.com HTTP/1.1"), "").1["status"]["conditions"][0].clone();
    assert_eq!((reason()["reason"].as_str(), reason()["status"].as_str()), (Some("ServiceNotFound"), Some("False")));
    assert_eq!(reason()["message"].as_str(), Some("service/x in \"default\" is not present"));
    let answer = server.ask("GET /apis/a.example.com/v1/things HTTP/1.1", b"");
    assert_eq!(answer, (503, "service unavailable\n".to_owned()));
}
