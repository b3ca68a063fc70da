//! `iptables -A`, `-I`, `-D`, `-F`, `-P`, `-C`: rules that somebody adds to a node's table `filter`. What kube-proxy keeps in
//! the other chains is not to be touched.

use super::Cx;
use crate::process::Place;
use api::Str;
use network::{Chain, Fate, FilterRule, Match, Protocol};
use std::net::Ipv4Addr;

const NO_CHAIN: &str = "iptables: No chain/target/match by that name.\n";
const HELP: &str = "Try `iptables -h' or 'iptables --help' for more information.\n";

/// Which command the arguments give, if it is one that changes rules.
pub(super) fn verb(arguments: &[String]) -> Option<char> {
    let long = |name: &str| {
        let known =
            [("append", 'A'), ("insert", 'I'), ("delete", 'D'), ("flush", 'F'), ("policy", 'P'), ("check", 'C')];
        known.iter().find(|(full, _)| *full == name).map(|(_, letter)| *letter)
    };
    arguments.iter().find_map(|argument| match argument.strip_prefix("--") {
        Some(name) => long(name),
        None => argument.strip_prefix('-')?.chars().next().filter(|letter| "AIDFPC".contains(*letter)),
    })
}

/// Changes the rules of the node where this runs.
pub(super) fn run(cx: &Cx, verb: char) -> i32 {
    let Place::Node(node) = cx.shell.place.clone() else {
        return cx
            .fail("v1.8.11 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)");
    };
    let words: Vec<&str> = cx.args[1..].iter().map(String::as_str).collect();
    let mut parser = Parser { cx, words: &words, at: 0 };
    let command = match parser.command(verb) {
        Ok(command) => command,
        Err(problem) => {
            cx.err(&format!("iptables v1.8.11 (nf_tables): {problem}\n{HELP}"));
            return 2;
        }
    };
    let Some(chain) = command.chain else {
        if verb == 'F' && command.name.is_empty() {
            cx.shell.acting().change_gear(&node, &mut |gear| gear.rules.clear());
            cx.kernel().stepped();
            return 0;
        }
        cx.err(NO_CHAIN);
        return 1;
    };
    let mut status = 0;
    cx.shell.acting().change_gear(&node, &mut |gear| {
        let same =
            |rule: &FilterRule| rule.chain == chain && command.rule.as_ref().is_some_and(|r| r.text == rule.text);
        let ours: Vec<usize> = (0..gear.rules.len()).filter(|i| gear.rules[*i].chain == chain).collect();
        match verb {
            'A' => gear.rules.extend(command.rule.clone()),
            'I' => match ours.get(command.number.unwrap_or(1) - 1) {
                Some(at) => gear.rules.splice(*at..*at, command.rule.clone()).for_each(drop),
                None if command.number.unwrap_or(1) == ours.len() + 1 => gear.rules.extend(command.rule.clone()),
                None => status = 4,
            },
            'D' => {
                let at = match command.number {
                    Some(number) => ours.get(number - 1).copied(),
                    None => gear.rules.iter().position(same),
                };
                match at {
                    Some(at) => drop(gear.rules.remove(at)),
                    None => status = if command.number.is_some() { 4 } else { 1 },
                }
            }
            'C' => status = i32::from(!gear.rules.iter().any(same)),
            'F' => gear.rules.retain(|rule| rule.chain != chain),
            _ => {
                gear.closed.retain(|closed| *closed != chain);
                if command.name == "DROP" {
                    gear.closed.push(chain);
                }
            }
        }
    });
    cx.kernel().stepped();
    match status {
        1 => cx.err("iptables: Bad rule (does a matching rule exist in that chain?).\n"),
        4 => cx.err("iptables: Index of insertion too big.\n"),
        _ => {}
    }
    status
}

/// What is to be done.
struct Command {
    /// The chain, if it is one of the built-in ones.
    chain: Option<Chain>,
    /// The chain's name for `-F`, the policy for `-P`.
    name: String,
    number: Option<usize>,
    rule: Option<FilterRule>,
}

