//! `nslookup`, `dig`, `host`

mod busybox;

use super::Cx;
use crate::process::Query;
use network::dns::{Code, Record, RecordType, Response, name_for};
use network::{Answered, Unanswered};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How often a name server is asked, and how long each answer is waited for.
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds that an answer may be kept, as kubeadm's Corefile says.
const TTL: u32 = 30;
/// Of dig.
const VERSION: &str = "9.18.33";

/// What is asked: a name (or an address, for its name), a type, and perhaps whom.
struct Asked {
    name: String,
    kind: RecordType,
    server: Option<Ipv4Addr>,
}

impl Asked {
    fn new(name: &str, kind: Option<RecordType>, server: Option<Ipv4Addr>) -> Asked {
        match (name.parse::<Ipv4Addr>(), kind) {
            (Ok(address), None | Some(RecordType::Ptr)) => {
                Asked { name: name_for(address) + ".", kind: RecordType::Ptr, server }
            }
            _ => Asked { name: name.to_owned(), kind: kind.unwrap_or_default(), server },
        }
    }

    /// Asks; a server that is silent is waited for, and asked again. Nothing, once it has been complained about.
    async fn send(&self, cx: &Cx, search: bool) -> Option<Answered> {
        let query = Query { name: &self.name, kind: self.kind, server: self.server, search };
        for _ in 0..TRIES {
            let answered = cx.kernel().system().ask(&cx.shell.place, &query);
            let Unanswered { server, refused, .. } = match answered {
                Ok(answered) => return Some(answered),
                Err(unanswered) => unanswered,
            };
            if !refused {
                cx.kernel().sleep(PATIENCE).await;
            }
            let why = if refused { "connection refused" } else { "timed out" };
            cx.out(&format!(";; communications error to {server}#53: {why}\n"));
        }
        None
    }
}

/// The address of a server given by address or by name.
fn server(cx: &Cx, text: Option<&String>) -> Option<Ipv4Addr> {
    let text = text?;
    text.parse().ok().or_else(|| cx.kernel().system().lookup(&cx.shell.place, text).0.ok())
}

/// Asks a name server, and tells what it said.
pub(super) async fn run(cx: Cx) -> i32 {
    let (options, words): (Vec<&String>, Vec<&String>) = cx.args[1..].iter().partition(|a| a.starts_with('-'));
    let wanted = options.iter().find_map(|o| o.trim_start_matches('-').split_once('=')).map(|(_, kind)| kind);
    if cx.is_busybox() {
        return busybox::run(&cx, wanted, &words).await;
    }
    let Some(name) = words.first() else {
        cx.err("usage: nslookup [-type=TYPE] HOST [SERVER]\n");
        return 1;
    };
    let kind = match wanted.map(RecordType::parse) {
        Some(None) => {
            cx.out(&format!("unknown query type: {}\n", wanted.unwrap_or_default()));
            return 1;
        }
        kind => kind.flatten(),
    };
    let asked = Asked::new(name, kind, server(&cx, words.get(1).copied()));
    let Some(answered) = asked.send(&cx, true).await else {
        cx.out(";; no servers could be reached\n\n");
        return 1;
    };
    let who = answered.server;
    if asked.kind != RecordType::Ptr {
        cx.out(&format!("Server:\t\t{who}\nAddress:\t{who}#53\n\n"));
    }
    let (full, response) = last(&answered);
    if !response.exists {
        // Of all the names that were tried, the one that was typed is complained about.
        let shown = if asked.kind == RecordType::Ptr { full } else { name.as_str() };
        cx.out(&format!("** server can't find {shown}: {}\n\n", response.status()));
        return 1;
    }
    response.records.iter().for_each(|record| cx.out(&told(record, &record.data)));
    if !response.records.iter().any(|record| record.kind == asked.kind) {
        cx.out(&format!("*** Can't find {full}: No answer\n"));
    }
    cx.out("\n");
    0
}

/// A record as `nslookup` tells it; its data as they are to be shown.
fn told(Record { name, kind, .. }: &Record, data: &str) -> String {
    match kind {
        RecordType::A | RecordType::Aaaa => format!("Name:\t{name}\nAddress: {data}\n"),
        RecordType::Cname => format!("{name}\tcanonical name = {data}\n"),
        RecordType::Srv => format!("{name}\tservice = {data}\n"),
        RecordType::Ptr => format!("{name}\tname = {data}\n"),
        RecordType::Txt => format!("{name}\ttext = {data}\n"),
    }
}

fn last(answered: &Answered) -> (&str, &Response) {
    static NOTHING: Response = Response { exists: false, records: Vec::new(), code: Code::Fine, zone: None };
    answered.answers.last().map_or(("", &NOTHING), |(name, response)| (name.as_str(), response))
}

