//! `ssh`

use super::Cx;
use super::kubectl::while_alive;
use crate::interp::{Shell, repl};
use crate::process::{Io, Place, To};
use network::{Outcome, Protocol};

/// The port of sshd.
const PORT: u16 = 22;
/// The exit status of ssh's own failures.
const FAILED: i32 = 255;

/// Runs a command on a node, or a shell.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("+tTqvnNi:l:p:o:L:F:", &[]) {
        Ok(options) => options,
        Err(_) => return FAILED,
    };
    let Some((target, command)) = options.operands.split_first() else {
        cx.err("usage: ssh [-qTtv] [-i identity_file] [-l login_name] [-o option] [-p port] destination [command [argument ...]]\n");
        return FAILED;
    };
    let host = target.rsplit_once('@').map_or(target.as_str(), |(_, host)| host);
    let to = To { host, port: PORT, protocol: Protocol::Tcp, source_port: 0, held: true };
    let Some(connection) = cx.kernel().hold(&cx.shell.place, to) else { return cx.fail("Network is unreachable") };
    let trace = &connection.trace;
    cx.kernel().sleep(trace.after).await;
    let address = trace.address().map(|a| a.to_string()).unwrap_or_default();
    let listener = match &trace.outcome {
        Outcome::Answered(listener) => listener,
        outcome => {
            let problem = match outcome {
                Outcome::Unresolved(_) => format!("Could not resolve hostname {host}: {}", outcome.error()),
                _ => format!("connect to host {host} port {PORT}: {}", outcome.error()),
            };
            cx.err(&format!("ssh: {problem}\n"));
            return FAILED;
        }
    };
    let network::Place::Node(node) = &listener.place else {
        cx.err(&format!("kex_exchange_identification: Connection closed by remote host\nConnection closed by {address} port {PORT}\n"));
        return FAILED;
    };
    let place = Place::Node(node.clone());
    let Some(mut shell) = Shell::new(cx.kernel(), place.clone()) else { return FAILED };
    shell.nested_in(&cx.shell);
    let io: Io = cx.io.clone();
    let interactive = command.is_empty() && io.stdin.is_terminal();
    let text = match (command.is_empty(), interactive) {
        (true, false) => io.stdin.all(cx.kernel()).await,
        _ => command.join(" "),
    };
    let name = shell.name.clone();
    let status = match interactive {
        true => while_alive(&cx, &place, repl(shell, io, None)).await,
        false => while_alive(&cx, &place, shell.run_script_text(&name, &[], &text, &io)).await,
    };
    match status {
        Some(status) => {
            if interactive {
                cx.err(&format!("Connection to {host} closed.\n"));
            }
            status
        }
        None => {
            cx.err(&format!("Connection to {host} closed by remote host.\n"));
            FAILED
        }
    }
}
