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

/// Lists a container's processes: its first, and this one.
pub(super) async fn ps(cx: Cx) -> i32 {
    let Place::Container { uid, container } = &cx.shell.place else { return 127 };
    let first = {
        let system = cx.kernel().system();
        let Some(cluster) = system.cluster() else { return 1 };
        let container = cluster.kubelets().container(uid, container);
        container.and_then(|c| c.process.as_ref()).map(|process| process.program().command.to_string())
    };
    let line = |pid: usize, command: &str| format!("{pid:>5} root      0:00 {command}\n");
    let own = cx.kernel().pid();
    cx.out(&format!("PID   USER     TIME  COMMAND\n{}{}", line(1, &first.unwrap_or_default()), line(own, &cx.args.join(" "))));
    0
}
