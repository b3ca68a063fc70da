//! `cargo xtask clients`: real clients against `kubarium serve`: kubectls of several versions, the libraries of Python and Rust.

use crate::error::{Error, Result, fail};
use crate::{kubectl, sh};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The kubectls that tell the story, besides the newest one.
const VERSIONS: [&str; 2] = ["1.27", "1.32"];
/// How fast virtual time flows for them.
const SPEED: &str = "4";

/// Runs every client that can be had; says which cannot.
pub fn run(_: &[String]) -> Result {
    sh::run(sh::cargo().args(["build", "--quiet", "--package", "kubarium"]))?;
    let (mut passed, mut failed) = (0, 0);
    let mut count = |name: &str, result: Result| match result {
        Ok(()) => passed += 1,
        Err(error) => {
            println!("{name}: {error}");
            failed += 1;
        }
    };
    let known = kubectl::all();
    let newest = known.last().map(|(version, _)| version.clone()).unwrap_or_default();
    for version in VERSIONS.iter().map(|version| (*version).to_owned()).chain([newest]) {
        match known.iter().find(|(found, _)| *found == version) {
            Some((_, program)) => {
                println!("kubectl {version}:");
                count("story", story(program));
            }
            None => println!("kubectl {version}: skipped, it is not on this machine"),
        }
    }
    if let Some((version, program)) = known.last() {
        println!("kubectl {version}, and what the page exports:");
        count("export", exported(program));
    }
    match python() {
        Some(program) => count(
            "python",
            with_server(|config| sh::run(sh::program(&program).arg("tests/clients/python_client.py").arg(config))),
        ),
        None => println!("python: skipped, its kubernetes package cannot be had"),
    }
    count("kube", with_server(kube));
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { fail("a client is not served as by a real cluster") }
}

fn story(program: &Path) -> Result {
    with_server(|config| sh::run(sh::program("bash").arg("tests/clients/story.sh").arg(program).arg(config)))
}

/// What the page exports, for a real cluster: kubectl's checks and a server's.
fn exported(program: &Path) -> Result {
    let ours = sh::kubarium()?;
    with_server(|config| {
        sh::run(sh::program("bash").arg("tests/clients/export.sh").arg(program).arg(config).arg(&ours))
    })
}

/// The Rust client: a crate of its own, so that nobody else compiles what it needs.
fn kube(config: &Path) -> Result {
    let manifest = sh::root().join("tests/clients/kube/Cargo.toml");
    let target = sh::root().join("target/kube-story");
    let mut cargo = sh::cargo();
    cargo.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(target);
    sh::run(cargo.arg("--").arg(config))
}

/// Calls `client` with the kubeconfig of a fresh cluster that is served meanwhile.
fn with_server(client: impl FnOnce(&Path) -> Result) -> Result {
    let config = std::env::temp_dir().join(format!("kubarium-clients-{}.yaml", std::process::id()));
    let mut serve = Command::new(sh::kubarium()?);
    serve.args(["serve", "--listen", "127.0.0.1:0", "--speed", SPEED, "--write-kubeconfig"]).arg(&config);
    let server = serve.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut server = Served(server);
    let mut said = String::new();
    let output = server.0.stdout.take().ok_or_else(|| Error("no output".into()))?;
    BufReader::new(output).read_line(&mut said)?;
    let result = client(&config);
    let _ = std::fs::remove_file(&config);
    result
}

/// Ends the server, whatever comes of the client.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Python that has the package `kubernetes`: in a virtual environment of ours.
fn python() -> Option<PathBuf> {
    let folder = sh::root().join("target/python");
    let program = folder.join("bin/python");
    let has = |program: &Path| sh::output(Command::new(program).args(["-c", "import kubernetes"])).is_some();
    if has(&program) {
        return Some(program);
    }
    sh::output(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    println!("xtask: installing Python's kubernetes package");
    sh::output(Command::new(&program).args(["-m", "pip", "install", "--quiet", "kubernetes"]))?;
    has(&program).then_some(program)
}
