//! What an ingress controller does with a request: Ingresses as the configuration of an nginx, looked up by host and path
//! (kubernetes.io/docs/concepts/services-networking/ingress, and the controller ingress-nginx where that leaves a choice).

use crate::service;
use api::{OrdMap, OrdSet, Str, Value};

/// `spec.controller` of the IngressClasses that ingress-nginx is responsible for.
pub const NGINX: &str = "k8s.io/ingress-nginx";

/// The Ingresses of the cluster. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Ingresses {
    /// By `namespace/name`.
    ingresses: OrdMap<Str, Value>,
    /// The `spec.controller` of each IngressClass.
    classes: OrdMap<Str, Str>,
    /// The Ingresses with rules for a host; for the empty one, those with rules for any host and with default backends.
    by_host: OrdMap<Str, OrdSet<Str>>,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// To a Service's port.
    Backend(Backend),
    /// To the same address by HTTPS: the host has a certificate.
    Https,
    /// Nowhere: no rule is about it.
    NotFound,
}

/// A Service's port, and how the request is changed on its way there.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    /// The Ingress that says so.
    pub ingress: Str,
    /// Its namespace, which is the Service's too.
    pub namespace: Str,
    /// The Service.
    pub service: Str,
    /// Its port, by number; by name where that is 0.
    pub number: u16,
    /// Its port's name.
    pub name: Str,
    /// The path that the Service gets to see.
    pub path: Str,
}

/// A path of a rule that fits, and how well.
struct Fit<'a> {
    exact: bool,
    length: usize,
    created: &'a str,
    ingress: &'a Value,
    path: &'a Value,
}

impl Ingresses {
    /// Takes an IngressClass as it now is; `deleted`: it is gone.
    pub(crate) fn set_class(&mut self, class: &Value, deleted: bool) {
        match deleted {
            true => self.classes.remove(class.name()),
            false => self.classes.insert(class.name().into(), class["spec"]["controller"].to_str()),
        };
    }

    /// Takes an Ingress as it now is; `deleted`: it is gone.
    pub(crate) fn set_ingress(&mut self, ingress: &Value, deleted: bool) {
        let key = service::key(ingress.namespace(), ingress.name());
        if let Some(old) = self.ingresses.remove(&key) {
            for host in hosts(&old) {
                if let Some(keys) = self.by_host.get_mut(&host) {
                    keys.remove(&key);
                }
            }
        }
        if !deleted {
            for host in hosts(ingress) {
                self.by_host.entry(host).or_default().insert(key.clone());
            }
            self.ingresses.insert(key, ingress.clone());
        }
    }

    /// Whether a controller is responsible for an Ingress.
    pub fn is_for(&self, ingress: &Value, controller: &str) -> bool {
        self.classes.get(api::meta::ingress_class(ingress)).is_some_and(|known| known == controller)
    }

    /// Where a request goes. `host` is the `Host:` header, `path` the request's with its query, `tls` whether it came by HTTPS.
    pub fn route(&self, controller: &str, host: &str, path: &str, tls: bool) -> Target {
        let host = Str::from(host.split(':').next().unwrap_or_default().to_ascii_lowercase());
        let (file, query) = path.find('?').map_or((path, ""), |at| path.split_at(at));
        // The server of a host is the most exact one: itself, then a wildcard for its domain, then that for all.
        let wildcard = host.split_once('.').map_or(Str::default(), |(_, domain)| format!("*.{domain}").into());
        for server in [host, wildcard, Str::default()] {
            let Some(keys) = self.by_host.get(&server).filter(|keys| !keys.is_empty()) else { continue };
            let mine = |key: &Str| self.ingresses.get(key).filter(|ingress| self.is_for(ingress, controller));
            let ingresses: Vec<&Value> = keys.iter().filter_map(mine).collect();
            if ingresses.is_empty() {
                continue;
            }
            if !tls && !server.is_empty() && ingresses.iter().any(|ingress| redirects(ingress, &server)) {
                return Target::Https;
            }
            if let Some(fit) = ingresses.iter().filter_map(|ingress| best(ingress, &server, file)).reduce(better) {
                let rewritten = rewrite(fit.ingress, fit.path["path"].str(), file);
                return target(fit.ingress, &fit.path["backend"], rewritten + query);
            }
            let default = ingresses.iter().find(|ingress| !ingress["spec"]["defaultBackend"].is_null());
            return match default {
                Some(ingress) => target(ingress, &ingress["spec"]["defaultBackend"], path.to_owned()),
                None => Target::NotFound,
            };
        }
        Target::NotFound
    }
}

