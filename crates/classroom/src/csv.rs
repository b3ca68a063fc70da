//! Reports as a table that a spreadsheet reads: RFC 4180, a row for each step.

use crate::finding::Finding;
use crate::report::Report;
use api::Language;

/// The columns.
const HEAD: &str = "learner,lesson,step,solved,commands,shown,hints,seconds,began,solved at,attempts,replayed,remarks";

/// The table of some reports, with what was found in each; no findings where it was not replayed.
pub fn csv(reports: &[(Report, Option<Vec<Finding>>)], lang: Language) -> String {
    let mut out = format!("{HEAD}\r\n");
    for (report, findings) in reports {
        let own = |id: &str| -> Vec<String> {
            let of = findings.iter().flatten().filter(|finding| finding.step.is_empty() || finding.step == id);
            of.map(|finding| finding.words(lang)).collect()
        };
        // Where nothing was solved, a row says so, without a step.
        let none = [String::new()];
        let is_solved = !report.solved.is_empty();
        for id in if is_solved { &report.solved[..] } else { &none } {
            let proof = report.proofs().find(|proof| proof.step == *id);
            let remarks = own(id);
            let is_right = |found: &Vec<Finding>| if is_solved { remarks.is_empty() } else { found.is_empty() };
            let verdict = findings.as_ref().map_or("", |found| if is_right(found) { "yes" } else { "NO" });
            let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
            let time = |time: Option<api::Time>| time.map(api::Time::rfc3339).unwrap_or_default();
            row(
                &mut out,
                &[
                    &report.learner,
                    &report.lesson,
                    id,
                    if is_solved { "yes" } else { "no" },
                    &number(proof.map(|proof| proof.commands as i64)),
                    &number(proof.map(|proof| proof.shown as i64)),
                    &number(proof.map(|proof| proof.hints as i64)),
                    &number(proof.map(|proof| proof.solved.seconds() - proof.began.seconds())),
                    &time(proof.map(|proof| proof.began)),
                    &time(proof.map(|proof| proof.solved)),
                    &report.attempts.to_string(),
                    verdict,
                    &remarks.join("; "),
                ],
            );
        }
    }
    out
}

fn row(out: &mut String, fields: &[&str]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        // A spreadsheet takes what begins like this for a formula: a name must not become one.
        let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let field = format!("{guard}{field}");
        if field.contains([',', '"', '\n', '\r']) {
            out.push_str(&format!("\"{}\"", field.replace('"', "\"\"")));
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_neither_columns_nor_formulas() {
        let mut out = String::new();
        row(&mut out, &["Kim, \"Min\"", "=1+1", "plain"]);
        assert_eq!(out, "\"Kim, \"\"Min\"\"\",'=1+1,plain\r\n");
    }
}
