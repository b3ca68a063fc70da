//! What can be checked of an object that somebody points at: clauses as they stand in lesson.yaml, and what they say.

use api::{Language, Value, obj};
use apiserver::Key;
use cluster::Cluster;

/// Kinds that keep a number of Pods.
const KEEPERS: &[&str] = &["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"];
/// The word by which a reference names a kind.
fn word(kind: &str) -> String {
    kind.to_lowercase()
}

/// A reference to one object.
fn reference(kind: &str, namespace: &str, name: &str) -> String {
    let place = if matches!(namespace, "" | "default") { String::new() } else { format!(" -n {namespace}") };
    format!("{}/{name}{place}", word(kind))
}

/// The Pods that an object owns.
fn pods_of(kind: &str, namespace: &str, name: &str) -> String {
    let place = if matches!(namespace, "" | "default") { String::new() } else { format!(" -n {namespace}") };
    format!("pods{place} of {}/{name}", word(kind))
}

/// Kinds that belong to no namespace and are nevertheless a matter of lessons.
const WIDE: &[&str] = &["Namespace", "Node", "PersistentVolume"];
/// Kinds that nobody makes by hand.
const MADE: &[&str] = &["Event", "EndpointSlice", "Endpoints", "ControllerRevision", "Lease", "ServiceAccount"];
/// More objects of a kind are not listed.
const MOST: usize = 50;

/// The objects that are not the cluster's own and that nobody else owns, each as `Kind/namespace/name`: not all of them are in the
/// picture.
pub fn objects(cluster: &Cluster) -> Vec<String> {
    let mut found = Vec::new();
    for kind in cluster.api().stored_kinds() {
        if MADE.contains(&kind.kind) || !kind.namespaced && !WIDE.contains(&kind.kind) {
            continue;
        }
        let own = |object: &&Value| {
            let (namespace, name) = (object.namespace(), object.name());
            let system = |text: &str| text.starts_with("kube-") || text == "local-path-storage";
            !system(namespace) && !system(name) && object.at("metadata.ownerReferences").is_null()
        };
        let listed = cluster.api().store().list(kind, "").filter(own).take(MOST);
        found.extend(listed.map(|object| format!("{}/{}/{}", kind.kind, object.namespace(), object.name())));
    }
    found
}

/// How an object of [`objects`] is called in a lesson.
pub fn called(object: &str) -> String {
    let mut parts = object.splitn(3, '/');
    let (kind, namespace, name) = (parts.next(), parts.next(), parts.next());
    reference(kind.unwrap_or_default(), namespace.unwrap_or_default(), name.unwrap_or_default())
}

/// What could be checked of an object, `Kind/namespace/name`, as things are now.
pub fn offers(cluster: &Cluster, object: &str) -> Vec<Value> {
    let mut parts = object.splitn(3, '/');
    let (Some(kind), Some(namespace), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Vec::new();
    };
    let Some(found) = find(cluster, kind, namespace, name) else { return Vec::new() };
    let this = reference(kind, namespace, name);
    let mut offers = Vec::new();
    match kind {
        "Pod" => match root(cluster, &found) {
            Some((owner, owner_name)) => pods(cluster, &pods_of(&owner, namespace, &owner_name), &found, &mut offers),
            None => {
                offers.push(obj! { "object" => this.as_str(), "ready" => true });
                let status = shown(cluster, kind, &found, "Status");
                offers.push(obj! { "object" => this.as_str(), "columns" => obj! { "STATUS" => status } });
            }
        },
        _ if KEEPERS.contains(&kind) => {
            pods(cluster, &pods_of(kind, namespace, name), &found, &mut offers);
            offers.push(obj! { "object" => this.as_str(), "ready" => true });
            if let Some(replicas) = found.at("spec.replicas").as_int() {
                offers.push(fields(&this, "spec.replicas", replicas.into()));
            }
            let image =
                found.at("spec.template.spec.containers").array().first().map(|first| first.get("image").clone());
            offers.extend(image.map(|image| fields(&this, "spec.template.spec.containers[0].image", image)));
        }
        "Service" => {
            offers.push(obj! { "endpoints" => this.as_str() });
            offers.push(fields(&this, "spec.type", found.at("spec.type").clone()));
            let port = found.at("spec.ports").array().first().cloned().unwrap_or_default();
            if !port.get("nodePort").is_null() {
                let hole = format!("http://node1:{{{this} spec.ports[0].nodePort}}/");
                offers.push(obj! { "request" => hole });
            }
        }
        "Node" => {
            let status = shown(cluster, kind, &found, "Status");
            offers.push(obj! { "object" => this.as_str(), "columns" => obj! { "STATUS" => status } });
        }
        "Job" | "PersistentVolumeClaim" => offers.push(obj! { "object" => this.as_str(), "ready" => true }),
        "ConfigMap" => {
            let first =
                found.get("data").entries().next().map(|(key, value)| (format!("data[\"{key}\"]"), value.clone()));
            offers.extend(first.map(|(path, value)| fields(&this, &path, value)));
        }
        _ => {}
    }
    offers.push(obj! { "object" => this.as_str() });
    offers.push(obj! { "absent" => this.as_str() });
    offers
}

