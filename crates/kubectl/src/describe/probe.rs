//! Probes in one line each.

use super::writer::Writer;
use api::{Value, text};

/// The probes of a container.
pub fn describe(w: &mut Writer, level: usize, container: &Value) {
    let fields = [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")];
    for (name, field) in fields {
        if !container[field].is_null() {
            w.field(level, name, probe(&container[field]));
        }
    }
}

/// `http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`
fn probe(probe: &Value) -> String {
    format!(
        "{} delay={}s timeout={}s period={}s #success={} #failure={}",
        action(probe),
        probe["initialDelaySeconds"].int(),
        probe["timeoutSeconds"].int(),
        probe["periodSeconds"].int(),
        probe["successThreshold"].int(),
        probe["failureThreshold"].int()
    )
}

fn action(probe: &Value) -> String {
    if let command @ Value::Object(_) = &probe["exec"] {
        return format!("exec [{}]", super::writer::joined(&command["command"], " "));
    }
    if let get @ Value::Object(_) = &probe["httpGet"] {
        return format!("http-get {}", url(get));
    }
    if let socket @ Value::Object(_) = &probe["tcpSocket"] {
        return format!("tcp-socket {}:{}", socket["host"].str(), text::int_or_string(&socket["port"]));
    }
    if let call @ Value::Object(_) = &probe["grpc"] {
        return format!("grpc <pod>:{} {}", call["port"].int(), call["service"].str());
    }
    "unknown".to_owned()
}

fn url(get: &Value) -> String {
    let scheme = get["scheme"].str().to_lowercase();
    let host = match text::int_or_string(&get["port"]) {
        port if port.is_empty() => get["host"].str().to_owned(),
        port => text::host_port(get["host"].str(), &port),
    };
    let path = get["path"].str();
    let slash = if path.is_empty() || path.starts_with('/') || host.is_empty() { "" } else { "/" };
    let scheme = if scheme.is_empty() { scheme } else { format!("{scheme}:") };
    format!("{scheme}//{host}{slash}{}", escaped(path))
}

/// A URL's path as Go's net/url writes it.
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => escaped.push(byte.into()),
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@' => {
                escaped.push(byte.into());
            }
            _ => escaped += &format!("%{byte:02X}"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn shown(field: &str, how: Value) -> String {
        let mut of =
            obj! { "timeoutSeconds" => 1, "periodSeconds" => 10, "successThreshold" => 1, "failureThreshold" => 3 };
        of.set(field, how);
        probe(&of).split(" delay=").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_kind_of_probe() {
        assert_eq!(shown("exec", obj! { "command" => list!["cat", "/tmp/ready"] }), "exec [cat /tmp/ready]");
        assert_eq!(shown("httpGet", obj! { "scheme" => "HTTP", "port" => 80, "path" => "/" }), "http-get http://:80/");
        let get = obj! { "scheme" => "HTTPS", "port" => "web", "path" => "/a b?c", "host" => "x.y" };
        assert_eq!(shown("httpGet", get), "http-get https://x.y:web/a%20b%3Fc");
        assert_eq!(shown("tcpSocket", obj! { "port" => 81 }), "tcp-socket :81");
        assert_eq!(shown("grpc", obj! { "port" => 9, "service" => "" }), "grpc <pod>:9 ");
        let expected = "unknown delay=0s timeout=0s period=0s #success=0 #failure=0";
        assert_eq!(probe(&Value::Null), expected);
    }
}
