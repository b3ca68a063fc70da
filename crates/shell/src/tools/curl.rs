//! `curl`

mod url;

use super::Cx;
use super::Options;
use crate::process::Output;
use api::Time;
use kubelet::http::{Follow, Reply, Request};
use cluster::Cluster;
use network::{Outcome, Protocol};
use std::time::Duration;
pub(super) use url::{Url, globbed};

/// How many redirections are followed, as curl's default is.
const MAX_REDIRECTS: usize = 50;
/// What an exchange over an open connection takes.
const EXCHANGE: Duration = Duration::from_millis(1);

const LONG: &[(&str, char)] = &[
    ("silent", 's'),
    ("show-error", 'S'),
    ("output", 'o'),
    ("remote-name", 'O'),
    ("write-out", 'w'),
    ("head", 'I'),
    ("include", 'i'),
    ("verbose", 'v'),
    ("max-time", 'm'),
    ("connect-timeout", 'C'),
    ("insecure", 'k'),
    ("location", 'L'),
    ("request", 'X'),
    ("data", 'd'),
    ("data-raw", 'd'),
    ("header", 'H'),
    ("fail", 'f'),
    ("user", 'u'),
    ("user-agent", 'A'),
    ("retry", 'R'),
    ("cacert", 'E'),
    ("get", 'G'),
    ("no-progress-meter", 'N'),
    ("noproxy", 'P'),
    ("http1.1", '1'),
    ("version", 'V'),
    // Not curl's: the way of the connection, hop by hop.
    ("trace-route", 'T'),
];

/// Fetches from URLs.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match Options::parse(&cx.args[1..], "sSo:Ow:Iivm:C:kLX:d:H:fu:A:R:E:GNP:1V46#gT", LONG) {
        Ok(options) => options,
        Err(problem) => {
            let problem = problem.replace("unrecognized option '", "option ").replace("invalid option -- '", "option -");
            let problem = problem.trim_end_matches('\'');
            cx.err(&format!("curl: {problem}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n"));
            return 2;
        }
    };
    if options.has('V') {
        cx.out("curl 8.14.1 (x86_64-pc-linux-gnu) libcurl/8.14.1\n");
        return 0;
    }
    let mut urls: Vec<String> = Vec::new();
    for operand in &options.operands {
        urls.extend(if options.has('g') { vec![operand.clone()] } else { globbed(operand) });
    }
    if urls.is_empty() {
        cx.err("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
        return 2;
    }
    let mut status = 0;
    for (i, url) in urls.iter().enumerate() {
        let transfer = Transfer { cx: &cx, options: &options, number: i };
        status = match transfer.run(url).await {
            Ok(status) => status,
            Err((code, text)) => {
                if !options.has('s') || options.has('S') {
                    cx.err(&format!("curl: ({code}) {text}\n"));
                }
                transfer.write_out(url, 0, 0, 0.0, None);
                code
            }
        };
    }
    status
}

struct Transfer<'a> {
    cx: &'a Cx,
    options: &'a Options,
    number: usize,
}

type Failure = (i32, String);

