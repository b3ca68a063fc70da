//! One connection into the cluster that carries HTTP/1: bytes in, bytes out. What answers is a program in a container.

use super::owner::Owner;
use kubelet::http::{Reply, Request};
use network::{Listener, Outcome, Protocol, Trace};
use shell::process::{Place, To};

/// The most that the head of a request may be, and its body.
const MAX_HEAD: usize = 64 << 10;
const MAX_BODY: usize = 16 << 20;
/// The most headers a request may have.
const MAX_HEADERS: usize = 100;

/// Why a connection did not come about, as Go's dialer says it.
pub fn refusal(trace: &Trace) -> Option<&'static str> {
    Some(match &trace.outcome {
        Outcome::Answered(_) => return None,
        Outcome::Refused(_) => "connect: connection refused",
        Outcome::TimedOut(_) => "i/o timeout",
        Outcome::Unreachable(_) => "connect: no route to host",
        Outcome::Unresolved(_) => "no such host",
    })
}

/// Connects from a place to an address; none if the place is gone.
pub fn dial(owner: &mut Owner, from: &Place, host: &str, port: u16) -> Option<Trace> {
    owner.connect(from, &To { host, port, protocol: Protocol::Tcp, source_port: 0, held: false })
}

/// An open connection.
pub struct Conversation {
    listener: Listener,
    input: Vec<u8>,
    /// Whether our side has ended it.
    pub closed: bool,
}

impl Conversation {
    /// One to whoever listens there.
    pub fn new(listener: Listener) -> Conversation {
        Conversation { listener, input: Vec::new(), closed: false }
    }

    /// Takes what the client sends; what is answered.
    pub fn hear(&mut self, owner: &mut Owner, bytes: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        self.input.extend_from_slice(bytes);
        while !self.closed && !self.input.is_empty() {
            let (request, close, nonsense) = match take(&mut self.input) {
                Taken::Whole(request, close) => (request, close, false),
                Taken::Part => break,
                // What does not speak HTTP is greeted by what does not speak it either, and by nobody else.
                Taken::Nonsense => (Request::get("", "/"), true, true),
            };
            let head = request.method == "HEAD";
            match owner.http(&self.listener, &request) {
                Some(reply) if reply.status == 0 => {
                    answer.extend(reply.body);
                    self.closed = true;
                }
                Some(_) if nonsense => {
                    answer.extend(text(
                        &Reply::new(400, "", "text/plain; charset=utf-8", "400 Bad Request"),
                        false,
                        true,
                    ));
                    self.closed = true;
                }
                Some(reply) => {
                    answer.extend(text(&reply, head, close));
                    self.closed = close;
                }
                None => self.closed = true,
            }
        }
        answer
    }
}

enum Taken {
    /// A request, and whether the client ends the connection after it.
    Whole(Request, bool),
    /// Not yet a whole request.
    Part,
    /// No HTTP.
    Nonsense,
}

/// Takes one request from the front of what has come.
fn take(input: &mut Vec<u8>) -> Taken {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(input) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if input.len() <= MAX_HEAD => return Taken::Part,
        _ => return Taken::Nonsense,
    };
    let value = |name: &str| {
        let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map_or("", |header| std::str::from_utf8(header.value).unwrap_or_default()).to_owned()
    };
    let chunked = value("transfer-encoding").eq_ignore_ascii_case("chunked");
    let size = value("content-length").parse::<usize>().unwrap_or_default();
    let connection = value("connection").to_ascii_lowercase();
    let close = connection.contains("close") || head.version == Some(0) && !connection.contains("keep-alive");
    let mut request = Request::get(value("host"), head.path.unwrap_or("/"));
    request.method = head.method.unwrap_or("GET").into();
    request.agent = value("user-agent").into();
    let others = head.headers.iter().filter(|header| !["host", "user-agent"].contains(&&*header.name.to_lowercase()));
    let pair = |header: &httparse::Header<'_>| (header.name.into(), String::from_utf8_lossy(header.value).into());
    request.headers = others.map(pair).collect();
    let rest = &input[length..];
    let (body, used) = match chunked {
        true => match unchunk(rest) {
            Some(found) => found,
            None if rest.len() <= MAX_BODY => return Taken::Part,
            None => return Taken::Nonsense,
        },
        false if size > MAX_BODY => return Taken::Nonsense,
        false if rest.len() < size => return Taken::Part,
        false => (rest[..size].to_vec(), size),
    };
    request.body = body;
    input.drain(..length + used);
    Taken::Whole(request, close)
}

/// The body of chunks, and how long it was with their sizes; none while it is not whole.
fn unchunk(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let (start, size) = match httparse::parse_chunk_size(bytes.get(at..)?) {
            Ok(httparse::Status::Complete((start, size))) => (start, usize::try_from(size).ok()?),
            _ => return None,
        };
        let from = at + start;
        let end = from.checked_add(size)?;
        bytes.get(from..end.checked_add(2)?)?;
        body.extend_from_slice(&bytes[from..end]);
        at = end + 2;
        if size == 0 {
            return Some((body, at));
        }
    }
}

/// A reply as HTTP/1.1 writes it.
fn text(reply: &Reply, head: bool, close: bool) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} {}\r\n", reply.status, reply.reason());
    let mut sized = false;
    for (name, value) in &reply.headers {
        sized |= name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding");
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !sized {
        text.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    text.push_str(if close { "Connection: close\r\n\r\n" } else { "\r\n" });
    let mut bytes = text.into_bytes();
    if !head {
        bytes.extend(&reply.body);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_taken_one_after_the_other() {
        let mut input =
            b"GET /a?b HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n\r\nPOST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nab".to_vec();
        let Taken::Whole(request, false) = take(&mut input) else { panic!("the first is whole") };
        assert_eq!((request.method.as_str(), request.host.as_str(), request.path.as_str()), ("GET", "x", "/a?b"));
        assert_eq!(request.headers, [("X-A".into(), "1".into())]);
        assert!(matches!(take(&mut input), Taken::Part));
        input.push(b'c');
        let Taken::Whole(request, true) = take(&mut input) else { panic!("the second is whole") };
        assert_eq!(request.body, b"abc");
        assert!(input.is_empty());
    }

    #[test]
    fn chunks_and_nonsense() {
        let mut input = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n".to_vec();
        assert!(matches!(take(&mut input), Taken::Part));
        input.extend(b"\r\nGET");
        let Taken::Whole(request, false) = take(&mut input) else { panic!("it is whole") };
        assert_eq!((request.body, input), (b"abc".to_vec(), b"GET".to_vec()));
        assert!(matches!(take(&mut b"\x16\x03\x01".to_vec()), Taken::Nonsense));
        assert!(matches!(take(&mut vec![b'a'; MAX_HEAD + 1]), Taken::Nonsense | Taken::Part));
    }
}
