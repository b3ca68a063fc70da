//! The Gateway API as a data plane follows it: Gateways and HTTPRoutes, looked up by host, path, method and headers
//! (gateway-api.sigs.k8s.io, v1).

use crate::service;
use api::{OrdMap, Rng, Str, Value};

/// The API group.
pub const GROUP: &str = "gateway.networking.k8s.io";
/// `spec.controllerName` of the GatewayClasses that NGINX Gateway Fabric is responsible for.
pub const NGINX: &str = "gateway.nginx.org/nginx-gateway-controller";

/// The objects of the Gateway API. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Gateways {
    /// The `spec.controllerName` of each GatewayClass.
    classes: OrdMap<Str, Value>,
    /// By `namespace/name`.
    gateways: OrdMap<Str, Value>,
    routes: OrdMap<Str, Value>,
    grants: OrdMap<Str, Value>,
}

/// A request as a data plane sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `GET` ...
    pub method: &'a str,
    /// `Host:`
    pub host: &'a str,
    /// The path with its query.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a [(Str, Str)],
    /// Whether it came by HTTPS.
    pub tls: bool,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// To a Service's port.
    Backend(Box<Onward>),
    /// To another address, with this status.
    Redirect(u16, String),
    /// No route is about it.
    NotFound,
    /// A route is about it, but has no backend that may be used.
    NoBackend,
}

/// A Service's port, and how the request is changed on its way there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Onward {
    /// The HTTPRoute that says so, and its namespace.
    pub route: (Str, Str),
    /// The Service's namespace and name.
    pub service: (Str, Str),
    /// Its port.
    pub port: u16,
    /// The share of the requests that the backend gets: its weight, and that of all.
    pub share: (i64, i64),
    /// The path that the Service gets to see, and the host.
    pub path: String,
    /// `Host:` as the Service gets it.
    pub host: Str,
    /// The headers.
    pub headers: Vec<(Str, Str)>,
    /// Changes of the reply's headers: the filter's value.
    pub reply: Value,
}

/// A rule that fits, and how well: greater is better.
type Rank = (usize, bool, usize, bool, usize, usize);

impl Gateways {
    /// Takes an object as it now is; `deleted`: it is gone.
    pub(crate) fn set(&mut self, kind: &str, object: &Value, deleted: bool) {
        let map = match kind {
            "GatewayClass" => &mut self.classes,
            "Gateway" => &mut self.gateways,
            "HTTPRoute" => &mut self.routes,
            "ReferenceGrant" => &mut self.grants,
            _ => return,
        };
        let key = service::key(object.namespace(), object.name());
        match deleted {
            true => map.remove(&key),
            false => map.insert(key, object.clone()),
        };
    }

    /// Whether a controller is responsible for a Gateway.
    pub fn is_for(&self, gateway: &Value, controller: &str) -> bool {
        let class = self.classes.get(&service::key("", gateway["spec"]["gatewayClassName"].str()));
        class.is_some_and(|class| class["spec"]["controllerName"].str() == controller)
    }

    /// Where a request goes. `namespace` gives the labels of a Namespace.
    pub fn route(&self, controller: &str, asked: &Asked<'_>, labels: &dyn Fn(&str) -> Value, rng: &mut Rng) -> Way {
        let host = asked.host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let file = asked.path.split('?').next().unwrap_or_default();
        let mut best: Option<(Rank, &Value, &Value, &Value)> = None;
        for route in self.routes.values() {
            let Some(specific) = self.reaches(controller, route, &host, asked.tls, labels) else { continue };
            for rule in route["spec"]["rules"].array() {
                // A rule without matches is about everything.
                let matches = match rule["matches"].array() {
                    [] => std::slice::from_ref(&api::NULL),
                    matches => matches,
                };
                for wanted in matches {
                    let Some(rank) = fits(wanted, asked, file, specific) else { continue };
                    // Of two that fit equally well the older route has it, then the first by name, then the earlier rule.
                    let newer = |other: &Value| created(route) >= created(other);
                    if best.is_none_or(|(before, other, ..)| rank > before || rank == before && !newer(other)) {
                        best = Some((rank, route, rule, wanted));
                    }
                }
            }
        }
        let Some((_, route, rule, wanted)) = best else { return Way::NotFound };
        self.follow(route, rule, wanted, asked, &host, rng)
    }