/// The hosts that an Ingress has rules for; the empty one for all hosts.
fn hosts(ingress: &Value) -> Vec<Str> {
    let spec = &ingress["spec"];
    let mut hosts: Vec<Str> =
        spec["rules"].array().iter().map(|rule| rule["host"].str().to_ascii_lowercase().into()).collect();
    if !spec["defaultBackend"].is_null() {
        hosts.push(Str::default());
    }
    hosts
}

/// Whether requests for a host are sent on to HTTPS (annotation `ssl-redirect`, by default for hosts with a certificate).
fn redirects(ingress: &Value, host: &str) -> bool {
    let certified = ingress["spec"]["tls"].array().iter().any(|tls| {
        let hosts = tls["hosts"].array();
        hosts.is_empty() || hosts.iter().any(|h| h.str().eq_ignore_ascii_case(host))
    });
    let said = |name: &str| ingress.annotation(&format!("nginx.ingress.kubernetes.io/{name}"));
    certified && said("ssl-redirect") != "false" || said("force-ssl-redirect") == "true"
}

/// The path of an Ingress' rules for a host that fits best.
fn best<'a>(ingress: &'a Value, host: &str, file: &str) -> Option<Fit<'a>> {
    let rules = ingress["spec"]["rules"].array().iter().filter(|rule| rule["host"].str().eq_ignore_ascii_case(host));
    let paths = rules.flat_map(|rule| rule["http"]["paths"].array());
    let fits = paths.filter(|path| is_below(path, file, ingress)).map(|path| Fit {
        exact: path["pathType"].str() == "Exact",
        length: path["path"].str().len(),
        created: ingress["metadata"]["creationTimestamp"].str(),
        ingress,
        path,
    });
    fits.reduce(better)
}

/// Exact paths before prefixes, longer ones before shorter ones, older Ingresses before newer ones.
fn better<'a>(a: Fit<'a>, b: Fit<'a>) -> Fit<'a> {
    let rank = |fit: &Fit<'_>| (fit.exact, fit.length);
    match rank(&b).cmp(&rank(&a)).then(a.created.cmp(b.created)) {
        std::cmp::Ordering::Greater => b,
        _ => a,
    }
}

