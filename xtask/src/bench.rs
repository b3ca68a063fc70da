//! `cargo xtask bench`: how the cluster's cost grows, a request's to the API server, and a packet's through a node's rules. Times
//! depend on the machine's mood, so what counts is their ratio within one run: ten times the Pods should take ten times as long.

use crate::error::{Error, Result, fail};
use crate::{build, sh, tools};
use std::path::PathBuf;

/// Nodes and Pods of a workload.
type Workload = (usize, usize);

/// A cluster that grows as a whole: all but the first have Kubernetes' own 30 Pods a node.
const WITH_NODES: &[Workload] = &[(5, 1_000), (334, 10_000), (3_334, 100_000)];

/// A cluster of as many nodes as Kubernetes supports, which gets ten times the Pods.
const PODS_ALONE: &[Workload] = &[(5_000, 10_000), (5_000, 100_000)];

/// What is measured in the browser: opening the page, commands, and frames while much changes.
const IN_THE_BROWSER: &[&str] =
    &["tests/browser/speed/load.mjs", "tests/browser/speed/commands.mjs", "tests/browser/speed/frames.mjs"];

/// The workloads one after the other, then the page; `--quick` leaves the great workloads and the page out, `--page` measures
/// the page alone.
pub fn run(arguments: &[String]) -> Result {
    match arguments {
        [] => workloads(&[WITH_NODES, PODS_ALONE]).and_then(|()| page()),
        [flag] if flag == "--quick" => workloads(&[&WITH_NODES[..WITH_NODES.len() - 1]]),
        [flag] if flag == "--page" => page(),
        _ => fail("usage: cargo xtask bench [--quick | --page]"),
    }
}

/// Builds the page for release, and measures it.
fn page() -> Result {
    build::run(&[])?;
    tools::for_the_browser()?;
    IN_THE_BROWSER.iter().try_for_each(|script| sh::run(sh::program("node").arg(script)))
}

/// Plays series of workloads; within a series each is compared with the one before.
fn workloads(series: &[&[Workload]]) -> Result {
    sh::run(sh::cargo().args(["build", "--release", "--package", "kubarium"]))?;
    println!("{:>6} {:>7} {:>9} {:>10} {:>8}  against ten times fewer", "nodes", "Pods", "seconds", "Pods/s", "MiB");
    series.iter().try_for_each(|workloads| grow(workloads))?;
    for (package, example) in [("kubarium", "requests"), ("network", "lookup")] {
        println!();
        sh::run(sh::cargo().args(["run", "--quiet", "--release", "--package", package, "--example", example]))?;
    }
    Ok(())
}

/// Plays the workloads of one series, and tells how much more than linear their times grow.
fn grow(workloads: &[Workload]) -> Result {
    let mut before: Option<(usize, f64)> = None;
    for (nodes, pods) in workloads {
        let line = measure(*nodes, *pods)?;
        let [wall, rate, memory] = ["wall_s", "pods_per_s", "peak_rss_mb"].map(|name| number(&line, name));
        if number(&line, "ready") != *pods as f64 {
            return fail(format!("not every Pod became ready: {line}"));
        }
        let growth = before.map(|(fewer, time)| (wall / time) / (*pods as f64 / fewer as f64));
        let growth = growth.map(|growth| format!("{growth:.2} times linear")).unwrap_or_default();
        println!("{nodes:>6} {pods:>7} {wall:>9.3} {rate:>10.0} {memory:>8.0}  {growth}");
        before = Some((*pods, wall));
    }
    Ok(())
}

/// The line of figures that `kubarium scale` prints.
fn measure(nodes: usize, pods: usize) -> Result<String> {
    let [nodes, pods] = [nodes, pods].map(|count| count.to_string());
    let mut scale = sh::program(release());
    scale.args(["scale", "--nodes", &nodes, "--pods", &pods]);
    sh::output(&mut scale).ok_or_else(|| Error(format!("kubarium scale --nodes {nodes} --pods {pods} failed")))
}

/// The native command of the release profile, beside the folder that we run from.
fn release() -> PathBuf {
    let ours = std::env::current_exe().unwrap_or_default();
    let target =
        ours.parent().and_then(|folder| folder.parent()).map_or_else(|| sh::root().join("target"), PathBuf::from);
    target.join("release").join(format!("kubarium{}", std::env::consts::EXE_SUFFIX))
}

/// A number in a line of JSON without nesting; NaN if it is not there.
fn number(line: &str, name: &str) -> f64 {
    let value = line.split_once(&format!("\"{name}\":")).map_or("", |(_, rest)| rest);
    value.split([',', '}']).next().unwrap_or_default().trim().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_names() {
        let line = r#"{"nodes":5,"pods":1000, "ready": 1000,"wall_s":0.25}"#;
        assert_eq!(number(line, "ready"), 1000.0);
        assert_eq!(number(line, "wall_s"), 0.25);
        assert!(number(line, "peak_rss_mb").is_nan());
    }
}
