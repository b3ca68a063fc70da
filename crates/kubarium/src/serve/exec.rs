//! `exec` and `attach` over WebSocket, and over SPDY for kubectl before 1.31 (k8s.io/apimachinery/pkg/util/remotecommand:
//! `v5.channel.k8s.io`, `v4.channel.k8s.io`).

use super::carrier::{Carrier, Socket, socket};
use super::http::{Body, broken};
use super::owner::{Door, Owner};
use super::terminal::{Terminal, Typed};
use super::upgrade::agree;
use super::{spdy, stream};
use api::{Status, Str, Value, kind, list, obj};
use apiserver::http::Call;
use apiserver::{Request, Verb};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
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
    source: Source,
    tty: bool,
}

/// Where the output comes from.
#[derive(Clone)]
enum Source {
    /// A command, by its number.
    Command(u64),
    /// The log of a container that needs nobody, from a place in its text on, for as long as it lives.
    Log(Box<Request>, usize, Option<Str>),
}

impl Source {
    /// The exit status once there is one, and what has been written: output and errors. None if the source has gone.
    fn read(&mut self, owner: &mut Owner) -> Option<(Option<i32>, (String, String))> {
        match self {
            Source::Command(number) => owner.remote(*number).map(|remote| (remote.status(), remote.read())),
            Source::Log(request, seen, life) => {
                let ended = stream::life(owner, request) != *life || life.is_none();
                let text = owner.request(request).ok()?.body;
                let new = text.str().get(*seen..).unwrap_or_default().to_owned();
                *seen = (*seen).max(text.str().len());
                Some((ended.then_some(0), (new, String::new())))
            }
        }
    }

    /// Types text; none is the end of the input.
    fn write(&self, owner: &mut Owner, text: Option<&str>) {
        let Source::Command(number) = self else { return };
        match (owner.remote(*number), text) {
            (Some(remote), Some(text)) => remote.write(text),
            (Some(remote), None) => remote.close(),
            _ => {}
        }
    }
}

/// How the client speaks.
enum Wire {
    WebSocket(Box<Socket>, Vec<Event>),
    Spdy(Box<spdy::Connection>),
}

/// What the client does.
enum Event {
    Typed(Vec<u8>),
    End,
}

impl Wire {
    /// Waits until the client has done something; false when it has gone. May be dropped while it waits.
    async fn wait(&mut self) -> bool {
        match self {
            Wire::Spdy(connection) => connection.wait().await,
            Wire::WebSocket(socket, events) => {
                let Some(Ok(message)) = socket.next().await else { return false };
                if let Message::Binary(bytes) = &message {
                    match (bytes.first(), bytes.get(1..).unwrap_or_default()) {
                        (Some(&STDIN), text) => events.push(Event::Typed(text.to_vec())),
                        (Some(&CLOSE), [STDIN, ..]) => events.push(Event::End),
                        _ => {}
                    }
                }
                !message.is_close()
            }
        }
    }

    /// What the client has done since the last call.
    async fn take(&mut self) -> Vec<Event> {
        match self {
            Wire::WebSocket(_, events) => std::mem::take(events),
            Wire::Spdy(connection) => {
                let _ = connection.flush().await;
                let events = connection.take();
                let event = |event| match event {
                    spdy::Event::Data(id, bytes) if connection.kind(id) == "stdin" => Some(Event::Typed(bytes)),
                    spdy::Event::End(id) if connection.kind(id) == "stdin" => Some(Event::End),
                    _ => None,
                };
                events.into_iter().filter_map(event).collect()
            }
        }
    }