/// Whether a rule's path is about a file. `Prefix` compares element by element; `ImplementationSpecific` is a pattern of the
/// simple kind that people use with `rewrite-target`, else a prefix of characters.
fn is_below(path: &Value, file: &str, ingress: &Value) -> bool {
    let text = path["path"].str();
    match path["pathType"].str() {
        "Exact" => file == text,
        "Prefix" => {
            let prefix = text.trim_end_matches('/');
            file.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        _ if is_pattern(ingress) => captures(text, file).is_some(),
        _ => file.starts_with(text),
    }
}

/// Whether an Ingress' paths are patterns.
fn is_pattern(ingress: &Value) -> bool {
    let said = |name: &str| ingress.annotation(&format!("nginx.ingress.kubernetes.io/{name}"));
    said("use-regex") == "true" || said("rewrite-target").contains('$')
}

/// What the groups of a pattern such as `/api(/|$)(.*)` catch: literal text, `(/|$)`, `(.*)` and `/?(.*)` are understood.
fn captures<'a>(pattern: &str, file: &'a str) -> Option<Vec<&'a str>> {
    let (mut pattern, mut rest, mut groups) = (pattern.trim_start_matches('^'), file, Vec::new());
    while !pattern.is_empty() {
        if let Some(after) = pattern.strip_prefix("(/|$)") {
            let length = match rest {
                "" => 0,
                text if text.starts_with('/') => 1,
                _ => return None,
            };
            groups.push(&rest[..length]);
            (pattern, rest) = (after, &rest[length..]);
        } else if let Some(after) = pattern.strip_prefix("/?") {
            (pattern, rest) = (after, rest.strip_prefix('/').unwrap_or(rest));
        } else if let Some(after) = pattern.strip_prefix("(.*)").or_else(|| pattern.strip_prefix("(.+)")) {
            groups.push(rest);
            (pattern, rest) = (after.trim_start_matches('$'), "");
        } else if let Some(after) = pattern.strip_prefix(".*") {
            (pattern, rest) = (after, "");
        } else {
            let letter = pattern.chars().next()?;
            (pattern, rest) = (&pattern[letter.len_utf8()..], rest.strip_prefix(letter)?);
        }
    }
    Some(groups)
}

