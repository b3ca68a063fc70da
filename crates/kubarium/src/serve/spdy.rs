//! SPDY/3.1, as far as `port-forward` and the `exec` of older kubectls need it: streams that the client opens, headers that
//! are read and never sent, data both ways (draft-mbelshe-httpbis-spdy-00; k8s.io/apimachinery/pkg/util/httpstream/spdy).

use super::carrier::Carrier;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the client may take to open its streams.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest frame that is taken; kubectl's are 32 KiB.
const MAX_FRAME: usize = 1 << 20;
/// How far deflate refers back.
const WINDOW: usize = 32 << 10;
/// The most streams that are open at once.
const MAX_STREAMS: usize = 1000;
/// The most that the headers of a stream may be.
const MAX_HEADERS: usize = 64 << 10;

const SYN_STREAM: u16 = 1;
const SYN_REPLY: u16 = 2;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GOAWAY: u16 = 7;
const FIN: u8 = 1;

/// The words that headers are compressed with, each after its length in four bytes ...
const WORDS: &str = "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age \
    allow authorization cache-control connection content-base content-encoding content-language content-length content-location \
    content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range \
    if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer \
    retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status";
const MORE_WORDS: [&str; 8] = ["200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"];
/// ... and the text after them.
const TEXT: &str = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 \
    Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not \
    Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec \
    00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, \
    GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,public\
    privatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

fn dictionary() -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in WORDS.split_whitespace().chain(MORE_WORDS) {
        bytes.extend((word.len() as u32).to_be_bytes());
        bytes.extend(word.as_bytes());
    }
    bytes.extend(TEXT.as_bytes());
    bytes
}

/// What the client has done, to the stream with a number.
pub enum Event {
    /// Opened it.
    Open(u32, Headers),
    /// Sent data.
    Data(u32, Vec<u8>),
    /// Ended its side, or given it up.
    End(u32),
}

/// What a client says of a stream that it opens.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// `streamtype`: `error`, `stdin`, `data` ...
    pub kind: String,
    /// `port`: of a Pod, where it is forwarded.
    pub port: String,
    /// `requestid`: which streams belong together.
    pub request: String,
}

/// The headers of a connection, all one deflated text.
struct Inflate {
    state: Box<DecompressorOxide>,
    /// What the text may refer back to.
    window: Vec<u8>,
    begun: bool,
}

impl Inflate {
    fn new() -> Inflate {
        Inflate { state: Box::default(), window: dictionary(), begun: false }
    }

    /// The next piece of the text; none if it cannot be read.
    fn read(&mut self, mut input: &[u8]) -> Option<Vec<u8>> {
        if !self.begun {
            // zlib's head; a flag in it says that the dictionary's checksum follows.
            let head = if input.get(1)? & 0x20 != 0 { 6 } else { 2 };
            input = input.get(head..)?;
            self.begun = true;
        }
        let flags = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let start = self.window.len();
        let mut buffer = std::mem::take(&mut self.window);
        buffer.resize(start + MAX_HEADERS, 0);
        let (status, _, written) = decompress(&mut self.state, input, &mut buffer, start, flags);
        if !matches!(status, TINFLStatus::NeedsMoreInput | TINFLStatus::Done) {
            return None;
        }
        buffer.truncate(start + written);
        let text = buffer[start..].to_vec();
        let old = buffer.len().saturating_sub(WINDOW);
        self.window = buffer.split_off(old);
        Some(text)
    }
}

/// A connection after its upgrade.
pub struct Connection {
    carrier: Carrier,
    input: Vec<u8>,
    output: Vec<u8>,
    headers: Inflate,
    replied: bool,
    /// The types of the streams, by number: `error`, `stdin` ...
    streams: BTreeMap<u32, String>,
    events: Vec<Event>,
    gone: bool,
}

impl Connection {
    /// A connection on which nothing has been said.
    pub fn new(carrier: Carrier) -> Connection {
        Connection {
            carrier,
            input: Vec::new(),
            output: Vec::new(),
            headers: Inflate::new(),
            replied: false,
            streams: BTreeMap::new(),
            events: Vec::new(),
            gone: false,
        }
    }

    /// A connection whose client opens so many streams; none if it does not.
    pub async fn accept(carrier: Carrier, streams: usize) -> Option<Connection> {
        let mut connection = Connection::new(carrier);
        let opened = async {
            while connection.streams.len() < streams {
                if !connection.wait().await || connection.flush().await.is_err() {
                    return false;
                }
            }
            true
        };
        let opened = tokio::time::timeout(PATIENCE, opened).await.unwrap_or_default();
        opened.then_some(connection)
    }

    /// Waits until something has come; false when the client has gone. May be dropped while it waits.
    pub async fn wait(&mut self) -> bool {
        match self.carrier.read().await {
            Some(piece) if !self.gone => {
                self.input.extend(piece);
                self.frames();
                !self.gone
            }
            _ => false,
        }
    }

    /// The type of a stream; empty where it is not known.
    pub fn kind(&self, id: u32) -> &str {
        self.streams.get(&id).map_or("", String::as_str)
    }

    /// The stream of a type.
    pub fn stream(&self, kind: &str) -> Option<u32> {
        self.streams.iter().find(|(_, known)| *known == kind).map(|(id, _)| *id)
    }

