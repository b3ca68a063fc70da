//! What a step of a scenario says: Markdown with marks behind code that a click runs, and HTML where Markdown has nothing.

/// A text, taken apart.
#[derive(Debug, Default, PartialEq)]
pub struct Prose {
    /// What is said at once; its headings are lower than those of steps.
    pub body: String,
    /// What is folded away (`<details>`): hints.
    pub hints: Vec<String>,
    /// What code a click runs; or else the code of a folded solution.
    pub commands: Vec<String>,
    /// What the page does not show as the author meant it.
    pub odd: Vec<String>,
}

/// What Killercoda puts in double braces behind code: what a click does.
const MARKS: &[&str] = &["exec", "execute", "copy", "open"];

/// The title of what is folded away, where it is the solution.
const SOLUTION: &[&str] = &["solution", "answer", "해답", "정답", "풀이"];

/// Takes a text apart.
pub fn read(text: &str) -> Prose {
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line);
    }
    reader.close();
    let mut prose = reader.prose;
    if prose.commands.is_empty() {
        prose.commands = reader.solution;
    }
    prose.body = prose.body.trim().to_owned();
    prose
}

#[derive(Default)]
struct Reader {
    prose: Prose,
    /// The code of folded solutions.
    solution: Vec<String>,
    /// The lines of the code block that is open.
    fence: Option<Vec<String>>,
    /// What is folded away, while it is read: its title, its text.
    folded: Option<(String, String)>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        let opens = trimmed.starts_with("```");
        match (&mut self.fence, opens) {
            (Some(code), false) => {
                code.push(line.to_owned());
                self.write(line);
            }
            (Some(code), true) => {
                let code = std::mem::take(code);
                self.fence = None;
                self.code(code, trimmed.contains("{{exec"));
                self.write("```");
            }
            (None, true) => {
                self.fence = Some(Vec::new());
                self.write(line);
            }
            (None, false) => self.words(line, trimmed),
        }
    }

    /// A block of code has ended, and a click runs it or does not.
    fn code(&mut self, code: Vec<String>, runs: bool) {
        let is_solution = |(title, _): &(String, String)| {
            let title = title.to_lowercase();
            SOLUTION.iter().any(|word| title.contains(word))
        };
        if runs {
            self.prose.commands.extend(code);
        } else if self.folded.as_ref().is_some_and(is_solution) {
            self.solution.extend(code);
        }
    }

    /// A line outside of code blocks.
    fn words(&mut self, line: &str, trimmed: &str) {
        // `command`{{exec}}
        for (at, _) in line.match_indices("`{{exec") {
            self.prose.commands.extend(line[..at].rsplit('`').next().map(str::to_owned));
        }
        if trimmed.starts_with("<details") {
            self.close();
            self.folded = Some(Default::default());
        }
        let line = self.html(&unmarked(line));
        self.note_odd(&line);
        match line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
            Some(heading) => self.write(&format!("### {heading}")),
            None => self.write(&line),
        }
        if trimmed.contains("</details>") {
            self.close();
        }
    }

    /// The line without the tags that are mapped or mean nothing here.
    fn html(&mut self, line: &str) -> String {
        let mut line = line.to_owned();
        if let Some((before, rest)) = line.clone().split_once("<summary>") {
            let (title, after) = rest.split_once("</summary>").unwrap_or((rest, ""));
            if let Some((known, _)) = &mut self.folded {
                *known = title.trim().to_owned();
            }
            line = format!("{before}{after}");
        }
        for tag in ["<details>", "</details>", "<details open>", "</summary>", "<br>", "<br/>", "<br />", "<p>", "</p>"]
        {
            line = line.replace(tag, "");
        }
        for (open, close, mark) in
            [("<b>", "</b>", "**"), ("<strong>", "</strong>", "**"), ("<i>", "</i>", "*"), ("<code>", "</code>", "`")]
        {
            line = line.replace(open, mark).replace(close, mark);
        }
        line.trim_end().to_owned()
    }

    /// What will not look as it was meant.
    fn note_odd(&mut self, line: &str) {
        let outside_code = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let trimmed = line.trim();
        let what = if outside_code.contains("![") {
            "a picture"
        } else if trimmed.starts_with('|') && trimmed.ends_with('|') {
            "a table"
        } else if outside_code.contains("{{TRAFFIC") || outside_code.contains("[[HOST") {
            "a link into the scenario's machine"
        } else if trimmed.starts_with(":::") {
            "a line that begins with :::"
        } else if tag(&outside_code) {
            "HTML"
        } else {
            return;
        };
        let what = match what {
            "a table" => what.to_owned(),
            _ => format!("{what}: {}", trimmed.chars().take(60).collect::<String>()),
        };
        if !self.prose.odd.contains(&what) {
            self.prose.odd.push(what);
        }
    }

    fn write(&mut self, line: &str) {
        let into = match &mut self.folded {
            Some((_, text)) => text,
            None => &mut self.prose.body,
        };
        into.push_str(line);
        into.push('\n');
    }

    /// What is folded away has ended.
    fn close(&mut self) {
        if let Some((_, text)) = self.folded.take()
            && !text.trim().is_empty()
        {
            self.prose.hints.push(text.trim().to_owned());
        }
    }
}

/// Whether there is a tag of HTML.
fn tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let inside = text[at + 1..].trim_start_matches('/');
        let name = inside.bytes().take_while(u8::is_ascii_lowercase).count();
        let known = ["pre", "div", "img", "span", "table", "iframe", "a", "ul", "ol", "li", "sub", "kbd"];
        known.contains(&&inside[..name])
    })
}

/// The line without what stands in double braces behind code.
fn unmarked(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once("`{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push('`');
        if !inside.split_whitespace().next().is_some_and(|word| MARKS.contains(&word)) {
            out.push_str(&format!("{{{{{inside}}}}}"));
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_code_stays_as_it_is() {
        let prose = read(
            "# Title\n\nRun `kubectl get pods`{{exec}}, `ls`{{execute HOST1}} or copy `x`{{copy}}.\n\n```yaml\n# a comment\nkind: Pod\n```{{copy}}\n\n\
             ```\nkubectl apply -f -<<END\n\na: {{.x}}\nEND\n``` {{exec interrupt}}\n",
        );
        assert_eq!(prose.commands, ["kubectl get pods", "ls", "kubectl apply -f -<<END", "", "a: {{.x}}", "END"]);
        assert!(prose.body.starts_with("### Title\n\nRun `kubectl get pods`, `ls` or copy `x`."), "{}", prose.body);
        assert!(prose.body.contains("\n# a comment\nkind: Pod\n```\n"), "{}", prose.body);
        assert_eq!((prose.hints, prose.odd), (vec![], vec![]));
    }

    #[test]
    fn what_is_folded_away_is_a_hint_and_a_solution() {
        let prose = read(
            "Do it.<br>\n\n<details>\n<summary>Tip</summary>\n\nThink of <b>labels</b>.\n</details>\n<details><summary>Solution</summary>\n<br>\n\n```plain\n\
             kubectl label pod a b=c\n```\n</details>\nAfter.\n\n<img src=x> ![y](z)\n[open]({{TRAFFIC_HOST1_80}})\n",
        );
        assert_eq!(prose.hints, ["Think of **labels**.", "```plain\nkubectl label pod a b=c\n```"]);
        assert_eq!(prose.commands, ["kubectl label pod a b=c"]);
        assert!(prose.body.starts_with("Do it.") && prose.body.contains("\nAfter.\n"), "{}", prose.body);
        assert_eq!(prose.odd.len(), 2, "{:?}", prose.odd);
    }
}
