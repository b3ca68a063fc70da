//! `kubectl cluster-info dump`: what helps to find out what is wrong, with all logs
//! (k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go).

use crate::cx::{Cx, with_kind};
use crate::fail::{Outcome, fail};
use crate::flags::{Flag, Kind as FlagKind, flag};
use crate::print::{Printed, list_of};
use api::{Kind, Value, kind};
use apiserver::request::Verb;

pub(super) static FLAGS: &[Flag] = &[
    flag("all-namespaces", FlagKind::Bool, "false").short('A'),
    flag("namespaces", FlagKind::List, ""),
    flag("output", FlagKind::Text, "json").short('o'),
    flag("output-directory", FlagKind::Text, ""),
    flag("pod-running-timeout", FlagKind::Span, "20s"),
    flag("template", FlagKind::Text, ""),
    flag("show-managed-fields", FlagKind::Bool, "false"),
    flag("allow-missing-template-keys", FlagKind::Bool, "true"),
];

/// What is printed of a namespace, and the names of the files.
const PARTS: [(&str, &str); 7] = [
    ("Event", "events"),
    ("ReplicationController", "replication-controllers"),
    ("Service", "services"),
    ("DaemonSet", "daemonsets"),
    ("Deployment", "deployments"),
    ("ReplicaSet", "replicasets"),
    ("Pod", "pods"),
];

pub(super) async fn run(cx: &Cx<'_>) -> Outcome {
    let dump = Dump { cx, folder: cx.flags.text("output-directory") };
    dump.list(kind::NODE, "", "nodes")?;
    let namespaces = match cx.flags.list("namespaces") {
        _ if cx.flags.on("all-namespaces") => {
            cx.list(kind::NAMESPACE, "", "", "")?.iter().map(|object| object.name().to_owned()).collect()
        }
        [] => vec!["kube-system".to_owned(), cx.namespace.clone()],
        given => given.to_vec(),
    };
    for namespace in &namespaces {
        for (name, file) in PARTS {
            // Events are those of the core group.
            let kinds = cx.host.kinds();
            let served = kinds.iter().copied().find(|k| k.kind == name && matches!(k.group, "" | "apps"));
            let Some(kind) = served else { continue };
            for pod in dump.list(kind, namespace, &format!("{namespace}/{file}"))?.iter().filter(|_| name == "Pod") {
                dump.logs(namespace, pod)?;
            }
        }
    }
    match dump.folder {
        "" | "-" => {}
        folder => cx.say(format_args!("Cluster info dumped to {folder}")),
    }
    Ok(())
}

struct Dump<'a> {
    cx: &'a Cx<'a>,
    /// Where files go; empty or `-` for standard output.
    folder: &'a str,
}

impl Dump<'_> {
    /// Text to standard output, or into a file of the folder.
    fn write(&self, name: &str, ending: &str, text: &str) -> Outcome {
        match self.folder {
            "" | "-" => self.cx.host.stdout(text),
            folder => {
                let path = format!("{}/{name}{ending}", folder.trim_end_matches('/'));
                let (parent, _) = path.rsplit_once('/').unwrap_or((folder, ""));
                self.cx.host.make_dir(parent).map_err(|why| fail!("mkdir {parent}: {why}"))?;
                self.cx.host.write_file(&path, text).map_err(|why| fail!("open {path}: {why}"))?;
            }
        }
        Ok(())
    }

    /// Prints all objects of a kind, and returns them.
    fn list(&self, kind: &'static Kind, namespace: &str, name: &str) -> Outcome<Vec<Value>> {
        let objects = self.cx.list(kind, namespace, "", "")?;
        let ending = match self.cx.flags.text("output") {
            "json" => ".json",
            "yaml" => ".yaml",
            _ => ".txt",
        };
        let mut list = self.cx.request(&self.cx.ask(Verb::List, kind, namespace, ""))?;
        list = with_kind(kind, &list);
        if list["items"].is_null() {
            list = list_of(objects.clone());
        }
        let managed = self.cx.flags.on("show-managed-fields");
        let printed = Printed { kind, object: &list, done: "", managed };
        self.write(name, ending, &self.cx.format()?.print(&printed)?)?;
        Ok(objects)
    }

    fn logs(&self, namespace: &str, pod: &Value) -> Outcome {
        let mut text = String::new();
        for path in ["spec.initContainers", "spec.containers"] {
            for container in pod.at(path).array() {
                let (name, of) = (container["name"].str(), format!("{namespace}/{}", pod.name()));
                text.push_str(&format!("==== START logs for container {name} of pod {of} ====\n"));
                text.push_str(&super::logs::whole(self.cx, namespace, pod.name(), name));
                text.push_str(&format!("==== END logs for container {name} of pod {of} ====\n"));
            }
        }
        self.write(&format!("{namespace}/{}/logs", pod.name()), ".txt", &text)
    }
}
