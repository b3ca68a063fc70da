//! `exec` over WebSocket (k8s.io/apimachinery/pkg/util/remotecommand: `v5.channel.k8s.io`).

use super::http::{Body, broken};
use super::owner::Door;
use api::{Status, Value, kind, list, obj};
use apiserver::Key;
use apiserver::http::Call;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{Either, Full};
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{HeaderMap, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

/// The protocols that are spoken, the best first.
const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
/// How often a running command is asked for its output.
const LOOK: Duration = Duration::from_millis(15);

/// How long a client has to end its side.
const GOODBYE: Duration = Duration::from_secs(2);

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const CLOSE: u8 = 255;

/// What a client wants to join.
struct Wanted {
    number: u64,
    tty: bool,
}

/// Whether a request asks for a WebSocket.
pub fn is_websocket(headers: &HeaderMap) -> bool {
    super::credentials::text(headers, "upgrade").eq_ignore_ascii_case("websocket")
}

/// Starts a command in a container and joins the client to it.
///
/// # Errors
/// The server's refusal: no such Pod or container, a protocol that is not spoken.
pub async fn exec(door: &Door, call: Call, headers: &HeaderMap, upgrade: OnUpgrade) -> Result<Response<Body>, Status> {
    if !is_websocket(headers) {
        return Err(Status::bad_request("Upgrade request required: exec is served over WebSocket"));
    }
    let offered = super::credentials::text(headers, "sec-websocket-protocol");
    let offered: Vec<&str> = offered.split(',').map(str::trim).collect();
    let Some(protocol) = PROTOCOLS.into_iter().find(|known| offered.contains(known)) else {
        let known = PROTOCOLS.join(" ");
        return Err(Status::bad_request(format!(
            "unable to negotiate protocol: client supports {offered:?}, server supports [{known}]"
        )));
    };
    let key = super::credentials::text(headers, "sec-websocket-key").to_owned();
    let wanted = door.ask(move |owner| start(owner, &call)).await.ok_or_else(broken)??;
    let door = door.clone();
    tokio::task::spawn_local(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        match wanted {
            Ok(wanted) => {
                serve(&door, &mut socket, &wanted).await;
                door.ask(move |owner| owner.end(wanted.number)).await;
            }
            // What goes wrong in the container is said on the stream, as the kubelet does.
            Err(status) => drop(finish(&mut socket, &status).await),
        }
        // A stream that ends otherwise looks broken to the client.
        let _ = socket.close(Some(CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() })).await;
        // The client answers; what it still says is passed over.
        let rest = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    });
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept = derive_accept_key(key.as_bytes());
    for (name, value) in [("sec-websocket-accept", accept.as_str()), ("sec-websocket-protocol", protocol)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name.parse::<hyper::header::HeaderName>().map_err(|_| broken())?, value);
        }
    }
    response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    Ok(response)
}

