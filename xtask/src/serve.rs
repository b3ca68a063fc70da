//! `cargo xtask serve`: builds the page and serves `dist/` on loopback, as any static host would.

use crate::build;
use crate::error::{Error, Result};
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
];

/// Builds, then serves until it is stopped.
pub fn run(arguments: &[String]) -> Result {
    let port = port(arguments)?;
    build::run(&[])?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| Error(format!("port {port}: {error}; another one: cargo xtask serve --port N")))?;
    println!("Kubarium is at http://{}/ (Ctrl-C ends it)", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        // A browser that goes away half-way is no concern of ours.
        std::thread::spawn(move || answer(&stream, &build::dist()).ok());
    }
    Ok(())
}

fn port(arguments: &[String]) -> Result<u16> {
    let value = match arguments {
        [] => return Ok(PORT),
        [flag, value] if flag == "--port" => value.as_str(),
        [flag] => flag.strip_prefix("--port=").unwrap_or_default(),
        _ => "",
    };
    value.parse().map_err(|_| Error("usage: cargo xtask serve [--port N]".into()))
}

/// Answers one request and closes the connection.
fn answer(mut stream: &TcpStream, folder: &Path) -> Result {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let request = read_line(&mut reader)?;
    while !read_line(&mut reader)?.is_empty() {}
    let (status, kind, body) = response(&request, folder);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&body)?;
    }
    Ok(())
}

fn read_line(reader: &mut BufReader<&TcpStream>) -> Result<String> {
    let mut line = String::new();
    std::io::Read::take(reader, LINE_LIMIT).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// Status, content type and body for a request line.
fn response(request: &str, folder: &Path) -> (&'static str, &'static str, Vec<u8>) {
    const TEXT: &str = "text/plain; charset=utf-8";
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method != "GET" && method != "HEAD" {
        return ("405 Method Not Allowed", TEXT, b"only GET and HEAD\n".to_vec());
    }
    let Some(path) = file(target, folder) else {
        return ("404 Not Found", TEXT, b"not found\n".to_vec());
    };
    match std::fs::read(&path) {
        Ok(body) => ("200 OK", content_type(&path), body),
        Err(_) => ("404 Not Found", TEXT, b"not found\n".to_vec()),
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
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(port(&[]).unwrap(), 8080);
        assert_eq!(port(&words("--port 9000")).unwrap(), 9000);
        assert_eq!(port(&words("--port=9001")).unwrap(), 9001);
        assert!(port(&words("--port nine")).is_err());
        assert!(port(&words("9000")).is_err());
    }
}
