//! The scheduler's cache: sums per node, kept up to date by what changes, so that no decision ever scans Pods.
//!
//! Pods are counted per *label group*: all Pods of one namespace with equal labels. Whether a selector matches is decided
//! once per group instead of once per Pod. All maps are persistent: a clone of the cache is a snapshot.

use crate::node::NodeInfo;
use crate::pod::{Class, PodView, SharedClass};
use crate::spots::Spots;
use api::{OrdMap, Vector};
use api::{Selector, Str, Value};
use std::sync::Arc;

/// Above this many, the classes that are remembered for sharing are forgotten: only sharing is lost.
const REMEMBERED_CLASSES: usize = 4096;

/// So many shapes of Pods are told apart at once; an older one gets a new number when it comes back.
const REMEMBERED_SHAPES: usize = 16;

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// Pods of one namespace with equal labels.
#[derive(Clone, Debug)]
struct Group {
    namespace: Str,
    labels: Value,
}

/// A Pod that is on a node.
#[derive(Clone, Debug)]
struct Placed {
    node: Str,
    class: SharedClass,
    living: bool,
}

/// Nodes with the sums of their Pods.
#[derive(Clone, Default)]
pub struct Cache {
    /// A plain list: it is read some hundred times for each decision, and copied once after each snapshot.
    nodes: Arc<Vec<Arc<NodeInfo>>>,
    /// The places of nodes that have changed since somebody asked; `None` for all of them.
    changed: Option<Vec<u32>>,
    /// How many nodes have no host name label (none, mostly), and how many have a zone label.
    without_hostname: usize,
    with_zone: usize,
    by_name: OrdMap<Str, usize>,
    /// By UID.
    pods: OrdMap<Str, Placed>,
    groups: Vector<Group>,
    group_numbers: OrdMap<Str, u32>,
    /// Where the living Pods of each group are.
    spots: OrdMap<u32, Spots>,
    /// One class of each shape that was seen lately, with the shape's number.
    shapes: Vector<(u32, SharedClass)>,
    next_shape: u32,
    /// The groups with a label, by namespace, key and value.
    labelled: OrdMap<Str, Vector<u32>>,
    /// The newest class of each owner, by the owner's UID.
    classes: OrdMap<Str, SharedClass>,
    /// The numbers of images, by name.
    images: OrdMap<Str, u32>,
    /// How many nodes have each image, by the image's number.
    image_nodes: Vector<u32>,
    /// How many Pods with affinity of any kind are placed: none mostly, and then nobody looks for them.
    with_affinity: usize,
}

impl Cache {
    /// The nodes, in the order in which they came.
    pub fn nodes(&self) -> &[Arc<NodeInfo>] {
        &self.nodes
    }

    /// The places of the nodes that have changed since the last call; `None` if all may have.
    pub fn take_changed(&mut self) -> Option<Vec<u32>> {
        self.changed.replace(Vec::new())
    }

    /// Where the living Pods of a group are; `None` if there are none.
    pub fn spots(&self, group: u32) -> Option<&Spots> {
        self.spots.get(&group)
    }

    /// Whether all nodes have a host name label.
    pub fn all_have_hostname(&self) -> bool {
        self.without_hostname == 0
    }

    /// Whether any node has a zone label.
    pub fn any_zone(&self) -> bool {
        self.with_zone > 0
    }