    async fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), ()> {
        match self {
            Wire::Spdy(connection) => {
                let stream = connection.stream(if channel == STDOUT { "stdout" } else { "stderr" });
                match stream {
                    Some(stream) => connection.send(stream, bytes, false).await,
                    None => Ok(()),
                }
            }
            Wire::WebSocket(socket, _) => {
                let message: Vec<u8> = std::iter::once(channel).chain(bytes.iter().copied()).collect();
                socket.send(Message::Binary(Bytes::from(message))).await.map_err(drop)
            }
        }
    }

    /// Says how it ended, and ends.
    async fn finish(mut self, status: Option<Value>) {
        let said = status.map(|status| api::json::to_string(&status));
        match &mut self {
            Wire::Spdy(connection) => {
                for (kind, text) in [("stdout", ""), ("stderr", ""), ("error", &said.unwrap_or_default())] {
                    if let Some(stream) = connection.stream(kind) {
                        let _ = connection.send(stream, text.as_bytes(), true).await;
                    }
                }
            }
            Wire::WebSocket(socket, _) => {
                if let Some(said) = said {
                    let message: Vec<u8> = std::iter::once(ERROR).chain(said.bytes()).collect();
                    let _ = socket.send(Message::Binary(Bytes::from(message))).await;
                }
                // A stream that ends otherwise looks broken to the client.
                let _ =
                    (**socket).close(Some(CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() })).await;
            }
        }
        // The client ends its side; what it still says is passed over.
        let rest = async { while self.wait().await {} };
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    }
}

/// Starts a command in a container and joins the client to it.
///
/// # Errors
/// The server's refusal: no such Pod or container, a protocol that is not spoken.
pub async fn exec(door: &Door, call: Call, headers: &HeaderMap, upgrade: OnUpgrade) -> Result<Response<Body>, Status> {
    let agreed = agree(headers, &PROTOCOLS, &PROTOCOLS)?;
    let streams = streams(&call.request);
    let wanted = door.ask(move |owner| start(owner, &call)).await.ok_or_else(broken)??;
    let (door, response) = (door.clone(), agreed.response());
    tokio::task::spawn_local(async move {
        let wire = match upgrade.await {
            Ok(io) if agreed.websocket => Some(Wire::WebSocket(Box::new(socket(io).await), Vec::new())),
            Ok(io) => {
                let connection = spdy::Connection::accept(Carrier::Plain(TokioIo::new(io)), streams).await;
                connection.map(|connection| Wire::Spdy(Box::new(connection)))
            }
            Err(_) => None,
        };
        match (wanted, wire) {
            (Ok(wanted), wire) => {
                if let Some(mut wire) = wire {
                    let status = serve(&door, &mut wire, &wanted).await;
                    wire.finish(status).await;
                }
                if let Source::Command(number) = wanted.source {
                    door.ask(move |owner| owner.end(number)).await;
                }
            }
            // What goes wrong in the container is said on the stream, as the kubelet does.
            (Err(status), Some(wire)) => wire.finish(Some(status)).await,
            (Err(_), None) => {}
        }
    });
    Ok(response)
}

/// How many streams a client opens that speaks SPDY: one for errors, one for each that it asks for, one for a terminal's size.
fn streams(request: &Request) -> usize {
    let truth = |name: &str| matches!(request.parameter(name), "true" | "1");
    let tty = truth("tty");
    let asked = ["stdin", "stdout"].iter().filter(|name| truth(name)).count();
    1 + asked + usize::from(truth("stderr") && !tty) + usize::from(tty)
}