/// The same, the way of name server people.
pub(super) async fn dig(cx: Cx) -> i32 {
    let (mut name, mut kind, mut at, mut backwards) = (None, None, None, false);
    for word in &cx.args[1..] {
        match word.as_str() {
            "-x" => backwards = true,
            option if option.starts_with(['+', '-']) => {}
            whom if whom.starts_with('@') => at = Some(whom[1..].to_owned()),
            word => match RecordType::parse(word).filter(|_| !backwards) {
                Some(found) => kind = Some(found),
                None => name = Some(word.to_owned()),
            },
        }
    }
    let given = |flag: &str| cx.args.iter().any(|a| a == flag);
    let Some(name) = name else { return 0 };
    let mut asked = Asked::new(&name, kind, server(&cx, at.as_ref()));
    if !backwards && asked.kind == RecordType::Ptr && kind.is_none() {
        // Without -x an address is taken for a name.
        asked = Asked { name, kind: RecordType::A, server: asked.server };
    }
    // dig asks for exactly this name, whatever the search list says.
    let Some(answered) = asked.send(&cx, given("+search")).await else {
        let what = cx.args[1..].join(" ");
        cx.out(&format!("\n; <<>> DiG {VERSION} <<>> {what}\n;; global options: +cmd\n;; no servers could be reached\n"));
        return 9;
    };
    let (full, response) = last(&answered);
    if given("+short") {
        response.records.iter().for_each(|record| cx.out(&format!("{}\n", record.data)));
        return 0;
    }
    let full = full.trim_end_matches('.');
    let (state, count) = (response.status(), response.records.len());
    // The zone's own server tells where the zone begins, where it has nothing else to tell; it asks nobody for others.
    let authority = response.zone.as_ref().filter(|_| count == 0 && response.code == Code::Fine);
    let (flags, warning) = match response.zone {
        Some(_) => ("qr aa rd", ";; WARNING: recursion requested but not available\n"),
        None => ("qr rd ra", ""),
    };
    let now = cx.kernel().now();
    if !given("+noall") {
        cx.out(&format!(
            "\n; <<>> DiG {VERSION} <<>> {}\n;; global options: +cmd\n;; Got answer:\n\
             ;; ->>HEADER<<- opcode: QUERY, status: {state}, id: {}\n\
             ;; flags: {flags}; QUERY: 1, ANSWER: {count}, AUTHORITY: {}, ADDITIONAL: 1\n{warning}\n\
             ;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;{full}.\t\tIN\t{}\n\n",
            cx.args[1..].join(" "),
            now.0 as u64 / 1000 % 65_536,
            usize::from(authority.is_some()),
            asked.kind.as_str()
        ));
    }
    if count > 0 {
        if !given("+noall") {
            cx.out(";; ANSWER SECTION:\n");
        }
        response.records.iter().for_each(|Record { name, kind, data }| {
            cx.out(&format!("{name}.\t{TTL}\tIN\t{}\t{data}\n", kind.as_str()));
        });
    }
    if let Some(zone) = authority.filter(|_| !given("+noall")) {
        let serial = now.0 / 1_000_000;
        let soa = format!("ns.dns.{zone}. hostmaster.{zone}. {serial} 7200 1800 86400 {TTL}");
        cx.out(&format!(";; AUTHORITY SECTION:\n{zone}.\t\t{TTL}\tIN\tSOA\t{soa}\n"));
    }
    if !given("+noall") {
        cx.out(&format!(
            "\n;; Query time: 1 msec\n;; SERVER: {0}#53({0}) (UDP)\n;; WHEN: {1}\n;; MSG SIZE  rcvd: {2}\n\n",
            answered.server,
            now.rfc3339(),
            size(full, response)
        ));
    }
    0
}

/// About how many bytes an answer has: its header, the question, and each record.
fn size(name: &str, response: &Response) -> usize {
    let records = response.records.iter().map(|record| record.name.len() + record.data.len() + 12);
    12 + name.len() + 6 + 11 + records.sum::<usize>()
}

/// The same in a sentence.
pub(super) async fn host(cx: Cx) -> i32 {
    let words: Vec<&String> = cx.args[1..].iter().filter(|a| !a.starts_with('-')).collect();
    let Some(name) = words.first() else {
        cx.err("Usage: host HOST [SERVER]\n");
        return 1;
    };
    let asked = Asked::new(name, None, server(&cx, words.get(1).copied()));
    let Some(answered) = asked.send(&cx, true).await else {
        cx.out(";; no servers could be reached\n");
        return 1;
    };
    let (full, response) = last(&answered);
    if !response.exists {
        let shown = if asked.kind == RecordType::Ptr { full } else { name.as_str() };
        let code = match response.code {
            Code::Fine => 3,
            Code::ServFail => 2,
            Code::Refused => 5,
        };
        let status = response.status();
        cx.out(&format!("Host {} not found: {code}({status})\n", shown.trim_end_matches('.')));
        return 1;
    }
    for Record { name, kind, data } in &response.records {
        cx.out(&match kind {
            RecordType::Cname => format!("{name} is an alias for {data}\n"),
            RecordType::Ptr => format!("{name} domain name pointer {data}\n"),
            RecordType::Srv => format!("{name} has SRV record {data}\n"),
            RecordType::Txt => format!("{name} descriptive text {data}\n"),
            RecordType::A | RecordType::Aaaa => format!("{name} has address {data}\n"),
        });
    }
    0
}
