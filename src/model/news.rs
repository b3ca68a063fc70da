//! What has changed in the picture, for those who do not see it: told once a command has had its effect.

use super::{Counts, Pod, PodState, Room, View, Workload};
use api::{OrdMap, Str};
use std::rc::Rc;

/// Something that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A node: its name, whether it is Ready, and whether new Pods may be put on it.
    Node(Str, bool, bool),
    /// A workload: its name, and how many of its Pods are ready of how many wanted.
    Workload(Str, i64, i64),
    /// A workload several of whose Pods are others than before: its name, how many, and of how many wanted.
    Renewed(Str, i64, i64),
    /// A Job: its name, and how many of its Pods have succeeded of how many wanted.
    Job(Str, i64, i64),
    /// A Service: its name, and how many Pods it leads to.
    Service(Str, usize),
    /// A Pod that is new, or is in another state: its name, its state in the picture's words, and its node.
    Pod(Str, Str, Str),
    /// Something is gone: its kind and name.
    Gone(&'static str, Str),
}

/// What differs between two views. A workload speaks for its Pods, unless its own numbers are what they were: then those that
/// came and went are named. What both views share is not looked at.
pub fn news(before: &View, after: &View) -> Vec<News> {
    let mut news = Vec::new();
    for (old, new) in rooms(before, after) {
        match (old, new) {
            (Some(room), None) => news.push(News::Gone("Node", room.name.clone())),
            (Some(old), Some(new)) if (old.ready, old.cordoned) == (new.ready, new.cordoned) => {}
            (_, Some(new)) => news.push(News::Node(new.name.clone(), new.ready, !new.cordoned)),
            (None, None) => {}
        }
    }
    let hues = workloads(&mut news, before, after);
    for service in after.services.iter() {
        let old = before.services.iter().find(|old| old.uid == service.uid);
        let told = service.hue.is_some_and(|hue| hues.contains(&hue));
        if old.is_none_or(|old| old.ready() != service.ready() && !told) {
            news.push(News::Service(service.name.clone(), service.ready()));
        }
    }
    for old in before.services.iter().filter(|old| !after.services.iter().any(|new| new.uid == old.uid)) {
        news.push(News::Gone("Service", old.name.clone()));
    }
    pods(&mut news, &hues, before, after);
    news
}

/// Whether anything that has changed is still on its way: a Pod that starts or ends, one that has not been made yet, or one that
/// its workload has not counted yet.
pub fn restless(before: &View, after: &View) -> bool {
    let moves = |pod: &Rc<Pod>| match pod.look {
        PodState::Starting | PodState::Terminating => true,
        // Where the scheduler has not spoken yet.
        PodState::Pending => pod.message.is_empty(),
        _ => false,
    };
    let short = |workload: &Rc<Workload>| workload.counts == Counts::Replicas && workload.current != workload.desired;
    let new_rooms = rooms(before, after).filter_map(|(_, new)| new);
    after.tray.iter().any(moves)
        || new_rooms.into_iter().any(|room| room.pods.iter().any(moves))
        || after.workloads.iter().any(|workload| short(workload) || workload.children.iter().any(short))
        || late(after)
}

/// Whether the status of some workload does not say yet how many of its Pods are Ready.
fn late(view: &View) -> bool {
    let mut ready: OrdMap<Str, i64> = OrdMap::default();
    for pod in view.rooms.values().flat_map(|room| room.pods.iter()).filter(|pod| pod.look == PodState::Ready) {
        *ready.entry(pod.owner.clone()).or_default() += 1;
    }
    let counted = |workload: &Rc<Workload>| ready.get(&workload.uid).copied().unwrap_or_default();
    let replicas = |workload: &&Rc<Workload>| workload.counts == Counts::Replicas;
    view.workloads.iter().filter(replicas).any(|workload| workload.ready != counted(workload))
}

/// The nodes that are not one and the same in both.
fn rooms<'a>(before: &'a View, after: &'a View) -> impl Iterator<Item = (Option<&'a Rc<Room>>, Option<&'a Rc<Room>>)> {
    let changed = after.rooms.values().map(|room| (before.rooms.get(&room.name), Some(room)));
    let lost = before.rooms.values().filter(|room| !after.rooms.contains_key(&room.name));
    changed
        .filter(|(old, new)| !old.zip(*new).is_some_and(|(old, new)| Rc::ptr_eq(old, new)))
        .chain(lost.map(|room| (Some(room), None)))
}

/// Tells of workloads; the colours of those that it told of.
fn workloads(news: &mut Vec<News>, before: &View, after: &View) -> Vec<u8> {
    let mut hues = Vec::new();
    for workload in after.workloads.iter() {
        let numbers = |workload: &Rc<Workload>| (workload.ready, workload.desired);
        let old = before.workloads.iter().find(|old| old.uid == workload.uid);
        if old.map(numbers) == Some(numbers(workload)) {
            continue;
        }
        hues.push(workload.hue);
        news.push(match workload.counts {
            Counts::Completions => News::Job(workload.name.clone(), workload.ready, workload.desired),
            _ => News::Workload(workload.name.clone(), workload.ready, workload.desired),
        });
    }
    for old in before.workloads.iter().filter(|old| !after.workloads.iter().any(|new| new.uid == old.uid)) {
        hues.push(old.hue);
        news.push(News::Gone(old.kind, old.name.clone()));
    }
    hues
}

/// Tells of Pods that nothing else has told of.
fn pods(news: &mut Vec<News>, told: &[u8], before: &View, after: &View) {
    let silent = |pod: &Rc<Pod>| pod.system || pod.hue.is_some_and(|hue| told.contains(&hue));
    let (mut old, mut new): (OrdMap<Str, Rc<Pod>>, OrdMap<Str, Rc<Pod>>) = Default::default();
    let mut put = |into_new: bool, pods: &[Rc<Pod>]| {
        for pod in pods.iter().filter(|pod| !silent(pod)) {
            let into = if into_new { &mut new } else { &mut old };
            into.insert(pod.uid.clone(), pod.clone());
        }
    };
    put(false, &before.tray);
    put(true, &after.tray);
    for (old, new) in rooms(before, after) {
        put(false, old.map_or(&[], |room| &room.pods));
        put(true, new.map_or(&[], |room| &room.pods));
    }
    let mut renewed = Vec::new();
    for workload in after.workloads.iter() {
        let fresh = |(uid, pod): &(&Str, &Rc<Pod>)| {
            pod.hue == Some(workload.hue) && pod.look == PodState::Ready && !old.contains_key(*uid)
        };
        let count = new.iter().filter(fresh).count();
        if count > 1 {
            renewed.push(workload.hue);
            news.push(News::Renewed(workload.name.clone(), count as i64, workload.desired));
        }
    }
    let counted = |pod: &Rc<Pod>| pod.hue.is_some_and(|hue| renewed.contains(&hue));
    for (uid, pod) in new.iter() {
        let well = counted(pod) && pod.look == PodState::Ready;
        if !well && old.get(uid).is_none_or(|old| old.look != pod.look) {
            news.push(News::Pod(pod.name.clone(), pod.state.clone(), pod.node.clone()));
        }
    }
    for (_, pod) in old.iter().filter(|(uid, pod)| !new.contains_key(*uid) && !counted(pod)) {
        news.push(News::Gone("Pod", pod.name.clone()));
    }
}
