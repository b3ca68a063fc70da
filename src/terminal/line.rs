//! Editing of the line that is typed: what keys and pastes do to it, without a browser.

use shell::Candidate;

/// What Tab can put in place of a part of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the part begins, in UTF-8 bytes; it ends at the cursor.
    pub start: usize,
    /// What could stand there, in the order of the list.
    pub candidates: Vec<Candidate>,
}

impl Completion {
    /// What all candidates begin with.
    pub fn common_prefix(&self) -> &str {
        let mut texts = self.candidates.iter().map(|candidate| candidate.text.as_str());
        let Some(first) = texts.next() else { return "" };
        let common = |a: &str, b: &str| {
            a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map_or(a.len().min(b.len()), |((i, _), _)| i)
        };
        let length = texts.fold(first.len(), |length, other| length.min(common(first, other)));
        &first[..length]
    }
}

/// Puts `text` in place of `line[start..cursor]`; returns the new line and cursor. Bounds outside of the line, or inside
/// a character, leave it as it is.
pub fn replace(line: &str, start: usize, cursor: usize, text: &str) -> (String, usize) {
    match (line.get(..start), line.get(cursor..)) {
        (Some(before), Some(after)) if start <= cursor => (format!("{before}{text}{after}"), start + text.len()),
        _ => (line.to_owned(), cursor.min(line.len())),
    }
}

/// Splits what the line becomes by a paste: the lines that are complete, and what stays to be edited.
pub fn paste(line: &str, from: usize, to: usize, text: &str) -> (Vec<String>, String) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let whole = match (line.get(..from), line.get(to..)) {
        (Some(before), Some(after)) => format!("{before}{text}{after}"),
        _ => format!("{line}{text}"),
    };
    let mut lines: Vec<String> = whole.split('\n').map(str::to_owned).collect();
    let rest = lines.pop().unwrap_or_default();
    (lines, rest)
}

/// A browser counts a cursor in UTF-16 units; this is the same place in UTF-8 bytes.
pub fn byte_offset(line: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (at, c) in line.char_indices() {
        if units >= utf16 {
            return at;
        }
        units += c.len_utf16();
    }
    line.len()
}

/// And back.
pub fn utf16_offset(line: &str, bytes: usize) -> usize {
    line.char_indices().take_while(|(at, _)| *at < bytes).map(|(_, c)| c.len_utf16()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_share_a_beginning() {
        let completion = |items: &[&str]| Completion {
            start: 0,
            candidates: items.iter().map(|s| Candidate::new(*s, "")).collect(),
        };
        assert_eq!(completion(&["deployments", "deploy", "depth"]).common_prefix(), "dep");
        assert_eq!(completion(&["노드", "노트"]).common_prefix(), "노");
        assert_eq!(completion(&["one"]).common_prefix(), "one");
        assert_eq!(completion(&[]).common_prefix(), "");
    }

    #[test]
    fn a_part_is_replaced() {
        assert_eq!(replace("kubectl ge pods", 8, 10, "get"), ("kubectl get pods".into(), 11));
        assert_eq!(replace("노드", 1, 3, "x"), ("노드".into(), 3));
        assert_eq!(replace("a", 5, 9, "x"), ("a".into(), 1));
    }

    #[test]
    fn a_paste_of_several_lines_runs_all_but_the_last() {
        let (lines, rest) = paste("ab", 1, 1, "1\r\n2\n3");
        assert_eq!((lines, rest.as_str()), (vec!["a1".to_owned(), "2".to_owned()], "3b"));
        let (lines, rest) = paste("", 0, 0, "kubectl get nodes\n");
        assert_eq!((lines, rest.as_str()), (vec!["kubectl get nodes".to_owned()], ""));
    }

    #[test]
    fn cursors_are_counted_as_browsers_do() {
        assert_eq!(byte_offset("노a", 1), 3);
        assert_eq!(utf16_offset("노a", 3), 1);
        assert_eq!(byte_offset("🐟a", 2), 4);
        assert_eq!(utf16_offset("🐟a", 5), 3);
    }
}
