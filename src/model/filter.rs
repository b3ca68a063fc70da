//! What of the cluster is shown, and what a search lights: by namespace, by labels, by kind, by words.

use super::{Pod, Room, Service, View, Workload};
use api::{OrdSet, Selector, Str, Value};
use std::rc::Rc;

/// The kinds that can be left out of the picture, by their resources' names.
pub const KINDS: [&str; 9] = [
    "pods",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "services",
    "ingresses",
    "persistentvolumeclaims",
];

/// What is shown. Nothing chosen is everything shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// The only namespace; empty for all.
    pub namespace: Str,
    /// A label selector as kubectl takes it; one that cannot be read selects everything.
    pub labels: Str,
    /// The kinds that are left out, of [`KINDS`].
    pub without: Vec<Str>,
}

impl Filter {
    /// Whether it leaves anything out.
    pub fn is_on(&self) -> bool {
        *self != Filter::default()
    }

    /// Whether the selector can be read.
    pub fn is_valid(&self) -> bool {
        Selector::parse(&self.labels).is_ok()
    }

    /// As one line, to be remembered: the parts divided by `|`, which no part can hold.
    pub fn write(&self) -> String {
        let without: Vec<&str> = self.without.iter().map(Str::as_str).collect();
        format!("{}|{}|{}", self.namespace, self.labels.replace('|', ""), without.join(" "))
    }

    /// From such a line.
    pub fn read(line: &str) -> Filter {
        let mut parts = line.split('|');
        let mut next = || parts.next().unwrap_or_default();
        let (namespace, labels) = (next().into(), next().into());
        let without = next().split(' ').filter(|kind| KINDS.contains(kind)).map(Str::from).collect();
        Filter { namespace, labels, without }
    }

    /// The part of the view that is shown. The nodes stay: they are where things are.
    pub fn apply(&self, view: &View) -> View {
        if !self.is_on() {
            return view.clone();
        }
        let sieve = Sieve { filter: self, selector: Selector::parse(&self.labels).unwrap_or_default() };
        let mut rooms = view.rooms.clone();
        for (name, room) in &view.rooms {
            if let Some(pods) = sieve.pods(&room.pods) {
                rooms.insert(name.clone(), Rc::new(Room { pods, ..(**room).clone() }));
            }
        }
        View {
            rooms,
            tray: sieve.pods(&view.tray).map_or_else(|| view.tray.clone(), Rc::new),
            workloads: sieve.list(&view.workloads, |w| (&w.namespace, &w.labels, w.resource())),
            services: sieve.list(&view.services, |s| (&s.namespace, &s.labels, "services")),
            ingresses: sieve.list(&view.ingresses, |i| (&i.namespace, &i.labels, "ingresses")),
            claims: sieve.list(&view.claims, |c| (&c.namespace, &c.labels, "persistentvolumeclaims")),
            ..view.clone()
        }
    }
}

struct Sieve<'a> {
    filter: &'a Filter,
    selector: Selector,
}

impl Sieve<'_> {
    fn lets(&self, namespace: &Str, labels: &Value, kind: &str) -> bool {
        let filter = self.filter;
        (filter.namespace.is_empty() || filter.namespace == *namespace)
            && !filter.without.iter().any(|without| without == kind)
            && self.selector.matches(labels)
    }

    /// The Pods that are let through; nothing if that is all of them.
    fn pods(&self, pods: &[Rc<Pod>]) -> Option<Vec<Rc<Pod>>> {
        let lets = |pod: &&Rc<Pod>| self.lets(&pod.namespace, &pod.labels, "pods");
        (!pods.iter().all(|pod| lets(&pod))).then(|| pods.iter().filter(lets).cloned().collect())
    }

    fn list<T>(&self, list: &Rc<Vec<Rc<T>>>, of: impl Fn(&T) -> (&Str, &Value, &str)) -> Rc<Vec<Rc<T>>> {
        let lets = |item: &&Rc<T>| {
            let (namespace, labels, kind) = of(item);
            self.lets(namespace, labels, kind)
        };
        Rc::new(list.iter().filter(lets).cloned().collect())
    }
}

/// The UIDs of what holds all `words` in its kind, name, labels, images, addresses or node, in lower case.
pub fn search(view: &View, words: &str) -> OrdSet<Str> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut found = OrdSet::new();
    let mut look = |uid: &Str, text: String| {
        let text = text.to_lowercase();
        if words.iter().all(|word| text.contains(word.as_str())) {
            found.insert(uid.clone());
        }
    };
    for pod in view.pods() {
        look(&pod.uid, pod_text(pod));
    }
    for workload in view.workloads.iter() {
        look(&workload.uid, workload_text(workload));
    }
    for service in view.services.iter() {
        look(&service.uid, service_text(service));
    }
    for ingress in view.ingresses.iter() {
        let mut text = format!("ingress {} {} {}", ingress.namespace, ingress.name, pairs(&ingress.labels));
        ingress.paths.iter().for_each(|path| text.push_str(&path.from));
        look(&ingress.uid, text);
    }
    for claim in view.claims.iter() {
        look(&claim.uid, format!("persistentvolumeclaim {} {} {}", claim.namespace, claim.name, claim.volume));
    }
    found
}

fn pairs(labels: &Value) -> String {
    api::meta::string_pairs(labels).map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

fn pod_text(pod: &Pod) -> String {
    let mut text =
        format!("pod {} {} {} {} {} {}", pod.namespace, pod.name, pod.ip, pod.node, pod.state, pairs(&pod.labels));
    for container in &pod.containers {
        text.push(' ');
        text.push_str(&container.image);
    }
    text
}

fn workload_text(workload: &Workload) -> String {
    let mut text = format!("{} {} {} {}", workload.kind, workload.namespace, workload.name, pairs(&workload.labels));
    for child in &workload.children {
        text.push(' ');
        text.push_str(&child.name);
    }
    text
}

fn service_text(service: &Service) -> String {
    let Service { type_, namespace, name, cluster_ip, external_ip, ports, labels, .. } = service;
    format!("service {type_} {namespace} {name} {cluster_ip} {external_ip} {ports} {}", pairs(labels))
}
