//! `-v=6` to `-v=9`: the requests as client-go's debugging transport logs them (k8s.io/client-go/transport/round_trippers.go).

use crate::cx::Cx;
use api::{Status, json};
use apiserver::request::{PatchType, Request, Response, Verb};

/// Features of the client library with their defaults, in the order in which kubectl 1.36 logs them.
const GATES: [(&str, bool); 10] = [
    ("ClientsPreferCBOR", false),
    ("ClientsAllowCARotation", true),
    ("UnlockWhileProcessingFIFO", true),
    ("WatchListClient", true),
    ("InOrderInformers", true),
    ("AtomicFIFO", true),
    ("InOrderInformersBatchProcess", true),
    ("ClientsAllowCBOR", false),
    ("InformerResourceVersion", true),
    ("ClientsAllowTLSCacheGC", true),
];
/// What is shown of a body at level 8; level 9 shows all of it.
const BODY: usize = 1024;

/// What is logged before anything is asked.
pub fn begin(cx: &Cx<'_>) {
    if level(cx) < 6 {
        return;
    }
    cx.klog('I', "loader.go:407", &format!("Config loaded from file:  {}", cx.config.path));
    for (feature, enabled) in GATES {
        let text = format!("\"Feature gate default state\" feature={feature:?} enabled={enabled}");
        cx.klog('I', "envvar.go:195", &text);
    }
}

/// Whether answers are logged with what is in them.
pub fn shows_bodies(cx: &Cx<'_>) -> bool {
    level(cx) >= 8
}

fn level(cx: &Cx<'_>) -> i64 {
    cx.flags.int("v")
}

/// Logs a request before it is sent.
pub fn before(cx: &Cx<'_>, request: &Request) {
    let level = level(cx);
    if level >= 8 && !request.body.is_null() {
        let text = format!("\"Request Body\" body={:?}", shown(&json::to_string(&request.body), level));
        cx.klog('I', "helper.go:246", &text);
    }
    if level >= 7 {
        let accept = match request.options.table {
            true => {
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
            }
            false => "application/json",
        };
        let mut headers = format!("\tAccept: {accept}\n");
        if let Some(format) = content_type(request) {
            headers.push_str(&format!("\tContent-Type: {format}\n"));
        }
        let text = format!(
            "\"Request\" verb={:?} url={:?} headers=<\n{headers}\tUser-Agent: kubectl/v1.36.4 (linux/amd64) kubernetes/bb826b1\n >",
            request.method(),
            url(cx, request)
        );
        cx.klog('I', "round_trippers.go:527", &text);
    }
}

/// Logs what came of a request.
pub fn after(cx: &Cx<'_>, request: &Request, answer: &Result<Response, Status>) {
    let level = level(cx);
    if level < 6 {
        return;
    }
    let status = match answer {
        Ok(answer) if answer.code(request.verb) == 201 => "201 Created".to_owned(),
        Ok(_) => "200 OK".to_owned(),
        Err(status) => format!("{} {}", status.code, words(status.reason)),
    };
    let what = match level {
        6 => format!("verb={:?} url={:?} ", request.method(), url(cx, request)),
        _ => String::new(),
    };
    let headers = if level >= 8 { " headers=<\n\tContent-Type: application/json\n >" } else { "" };
    let text = format!("\"Response\" {what}status={status:?}{headers} milliseconds=0");
    cx.klog('I', "round_trippers.go:632", &text);
    if level >= 8 {
        let body = match answer {
            Ok(response) => json::to_string(&response.body),
            Err(status) => status.message.clone(),
        };
        cx.klog('I', "helper.go:246", &format!("\"Response Body\" body={:?}", shown(&body, level)));
    }
}

/// The address of a request. Lists are read in parts, which is said even if one part is all.
fn url(cx: &Cx<'_>, request: &Request) -> String {
    let mut request = request.clone();
    let chunk = cx.flags.int("chunk-size");
    if request.verb == Verb::List && chunk > 0 && request.options.limit == 0 {
        request.options.limit = chunk as usize;
    }
    format!("{}{}", cx.config.server(cx.flags.text("context")), request.url())
}

fn content_type(request: &Request) -> Option<&'static str> {
    Some(match request.verb {
        Verb::Patch(PatchType::Json) => "application/json-patch+json",
        Verb::Patch(PatchType::Merge) => "application/merge-patch+json",
        Verb::Patch(PatchType::StrategicMerge) => "application/strategic-merge-patch+json",
        Verb::Patch(PatchType::Apply) => "application/apply-patch+yaml",
        Verb::Create | Verb::Update | Verb::Delete => "application/json",
        _ => return None,
    })
}

/// `NotFound` as HTTP says it: `Not Found`.
fn words(reason: &str) -> String {
    let mut words = String::new();
    for c in reason.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c);
    }
    words
}

fn shown(body: &str, level: i64) -> String {
    match body.char_indices().nth(BODY) {
        Some((end, _)) if level < 9 => format!("{} [truncated {} chars]", &body[..end], body.len() - end),
        _ => body.to_owned(),
    }
}

/// Sends a request and logs it.
///
/// # Errors
/// The server's refusal.
pub fn send(cx: &Cx<'_>, request: &Request) -> Result<Response, Status> {
    before(cx, request);
    let answer = cx.host.request(request);
    after(cx, request, &answer);
    answer
}
