//! CoreDNS' configuration: the Corefile of the ConfigMap `coredns`, and the plugins of it that change answers.

use super::records::{Code, Record, RecordType, Response};
use super::{Server, World};
use crate::outside;
use api::{Str, Time, Value};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How long until a changed ConfigMap is in the Pods' files and the plugin `reload` has seen it: the kubelet's period of a
/// minute, and half of the plugin's 30 seconds.
const RELOAD_AFTER: Duration = Duration::from_secs(75);
/// The plugins that CoreDNS is built with (coredns' plugin.cfg). A Corefile with any other word is refused as a whole.
const PLUGINS: &str = "root metadata geoip cancel tls quic timeouts multisocket reload nsid bufsize bind debug trace ready health \
                       pprof prometheus errors log dnstap local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec \
                       autopath minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto \
                       secondary etcd loop forward grpc erratic whoami on sign view nomad import";

/// A Corefile: blocks of servers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corefile {
    blocks: Vec<Block>,
}

/// A server block.
#[derive(Clone, Debug, Default, PartialEq)]
struct Block {
    /// The zones that it is for, without dots at the end; the root is empty.
    zones: Vec<Str>,
    plugins: Vec<Plugin>,
}

/// A plugin with what follows its name, and the lines in its braces.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plugin {
    words: Vec<Str>,
    body: Vec<Vec<Str>>,
}

impl Plugin {
    fn is(&self, name: &str) -> bool {
        self.words[0] == name
    }

    /// Whether a name that this plugin does not know goes on to the next one.
    fn falls_through(&self, name: &str) -> bool {
        let line = self.body.iter().find(|line| line[0] == "fallthrough");
        line.is_some_and(|line| line.len() == 1 || line[1..].iter().any(|zone| within(name, &zone_of(zone))))
    }
}

/// `example.org.:53`, `dns://.` as the zone alone.
fn zone_of(text: &str) -> Str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(text, |(zone, _)| zone);
    text.trim_end_matches('.').to_ascii_lowercase().into()
}

/// Whether a name lies in a zone.
fn within(name: &str, zone: &str) -> bool {
    zone.is_empty() || name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl Corefile {
    /// Reads a Corefile; `None` where CoreDNS would refuse it.
    pub fn parse(text: &str) -> Option<Corefile> {
        let mut file = Corefile::default();
        let (mut block, mut plugin): (Option<Block>, Option<Plugin>) = (None, None);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words: Vec<Str> = line.split_whitespace().map(Str::from).collect();
            let opens = words.last().is_some_and(|word| word == "{");
            if opens {
                words.pop();
            }
            match (&mut block, &mut plugin) {
                _ if words.is_empty() && !opens => {}
                (None, _) if opens && !words.is_empty() => {
                    let zones = words.iter().flat_map(|word| word.split(',')).filter(|word| !word.is_empty());
                    block = Some(Block { zones: zones.map(zone_of).collect(), plugins: Vec::new() });
                }
                (Some(open), Some(inner)) if words[..] == ["}"] => {
                    open.plugins.push(std::mem::take(inner));
                    plugin = None;
                }
                (Some(_), Some(inner)) if !opens => inner.body.push(words),
                (Some(open), None) if words[..] == ["}"] => {
                    file.blocks.push(std::mem::take(open));
                    block = None;
                }
                (Some(open), None)
                    if words.first().is_some_and(|name| PLUGINS.split(' ').any(|known| known == name)) =>
                {
                    let new = Plugin { words, body: Vec::new() };
                    match opens {
                        true => plugin = Some(new),
                        false => open.plugins.push(new),
                    }
                }
                _ => return None,
            }
        }
        (block.is_none() && !file.blocks.is_empty()).then_some(file)
    }

    /// The block for a name: the one with the longest zone that it lies in.
    fn block(&self, name: &str) -> Option<&Block> {
        let mut best: Option<(usize, &Block)> = None;
        for block in &self.blocks {
            for zone in block.zones.iter().filter(|zone| within(name, zone)) {
                if best.is_none_or(|(length, _)| zone.len() > length) {
                    best = Some((zone.len(), block));
                }
            }
        }
        best.map(|(_, block)| block)
    }

    /// Whether changes are noticed without a restart.
    fn reloads(&self) -> bool {
        self.blocks.iter().any(|block| block.plugins.iter().any(|plugin| plugin.is("reload")))
    }

    /// What CoreDNS answers.
    pub(super) fn answer(&self, world: &World<'_>, asked: &str, kind: RecordType, depth: usize) -> Response {
        let Some(block) = self.block(asked) else { return Response::failed(Code::Refused) };
        let name = block.rewritten(asked);
        let mut response = block.answer(self, world, &name, kind, depth);
        if name != asked {
            // Whoever asked does not see that another name was looked up.
            let own = response.records.iter_mut().filter(|record| record.name == name);
            own.for_each(|record| record.name = asked.into());
        }
        response
    }
}

