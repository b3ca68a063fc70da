//! CronJobs: moments, names, policies, history.

use crate::world::World;
use api::{Value, kind, list, obj};
use std::time::Duration;

/// A CronJob every minute, whose Jobs take a second, or never end.
fn cron_job(world: &mut World, image: &str, spec: Value) {
    let containers = list![obj! { "name" => "c", "image" => image }];
    let template = obj! { "spec" => obj! { "restartPolicy" => "Never", "containers" => containers } };
    let mut all =
        obj! { "schedule" => "* * * * *", "jobTemplate" => obj! { "spec" => obj! { "template" => template } } };
    for (key, value) in spec.entries() {
        all.object_mut().insert(key.clone(), value.clone());
    }
    world.create(
        kind::CRON_JOB,
        obj! { "metadata" => obj! { "name" => "tick", "namespace" => "default" }, "spec" => all },
    );
}

fn jobs(world: &World) -> Vec<String> {
    world.list(kind::JOB).iter().map(|job| job.name().to_owned()).collect()
}

fn minutes(span: u64) -> Duration {
    Duration::from_secs(60 * span)
}

/// The name of the Job of the minute that is `n` minutes after the world's beginning.
fn name(world: &World, n: i64) -> String {
    let start = world.now.seconds().div_euclid(3600) * 60;
    format!("tick-{}", start + n)
}

#[test]
fn every_minute_has_its_job_and_the_oldest_go() {
    let mut world = World::new(2);
    cron_job(&mut world, "job:0", obj! {});
    world.advance(minutes(5) + Duration::from_secs(20));
    assert_eq!(jobs(&world), [3, 4, 5].map(|n| name(&world, n)));
    let status = world.get(kind::CRON_JOB, "tick").unwrap()["status"].clone();
    assert!(status["active"].is_null());
    assert_eq!(status["lastScheduleTime"].time().unwrap().seconds() % 60, 0);
    assert!(status["lastSuccessfulTime"].time() > status["lastScheduleTime"].time());
    assert_eq!(world.messages("SuccessfulCreate").iter().filter(|m| m.starts_with("Created job")).count(), 5);
    let job = world.get(kind::JOB, &name(&world, 5)).unwrap();
    assert_eq!(job.annotation("batch.kubernetes.io/cronjob-scheduled-timestamp"), status["lastScheduleTime"].str());
    assert!(world.messages("SawCompletedJob")[0].ends_with(", condition: Complete"));
}

#[test]
fn policies_decide_what_becomes_of_a_job_that_still_runs() {
    for (policy, running) in [("Allow", 3), ("Forbid", 1), ("Replace", 1)] {
        let mut world = World::new(2);
        cron_job(&mut world, "nginx", obj! { "concurrencyPolicy" => policy });
        world.advance(minutes(3) + Duration::from_secs(20));
        let jobs = jobs(&world);
        assert_eq!(jobs.len(), running, "{policy}");
        let newest = if policy == "Forbid" { 1 } else { 3 };
        assert_eq!(*jobs.last().unwrap(), name(&world, newest), "{policy}");
        let active = world.get(kind::CRON_JOB, "tick").unwrap()["status"]["active"].len();
        assert_eq!(active, running, "{policy}");
    }
}

#[test]
fn a_suspended_one_makes_none_and_later_only_the_last() {
    let mut world = World::new(2);
    cron_job(&mut world, "job:0", obj! { "suspend" => true });
    world.advance(minutes(4));
    assert!(jobs(&world).is_empty());
    world.edit(kind::CRON_JOB, "tick", |c| c.set("spec.suspend", false));
    world.advance(Duration::from_secs(5));
    assert_eq!(jobs(&world), [name(&world, 4)]);
}

#[test]
fn clocks_are_those_of_the_time_zone() {
    let mut world = World::new(2);
    // The world begins at 09:00 UTC.
    cron_job(&mut world, "job:0", obj! { "schedule" => "2 18 * * *", "timeZone" => "Asia/Seoul" });
    world.advance(minutes(3));
    assert_eq!(jobs(&world), [name(&world, 2)]);
    let job = world.get(kind::JOB, &name(&world, 2)).unwrap();
    assert!(job.annotation("batch.kubernetes.io/cronjob-scheduled-timestamp").ends_with("T18:02:00+09:00"));
}
