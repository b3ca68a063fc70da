//! `whoami`, `hostname`, `id`, `uname`, `tty`, `uptime`, `nproc`

use super::Cx;
use crate::process::{Identity, Place};

fn identity(cx: &Cx) -> Identity {
    cx.kernel().system().identity(&cx.shell.place).unwrap_or_default()
}

/// The user's name.
pub(super) async fn whoami(cx: Cx) -> i32 {
    if let Some(uid) = identity(&cx).nameless.map(|user| user.uid).filter(|uid| *uid != 0) {
        cx.err(&match cx.kernel().system().is_busybox(&cx.shell.place) {
            true => format!("whoami: unknown uid {uid}\n"),
            false => format!("whoami: cannot find name for user ID {uid}\n"),
        });
        return 1;
    }
    cx.out(&format!("{}\n", identity(&cx).user));
    0
}

/// The machine's name, or with `-i` its address.
pub(super) async fn hostname(cx: Cx) -> i32 {
    match cx.args.get(1).map(String::as_str) {
        Some("-i" | "-I" | "--ip-address" | "--all-ip-addresses") => {
            let address = cx.kernel().system().address(&cx.shell.place);
            cx.out(&format!("{}\n", address.map(|a| a.to_string()).unwrap_or_default()));
        }
        Some("-f" | "-s" | "--fqdn" | "--short") | None => cx.out(&format!("{}\n", identity(&cx).hostname)),
        Some(flag) if flag.starts_with('-') => {
            cx.err(&format!("hostname: invalid option -- '{}'\n", flag.trim_start_matches('-')));
            return 255;
        }
        Some(_) => {
            cx.fail("you must be root to change the host name");
            return 1;
        }
    }
    0
}

/// User and groups.
pub(super) async fn id(cx: Cx) -> i32 {
    let Identity { user, nameless, .. } = identity(&cx);
    if let Some(user) = nameless {
        let shown = |id: &i64| if *id == 0 { "0(root)".to_owned() } else { id.to_string() };
        let plain = |ids: &[i64], between: &str| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(between);
        cx.out(&match cx.args.get(1).map(String::as_str) {
            Some("-u") => format!("{}\n", user.uid),
            Some("-g") => format!("{}\n", user.gid),
            Some("-G") => format!("{}\n", plain(&user.groups, " ")),
            _ => {
                let groups: Vec<String> = user.groups.iter().map(shown).collect();
                format!("uid={} gid={} groups={}\n", shown(&user.uid), shown(&user.gid), groups.join(","))
            }
        });
        return 0;
    }
    let number = if user == "root" { 0 } else { 1000 };
    cx.out(&match cx.args.get(1).map(String::as_str) {
        Some("-u" | "-g" | "-G") => format!("{number}\n"),
        Some("-un" | "-gn") => format!("{user}\n"),
        _ => format!("uid={number}({user}) gid={number}({user}) groups={number}({user})\n"),
    });
    0
}

/// The system's name.
pub(super) async fn uname(cx: Cx) -> i32 {
    let host = identity(&cx).hostname;
    // What the nodes report in their nodeInfo is the kernel that containers see too.
    let kernel = "6.12.57+deb13-amd64";
    cx.out(&match cx.args.get(1).map(String::as_str) {
        Some("-a") => format!("Linux {host} {kernel} #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n"),
        Some("-r") => format!("{kernel}\n"),
        Some("-m" | "-p" | "-i") => "x86_64\n".into(),
        Some("-n") => format!("{host}\n"),
        Some("-o") => "GNU/Linux\n".into(),
        _ => "Linux\n".into(),
    });
    0
}

/// Whether standard input is a terminal.
pub(super) async fn tty(cx: Cx) -> i32 {
    let terminal = cx.io.stdin.is_terminal();
    cx.out(if terminal { "/dev/pts/0\n" } else { "not a tty\n" });
    i32::from(!terminal)
}

/// How long the machine has been up.
pub(super) async fn uptime(cx: Cx) -> i32 {
    let now = cx.kernel().now().rfc3339();
    cx.out(&format!(" {} up 1 day,  1 user,  load average: 0.00, 0.01, 0.05\n", &now[11..19]));
    0
}

/// How many processors there are: a node's four, a workstation's two.
pub(super) async fn nproc(cx: Cx) -> i32 {
    cx.out(if cx.shell.place == Place::Workstation { "2\n" } else { "4\n" });
    0
}
