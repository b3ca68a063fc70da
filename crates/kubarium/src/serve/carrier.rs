//! What the frames of SPDY travel in: the connection itself, or the messages of a WebSocket (kubectl 1.31 and later tunnel
//! `port-forward` so; k8s.io/client-go/tools/portforward/tunneling_connection.go).

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// A WebSocket on an upgraded connection.
pub type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// The server's end of a WebSocket.
pub async fn socket(io: Upgraded) -> Socket {
    WebSocketStream::from_raw_socket(TokioIo::new(io), Role::Server, None).await
}

/// A way for bytes.
pub enum Carrier {
    /// The connection.
    Plain(TokioIo<Upgraded>),
    /// Binary messages: where one ends means nothing.
    Tunnel(Box<Socket>),
}

impl Carrier {
    /// The next bytes; none when the client has gone. May be dropped while it waits.
    pub async fn read(&mut self) -> Option<Vec<u8>> {
        match self {
            Carrier::Plain(io) => {
                let mut piece = [0; 4096];
                let length = io.read(&mut piece).await.ok().filter(|length| *length > 0)?;
                Some(piece[..length].to_vec())
            }
            Carrier::Tunnel(socket) => match socket.next().await?.ok()? {
                Message::Binary(bytes) => Some(bytes.to_vec()),
                Message::Close(_) => None,
                _ => Some(Vec::new()),
            },
        }
    }

    /// Sends bytes.
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<(), ()> {
        match self {
            _ if bytes.is_empty() => Ok(()),
            Carrier::Plain(io) => io.write_all(&bytes).await.map_err(drop),
            Carrier::Tunnel(socket) => socket.send(Message::Binary(Bytes::from(bytes))).await.map_err(drop),
        }
    }
}
