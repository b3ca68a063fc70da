//! Answers without an end: watches and logs that are followed. Each is a task of its own that pulls; a client that reads
//! slowly makes its own task wait, and one that has gone ends it.

use super::http::broken;
use super::owner::Door;
use api::{Status, Value, kind, list, obj};
use apiserver::http::answer::{formed, status_value};
use apiserver::http::{As, Call, Format, order};
use apiserver::{Watch, WatchEvent};
use hyper::body::{Body, Bytes, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How many pieces may wait for a slow client before its task waits, too.
const PIECES: usize = 16;
/// How often a watch that asked for bookmarks gets one (k8s.io/apiserver/pkg/storage/cacher: `bookmarkFrequency`).
const BOOKMARKS: Duration = Duration::from_secs(60);
/// How long a watch lasts that does not say so: between one and two of these in the real server
/// (`MinRequestTimeout`).
const WATCH_LASTS: Duration = Duration::from_secs(1800);
/// How often a log that is followed is looked at.
const LOG_EVERY: Duration = Duration::from_millis(100);

/// The body of a stream.
pub struct Lines(mpsc::Receiver<Bytes>);

impl Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}

type Streaming = (&'static str, Lines);

/// Follows a collection.
///
/// # Errors
/// The server's refusal. A resource version that is too old is an event of the stream.
pub async fn watch(door: &Door, mut call: Call) -> Result<Streaming, Status> {
    let name = call.request.name.clone();
    if !name.is_empty() {
        // The path names the object, where newer clients select it by a field.
        call.request.options.field_selector = format!("metadata.name={name}").into();
    }
    let opened = door.ask(move |owner| (owner.watch(&call.request), call));
    let (opened, call) = opened.await.ok_or_else(broken)?;
    let (sender, receiver) = mpsc::channel(PIECES);
    let content_type = match call.media.format {
        Format::Yaml => return Err(not_streamed()),
        Format::Json | Format::Pretty => "application/json",
    };
    match opened {
        Ok((watch, news)) => {
            let follower = Follower { door: door.clone(), call, sender, headed: false };
            tokio::task::spawn_local(follower.follow(watch, news));
        }
        Err(status) if status.code == 410 => {
            let _ = sender.try_send(line("ERROR", &status_value(&status)));
        }
        Err(status) => return Err(status),
    }
    Ok((content_type, Lines(receiver)))
}

/// 406: YAML has no form for streams.
fn not_streamed() -> Status {
    let message = "only the following media types are accepted: application/json;stream=watch".to_owned();
    Status { code: 406, reason: "NotAcceptable", message, details: Value::Null }
}

fn line(event: &str, object: &Value) -> Bytes {
    let mut text = order::of_event(&obj! { "type" => event, "object" => object });
    text.push('\n');
    Bytes::from(text)
}

/// One watch of one client.
struct Follower {
    door: Door,
    call: Call,
    sender: mpsc::Sender<Bytes>,
    /// Whether a Table's columns have been sent: later ones leave them out.
    headed: bool,
}

impl Follower {
    async fn follow(mut self, mut watch: Watch, mut news: super::owner::News) {
        let lasts = self.call.timeout.filter(|seconds| *seconds > 0).map_or(WATCH_LASTS, Duration::from_secs);
        let ends = Instant::now() + lasts;
        let mut bookmark_at = Instant::now() + BOOKMARKS;
        let mut first = true;
        loop {
            news.borrow_and_update();
            let asked = self.door.ask(move |owner| {
                let events = owner.poll(&mut watch);
                let revision = owner.look(|cluster| cluster.api().store().revision());
                (events, revision, watch)
            });
            let Some((events, revision, back)) = asked.await else { return };
            watch = back;
            let pieces = match events {
                Ok(events) => self.pieces(&events),
                Err(status) => {
                    let _ = self.sender.send(line("ERROR", &status_value(&status))).await;
                    return;
                }
            };
            for piece in pieces {
                if self.sender.send(piece).await.is_err() {
                    return;
                }
            }
            let bookmarks = self.call.request.options.bookmarks;
            let initial = first && self.call.request.options.send_initial_events == Some(true);
            if bookmarks && (initial || Instant::now() >= bookmark_at) {
                bookmark_at = Instant::now() + BOOKMARKS;
                let piece = self.bookmark(revision, initial);
                if self.sender.send(piece).await.is_err() {
                    return;
                }
            }
            first = false;
            let wake = if bookmarks { bookmark_at.min(ends) } else { ends };
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(wake) => if Instant::now() >= ends { return },
                () = self.sender.closed() => return,
            }
        }
    }

    fn pieces(&mut self, events: &[WatchEvent]) -> Vec<Bytes> {
        events.iter().map(|event| line(event.event.as_str(), &self.shown(&event.object))).collect()
    }

    /// An event's object in the form that is wanted.
    fn shown(&mut self, object: &Value) -> Value {
        match self.call.media.form {
            As::Table => {
                let mut table = object.clone();
                let version =
                    table["rows"].array().first().map(|row| row.at("object.metadata.resourceVersion").clone());
                if let Some(version @ Value::String(_)) = version {
                    table.set("metadata.resourceVersion", version);
                }
                if std::mem::replace(&mut self.headed, true) {
                    table.set("columnDefinitions", Value::Null);
                }
                table
            }
            form => formed(object, self.call.request.kind, form),
        }
    }

    /// How far the watch has come.
    fn bookmark(&mut self, revision: u64, initial: bool) -> Bytes {
        let kind = self.call.request.kind;
        let mut metadata = obj! { "resourceVersion" => revision.to_string(), "creationTimestamp" => Value::Null };
        if initial {
            metadata.set("annotations", obj! { "k8s.io/initial-events-end" => "true" });
        }
        let object = obj! { "kind" => kind.kind, "apiVersion" => kind.api_version(), "metadata" => metadata };
        let shown = match self.call.media.form {
            As::Table => {
                let row = obj! { "cells" => list![], "object" => apiserver::http::answer::partial(&object) };
                obj! {
                    "kind" => "Table", "apiVersion" => "meta.k8s.io/v1",
                    "metadata" => obj! { "resourceVersion" => revision.to_string() },
                    "columnDefinitions" => Value::Null, "rows" => list![row],
                }
            }
            form => formed(&object, kind, form),
        };
        line("BOOKMARK", &shown)
    }
}