fn fields(reference: &str, path: &str, value: Value) -> Value {
    let mut wanted = Value::object();
    wanted.object_mut().insert(path, value);
    obj! { "object" => reference, "fields" => wanted }
}

/// What could be checked of the Pods that an object owns: that so many run as do now, that some were replaced.
fn pods(cluster: &Cluster, reference: &str, of: &Value, offers: &mut Vec<Value>) {
    let owner = if of.at("spec.template").is_null() { root(cluster, of) } else { None };
    let wanted = match owner {
        Some((kind, name)) => find(cluster, &kind, of.namespace(), &name).unwrap_or_default(),
        None => of.clone(),
    };
    let count =
        wanted.at("spec.replicas").as_int().or(wanted.at("status.desiredNumberScheduled").as_int()).unwrap_or(1);
    offers.push(obj! { "object" => reference, "columns" => obj! { "STATUS" => "Running" }, "count" => count });
    offers.push(obj! { "lost" => reference });
}

fn find(cluster: &Cluster, kind: &str, namespace: &str, name: &str) -> Option<Value> {
    let kind = cluster.api().stored_kinds().into_iter().find(|known| known.kind == kind)?;
    let namespace = if kind.namespaced { namespace } else { "" };
    cluster.api().store().get(kind, &Key::new(namespace, name)).cloned()
}

/// Who owns an object, in the end.
fn root(cluster: &Cluster, object: &Value) -> Option<(String, String)> {
    let owner = object.at("metadata.ownerReferences").array().first()?;
    let (kind, name) = (owner.get("kind").str(), owner.get("name").str());
    let above = find(cluster, kind, object.namespace(), name).and_then(|owner| root(cluster, &owner));
    Some(above.unwrap_or((kind.to_owned(), name.to_owned())))
}

fn shown(cluster: &Cluster, kind: &str, object: &Value, column: &str) -> Value {
    let Some(kind) = cluster.api().stored_kinds().into_iter().find(|known| known.kind == kind) else {
        return Value::Null;
    };
    let table = apiserver::table::table(kind, [object], cluster.now(), apiserver::table::IncludeObject::None);
    let at =
        table.get("columnDefinitions").array().iter().position(|definition| definition.get("name").str() == column);
    let cells = table.get("rows").array().first().map(|row| row.get("cells").array().to_vec()).unwrap_or_default();
    at.and_then(|at| cells.get(at).cloned()).unwrap_or_default()
}

/// An example of each form of clause, as it stands in lesson.yaml, to begin from.
pub const EXAMPLES: &[&str] = &[
    "object: deployment/web\nready: true\nfields:\n  spec.replicas: 4",
    "absent: pod/web",
    "lost: pods of deployment/web",
    "written: deployment/web\nby: ann\nfields:\n  spec.replicas: {changed: true}",
    "selector: service/web\nmatches: pods of deployment/web",
    "endpoints: service/web",
    "request: http://web.default/\nfrom: pods of deployment/web",
    "reached: pods of deployment/web\nfrom: pod/client",
    "file: notes.txt\ntext: {contains: web}",
    "env: COLOR\nin: pods of deployment/web\ntext: blue",
    "saw: Running\nran: kubectl get",
    "ran: kubectl describe",
    "allowed: list pods\nto: ann",
    "refused: delete pods\nto: ann",
    "passed: 30s",
    "any:\n- object: pod/a\n- object: pod/b",
    "all:\n- object: pod/a\n- object: pod/b",
    "not:\n  object: pod/web",
];

