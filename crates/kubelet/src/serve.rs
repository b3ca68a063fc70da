//! How the servers in a Pod's containers answer, and what a container's process sees of its surroundings.

use crate::http::{Reply, Request, content_type};
use crate::images::{Flavour, Saying};
pub(crate) use crate::inside::{Inside, inside};
use crate::process::Text;
use crate::programs::Answers;
use crate::registry::{Answer, OwnImage};
use crate::rootfs;
use crate::state::{LogLine, Pod};
use crate::volumes;
use api::OrdMap;
use api::{Str, Time};
use vfs::Fs;

/// The port of name servers.
const DNS: u16 = 53;
/// Lines that a container's log keeps.
const LOG_LINES: usize = 10_000;

/// Whether something in the Pod listens on a port.
pub(crate) fn listens(pod: &Pod, port: u16) -> bool {
    listener(pod, port).is_some()
}

/// The container that listens on a port.
pub(crate) fn listener(pod: &Pod, port: u16) -> Option<usize> {
    let serves = |c: &crate::state::Container| {
        let process = c.process.as_ref().filter(|p| p.ended.is_none());
        process.and_then(|p| p.server.as_ref()).is_some_and(|s| s.ports.contains(&port))
    };
    pod.containers.iter().position(serves)
}

/// The Corefile by which what listens at port 53 of the Pod answers for names; none where nothing does.
pub(crate) fn corefile(pod: &Pod) -> Option<&Str> {
    match &pod.containers[listener(pod, DNS)?].process.as_ref()?.server.as_ref()?.answers {
        Answers::Names(text) => Some(text),
        _ => None,
    }
}

/// What the server at a port of the Pod answers; `None` where nothing listens. The request is in the server's access log
/// afterwards.
pub(crate) fn reply(
    pod: &mut Pod,
    port: u16,
    request: &Request,
    disks: &mut OrdMap<Str, Fs>,
    now: Time,
) -> Option<Reply> {
    let index = listener(pod, port)?;
    let answers = pod.containers[index].process.as_ref()?.server.as_ref()?.answers.clone();
    let (mut reply, log) = match answers {
        Answers::Nothing | Answers::Names(_) => (Reply::default(), Vec::new()),
        Answers::Own(image) => own(pod, index, &image, request, disks, now),
        Answers::Says(saying, text) => (says(pod, index, saying, &text, request), Vec::new()),
        Answers::Files(flavour, root) => {
            let mut around = inside(pod, index, disks, now);
            let (reply, error) = file(&mut around, flavour, &root, request);
            let log = access_log(flavour, request, &reply, error, now);
            (reply, log)
        }
    };
    for line in log {
        write_log(&mut pod.containers[index].log, &line, now);
    }
    crate::usage::charge(pod, index, 1, now);
    if request.method == "HEAD" {
        reply.body.clear();
    }
    Some(reply)
}

/// What a user's own image answers, and what it writes about that.
fn own(
    pod: &mut Pod,
    index: usize,
    image: &OwnImage,
    request: &Request,
    disks: &mut OrdMap<Str, Fs>,
    now: Time,
) -> (Reply, Vec<String>) {
    let Some(mut process) = pod.containers[index].process.clone() else { return Default::default() };
    let answer = image.answer(request.file());
    let status = answer.map_or(404, |answer| answer.status);
    let status = if answer.is_some_and(|answer| answer.exit.is_some()) { 0 } else { status };
    let about = [
        ("METHOD", request.method.as_str()),
        ("PATH", request.path.as_str()),
        ("CLIENT", request.client.as_str()),
        ("STATUS", &status.to_string()),
    ];
    about.into_iter().for_each(|(name, value)| process.set(name, value));
    let around = inside(pod, index, disks, now);
    let fill = |text: &str| process.fill(&Text::from(text), now, &around);
    let lines = image.request.iter().chain(answer.and_then(|answer| answer.log.as_ref()));
    let log = lines.map(|line| fill(line)).collect();
    let reply = match answer {
        // The connection breaks off.
        Some(Answer { exit: Some(_), .. }) => Reply::default(),
        Some(answer) => Reply::new(answer.status, "", &answer.content_type, fill(&answer.body)),
        None => Reply::new(404, "", "text/plain; charset=utf-8", "404 page not found\n"),
    };
    if let (Some(code), Some(process)) = (answer.and_then(|a| a.exit), &mut pod.containers[index].process) {
        process.kill(code, now);
    }
    (reply, log)
}