/// Follows a container's log until the container has ended.
///
/// # Errors
/// The server's refusal.
pub async fn log(door: &Door, call: Call) -> Result<Streaming, Status> {
    let mut plain = call.request.clone();
    // What is cut from the beginning is cut once; how the lines look stays.
    plain.options.query.retain(|(key, _)| matches!(key.as_str(), "container" | "timestamps" | "previous"));
    let request = call.request;
    let opened = door.ask(move |owner| {
        // The whole log's length is where following goes on from, however little of it is shown first.
        let whole = owner.request(&plain)?.body;
        let shown = owner.request(&request)?.body;
        let life = life(owner, &plain);
        Ok::<_, Status>((shown, whole.str().len(), life, plain))
    });
    let (shown, mut seen, life_then, mut plain) = opened.await.ok_or_else(broken)??;
    let (sender, receiver) = mpsc::channel(PIECES);
    let door = door.clone();
    tokio::task::spawn_local(async move {
        let mut piece = Bytes::from(shown.str().to_owned());
        loop {
            if !piece.is_empty() && sender.send(piece).await.is_err() {
                return;
            }
            let asked = door.ask(move |owner| {
                let ended = life(owner, &plain);
                let text = owner.request(&plain).map(|response| response.body);
                (ended, text, plain)
            });
            let Some((life_now, text, back)) = asked.await else { return };
            plain = back;
            let Ok(text) = text else { return };
            let new = text.str().get(seen..).unwrap_or_default().to_owned();
            seen = seen.max(text.str().len());
            piece = Bytes::from(new);
            if life_now != life_then || life_now.is_none() {
                let _ = sender.send(piece).await;
                return;
            }
            if piece.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep(LOG_EVERY) => {}
                    () = sender.closed() => return,
                }
            }
        }
    });
    Ok(("text/plain", Lines(receiver)))
}

/// What tells this life of a container from the next; none if it does not run.
pub fn life(owner: &super::owner::Owner, request: &apiserver::Request) -> Option<api::Str> {
    owner.look(|cluster| {
        let key = apiserver::Key::new(request.namespace.clone(), request.name.clone());
        let pod = cluster.api().store().get(kind::POD, &key)?;
        let given = request.parameter("container");
        let first = pod.at("spec.containers").array().first().map_or("", |container| container["name"].str());
        let wanted = if given.is_empty() { first } else { given };
        let known = cluster.kubelets().pod(pod.namespace(), pod.name())?;
        let container = known.container(wanted).filter(|container| container.running())?;
        Some(container.id.clone())
    })
}