/// Checks the request as the API server and the kubelet do, and starts the command. The outer error is answered before the
/// connection is upgraded, the inner one after.
fn start(owner: &mut super::owner::Owner, call: &Call) -> Result<Result<Wanted, Value>, Status> {
    let request = &call.request;
    owner.look(|cluster| cluster.api().permit(request))?;
    let key = Key::new(request.namespace.clone(), request.name.clone());
    let pod = owner.look(|cluster| cluster.api().store().get(kind::POD, &key).cloned());
    let Some(pod) = pod else { return Err(Status::not_found(kind::POD, &request.name)) };
    let names: Vec<&str> = pod.at("spec.containers").array().iter().map(|container| container["name"].str()).collect();
    let container = match (request.parameter("container"), &names[..]) {
        ("", [first, ..]) => (*first).to_owned(),
        (given, _) => given.to_owned(),
    };
    let truth = |name: &str| matches!(request.parameter(name), "true" | "1");
    let tty = truth("tty");
    let command: Vec<String> =
        request.options.query.iter().filter(|(key, _)| key == "command").map(|(_, value)| value.to_string()).collect();
    if command.is_empty() {
        return Err(Status::bad_request("you must specify at least 1 command for the container"));
    }
    let started = owner.exec((&request.namespace, &request.name, &container), command, truth("stdin"));
    Ok(started.map(|number| Wanted { number, tty }).map_err(|why| {
        let message = format!("Internal error occurred: {why}");
        Status { code: 500, reason: "InternalError", message, details: Value::Null }.to_value()
    }))
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

async fn send(socket: &mut Socket, channel: u8, bytes: &[u8]) -> Result<(), ()> {
    let message: Vec<u8> = std::iter::once(channel).chain(bytes.iter().copied()).collect();
    socket.send(Message::Binary(Bytes::from(message))).await.map_err(drop)
}

async fn finish(socket: &mut Socket, status: &Value) -> Result<(), ()> {
    send(socket, ERROR, api::json::to_string(status).as_bytes()).await
}

/// Carries input and output until the command has ended or the client has gone.
async fn serve(door: &Door, socket: &mut Socket, wanted: &Wanted) {
    let (number, mut terminal) = (wanted.number, wanted.tty.then(Terminal::default));
    loop {
        let asked = door.ask(move |owner| owner.remote(number).map(|remote| (remote.status(), remote.read())));
        let Some(Some((status, (stdout, stderr)))) = asked.await else { return };
        let quiet = stdout.is_empty() && stderr.is_empty();
        for (channel, text) in [(STDOUT, stdout), (STDERR, stderr)] {
            // A terminal has one screen, on which a new line begins at its left edge.
            let (channel, text) =
                if terminal.is_some() { (STDOUT, text.replace('\n', "\r\n")) } else { (channel, text) };
            if !text.is_empty() && send(socket, channel, text.as_bytes()).await.is_err() {
                return;
            }
        }
        if let Some(code) = status {
            let _ = finish(socket, &ended(code)).await;
            return;
        }
        if !quiet {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            message = socket.next() => {
                let Some(Ok(message)) = message else { return };
                let Message::Binary(bytes) = message else {
                    if message.is_close() { return }
                    continue;
                };
                let typed = match (bytes.first(), bytes.get(1..).unwrap_or_default()) {
                    (Some(&STDIN), text) => text.to_vec(),
                    (Some(&CLOSE), [STDIN, ..]) => {
                        door.ask(move |owner| owner.remote(number).map(|remote| remote.close())).await;
                        continue;
                    }
                    _ => continue,
                };
                let typed = String::from_utf8_lossy(&typed).into_owned();
                let (echo, keys) = match &mut terminal {
                    Some(terminal) => terminal.typed(&typed),
                    None => (String::new(), vec![Typed::Text(typed)]),
                };
                if !echo.is_empty() && send(socket, STDOUT, echo.as_bytes()).await.is_err() {
                    return;
                }
                for key in keys {
                    match key {
                        Typed::Text(text) => drop(door.ask(move |owner| owner.remote(number).map(|remote| remote.write(&text))).await),
                        Typed::End => drop(door.ask(move |owner| owner.remote(number).map(|remote| remote.close())).await),
                        Typed::Interrupt => {
                            let _ = finish(socket, &ended(130)).await;
                            return;
                        }
                    }
                }
            }
        }
    }
}

/// How a command ended, as the kubelet says it.
fn ended(code: i32) -> Value {
    if code == 0 {
        return obj! { "metadata" => obj! {}, "status" => "Success" };
    }
    let cause = obj! { "reason" => "ExitCode", "message" => code.to_string() };
    obj! {
        "metadata" => obj! {}, "status" => "Failure", "reason" => "NonZeroExitCode",
        "message" => format!("command terminated with non-zero exit code: exit status {code}"),
        "details" => obj! { "causes" => list![cause] },
    }
}

/// What a person's keys mean to a command.
enum Typed {
    /// Text, as soon as its line is finished.
    Text(String),
    /// Ctrl-D on an empty line.
    End,
    /// Ctrl-C.
    Interrupt,
}

/// The line discipline of a terminal: it shows what is typed, and hands on whole lines.
#[derive(Default)]
struct Terminal {
    line: String,
}

impl Terminal {
    /// What to show for keys, and what they mean.
    fn typed(&mut self, keys: &str) -> (String, Vec<Typed>) {
        let (mut echo, mut meant) = (String::new(), Vec::new());
        for key in keys.chars() {
            match key {
                '\r' | '\n' => {
                    echo.push_str("\r\n");
                    meant.push(Typed::Text(std::mem::take(&mut self.line) + "\n"));
                }
                '\u{3}' => {
                    echo.push_str("^C\r\n");
                    meant.push(Typed::Interrupt);
                }
                '\u{4}' if self.line.is_empty() => meant.push(Typed::End),
                '\u{8}' | '\u{7f}' => {
                    if self.line.pop().is_some() {
                        echo.push_str("\u{8} \u{8}");
                    }
                }
                key if key < ' ' => {}
                key => {
                    self.line.push(key);
                    echo.push(key);
                }
            }
        }
        (echo, meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_hands_on_whole_lines() {
        let mut terminal = Terminal::default();
        let (echo, meant) = terminal.typed("lx\u{7f}s");
        assert_eq!(echo, "lx\u{8} \u{8}s");
        assert!(meant.is_empty());
        let (echo, meant) = terminal.typed("\r\u{4}");
        assert_eq!(echo, "\r\n");
        assert!(matches!(&meant[..], [Typed::Text(line), Typed::End] if line == "ls\n"));
    }
}
