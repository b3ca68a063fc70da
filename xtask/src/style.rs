//! One style sheet for the page: Trunk writes one for each file in static/style, and each would be a request that the first
//! picture waits for.

use crate::build;
use crate::error::{Error, Result};

/// Puts the style sheets of `dist/index.html` into one file, in their order.
pub fn bundle() -> Result {
    let (dist, page) = (build::dist(), build::dist().join("index.html"));
    let text = std::fs::read_to_string(&page)?;
    let (rest, names) = without_sheets(&text);
    let mut style = String::new();
    for name in &names {
        style += &std::fs::read_to_string(dist.join(name))?;
        std::fs::remove_file(dist.join(name))?;
    }
    let name = build::hashed("style", "css", style.as_bytes())?;
    // Before the scripts: nothing else is needed as early.
    let (head, tail) = rest.split_once("<script").ok_or_else(|| Error("dist/index.html has no script".into()))?;
    std::fs::write(page, format!("{head}<link rel=\"stylesheet\" href=\"./{name}\">\n  <script{tail}"))?;
    Ok(())
}

/// The page without its style sheets, and their names in their order.
fn without_sheets(page: &str) -> (String, Vec<&str>) {
    let (mut rest, mut names) = (String::new(), Vec::new());
    for line in page.lines() {
        let sheet = line.trim().strip_prefix("<link rel=\"stylesheet\" href=\"./");
        match sheet.and_then(|sheet| sheet.split_once('"')) {
            Some((name, _)) => names.push(name),
            None => rest = rest + line + "\n",
        }
    }
    (rest, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_taken_out_in_their_order() {
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"./b-1.css\" integrity=\"x\"/>\n  <title>t</title>\n  \
                    <link rel=\"stylesheet\" href=\"./a-2.css\"/>\n</head>\n";
        let (rest, names) = without_sheets(page);
        assert_eq!((rest.as_str(), names), ("<head>\n  <title>t</title>\n</head>\n", vec!["b-1.css", "a-2.css"]));
    }
}