fn file(around: &mut Inside<'_>, flavour: Flavour, root: &str, request: &Request) -> (Reply, Option<String>) {
    let server = match flavour {
        Flavour::Nginx => "nginx/1.29.1",
        Flavour::Apache => "Apache/2.4.65 (Unix)",
        Flavour::Python => "SimpleHTTP/0.6 Python/3.13.7",
        Flavour::Busybox => "",
    };
    let page = |status: u16| Reply::new(status, server, "text/html", error_page(flavour, server, status));
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return (page(405), None);
    }
    // `resolve` never leaves the root, whatever dots there are.
    let asked = vfs::path::resolve("/", request.file());
    let mut path = vfs::path::resolve("/", &format!("{root}{asked}"));
    if around.is_dir(&path) {
        if !request.file().ends_with('/') {
            let mut moved = page(301);
            moved.headers.push(("Location".into(), format!("http://{}{}/", request.host, request.file()).into()));
            return (moved, None);
        }
        path = vfs::path::join(&path, "index.html");
        if !around.exists(&path) {
            if flavour == Flavour::Python {
                return (Reply::new(200, server, "text/html", "<title>Directory listing</title>\n"), None);
            }
            let why = format!("directory index of \"{}\" is forbidden", path.trim_end_matches("index.html"));
            return (page(if flavour == Flavour::Nginx { 403 } else { 404 }), Some(why));
        }
    }
    match around.bytes(&path) {
        Some(bytes) => (Reply::new(200, server, content_type(&path), bytes), None),
        None => (page(404), Some(format!("open() \"{path}\" failed (2: No such file or directory)"))),
    }
}

fn error_page(flavour: Flavour, server: &str, status: u16) -> String {
    let reason = crate::http::reason(status);
    match flavour {
        Flavour::Nginx => {
            let reason = crate::http::nginx_reason(status);
            format!(
                "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>\
                 </center>\r\n<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n"
            )
        }
        _ => format!("<html><head><title>{status} {reason}</title></head><body><h1>{reason}</h1></body></html>\n"),
    }
}

fn access_log(flavour: Flavour, request: &Request, reply: &Reply, error: Option<String>, now: Time) -> Vec<String> {
    let Request { method, path, client, agent, host, .. } = request;
    let (status, size) = (reply.status, reply.body.len());
    let text = now.rfc1123z();
    let words: Vec<&str> = text.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    let [_, day, month, year, clock, zone] = words[..] else { return Vec::new() };
    let access =
        format!("{client} - - [{day}/{month}/{year}:{clock} {zone}] \"{method} {path} HTTP/1.1\" {status} {size}");
    match flavour {
        Flavour::Nginx => {
            let moment = now.rfc3339();
            let moment = moment.trim_end_matches('Z').replace('-', "/").replace('T', " ");
            let error = error.map(|why| {
                format!(
                    "{moment} [error] 29#29: *1 {why}, client: {client}, server: localhost, request: \"{method} {path} \
                     HTTP/1.1\", host: \"{host}\""
                )
            });
            error.into_iter().chain([format!("{access} \"-\" \"{agent}\" \"-\"")]).collect()
        }
        Flavour::Apache => vec![access],
        Flavour::Python => {
            vec![format!("{client} - - [{day}/{month}/{year} {clock}] \"{method} {path} HTTP/1.1\" {status} -")]
        }
        Flavour::Busybox => Vec::new(),
    }
}

