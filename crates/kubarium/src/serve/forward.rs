//! `port-forward`: streams of a client that lead to ports inside a Pod. Over SPDY (`portforward.k8s.io`), over SPDY in a
//! WebSocket (`SPDY/3.1+portforward.k8s.io`, kubectl 1.31 and later), and over the channels of a WebSocket
//! (`v4.channel.k8s.io`, as the Python client speaks it; pkg/kubelet/.../portforward/websocket.go).

use super::carrier::{Carrier, Socket, socket};
use super::conversation::{Conversation, dial, refusal};
use super::http::{Body, broken};
use super::owner::{Door, Owner};
use super::spdy::{self, Connection, Event, Headers};
use super::upgrade::{Agreed, agree};
use api::{Status, Str, kind};
use apiserver::http::Call;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use shell::process::Place;
use std::collections::BTreeMap;
use tokio_tungstenite::tungstenite::{Bytes, Message};

const SPDY: &str = "portforward.k8s.io";
const TUNNEL: &str = "SPDY/3.1+portforward.k8s.io";
const CHANNELS: &str = "v4.channel.k8s.io";

/// Opens the way into a Pod.
///
/// # Errors
/// The server's refusal: no such Pod, no node, no ports, a protocol that is not spoken.
pub async fn forward(
    door: &Door,
    call: Call,
    headers: &HeaderMap,
    upgrade: OnUpgrade,
) -> Result<Response<Body>, Status> {
    let agreed = agree(headers, &[TUNNEL, CHANNELS], &[SPDY])?;
    let ports = match agreed.protocol == CHANNELS {
        true => ports(&call)?,
        false => Vec::new(),
    };
    let target = door.ask(move |owner| Target::find(owner, &call)).await.ok_or_else(broken)??;
    let (door, response) = (door.clone(), agreed.response());
    tokio::task::spawn_local(async move {
        let Ok(io) = upgrade.await else { return };
        let wire = match agreed {
            Agreed { websocket: false, .. } => Wire::spdy(Carrier::Plain(TokioIo::new(io))),
            Agreed { protocol: TUNNEL, .. } => Wire::spdy(Carrier::Tunnel(Box::new(socket(io).await))),
            Agreed { .. } => Wire::channels(socket(io).await, &ports).await,
        };
        Session { door, wire, target, streams: BTreeMap::new() }.serve().await;
    });
    Ok(response)
}

/// The ports that the query names, for clients that do not name them with each stream.
fn ports(call: &Call) -> Result<Vec<u16>, Status> {
    let given = call.request.options.query.iter().filter(|(key, _)| key == "ports");
    let words = given.flat_map(|(_, value)| value.split(','));
    let ports: Result<Vec<u16>, Status> = words
        .map(|word| {
            let port = word.parse::<u16>().ok().filter(|port| *port > 0);
            port.ok_or_else(|| Status::bad_request(format!("unable to parse {word:?} as a port")))
        })
        .collect();
    let ports = ports?;
    if ports.is_empty() {
        return Err(Status::bad_request("query parameter \"port\" is required"));
    }
    Ok(ports)
}

/// The Pod.
#[derive(Clone)]
struct Target {
    place: Place,
    /// What the runtime calls its sandbox.
    sandbox: Str,
}

impl Target {
    fn find(owner: &mut Owner, call: &Call) -> Result<Target, Status> {
        let request = &call.request;
        owner.look(|cluster| cluster.api().permit(request))?;
        let pod = owner.look(|cluster| cluster.api().find(kind::POD, &request.namespace, &request.name).cloned())?;
        if pod.at("spec.nodeName").str().is_empty() {
            return Err(Status::bad_request(format!("pod {} does not have a host assigned", request.name)));
        }
        let container = pod.at("spec.containers").array().first().map_or("", |container| container["name"].str());
        let place = owner.container(&request.namespace, &request.name, container);
        let gone = || Status {
            code: 500,
            reason: "InternalError",
            message: format!(
                "Internal error occurred: error forwarding port: pod {}_{} is not running",
                request.name, request.namespace
            ),
            details: api::Value::Null,
        };
        Ok(Target { place: place.ok_or_else(gone)?, sandbox: pod.uid().into() })
    }

    /// Connects to a port of the Pod's own loopback interface.
    fn dial(&self, owner: &mut Owner, port: u16) -> Result<Conversation, String> {
        let sandbox = &self.sandbox;
        let failed = |why: &str| {
            format!(
                "error forwarding port {port} to pod {sandbox}, uid : failed to execute portforward in network namespace \
                 \"/var/run/netns/cni-{sandbox}\": failed to connect to localhost:{port} inside namespace \"{sandbox}\", \
                 IPv4: dial tcp4 127.0.0.1:{port}: {why} IPv6 dial tcp6 [::1]:{port}: {why} "
            )
        };
        let Some(trace) = dial(owner, &self.place, "localhost", port) else {
            return Err(format!("error forwarding port {port} to pod {sandbox}, uid : sandbox is not running"));
        };
        match trace.listener() {
            Some(listener) => Ok(Conversation::new(listener.clone())),
            None => Err(failed(refusal(&trace).unwrap_or_default())),
        }
    }
}

