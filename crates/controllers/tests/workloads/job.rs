//! Jobs: counting, limits, indexes, policies.

use crate::world::World;
use api::{Value, kind, list, obj};
use apiserver::Propagation;
use std::time::Duration;

/// A Job whose Pods end with `code` after a second.
fn job(world: &mut World, code: i64, spec: Value) {
    let labels = obj! { "batch.kubernetes.io/controller-uid" => "of-j" };
    let template = obj! {
        "metadata" => obj! { "labels" => labels.clone() },
        "spec" => obj! {
            "restartPolicy" => "Never",
            "containers" => list![obj! { "name" => "c", "image" => format!("job:{code}") }],
        },
    };
    let defaults = [("parallelism", Value::from(1)), ("completions", 1.into()), ("backoffLimit", 6.into())];
    let mut all =
        obj! { "manualSelector" => true, "selector" => obj! { "matchLabels" => labels }, "template" => template };
    for (key, value) in defaults {
        all.object_mut().insert(key, value);
    }
    for (key, value) in spec.entries() {
        all.object_mut().insert(key.clone(), value.clone());
    }
    world.create(kind::JOB, obj! { "metadata" => obj! { "name" => "j", "namespace" => "default" }, "spec" => all });
}

fn status(world: &World) -> Value {
    world.get(kind::JOB, "j").unwrap()["status"].clone()
}

fn conditions(world: &World) -> Vec<String> {
    let text = |c: &Value| format!("{}={} {}", c["type"].str(), c["status"].str(), c["reason"].str());
    status(world)["conditions"].array().iter().map(text).collect()
}

fn finalizers(world: &World) -> usize {
    world.list(kind::POD).iter().map(|pod| pod["metadata"]["finalizers"].len()).sum()
}

#[test]
fn a_job_runs_its_pods_and_counts_each_once() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "completions" => 3, "parallelism" => 2 });
    world.advance(Duration::from_millis(500));
    assert_eq!((status(&world)["active"].int(), finalizers(&world)), (2, 2));
    world.advance(Duration::from_secs(20));
    let status = status(&world);
    assert_eq!((status["succeeded"].int(), status["active"].is_null()), (3, true));
    assert_eq!((status["ready"].as_int(), status["terminating"].as_int()), (Some(0), Some(0)));
    assert_eq!(status["uncountedTerminatedPods"], obj! {});
    assert!(!status["completionTime"].is_null());
    assert_eq!((world.list(kind::POD).len(), finalizers(&world)), (3, 0));
    assert_eq!(conditions(&world), ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"]);
    assert_eq!(world.messages("Completed"), ["Job completed"]);
    // The counters never go back, and no Pod is counted twice.
    let counts = world.history.iter().filter(|e| e.kind == kind::JOB);
    let counts: Vec<i64> = counts.map(|e| e.object["status"]["succeeded"].int()).collect();
    assert!(counts.is_sorted(), "{counts:?}");
}

#[test]
fn each_failure_waits_twice_as_long_until_the_limit() {
    let mut world = World::new(2);
    job(&mut world, 3, obj! { "backoffLimit" => 2 });
    let mut seen = Vec::new();
    for second in 0..60 {
        if world.list(kind::POD).len() > seen.len() {
            seen.push(second);
        }
        world.advance(Duration::from_secs(1));
    }
    assert_eq!(seen.len(), 3);
    assert!((10..=12).contains(&(seen[1] - seen[0])) && (20..=22).contains(&(seen[2] - seen[1])), "{seen:?}");
    assert_eq!(conditions(&world), ["FailureTarget=True BackoffLimitExceeded", "Failed=True BackoffLimitExceeded"]);
    assert_eq!(world.messages("BackoffLimitExceeded"), ["Job has reached the specified backoff limit"]);
    assert_eq!((status(&world)["failed"].int(), finalizers(&world)), (3, 0));
}

#[test]
fn a_deadline_ends_what_still_runs() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "activeDeadlineSeconds" => 5, "completions" => 99 });
    world.advance(Duration::from_secs(10));
    assert_eq!(conditions(&world), ["FailureTarget=True DeadlineExceeded", "Failed=True DeadlineExceeded"]);
    let made = world.messages("SuccessfulCreate").len() as i64;
    assert_eq!(status(&world)["succeeded"].int() + status(&world)["failed"].int(), made);
    assert_eq!(finalizers(&world), 0);
}

