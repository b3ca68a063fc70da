//! `wget`, as busybox has it

use super::Cx;
use super::curl::Url;
use kubelet::http::Request;
use network::{Outcome, Protocol};
use std::time::Duration;

/// How long busybox' wget waits unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(900);

/// Fetches URLs into files, or with `-O-` to standard output.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("quiet", 'q'), ("output-document", 'O'), ("timeout", 'T'), ("tries", 't'), ("spider", 's'), ("server-response", 'S'), ("header", 'H'), ("post-data", 'p'), ("no-check-certificate", 'n')];
    let options = match cx.options("qO:T:t:sScH:p:nP:U:", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        cx.err("Usage: wget [-cqS] [--spider] [-O FILE] [-T SEC] URL...\n");
        return 1;
    }
    let limit = options.value('T').and_then(|s| s.parse::<u64>().ok()).map_or(PATIENCE, |s| Duration::from_secs(s.min(86_400)));
    for text in &options.operands {
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(_) => return cx.fail(format_args!("not an http or ftp url: {text}")),
        };
        let trace = cx.kernel().connect(&cx.shell.place, &url.host, url.port, Protocol::Tcp);
        let Some(trace) = trace else { return cx.fail("network is unreachable") };
        let shown = |cx: &Cx, address: &str| {
            if !options.has('q') {
                cx.err(&format!("Connecting to {} ({address}:{})\n", url.authority, url.port));
            }
        };
        let address = trace.address().map(|a| a.to_string()).unwrap_or_default();
        if trace.after > limit && !matches!(trace.outcome, Outcome::Unresolved(_)) {
            shown(&cx, &address);
            cx.kernel().sleep(limit).await;
            return cx.fail("download timed out");
        }
        if let Outcome::Answered(_) | Outcome::Refused(_) | Outcome::TimedOut(_) | Outcome::Unreachable(_) = trace.outcome {
            shown(&cx, &address);
        }
        cx.kernel().sleep(trace.after.min(limit)).await;
        let problem = match &trace.outcome {
            Outcome::Unresolved(_) => return cx.fail(format_args!("bad address '{}'", url.host)),
            outcome => outcome.error(),
        };
        let Some(listener) = trace.listener() else {
            return cx.fail(format_args!("can't connect to remote host ({address}): {problem}"));
        };
        let mut request = Request::get(url.authority.as_str(), url.path.as_str());
        request.agent = "Wget".into();
        request.tls = url.tls;
        options.values('H').for_each(|line| super::curl::set_header(&mut request, line));
        if let Some(data) = options.value('p') {
            request.method = "POST".into();
            request.body = data.as_bytes().to_vec();
        }
        let reply = cx.kernel().http(listener, &request);
        let Some(reply) = reply.filter(|reply| reply.status != 0) else { return cx.fail("error getting response") };
        if options.has('S') {
            cx.err(&format!("  HTTP/1.1 {} {}\n", reply.status, reply.reason()));
            reply.headers.iter().for_each(|(name, value)| cx.err(&format!("  {name}: {value}\n")));
        }
        if reply.status >= 400 {
            return cx.fail(format_args!("server returned error: HTTP/1.1 {} {}", reply.status, reply.reason()));
        }
        if options.has('s') {
            if !options.has('q') {
                cx.err("remote file exists\n");
            }
            continue;
        }
        let page = match vfs::path::name(url.path.split('?').next().unwrap_or_default()) {
            "/" | "" => "index.html",
            name => name,
        };
        match options.value('O').unwrap_or(page) {
            "-" => {
                if !options.has('q') {
                    cx.err("writing to stdout\n");
                }
                cx.out(&reply.text());
                if !options.has('q') {
                    cx.err(&format!("-{:20} 100% |********************************| {:5}  0:00:00 ETA\nwritten to stdout\n", "", reply.body.len()));
                }
            }
            "/dev/null" => {}
            file => {
                let (path, now) = (cx.path(file), cx.now());
                let exists = options.value('O').is_none() && cx.stat(file).is_ok();
                if exists {
                    return cx.fail(format_args!("can't open '{file}': File exists"));
                }
                if let Err(error) = cx.files(|files| files.write(&path, reply.body.clone(), now)) {
                    return cx.fail(format_args!("can't open '{file}': {error}"));
                }
                if !options.has('q') {
                    cx.err(&format!("saving to '{file}'\n{file:<20} 100% |********************************| {:5}  0:00:00 ETA\n'{file}' saved\n", reply.body.len()));
                }
            }
        }
    }
    0
}
