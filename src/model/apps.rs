//! The same cluster by app: what belongs together, from the entrance to the Pods, whatever nodes they run on.

use super::{Claim, Ingress, Pod, Service, View, Workload};
use api::{OrdMap, Str};
use std::rc::Rc;

/// What belongs together: Ingresses, the Services they lead to, and the Pods behind those with everything that owns them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct App {
    /// The UID of its first part: its key.
    pub uid: Str,
    /// Its namespace.
    pub namespace: Str,
    /// Its Ingresses.
    pub ingresses: Vec<Rc<Ingress>>,
    /// Its Services.
    pub services: Vec<Rc<Service>>,
    /// What has its Pods made, and at the end the Pods that nothing has made.
    pub stacks: Vec<Stack>,
    /// The claims that its Pods mount, and that no Pod does.
    pub claims: Vec<Rc<Claim>>,
}

/// A workload with its Pods, by the ReplicaSet or Job that made them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    /// The workload; none for Pods that nothing has made.
    pub workload: Option<Rc<Workload>>,
    /// Its ReplicaSets or Jobs, newest first; one without a set for Pods that are the workload's own.
    pub groups: Vec<Group>,
}

/// The Pods of one ReplicaSet or Job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// What made them; none if that is the workload itself.
    pub set: Option<Rc<Workload>>,
    /// The Pods, oldest first.
    pub pods: Vec<Rc<Pod>>,
}

impl View {
    /// The apps: by namespace, then in the order in which their first part was made.
    pub fn apps(&self) -> Vec<App> {
        let mut parts = Parts::default();
        for workload in self.workloads.iter() {
            let stack = Stack { workload: Some(workload.clone()), groups: groups(workload) };
            parts.add(&workload.uid, &workload.namespace, &workload.created, Part::Stack(stack));
        }
        for pod in self.pods() {
            parts.add_pod(pod);
        }
        for claim in self.claims.iter() {
            parts.add(&claim.uid, &claim.namespace, &claim.created, Part::Claim(claim.clone()));
        }
        parts.join_claims(self);
        for service in self.services.iter() {
            let at = parts.add(&service.uid, &service.namespace, &service.created, Part::Service(service.clone()));
            parts.join_service(at, service, self);
        }
        for ingress in self.ingresses.iter() {
            let at = parts.add(&ingress.uid, &ingress.namespace, &ingress.created, Part::Ingress(ingress.clone()));
            let leads_to = |service: &&Rc<Service>| {
                service.namespace == ingress.namespace && ingress.paths.iter().any(|path| path.service == service.name)
            };
            for service in self.services.iter().filter(leads_to) {
                parts.join(at, &service.uid);
            }
        }
        parts.into_apps()
    }

    /// All Pods, those without a node first.
    pub fn pods(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.tray.iter().chain(self.rooms.values().flat_map(|room| room.pods.iter()))
    }
}

/// A group for each set, newest first, and one for the Pods that are the workload's own.
fn groups(workload: &Workload) -> Vec<Group> {
    let mut groups: Vec<Group> =
        workload.children.iter().rev().map(|set| Group { set: Some(set.clone()), pods: Vec::new() }).collect();
    groups.push(Group::default());
    groups
}

/// One part of an app.
enum Part {
    Stack(Stack),
    Service(Rc<Service>),
    Ingress(Rc<Ingress>),
    Claim(Rc<Claim>),
}

/// All parts, and which belong together: each points to another of the same app, up to one that points to itself.
#[derive(Default)]
struct Parts {
    parts: Vec<(Str, Str, Str, Part)>,
    same: Vec<usize>,
    /// Where each object is; of a Pod, where its stack is.
    by_uid: OrdMap<Str, usize>,
}

impl Parts {
    fn add(&mut self, uid: &Str, namespace: &Str, created: &Str, part: Part) -> usize {
        let at = self.parts.len();
        self.parts.push((namespace.clone(), created.clone(), uid.clone(), part));
        self.same.push(at);
        self.by_uid.insert(uid.clone(), at);
        at
    }

