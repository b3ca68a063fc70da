//! Real kubectls: the one on the PATH, older ones that lie beside it, and the newest from Debian's packages.

use crate::sh;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The real kubectls that can be had, oldest first, with their versions (`1.33`).
pub fn all() -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    let mut add = |path: PathBuf| {
        if let Some(version) = version(&path)
            && !found.iter().any(|(known, _)| *known == version)
        {
            found.push((version, path));
        }
    };
    if let Some(path) = sh::find("kubectl") {
        // Distributions of several versions keep them beside the one that is linked.
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        let beside = real.parent().and_then(|folder| std::fs::read_dir(folder).ok());
        let mut others: Vec<PathBuf> =
            beside.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        others.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("kubectl")));
        others.sort();
        others.into_iter().for_each(&mut add);
    }
    if let Some(path) = newest() {
        add(path);
    }
    found.sort_by_key(|(version, _)| minor(version));
    found
}

fn minor(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or_default()
}

/// `1.36` of a kubectl; none if it does not run.
fn version(path: &Path) -> Option<String> {
    let text = sh::output(Command::new(path).args(["version", "--client", "-o", "json"]).env_remove("KUBECONFIG"))?;
    let git = text.split("\"gitVersion\": \"v").nth(1)?.split('"').next()?;
    let mut parts = git.split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

/// Debian sid's kubectl, unpacked into `target/kubectl`; none where there is no apt, or no network.
fn newest() -> Option<PathBuf> {
    let folder = sh::root().join("target/kubectl");
    let program = folder.join("unpacked/usr/bin/kubectl");
    if program.is_file() {
        return Some(program);
    }
    let mirror = mirror()?;
    for name in ["lists/partial", "cache/archives/partial"] {
        std::fs::create_dir_all(folder.join(name)).ok()?;
    }
    println!("xtask: fetching Debian's newest kubectl");
    let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    std::fs::write(folder.join("sources.list"), format!("deb [signed-by={keyring}] {mirror} sid main\n")).ok()?;
    // Nothing of this reaches the machine's own apt: its lists, cache and state are ours.
    let apt = || {
        let mut apt = Command::new("apt-get");
        let settings = [
            ("Dir::Etc::sourcelist", folder.join("sources.list")),
            ("Dir::Etc::sourceparts", "-".into()),
            ("Dir::State::lists", folder.join("lists")),
            ("Dir::State::status", "/dev/null".into()),
            ("Dir::Cache", folder.join("cache")),
        ];
        for (name, value) in settings {
            apt.arg("-o").arg(format!("{name}={}", value.display()));
        }
        apt.current_dir(&folder);
        apt
    };
    sh::output(apt().arg("update"))?;
    sh::output(apt().args(["download", "kubectl"]))?;
    let package = std::fs::read_dir(&folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let package = package.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"))?;
    sh::output(Command::new("dpkg-deb").arg("-x").arg(package).arg(folder.join("unpacked")))?;
    program.is_file().then_some(program)
}

/// The mirror that this machine's apt uses.
fn mirror() -> Option<String> {
    let folder = std::fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten();
    let files = folder.filter_map(|entry| Some(entry.ok()?.path())).chain(["/etc/apt/sources.list".into()]);
    let texts = files.filter_map(|path| std::fs::read_to_string(path).ok());
    let mirrors = texts.flat_map(|text| {
        let words = text.lines().filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"));
        let words = words.flat_map(str::split_whitespace).map(str::to_owned).collect::<Vec<_>>();
        words.into_iter().filter(|word| word.starts_with("http") && !word.contains("security"))
    });
    mirrors.into_iter().find(|mirror| mirror.trim_end_matches('/').ends_with("debian"))
}
