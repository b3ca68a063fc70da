//! `cargo xtask build`: the release page in `dist/`, plain files with relative addresses.

use crate::error::{Result, fail};
use crate::{sh, tools};
use std::path::PathBuf;

/// Where Trunk writes the page.
pub fn dist() -> PathBuf {
    sh::root().join("dist")
}

/// Builds the page after installing what is missing.
pub fn run(_arguments: &[String]) -> Result {
    tools::for_the_page()?;
    let mut trunk = sh::program("trunk");
    // Trunk reads NO_COLOR as a flag that wants "true" or "false", and stops at the customary "1".
    trunk.env_remove("NO_COLOR").args(["build", "--release"]);
    sh::run(&mut trunk)?;
    absolute_addresses()
}

/// A page that works from any folder of any host names no file from the host's root.
fn absolute_addresses() -> Result {
    let page = std::fs::read_to_string(dist().join("index.html"))?;
    match ["src=\"/", "href=\"/", "from '/", "from \"/"].into_iter().find(|mark| page.contains(mark)) {
        Some(mark) => fail(format!("dist/index.html holds an absolute address: {mark}...")),
        None => Ok(()),
    }
}