struct Parser<'a> {
    cx: &'a Cx,
    words: &'a [&'a str],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<&str> {
        self.at += 1;
        self.words.get(self.at - 1).copied()
    }

    fn value(&mut self, option: &str) -> Result<String, String> {
        let value = self.next().map(str::to_owned);
        value.ok_or_else(|| format!("option \"{option}\" requires an argument"))
    }

    fn number(&mut self) -> Option<usize> {
        let number = self.words.get(self.at)?.parse::<usize>().ok().filter(|n| *n > 0)?;
        self.at += 1;
        Some(number)
    }

    fn command(&mut self, verb: char) -> Result<Command, String> {
        let mut command = Command { chain: None, name: String::new(), number: None, rule: None };
        let (mut source, mut destination, mut protocol) = (None, None, None);
        let (mut source_ports, mut ports, mut meant, mut comment) = (None, None, (true, true), None);
        let (mut target, mut not, mut states) = (None, false, None);
        while let Some(word) = self.next().map(str::to_owned) {
            match word.as_str() {
                "!" => {
                    not = true;
                    continue;
                }
                "-t" | "--table" => match self.value(&word)?.as_str() {
                    "filter" => {}
                    table if matches!(table, "nat" | "mangle" | "raw") => {
                        return Err(format!(
                            "table `{table}' is kept by kube-proxy and weave here: it can only be read"
                        ));
                    }
                    table => return Err(format!("table '{table}' does not exist")),
                },
                "-s" | "--source" | "--src" => source = Some(self.range(&word, not)?),
                "-d" | "--destination" | "--dst" => destination = Some(self.range(&word, not)?),
                "-p" | "--protocol" | "--proto" => protocol = self.protocol(&word)?,
                "--sport" | "--source-port" => source_ports = Some(self.ports(&word)?),
                "--dport" | "--destination-port" => ports = Some(self.ports(&word)?),
                "-m" | "--match" => match self.value(&word)?.as_str() {
                    "tcp" | "udp" | "comment" | "conntrack" | "state" => {}
                    name => return Err(format!("Couldn't load match `{name}':No such file or directory")),
                },
                "--ctstate" | "--state" => {
                    let value = self.value(&word)?;
                    let has = |state: &str| value.split(',').any(|one| one == state);
                    meant = (has("NEW"), has("ESTABLISHED") || has("RELATED"));
                    states = Some((word.clone(), value));
                }
                "--comment" => comment = Some(self.value(&word)?),
                "--reject-with" => drop(self.value(&word)?),
                "-j" | "--jump" => {
                    target = Some(match self.value(&word)?.as_str() {
                        "ACCEPT" => Fate::Accept,
                        "DROP" => Fate::Drop,
                        "REJECT" => Fate::Reject,
                        name => return Err(format!("Couldn't load target `{name}':No such file or directory")),
                    });
                }
                "-w" | "--wait" | "-n" | "-v" => {}
                _ if is_verb(&word, verb) => {
                    if let Some(name) = self.words.get(self.at).filter(|name| !name.starts_with('-')) {
                        self.at += 1;
                        (command.chain, command.name) = (Chain::named(name), (*name).to_owned());
                    } else if verb != 'F' {
                        return Err(format!("option \"{word}\" requires an argument"));
                    }
                    match verb {
                        'I' | 'D' => command.number = self.number(),
                        'P' => match self.value(&word)? {
                            policy if matches!(policy.as_str(), "ACCEPT" | "DROP") => command.name = policy,
                            policy => return Err(format!("Bad policy name {policy}")),
                        },
                        _ => {}
                    }
                }
                word if word.starts_with('-') => return Err(format!("unknown option \"{word}\"")),
                word => return Err(format!("Bad argument `{word}'")),
            }
            not = false;
        }
        if (source_ports.is_some() || ports.is_some()) && !matches!(protocol, Some(Protocol::Tcp | Protocol::Udp)) {
            return Err("unknown option \"--dport\"".to_owned());
        }
        if let Some(chain) =
            command.chain.filter(|_| matches!(verb, 'A' | 'I' | 'C') || verb == 'D' && command.number.is_none())
        {
            let target = target.unwrap_or(Fate::Accept);
            let mut rule = FilterRule {
                chain,
                source,
                destination,
                protocol,
                source_ports,
                ports,
                states: meant,
                target,
                text: Str::default(),
            };
            rule.text = text(&rule, comment.as_deref(), states).into();
            command.rule = Some(rule);
        }
        Ok(command)
    }

    /// An address, a range of them, or the name of a host.
    fn range(&mut self, option: &str, not: bool) -> Result<Match, String> {
        let text = self.value(option)?;
        let (host, bits) = text.split_once('/').unwrap_or((&text, "32"));
        let bits = bits.parse::<u32>().ok().filter(|bits| *bits <= 32);
        let bits = bits.ok_or_else(|| format!("invalid mask `{}' specified", &text[host.len() + 1..]))?;
        let address: Option<Ipv4Addr> = match host.parse() {
            Ok(address) => Some(address),
            Err(_) => self.cx.kernel().system().lookup(&self.cx.shell.place, host).0.ok(),
        };
        let address = address.ok_or_else(|| format!("host/network `{host}' not found"))?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Ok(Match { address: Ipv4Addr::from_bits(address.to_bits() & mask), bits, not })
    }

    fn protocol(&mut self, option: &str) -> Result<Option<Protocol>, String> {
        Ok(match self.value(option)?.as_str() {
            "all" => None,
            "icmp" => Some(Protocol::Icmp),
            name => match Protocol::parse(&name.to_ascii_uppercase()) {
                Some(protocol) => Some(protocol),
                None => return Err(format!("unknown protocol \"{name}\" specified")),
            },
        })
    }

    fn ports(&mut self, option: &str) -> Result<(u16, u16), String> {
        let text = self.value(option)?;
        let (first, last) = text.split_once(':').unwrap_or((&text, &text));
        let named = |text: &str| match text {
            "http" => Some(80),
            "https" => Some(443),
            "ssh" => Some(22),
            "domain" => Some(53),
            text => text.parse().ok(),
        };
        named(first).zip(named(last)).ok_or_else(|| format!("invalid port/service `{text}' specified"))
    }
}