fn says(pod: &Pod, index: usize, saying: Saying, text: &str, request: &Request) -> Reply {
    let host = rootfs::hostname(pod);
    let image = &pod.containers[index].image.0;
    let version = image.rsplit(':').next().filter(|tag| *tag != "latest").unwrap_or("1.0.0");
    let body = match saying {
        Saying::Text => format!("{text}\n"),
        Saying::Hostname => format!("{host}\n"),
        Saying::Okay => "OK!".to_owned(),
        Saying::Hello => format!("Hello, world!\nVersion: {version}.0.0\nHostname: {host}\n").replace(".0.0.0", ".0.0"),
        Saying::Request => {
            let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
            let Request { method, path, client, agent, host: asked, .. } = request;
            let ip = pod.ip.clone().unwrap_or_default();
            format!(
                "Hostname: {host}\nIP: 127.0.0.1\nIP: {ip}\nRemoteAddr: {client}\n{method} {path} HTTP/1.1\nHost: {asked}\n\
                 User-Agent: {agent}\n{headers}Accept: */*\n"
            )
        }
    };
    Reply::new(200, "", "text/plain; charset=utf-8", body)
}

/// Adds text to a log, a line at a time.
pub(crate) fn write_log(log: &mut Vec<LogLine>, text: &str, at: Time) {
    log.extend(text.lines().map(|line| LogLine { at, text: line.into() }));
    if log.len() > LOG_LINES {
        log.drain(..log.len() - LOG_LINES / 2);
    }
}

impl crate::worker::Worker<'_, '_> {
    /// Lets all processes of the Pod do what they do until `now`.
    pub(crate) fn run_to(&mut self, now: Time) {
        for index in 0..self.pod.containers.len() {
            let container = &mut self.pod.containers[index];
            let due = container.process.as_ref().is_some_and(|p| p.wake().is_some_and(|at| at <= now));
            let Some(mut process) = container.process.take_if(|_| due) else { continue };
            if process.is_script() && volumes::token_due(self.pod, self.disks, now) {
                volumes::show_token(self.pod, &self.node.config, self.disks, &self.cx.client, now);
            }
            process.run(now, &mut inside(self.pod, index, self.disks, now).with_tools(self.tools));
            configure(self.pod, index, &mut process, self.disks, now);
            self.pod.containers[index].process = Some(process);
        }
    }
}

/// A server reads the configuration that its Pod brings: nginx where it listens, CoreDNS its Corefile.
fn configure(
    pod: &mut Pod,
    index: usize,
    process: &mut crate::process::Process,
    disks: &mut OrdMap<Str, Fs>,
    now: Time,
) {
    let Some(server) = &mut process.server else { return };
    if server.ports.first() == Some(&DNS) && matches!(server.answers, Answers::Nothing) {
        let mut around = inside(pod, index, disks, now);
        // Without a Corefile CoreDNS answers for nothing.
        let text = around.read("/etc/coredns/Corefile").or_else(|_| around.read("/Corefile"));
        server.answers = Answers::Names(text.unwrap_or_else(|_| ".:53 {\n whoami\n}\n".into()).into());
        return;
    }
    let Answers::Files(Flavour::Nginx, root) = &mut server.answers else { return };
    let mounts = pod.spec_of(index)["volumeMounts"].array();
    if !mounts.iter().any(|mount| mount["mountPath"].str().starts_with("/etc/nginx")) {
        return;
    }
    let mut around = inside(pod, index, disks, now);
    let names = around.with(|view| view.list("/etc/nginx/conf.d")).unwrap_or_default();
    let files =
        names.iter().map(|name| format!("/etc/nginx/conf.d/{name}")).chain(["/etc/nginx/nginx.conf".to_owned()]);
    let mut ports = Vec::new();
    let texts: Vec<String> = files.filter_map(|file| around.read(&file).ok()).collect();
    for line in texts.iter().flat_map(|text| text.split([';', '{', '}'])) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("listen"), Some(port)) => ports.extend(port.rsplit(':').next().and_then(|p| p.parse::<u16>().ok())),
            (Some("root"), Some(path)) => *root = path.into(),
            _ => {}
        }
    }
    if !ports.is_empty() {
        server.ports = ports;
    }
}