impl Transfer<'_> {
    fn say(&self, sign: char, text: &str) {
        if self.options.has('v') {
            self.cx.err(&format!("{sign} {text}\n"));
        }
    }

    async fn run(&self, text: &str) -> Result<i32, Failure> {
        let start = self.cx.kernel().now();
        let mut url = Url::parse(text).map_err(|problem| (3, problem))?;
        let mut redirects = 0;
        let (reply, address) = loop {
            let (reply, address) = self.exchange(&url).await?;
            let target = header(&reply, "Location").filter(|_| self.options.has('L') && (300..400).contains(&reply.status));
            let Some(target) = target.and_then(|target| url.join(&target)) else { break (reply, address) };
            redirects += 1;
            if redirects > MAX_REDIRECTS {
                return Err((47, format!("Maximum ({MAX_REDIRECTS}) redirects followed")));
            }
            url = target;
        };
        if self.options.has('f') && reply.status >= 400 {
            return Err((22, format!("The requested URL returned error: {}", reply.status)));
        }
        let mut shown = String::new();
        if self.options.has('i') || self.options.has('I') {
            shown.push_str(&format!("HTTP/1.1 {} {}\r\n", reply.status, reply.reason()));
            reply.headers.iter().for_each(|(name, value)| shown.push_str(&format!("{name}: {value}\r\n")));
            shown.push_str("\r\n");
        }
        if !self.options.has('I') {
            shown.push_str(&reply.text());
        }
        if let Some(follow) = reply.follow {
            self.cx.out(&shown);
            return self.follow(follow, start).await;
        }
        let seconds = self.cx.kernel().now().since(start).as_secs_f64();
        let status = self.deliver(&url, &shown, reply.body.len(), seconds);
        self.write_out(text, reply.status, reply.body.len(), seconds, Some(address));
        status
    }

    /// A watch: its changes as they come, until the server ends it or the time is up.
    async fn follow(&self, mut follow: Follow, start: Time) -> Result<i32, Failure> {
        let kernel = self.cx.kernel();
        let most = self.options.value('m').and_then(|s| s.parse::<u64>().ok()).filter(|s| *s > 0);
        loop {
            let events = kernel.system().poll(&mut follow.watch);
            events.iter().for_each(|event| self.cx.out(&cluster::rest::watch_line(event)));
            let passed = kernel.now().since(start).as_secs();
            if most.is_some_and(|most| passed >= most) {
                return Err((28, format!("Operation timed out after {} milliseconds", passed * 1000)));
            }
            if follow.seconds > 0 && passed >= follow.seconds {
                return Ok(0);
            }
            kernel.changed().await;
        }
    }

    /// The body goes to a file or to standard output; without a terminal to look at it, the progress meter is shown.
    fn deliver(&self, url: &Url, text: &str, size: usize, seconds: f64) -> Result<i32, Failure> {
        let files: Vec<&str> = self.options.values('o').collect();
        let remote = vfs::path::name(url.path.split('?').next().unwrap_or_default());
        let file = match files.get(self.number).or(files.last()) {
            Some(file) => Some(*file),
            None => self.options.has('O').then_some(remote),
        };
        let quiet = self.options.has('s') || self.options.has('N');
        if !quiet && (file.is_some_and(|f| f != "-") || !matches!(self.cx.io.stdout, Output::Terminal(_))) {
            self.meter(size, seconds);
        }
        match file {
            None | Some("-") => self.cx.out(text),
            Some("/dev/null") => {}
            Some(name) => {
                let (path, now) = (self.cx.path(name), self.cx.now());
                if let Err(error) = self.cx.files(|files| files.write(&path, text, now)) {
                    self.cx.err(&format!("Warning: Failed to open the file {name}: {error}\n"));
                    return Err((23, format!("client returned ERROR on write, {size} bytes failed")));
                }
            }
        }
        Ok(0)
    }

    fn meter(&self, size: usize, seconds: f64) {
        if self.number == 0 {
            self.cx.err("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n");
            self.cx.err("                                 Dload  Upload   Total   Spent    Left  Speed\n");
        }
        let speed = (size as f64 / seconds.max(0.001)) as u64;
        let speed = if speed >= 100_000 { format!("{}k", speed / 1024) } else { speed.to_string() };
        self.cx.err(&format!("100 {size:5}  100 {size:5}    0     0 {speed:>6}      0 --:--:-- --:--:-- --:--:-- {speed:>5}\n"));
    }

    /// One request and its reply, over a connection of its own; and the address that answered.
    async fn exchange(&self, url: &Url) -> Result<(Reply, String), Failure> {
        let kernel = self.cx.kernel();
        let host = url.host.as_str();
        let trace = kernel.connect(&self.cx.shell.place, host, url.port, Protocol::Tcp);
        let Some(trace) = trace else { return Err((7, format!("Failed to connect to {host} port {} after 0 ms: Couldn't connect to server", url.port))) };
        let connection = kernel.system().cluster().map_or(0, Cluster::connections);
        let told = self.tell(connection, 0);
        let seconds = |letter: char| self.options.value(letter).and_then(|s| s.parse::<f64>().ok()).filter(|s| *s > 0.0 && *s < 1e7);
        let (most, connect) = (seconds('m'), seconds('C'));
        if let Some(limit) = most.into_iter().chain(connect).reduce(f64::min).map(Duration::from_secs_f64)
            && trace.after > limit
        {
            kernel.sleep(limit).await;
            let ms = limit.as_millis() + 1;
            let text = match &trace.outcome {
                Outcome::Unresolved(_) => format!("Resolving timed out after {ms} milliseconds"),
                _ if connect.is_some_and(|c| Duration::from_secs_f64(c) <= limit) => {
                    format!("Failed to connect to {host} port {} after {ms} ms: Timeout was reached", url.port)
                }
                _ => format!("Connection timed out after {ms} milliseconds"),
            };
            return Err((28, text));
        }
        kernel.sleep(trace.after).await;
        let ms = trace.after.as_millis();
        let failed = |code: i32, why: &str| (code, format!("Failed to connect to {host} port {} after {ms} ms: {why}", url.port));
        let address = trace.address().map(|a| a.to_string()).unwrap_or_default();
        let listener = match &trace.outcome {
            Outcome::Answered(listener) => listener,
            Outcome::Unresolved(_) => return Err((6, format!("Could not resolve host: {host}"))),
            Outcome::Refused(_) => return Err(failed(7, "Couldn't connect to server")),
            Outcome::Unreachable(_) => return Err(failed(7, "Couldn't connect to server")),
            Outcome::TimedOut(_) => return Err(failed(28, "Couldn't connect to server")),
        };
        self.say('*', &format!("  Trying {address}:{}...", url.port));
        self.say('*', &format!("Connected to {host} ({address}) port {}", url.port));
        let request = self.request(url);
        self.say('>', &format!("{} {} HTTP/1.1", request.method, request.path));
        self.say('>', &format!("Host: {}", request.host));
        self.say('>', &format!("User-Agent: {}", request.agent));
        self.say('>', "Accept: */*");
        request.headers.iter().for_each(|(name, value)| self.say('>', &format!("{name}: {value}")));
        self.say('>', "");
        let reply = kernel.http(listener, &request);
        self.tell(connection, told);
        kernel.sleep(EXCHANGE).await;
        let reply = match reply {
            None => return Err((52, "Empty reply from server".into())),
            Some(reply) if reply.status == 0 => return Err((1, "Received HTTP/0.9 when not allowed".into())),
            // What answers in plain text cannot be spoken to in TLS.
            Some(_) if url.tls && (kernel.is_gate(listener) || !kernel.system().speaks_tls(listener)) => {
                return Err((35, "TLS connect error: error:0A0000C6:SSL routines::packet length too long".into()));
            }
            // Certificates inside the cluster are signed by nobody that the client knows.
            Some(_) if url.tls && listener.place != network::Place::Outside && !self.options.has('k') && !self.trusts(listener)? => {
                let more = "More details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.";
                return Err((60, format!("SSL certificate problem: self-signed certificate\n{more}")));
            }
            Some(reply) => reply,
        };
        self.say('<', &format!("HTTP/1.1 {} {}", reply.status, reply.reason()));
        reply.headers.iter().for_each(|(name, value)| self.say('<', &format!("{name}: {value}")));
        self.say('<', "");
        self.say('*', &format!("Connection #0 to host {host} left intact"));
        Ok((reply, address))
    }

    /// Whether the file that `--cacert` names holds the certificate that signed the server's: the cluster's own, for its API.
    fn trusts(&self, listener: &network::Listener) -> Result<bool, Failure> {
        let Some(file) = self.options.value('E') else { return Ok(false) };
        let path = self.cx.path(file);
        let Ok(text) = self.cx.files(|files| files.read_text(&path)) else {
            return Err((77, format!("error adding trust anchors from file: {file}")));
        };
        let system = self.cx.kernel().system();
        let Some(cluster) = system.cluster().filter(|cluster| cluster.is_api_server(listener)) else { return Ok(false) };
        let root = cluster.api().find(api::kind::CONFIG_MAP, "kube-system", "kube-root-ca.crt");
        Ok(root.is_ok_and(|root| root["data"]["ca.crt"].str().trim() == text.trim()))
    }

    /// `--trace-route`: the story of a connection so far, without its first `told` steps. Returns how many steps there are.
    fn tell(&self, connection: u64, told: usize) -> usize {
        if !self.options.has('T') {
            return told;
        }
        let kernel = self.cx.kernel();
        let language = self.cx.language();
        let steps = kernel.system().cluster().map(|cluster| cluster.story(connection)).unwrap_or_default();
        steps.iter().skip(told).for_each(|step| self.cx.err(&format!("{}\n", step.line(language))));
        steps.len()
    }

    fn request(&self, url: &Url) -> Request {
        let data: Vec<&str> = self.options.values('d').collect();
        let body = data.join("&");
        let posts = !data.is_empty() && !self.options.has('G');
        let method = match self.options.value('X') {
            Some(method) => method,
            None if self.options.has('I') => "HEAD",
            None if posts => "POST",
            None => "GET",
        };
        let mut request = Request::get(url.authority.as_str(), url.path.as_str());
        request.method = method.into();
        request.tls = url.tls;
        request.agent = self.options.value('A').unwrap_or("curl/8.14.1").into();
        if self.options.has('G') && !data.is_empty() {
            request.path = format!("{}{}{body}", url.path, if url.path.contains('?') { '&' } else { '?' }).into();
        }
        self.options.values('H').for_each(|line| set_header(&mut request, line));
        if posts {
            request.headers.push(("Content-Length".into(), body.len().to_string().into()));
            if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                request.headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
            }
            request.body = body.into_bytes();
        }
        request
    }

    /// `-w`
    fn write_out(&self, url: &str, status: u16, size: usize, seconds: f64, address: Option<String>) {
        let Some(format) = self.options.value('w') else { return };
        let address = address.unwrap_or_default();
        let mut text = crate::text::unescape(format, true).0;
        let values = [
            ("%{http_code}", format!("{status:03}")),
            ("%{response_code}", format!("{status:03}")),
            ("%{size_download}", size.to_string()),
            ("%{time_total}", format!("{seconds:.6}")),
            ("%{time_connect}", format!("{:.6}", seconds / 2.0)),
            ("%{remote_ip}", address),
            ("%{url}", url.to_owned()),
            ("%{url_effective}", url.to_owned()),
        ];
        values.iter().for_each(|(name, value)| text = text.replace(name, value));
        self.cx.out(&text);
    }
}

/// Takes in a header as the user writes it (`Name: value`), which goes before what the tool would send itself.
pub(super) fn set_header(request: &mut Request, line: &str) {
    let Some((name, value)) = line.split_once(':') else { return };
    match name.to_ascii_lowercase().as_str() {
        "host" => request.host = value.trim().into(),
        "user-agent" => request.agent = value.trim().into(),
        _ => request.headers.push((name.trim().into(), value.trim().into())),
    }
}

fn header(reply: &Reply, name: &str) -> Option<String> {
    reply.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_string())
}