    /// The node of that name.
    pub fn node(&self, name: &str) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(*self.by_name.get(name)?)
    }

    /// The place of the node of that name among [`Cache::nodes`].
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether any Pod on any node asks for company or distance.
    pub fn any_affinity(&self) -> bool {
        self.with_affinity > 0
    }

    /// The number of an image, and how many nodes have it.
    pub fn image(&self, name: &str) -> Option<(u32, u32)> {
        let number = self.images.get(name)?;
        Some((*number, self.image_nodes.get(*number as usize).copied().unwrap_or(0)))
    }

    /// The groups in `namespaces` (in all, if there are none) whose Pods match `selector`, sorted.
    pub fn matching_groups(&self, namespaces: &[Str], selector: &Selector) -> Vec<u32> {
        let matches = |number: &u32| {
            self.groups.get(*number as usize).is_some_and(|group| {
                (namespaces.is_empty() || namespaces.contains(&group.namespace)) && selector.matches(&group.labels)
            })
        };
        let candidates = match (namespaces, selector.equalities().last()) {
            ([namespace], Some((key, value))) => self.labelled.get(&label_key(namespace, key, value)).cloned(),
            _ => return (0..self.groups.len() as u32).filter(matches).collect(),
        };
        candidates.unwrap_or_default().iter().copied().filter(matches).collect()
    }

    /// The class of a Pod, shared with the Pods of the same owner if they are alike.
    pub fn class(&mut self, pod: &Value) -> SharedClass {
        let view = PodView::read(pod);
        if let Some(class) = self.classes.get(&view.owner.2)
            && class.view == view
        {
            return class.clone();
        }
        let group = self.group(&view);
        let owner = view.owner.2.clone();
        let known = self.shapes.iter().find(|(_, class)| class.view.same_shape(&view)).map(|(shape, _)| *shape);
        let shape = known.unwrap_or(self.next_shape);
        let class = Arc::new(Class { view, group, shape });
        if known.is_none() {
            self.next_shape += 1;
            self.shapes.push_front((shape, class.clone()));
            self.shapes.truncate(REMEMBERED_SHAPES);
        }
        if !owner.is_empty() {
            if self.classes.len() >= REMEMBERED_CLASSES {
                self.classes.clear();
            }
            self.classes.insert(owner, class.clone());
        }
        class
    }

    /// Takes over a Node object; returns whether the node is new, so that its Pods have to be told too.
    pub fn set_node(&mut self, node: &Value) -> bool {
        let name = node["metadata"]["name"].to_str();
        let (at, new) = match self.by_name.get(&name) {
            Some(at) => (*at, false),
            None => {
                Arc::make_mut(&mut self.nodes).push(Arc::default());
                self.by_name.insert(name, self.nodes.len() - 1);
                (self.nodes.len() - 1, true)
            }
        };
        let images = self.read_images(node);
        let mut before = Vec::new();
        self.count_labels(at, -1);
        self.change_at(at, |info| {
            info.update(node);
            before = std::mem::replace(&mut info.images, images.clone());
        });
        self.count_labels(at, 1);
        if new || before != images {
            self.count_images(&before, -1);
            self.count_images(&images, 1);
            // How rare an image is counts on every node.
            self.changed = None;
        }
        new
    }

    /// Forgets a node. Its Pods are forgotten as they are deleted.
    pub fn remove_node(&mut self, name: &str) {
        let Some(at) = self.by_name.remove(name) else { return };
        self.count_labels(at, -1);
        let node = Arc::make_mut(&mut self.nodes).remove(at);
        self.count_images(&node.images, -1);
        self.with_affinity -= node.with_affinity.iter().map(|(_, n)| *n as usize).sum::<usize>();
        self.by_name = self.nodes.iter().enumerate().map(|(i, node)| (node.name.clone(), i)).collect();
        let gone: Vec<Str> = self.pods.iter().filter(|(_, p)| p.node == name).map(|(uid, _)| uid.clone()).collect();
        for uid in gone {
            self.pods.remove(&uid);
        }
        // All later nodes have moved up one place.
        self.changed = None;
        self.spots = OrdMap::new();
        for (place, node) in self.nodes.iter().enumerate() {
            for count in node.groups.iter().filter(|count| count.living > 0) {
                self.spots.entry(count.group).or_default().change(place, count.living as i32);
            }
        }
    }

    /// Counts the labels of a node, unless it has no name yet and so was never counted.
    fn count_labels(&mut self, at: usize, change: isize) {
        let Some(node) = self.nodes.get(at).filter(|node| !node.name.is_empty()) else { return };
        if node.topology(HOSTNAME).is_none() {
            self.without_hostname = self.without_hostname.saturating_add_signed(change);
        }
        if node.topology(ZONE).is_some() {
            self.with_zone = self.with_zone.saturating_add_signed(change);
        }
    }

    /// Puts a Pod on its node, if both are known and it is not there yet; a change of its labels or deletion is followed.
    pub fn place(&mut self, pod: &Value, node: &str) {
        let (uid, living) = (pod["metadata"]["uid"].to_str(), !pod.deleting());
        if let Some(placed) = self.pods.get(&uid) {
            let group = placed.class.group;
            if placed.node == node && placed.class.view.labels == *pod.labels() {
                if placed.living && !living {
                    let node = placed.node.clone();
                    if let Some(placed) = self.pods.get_mut(&uid) {
                        placed.living = false;
                    }
                    self.change_node(&node, |info| info.dying(group));
                    self.count_spot(group, &node, -1);
                }
                return;
            }
            self.remove(&uid);
        }
        if self.by_name.contains_key(node) {
            let class = self.class(pod);
            self.place_class(&uid, node, &class, living);
        }
    }

    /// Puts the Pod with `uid` on a node, unless it is on one already or the node is unknown.
    pub fn place_class(&mut self, uid: &str, node: &str, class: &SharedClass, living: bool) {
        if self.pods.contains_key(uid) || !self.by_name.contains_key(node) {
            return;
        }
        self.with_affinity += usize::from(class.view.has_affinity());
        self.change_node(node, |info| info.add(class, living));
        if living {
            self.count_spot(class.group, node, 1);
        }
        self.pods.insert(uid.into(), Placed { node: node.into(), class: class.clone(), living });
    }

    /// Whether a Pod is on a node.
    pub fn has(&self, uid: &str) -> bool {
        self.pods.contains_key(uid)
    }

    /// Takes a Pod away; returns whether it was on a node.
    pub fn remove(&mut self, uid: &str) -> bool {
        let Some(placed) = self.pods.remove(uid) else { return false };
        self.with_affinity -= usize::from(placed.class.view.has_affinity());
        self.change_node(&placed.node, |info| info.remove(&placed.class, placed.living));
        if placed.living {
            self.count_spot(placed.class.group, &placed.node, -1);
        }
        true
    }

    fn change_node(&mut self, name: &str, change: impl FnOnce(&mut NodeInfo)) {
        if let Some(at) = self.by_name.get(name).copied() {
            self.change_at(at, change);
        }
    }

    fn change_at(&mut self, at: usize, change: impl FnOnce(&mut NodeInfo)) {
        if let Some(info) = Arc::make_mut(&mut self.nodes).get_mut(at) {
            change(Arc::make_mut(info));
        }
        // Nobody may ever ask: then a list longer than that of the nodes says no more than "all".
        match &mut self.changed {
            Some(changed) if changed.len() < self.nodes.len() => changed.push(at as u32),
            _ => self.changed = None,
        }
    }

    fn count_spot(&mut self, group: u32, node: &str, by: i32) {
        let Some(place) = self.by_name.get(node).copied() else { return };
        let spots = self.spots.entry(group).or_default();
        spots.change(place, by);
        if spots.is_empty() {
            self.spots.remove(&group);
        }
    }

    fn group(&mut self, view: &PodView) -> u32 {
        let mut key = view.namespace.to_string();
        for (label, value) in api::meta::string_pairs(&view.labels) {
            key.extend(["\0", label, "\0", value]);
        }
        let key = Str::from(key);
        if let Some(number) = self.group_numbers.get(&key) {
            return *number;
        }
        let number = self.groups.len() as u32;
        self.groups.push_back(Group { namespace: view.namespace.clone(), labels: view.labels.clone() });
        self.group_numbers.insert(key, number);
        for (label, value) in api::meta::string_pairs(&view.labels) {
            self.labelled.entry(label_key(&view.namespace, label, value)).or_default().push_back(number);
        }
        number
    }

    fn read_images(&mut self, node: &Value) -> Vec<(u32, i64)> {
        let mut images = Vec::new();
        for image in node["status"]["images"].array() {
            for name in image["names"].array() {
                let number = match self.images.get(name.str()) {
                    Some(number) => *number,
                    None => {
                        let number = self.image_nodes.len() as u32;
                        self.image_nodes.push_back(0);
                        self.images.insert(name.to_str(), number);
                        number
                    }
                };
                images.push((number, image["sizeBytes"].int()));
            }
        }
        api::sort(&mut images);
        images.dedup_by_key(|image| image.0);
        images
    }

    fn count_images(&mut self, images: &[(u32, i64)], sign: i32) {
        for (number, _) in images {
            if let Some(count) = self.image_nodes.get_mut(*number as usize) {
                *count = count.saturating_add_signed(sign);
            }
        }
    }
}