/// The path that the Service gets to see (annotation `rewrite-target`).
fn rewrite(ingress: &Value, pattern: &str, file: &str) -> String {
    let target = ingress.annotation("nginx.ingress.kubernetes.io/rewrite-target");
    if target.is_empty() {
        return file.to_owned();
    }
    let groups = captures(pattern, file).unwrap_or_default();
    let mut path = target.to_owned();
    for number in 1..=9 {
        path = path.replace(&format!("${number}"), groups.get(number - 1).copied().unwrap_or_default());
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}

fn target(ingress: &Value, backend: &Value, path: String) -> Target {
    let service = &backend["service"];
    Target::Backend(Backend {
        ingress: ingress.name().into(),
        namespace: ingress.namespace().into(),
        service: service["name"].to_str(),
        number: u16::try_from(service["port"]["number"].int()).unwrap_or_default(),
        name: service["port"]["name"].to_str(),
        path: path.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASS: &str = "metadata: {name: nginx}\nspec: {controller: k8s.io/ingress-nginx}";

    /// Where each request goes: `service path`, a rule of a spec and its annotations given.
    fn routes(ingresses: &[(&str, &str)], requests: &[&str]) -> Vec<String> {
        let one = |text: &str| api::yaml::documents(text).unwrap().remove(0);
        let mut all = Ingresses::default();
        all.set_class(&one(CLASS), false);
        for (i, (spec, annotations)) in ingresses.iter().enumerate() {
            let metadata = format!("{{namespace: default, name: i{i}, annotations: {{{annotations}}}}}");
            all.set_ingress(&one(&format!("metadata: {metadata}\nspec: {spec}")), false);
        }
        let answer = |request: &&str| {
            let (tls, rest) = request.strip_prefix("https://").map_or((false, *request), |rest| (true, rest));
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            match all.route(NGINX, host, path, tls) {
                Target::Backend(backend) => format!("{} {}", backend.service, backend.path),
                Target::Https => "https".into(),
                Target::NotFound => "404".into(),
            }
        };
        requests.iter().map(answer).collect()
    }

    fn rule(host: &str, paths: &[(&str, &str, &str)]) -> String {
        let path = |(kind, path, service): &(&str, &str, &str)| {
            format!(
                "{{pathType: {kind}, path: {path}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}"
            )
        };
        format!("{{host: '{host}', http: {{paths: [{}]}}}}", paths.iter().map(path).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn hosts_and_paths() {
        let rules = [
            rule("a.com", &[("Prefix", "/", "root"), ("Prefix", "/foo", "foo"), ("Exact", "/foo", "exact")]),
            rule("*.b.com", &[("Prefix", "/", "wild")]),
            rule("", &[("Prefix", "/any", "any")]),
        ];
        let spec = format!("{{ingressClassName: nginx, rules: [{}]}}", rules.join(", "));
        let requests = [
            "a.com/",
            "A.com:80/foo",
            "a.com/foo/x?q=1",
            "a.com/foobar",
            "x.b.com/y",
            "b.com/",
            "c.com/any/x",
            "c.com/",
        ];
        assert_eq!(
            routes(&[(&spec, "")], &requests),
            ["root /", "exact /foo", "foo /foo/x?q=1", "root /foobar", "wild /y", "404", "any /any/x", "404"]
        );
    }

    #[test]
    fn only_ingresses_of_the_controllers_class_count() {
        let rules = rule("", &[("Prefix", "/", "web")]);
        let of = |class: &str| format!("{{{class}rules: [{rules}]}}");
        assert_eq!(routes(&[(&of(""), "")], &["x/"]), ["404"]);
        assert_eq!(routes(&[(&of("ingressClassName: other, "), "")], &["x/"]), ["404"]);
        assert_eq!(routes(&[(&of(""), "kubernetes.io/ingress.class: nginx")], &["x/"]), ["web /"]);
    }

    #[test]
    fn default_backends_take_the_rest() {
        let spec = "{ingressClassName: nginx, defaultBackend: {service: {name: rest, port: {name: http}}}}";
        let other = format!("{{ingressClassName: nginx, rules: [{}]}}", rule("a.com", &[("Exact", "/x", "x")]));
        assert_eq!(routes(&[(spec, ""), (&other, "")], &["a.com/x", "a.com/y", "z/"]), ["x /x", "404", "rest /"]);
    }

    #[test]
    fn paths_are_rewritten_and_hosts_with_certificates_redirected() {
        let spec = |kind: &str, path: &str, tls: &str| {
            format!("{{ingressClassName: nginx, {tls} rules: [{}]}}", rule("a.com", &[(kind, path, "web")]))
        };
        let to = "nginx.ingress.kubernetes.io/rewrite-target: ";
        let pattern = spec("ImplementationSpecific", "'/api(/|$)(.*)'", "");
        let target = format!("{to}/$2");
        assert_eq!(
            routes(&[(&pattern, &target)], &["a.com/api", "a.com/api/v1/x?y", "a.com/apiary"]),
            ["web /", "web /v1/x?y", "404"]
        );
        assert_eq!(routes(&[(&spec("Prefix", "/app", ""), &format!("{to}/"))], &["a.com/app/x"]), ["web /"]);
        let tls = spec("Prefix", "/", "tls: [{hosts: [a.com], secretName: s}],");
        assert_eq!(routes(&[(&tls, "")], &["a.com/", "https://a.com/"]), ["https", "web /"]);
        let off = "nginx.ingress.kubernetes.io/ssl-redirect: 'false'";
        assert_eq!(routes(&[(&tls, off)], &["a.com/"]), ["web /"]);
    }

    #[test]
    fn a_changed_ingress_takes_its_old_rules_away() {
        let one = |text: &str| api::yaml::documents(text).unwrap().remove(0);
        let mut all = Ingresses::default();
        all.set_class(&one(CLASS), false);
        let ingress = |host: &str| {
            let rules = rule(host, &[("Prefix", "/", "web")]);
            one(&format!("metadata: {{namespace: d, name: i}}\nspec: {{ingressClassName: nginx, rules: [{rules}]}}"))
        };
        all.set_ingress(&ingress("a.com"), false);
        all.set_ingress(&ingress("b.com"), false);
        assert_eq!(all.route(NGINX, "a.com", "/", false), Target::NotFound);
        assert!(matches!(all.route(NGINX, "b.com", "/", false), Target::Backend(_)));
        all.set_ingress(&ingress("b.com"), true);
        assert_eq!(all.route(NGINX, "b.com", "/", false), Target::NotFound);
    }
}
