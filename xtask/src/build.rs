//! `cargo xtask build`: the release page in `dist/`, plain files with relative addresses.

use crate::error::{Result, fail};
use crate::{sh, tools};
use std::path::PathBuf;

/// Where Trunk writes the page.
pub fn dist() -> PathBuf {
    sh::root().join("dist")
}

/// The page compiles the standard library with itself, for size, and with it goes every text that only a panic would show:
/// together they are a tenth of the page. A panic is a trap then, which static/start.js sees. Cargo and the compiler take these
/// settings from a stable toolchain only if RUSTC_BOOTSTRAP says so; the toolchain is pinned, so that they cannot change.
const FOR_SIZE: &[(&str, &str)] = &[
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none",
    ),
];

/// Builds the page after installing what is missing. `--dev` builds it for working on it: quickly, large and slow, with the
/// texts of panics.
pub fn run(arguments: &[String]) -> Result {
    tools::for_the_page()?;
    let mut trunk = sh::program("trunk");
    // Trunk reads NO_COLOR as a flag that wants "true" or "false", and stops at the customary "1".
    trunk.env_remove("NO_COLOR").arg("build");
    match arguments {
        [] => trunk.arg("--release").envs(FOR_SIZE.iter().copied()),
        [flag] if flag == "--dev" => trunk.args(["--cargo-profile", "page-dev"]),
        _ => return fail("usage: cargo xtask build [--dev]"),
    };
    fetch()?;
    sh::run(&mut trunk)?;
    absolute_addresses()
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
