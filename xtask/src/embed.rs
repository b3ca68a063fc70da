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

/// Leaves out comments, indentation, and blanks and line ends that nothing needs. It reads by lines: a comment has lines of its
/// own, or stands at the beginning of one; a text within quotes, and a line with a `/` (it may be a pattern), stay as they are.
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
        // A type within a line: what stands around it is a line without it.
        let untyped = line.split_once("/** @type").and_then(|(before, rest)| Some((before, rest.split_once("*/ ")?.1)));
        let untyped = untyped.map(|(before, after)| format!("{before}{after}"));
        let line = untyped.as_deref().unwrap_or(line);
        if line == "`;" {
            in_style = false;
        }
        match (in_style, line.contains('/')) {
            (true, _) => out += &tight(line, "{},;:>+").replace(";}", "}"),
            (false, false) => out += &outside_quotes(line),
            (false, true) => out += line,
        }
        // Behind these signs a line's end means nothing.
        if !line.ends_with(['{', ',', ';', '(']) {
            out.push('\n');
        }
        in_style |= line.ends_with("STYLE = `");
    }
    shortened(out, source)
}

/// Private names of the class, which nobody outside sees, in one letter each.
fn shortened(text: String, source: &str) -> String {
    let name = |line: &str| {
        let name = line.strip_prefix("  #").or_else(|| line.strip_prefix("  async #"))?;
        name.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned)
    };
    let letters = ('a'..='z').chain('A'..='Z');
    let is_name = |c: char| c.is_alphanumeric();
    source.lines().filter_map(name).zip(letters).fold(text, |text, (name, letter)| {
        let mut parts = text.split('#');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.strip_prefix(&name).filter(|rest| !rest.starts_with(is_name)) {
                Some(rest) => out += &format!("#{letter}{rest}"),
                None => out += &format!("#{part}"),
            }
        }
        out
    })
}

/// A line of code without blanks that nothing needs; what stands in quotes stays.
fn outside_quotes(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = char::from(rest.as_bytes()[at]);
        let end = rest[at + 1..].find(quote).map_or(rest.len(), |end| at + end + 2);
        // The signs beside a quote have no blanks either: so the quote is squeezed with them.
        out += &tight(&format!("{}\u{1}", &rest[..at]), CODE);
        out.truncate(out.len() - 1);
        out += &rest[at..end];
        rest = &rest[end..];
        if rest.starts_with(' ') && rest[1..].starts_with(|c| CODE.contains(c)) {
            rest = &rest[1..];
        }
    }
    out += &tight(rest, CODE);
    out
}

/// Signs beside which code needs no blank.
const CODE: &str = "{}()=,;:<>&|?!+";

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
    let body = body.replace("export class", "class").replace("export function", "function");
    format!("globalThis.Kubarium=(()=>{{\n{body}return{{Playground,enliven,read}};\n}})();\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_runs_is_left_out() {
        let source =
            "// a\n/** b\n * c\n */\nconst x = () => 1; \n/** @type {X} */\n  const y = \"a, b\";\n/** d */ let z;\n";
        assert_eq!(squeeze(source), "const x=()=>1;const y=\"a, b\";let z;");
        assert_eq!(squeeze("const x = /** @type {X} */ (y.z ?? w);\n"), "const x=(y.z??w);");
        assert_eq!(
            squeeze("f(a , `x  ${ y }`) ;\nreturn \"a = b\" ? 'c' : d;\n"),
            "f(a,`x  ${ y }`);return \"a = b\"?'c':d;"
        );
    }

    #[test]
    fn a_style_keeps_what_means_something() {
        let source = "const STYLE = `\n.a .b { margin: 1em 0; }\n.c:not(.d) + .e { font: 14px/1.5 x; }\n`;\nf(1, 2);\n";
        assert_eq!(squeeze(source), "const STYLE=`\n.a .b{margin:1em 0}\n.c:not(.d)+.e{font:14px/1.5 x}\n`;f(1,2);");
    }

    #[test]
    fn what_nobody_sees_is_short() {
        let source =
            "class X {\n  #box = 1;\n  #boxes = \"#boxed\";\n  async #ask() {\n    this.#box = this.#boxes;\n  }\n}\n";
        assert_eq!(squeeze(source), "class X{#a=1;#b=\"#boxed\";async #c(){this.#a=this.#b;}\n}\n");
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
