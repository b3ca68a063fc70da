//! `stress`: takes memory of a node, as a program that leaks would.

use super::Cx;
use crate::process::{Kernel, Machine, Place};
use std::rc::Rc;
use std::time::Duration;

/// What `stress` runs for without a timeout: as long as anybody waits.
const FOREVER: Duration = Duration::from_secs(1_000_000_000);

/// Memory that is given back when the process ends, however that comes about.
struct Taken {
    kernel: Rc<Kernel>,
    node: api::Str,
    bytes: i64,
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(mut system) = self.kernel.idle_system() {
            system.machine(&self.node, Machine::Memory(-self.bytes));
        }
    }
}

/// `stress --vm 1 --vm-bytes 4G --timeout 60s`
pub(super) async fn run(cx: Cx) -> i32 {
    let after = |names: &[&str]| {
        let at = cx.args.iter().position(|word| names.contains(&word.as_str()))?;
        cx.args.get(at + 1).cloned()
    };
    if cx.args.len() == 1 {
        cx.out("`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n");
        return 0;
    }
    let count = |names: &[&str]| after(names).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let (cpu, io, vm, hdd) = (count(&["--cpu", "-c"]), count(&["--io", "-i"]), count(&["--vm", "-m"]), count(&["--hdd", "-d"]));
    let span = match after(&["--timeout", "-t"]).map(|text| script::span(&text)) {
        Some(None) => return cx.fail("FAIL: incorrect timeout"),
        Some(Some(span)) => Some(span),
        None => None,
    };
    let pid = 1000 + cx.kernel().now().0.unsigned_abs() / 1_000_000 % 9000;
    let say = |text: String| cx.out(&format!("stress: {text}\n"));
    say(format!("info: [{pid}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, {hdd} hdd"));
    let words: Vec<&str> = cx.args.iter().map(String::as_str).collect();
    let bytes = kubelet::memory_needed(&words).unwrap_or(0);
    let Place::Node(node) = cx.shell.place.clone() else {
        cx.kernel().sleep(span.unwrap_or(FOREVER)).await;
        say(format!("info: [{pid}] successful run completed in {}s", span.unwrap_or(FOREVER).as_secs()));
        return 0;
    };
    cx.shell.acting().machine(&node, Machine::Memory(bytes));
    let taken = Taken { kernel: cx.kernel().clone(), node: node.clone(), bytes };
    cx.kernel().stepped();
    let began = cx.kernel().now();
    let until = began + span.unwrap_or(FOREVER);
    // What the machine has not got, its kernel takes back from the greediest, when touching the pages has come so far.
    const TOUCHING: Duration = Duration::from_secs(25);
    while cx.kernel().now() < until {
        cx.kernel().sleep(TOUCHING.min(until.since(cx.kernel().now()))).await;
        if cx.kernel().system().free_memory(&node).is_some_and(|free| free < 0) {
            drop(taken);
            say(format!("FAIL: [{pid}] (415) <-- worker {} got signal 9", pid + 1));
            say(format!("WARN: [{pid}] (417) now reaping child worker processes"));
            say(format!("FAIL: [{pid}] (451) failed run completed in {}s", cx.kernel().now().since(began).as_secs()));
            return 1;
        }
    }
    drop(taken);
    say(format!("info: [{pid}] successful run completed in {}s", cx.kernel().now().since(began).as_secs()));
    0
}
