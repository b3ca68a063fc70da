//! The programs that the page and its tests need beside cargo: looked for on the PATH, then in our own folder of tools,
//! and installed there if they are nowhere. Versions are pinned, for they decide the bytes of the page.

use crate::error::{Result, fail};
use crate::sh;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that is a crate. Its own release profile would spend most of its time on optimising what runs for seconds,
/// so that it has an optimisation level of ours: 0, or 1 where it works through megabytes.
struct Crate {
    program: &'static str,
    package: &'static str,
    version: &'static str,
    locked: bool,
    opt_level: &'static str,
}

const TRUNK: Crate = Crate { program: "trunk", package: "trunk", version: "0.21.14", locked: true, opt_level: "0" };
const WASM_BINDGEN: Crate =
    Crate { program: "wasm-bindgen", package: "wasm-bindgen-cli", version: "0.2.130", locked: false, opt_level: "1" };
const BINARYEN: &str = "132.0.0";
/// What the page is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A program from Debian's packages: what it is looked for as, and the packages that bring it.
struct Packaged {
    program: &'static str,
    packages: &'static [&'static str],
}

const NODE: &[Packaged] =
    &[Packaged { program: "node", packages: &["nodejs"] }, Packaged { program: "npm", packages: &["npm"] }];
const BROTLI: &[Packaged] = &[Packaged { program: "brotli", packages: &["brotli"] }];
// The fonts make Korean text visible in screenshots.
const CHROMIUM: &[Packaged] =
    &[Packaged { program: "chromium", packages: &["chromium", "chromium-driver", "fonts-noto-cjk"] }];

// Firefox is called `firefox` where it does not come from Debian's long-term packages.
const FIREFOX: &[Packaged] = &[Packaged { program: "firefox-esr", packages: &["firefox-esr"] }];

/// Everything that `trunk build` calls.
pub fn for_the_page() -> Result {
    wasm_target()?;
    standard_library()?;
    cargo_tool(&TRUNK)?;
    cargo_tool(&WASM_BINDGEN)?;
    wasm_opt()
}

/// The `node` and `npm` programs.
pub fn node() -> Result {
    debian(NODE)
}

/// Everything that the browser journeys call.
pub fn for_the_browser() -> Result {
    node()?;
    debian(CHROMIUM)?;
    firefox()?;
    npm_packages(&sh::root().join("tests/browser"))
}

/// Firefox, for its journey. Where it is not and cannot be installed the others run all the same, and its own says that it was
/// skipped; `FIREFOX` names one that lies elsewhere. The build server must have it.
fn firefox() -> Result {
    if std::env::var_os("FIREFOX").is_some() || sh::find("firefox").is_some() {
        return Ok(());
    }
    match debian(FIREFOX) {
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("xtask: without Firefox its journey is skipped: {error}");
            Ok(())
        }
        result => result,
    }
}

/// The `brotli` program, which `size` measures with.
pub fn brotli() -> Result {
    debian(BROTLI)
}

/// Where our own tools lie: `$XDG_CACHE_HOME/kubarium/tools`, or below `~/.cache`.
fn home() -> PathBuf {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    cache.unwrap_or_else(|| sh::root().join("target")).join("kubarium/tools")
}

/// The folders that hold our own tools, for the PATH.
pub fn folders() -> [PathBuf; 2] {
    [home().join("bin"), home().join("npm/node_modules/binaryen/bin")]
}

/// rust-toolchain.toml asks for the target already; this serves toolchains that came without rustup's reading of it.
fn wasm_target() -> Result {
    let libraries = sh::output(sh::program("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    announce(WASM_TARGET, "a minute");
    sh::run(sh::program("rustup").args(["target", "add", WASM_TARGET]))
}

/// The standard library's source, which the page compiles anew.
fn standard_library() -> Result {
    let root = sh::output(sh::program("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    if Path::new(&root).join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    announce("rust-src", "a few seconds");
    sh::run(sh::program("rustup").args(["component", "add", "rust-src"]))
}

/// `PROGRAM --version` must print the pinned version; else it is installed.
fn cargo_tool(tool: &Crate) -> Result {
    let Crate { program, package, version, .. } = tool;
    if is_version(program, version) {
        return Ok(());
    }
    announce(&format!("{package} {version}"), "some minutes");
    let mut install = sh::cargo();
    install.args(["install", package, "--version", version, "--force", "--root"]).arg(home());
    if tool.locked {
        install.arg("--locked");
    }
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", tool.opt_level).env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    install.env("CARGO_TARGET_DIR", home().join("target"));
    sh::run(&mut install)?;
    let _ = std::fs::remove_dir_all(home().join("target"));
    if is_version(program, version) {
        Ok(())
    } else {
        fail(format!("{program} {version} was installed but does not run"))
    }
}

fn wasm_opt() -> Result {
    let major = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    if is_version("wasm-opt", major) {
        return Ok(());
    }
    node()?;
    announce(&format!("binaryen {BINARYEN}"), "a few seconds");
    let folder = home().join("npm");
    std::fs::create_dir_all(&folder)?;
    let package = format!("binaryen@{BINARYEN}");
    let mut install = npm(&folder);
    install.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&folder).arg(package);
    sh::run(&mut install)?;
    if is_version("wasm-opt", major) { Ok(()) } else { fail("wasm-opt was installed but does not run") }
}

/// The packages of a folder's lock file, unless they are there already.
fn npm_packages(folder: &Path) -> Result {
    let lock = folder.join("package-lock.json");
    let mark = folder.join("node_modules/.package-lock.json");
    let fresh = modified(&mark).zip(modified(&lock)).is_some_and(|(mark, lock)| mark >= lock);
    if fresh {
        return Ok(());
    }
    announce("the browser tests' packages", "a few seconds");
    sh::run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))
}

fn npm(folder: &Path) -> Command {
    let mut npm = sh::program("npm");
    npm.current_dir(folder).env("npm_config_update_notifier", "false");
    npm
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// Programs from Debian's packages: installed where we may (as root, where there is apt-get), asked for elsewhere.
fn debian(wanted: &[Packaged]) -> Result {
    let missing: Vec<_> = wanted.iter().filter(|wanted| sh::find(wanted.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().flat_map(|wanted| wanted.packages).copied().collect();
    let list = packages.join(" ");
    let is_root = sh::output(sh::program("id").arg("-u")).as_deref() == Some("0");
    if !is_root || sh::find("apt-get").is_none() {
        return fail(format!("these programs are missing; on Debian or Ubuntu: sudo apt-get install {list}"));
    }
    announce(&list, "a minute");
    let apt = || {
        let mut apt = sh::program("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    sh::run(apt().arg("update"))?;
    sh::run(apt().args(["install", "-y", "--no-install-recommends"]).args(&packages))
}

/// Whether the program runs and its version, a word of the first line, is the wanted one.
fn is_version(name: &str, wanted: &str) -> bool {
    let printed = sh::output(sh::program(name).arg("--version")).unwrap_or_default();
    printed.split_whitespace().any(|word| word == wanted)
}

fn announce(what: &str, how_long: &str) {
    eprintln!("xtask: installing {what} ({how_long})");
}
