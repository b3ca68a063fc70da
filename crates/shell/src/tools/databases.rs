//! What the images of databases bring to ask their servers: `redis-cli`, `pg_isready`, `mysqladmin`.

use super::Cx;
use crate::process::{Place, To};
use network::{Outcome, Place as End, Protocol};

/// Where redis keeps what it is told: its image's volume, so that it outlives a Pod that mounts something there.
const DUMP: &str = "/data/dump.rdb";

/// Connects to a server: the container that answers, and the two ends' addresses; or why nobody does.
pub(super) async fn reach(cx: &Cx, host: &str, port: u16) -> Result<(Option<Place>, String, String), &'static str> {
    let to = To { host, port, protocol: Protocol::Tcp, source_port: 0, held: false };
    let Some(trace) = cx.kernel().call(&cx.shell.place, to) else { return Err("Network is unreachable") };
    cx.kernel().sleep(trace.after).await;
    match &trace.outcome {
        Outcome::Answered(listener) => {
            let place = match &listener.place {
                End::Pod(uid) => {
                    let system = cx.kernel().system();
                    let kubelets = system.cluster().map(cluster::Cluster::kubelets);
                    let container = kubelets.and_then(|kubelets| kubelets.listener(uid, listener.port));
                    container.map(|container| Place::Container { uid: uid.clone(), container })
                }
                End::Node(_) | End::Outside => None,
            };
            Ok((place, listener.client.to_string(), listener.address.to_string()))
        }
        outcome => Err(outcome.error()),
    }
}

/// The options with their values, and the operands. Letters of `with_value` have one, which may follow or stand by itself; before
/// a `?` it can only follow. With `mixed`, options may come after operands.
pub(super) fn options<'a>(args: &'a [String], with_value: &str, mixed: bool) -> (Vec<(char, &'a str)>, Vec<&'a str>) {
    let (mut found, mut operands) = (Vec::new(), Vec::new());
    let mut words = args.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').filter(|rest| !rest.is_empty() && (mixed || operands.is_empty()));
        let Some(rest) = letters else {
            operands.push(word);
            continue;
        };
        if let Some((name, value)) = rest.strip_prefix('-').map(|long| long.split_once('=').unwrap_or((long, ""))) {
            let letter = match name {
                "host" => 'h',
                "port" => 'P',
                "user" => 'u',
                "username" => 'U',
                "password" => 'p',
                "execute" => 'e',
                "command" => 'c',
                "dbname" => 'd',
                "database" => 'D',
                _ => '-',
            };
            found.push((letter, value));
            continue;
        }
        for (at, letter) in rest.char_indices() {
            let value = &rest[at + letter.len_utf8()..];
            let Some(place) = with_value.find(letter) else {
                found.push((letter, ""));
                continue;
            };
            let attached = with_value[place + letter.len_utf8()..].starts_with('?');
            found.push((letter, if value.is_empty() && !attached { words.next().unwrap_or_default() } else { value }));
            break;
        }
    }
    (found, operands)
}

pub(super) fn value<'a>(options: &[(char, &'a str)], letter: char) -> Option<&'a str> {
    options.iter().rev().find(|(name, value)| *name == letter && !value.is_empty()).map(|(_, value)| *value)
}

