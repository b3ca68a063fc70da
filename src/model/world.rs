//! The world the picture shows, kept up to date change by change.

use super::listed::put;
use super::looks::Looks;
use super::pod::PodState;
use super::{Claim, End, Ingress, Pod, Service, Volume, Workload, service};
use api::{Kind, Str, Value, kind};
use api::{OrdMap, OrdSet};
use std::rc::Rc;

/// A node and the Pods on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The node's name.
    pub name: Str,
    /// The node's internal IP.
    pub address: Str,
    /// The range of its Pods (`spec.podCIDR`); empty where their network is one for all nodes.
    pub range: Str,
    /// Whether its condition Ready is True.
    pub ready: bool,
    /// Whether it is cordoned.
    pub cordoned: bool,
    /// What it is short of: its conditions of pressure that are True.
    pub pressure: Vec<Str>,
    /// Whether it is a control plane node.
    pub control_plane: bool,
    /// Whether the API knows the node (Pods can outlive it).
    pub known: bool,
    /// Its Pods, oldest first.
    pub pods: Vec<Rc<Pod>>,
}

/// Everything the picture shows. A clone shares what has not changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The nodes by name.
    pub rooms: OrdMap<Str, Rc<Room>>,
    /// Pods that wait for a node.
    pub tray: Rc<Vec<Rc<Pod>>>,
    /// What has Pods made and belongs to nothing else, oldest first.
    pub workloads: Rc<Vec<Rc<Workload>>>,
    /// Services, oldest first.
    pub services: Rc<Vec<Rc<Service>>>,
    /// Ingresses, oldest first.
    pub ingresses: Rc<Vec<Rc<Ingress>>>,
    /// Claims on storage, oldest first.
    pub claims: Rc<Vec<Rc<Claim>>>,
    /// Storage outside the cluster, oldest first.
    pub volumes: Rc<Vec<Rc<Volume>>>,
}

/// The view, and what keeps it up to date.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(super) view: View,
    pub(super) index: Index,
    moved: bool,
}

/// What is needed to apply a change without looking at everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) pods: OrdMap<Str, Rc<Pod>>,
    /// What owns Pods, or what does, by UID.
    pub(super) owners: OrdMap<Str, Workload>,
    services: OrdMap<(Str, Str), Service>,
    /// Endpoints by Service, then by EndpointSlice.
    ends: OrdMap<(Str, Str), OrdMap<Str, Vec<End>>>,
    looks: Looks,
    /// Pods, by UID, for which an image is being pulled.
    pulling: OrdSet<Str>,
    /// Pods, by UID, of which a container waits to be started again.
    waiting: OrdSet<Str>,
}

impl World {
    /// The kinds whose changes the world wants to hear, in the order in which they make sense: owners before owned.
    pub fn kinds() -> [&'static Kind; 15] {
        use kind::*;
        [
            NODE,
            DEPLOYMENT,
            REPLICA_SET,
            REPLICATION_CONTROLLER,
            STATEFUL_SET,
            DAEMON_SET,
            CRON_JOB,
            JOB,
            POD,
            SERVICE,
            ENDPOINT_SLICE,
            INGRESS,
            PERSISTENT_VOLUME,
            PERSISTENT_VOLUME_CLAIM,
            EVENT,
        ]
    }