fn label_key(namespace: &str, key: &str, value: &str) -> Str {
    format!("{namespace}\0{key}\0{value}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    fn node(name: &str) -> Value {
        let images = list![obj! { "names" => list!["nginx:1.25"], "sizeBytes" => 50 }];
        let allocatable = obj! { "cpu" => "4", "memory" => "8Gi", "pods" => "110" };
        obj! { "metadata" => obj! { "name" => name }, "status" => obj! { "allocatable" => allocatable, "images" => images } }
    }

    fn pod(uid: &str, app: &str) -> Value {
        let requests = obj! { "resources" => obj! { "requests" => obj! { "cpu" => "500m" } } };
        obj! {
            "metadata" => obj! { "uid" => uid, "namespace" => "default", "labels" => obj! { "app" => app } },
            "spec" => obj! { "containers" => list![requests] },
        }
    }

    #[test]
    fn sums_follow_the_pods() {
        let mut cache = Cache::default();
        assert!(cache.set_node(&node("n1")));
        assert!(!cache.set_node(&node("n1")));
        cache.place(&pod("a", "web"), "n1");
        cache.place(&pod("b", "web"), "n1");
        cache.place(&pod("b", "web"), "n1");
        let before = cache.clone();
        let mut dying = pod("b", "web");
        dying.set("metadata.deletionTimestamp", "2026-11-23T00:00:00Z");
        cache.place(&dying, "n1");
        let info = cache.node("n1").unwrap();
        assert_eq!((info.pods, info.requested.milli_cpu), (2, 1000));
        assert_eq!((info.groups[0].total, info.groups[0].living), (2, 1));
        assert!(cache.remove("b") && !cache.remove("b"));
        assert_eq!(cache.node("n1").unwrap().requested.milli_cpu, 500);
        assert_eq!(before.node("n1").unwrap().groups[0].living, 2, "a clone is a snapshot");
    }

    #[test]
    fn groups_answer_selectors() {
        let mut cache = Cache::default();
        cache.set_node(&node("n1"));
        cache.place(&pod("a", "web"), "n1");
        cache.place(&pod("b", "db"), "n1");
        let web = Selector::parse("app=web").unwrap();
        assert_eq!(cache.matching_groups(&["default".into()], &web), [0]);
        assert!(cache.matching_groups(&["other".into()], &web).is_empty());
        assert_eq!(cache.matching_groups(&[], &Selector::parse("app in (db,web)").unwrap()), [0, 1]);
    }

    #[test]
    fn images_are_counted_per_node() {
        let mut cache = Cache::default();
        cache.set_node(&node("n1"));
        cache.set_node(&node("n2"));
        cache.set_node(&node("n2"));
        assert_eq!(cache.image("nginx:1.25"), Some((0, 2)));
        cache.remove_node("n1");
        assert_eq!(cache.image("nginx:1.25"), Some((0, 1)));
        assert_eq!(cache.node("n2").unwrap().name, "n2");
    }
}
