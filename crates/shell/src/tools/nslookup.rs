//! `nslookup`, `dig`, `host`

use super::Cx;
use network::{Lookup, Reason};
use std::net::Ipv4Addr;

/// The name server that a place asks.
fn server(cx: &Cx) -> Option<String> {
    let text = cx.files(|files| files.read_text("/etc/resolv.conf")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("nameserver").map(|s| s.trim().to_owned()))
}

fn ask(cx: &Cx, name: &str) -> (Result<Ipv4Addr, Reason>, Vec<Lookup>) {
    cx.kernel().system().lookup(&cx.shell.place, name)
}

/// How long a silent name server is waited for.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Asks a name server, and tells what it said.
pub(super) async fn run(cx: Cx) -> i32 {
    let Some(name) = cx.args[1..].iter().find(|a| !a.starts_with('-')) else {
        cx.err("usage: nslookup HOST [SERVER]\n");
        return 1;
    };
    let server = server(&cx).unwrap_or_else(|| "127.0.0.53".into());
    let (found, lookups) = ask(&cx, name);
    if let Err(Reason::NoNameServer | Reason::NoNetwork) = found {
        cx.kernel().sleep(SILENCE).await;
        cx.out(";; connection timed out; no servers could be reached\n\n");
        return 1;
    }
    cx.out(&format!("Server:\t\t{server}\nAddress:\t{server}#53\n\n"));
    let hit = lookups.iter().find(|l| !l.answer.addresses.is_empty() || !l.answer.aliases.is_empty());
    match (found, hit) {
        (_, Some(hit)) => {
            let mut at = hit.name.clone();
            for alias in &hit.answer.aliases {
                cx.out(&format!("{at}\tcanonical name = {alias}.\n"));
                at = alias.clone();
            }
            for address in &hit.answer.addresses {
                cx.out(&format!("Name:\t{at}\nAddress: {address}\n"));
            }
            cx.out("\n");
            0
        }
        (Ok(address), None) => {
            cx.out(&format!("Name:\t{name}\nAddress: {address}\n\n"));
            0
        }
        (Err(_), None) => {
            cx.out(&format!("** server can't find {name}: NXDOMAIN\n\n"));
            1
        }
    }
}

/// The same, the way of name server people.
pub(super) async fn dig(cx: Cx) -> i32 {
    let short = cx.args.iter().any(|a| a == "+short");
    let kinds = ["A", "AAAA", "CNAME", "SRV", "ANY", "TXT", "NS", "MX"];
    let mut words = cx.args[1..].iter().filter(|a| !a.starts_with(['+', '-', '@']) && !kinds.contains(&a.as_str()));
    let Some(name) = words.next().cloned() else { return 0 };
    // dig asks for exactly this name, whatever the search list says.
    let name = if name.ends_with('.') || cx.args.iter().any(|a| a == "+search") { name } else { format!("{name}.") };
    let (found, lookups) = ask(&cx, &name);
    if let Err(Reason::NoNameServer | Reason::NoNetwork) = found {
        cx.kernel().sleep(SILENCE).await;
        cx.out(";; communications error: timed out\n;; no servers could be reached\n");
        return 9;
    }
    let mut lines = Vec::new();
    if let Some(hit) = lookups.last() {
        let mut at = hit.name.trim_end_matches('.').to_owned();
        for alias in &hit.answer.aliases {
            lines.push((at, "CNAME", format!("{alias}.")));
            at = alias.to_string();
        }
        lines.extend(hit.answer.addresses.iter().map(|address| (at.clone(), "A", address.to_string())));
    }
    if short {
        lines.iter().for_each(|(.., value)| cx.out(&format!("{value}\n")));
        return 0;
    }
    let state = if lines.is_empty() { "NXDOMAIN" } else { "NOERROR" };
    cx.out(&format!(";; ->>HEADER<<- opcode: QUERY, status: {state}\n\n;; QUESTION SECTION:\n;{name}\t\tIN\tA\n\n"));
    if !lines.is_empty() {
        cx.out(";; ANSWER SECTION:\n");
        lines.iter().for_each(|(at, kind, value)| cx.out(&format!("{at}.\t30\tIN\t{kind}\t{value}\n")));
        cx.out("\n");
    }
    cx.out(&format!(";; SERVER: {}#53\n", server(&cx).unwrap_or_default()));
    0
}

/// The same in a sentence.
pub(super) async fn host(cx: Cx) -> i32 {
    let Some(name) = cx.args.get(1) else {
        cx.err("Usage: host HOST\n");
        return 1;
    };
    let (_, lookups) = ask(&cx, name);
    let Some(hit) = lookups.iter().find(|l| !l.answer.addresses.is_empty()) else {
        cx.out(&format!("Host {name} not found: 3(NXDOMAIN)\n"));
        return 1;
    };
    let mut at = hit.name.clone();
    for alias in &hit.answer.aliases {
        cx.out(&format!("{at} is an alias for {alias}.\n"));
        at = alias.clone();
    }
    hit.answer.addresses.iter().for_each(|address| cx.out(&format!("{at} has address {address}\n")));
    0
}