impl Block {
    fn answer(&self, file: &Corefile, world: &World<'_>, name: &str, kind: RecordType, depth: usize) -> Response {
        // The plugins act in CoreDNS' own order, whatever that of the file is.
        for plugin in self.plugins.iter().filter(|plugin| plugin.is("hosts")) {
            let found = in_hosts(plugin, name, kind);
            if found.exists || !plugin.falls_through(name) {
                return found;
            }
        }
        for plugin in self.plugins.iter().filter(|plugin| plugin.is("kubernetes")) {
            let zones: Vec<Str> = plugin.words[1..].iter().map(|zone| zone_of(zone)).collect();
            let zones = if zones.is_empty() { &self.zones } else { &zones };
            let Some(zone) = zones.iter().find(|zone| within(name, zone)) else { continue };
            let pods =
                plugin.body.iter().find(|line| line[0] == "pods" && line.len() > 1).map_or("disabled", |l| &l[1]);
            let found = world.kubernetes(zone, pods, name, kind, &mut |target| {
                if depth == 0 { Response::default() } else { file.answer(world, target, kind, depth - 1) }
            });
            if found.exists || !plugin.falls_through(name) {
                return found;
            }
        }
        let forward =
            self.plugins.iter().find(|p| p.is("forward") && p.words.len() > 2 && within(name, &zone_of(&p.words[1])));
        let Some(forward) = forward else { return Response::failed(Code::ServFail) };
        for to in &forward.words[2..] {
            // The nodes' own name server and those of the internet know what is outside.
            let address = zone_of(to).parse::<Ipv4Addr>().ok();
            let is_outside = address.is_some_and(|ip| ip == outside::WORKSTATION || !ip.is_private());
            if to.starts_with('/') || is_outside {
                return Server::Outside.query(name, kind);
            }
            if let Some(address) = address
                && let Some(response) = (world.forward)(address, name, kind)
            {
                return Response { zone: None, ..response };
            }
        }
        Response::failed(Code::ServFail)
    }

    /// The name that is looked up in the place of `asked`: the first rule of the plugin `rewrite` that fits.
    fn rewritten(&self, asked: &str) -> String {
        for plugin in self.plugins.iter().filter(|plugin| plugin.is("rewrite")) {
            let own = std::iter::once(&plugin.words[1..]).filter(|words| !words.is_empty());
            for words in own.chain(plugin.body.iter().map(Vec::as_slice)) {
                let words: Vec<&str> =
                    words.iter().map(Str::as_str).filter(|w| !matches!(*w, "stop" | "continue")).collect();
                let (how, from, to) = match words[..] {
                    ["name", how @ ("exact" | "suffix" | "prefix" | "substring" | "regex"), from, to, ..] => {
                        (how, from, to)
                    }
                    ["name", from, to, ..] => ("exact", from, to),
                    _ => continue,
                };
                if let Some(name) = rewrite(asked, how, from, to) {
                    return name;
                }
            }
        }
        asked.to_owned()
    }
}

fn rewrite(asked: &str, how: &str, from: &str, to: &str) -> Option<String> {
    let plain = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
    let (from_name, to_name) = (plain(from), plain(to));
    match how {
        "exact" => (asked == from_name).then_some(to_name),
        "prefix" => asked.strip_prefix(&from_name).map(|rest| to_name + rest),
        "suffix" => asked.strip_suffix(&from_name).map(|rest| rest.to_owned() + &to_name),
        "substring" => asked.contains(&from_name).then(|| asked.replace(&from_name, &to_name)),
        _ => {
            // Names are asked with their dot at the end, which patterns such as `(.*)\.example\.org\.` want.
            let text = format!("{asked}.");
            let found = api::regex::Regex::go(from).ok()?.find(&text, 0)?;
            let mut name = to.to_owned();
            for (i, group) in found.groups.iter().enumerate() {
                let part = group.map_or("", |(start, end)| &text[start..end]);
                name = name.replace(&format!("{{{}}}", i + 1), part);
            }
            Some(plain(&name))
        }
    }
}

/// The plugin `hosts`: lines as in `/etc/hosts`.
fn in_hosts(plugin: &Plugin, name: &str, kind: RecordType) -> Response {
    let mut response = Response::default();
    for line in &plugin.body {
        let Ok(address) = line[0].parse::<Ipv4Addr>() else { continue };
        if line[1..].iter().any(|known| known.trim_end_matches('.').eq_ignore_ascii_case(name)) {
            response.exists = true;
            if kind == RecordType::A {
                response.records.push(Record { name: name.into(), kind, data: address.to_string() });
            }
        }
    }
    response
}

/// CoreDNS' configuration as it is in force, and as it will be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    current: Corefile,
    latest: Str,
    reload: Option<Time>,
}

impl Config {
    /// The ConfigMap has changed.
    pub(crate) fn set(&mut self, config_map: &Value, now: Time) {
        let text = config_map["data"]["Corefile"].to_str();
        if text == self.latest {
            return;
        }
        self.latest = text;
        if self.current.blocks.is_empty() {
            self.restart();
        } else if self.current.reloads() {
            self.reload = Some(now + RELOAD_AFTER);
        }
    }

    /// A CoreDNS starts, with the configuration as it is by now. One that cannot be read is left alone.
    pub(crate) fn restart(&mut self) {
        self.reload = None;
        if let Some(file) = Corefile::parse(&self.latest) {
            self.current = file;
        }
    }

    /// Lets what is due take effect.
    pub(crate) fn settle(&mut self, now: Time) {
        if self.reload.is_some_and(|at| at <= now) {
            self.restart();
        }
    }

    /// The configuration in force.
    pub(crate) fn current(&self) -> &Corefile {
        &self.current
    }
}
