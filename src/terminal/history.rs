//! The lines that were typed, to be called back.

/// Lines beyond this many are forgotten, oldest first.
const MAX_LINES: usize = 1000;

/// The lines that were typed, and where in them the reader is.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: Vec<String>,
    /// The line that is shown: `lines.len()` is the one being typed.
    at: usize,
    /// What was being typed when the reader went back.
    draft: String,
}

impl History {
    /// Adds a line and returns to the end. Empty lines and repetitions of the last one are not kept.
    pub fn push(&mut self, line: &str) {
        if !line.trim().is_empty() && self.lines.last().map(String::as_str) != Some(line) {
            self.lines.push(line.to_owned());
            if self.lines.len() > MAX_LINES {
                self.lines.remove(0);
            }
        }
        self.at = self.lines.len();
        self.draft.clear();
    }

    /// The line before, if there is one; `typed` is kept as a draft.
    pub fn older(&mut self, typed: &str) -> Option<&str> {
        let before = self.at.checked_sub(1)?;
        if self.at == self.lines.len() {
            self.draft = typed.to_owned();
        }
        self.at = before;
        self.lines.get(before).map(String::as_str)
    }

    /// The line after, in the end the draft.
    pub fn newer(&mut self) -> Option<&str> {
        if self.at >= self.lines.len() {
            return None;
        }
        self.at += 1;
        Some(self.lines.get(self.at).unwrap_or(&self.draft))
    }

    /// The `skip`th newest line that contains `text`; nothing for an empty text.
    pub fn find(&self, text: &str, skip: usize) -> Option<&str> {
        if text.is_empty() {
            return None;
        }
        self.lines.iter().rev().map(String::as_str).filter(|line| line.contains(text)).nth(skip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_called_back_and_the_draft_is_kept() {
        let mut history = History::default();
        for line in ["a", "b", "b", " "] {
            history.push(line);
        }
        assert_eq!(history.older("draft"), Some("b"));
        assert_eq!(history.older("b"), Some("a"));
        assert_eq!(history.older("a"), None);
        assert_eq!(history.newer(), Some("b"));
        assert_eq!(history.newer(), Some("draft"));
        assert_eq!(history.newer(), None);
    }

    #[test]
    fn lines_are_found_by_a_part_of_them_newest_first() {
        let mut history = History::default();
        for line in ["get pods", "get nodes", "get pods -A"] {
            history.push(line);
        }
        assert_eq!(history.find("pods", 0), Some("get pods -A"));
        assert_eq!(history.find("pods", 1), Some("get pods"));
        assert_eq!(history.find("pods", 2), None);
        assert_eq!(history.find("", 0), None);
    }
}
