//! `cargo xtask serve`: builds the page and serves `dist/` on loopback, as any static host would. With `--examples` it serves the
//! pages of `examples/site/`, with the page below `/kubarium/`: what a docs site with living clusters looks like.

use crate::error::{Error, Result};
use crate::{build, sh};
use std::hash::Hasher;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

const PORT: u16 = 8080;
/// The longest request line or header that is read, in bytes.
const LINE_LIMIT: u64 = 8192;

/// What a browser must be told about a file, by its extension. It compiles a wasm file while it
/// arrives only under its own type.
const TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("yaml", "text/plain; charset=utf-8"),
    ("ts", "text/plain; charset=utf-8"),
    ("map", "application/json"),
];

/// Where the examples look for the page.
const PAGE: &str = "kubarium";

/// What is served: a folder, and perhaps the page below a path of its own.
#[derive(Clone)]
struct Site {
    folder: PathBuf,
    page: Option<PathBuf>,
}

/// What was asked for on the command line.
#[derive(Debug, PartialEq)]
struct Options {
    port: u16,
    examples: bool,
}

/// Builds, then serves until it is stopped.
pub fn run(arguments: &[String]) -> Result {
    let options = options(arguments)?;
    build::run(&[])?;
    let site = match options.examples {
        true => Site { folder: sh::root().join("examples/site"), page: Some(build::dist()) },
        false => Site { folder: build::dist(), page: None },
    };
    let port = options.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| Error(format!("port {port}: {error}; another one: cargo xtask serve --port N")))?;
    let what = if options.examples { "The examples are" } else { "Kubarium is" };
    println!("{what} at http://{}/ (Ctrl-C ends it)", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        let site = site.clone();
        // A browser that goes away half-way is no concern of ours.
        std::thread::spawn(move || answer(&stream, &site).ok());
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options { port: PORT, examples: false };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let port = match word.as_str() {
            "--examples" => {
                options.examples = true;
                continue;
            }
            "--port" => words.next().map_or("", String::as_str),
            other => other.strip_prefix("--port=").unwrap_or_default(),
        };
        options.port = port.parse().map_err(|_| Error("usage: cargo xtask serve [--port N] [--examples]".into()))?;
    }
    Ok(options)
}

/// Answers one request and closes the connection.
fn answer(mut stream: &TcpStream, site: &Site) -> Result {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let request = read_line(&mut reader)?;
    let mut known = String::new();
    loop {
        let line = read_line(&mut reader)?;
        match line.split_once(':') {
            _ if line.is_empty() => break,
            Some((name, value)) if name.eq_ignore_ascii_case("if-none-match") => value.trim().clone_into(&mut known),
            _ => {}
        }
    }
    let response = response(&request, &known, site);
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: {}\r\n{}Connection: close\r\n\r\n",
        response.status,
        response.kind,
        response.body.len(),
        response.cache,
        // Other origins may have all of it: a module script is only loaded from a host that says so.
        format_args!("ETag: {}\r\nAccess-Control-Allow-Origin: *\r\n", response.tag),
    );
    stream.write_all(head.as_bytes())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&response.body)?;
    }
    Ok(())
}

fn read_line(reader: &mut BufReader<&TcpStream>) -> Result<String> {
    let mut line = String::new();
    std::io::Read::take(reader, LINE_LIMIT).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// An answer.
#[derive(Debug)]
struct Response {
    status: &'static str,
    kind: &'static str,
    /// How long a browser may go on with it, and what it is known by.
    cache: &'static str,
    tag: String,
    body: Vec<u8>,
}

/// The answer to a request line; `known` is the tag of what the browser has already.
fn response(request: &str, known: &str, site: &Site) -> Response {
    let text = |status, body: &str| Response {
        status,
        kind: "text/plain; charset=utf-8",
        cache: "no-store",
        tag: "\"\"".into(),
        body: body.into(),
    };
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method != "GET" && method != "HEAD" {
        return text("405 Method Not Allowed", "only GET and HEAD\n");
    }
    let found = place(target, site).and_then(|path| Some((std::fs::read(&path).ok()?, path)));
    let Some((body, path)) = found else { return text("404 Not Found", "not found\n") };
    let mut hash = std::hash::DefaultHasher::new();
    hash.write(&body);
    let tag = format!("\"{:016x}\"", hash.finish());
    let (kind, cache) = (content_type(&path), if is_hashed(&path) { FOREVER } else { "no-cache" });
    match known.split(',').any(|known| known.trim() == tag) {
        true => Response { status: "304 Not Modified", kind, cache, tag, body: Vec::new() },
        false => Response { status: "200 OK", kind, cache, tag, body },
    }
}

/// What has a hash of its bytes in its name never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Whether a path holds a hash behind a hyphen, as the build writes them: up to sixteen hexadecimal digits, without zeros in front.
fn is_hashed(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_hexdigit).count();
    text.split('-').skip(1).any(|part| digits(part) >= 12)
}

