//! `pkill`, `pgrep`: the workstation's background processes by name, or with `-f` by their whole command. `ps`, `/proc`: a container's.

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

/// A process that a container sees: its number, its user, its command.
type Seen = (usize, i64, String);

/// What runs where a container sees processes: its own, those of the one that it was added to look into
/// (`targetContainerName`), or all of its Pod's (`shareProcessNamespace`); and whose it is. None elsewhere.
fn processes(cx: &Cx) -> Option<(Vec<Seen>, i64)> {
    let Place::Container { uid, container } = &cx.shell.place else { return None };
    let system = cx.kernel().system();
    let kubelets = system.cluster()?.kubelets();
    let pod = kubelets.pod_by_id(uid)?;
    let user = |name: &str| kubelets.user(uid, name).map_or(0, |user| user.uid);
    let index = pod.containers.iter().position(|c| c.name == *container).unwrap_or_default();
    let target = pod.spec_of(index)["targetContainerName"].str();
    let shared = pod.object["spec"]["shareProcessNamespace"].bool();
    let mut all = Vec::new();
    if shared {
        all.push((1, 65_535, "/pause".to_owned()));
    }
    let seen = pod.containers.iter().filter(|c| shared || c.name == *container || c.name == target);
    let mut seen: Vec<_> = seen.collect();
    api::sort_by_key(&mut seen, |c| (c.name == *container) && !target.is_empty());
    for (name, process) in seen.iter().filter_map(|c| Some((&c.name, c.process.as_ref()?))) {
        all.push((1 + 6 * all.len(), user(name), process.program().command.to_string()));
    }
    Some((all, user(container)))
}

/// Lists them, and this one.
pub(super) async fn ps(cx: Cx) -> i32 {
    let Some((mut all, own)) = processes(&cx) else { return 1 };
    all.push((cx.kernel().pid(), own, cx.args.join(" ")));
    let mut lines = String::from("PID   USER     TIME  COMMAND\n");
    for (pid, user, command) in all {
        let user = if user == 0 { "root".to_owned() } else { user.to_string() };
        lines.push_str(&format!("{pid:>5} {user:<8}  0:00 {command}\n"));
    }
    cx.out(&lines);
    0
}

/// What a file of a process in `/proc` says in a container: what it was started with.
pub(super) fn proc_file(cx: &Cx, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/proc/")?;
    let (processes, _) = processes(cx)?;
    let (pid, what) = rest.split_once('/')?;
    let own = (cx.kernel().pid(), 0, cx.args.join(" "));
    let process = match pid {
        "self" => Some(&own),
        pid => processes.iter().find(|process| process.0.to_string() == pid),
    };
    let (pid, user, command) = process?;
    let name = vfs::path::name(command.split(' ').next().unwrap_or_default()).trim_end_matches(':');
    match what {
        "cmdline" => Some(command.replace(' ', "\0") + "\0"),
        "comm" => Some(format!("{name}\n")),
        "status" => Some(format!("Name:\t{name}\nState:\tS (sleeping)\nPid:\t{pid}\nPPid:\t0\nUid:\t{user}\t{user}\t{user}\t{user}\n")),
        "environ" => {
            let env = cx.kernel().system().identity(&cx.shell.place)?.env;
            Some(env.iter().map(|(name, value)| format!("{name}={value}\0")).collect())
        }
        _ => None,
    }
}
