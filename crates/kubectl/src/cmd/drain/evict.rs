//! How `kubectl drain` gets rid of Pods: all at once, each patiently (k8s.io/kubectl/pkg/drain/drain.go).

use super::is_given_up;
use crate::cx::{Cx, DryRun, join};
use crate::fail::{Fail, Outcome, fail};
use crate::host::BoxFuture;
use api::{Time, Value, kind, obj};
use apiserver::request::{Request, Verb};
use std::cell::RefCell;
use std::time::Duration;

/// How long a Pod that must not be evicted is let alone (k8s.io/kubectl/pkg/cmd/drain, `EvictErrorRetryDelay`).
const RETRY: Duration = Duration::from_secs(5);
/// How often it is looked whether Pods are gone (`waitForDelete`).
const LOOK: Duration = Duration::from_secs(1);

/// Evicts Pods, or deletes them by `--disable-eviction`, and waits until they are gone.
pub(super) async fn remove(cx: &Cx<'_>, pods: &[Value]) -> Outcome {
    let timeout = cx.flags.span("timeout").unwrap_or_default();
    let end = (!timeout.is_zero()).then(|| cx.host.now() + timeout);
    if cx.flags.on("disable-eviction") {
        return delete(cx, pods, end).await;
    }
    let failures = RefCell::new(Vec::new());
    let start = |pod: &Value| -> BoxFuture<'_, ()> {
        let (pod, failures) = (pod.clone(), &failures);
        Box::pin(async move {
            if let Err(fail) = evict(cx, pod, end).await {
                failures.borrow_mut().push(fail);
            }
        })
    };
    join(pods.iter().map(start).collect()).await;
    Fail::all(failures.into_inner())
}

/// Evicts one Pod, again and again while a disruption budget forbids it.
async fn evict(cx: &Cx<'_>, mut pod: Value, end: Option<Time>) -> Outcome {
    let id = format!("pods/{:?} -n {:?}", pod.name(), pod.namespace());
    let dry_run = cx.dry_run()?;
    loop {
        cx.say(format_args!("evicting pod {}/{}{}", pod.namespace(), pod.name(), dry_run.suffix()));
        if is_over(cx, end) {
            let timeout = go_span(cx.flags.text("timeout"), cx.flags.span("timeout").unwrap_or_default());
            return Err(fail!("error when evicting {id}: global timeout reached: {timeout}"));
        }
        match cx.request(&eviction(cx, &pod)) {
            Ok(_) if dry_run == DryRun::Server => return Ok(()),
            Ok(_) => break,
            Err(fail) if fail.is_not_found() => return Ok(()),
            Err(Fail::Status(status)) if status.code == 429 => {
                cx.warn(format_args!("error when evicting {id} (will retry after 5s): {}", status.message));
            }
            Err(fail) => return Err(fail!("error when evicting {id}: {}", fail.message())),
        }
        cx.host.sleep(RETRY).await;
        // Another Pod may have taken its name.
        pod = cx.get(kind::POD, pod.namespace(), pod.name()).unwrap_or(pod);
    }
    cx.latency().await;
    until_gone(cx, vec![&pod], "evict", end).await.map_err(|fail| {
        let (name, namespace, why) = (pod.name(), pod.namespace(), fail.message());
        fail!("error when waiting for pod {name:?} in namespace {namespace:?} to terminate: {why}")
    })
}

async fn delete(cx: &Cx<'_>, pods: &[Value], end: Option<Time>) -> Outcome {
    for pod in pods {
        match cx.request(&with_options(cx, cx.ask(Verb::Delete, kind::POD, pod.namespace(), pod.name()))) {
            Err(fail) if !fail.is_not_found() => return Err(fail),
            _ => {}
        }
    }
    if cx.dry_run()? == DryRun::Server {
        return Ok(());
    }
    until_gone(cx, pods.iter().collect(), "delet", end).await
}

fn eviction(cx: &Cx<'_>, pod: &Value) -> Request {
    let body = obj! {
        "apiVersion" => "policy/v1", "kind" => "Eviction",
        "metadata" => obj! { "name" => pod.name(), "namespace" => pod.namespace() },
    };
    let request = cx.ask(Verb::Create, kind::POD, pod.namespace(), pod.name());
    with_options(cx, request.with_subresource("eviction").with_body(body))
}

/// What both ways of removal pass on.
fn with_options(cx: &Cx<'_>, mut request: Request) -> Request {
    request.options.grace_period = Some(cx.flags.int("grace-period")).filter(|g| *g >= 0);
    request.options.dry_run = cx.dry_run() == Ok(DryRun::Server);
    request
}

fn is_over(cx: &Cx<'_>, end: Option<Time>) -> bool {
    end.is_some_and(|end| cx.host.now() >= end)
}

/// Waits until Pods are gone, and says so of each. `verb` lacks its ending: `evict`, `delet`.
async fn until_gone(cx: &Cx<'_>, mut pods: Vec<&Value>, verb: &str, end: Option<Time>) -> Outcome {
    loop {
        let mut left = Vec::new();
        for pod in pods {
            match cx.get(kind::POD, pod.namespace(), pod.name()) {
                Ok(now) if now.uid() == pod.uid() => {
                    if is_given_up(cx, &now) {
                        let limit = cx.flags.int("skip-wait-for-delete-timeout");
                        let name = pod.name();
                        cx.say(format_args!("pod {name:?} has DeletionTimestamp older than {limit} seconds, skipping"));
                    } else {
                        left.push(pod);
                    }
                }
                Err(fail) if !fail.is_not_found() => {
                    cx.say(format_args!("pod/{} {verb}ion failed", pod.name()));
                    return Err(fail);
                }
                _ => cx.say(format_args!("pod/{} {verb}ed", pod.name())),
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        pods = left;
        cx.host.sleep(end.map_or(LOOK, |end| end.since(cx.host.now()).min(LOOK))).await;
        if is_over(cx, end) {
            return Err("context deadline exceeded".into());
        }
    }
}

/// A span as Go prints it (`1m30s`); one with fractions of a second as it was typed.
fn go_span(typed: &str, span: Duration) -> String {
    let (minutes, seconds) = (span.as_secs() / 60, span.as_secs() % 60);
    match minutes {
        _ if span.subsec_nanos() > 0 => typed.to_owned(),
        0 => format!("{seconds}s"),
        1..60 => format!("{minutes}m{seconds}s"),
        _ => format!("{}h{}m{seconds}s", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_printed_as_go_does() {
        let printed = |typed: &str, millis| go_span(typed, Duration::from_millis(millis));
        assert_eq!(printed("20s", 20_000), "20s");
        assert_eq!(printed("90s", 90_000), "1m30s");
        assert_eq!(printed("1h", 3_600_000), "1h0m0s");
        assert_eq!(printed("1.5s", 1_500), "1.5s");
    }
}