/// What a clause says, in a few words.
pub fn words(clause: &Value, lang: Language) -> String {
    let pick = |en: &'static str, ko: &'static str| if lang == Language::Korean { ko } else { en };
    let several = |list: &Value, by: &str| {
        let said = list.array().iter().map(|clause| words(clause, lang));
        said.collect::<Vec<_>>().join(by)
    };
    for (key, list) in [("any", clause.get("any")), ("all", clause.get("all"))] {
        if !list.is_empty() {
            return several(list, if key == "any" { pick(" or ", " 또는 ") } else { pick(" and ", " 그리고 ") });
        }
    }
    if !clause.get("not").is_null() {
        return format!("{}: {}", pick("not", "아님"), words(clause.get("not"), lang));
    }
    let mut said = Vec::new();
    for (key, en, ko) in SAID {
        match (clause.get(key), pick(en, ko)) {
            (Value::Null, _) => {}
            (about, "") => said.push(text(about)),
            (about, gloss) => said.push(gloss.replace("{}", &text(about))),
        }
    }
    for part in ["columns", "fields"] {
        for (key, value) in clause.get(part).entries() {
            said.push(format!("{key} = {}", text(value)));
        }
    }
    for (key, en, ko) in [("ready", "ready", "준비됨"), ("new", "new", "새것"), ("every", "every one", "모두")] {
        if clause.get(key).bool() {
            said.push(pick(en, ko).to_owned());
        }
    }
    match clause.get("count") {
        Value::Null => {}
        count => said.push(pick("{} of them", "{}개").replace("{}", &text(count))),
    }
    if said.len() == 1 && !clause.get("object").is_null() {
        said.push(pick("is there", "있음").to_owned());
    }
    match said.split_first() {
        Some((first, [])) => first.clone(),
        Some((first, rest)) => format!("{first}: {}", rest.join(", ")),
        None => pick("an empty check", "빈 확인").to_owned(),
    }
}

/// What keys of clauses say: the key, and its words, in which `{}` is what stands there.
const SAID: &[(&str, &str, &str)] = &[
    ("object", "", ""),
    ("absent", "{}: is gone", "{}: 없음"),
    ("lost", "{}: one of them was replaced", "{}: 하나가 교체됨"),
    ("written", "{} was changed", "{}: 바뀜"),
    ("by", "by {}", "바꾼 사용자 {}"),
    ("endpoints", "{}: has endpoints", "{}: 엔드포인트가 있음"),
    ("selector", "{}", "{}"),
    ("matches", "selects {}", "{} 선택"),
    ("request", "{}: answers", "{}: 응답함"),
    ("reached", "{}: had a connection", "{}: 연결됨"),
    ("from", "from {}", "{}에서"),
    ("host", "Host {}", "Host {}"),
    ("file", "file {}", "파일 {}"),
    ("env", "variable {}", "환경 변수 {}"),
    ("in", "in {}", "{} 안"),
    ("text", "{}", "{}"),
    ("saw", "{} was seen", "{}: 보임"),
    ("ran", "a command {} was run", "{} 명령을 실행함"),
    ("allowed", "may {}", "{} 허용됨"),
    ("refused", "may not {}", "{} 거부됨"),
    ("to", "{}", "{}"),
    ("passed", "{} have passed", "{} 지남"),
    ("for", "for {}", "{} 동안"),
];

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => api::json::to_string(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_an_example_that_is_in_order_and_says_something() {
        for example in EXAMPLES {
            let clause = api::yaml::parse(example).unwrap().value;
            assert_eq!(lessons::clause_problems(&clause), Vec::<String>::new(), "{example}");
            let words = Language::ALL.map(|lang| words(&clause, lang));
            assert!(words[0] != words[1], "{words:?}");
        }
        assert_eq!(EXAMPLES.len(), lessons::FORMS.len());
    }
}