#[test]
fn indexes_are_each_done_once() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "completions" => 4, "parallelism" => 3, "completionMode" => "Indexed" });
    world.advance(Duration::from_millis(500));
    let pod = &world.list(kind::POD)[1];
    assert!(pod.name().starts_with("j-1-"), "{}", pod.name());
    assert_eq!(pod["spec"]["hostname"].str(), "j-1");
    assert_eq!(pod.annotation("batch.kubernetes.io/job-completion-index"), "1");
    let env = &pod.at("spec.containers").array()[0]["env"].array()[0];
    assert_eq!(env["name"].str(), "JOB_COMPLETION_INDEX");
    world.advance(Duration::from_secs(20));
    assert_eq!((status(&world)["completedIndexes"].str(), status(&world)["succeeded"].int()), ("0-3", 4));
    assert_eq!(world.list(kind::POD).len(), 4);
}

#[test]
fn an_index_may_fail_alone() {
    let mut world = World::new(2);
    let spec = obj! {
        "completions" => 2, "parallelism" => 2, "completionMode" => "Indexed", "backoffLimitPerIndex" => 1,
        "backoffLimit" => i64::from(i32::MAX),
    };
    job(&mut world, 1, spec);
    world.advance(Duration::from_secs(60));
    assert_eq!(conditions(&world), ["FailureTarget=True FailedIndexes", "Failed=True FailedIndexes"]);
    assert_eq!((status(&world)["failedIndexes"].str(), status(&world)["failed"].int()), ("0,1", 4));
    assert!(!status(&world).as_object().unwrap().contains_key("completedIndexes"));
    assert_eq!(finalizers(&world), 0);
}

#[test]
fn policies_decide_what_a_failure_means() {
    let rule = |action: &str| {
        let codes = obj! { "operator" => "In", "values" => list![42] };
        obj! { "rules" => list![obj! { "action" => action, "onExitCodes" => codes }] }
    };
    let mut world = World::new(2);
    job(&mut world, 42, obj! { "podFailurePolicy" => rule("FailJob") });
    world.advance(Duration::from_secs(20));
    assert_eq!(conditions(&world), ["FailureTarget=True PodFailurePolicy", "Failed=True PodFailurePolicy"]);
    assert!(
        world.messages("PodFailurePolicy")[0].ends_with("failed with exit code 42 matching FailJob rule at index 0")
    );

    let mut world = World::new(2);
    job(&mut world, 42, obj! { "podFailurePolicy" => rule("Ignore"), "backoffLimit" => 0 });
    world.advance(Duration::from_secs(60));
    assert!(conditions(&world).is_empty());
    assert!(status(&world)["failed"].is_null() && world.list(kind::POD).len() > 2);

    let mut world = World::new(2);
    let spec = obj! {
        "completions" => 5, "parallelism" => 1, "completionMode" => "Indexed",
        "successPolicy" => obj! { "rules" => list![obj! { "succeededIndexes" => "0-1" }] },
    };
    job(&mut world, 0, spec);
    world.advance(Duration::from_secs(30));
    assert_eq!(conditions(&world), ["SuccessCriteriaMet=True SuccessPolicy", "Complete=True SuccessPolicy"]);
}

#[test]
fn a_suspended_job_has_no_pods_and_its_clock_stands() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "completions" => 99, "activeDeadlineSeconds" => 8 });
    world.advance(Duration::from_millis(500));
    world.edit(kind::JOB, "j", |job| job.set("spec.suspend", true));
    world.advance(Duration::from_secs(20));
    assert_eq!((conditions(&world), world.list(kind::POD).len()), (vec!["Suspended=True JobSuspended".to_owned()], 0));
    assert!(status(&world)["failed"].is_null());
    world.edit(kind::JOB, "j", |job| job.set("spec.suspend", false));
    world.advance(Duration::from_secs(5));
    assert_eq!(conditions(&world), ["Suspended=False JobResumed"]);
    assert_eq!(status(&world)["active"].int(), 1);
    assert_eq!((world.messages("Suspended").len(), world.messages("Resumed").len()), (1, 1));
}

#[test]
fn a_job_goes_by_itself_and_takes_its_pods_along() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "ttlSecondsAfterFinished" => 10 });
    world.advance(Duration::from_secs(9));
    assert!(world.get(kind::JOB, "j").is_some());
    world.advance(Duration::from_secs(20));
    assert!(world.get(kind::JOB, "j").is_none() && world.list(kind::POD).is_empty());
}

#[test]
fn pods_of_a_job_that_has_gone_are_not_held_back() {
    let mut world = World::new(2);
    job(&mut world, 0, obj! { "completions" => 99, "parallelism" => 3 });
    world.advance(Duration::from_millis(500));
    world.delete(kind::JOB, "j", Propagation::Background);
    world.advance(Duration::from_secs(10));
    assert!(world.list(kind::POD).is_empty());
}