    /// The kinds that take turns in colours.
    pub fn makers() -> impl Iterator<Item = &'static Kind> {
        use kind::*;
        [DEPLOYMENT, REPLICA_SET, REPLICATION_CONTROLLER, STATEFUL_SET, DAEMON_SET, CRON_JOB, JOB].into_iter()
    }

    /// An empty world in which everything will look as it always did: `made` are the objects of [`World::makers`] that there ever
    /// were, oldest first. So the same history gives the same colours, after a reload, in a link and wherever one goes in time.
    pub fn anew<'a>(made: impl Iterator<Item = &'a Value>) -> World {
        World { index: Index { looks: Looks::of(made), ..Index::default() }, ..World::default() }
    }

    /// Takes one change in. `gone` says that the object was deleted; `object` is then its last state. Returns whether the
    /// picture has changed.
    pub fn apply(&mut self, of: &'static Kind, gone: bool, object: &Value) -> bool {
        match of {
            _ if of == kind::POD => self.apply_pod(gone, object),
            _ if of == kind::NODE => self.apply_node(gone, object),
            _ if of == kind::EVENT => self.apply_event(gone, object),
            _ if of == kind::SERVICE => self.apply_service(gone, object),
            _ if of == kind::ENDPOINT_SLICE => self.apply_slice(gone, object),
            _ if of == kind::INGRESS => put(&mut self.view.ingresses, gone, Ingress::read(object)),
            _ if of == kind::PERSISTENT_VOLUME => put(&mut self.view.volumes, gone, Volume::read(object)),
            _ if of == kind::PERSISTENT_VOLUME_CLAIM => put(&mut self.view.claims, gone, Claim::read(object)),
            _ => self.apply_workload(of, gone, object),
        }
    }

    /// What the picture shows now.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Whether a Pod has come, gone or changed its room since the last call: only then does anything have to move.
    pub fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// Whether a container waits to be started again: then the picture changes as time passes.
    pub fn counts_down(&self) -> bool {
        !self.index.waiting.is_empty()
    }

    fn apply_node(&mut self, gone: bool, node: &Value) -> bool {
        let name = Str::from(node.name());
        if gone {
            let left = self.view.rooms.get_mut(&name).map(|room| {
                Rc::make_mut(room).known = false;
                room.pods.is_empty()
            });
            if left == Some(true) {
                self.view.rooms.remove(&name);
            }
            return left.is_some();
        }
        let addresses = node["status"]["addresses"].array();
        let address = addresses.iter().find(|a| a["type"].str() == "InternalIP").unwrap_or(&api::NULL);
        let labels = node.labels();
        let seen = Room {
            name: name.clone(),
            address: address["address"].to_str(),
            range: node["spec"]["podCIDR"].to_str(),
            ready: api::meta::condition(node, "Ready")["status"].str() == "True",
            cordoned: node["spec"]["unschedulable"].bool(),
            pressure: pressure(node),
            control_plane: !labels["node-role.kubernetes.io/control-plane"].is_null(),
            known: true,
            pods: Vec::new(),
        };
        let room = self.room(&name);
        // Every heartbeat changes a Node; the picture only changes when what it shows does.
        let seen = Room { pods: room.pods.clone(), ..seen };
        let changed = **room != seen;
        if changed {
            *room = Rc::new(seen);
        }
        changed
    }

    fn room(&mut self, name: &Str) -> &mut Rc<Room> {
        self.view.rooms.entry(name.clone()).or_insert_with(|| Rc::new(Room { name: name.clone(), ..Room::default() }))
    }

    fn apply_pod(&mut self, gone: bool, object: &Value) -> bool {
        let mut pod = Pod::read(object);
        if gone {
            self.index.pulling.remove(&pod.uid);
            self.index.waiting.remove(&pod.uid);
            return self.take_out(&pod.uid);
        }
        pod.pulling = self.index.pulling.contains(&pod.uid) && pod.look == PodState::Starting;
        match pod.back_off {
            Some(_) => _ = self.index.waiting.insert(pod.uid.clone()),
            None => _ = self.index.waiting.remove(&pod.uid),
        }
        pod.nth = self.index.owners.get(&pod.controller).map_or(0, |owner| owner.nth);
        pod.owner = self.root(&pod.owner);
        pod.hue = if pod.system { None } else { self.index.looks.hue(&pod.owner) };
        self.put(pod)
    }

    /// Puts a Pod where it belongs, in place of its former state.
    fn put(&mut self, pod: Pod) -> bool {
        let before = self.index.pods.get(&pod.uid);
        if before.is_some_and(|before| **before == pod) {
            return false;
        }
        let moved = before.is_none_or(|before| before.node != pod.node);
        if moved {
            self.take_out(&pod.uid);
        }
        let pod = Rc::new(pod);
        self.index.pods.insert(pod.uid.clone(), pod.clone());
        let list = self.list_of(&pod.node);
        match list.iter().position(|other| other.uid == pod.uid) {
            Some(at) => list[at] = pod,
            None => {
                let at = list.partition_point(|other| (&other.created, &other.name) < (&pod.created, &pod.name));
                list.insert(at, pod);
                self.moved = true;
            }
        }
        true
    }

    fn take_out(&mut self, uid: &Str) -> bool {
        let Some(pod) = self.index.pods.remove(uid) else { return false };
        self.moved = true;
        self.list_of(&pod.node).retain(|other| other.uid != *uid);
        let deserted = self.view.rooms.get(&pod.node).is_some_and(|room| !room.known && room.pods.is_empty());
        if deserted {
            self.view.rooms.remove(&pod.node);
        }
        true
    }

    fn list_of(&mut self, node: &Str) -> &mut Vec<Rc<Pod>> {
        match node.as_str() {
            "" => Rc::make_mut(&mut self.view.tray),
            _ => &mut Rc::make_mut(self.room(node)).pods,
        }
    }

    fn apply_event(&mut self, gone: bool, event: &Value) -> bool {
        let about = &event["involvedObject"];
        if gone || about["kind"].str() != "Pod" {
            return false;
        }
        let uid = about["uid"].to_str();
        let changed = match event["reason"].str() {
            "Pulling" => self.index.pulling.insert(uid.clone()),
            "Pulled" | "Failed" | "Created" | "Started" | "Killing" => self.index.pulling.remove(&uid),
            _ => false,
        };
        let Some(pod) = self.index.pods.get(&uid).filter(|_| changed) else { return false };
        let pulling = self.index.pulling.contains(&uid) && pod.look == PodState::Starting;
        self.put(Pod { pulling, ..(**pod).clone() })
    }

    fn apply_workload(&mut self, of: &'static Kind, gone: bool, object: &Value) -> bool {
        let mut workload = Workload::read(of, object);
        let of_pods = (workload.namespace.clone(), workload.pod_labels.clone());
        let known = self.index.owners.get(&workload.uid).map(|known| &known.pod_labels);
        let led_to = gone || known != Some(&of_pods.1);
        if gone {
            self.index.owners.remove(&workload.uid);
        } else {
            (workload.hue, workload.nth) =
                self.index.looks.meet(workload.uid.clone(), workload.owner.clone(), &workload.namespace);
            if self.index.owners.get(&workload.uid) == Some(&workload) {
                return false;
            }
            self.index.owners.insert(workload.uid.clone(), workload);
        }
        self.view.workloads = Rc::new(self.lane());
        if led_to {
            self.draw_empty_services(&of_pods.0, &of_pods.1);
        }
        true
    }

    /// The lane of workloads. A cluster has few of them compared with its Pods.
    fn lane(&self) -> Vec<Rc<Workload>> {
        let owners = &self.index.owners;
        let mut children: OrdMap<&Str, Vec<Rc<Workload>>> = OrdMap::new();
        for owned in owners.values().filter(|w| owners.contains_key(&w.owner)) {
            children.entry(&owned.owner).or_default().push(Rc::new(owned.clone()));
        }
        let mut lane: Vec<Rc<Workload>> = Vec::new();
        for top in owners.values().filter(|w| !owners.contains_key(&w.owner)) {
            let mut children = children.remove(&top.uid).unwrap_or_default();
            api::sort_by(&mut children, |a, b| (&a.created, &a.name).cmp(&(&b.created, &b.name)));
            let card = Workload { children, ..top.clone() };
            // An unchanged card keeps its Rc, and is not drawn again.
            let same = self.view.workloads.iter().find(|old| old.uid == card.uid && ***old == card);
            lane.push(same.cloned().unwrap_or_else(|| Rc::new(card)));
        }
        api::sort_by(&mut lane, |a, b| (&a.created, &a.namespace, &a.name).cmp(&(&b.created, &b.namespace, &b.name)));
        lane
    }

    fn apply_service(&mut self, gone: bool, object: &Value) -> bool {
        let key = (Str::from(object.namespace()), Str::from(object.name()));
        if gone {
            self.index.services.remove(&key);
        } else {
            self.index.services.insert(key.clone(), Service::read(object));
        }
        self.draw_service(&key)
    }

    fn apply_slice(&mut self, gone: bool, slice: &Value) -> bool {
        let service = slice.labels()["kubernetes.io/service-name"].to_str();
        let key = (Str::from(slice.namespace()), service);
        let slices = self.index.ends.entry(key.clone()).or_default();
        if gone {
            slices.remove(slice.name());
        } else {
            slices.insert(slice.name().into(), service::ends(slice));
        }
        self.draw_service(&key)
    }

    /// Draws the Services anew that lead to Pods with these labels, but to none yet.
    fn draw_empty_services(&mut self, namespace: &str, labels: &Value) {
        let empty = self.view.services.iter().filter(|service| service.ends.is_empty());
        let led = empty.filter(|service| service.selects(namespace, labels));
        let keys: Vec<_> = led.map(|service| (service.namespace.clone(), service.name.clone())).collect();
        for key in &keys {
            self.draw_service(key);
        }
    }

    fn draw_service(&mut self, key: &(Str, Str)) -> bool {
        let lane = Rc::make_mut(&mut self.view.services);
        let at = lane.iter().position(|service| (&service.namespace, &service.name) == (&key.0, &key.1));
        let Some(service) = self.index.services.get(key) else {
            return at.map(|at| lane.remove(at)).is_some();
        };
        let ends: Vec<End> =
            self.index.ends.get(key).into_iter().flat_map(|slices| slices.values().flatten().cloned()).collect();
        // Without Pods, an entrance has the colour of those that would be behind it.
        let hue = if ends.is_empty() {
            let owners =
                self.index.owners.values().filter(|owner| service.selects(&owner.namespace, &owner.pod_labels));
            the_only(owners.map(|owner| (owner.namespace != "kube-system").then_some(owner.hue)))
        } else {
            the_only(ends.iter().map(|end| self.index.pods.get(&end.pod).and_then(|pod| pod.hue)))
        };
        let service = Rc::new(Service { ends, hue, ..service.clone() });
        match at {
            Some(at) if lane[at] == service => return false,
            Some(at) => lane[at] = service,
            None => {
                lane.push(service);
                api::sort_by(lane, |a, b| {
                    (&a.created, &a.namespace, &a.name).cmp(&(&b.created, &b.namespace, &b.name))
                });
            }
        }
        true
    }

    /// The topmost known owner of what the object `uid` owns: itself, or its controller.
    pub(super) fn root(&self, uid: &str) -> Str {
        match self.index.owners.get(uid) {
            Some(owner) if !owner.owner.is_empty() => owner.owner.clone(),
            _ => uid.into(),
        }
    }
}

/// The colour that all have, if it is one.
fn the_only(mut hues: impl Iterator<Item = Option<u8>>) -> Option<u8> {
    hues.next().flatten().filter(|hue| hues.all(|other| other == Some(*hue)))
}

fn pressure(node: &Value) -> Vec<Str> {
    let conditions = node["status"]["conditions"].array().iter();
    let pressed = conditions.filter(|c| c["status"].str() == "True" && c["type"].str().ends_with("Pressure"));
    pressed.map(|condition| condition["type"].to_str()).collect()
}