/// The file that a target names in the site.
fn place(target: &str, site: &Site) -> Option<PathBuf> {
    let below = target.strip_prefix('/')?.strip_prefix(PAGE).filter(|rest| rest.starts_with('/'));
    match (below, &site.page) {
        (Some(below), Some(page)) => file(below, page),
        _ => file(target, &site.folder),
    }
}

/// The file that a request's target names, if it lies inside the folder.
fn file(target: &str, folder: &Path) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut parts = path.split('/');
    let plain = !path.starts_with('/') && parts.all(|part| !part.starts_with('.') && !part.contains(['\\', '%', ':']));
    let path = folder.join(plain.then_some(path)?);
    if path.is_dir() { Some(path.join("index.html")) } else { Some(path) }
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_stays_inside_the_folder() {
        let folder = Path::new("dist");
        assert_eq!(file("/a/b.js?x=1", folder), Some(folder.join("a/b.js")));
        for outside in ["/../Cargo.toml", "/a/../../b", "/%2e%2e/x", "//etc/../passwd", "http://x/", "", "/.git/config"]
        {
            assert!(file(outside, folder).is_none_or(|path| path.starts_with(folder)), "{outside}");
        }
        assert_eq!(file("/../Cargo.toml", folder), None);
    }

    #[test]
    fn a_double_slash_does_not_reach_the_root_of_the_disk() {
        assert_eq!(file("//etc/passwd", Path::new("dist")), None);
    }

    #[test]
    fn wasm_has_its_own_type() {
        assert_eq!(content_type(Path::new("x/kubarium_bg.wasm")), "application/wasm");
        assert_eq!(content_type(Path::new("unknown.bin")), "application/octet-stream");
    }

    #[test]
    fn the_port_may_be_given_in_two_ways() {
        let options = |text: &str| {
            options(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).map(|o| (o.port, o.examples))
        };
        assert_eq!(options("").unwrap(), (8080, false));
        assert_eq!(options("--port 9000 --examples").unwrap(), (9000, true));
        assert_eq!(options("--port=9001").unwrap(), (9001, false));
        assert!(options("--port nine").is_err());
        assert!(options("9000").is_err());
        assert!(options("--port").is_err());
    }

    #[test]
    fn names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed(Path::new("dist/kubarium-0123456789abcdef.wasm")));
        assert!(is_hashed(Path::new("dist/snippets/kubarium-page-0123456789abcdef/static/keep.js")));
        assert!(is_hashed(Path::new("dist/page-45f5d6df25bdd1a_bg.wasm")));
        assert!(!is_hashed(Path::new("dist/start.js")) && !is_hashed(Path::new("dist/icon-192.png")));
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let site = Site { folder: sh::root().join("xtask"), page: Some(sh::root().join("docs")) };
        let first = response("GET /Cargo.toml HTTP/1.1", "", &site);
        assert_eq!((first.status, first.cache), ("200 OK", "no-cache"));
        let again = response("GET /Cargo.toml HTTP/1.1", &first.tag, &site);
        assert_eq!((again.status, again.body.len()), ("304 Not Modified", 0));
        assert_eq!(response("GET /kubarium/lessons.md HTTP/1.1", "", &site).status, "200 OK");
        assert_eq!(response("GET /kubarium/../Cargo.toml HTTP/1.1", "", &site).status, "404 Not Found");
        assert_eq!(response("PUT /Cargo.toml HTTP/1.1", "", &site).status, "405 Method Not Allowed");
    }
}
