//! The service worker of the page: static/worker.js behind a list of every file of `dist/`, with the hash of each. The last
//! step of a build, because any later change of a file would make the list untrue.

use crate::error::Result;
use crate::{build, sh};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the worker is called in `dist/`.
pub const WORKER: &str = "worker.js";

/// Writes `dist/worker.js`.
pub fn write() -> Result {
    let mut files = Vec::new();
    // Nobody keeps the worker but the browser itself.
    for (name, path) in build::files()?.into_iter().filter(|(name, _)| name != WORKER) {
        files.push((name, std::fs::read(path)?));
    }
    let code = std::fs::read_to_string(sh::root().join("static").join(WORKER))?;
    std::fs::write(build::dist().join(WORKER), list(&files, &code) + &code)?;
    Ok(())
}

/// The version, which changes with any byte of the files or of the worker's own code, and the files. The page itself has no
/// name there: hosts redirect from index.html to the folder.
fn list(files: &[(String, Vec<u8>)], code: &str) -> String {
    let mut lines = String::new();
    for (name, bytes) in files {
        let name = if name == "index.html" { "" } else { name };
        let _ = writeln!(lines, "  \"{name}\": \"sha256-{}\",", base64(&Sha256::digest(bytes)));
    }
    let version = Sha256::new().chain_update(&lines).chain_update(code).finalize();
    let version: String = version.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("const VERSION = \"{version}\";\nconst FILES = {{\n{lines}}};\n\n")
}

/// As hashes are written in HTML and in `fetch`: RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_letters() {
        let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let letters = words.map(|word| base64(word.as_bytes()));
        assert_eq!(letters, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn a_version_changes_with_any_file_and_with_the_code() {
        let files = |page: &str| vec![("index.html".to_owned(), page.as_bytes().to_vec())];
        let first = list(&files("a"), "code");
        assert_eq!(first, list(&files("a"), "code"));
        let version = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        assert_ne!(version(&first), version(&list(&files("b"), "code")));
        assert_ne!(version(&first), version(&list(&files("a"), "other")));
        assert!(first.contains("\"\": \"sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=\""), "{first}");
    }
}
