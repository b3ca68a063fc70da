//! Places in a text, and what keys do to its lines, without a browser.

/// The bytes of a line, counted from 1, without its end and its indentation.
pub fn line_at(text: &str, line: usize) -> (usize, usize) {
    let mut at = 0;
    for (i, row) in text.split('\n').enumerate() {
        if i + 1 == line {
            let indent = row.len() - row.trim_start().len();
            return (at + indent, at + row.len());
        }
        at += row.len() + 1;
    }
    (text.len(), text.len())
}

/// Row and column (in cells: a wide letter takes two) of a place, from 0.
pub fn cell(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let row = before.matches('\n').count();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    (row, line.chars().map(|c| 1 + usize::from(wide(c))).sum())
}

/// What Enter puts in at a place: a new line as far to the right as this one, or further where a mapping begins.
pub fn new_line(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let body = line.trim_start_matches([' ', '-']);
    // In a list, fields of an element stand below its first one.
    let mut indent = line.len() - body.len();
    if body.trim_end().ends_with(':') {
        indent += 2;
    }
    if line.trim().is_empty() {
        indent = line.len();
    }
    format!("\n{}", " ".repeat(indent))
}

/// How many blanks Tab puts in at a place, if only blanks stand before it in its line.
pub fn indentation(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.rsplit('\n').next()?;
    before.bytes().all(|b| b == b' ').then_some(2 - before.len() % 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let text = "a:\n  b: 한\nc";
        assert_eq!(line_at(text, 2), (5, 11));
        assert_eq!(line_at(text, 9), (13, 13));
        assert_eq!(cell(text, 11), (1, 7));
        assert_eq!(cell(text, 99), (2, 1));
    }

    #[test]
    fn lines_begin_where_yaml_goes_on() {
        assert_eq!(new_line("spec:", 5), "\n  ");
        assert_eq!(new_line("  - name: x", 11), "\n    ");
        assert_eq!(new_line("a: b", 4), "\n");
        assert_eq!(new_line("    ", 4), "\n    ");
        assert_eq!((indentation("a\n ", 3), indentation("a", 1), indentation("", 0)), (Some(1), None, Some(2)));
    }
}