/// Checks the request as the API server and the kubelet do, and starts the command. The outer error is answered before the
/// connection is upgraded, the inner one after.
fn start(owner: &mut Owner, call: &Call) -> Result<Result<Wanted, Value>, Status> {
    let request = &call.request;
    owner.look(|cluster| cluster.api().permit(request))?;
    let pod = owner.look(|cluster| cluster.api().find(kind::POD, &request.namespace, &request.name).cloned())?;
    let sorts = ["spec.containers", "spec.initContainers", "spec.ephemeralContainers"];
    let all = sorts.iter().flat_map(|sort| pod.at(sort).array());
    let names: Vec<&str> = all.map(|container| container["name"].str()).collect();
    let container = match (request.parameter("container"), &names[..]) {
        ("", [first, ..]) => (*first).to_owned(),
        (given, names) if names.contains(&given) => given.to_owned(),
        (given, _) => {
            return Err(Status::bad_request(format!("container {given} is not valid for pod {}", request.name)));
        }
    };
    if pod.at("spec.nodeName").str().is_empty() {
        return Err(Status::bad_request(format!("pod {} does not have a host assigned", request.name)));
    }
    let truth = |name: &str| matches!(request.parameter(name), "true" | "1");
    let tty = truth("tty");
    let at = (request.namespace.as_str(), request.name.as_str(), container.as_str());
    if request.subresource == "attach" {
        let specs = pod.at("spec.containers").array();
        let spec = specs.iter().find(|spec| spec["name"].str() == container).cloned().unwrap_or_default();
        let words = spec["command"].array().iter().chain(spec["args"].array());
        let mut command: Vec<String> = words.map(|word| word.str().to_owned()).collect();
        if command.is_empty() {
            command.push("sh".to_owned());
        }
        let joined = truth("stdin").then(|| owner.attach(at, command)).flatten();
        let source = joined.map_or_else(|| follow(owner, request, &container), |number| Ok(Source::Command(number)))?;
        return Ok(Ok(Wanted { source, tty }));
    }
    let command: Vec<String> =
        request.options.query.iter().filter(|(key, _)| key == "command").map(|(_, value)| value.to_string()).collect();
    if command.is_empty() {
        return Err(Status::bad_request("you must specify at least 1 command for the container"));
    }
    let started = owner.exec(at, command, truth("stdin"));
    Ok(started.map(|number| Wanted { source: Source::Command(number), tty }).map_err(|why| {
        // Once by the kubelet's own error, once by what answers for it.
        let message = format!("Internal error occurred: Internal error occurred: {why}");
        Status { code: 500, reason: "InternalError", message, details: Value::Null }.to_value()
    }))
}

/// What a container prints from now on.
fn follow(owner: &mut Owner, request: &Request, container: &str) -> Result<Source, Status> {
    let mut log =
        Request::new(Verb::Get, kind::POD, request.namespace.clone(), request.name.clone()).with_subresource("log");
    log.options.query.push(("container".into(), container.into()));
    let seen = owner.request(&log)?.body.str().len();
    let life = stream::life(owner, &log);
    Ok(Source::Log(Box::new(log), seen, life))
}

/// Carries input and output until the command has ended, which is told, or the client has gone.
async fn serve(door: &Door, wire: &mut Wire, wanted: &Wanted) -> Option<Value> {
    let (mut source, mut terminal) = (wanted.source.clone(), wanted.tty.then(Terminal::default));
    loop {
        let asked = door.ask(move |owner| (source.read(owner), source));
        let (read, back) = asked.await?;
        let (status, (stdout, stderr)) = read?;
        source = back;
        let quiet = stdout.is_empty() && stderr.is_empty();
        // Errors first, as programs write those at once and fill a buffer with the rest.
        for (channel, text) in [(STDERR, stderr), (STDOUT, stdout)] {
            // A terminal has one screen, on which a new line begins at its left edge.
            let (channel, text) =
                if terminal.is_some() { (STDOUT, text.replace('\n', "\r\n")) } else { (channel, text) };
            if !text.is_empty() {
                wire.send(channel, &vfs::text::to_bytes(&text)).await.ok()?;
            }
        }
        if let Some(code) = status {
            return Some(ended(code));
        }
        if quiet {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                there = wire.wait() => if !there { return None },
            }
        }
        for event in wire.take().await {
            let (echo, keys) = match (event, &mut terminal) {
                (Event::End, _) => (String::new(), vec![Typed::End]),
                (Event::Typed(bytes), None) => (String::new(), vec![Typed::Text(vfs::text::to_text(&bytes))]),
                (Event::Typed(bytes), Some(terminal)) => terminal.typed(&String::from_utf8_lossy(&bytes)),
            };
            if !echo.is_empty() {
                wire.send(STDOUT, echo.as_bytes()).await.ok()?;
            }
            for key in keys {
                match key {
                    Typed::Text(text) => write(door, &source, Some(text)).await,
                    Typed::End => write(door, &source, None).await,
                    Typed::Interrupt => return Some(ended(130)),
                }
            }
        }
    }
}

async fn write(door: &Door, source: &Source, text: Option<String>) {
    let source = source.clone();
    door.ask(move |owner| source.write(owner, text.as_deref())).await;
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
