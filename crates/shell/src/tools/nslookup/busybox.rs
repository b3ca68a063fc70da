//! `nslookup` as busybox has it (networking/nslookup.c, FEATURE_NSLOOKUP_BIG): one question for addresses and one for IPv6
//! addresses, below every search domain at once. A name with a dot in it is asked for as it is, whatever `ndots` says.

use super::super::Cx;
use super::server;
use crate::process::Query;
use network::dns::{Code, RecordType, Resolver, Response, name_for};
use network::{Answered, Unanswered};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How long the answers are waited for, all together.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a name server, and tells what it said to each question.
pub(super) async fn run(cx: &Cx, wanted: Option<&str>, words: &[&String]) -> i32 {
    let Some(name) = words.first() else {
        cx.err("Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n");
        return 1;
    };
    let kinds = match wanted {
        None if name.parse::<Ipv4Addr>().is_ok() => vec![RecordType::Ptr],
        None => vec![RecordType::A, RecordType::Aaaa],
        Some(text) => match RecordType::parse(text) {
            Some(kind) => vec![kind],
            None => return cx.fail(format_args!("invalid query type \"{text}\"")),
        },
    };
    let whom = server(cx, words.get(1).copied());
    let mut said = Vec::new();
    for kind in kinds {
        for full in names(cx, name, kind) {
            match ask(cx, &full, kind, whom) {
                Ok(answered) => said.push((full, answered)),
                Err(unanswered) => return silent(cx, unanswered).await,
            }
        }
    }
    let Some((_, Answered { server, .. })) = said.first() else { return 1 };
    cx.out(&format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n"));
    let mut status = 0;
    for (full, answered) in &said {
        let Some((_, response)) = answered.answers.last() else { continue };
        if !response.exists || response.code != Code::Fine {
            cx.out(&format!("** server can't find {full}: {}\n\n", response.status()));
            status = 1;
            continue;
        }
        cx.out(&format!("{}\n", told(response)));
    }
    status
}

/// Nobody answers: it is told at once where a question is refused, and waited for all the same.
async fn silent(cx: &Cx, unanswered: Unanswered) -> i32 {
    if unanswered.refused {
        cx.fail("read: Connection refused");
    }
    cx.kernel().sleep(PATIENCE).await;
    cx.out(";; connection timed out; no servers could be reached\n\n");
    1
}

/// The names that are asked for.
fn names(cx: &Cx, name: &str, kind: RecordType) -> Vec<String> {
    if let (Ok(address), RecordType::Ptr) = (name.parse::<Ipv4Addr>(), kind) {
        return vec![name_for(address)];
    }
    let text = cx.files(|files| files.read_text("/etc/resolv.conf")).unwrap_or_default();
    let search = Resolver::parse(&text).search;
    match kind == RecordType::Ptr || search.is_empty() || name.contains('.') {
        true => vec![name.to_owned()],
        false => search.iter().map(|domain| format!("{name}.{domain}")).collect(),
    }
}

fn ask(cx: &Cx, name: &str, kind: RecordType, server: Option<Ipv4Addr>) -> Result<Answered, Unanswered> {
    cx.kernel().system().ask(&cx.shell.place, &Query { name, kind, server, search: false })
}

/// The records of an answer, a line each.
fn told(response: &Response) -> String {
    let mut text = if response.zone.is_some() { String::new() } else { "Non-authoritative answer:\n".to_owned() };
    for record in &response.records {
        text += &super::told(record, record.data.trim_end_matches('.'));
    }
    text
}
