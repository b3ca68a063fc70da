//! `iptables-save` and `iptables`: a node's rules, to be read.

use super::Cx;
use crate::process::Place;

/// The rules of the node where this runs; nothing, once it has been complained about, anywhere else.
fn rules(cx: &Cx, table: Option<&str>) -> Option<String> {
    let system = cx.kernel().system();
    if let (Place::Node(node), Some(cluster)) = (&cx.shell.place, system.cluster()) {
        return Some(network::iptables::save(cluster.network(), node, table));
    }
    drop(system);
    let table = table.unwrap_or("filter");
    cx.fail(format_args!(
        "v1.8.11 (nf_tables): can't initialize iptables table `{table}': Permission denied (you must be root)"
    ));
    None
}

/// Whether there is such a table. The two others that iptables has are empty here.
fn is_table(name: &str) -> bool {
    matches!(name, "filter" | "nat" | "mangle" | "raw")
}

/// All rules as commands.
pub(super) async fn save(cx: Cx) -> i32 {
    let options = match cx.options("ct:", &[("table", 't'), ("counters", 'c')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let table = options.value('t');
    if let Some(name) = table.filter(|name| !is_table(name)) {
        return cx.fail(format_args!("v1.8.11 (nf_tables): table '{name}' does not exist"));
    }
    let Some(text) = rules(&cx, table) else { return 1 };
    cx.out(&text);
    0
}

/// `-S` and `-L`, of a whole table or one chain; what changes rules is in `filter.rs`.
pub(super) async fn run(cx: Cx) -> i32 {
    if let Some(verb) = super::filter::verb(&cx.args[1..]) {
        return super::filter::run(&cx, verb);
    }
    let long = [("table", 't'), ("list", 'L'), ("list-rules", 'S'), ("numeric", 'n'), ("verbose", 'v')];
    let options = match cx.options("t:LSnvxw", &long) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    if !options.has('L') && !options.has('S') {
        cx.err("iptables v1.8.11 (nf_tables): no command specified\nTry `iptables -h' or 'iptables --help' for more information.\n");
        return 2;
    }
    let table = options.value('t').unwrap_or("filter");
    if !is_table(table) {
        return cx.fail(format_args!("v1.8.11 (nf_tables): table '{table}' does not exist"));
    }
    let Some(text) = rules(&cx, Some(table)) else { return 4 };
    let wanted = options.operands.first();
    let mut found = false;
    for line in text.lines().filter_map(|line| line.strip_prefix(':')) {
        let (chain, rest) = line.split_once(' ').unwrap_or((line, ""));
        if wanted.is_some_and(|wanted| wanted != chain) {
            continue;
        }
        let prefix = format!("-A {chain} ");
        let rules = text.lines().filter_map(|line| line.strip_prefix(&prefix));
        let policy = rest.split(' ').next().unwrap_or_default();
        if options.has('S') {
            cx.out(&if policy == "-" { format!("-N {chain}\n") } else { format!("-P {chain} {policy}\n") });
            rules.for_each(|rule| cx.out(&format!("{prefix}{rule}\n")));
        } else {
            let jumps = format!("-j {chain}");
            let references = text.lines().filter(|line| line.ends_with(&jumps)).count();
            let kind = if policy == "-" { format!("{references} references") } else { format!("policy {policy}") };
            let heading = "target     prot opt source               destination         ";
            cx.out(&format!("{}Chain {chain} ({kind})\n{heading}\n", if found { "\n" } else { "" }));
            rules.for_each(|rule| cx.out(&listed(rule, options.has('n'))));
        }
        found = true;
    }
    if !found && wanted.is_some() {
        cx.err("iptables: No chain/target/match by that name.\n");
        return 1;
    }
    0
}

/// A rule as `-L` shows it: target, protocol, addresses, and the rest in words.
fn listed(rule: &str, numeric: bool) -> String {
    let anywhere = if numeric { "0.0.0.0/0" } else { "anywhere" };
    let (mut target, mut protocol) = (String::new(), if numeric { "0" } else { "all" }.to_owned());
    let (mut source, mut destination, mut rest) = (anywhere.to_owned(), anywhere.to_owned(), String::new());
    let mut words = words(rule).into_iter();
    let mut not = false;
    while let Some(word) = words.next() {
        let negated = |value: String| if not { format!("!{value}") } else { value };
        let mut value = || words.next().unwrap_or_default();
        match word.as_str() {
            "!" => {
                not = true;
                continue;
            }
            "-j" => target = value(),
            "-p" => protocol = value(),
            "-s" => source = negated(value().trim_end_matches("/32").to_owned()),
            "-d" => destination = negated(value().trim_end_matches("/32").to_owned()),
            "-m" => match value().as_str() {
                "comment" | "addrtype" | "mark" | "conntrack" => {}
                module => rest.push_str(&format!(" {module}")),
            },
            "--comment" => rest.push_str(&format!(" /* {} */", value())),
            "--dport" => rest.push_str(&format!(" dpt:{}", value())),
            "--to-destination" => rest.push_str(&format!(" to:{}", value())),
            "--dst-type" => rest.push_str(&format!(" ADDRTYPE match dst-type {}", value())),
            "--src-type" => rest.push_str(&format!(" ADDRTYPE match src-type {}", value())),
            other => rest.push_str(&format!(" {}", other.trim_start_matches('-'))),
        }
        not = false;
    }
    format!("{target:10} {protocol:4} --  {source:20} {destination:20}{rest}\n")
}

/// The words of a rule; what stands in quotes is one.
fn words(rule: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in rule.split('"').enumerate() {
        match i % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// A node's virtual servers, of kube-proxy in IPVS mode.
pub(super) async fn ipvsadm(cx: Cx) -> i32 {
    let options = match cx.options("Llnc", &[("list", 'L'), ("numeric", 'n'), ("connection", 'c')]) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let (Place::Node(node), now) = (&cx.shell.place, cx.kernel().now()) else {
        cx.err("Can't initialize ipvs: Permission denied (you must be root)\n");
        return 1;
    };
    if cx.args.len() > 1 && !options.has('L') && !options.has('l') {
        cx.err("Try `/sbin/ipvsadm -h' or '/sbin/ipvsadm --help' for more information.\n");
        return 2;
    }
    let text = cx.kernel().system().cluster().map(|cluster| network::ipvs::list(cluster.network(), node, now));
    cx.out(&text.unwrap_or_default());
    0
}
