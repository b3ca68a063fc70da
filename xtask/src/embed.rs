//! The element `<kubarium-playground>` for other pages: embed/kubarium.js, without its comments, as a module and as a plain
//! script. A page downloads it before its reader has asked for anything, so that it is small.

use crate::error::{Result, fail};
use crate::{build, sh};
use std::path::Path;

/// The module, and the plain script that does the same.
pub const MODULE: &str = "kubarium.js";
/// See [`MODULE`].
pub const SCRIPT: &str = "kubarium.global.js";
/// What TypeScript is told of the module.
pub const TYPES: &str = "kubarium.d.ts";

/// The most bytes of either, before any compression.
const MOST_BYTES: usize = 10_000;

/// Writes the element into `dist/`.
pub fn bundle() -> Result {
    let source = std::fs::read_to_string(sh::root().join("embed").join(MODULE))?;
    let module = squeeze(&source);
    for (name, text) in [(MODULE, module.clone()), (SCRIPT, plain(&module))] {
        if text.len() > MOST_BYTES {
            return fail(format!("{name} has {} bytes, more than {MOST_BYTES}", text.len()));
        }
        std::fs::write(build::dist().join(name), text)?;
    }
    std::fs::copy(sh::root().join("embed").join(TYPES), build::dist().join(TYPES))?;
    Ok(())
}

/// Writes the npm package into `target/npm`: the element and what puts it into docs sites, and all of `dist/`, so that a site can
/// serve the page itself.
pub fn pack(arguments: &[String]) -> Result {
    match arguments {
        [] => build::run(&[])?,
        [flag] if flag == "--no-build" => {}
        _ => return fail("usage: cargo xtask pack-npm [--no-build]"),
    }
    let (root, package) = (sh::root(), sh::root().join("target/npm"));
    if package.exists() {
        std::fs::remove_dir_all(&package)?;
    }
    copy(&root.join("embed"), &package, |name| !name.starts_with(MODULE) && name != TYPES)?;
    for (name, path) in build::files()? {
        place(&path, &package.join("dist").join(name))?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        std::fs::copy(root.join(name), package.join(name))?;
    }
    std::fs::copy(root.join("docs/embed.md"), package.join("README.md"))?;
    println!("{} is ready: npm publish {}", package.display(), package.display());
    Ok(())
}

/// Copies the files of a folder whose names below it are wanted.
fn copy(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result {
    for path in sh::files_below(from)? {
        let name = path.strip_prefix(from).unwrap_or(&path);
        if !wanted(&name.to_string_lossy()) || name.components().any(|part| part.as_os_str() == "__pycache__") {
            continue;
        }
        place(&path, &to.join(name))?;
    }
    Ok(())
}

/// Copies a file to where there may be no folder yet.
fn place(from: &Path, to: &Path) -> Result {
    std::fs::create_dir_all(to.parent().unwrap_or(to))?;
    std::fs::copy(from, to)?;
    Ok(())
}

/// Leaves out comments, indentation, and blanks that nothing needs. It reads by lines: a comment has lines of its own, or stands at
/// the beginning of one; blanks go only from lines without any text, and from the style sheet.
fn squeeze(source: &str) -> String {
    let (mut out, mut in_comment, mut in_style) = (String::new(), false, false);
    for line in source.lines() {
        let mut line = line.trim();
        if in_comment || line.starts_with("/*") {
            let end = line.find("*/");
            in_comment = end.is_none();
            line = end.map_or("", |end| line[end + 2..].trim());
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if line == "`;" {
            in_style = false;
        }
        match (in_style, line.contains(['"', '\'', '`', '/'])) {
            (true, _) => out += &tight(line, "{},;:>+"),
            (false, false) => out += &tight(line, "{}()=,;:<>&|?!+"),
            (false, true) => out += line,
        }
        out.push('\n');
        in_style |= line.ends_with("STYLE = `");
    }
    out
}

/// A line without the blanks beside these signs.
fn tight(line: &str, signs: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        if signs.contains(c) {
            out.truncate(out.trim_end_matches(' ').len());
        }
        if c != ' ' || !out.ends_with(|last| signs.contains(last)) {
            out.push(c);
        }
    }
    out
}

/// The module as a script without `import` and `export`; what it exports is in the global `Kubarium`.
fn plain(module: &str) -> String {
    let body = module.replace("import.meta.url", "document.currentScript.src");
    let body = body.replace("\nexport ", "\n");
    format!("globalThis.Kubarium=(()=>{{\n{body}return{{Playground,enliven,read}};\n}})();\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_runs_is_left_out() {
        let source =
            "// a\n/** b\n * c\n */\nconst x = () => 1; \n/** @type {X} */\n  const y = \"a, b\";\n/** d */ let z;\n";
        assert_eq!(squeeze(source), "const x=()=>1;\nconst y = \"a, b\";\nlet z;\n");
    }

    #[test]
    fn a_style_keeps_what_means_something() {
        let source = "const STYLE = `\n.a .b { margin: 1em 0; }\n.c:not(.d) + .e { font: 14px/1.5 x; }\n`;\nf(1, 2);\n";
        assert_eq!(
            squeeze(source),
            "const STYLE = `\n.a .b{margin:1em 0;}\n.c:not(.d)+.e{font:14px/1.5 x;}\n`;\nf(1,2);\n"
        );
    }

    #[test]
    fn a_plain_script_exports_nothing() {
        let script = plain("const HERE = new URL(\".\", import.meta.url);\nexport class Playground {}\n");
        assert!(!script.contains("import") && !script.contains("export"), "{script}");
        assert!(script.contains("document.currentScript.src") && script.starts_with("globalThis.Kubarium="));
    }

    #[test]
    fn the_element_is_small() {
        let source = std::fs::read_to_string(sh::root().join("embed").join(MODULE)).expect("the element's source");
        let module = squeeze(&source);
        assert!(plain(&module).len().max(module.len()) <= MOST_BYTES, "{}", plain(&module).len());
    }
}
