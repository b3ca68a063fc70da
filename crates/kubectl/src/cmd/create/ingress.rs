//! `kubectl create ingress`

use crate::cmd::{BASE, DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, manager};
use crate::command::Command;
use crate::cx::Cx;
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind, flag};
use api::{Value, kind, list, obj};

static FLAGS: &[Flag] = &[
    flag("rule", Kind::Repeated, ""),
    flag("class", Kind::Text, ""),
    flag("default-backend", Kind::Text, ""),
    flag("annotation", Kind::Repeated, ""),
];

maker!(
    INGRESS = "ingress" | "ing",
    "NAME --rule=host/path=service:port[,tls[=secret]]",
    [FLAGS],
    kind::INGRESS,
    "failed to create ingress:",
    ingress
);

/// A rule taken apart.
struct Rule<'a> {
    host: &'a str,
    path: String,
    backend: &'a str,
    /// The Secret with the certificate; empty for the default one, none without encryption.
    tls: Option<&'a str>,
}

/// kubectl's pattern: `^(?P<host>[\w\*\-\.]*)(?P<path>/.*)=(?P<svcname>[\w\-]+):(?P<svcport>[\w\-]+)(?P<istls>(,tls)|(,tls=...))?$`
fn rule(text: &str) -> Option<Rule<'_>> {
    let (plain, tls) = match text.split_once(',') {
        None => (text, None),
        Some((plain, "tls")) => (plain, Some("")),
        Some((plain, tls)) => (plain, Some(tls.strip_prefix("tls=")?)),
    };
    let word = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c));
    let (from, backend) = plain.rsplit_once('=')?;
    let (host, path) = from.split_once('/')?;
    let (service, port) = backend.split_once(':')?;
    let fits = word(host, "*-.") && !service.is_empty() && word(service, "-") && !port.is_empty() && word(port, "-");
    fits.then(|| Rule { host, path: format!("/{}", path.split('=').next().unwrap_or(path)), backend, tls })
}

fn ingress(cx: &Cx<'_>, object: &mut Value) -> Outcome {
    let (rules, default) = (cx.flags.list("rule"), cx.flags.text("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return Err(
            "not enough information provided: every ingress has to either specify a default-backend (which catches \
                    all traffic) or a list of rules (which catch specific paths)"
                .into(),
        );
    }
    let mut read = Vec::new();
    for text in rules {
        let wrong = || fail!("rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]");
        read.push(rule(text).ok_or_else(wrong)?);
    }
    for annotation in cx.flags.list("annotation") {
        let wrong = || fail!("annotation {annotation} is invalid and should be in format key=[value]");
        let (key, value) = annotation.split_once('=').ok_or_else(wrong)?;
        object.annotate(key, value);
    }
    if !default.is_empty() && default.split(':').count() != 2 {
        return Err("default-backend should be in format servicename:serviceport".into());
    }
    object.set("spec", obj! {});
    if !cx.flags.text("class").is_empty() {
        object.set("spec.ingressClassName", cx.flags.text("class"));
    }
    if !default.is_empty() {
        object.set("spec.defaultBackend", backend(default));
    }
    let (tls, rules) = (certificates(&read), by_host(&read));
    if !tls.is_empty() {
        object.set("spec.tls", tls);
    }
    if !rules.is_empty() {
        object.set("spec.rules", rules);
    }
    object.set("status", obj! { "loadBalancer" => obj! {} });
    Ok(())
}

/// `SERVICE:PORT` as an Ingress names it.
fn backend(text: &str) -> Value {
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    let port = match port.parse::<i64>() {
        Ok(number) => obj! { "number" => number },
        Err(_) => obj! { "name" => port },
    };
    obj! { "service" => obj! { "name" => name, "port" => port } }
}

fn by_host(read: &[Rule<'_>]) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for rule in read {
        let (path, kind) = match rule.path.strip_suffix('*') {
            Some(prefix) => (prefix, "Prefix"),
            None => (rule.path.as_str(), "Exact"),
        };
        let path = obj! { "backend" => backend(rule.backend), "path" => path, "pathType" => kind };
        match rules.iter_mut().find(|r| r["host"].str() == rule.host) {
            Some(known) => known.at_mut("http.paths").array_mut().push(path),
            None => rules.push(obj! {
                "host" => Some(rule.host).filter(|h| !h.is_empty()), "http" => obj! { "paths" => list![path] },
            }),
        }
    }
    rules
}

/// Which hosts each Secret's certificate is for; a host counts once.
fn certificates(read: &[Rule<'_>]) -> Vec<Value> {
    let (mut certificates, mut seen): (Vec<Value>, Vec<&str>) = (Vec::new(), Vec::new());
    for rule in read {
        let Some(secret) = rule.tls.filter(|_| !seen.contains(&rule.host)) else { continue };
        seen.push(rule.host);
        if let Some(known) = certificates.iter_mut().find(|c| c["secretName"].str() == secret) {
            known.at_mut("hosts").array_mut().push(rule.host.into());
        } else if !rule.host.is_empty() || !secret.is_empty() {
            certificates.push(obj! {
                "hosts" => Some(rule.host).filter(|h| !h.is_empty()).map(|host| list![host]),
                "secretName" => Some(secret).filter(|s| !s.is_empty()),
            });
        }
    }
    certificates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_taken_apart() {
        let read = rule("foo.com/a/b*=svc:http,tls=cert").unwrap();
        assert_eq!(
            (read.host, read.path.as_str(), read.backend, read.tls),
            ("foo.com", "/a/b*", "svc:http", Some("cert"))
        );
        assert_eq!(rule("/=svc:80").map(|r| (r.host.to_owned(), r.path)), Some((String::new(), "/".to_owned())));
        for wrong in ["", "foo.com=svc:80", "foo.com/=svc", "foo.com/=svc:", "foo.com/=:80", "f o/=s:1", "foo/=s:1,ssl"]
        {
            assert!(rule(wrong).is_none(), "{wrong}");
        }
    }
}
