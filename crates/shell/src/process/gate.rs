//! Ports of the workstation that lead somewhere while a command runs: into a Pod (`kubectl port-forward`), or to the API
//! server in the name of the kubeconfig's user (`kubectl proxy`).

use super::{Kernel, Place, To};
use api::regex::Regex;
use kubectl::Gate;
use kubelet::http::{Reply, Request};
use network::{Listener, Trace, outside};
use std::cell::Cell;
use std::rc::Rc;

/// How many connections a gate remembers as its own: whoever connects asks at once.
const REMEMBERED: usize = 16;

/// A port of the workstation that leads somewhere.
#[derive(Clone)]
pub(crate) struct Forwarded {
    /// The workstation's port.
    pub(crate) port: u16,
    /// Where it leads.
    pub(crate) to: Goal,
    /// How many connections there were.
    pub(crate) connections: Rc<Cell<usize>>,
}

/// Where a port leads.
#[derive(Clone)]
pub(crate) enum Goal {
    /// To a port in a container.
    Container(Place, u16),
    /// To the API server.
    Api(Rc<Gate>),
}

/// A connection that came through a gate.
pub(crate) struct Passed {
    connection: u64,
    gate: Rc<Gate>,
}

impl Kernel {
    /// Where a connection to a port of this machine really goes; none if nobody leads it on.
    pub(super) fn led(&self, from: &Place, to: &To<'_>) -> Option<Option<Trace>> {
        let local = *from == Place::Workstation && matches!(to.host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
        let forward = self.forwards.borrow().iter().find(|forward| local && forward.port == to.port).cloned();
        let Forwarded { to: goal, connections, .. } = forward?;
        connections.set(connections.get() + 1);
        self.touch();
        Some(match goal {
            Goal::Container(place, port) => self.system().connect(&place, &To { host: "localhost", port, ..*to }),
            Goal::Api(gate) => {
                let hosted = self.system().cluster().and_then(|cluster| cluster.network().hosted);
                let server = hosted.map_or(cluster::MASTER_ADDRESS.to_owned(), |address| address.to_string());
                let trace = self.system().connect(from, &To { host: &server, port: outside::API_PORT, ..*to });
                if let Some(listener) = trace.as_ref().and_then(Trace::listener) {
                    let mut passed = self.passed.borrow_mut();
                    passed.push(Passed { connection: listener.connection, gate });
                    if passed.len() > REMEMBERED {
                        passed.remove(0);
                    }
                }
                trace
            }
        })
    }

    /// What the other end of a connection answers to a request; none if it is no server that answers.
    pub fn http(&self, listener: &Listener, request: &Request) -> Option<Reply> {
        let gate = self.gate(listener);
        let Some(gate) = gate else { return self.system().http(listener, request) };
        Some(match let_through(&gate, request) {
            Passage::Api(onward) => self.system().http_as(listener, &onward, &gate.who)?,
            Passage::File(path) => self.file(&path),
            Passage::Refused => text(403, "Forbidden\n"),
            Passage::Nowhere => text(404, "404 page not found\n"),
        })
    }

    /// Whether a connection ends in this machine, before TLS begins.
    pub fn is_gate(&self, listener: &Listener) -> bool {
        self.gate(listener).is_some()
    }

    fn gate(&self, listener: &Listener) -> Option<Rc<Gate>> {
        let passed = self.passed.borrow();
        passed.iter().find(|passed| passed.connection == listener.connection).map(|passed| passed.gate.clone())
    }

    /// A file or a folder of the workstation, as Go's file server shows it.
    fn file(&self, path: &str) -> Reply {
        let read = self.files(&Place::Workstation, |files| {
            if files.is_dir(path) {
                let index = vfs::path::join(path, "index.html");
                return match files.read(&index) {
                    Ok(bytes) => Some((index, bytes.to_vec())),
                    Err(_) => Some(("x.html".to_owned(), listing(files, path).into_bytes())),
                };
            }
            files.read(path).ok().map(|bytes| (path.to_owned(), bytes.to_vec()))
        });
        match read.flatten() {
            Some((name, bytes)) => Reply::new(200, "", kubelet::http::content_type(&name), bytes),
            None => text(404, "404 page not found\n"),
        }
    }
}

fn listing(files: &vfs::View<'_>, path: &str) -> String {
    let mut page = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n".to_owned();
    for name in files.list(path).unwrap_or_default().iter() {
        let slash = if files.is_dir(&vfs::path::join(path, name)) { "/" } else { "" };
        page.push_str(&format!("<a href=\"{name}{slash}\">{name}{slash}</a>\n"));
    }
    page + "</pre>\n"
}

fn text(status: u16, body: &str) -> Reply {
    Reply::new(status, "", "text/plain; charset=utf-8", body)
}

/// What becomes of a request at the gate.
enum Passage {
    Api(Request),
    File(String),
    Refused,
    Nowhere,
}

/// k8s.io/kubectl/pkg/proxy: `FilterServer`, `stripLeaveSlash`.
fn let_through(gate: &Gate, request: &Request) -> Passage {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if let Some((prefix, folder)) = &gate.files
        && let Some(rest) = path.strip_prefix(prefix.as_str())
    {
        return Passage::File(vfs::path::resolve(folder, &apiserver::http::decode(rest, false)));
    }
    if !path.starts_with(&gate.prefix) {
        return Passage::Nowhere;
    }
    let stripped = match gate.prefix.starts_with("/api") {
        true => path.to_owned(),
        false => format!("/{}", path[gate.prefix.len()..].trim_start_matches('/')),
    };
    let host = match request.host.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host.trim_matches(['[', ']']),
        _ => &request.host,
    };
    let any = |patterns: &[Regex], text: &str| patterns.iter().any(|pattern| pattern.is_match(text));
    let rules = &gate.rules;
    let refused = rules.filter
        && (any(&rules.reject_paths, &stripped)
            || any(&rules.reject_methods, &request.method)
            || !any(&rules.accept_paths, &stripped)
            || !any(&rules.accept_hosts, host));
    if refused {
        return Passage::Refused;
    }
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    Passage::Api(Request { path: format!("{stripped}{query}").into(), ..request.clone() })
}
