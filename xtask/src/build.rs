//! `cargo xtask build`: the release page in `dist/`, plain files with relative addresses.

use crate::error::{Error, Result, fail};
use crate::{offline, profile, sh, size, split, tools};
use std::hash::Hasher;
use std::path::PathBuf;

/// The beginning of the name of the module that the page loads when first used.
pub const MORE: &str = "kubarium-more";

/// Where Trunk writes the page.
pub fn dist() -> PathBuf {
    sh::root().join("dist")
}

/// The page compiles the standard library with itself, for size, and with it goes every text that only a panic would show:
/// together they are a tenth of the page. A panic is a trap then, which static/start.js sees. Cargo and the compiler take these
/// settings from a stable toolchain only if RUSTC_BOOTSTRAP says so; the toolchain is pinned, so that they cannot change. The
/// linker leaves an account of what uses what, for `split`.
const FOR_SIZE: &[(&str, &str)] = &[
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Clink-arg=--emit-relocs",
    ),
];

/// Builds the page after installing what is missing, and weighs it. `--dev` builds it for working on it: quickly, in one module, large and
/// slow, with the texts of panics.
pub fn run(arguments: &[String]) -> Result {
    match arguments {
        [] => {
            whole(&[])?;
            in_two()?;
            offline::write()?;
            weigh()
        }
        [flag] if flag == "--dev" => {
            whole(&["--cargo-profile", "page-dev"])?;
            offline::write()
        }
        _ => fail("usage: cargo xtask build [--dev]"),
    }
}

/// Fails if a file is over its budget. Where there is no `brotli` and none can be installed, the page is built all the same.
fn weigh() -> Result {
    match tools::brotli() {
        Ok(()) => size::run(&[]),
        Err(problem) => {
            println!("the page is not weighed: {problem}");
            Ok(())
        }
    }
}

/// Builds the page for release, but leaves its program in one module with the names of its functions.
pub fn named() -> Result {
    whole(&[])
}

/// Calls Trunk. No arguments are the release.
fn whole(arguments: &[&str]) -> Result {
    tools::for_the_page()?;
    fetch()?;
    let mut trunk = sh::program("trunk");
    // Trunk reads NO_COLOR as a flag that wants "true" or "false", and stops at the customary "1".
    trunk.env_remove("NO_COLOR").arg("build").args(arguments);
    if arguments.is_empty() {
        trunk.arg("--release").envs(FOR_SIZE.iter().copied());
    }
    sh::run(&mut trunk)?;
    crate::style::bundle()?;
    crate::lessons::bundle()?;
    crate::embed::bundle()?;
    absolute_addresses()
}

/// Splits the program, makes both modules small, and tells the page of the second.
fn in_two() -> Result {
    let whole = module()?;
    let (first, second) = split::split(&std::fs::read(&whole)?, &std::fs::read(linked())?, &profile::first_load()?)?;
    std::fs::remove_file(&whole)?;
    let (first, second) = (optimised("kubarium", &first)?, optimised(MORE, &second)?);
    let page = dist().join("index.html");
    let old = whole.file_name().unwrap_or_default().to_string_lossy();
    let tag = format!("data-module=\"{old}\"");
    let text = std::fs::read_to_string(&page)?;
    let text = text.replace(&tag, &format!("{tag} data-more=\"{second}\""));
    std::fs::write(&page, text.replace(&*old, &first))?;
    Ok(())
}

/// The program as the linker left it, before wasm-bindgen.
fn linked() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| sh::root().join("target"), PathBuf::from);
    target.join(tools::WASM_TARGET).join("page/kubarium-page.wasm")
}

/// The program's module as Trunk left it.
pub fn module() -> Result<PathBuf> {
    let mut files = std::fs::read_dir(dist())?.filter_map(|entry| Some(entry.ok()?.path()));
    let found = files.find(|path| path.to_string_lossy().ends_with("_bg.wasm"));
    found.ok_or_else(|| Error("Trunk left no module in dist/".into()))
}

/// Writes a module into `dist/`, as small as wasm-opt makes it, and gives it a name that changes with its bytes.
fn optimised(name: &str, wasm: &[u8]) -> Result<String> {
    let (large, small) = (dist().join(".large.wasm"), dist().join(".small.wasm"));
    std::fs::write(&large, wasm)?;
    let mut optimise = sh::program("wasm-opt");
    optimise.args(["--low-memory-unused", "--gufa", "-Oz", "--merge-similar-functions", "-o"]).arg(&small).arg(&large);
    sh::run(&mut optimise)?;
    std::fs::remove_file(large)?;
    let bytes = std::fs::read(&small)?;
    std::fs::remove_file(small)?;
    hashed(name, "wasm", &bytes)
}

/// Writes a file into `dist/`; its name, which changes with its bytes.
pub fn hashed(name: &str, extension: &str, bytes: &[u8]) -> Result<String> {
    let mut hash = std::hash::DefaultHasher::new();
    hash.write(bytes);
    let name = format!("{name}-{:016x}.{extension}", hash.finish());
    std::fs::write(dist().join(&name), bytes)?;
    Ok(name)
}

/// The files of `dist/`, by their names there, in order. A name with a dot is a build under way.
pub fn files() -> Result<Vec<(String, PathBuf)>> {
    let dist = dist();
    let name = |path: &PathBuf| path.strip_prefix(&dist).unwrap_or(path).display().to_string().replace('\\', "/");
    let files = sh::files_below(&dist)?.into_iter().map(|path| (name(&path), path));
    Ok(files.filter(|(name, _)| !name.split('/').any(|part| part.starts_with('.'))).collect())
}

/// Downloads what the page is made of, the standard library's own dependencies among it: the build itself is offline.
fn fetch() -> Result {
    let fetch = || {
        let mut cargo = sh::cargo();
        cargo.args(["fetch", "--quiet", "--locked", "--target", tools::WASM_TARGET]).envs(FOR_SIZE.iter().copied());
        cargo
    };
    match sh::output(fetch().arg("--offline")) {
        Some(_) => Ok(()),
        None => sh::run(&mut fetch()),
    }
}

/// A page that works from any folder of any host names no file from the host's root.
fn absolute_addresses() -> Result {
    let page = std::fs::read_to_string(dist().join("index.html"))?;
    match ["src=\"/", "href=\"/", "from '/", "from \"/"].into_iter().find(|mark| page.contains(mark)) {
        Some(mark) => fail(format!("dist/index.html holds an absolute address: {mark}...")),
        None => Ok(()),
    }
}