/// Asks a redis server for one thing.
pub(super) async fn redis(cx: Cx) -> i32 {
    let (given, words) = options(&cx.args, "hpanu", false);
    let host = value(&given, 'h').unwrap_or("127.0.0.1");
    let port = value(&given, 'p').and_then(|port| port.parse().ok()).unwrap_or(6379);
    let place = match reach(&cx, host, port).await {
        Ok((place, ..)) => place,
        Err(why) => {
            cx.err(&format!("Could not connect to Redis at {host}:{port}: {why}\n"));
            return 1;
        }
    };
    if words.is_empty() {
        return 0;
    }
    let tty = cx.io.stdin.is_terminal();
    let text = |value: Option<&str>| match value {
        Some(value) if tty => format!("{value:?}\n"),
        Some(value) => format!("{value}\n"),
        None => if tty { "(nil)\n" } else { "\n" }.to_owned(),
    };
    let number = |n: i64| if tty { format!("(integer) {n}\n") } else { format!("{n}\n") };
    let Some(place) = place else { return 1 };
    let now = cx.now();
    let answer: Option<vfs::Result<String>> = cx.kernel().files(&place, |files| {
        let dump = files.read_text(DUMP).unwrap_or_default();
        let mut all: Vec<(String, String)> =
            dump.lines().filter_map(|line| line.split_once('\t')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let at = |all: &[(String, String)], key: &str| all.iter().position(|(name, _)| name == key);
        let name = words[0].to_ascii_lowercase();
        let before = all.clone();
        let answer = match (name.as_str(), &words[1..]) {
            ("ping", []) => "PONG\n".to_owned(),
            ("ping" | "echo", [said]) => text(Some(said)),
            ("set", [key, value, ..]) => {
                let value = value.replace(['\t', '\n'], " ");
                match at(&all, key) {
                    Some(at) => all[at].1 = value,
                    None => all.push(((*key).to_owned(), value)),
                }
                "OK\n".to_owned()
            }
            ("get", [key]) => text(at(&all, key).map(|at| all[at].1.as_str())),
            ("incr" | "decr", [key]) => {
                let step = if name == "incr" { 1 } else { -1 };
                let old = at(&all, key).map_or(Ok(0), |at| all[at].1.parse::<i64>());
                match old.ok().and_then(|old| old.checked_add(step)) {
                    Some(new) => {
                        all.retain(|(name, _)| name != key);
                        all.push(((*key).to_owned(), new.to_string()));
                        number(new)
                    }
                    None => "ERR value is not an integer or out of range\n".to_owned(),
                }
            }
            ("del", keys) if !keys.is_empty() => {
                let count = all.len();
                all.retain(|(name, _)| !keys.contains(&name.as_str()));
                number((count - all.len()) as i64)
            }
            ("exists", keys) if !keys.is_empty() => number(keys.iter().filter(|key| at(&all, key).is_some()).count() as i64),
            ("keys", [_]) => all.iter().map(|(name, _)| text(Some(name))).collect(),
            ("dbsize", []) => number(all.len() as i64),
            ("flushall" | "flushdb", []) => {
                all.clear();
                "OK\n".to_owned()
            }
            ("save" | "bgsave", []) => "OK\n".to_owned(),
            ("set" | "get" | "incr" | "decr" | "del" | "exists" | "keys" | "echo", _) => {
                format!("ERR wrong number of arguments for '{name}' command\n")
            }
            _ => format!("ERR unknown command '{}', with args beginning with: \n", words[0]),
        };
        if all != before {
            let lines: String = all.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect();
            files.write(DUMP, lines.into_bytes(), now)?;
        }
        Ok(answer)
    });
    match answer {
        Some(Ok(answer)) => {
            cx.out(&answer);
            0
        }
        _ => {
            cx.out("MISCONF Errors writing to the AOF file: Read-only file system\n");
            0
        }
    }
}

/// Whether a PostgreSQL server takes connections.
pub(super) async fn postgres(cx: Cx) -> i32 {
    let (given, _) = options(&cx.args, "hpUdt", false);
    let host = value(&given, 'h');
    let port = value(&given, 'p').or(value(&given, 'P')).and_then(|port| port.parse().ok()).unwrap_or(5432);
    let there = reach(&cx, host.unwrap_or("127.0.0.1"), port).await;
    let (how, status) = if there.is_ok() { ("accepting connections", 0) } else { ("no response", 2) };
    if !given.iter().any(|(letter, _)| *letter == 'q') {
        cx.out(&format!("{}:{port} - {how}\n", host.unwrap_or("/var/run/postgresql")));
    }
    status
}

/// `mysqladmin ping`: whether a MySQL server is there.
pub(super) async fn mysql(cx: Cx) -> i32 {
    let (given, words) = options(&cx.args, "hPup?", false);
    let host = value(&given, 'h').unwrap_or("localhost");
    let port = value(&given, 'P').and_then(|port| port.parse().ok()).unwrap_or(3306);
    match reach(&cx, host, port).await {
        Ok(_) if words.first() == Some(&"ping") => {
            cx.out("mysqld is alive\n");
            0
        }
        Ok(_) => 0,
        Err(_) => {
            cx.err(&format!(
                "mysqladmin: connect to server at '{host}' failed\nerror: 'Can't connect to MySQL server on '{host}:{port}' (111)'\n"
            ));
            1
        }
    }
}
