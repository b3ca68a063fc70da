//! From HTTP to a stream: which protocol the two sides speak, and the answer that says so
//! (k8s.io/apimachinery/pkg/util/httpstream, k8s.io/streaming).

use super::credentials::text;
use super::http::Body;
use api::Status;
use http_body_util::{Either, Full};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Response, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// What was agreed on.
pub struct Agreed {
    /// Whether the stream is a WebSocket; SPDY otherwise.
    pub websocket: bool,
    /// The protocol on it.
    pub protocol: &'static str,
    accept: String,
}

/// Picks the first of our protocols that the client offers, too.
///
/// # Errors
/// 400: the client wants no stream, or speaks none of the protocols.
pub fn agree(
    headers: &HeaderMap,
    over_websocket: &[&'static str],
    over_spdy: &[&'static str],
) -> Result<Agreed, Status> {
    let websocket = match text(headers, "upgrade").to_ascii_lowercase().as_str() {
        "websocket" => true,
        "spdy/3.1" => false,
        _ => return Err(Status::bad_request("Upgrade request required")),
    };
    let (list, known) = if websocket { (PROTOCOLS[0], over_websocket) } else { (PROTOCOLS[1], over_spdy) };
    let offered: Vec<&str> = headers.get_all(list).iter().filter_map(|value| value.to_str().ok()).collect();
    let offered: Vec<&str> = offered.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    let Some(protocol) = known.iter().find(|known| offered.contains(known)) else {
        return Err(Status::bad_request(format!(
            "unable to negotiate protocol: client supports {offered:?}, server supports [{}]",
            known.join(" ")
        )));
    };
    let accept = derive_accept_key(text(headers, "sec-websocket-key").as_bytes());
    Ok(Agreed { websocket, protocol, accept })
}

/// In which header the protocols are listed: of a WebSocket, of SPDY.
const PROTOCOLS: [&str; 2] = ["sec-websocket-protocol", "x-stream-protocol-version"];

impl Agreed {
    /// 101, after which the connection belongs to the stream.
    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(Either::Left(Full::default()));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        put("upgrade", if self.websocket { "websocket" } else { "SPDY/3.1" });
        put("connection", "Upgrade");
        put(PROTOCOLS[usize::from(!self.websocket)], self.protocol);
        if self.websocket {
            put("sec-websocket-accept", &self.accept);
        }
        response
    }
}