    fn add_pod(&mut self, pod: &Rc<Pod>) {
        let at = match self.by_uid.get(&pod.owner) {
            Some(at) => *at,
            None => {
                let stack = Stack { workload: None, groups: vec![Group::default()] };
                self.add(&pod.uid, &pod.namespace, &pod.created, Part::Stack(stack))
            }
        };
        self.by_uid.insert(pod.uid.clone(), at);
        let Part::Stack(stack) = &mut self.parts[at].3 else { return };
        let made_it = |group: &&mut Group| group.set.as_ref().is_none_or(|set| set.uid == pod.controller);
        if let Some(group) = stack.groups.iter_mut().find(made_it) {
            group.pods.push(pod.clone());
        }
    }

    fn root(&self, mut at: usize) -> usize {
        while self.same[at] != at {
            at = self.same[at];
        }
        at
    }

    fn join(&mut self, at: usize, uid: &Str) {
        if let Some(other) = self.by_uid.get(uid) {
            let (a, b) = (self.root(at), self.root(*other));
            self.same[a.max(b)] = a.min(b);
        }
    }

    /// A Service leads to the Pods behind it, and to workloads whose Pods it would select if they had any.
    fn join_service(&mut self, at: usize, service: &Service, view: &View) {
        for end in &service.ends {
            self.join(at, &end.pod);
        }
        for workload in
            view.workloads.iter().filter(|workload| service.selects(&workload.namespace, &workload.pod_labels))
        {
            self.join(at, &workload.uid);
        }
    }

    /// A claim belongs to the app whose Pods mount it. A cluster has few claims compared with its Pods.
    fn join_claims(&mut self, view: &View) {
        if view.claims.is_empty() {
            return;
        }
        for pod in view.pods() {
            for claim in view.claims.iter().filter(|claim| pod.mounts(claim)) {
                if let Some(at) = self.by_uid.get(&pod.uid).copied() {
                    self.join(at, &claim.uid);
                }
            }
        }
    }

    fn into_apps(self) -> Vec<App> {
        let roots: Vec<usize> = (0..self.parts.len()).map(|at| self.root(at)).collect();
        let mut apps: Vec<(Str, App)> = Vec::new();
        let mut place: Vec<Option<usize>> = vec![None; roots.len()];
        for ((namespace, created, uid, part), root) in self.parts.into_iter().zip(roots) {
            let at = *place[root].get_or_insert_with(|| {
                apps.push((created.clone(), App { uid, namespace, ..App::default() }));
                apps.len() - 1
            });
            let (first, app) = &mut apps[at];
            if created < *first {
                *first = created;
            }
            match part {
                Part::Stack(stack) => app.put(stack),
                Part::Service(service) => app.services.push(service),
                Part::Ingress(ingress) => app.ingresses.push(ingress),
                Part::Claim(claim) => app.claims.push(claim),
            }
        }
        api::sort_by(&mut apps, |(a_first, a), (b_first, b)| {
            (&a.namespace, a_first, &a.uid).cmp(&(&b.namespace, b_first, &b.uid))
        });
        let mut apps: Vec<App> = apps.into_iter().map(|(_, app)| app).collect();
        let groups = apps.iter_mut().flat_map(|app| &mut app.stacks).flat_map(|stack| &mut stack.groups);
        groups
            .for_each(|group| api::sort_by(&mut group.pods, |a, b| (&a.created, &a.name).cmp(&(&b.created, &b.name))));
        apps
    }
}

impl App {
    /// Pods that nothing has made stand together.
    fn put(&mut self, stack: Stack) {
        match self.stacks.iter_mut().find(|other| other.workload.is_none() && stack.workload.is_none()) {
            Some(other) => other.groups[0].pods.extend(stack.groups.into_iter().flat_map(|group| group.pods)),
            None => self.stacks.push(stack),
        }
    }

    /// What its Pods read their configuration from: kind and name, each once.
    pub fn sources(&self) -> Vec<super::Source> {
        let mut sources = Vec::new();
        let pods = self.stacks.iter().flat_map(|stack| stack.groups.iter()).flat_map(|group| group.pods.iter());
        for source in pods.flat_map(|pod| pod.sources.iter()) {
            if matches!(source.kind.as_str(), "ConfigMap" | "Secret") && !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        sources
    }
}