    /// Whether a route is attached to a listener of a controller's Gateway that takes the host; and how exactly the host is
    /// named: by how many characters, an exact name more than any wildcard.
    fn reaches(
        &self,
        controller: &str,
        route: &Value,
        host: &str,
        tls: bool,
        labels: &dyn Fn(&str) -> Value,
    ) -> Option<usize> {
        let names = route["spec"]["hostnames"].array();
        let own = names.iter().filter_map(|name| host_fits(name.str(), host)).max();
        let own = if names.is_empty() { Some(0) } else { own }?;
        let listens = route["spec"]["parentRefs"].array().iter().any(|parent| {
            self.listeners(controller, route, parent, labels).iter().any(|listener| {
                let secure = listener["protocol"].str() == "HTTPS";
                secure == tls && host_fits(listener["hostname"].str(), host).is_some()
            })
        });
        listens.then_some(own)
    }

    /// The listeners of the Gateway that a route names as its parent, as far as they let it in.
    pub fn listeners(
        &self,
        controller: &str,
        route: &Value,
        parent: &Value,
        labels: &dyn Fn(&str) -> Value,
    ) -> Vec<Value> {
        let namespace = parent["namespace"].as_str().unwrap_or(route.namespace());
        let Some(gateway) = self.gateways.get(&service::key(namespace, parent["name"].str())) else {
            return Vec::new();
        };
        if !self.is_for(gateway, controller) {
            return Vec::new();
        }
        let wanted = |listener: &&Value| {
            let section = parent["sectionName"].str();
            let from = &listener["allowedRoutes"]["namespaces"];
            (section.is_empty() || listener["name"].str() == section)
                && (parent["port"].is_null() || parent["port"].int() == listener["port"].int())
                && matches!(listener["protocol"].str(), "HTTP" | "HTTPS")
                && match from["from"].str() {
                    "All" => true,
                    "Selector" => {
                        api::Selector::from_label_selector(&from["selector"]).matches(&labels(route.namespace()))
                    }
                    _ => route.namespace() == namespace,
                }
        };
        gateway["spec"]["listeners"].array().iter().filter(wanted).cloned().collect()
    }

    /// Whether a route may use a Service: one of its own namespace, or one that a ReferenceGrant there lets it use.
    pub fn may_use(&self, route: &Value, namespace: &str, name: &str) -> bool {
        namespace == route.namespace()
            || self.grants.values().filter(|grant| grant.namespace() == namespace).any(|grant| {
                let from = |f: &Value| f["kind"].str() == "HTTPRoute" && f["namespace"].str() == route.namespace();
                let to = |t: &Value| t["kind"].str() == "Service" && ["", name].contains(&t["name"].str());
                grant["spec"]["from"].array().iter().any(from) && grant["spec"]["to"].array().iter().any(to)
            })
    }

    fn follow(&self, route: &Value, rule: &Value, wanted: &Value, asked: &Asked<'_>, host: &str, rng: &mut Rng) -> Way {
        let prefix = match wanted["path"]["type"].str() {
            "" | "PathPrefix" => wanted["path"]["value"].as_str().unwrap_or("/"),
            _ => "",
        };
        let mut onward = Onward {
            route: (route.namespace().into(), route.name().into()),
            path: asked.path.to_owned(),
            host: asked.host.into(),
            headers: asked.headers.to_vec(),
            ..Onward::default()
        };
        let Some(backend) = pick(rule["backendRefs"].array(), rng) else {
            let redirect = rule["filters"].array().iter().find(|filter| filter["type"].str() == "RequestRedirect");
            return match redirect {
                Some(filter) => redirected(&filter["requestRedirect"], asked, host, prefix),
                None => Way::NoBackend,
            };
        };
        for filter in rule["filters"].array().iter().chain(backend["filters"].array()) {
            match filter["type"].str() {
                "RequestRedirect" => return redirected(&filter["requestRedirect"], asked, host, prefix),
                "URLRewrite" => {
                    let rewrite = &filter["urlRewrite"];
                    onward.path = replaced(&rewrite["path"], asked.path, prefix);
                    if let Some(name) = rewrite["hostname"].as_str() {
                        onward.host = name.into();
                    }
                }
                "RequestHeaderModifier" => modify(&filter["requestHeaderModifier"], &mut onward.headers),
                "ResponseHeaderModifier" => onward.reply = filter["responseHeaderModifier"].clone(),
                _ => {}
            }
        }
        let namespace = backend["namespace"].as_str().unwrap_or(route.namespace());
        let name = backend["name"].str();
        let port = u16::try_from(backend["port"].int()).unwrap_or_default();
        if !self.may_use(route, namespace, name) || !matches!(backend["kind"].str(), "" | "Service") {
            return Way::NoBackend;
        }
        let all = rule["backendRefs"].array().iter().map(weight).sum();
        onward.share = (weight(backend), all);
        (onward.service, onward.port) = ((namespace.into(), name.into()), port);
        Way::Backend(Box::new(onward))
    }
}

