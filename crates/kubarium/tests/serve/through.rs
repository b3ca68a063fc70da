//! What goes through the API server into the cluster.

use super::*;

/// A Pod with nginx that is ready, and a Service before it.
fn with_nginx(server: &Server) {
    let pod = r#"{"metadata":{"name":"x","labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}"#;
    let service =
        r#"{"metadata":{"name":"x"},"spec":{"selector":{"app":"x"},"ports":[{"port":8080,"targetPort":80}]}}"#;
    for (collection, body) in [("pods", pod), ("services", service)] {
        let path = format!("POST /api/v1/namespaces/default/{collection} HTTP/1.1\r\n{JSON}");
        assert_eq!(server.json(&path, body).0, 201);
    }
    server.ask("POST /kubarium/advance?seconds=30 HTTP/1.1", b"");
}

#[test]
fn requests_go_through_the_proxy_into_the_cluster() {
    let server = Server::start(&["--workers", "1"]);
    with_nginx(&server);
    let get = |path: &str| server.ask(&format!("GET /api/v1/{path} HTTP/1.1"), b"");
    for path in ["pods/x", "pods/x:80", "pods/http:x:80", "services/x:8080", "services/x", "pods/x%3A80"] {
        let (code, page) = get(&format!("namespaces/default/{path}/proxy/"));
        assert!(code == 200 && page.contains("Welcome to nginx!"), "{path}: {code} {page}");
    }
    assert_eq!(get("namespaces/default/pods/x/proxy").0, 301);
    assert_eq!(get("namespaces/default/pods/x/proxy/nosuch").0, 404);
    assert_eq!(get("nodes/node1/proxy/healthz"), (200, "ok".to_owned()));
    assert!(get("nodes/node1/proxy/pods").1.contains("\"name\":\"x\""));
    assert!(get("nodes/node1/proxy/containerLogs/default/x/c").1.contains("GET / HTTP/1.1"));
    for (path, code, message) in [
        ("pods/x:81", 503, ":81: connect: connection refused"),
        ("pods/x:y", 503, "error trying to reach service: "),
        ("pods/a:b:c:d", 400, "invalid pod request \\\"a:b:c:d\\\""),
        ("pods/nosuch", 404, "pods \\\"nosuch\\\" not found"),
        ("services/x:81", 503, "no service port 81 found for service \\\"x\\\""),
        ("services/nosuch", 404, "endpoints \\\"nosuch\\\" not found"),
    ] {
        let (answered, text) = get(&format!("namespaces/default/{path}/proxy/"));
        assert!(answered == code && text.contains(message), "{path}: {answered} {text}");
    }
    let jane = "GET /api/v1/namespaces/default/pods/x/proxy/ HTTP/1.1\r\nImpersonate-User: jane";
    assert_eq!(server.ask(jane, b"").0, 403);
}

/// One frame of a WebSocket, as a client sends it: masked with zeros.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a short message").to_be_bytes();
    [&[0x82, 0xfe, length[0], length[1], 0, 0, 0, 0][..], bytes].concat()
}

#[test]
fn ports_are_forwarded_over_the_channels_of_a_websocket() {
    let server = Server::start(&["--workers", "1"]);
    with_nginx(&server);
    let open = |query: &str| {
        format!(
            "GET /api/v1/namespaces/default/pods/x/portforward{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n"
        )
    };
    assert_eq!(server.ask(open("").trim_end(), b"").0, 400);
    assert_eq!(server.ask(open("?ports=0").trim_end(), b"").0, 400);
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    stream.write_all(open("?ports=80&ports=81").as_bytes()).expect("it takes requests");
    let mut seen = Vec::new();
    let mut until = |stream: &mut TcpStream, wanted: &str| {
        let mut piece = [0; 1024];
        while !String::from_utf8_lossy(&seen).contains(wanted) {
            let length = stream.read(&mut piece).expect("more is to come");
            assert!(length > 0, "{wanted} never comes: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&piece[..length]);
        }
    };
    until(&mut stream, "101 Switching Protocols");
    // Nothing listens on the second port: that is said on the channel of its errors.
    until(&mut stream, "dial tcp4 127.0.0.1:81: connect: connection refused");
    stream.write_all(&frame(b"\0GET / HTTP/1.1\r\nHost: x\r\n\r\n")).expect("it listens on");
    until(&mut stream, "Welcome to nginx!");
    stream.write_all(&frame(b"\0GET /nosuch HTTP/1.1\r\nHost: x\r\n\r\n")).expect("the connection stays open");
    until(&mut stream, "404 Not Found");
}
