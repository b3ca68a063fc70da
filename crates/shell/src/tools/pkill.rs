//! `pkill`, `pgrep`: the workstation's background processes by name, or with `-f` by their whole command. `ps`: a container's.

use super::Cx;
use crate::process::Place;

/// Ends them.
pub(super) async fn run(cx: Cx) -> i32 {
    matching(&cx, true)
}

/// Lists their numbers.
pub(super) async fn pgrep(cx: Cx) -> i32 {
    matching(&cx, false)
}

fn matching(cx: &Cx, end: bool) -> i32 {
    let words = &cx.args[1..];
    let full = words.iter().any(|word| word == "-f");
    let Some(pattern) = words.iter().find(|word| !word.starts_with('-')) else {
        cx.err(&format!("{0}: no matching criteria specified\nTry `{0} --help' for more information.\n", cx.name()));
        return 2;
    };
    let kernel = cx.kernel();
    let fits = |text: &str| {
        let name = text.split_whitespace().next().unwrap_or_default();
        if full { text.contains(pattern.as_str()) } else { vfs::path::name(name).contains(pattern.as_str()) }
    };
    let mut ended = Vec::new();
    if cx.shell.place == Place::Workstation {
        for job in kernel.jobs.borrow_mut().iter_mut().filter(|job| job.status.is_none() && fits(&job.text)) {
            ended.push((job.pid, None));
            if end {
                job.status = Some(143);
                ended.last_mut().into_iter().for_each(|(_, future)| *future = job.future.take());
            }
        }
    }
    if !end {
        ended.iter().for_each(|(pid, _)| cx.out(&format!("{pid}\n")));
    }
    let found = !ended.is_empty();
    // What a process holds it gives back now, when nobody looks at the list of jobs.
    drop(ended);
    kernel.touch();
    i32::from(!found)
}

/// Lists what runs where a container sees processes: its own, those of the one that it was added to look into
/// (`targetContainerName`), or all of its Pod's (`shareProcessNamespace`); and this one.
pub(super) async fn ps(cx: Cx) -> i32 {
    let Place::Container { uid, container } = &cx.shell.place else { return 127 };
    let mut lines = String::from("PID   USER     TIME  COMMAND\n");
    let mut pid = 1;
    let mut line = |pid: usize, user: i64, command: &str| {
        let user = if user == 0 { "root".to_owned() } else { user.to_string() };
        lines.push_str(&format!("{pid:>5} {user:<8}  0:00 {command}\n"));
    };
    let own = {
        let system = cx.kernel().system();
        let Some(cluster) = system.cluster() else { return 1 };
        let kubelets = cluster.kubelets();
        let Some(pod) = kubelets.pod_by_id(uid) else { return 1 };
        let user = |name: &str| kubelets.user(uid, name).map_or(0, |user| user.uid);
        let index = pod.containers.iter().position(|c| c.name == *container).unwrap_or_default();
        let target = pod.spec_of(index)["targetContainerName"].str();
        let shared = pod.object["spec"]["shareProcessNamespace"].bool();
        if shared {
            line(1, 65_535, "/pause");
            pid += 6;
        }
        let seen = pod.containers.iter().filter(|c| shared || c.name == *container || c.name == target);
        let mut seen: Vec<_> = seen.collect();
        api::sort_by_key(&mut seen, |c| (c.name == *container) && !target.is_empty());
        for (name, process) in seen.iter().filter_map(|c| Some((&c.name, c.process.as_ref()?))) {
            line(pid, user(name), &process.program().command);
            pid += 6;
        }
        user(container)
    };
    line(cx.kernel().pid(), own, &cx.args.join(" "));
    cx.out(&lines);
    0
}