fn created(route: &Value) -> (&str, &str, &str) {
    (route["metadata"]["creationTimestamp"].str(), route.namespace(), route.name())
}

fn weight(backend: &Value) -> i64 {
    backend["weight"].as_int().unwrap_or(1).clamp(0, 1_000_000)
}

/// One of the backends, by their weights.
fn pick<'a>(backends: &'a [Value], rng: &mut Rng) -> Option<&'a Value> {
    let all: i64 = backends.iter().map(weight).sum();
    let mut drawn = i64::from(rng.below(u32::try_from(all).ok().filter(|all| *all > 0)?));
    backends.iter().find(|backend| {
        drawn -= weight(backend);
        drawn < 0
    })
}

/// Whether a host is named by `name`, which may begin with `*.`; and how exactly.
fn host_fits(name: &str, host: &str) -> Option<usize> {
    const EXACT: usize = 1000;
    if name.is_empty() {
        return Some(0);
    }
    match name.strip_prefix('*') {
        Some(domain) => (host.len() > domain.len() && host.ends_with(domain)).then_some(domain.len()),
        None => name.eq_ignore_ascii_case(host).then_some(EXACT + name.len()),
    }
}

/// Whether a match is about a request, and how well it fits.
fn fits(wanted: &Value, asked: &Asked<'_>, file: &str, specific: usize) -> Option<Rank> {
    let text = wanted["path"]["value"].as_str().unwrap_or("/");
    let exact = wanted["path"]["type"].str() == "Exact";
    let path = match wanted["path"]["type"].str() {
        "Exact" => file == text,
        "RegularExpression" => {
            let whole = format!("^({text})$");
            api::regex::Regex::go(&whole).is_ok_and(|regex| regex.is_match(file))
        }
        _ => {
            let prefix = text.trim_end_matches('/');
            file.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    };
    let same = |wanted: &Value, value: &str| match wanted["type"].str() {
        "RegularExpression" => {
            let whole = format!("^({})$", wanted["value"].str());
            api::regex::Regex::go(&whole).is_ok_and(|regex| regex.is_match(value))
        }
        _ => wanted["value"].str() == value,
    };
    let header = |wanted: &Value| {
        let name = wanted["name"].str();
        asked.headers.iter().any(|(n, value)| n.eq_ignore_ascii_case(name) && same(wanted, value))
    };
    let query = asked.path.split_once('?').map_or("", |(_, query)| query);
    let parameter = |wanted: &Value| {
        let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(name, _)| *name == wanted["name"].str()).is_some_and(|(_, value)| same(wanted, value))
    };
    let method = wanted["method"].str();
    let (headers, parameters) = (wanted["headers"].array(), wanted["queryParams"].array());
    let all = path
        && (method.is_empty() || method == asked.method)
        && headers.iter().all(header)
        && parameters.iter().all(parameter);
    all.then_some((specific, exact, text.len(), !method.is_empty(), headers.len(), parameters.len()))
}

/// The path after a filter's `path` has changed it.
fn replaced(change: &Value, path: &str, prefix: &str) -> String {
    let (file, query) = path.find('?').map_or((path, ""), |at| path.split_at(at));
    let file = match change["type"].str() {
        "ReplaceFullPath" => change["replaceFullPath"].str().to_owned(),
        "ReplacePrefixMatch" => {
            let rest = file.strip_prefix(prefix.trim_end_matches('/')).unwrap_or(file).trim_start_matches('/');
            let new = change["replacePrefixMatch"].str().trim_end_matches('/');
            if rest.is_empty() && !new.is_empty() { new.to_owned() } else { format!("{new}/{rest}") }
        }
        _ => file.to_owned(),
    };
    file + query
}

