//! Recordings of a real cluster (`tests/oracle`), played into `kubarium sh --json` and compared.
//!
//! `X.scn` is a scenario, `X.jsonl` what real kubectl printed when it was played against a real control plane. An answer is
//! *exact* if its output, its errors and its exit status are the recording's after masking what differs from run to run.
//! H1 to H6 are what the real kubectl 1.36.4 printed with our own server behind it: of how a client parses, merges and prints.
//! `floors.txt` holds how many answers of a scenario are exact at least; a floor is only ever raised.

mod alike;
mod mask;
mod play;
mod scenario;
#[path = "../common/shell.rs"]
mod shell;

use play::{Score, play};
use std::path::{Path, PathBuf};

/// A test for each recording in `tests/oracle`.
macro_rules! recordings {
    ($($test:ident: $name:literal,)*) => {
        const RECORDINGS: &[&str] = &[$($name),*];
        $(#[test] fn $test() { holds_its_floor($name, $name, &[]) })*
    };
}

recordings! {
    a1_seed: "A1-seed",
    a2_services: "A2-services",
    a3_nodes: "A3-nodes",
    a4_scale_edit: "A4-scale-edit",
    b1_rollout: "B1-rollout",
    b2_strategies: "B2-strategies",
    c1_apply: "C1-apply",
    c2_output: "C2-output",
    c3_namespaces: "C3-namespaces",
    d1_daemon_stateful: "D1-daemon-stateful",
    d2_jobs: "D2-jobs",
    d3_config_storage: "D3-config-storage",
    d4_policy: "D4-policy",
    d5_scheduling: "D5-scheduling",
    d6_lifecycle: "D6-lifecycle",
    d7_exec_probe: "D7-exec-probe",
    e1_errors: "E1-errors",
    e2_manifest_errors: "E2-manifest-errors",
    f1_info: "F1-info",
    f2_run_exec: "F2-run-exec",
    g1_controllers: "G1-controllers",
    g2_nodefail: "G2-nodefail",
    g3_timing: "G3-timing",
    h1_client: "H1-client",
    h2_client: "H2-client",
    h3_client: "H3-client",
    h4_client: "H4-client",
    h5_client: "H5-client",
    h6_client: "H6-client",
}

/// The cluster of the recordings, where ours is another by default: the network without a DaemonSet, the control plane outside, and
/// the images that scenarios before had left.
const RECORDED: &[&str] = &["--cni", "bridge", "--control-plane", "hosted", "--preload", "nginx"];
/// The recordings that show which cluster it was.
const OF_THE_CLUSTER: [&str; 2] = ["A3-nodes", "G2-nodefail"];

#[test]
fn in_the_recorded_cluster() {
    for name in OF_THE_CLUSTER {
        holds_its_floor(name, &recorded(name), RECORDED);
    }
}

/// What `floors.txt` calls a recording that is played in such a cluster.
fn recorded(name: &str) -> String {
    format!("{name}@recorded")
}

#[test]
fn every_recording_is_played() {
    let mut found: Vec<String> = scenarios().iter().map(|path| name(path)).collect();
    found.sort();
    assert_eq!(found, RECORDINGS);
}

/// Prints the scores: `cargo xtask oracle [-v] [SCENARIO.scn ...]`.
#[test]
#[ignore = "a report, which `cargo xtask oracle` asks for"]
fn report() {
    let asked = std::env::var("ORACLE_SCENARIOS").unwrap_or_default();
    let mut paths: Vec<PathBuf> = asked.lines().map(PathBuf::from).collect();
    if paths.is_empty() {
        paths = scenarios();
        if shell::by_adapter().is_some() {
            paths.retain(|path| floor(&name(path)).is_some());
        }
    }
    let verbose = std::env::var("ORACLE_VERBOSE").is_ok_and(|value| !value.is_empty());
    let (mut total, mut fallen) = (Score::default(), Vec::new());
    for path in paths {
        let mut played = |label: &str, options: &[&str]| {
            let score = play(&path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            if verbose {
                score.differences.iter().for_each(|difference| println!("{difference}"));
            }
            println!("{label:24} {score}{}", advice(label, score.exact));
            if floor(label).is_some_and(|floor| score.exact < floor) {
                fallen.push(label.to_owned());
            }
            score
        };
        let name = name(&path);
        total.add(played(&name, &[]));
        // How the cluster is made is told to our own command only.
        if OF_THE_CLUSTER.contains(&&*name) && shell::by_adapter().is_none() {
            played(&recorded(&name), RECORDED);
        }
    }
    println!("{:24} {total}", "total");
    assert!(fallen.is_empty() || shell::by_adapter().is_none(), "below the floor: {}", fallen.join(", "));
}

fn holds_its_floor(recording: &str, name: &str, options: &[&str]) {
    let path = folder().join(format!("{recording}.scn"));
    let score = play(&path, options).expect("the scenario can be played");
    let floor = floor(name).expect("floors.txt names every recording");
    let differences = score.differences.join("\n");
    assert!(score.exact >= floor, "{name}: {score}, but its floor is {floor}\n{differences}");
}

/// What to do about a floor that lies below what was reached.
fn advice(name: &str, exact: usize) -> String {
    match floor(name) {
        Some(floor) if exact > floor => format!("   raise its floor from {floor} to {exact}"),
        Some(floor) if exact < floor => format!("   below its floor, {floor}"),
        _ => String::new(),
    }
}

/// The floor of a recording: `NAME COUNT [COUNT]` in floors.txt, the second count by way of the real kubectl.
fn floor(name: &str) -> Option<usize> {
    let text = std::fs::read_to_string(folder().join("floors.txt")).ok()?;
    let column = if shell::by_adapter().is_some() { 1 } else { 0 };
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.split_whitespace().nth(column)?.parse().ok())
}

fn scenarios() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("tests/oracle exists");
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "scn"));
    paths.sort();
    paths
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle")
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
