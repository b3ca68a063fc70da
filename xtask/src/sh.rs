//! Running programs: from the repository's root, with our tools first on the PATH.

use crate::error::{Error, Result, fail};
use crate::tools;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The repository's root: the folder above this package, as cargo says when it runs us (two checkouts may share what was
/// compiled), or as it was when we were compiled.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        package.parent().map_or_else(|| package.clone(), Path::to_owned)
    })
}

/// A program to be run in the root; it reads nothing from us, so that no command waits for a key.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).env("PATH", search_path()).stdin(Stdio::null());
    command
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The native command, which `cargo build -p kubarium` puts beside this program.
pub fn kubarium() -> Result<PathBuf> {
    let ours = std::env::current_exe()?;
    Ok(ours.with_file_name(format!("kubarium{}", std::env::consts::EXE_SUFFIX)))
}

/// Runs a command to its end, its output shown as it comes.
pub fn run(command: &mut Command) -> Result {
    let name = name(command);
    let status = command.status().map_err(|error| Error(format!("{name}: {error}")))?;
    if status.success() { Ok(()) } else { fail(format!("{name} failed: {status}")) }
}

/// Runs a command to its end and gives each line of its standard output to `line` after showing it.
pub fn run_reading(command: &mut Command, mut line: impl FnMut(&str)) -> Result {
    let name = name(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| Error(format!("{name}: {error}")))?;
    let output = child.stdout.take().expect("it is piped");
    for bytes in BufReader::new(output).split(b'\n') {
        let text = String::from_utf8_lossy(&bytes?).into_owned();
        println!("{text}");
        line(&text);
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { fail(format!("{name} failed: {status}")) }
}

/// What a command prints, or `None` if it cannot be run or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first file of that name on the PATH, our own tools first.
pub fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path()).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn search_path() -> std::ffi::OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = tools::folders().into_iter().chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).unwrap_or(inherited)
}

/// A command as it would be typed, for messages.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let mut words = words.map(|word| word.to_string_lossy().into_owned());
    let program = words.next().unwrap_or_default();
    let program = Path::new(&program).file_name().map_or(program.clone(), |name| name.to_string_lossy().into_owned());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Every file below a folder, in the order of their names.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