fn redirected(filter: &Value, asked: &Asked<'_>, host: &str, prefix: &str) -> Way {
    let own = if asked.tls { "https" } else { "http" };
    let scheme = filter["scheme"].as_str().unwrap_or(own);
    let name = filter["hostname"].as_str().unwrap_or(host);
    let port = match filter["port"].int() {
        0 => String::new(),
        443 if scheme == "https" => String::new(),
        80 if scheme == "http" => String::new(),
        port => format!(":{port}"),
    };
    let path = replaced(&filter["path"], asked.path, prefix);
    let status = u16::try_from(filter["statusCode"].as_int().unwrap_or(302)).unwrap_or(302);
    Way::Redirect(status, format!("{scheme}://{name}{port}{path}"))
}

/// Changes headers as a filter says: `set`, `add`, `remove`.
pub fn modify(filter: &Value, headers: &mut Vec<(Str, Str)>) {
    let without = |headers: &mut Vec<(Str, Str)>, name: &str| headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    for set in filter["set"].array() {
        without(headers, set["name"].str());
        headers.push((set["name"].to_str(), set["value"].to_str()));
    }
    for add in filter["add"].array() {
        headers.push((add["name"].to_str(), add["value"].to_str()));
    }
    for name in filter["remove"].array() {
        without(headers, name.str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(routes: &[&str]) -> Gateways {
        let one = |text: &str| api::yaml::documents(text).unwrap().remove(0);
        let mut all = Gateways::default();
        let class = format!("metadata: {{name: nginx}}\nspec: {{controllerName: {NGINX}}}");
        all.set("GatewayClass", &one(&class), false);
        let listeners =
            "[{name: http, port: 80, protocol: HTTP}, {name: tls, port: 443, protocol: HTTPS, hostname: '*.safe.com'}]";
        let gateway =
            format!("metadata: {{namespace: d, name: gw}}\nspec: {{gatewayClassName: nginx, listeners: {listeners}}}");
        all.set("Gateway", &one(&gateway), false);
        for (i, spec) in routes.iter().enumerate() {
            let (namespace, spec) = spec.split_once('!').unwrap_or(("d", spec));
            let route = format!(
                "metadata: {{namespace: {namespace}, name: r{i}}}\nspec: {{parentRefs: [{{name: gw, namespace: d}}], {spec}}}"
            );
            all.set("HTTPRoute", &one(&route), false);
        }
        all
    }

    fn ask(all: &Gateways, request: &str, headers: &[(&str, &str)]) -> String {
        let (tls, rest) = request.strip_prefix("https://").map_or((false, request), |rest| (true, rest));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let headers: Vec<(Str, Str)> = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let asked = Asked { method: "GET", host, path, headers: &headers, tls };
        match all.route(NGINX, &asked, &|_| Value::Null, &mut Rng::new(1)) {
            Way::Backend(to) => format!("{}/{}:{} {}{}", to.service.0, to.service.1, to.port, to.host, to.path),
            Way::Redirect(status, location) => format!("{status} {location}"),
            Way::NotFound => "404".into(),
            Way::NoBackend => "500".into(),
        }
    }

    fn to(name: &str) -> String {
        format!("backendRefs: [{{name: {name}, port: 80}}]")
    }

    #[test]
    fn the_most_exact_match_wins() {
        let rules = format!(
            "hostnames: [a.com], rules: [{{{}}}, {{matches: [{{path: {{type: PathPrefix, value: /foo}}}}], {}}}, \
             {{matches: [{{path: {{type: Exact, value: /foo}}}}], {}}}, \
             {{matches: [{{path: {{value: /foo}}, headers: [{{name: X-Beta, value: 'yes'}}]}}], {}}}]",
            to("root"),
            to("foo"),
            to("exact"),
            to("beta")
        );
        let wild = format!("hostnames: ['*.b.com'], rules: [{{{}}}]", to("wild"));
        let name = format!("hostnames: [x.b.com], rules: [{{{}}}]", to("name"));
        let all = world(&[&rules, &wild, &name]);
        for (request, expected) in [
            ("a.com/", "d/root:80 a.com/"),
            ("A.com:80/foo/bar?q", "d/foo:80 A.com:80/foo/bar?q"),
            ("a.com/foobar", "d/root:80 a.com/foobar"),
            ("a.com/foo", "d/exact:80 a.com/foo"),
            ("y.b.com/", "d/wild:80 y.b.com/"),
            ("x.b.com/", "d/name:80 x.b.com/"),
            ("b.com/", "404"),
            ("https://a.com/", "404"),
        ] {
            assert_eq!(ask(&all, request, &[]), expected, "{request}");
        }
        assert_eq!(ask(&all, "a.com/foo/x", &[("x-beta", "yes")]), "d/beta:80 a.com/foo/x");
        assert_eq!(ask(&all, "a.com/foo/x", &[("x-beta", "no")]), "d/foo:80 a.com/foo/x");
    }

    #[test]
    fn filters_change_what_is_sent() {
        let route = |filter: &str, rest: &str| {
            format!("rules: [{{matches: [{{path: {{type: PathPrefix, value: /api}}}}], filters: [{filter}]{rest}}}]")
        };
        let with = format!(", {}", to("web"));
        let one = |filter: &str, rest: &str, request: &str| ask(&world(&[&route(filter, rest)]), request, &[]);
        let rewrite = "{type: URLRewrite, urlRewrite: {hostname: in.local, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v1}}}";
        assert_eq!(one(rewrite, &with, "a.com/api/x?y"), "d/web:80 in.local/v1/x?y");
        assert_eq!(one(rewrite, &with, "a.com/api"), "d/web:80 in.local/v1");
        let root = "{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}";
        assert_eq!(one(root, &with, "a.com/api"), "d/web:80 a.com/");
        let https = "{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}";
        assert_eq!(one(https, "", "a.com/api/x"), "301 https://a.com/api/x");
        let moved = "{type: RequestRedirect, requestRedirect: {hostname: b.com, port: 8080, path: {type: ReplaceFullPath, replaceFullPath: /new}}}";
        assert_eq!(one(moved, "", "a.com/api/x"), "302 http://b.com:8080/new");
        assert_eq!(one("", "", "a.com/api"), "500", "a rule without a backend");
    }

    #[test]
    fn backends_get_requests_by_weight() {
        let all = world(&[
            "rules: [{backendRefs: [{name: a, port: 80, weight: 90}, {name: b, port: 80, weight: 10}, {name: c, port: 80, weight: 0}]}]",
        ]);
        let (mut rng, mut b) = (Rng::new(7), 0);
        for _ in 0..10_000 {
            let asked = Asked { method: "GET", host: "x", path: "/", headers: &[], tls: false };
            match all.route(NGINX, &asked, &|_| Value::Null, &mut rng) {
                Way::Backend(to) if to.service.1 == "b" => b += 1,
                Way::Backend(to) => assert_eq!((to.service.1.as_str(), to.share), ("a", (90, 100))),
                other => panic!("{other:?}"),
            }
        }
        assert!((900..1100).contains(&b), "{b}");
    }

    #[test]
    fn other_namespaces_must_agree() {
        let all = world(&["other!rules: [{backendRefs: [{name: web, port: 80}]}]"]);
        assert_eq!(ask(&all, "x/", &[]), "404", "a listener takes routes of its own namespace");
        let mut all = world(&["rules: [{backendRefs: [{name: web, namespace: far, port: 80}]}]"]);
        assert_eq!(ask(&all, "x/", &[]), "500");
        let grant = "metadata: {namespace: far, name: g}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: d}], to: [{group: '', kind: Service}]}";
        all.set("ReferenceGrant", &api::yaml::documents(grant).unwrap().remove(0), false);
        assert_eq!(ask(&all, "x/", &[]), "far/web:80 x/");
    }

    #[test]
    fn a_certificates_listener_takes_its_hosts_only() {
        let all = world(&[&format!("rules: [{{{}}}]", to("web"))]);
        assert_eq!(ask(&all, "https://www.safe.com/", &[]), "d/web:80 www.safe.com/");
        assert_eq!(ask(&all, "https://www.other.com/", &[]), "404");
    }
}