/// How the client speaks.
enum Wire {
    Spdy(Box<Connection>),
    /// Two channels a port, one for data and one for errors; a stream's number is its channel's.
    Channels(Box<Socket>, Vec<Event>),
}

impl Wire {
    fn spdy(carrier: Carrier) -> Wire {
        Wire::Spdy(Box::new(Connection::new(carrier)))
    }

    /// Every channel begins with its port.
    async fn channels(mut socket: Socket, ports: &[u16]) -> Wire {
        let mut events = Vec::new();
        for (pair, port) in (0u8..).step_by(2).zip(ports) {
            for (channel, kind) in [(pair + 1, "error"), (pair, "data")] {
                let [low, high] = port.to_le_bytes();
                let _ = socket.send(Message::Binary(Bytes::from(vec![channel, low, high]))).await;
                let request = pair.to_string();
                events
                    .push(Event::Open(channel.into(), Headers { kind: kind.into(), port: port.to_string(), request }));
            }
        }
        Wire::Channels(Box::new(socket), events)
    }

    /// What the client has done; none when it has gone.
    async fn next(&mut self) -> Option<Vec<Event>> {
        match self {
            Wire::Spdy(connection) => {
                let there = connection.wait().await;
                connection.flush().await.ok()?;
                there.then(|| connection.take())
            }
            Wire::Channels(_, events) if !events.is_empty() => Some(std::mem::take(events)),
            Wire::Channels(socket, _) => match socket.next().await?.ok()? {
                Message::Binary(bytes) => {
                    let (channel, bytes) = bytes.split_first()?;
                    Some(vec![Event::Data((*channel).into(), bytes.to_vec())])
                }
                Message::Close(_) => None,
                _ => Some(Vec::new()),
            },
        }
    }

    async fn send(&mut self, stream: u32, bytes: &[u8], last: bool) -> Result<(), ()> {
        match self {
            Wire::Spdy(connection) => {
                let sent = connection.send(stream, bytes, last).await;
                if last {
                    connection.forget(stream);
                }
                sent
            }
            Wire::Channels(..) if bytes.is_empty() => Ok(()),
            Wire::Channels(socket, _) => {
                let channel = u8::try_from(stream).map_err(drop)?;
                let message = std::iter::once(channel).chain(bytes.iter().copied()).collect::<Vec<u8>>();
                socket.send(Message::Binary(Bytes::from(message))).await.map_err(drop)
            }
        }
    }
}

/// One client.
struct Session {
    door: Door,
    wire: Wire,
    target: Target,
    /// Its streams by number: for data with the connection into the Pod, for errors without.
    streams: BTreeMap<u32, (Headers, Option<Conversation>)>,
}

impl Session {
    async fn serve(mut self) {
        while let Some(events) = self.wire.next().await {
            for event in events {
                if self.happened(event).await.is_none() {
                    return;
                }
            }
        }
    }

    /// None when the client cannot be spoken to any more.
    async fn happened(&mut self, event: Event) -> Option<()> {
        match event {
            spdy::Event::Open(id, headers) => {
                let data = headers.kind == "data";
                let port = headers.port.parse::<u16>().unwrap_or_default();
                self.streams.insert(id, (headers, None));
                if !data {
                    return Some(());
                }
                let target = self.target.clone();
                match self.door.ask(move |owner| target.dial(owner, port)).await? {
                    Ok(conversation) => self.streams.get_mut(&id)?.1 = Some(conversation),
                    Err(why) => self.end(id, &why).await?,
                }
            }
            spdy::Event::Data(id, bytes) => {
                let Some((_, conversation)) = self.streams.get_mut(&id) else { return Some(()) };
                let Some(mut open) = conversation.take() else { return Some(()) };
                let asked = self.door.ask(move |owner| (open.hear(owner, &bytes), open));
                let (answer, open) = asked.await?;
                self.wire.send(id, &answer, false).await.ok()?;
                match open.closed {
                    true => self.end(id, "").await?,
                    false => self.streams.get_mut(&id)?.1 = Some(open),
                }
            }
            spdy::Event::End(id) => {
                let data = self.streams.get(&id).is_some_and(|(headers, _)| headers.kind == "data");
                if data {
                    self.end(id, "").await?;
                }
            }
        }
        Some(())
    }

    /// Ends a connection, and says what went wrong with it on the stream that goes with it.
    async fn end(&mut self, id: u32, why: &str) -> Option<()> {
        let (headers, _) = self.streams.remove(&id)?;
        let belongs = |known: &Headers| known.kind == "error" && known.request == headers.request;
        let errors = self.streams.iter().find(|(_, (known, _))| belongs(known)).map(|(id, _)| *id);
        if let Some(errors) = errors {
            self.streams.remove(&errors);
            self.wire.send(errors, why.as_bytes(), true).await.ok()?;
        }
        self.wire.send(id, b"", true).await.ok()
    }
}
