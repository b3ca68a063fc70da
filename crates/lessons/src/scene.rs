//! What checks look at: a snapshot of the cluster, what it was like when the step began, and what was typed and shown since.

use crate::field;
use crate::lang::Say;
use crate::progress::Ran;
use crate::reference::Reference;
use api::Language;
use api::{Kind, Time, Value};
use apiserver::table;
use cluster::Cluster;
use shell::process::{Kernel, Place};

/// The state that a step's checks are decided by. Both clusters are snapshots: requests to them leave no trace.
pub struct Scene<'a> {
    /// The cluster as it is.
    pub now: Cluster,
    /// The cluster when the step began.
    pub before: Cluster,
    /// The workstation with its files.
    pub kernel: &'a Kernel,
    /// What was run, in this step and before.
    pub ran: &'a [Ran],
    /// When the step began.
    pub began: Time,
    /// The language of what is said.
    pub lang: Language,
}

/// Where a request comes from, or where a file lies.
#[derive(Clone, Debug, PartialEq)]
pub enum Spot {
    /// The user's own computer.
    Workstation,
    /// A node.
    Node(String),
    /// A Pod: its UID, its name.
    Pod(api::Str, String),
}

impl Scene<'_> {
    /// Reads a reference, with the kinds that this cluster has.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn reference(&self, text: &Value) -> Result<Reference, String> {
        let kinds: Vec<&'static Kind> = self.now.api().kinds();
        Reference::parse(text.str(), &kinds)
    }

    /// What was run since the step began.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &Ran> {
        self.ran.iter().filter(|ran| ran.at >= self.began)
    }

    /// Why there are no such objects, or none that is meant, in words.
    pub fn missing(&mut self, reference: &Reference) -> String {
        let lang = self.lang;
        let there = lang.say(
            if reference.is_one() { "There is no {0} yet." } else { "There are no {0} yet." },
            "{0}이(가) 아직 없습니다.",
            &[&reference.words(lang)],
        );
        match self.nearly(reference) {
            Some(near) => format!("{there} {near}"),
            None => there,
        }
    }

    /// What there is instead of an object that is not there: of the same name elsewhere, of another kind, of another name.
    fn nearly(&mut self, reference: &Reference) -> Option<String> {
        let lang = self.lang;
        let same_name = |object: &Value| object.name() == reference.name;
        if !reference.is_one() {
            return None;
        }
        let everywhere = Reference { name: String::new(), namespace: String::new(), ..reference.clone() };
        let others = everywhere.find(&mut self.now);
        if let Some(object) = others.iter().find(|object| same_name(object)) {
            return Some(lang.say(
                "There is one in the namespace {0}, though.",
                "네임스페이스 {0}에는 있습니다.",
                &[object.namespace()],
            ));
        }
        for word in ["deployments", "pods", "replicasets", "statefulsets", "daemonsets", "jobs", "services"] {
            let Some(kind) = crate::reference::kind_named(word, &self.now.api().kinds()) else { continue };
            let other = Reference { kind, ..reference.clone() };
            if kind.index != reference.kind.index && kind.namespaced && !other.find(&mut self.now).is_empty() {
                return Some(lang.say(
                    "There is a {0} of this name, though.",
                    "이 이름의 {0}은(는) 있습니다.",
                    &[kind.kind],
                ));
            }
        }
        let old = everywhere.find(&mut self.before);
        let is_new = |object: &&Value| !old.iter().any(|other| other.uid() == object.uid());
        let new = others.iter().find(is_new)?;
        Some(lang.say("There is one named {0}, though.", "이름이 {0}인 것은 있습니다.", &[new.name()]))
    }

    /// What `kubectl get` shows of an object in a column; empty where there is no such column.
    pub fn shown(&self, kind: &'static Kind, object: &Value, column: &str) -> Value {
        let table = table::table(kind, [object], self.now.now(), table::IncludeObject::None);
        let columns = table.get("columnDefinitions").array();
        let at = columns.iter().position(|definition| definition.get("name").str().eq_ignore_ascii_case(column));
        at.and_then(|at| table.get("rows").array().first()?.get("cells").array().get(at).cloned()).unwrap_or_default()
    }

    /// The text with `{REFERENCE FIELD}` replaced by what the field of the first such object says.
    ///
    /// # Errors
    /// There is no such object or field; in words.
    pub fn fill(&mut self, text: &str) -> Result<String, String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let inner = &rest[at + 1..];
            let Some((hole, after)) = inner.split_once('}') else { break };
            match self.hole(hole) {
                Some(value) => {
                    out.push_str(&value?);
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = inner;
                }
            }
        }
        Ok(out + rest)
    }

    /// The value of a hole; none if it is no reference and a field.
    fn hole(&mut self, hole: &str) -> Option<Result<String, String>> {
        let (reference, path) = hole.trim().rsplit_once(' ')?;
        let reference = self.reference(&Value::from(reference)).ok()?;
        let objects = reference.find(&mut self.now);
        let Some(object) = objects.first() else { return Some(Err(self.missing(&reference))) };
        let value = field::find(object, path).ok()?.first().map(|value| field::text(value));
        Some(value.ok_or_else(|| {
            self.lang.say("{0} has no {1} yet.", "{0}에 아직 {1} 값이 없습니다.", &[&reference.words(self.lang), path])
        }))
    }

    /// The places that a text names: `workstation` (or nothing), `node/node1`, or a reference to Pods.
    ///
    /// # Errors
    /// There is none; in words.
    pub fn spots(&mut self, text: &Value) -> Result<Vec<Spot>, String> {
        if matches!(text.str(), "" | "workstation") {
            return Ok(vec![Spot::Workstation]);
        }
        let reference = self.reference(text)?;
        let objects = reference.find(&mut self.now);
        let spots: Vec<Spot> = objects
            .iter()
            .filter(|object| !object.deleting() && !api::is_pod_ended(object))
            .map(|object| match reference.kind.kind {
                "Node" => Spot::Node(object.name().to_owned()),
                _ => Spot::Pod(object.uid().into(), object.name().to_owned()),
            })
            .collect();
        if spots.is_empty() { Err(self.missing(&reference)) } else { Ok(spots) }
    }

    /// The text of a file at a spot; none if it is not there (or the spot is not).
    pub fn file(&mut self, spot: &Spot, container: &str, path: &str) -> Option<String> {
        let now = self.now.now();
        let mounts = match spot {
            Spot::Workstation => {
                return self.kernel.files(&Place::Workstation, |view| view.read_text(path).ok()).flatten();
            }
            Spot::Node(name) => self.now.kubelets_mut().node_mounts(name, now),
            Spot::Pod(uid, _) => {
                let container = self.container(uid, container)?;
                self.now.kubelets_mut().mounts(uid, &container, now)?
            }
        };
        mounts.view(self.now.kubelets_mut().disks()).read_text(path).ok()
    }

    /// The value of a variable in the environment of a Pod's container (the first, if none is named); none where there is no such
    /// variable, and none outside of Pods.
    pub fn env(&mut self, spot: &Spot, container: &str, name: &str) -> Option<String> {
        let Spot::Pod(uid, _) = spot else { return None };
        let kubelets = self.now.kubelets();
        let container = self.container(uid, container)?;
        let variables = kubelets.environment(uid, &container)?;
        variables.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.to_string())
    }

    /// The name of a Pod's container: the first one's, if none is named.
    fn container(&self, uid: &str, name: &str) -> Option<String> {
        if !name.is_empty() {
            return Some(name.to_owned());
        }
        let pod = self.now.kubelets().pod_by_id(uid)?;
        Some(pod.object.at("spec.containers").array().first()?.get("name").str().to_owned())
    }
}

/// The columns of `kubectl get` for a kind, the wide ones too.
pub fn columns(kind: &'static Kind) -> Vec<String> {
    let table = table::table(kind, [], Time::default(), table::IncludeObject::None);
    table.get("columnDefinitions").array().iter().map(|column| column.get("name").str().to_owned()).collect()
}

impl Spot {
    /// The place in the network.
    pub fn place(&self) -> network::Place {
        match self {
            Spot::Workstation => network::Place::Outside,
            Spot::Node(name) => network::Place::Node(name.as_str().into()),
            Spot::Pod(uid, _) => network::Place::Pod(uid.clone()),
        }
    }

    /// The place in words.
    pub fn words(&self, lang: Language) -> String {
        match self {
            Spot::Workstation => lang.pick("the workstation", "작업용 PC").to_owned(),
            Spot::Node(name) => name.clone(),
            Spot::Pod(_, name) => format!("Pod {name}"),
        }
    }
}