    /// Forgets a stream that has ended on both sides.
    pub fn forget(&mut self, id: u32) {
        self.streams.remove(&id);
    }

    /// What has happened since the last call.
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Sends what is to be said about frames that have come.
    pub async fn flush(&mut self) -> Result<(), ()> {
        let output = std::mem::take(&mut self.output);
        self.carrier.write(output).await
    }

    /// Sends data on a stream, and its end if `last`.
    pub async fn send(&mut self, id: u32, bytes: &[u8], last: bool) -> Result<(), ()> {
        let mut pieces = bytes.chunks(WINDOW).peekable();
        loop {
            let piece = pieces.next().unwrap_or_default();
            let end = pieces.peek().is_none();
            self.output.extend(id.to_be_bytes());
            self.output.push(if last && end { FIN } else { 0 });
            self.output.extend(&(piece.len() as u32).to_be_bytes()[1..]);
            self.output.extend(piece);
            if end {
                break;
            }
        }
        self.flush().await
    }

    /// Takes the whole frames from what has been read.
    fn frames(&mut self) {
        while self.input.len() >= 8 {
            let length =
                usize::from(self.input[5]) << 16 | usize::from(self.input[6]) << 8 | usize::from(self.input[7]);
            if length > MAX_FRAME {
                self.gone = true;
                return;
            }
            if self.input.len() < 8 + length {
                return;
            }
            let rest = self.input.split_off(8 + length);
            let frame = std::mem::replace(&mut self.input, rest);
            if self.frame(&frame).is_none() {
                self.gone = true;
                return;
            }
        }
    }

    /// One frame; none if it makes no sense.
    fn frame(&mut self, frame: &[u8]) -> Option<()> {
        let (head, body) = frame.split_at(8);
        let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) & 0x7fff_ffff);
        let flags = head[4];
        if head[0] & 0x80 == 0 {
            let id = number(head)?;
            if !body.is_empty() {
                self.events.push(Event::Data(id, body.to_vec()));
            }
            if flags & FIN != 0 {
                self.events.push(Event::End(id));
            }
            return Some(());
        }
        match u16::from_be_bytes([head[2], head[3]]) {
            SYN_STREAM => {
                let id = number(body)?;
                let headers = self.headers.read(body.get(10..)?)?;
                let value = |name: &str| value(&headers, name).unwrap_or_default();
                let opened = Headers { kind: value("streamtype"), port: value("port"), request: value("requestid") };
                if self.streams.len() >= MAX_STREAMS {
                    return None;
                }
                self.streams.insert(id, opened.kind.clone());
                self.events.push(Event::Open(id, opened));
                self.reply(id);
                if flags & FIN != 0 {
                    self.events.push(Event::End(id));
                }
            }
            RST_STREAM => self.events.push(Event::End(number(body)?)),
            // Odd ones are the client's.
            PING if number(body)? % 2 == 1 => self.output.extend(frame),
            GOAWAY => self.gone = true,
            _ => {}
        }
        Some(())
    }

    /// `SYN_REPLY` with no headers: a stored block of deflate, so that nothing needs to be compressed.
    fn reply(&mut self, id: u32) {
        let mut block = Vec::new();
        if !std::mem::replace(&mut self.replied, true) {
            block.extend([0x78, 0x01]);
        }
        block.extend([0x00, 4, 0, 0xfb, 0xff, 0, 0, 0, 0]);
        // An empty block: readers hand on what they have when they see one (a sync flush).
        block.extend([0x00, 0, 0, 0xff, 0xff]);
        self.output.extend([0x80, 3]);
        self.output.extend(SYN_REPLY.to_be_bytes());
        self.output.push(0);
        self.output.extend(&(4 + block.len() as u32).to_be_bytes()[1..]);
        self.output.extend(id.to_be_bytes());
        self.output.extend(block);
    }
}

/// A header's value in a block of names and values.
fn value(block: &[u8], wanted: &str) -> Option<String> {
    let mut rest = block.get(4..)?;
    let mut text = || {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let found = rest.get(4..4usize.checked_add(length)?)?;
        rest = &rest[4 + length..];
        Some(String::from_utf8_lossy(found).into_owned())
    };
    loop {
        let (name, value) = (text()?, text()?);
        if name == wanted {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_the_standards() {
        // Its Adler-32 is what clients write into their zlib head.
        let (mut a, mut b) = (1u32, 0u32);
        for byte in dictionary() {
            a = (a + u32::from(byte)) % 65521;
            b = (b + a) % 65521;
        }
        assert_eq!(b << 16 | a, 0xe3c6_a7c2);
    }

    #[test]
    fn headers_are_read() {
        let mut block = vec![0, 0, 0, 2];
        for text in ["port", "80", "streamtype", "stdin"] {
            block.extend((text.len() as u32).to_be_bytes());
            block.extend(text.as_bytes());
        }
        assert_eq!(value(&block, "streamtype").as_deref(), Some("stdin"));
        assert_eq!(value(&block[..20], "streamtype"), None);
        let mut inflate = Inflate::new();
        let stored = [&[0x78, 0x01, 0x00, 3, 0, 0xfc, 0xff][..], b"abc"].concat();
        assert_eq!(inflate.read(&stored).as_deref(), Some(&b"abc"[..]));
        assert_eq!(inflate.read(&[0xff; 9]), None);
    }
}