fn is_verb(word: &str, verb: char) -> bool {
    self::verb(&[word.to_owned()]) == Some(verb)
}

/// The rule as `iptables -S` writes it.
fn text(rule: &FilterRule, comment: Option<&str>, states: Option<(String, String)>) -> String {
    let mut text = String::new();
    let mut add = |part: String| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&part);
    };
    for (letter, range) in [('s', rule.source), ('d', rule.destination)] {
        if let Some(Match { address, bits, not }) = range {
            add(format!("{}-{letter} {address}/{bits}", if not { "! " } else { "" }));
        }
    }
    if let Some(protocol) = rule.protocol {
        add(format!("-p {}", protocol.lower()));
        if rule.ports.is_some() || rule.source_ports.is_some() {
            add(format!("-m {}", protocol.lower()));
        }
    }
    for (name, ports) in [("sport", rule.source_ports), ("dport", rule.ports)] {
        match ports {
            Some((first, last)) if first == last => add(format!("--{name} {first}")),
            Some((first, last)) => add(format!("--{name} {first}:{last}")),
            None => {}
        }
    }
    if let Some((option, states)) = states {
        add(format!("-m {} {option} {states}", if option == "--state" { "state" } else { "conntrack" }));
    }
    if let Some(comment) = comment {
        add(format!("-m comment --comment \"{comment}\""));
    }
    add(match rule.target {
        Fate::Accept => "-j ACCEPT".to_owned(),
        Fate::Drop => "-j DROP".to_owned(),
        Fate::Reject => "-j REJECT --reject-with icmp-port-unreachable".to_owned(),
    });
    text
}
