//! The lines that were typed, to be called back.

/// Lines beyond this many are forgotten, oldest first.
const MAX_LINES: usize = 1000;

/// The lines that were typed, and where in them the reader is.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: Vec<String>,
    /// The line that is shown: `lines.len()` is the one being typed.
    at: usize,
    /// What was being typed when the reader went back: only lines that begin with it are called back.
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

    /// The line before that begins as what was typed, if there is one; `typed` is kept as a draft.
    pub fn older(&mut self, typed: &str) -> Option<&str> {
        if self.at == self.lines.len() || self.lines.get(self.at).is_some_and(|shown| shown != typed) {
            // A line that was called back and changed is what is typed now.
            self.draft = typed.to_owned();
        }
        let fits = |line: &String| line.starts_with(&self.draft) && *line != typed;
        let at = self.lines.get(..self.at)?.iter().rposition(fits)?;
        self.at = at;
        self.lines.get(at).map(String::as_str)
    }

    /// The line after that begins as what was typed, in the end the draft.
    pub fn newer(&mut self) -> Option<&str> {
        let shown = self.lines.get(self.at)?;
        let later = &self.lines[self.at + 1..];
        let fits = |line: &String| line.starts_with(&self.draft) && line != shown;
        self.at = later.iter().position(fits).map_or(self.lines.len(), |more| self.at + 1 + more);
        Some(self.lines.get(self.at).unwrap_or(&self.draft))
    }

    /// The `skip`th newest line that contains `text`, each line once; nothing for an empty text.
    pub fn find(&self, text: &str, skip: usize) -> Option<&str> {
        if text.is_empty() {
            return None;
        }
        let mut found: Vec<&str> = Vec::new();
        for line in self.lines.iter().rev().map(String::as_str).filter(|line| line.contains(text)) {
            if !found.contains(&line) {
                found.push(line);
            }
            if found.len() > skip {
                return Some(line);
            }
        }
        None
    }

    /// How the newest line goes on that begins with `text`: at least two letters must be there.
    pub fn going_on(&self, text: &str) -> Option<&str> {
        text.chars().nth(1)?;
        let rest = self.lines.iter().rev().find_map(|line| line.strip_prefix(text).filter(|rest| !rest.is_empty()))?;
        (!rest.contains('\n')).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> History {
        let mut history = History::default();
        lines.iter().for_each(|line| history.push(line));
        history
    }

    #[test]
    fn lines_are_called_back_and_the_draft_is_kept() {
        let mut history = of(&["a", "b", "b", " "]);
        assert_eq!(history.older(""), Some("b"));
        assert_eq!(history.older("b"), Some("a"));
        assert_eq!(history.older("a"), None);
        assert_eq!(history.newer(), Some("b"));
        assert_eq!(history.newer(), Some(""));
        assert_eq!(history.newer(), None);
    }

    #[test]
    fn only_lines_that_begin_as_what_was_typed_are_called_back() {
        let mut history = of(&["get pods", "ls", "get nodes", "ls"]);
        assert_eq!(history.older("get"), Some("get nodes"));
        assert_eq!(history.older("get nodes"), Some("get pods"));
        assert_eq!(history.older("get pods"), None);
        assert_eq!(history.newer(), Some("get nodes"));
        assert_eq!(history.newer(), Some("get"));
        assert_eq!(history.older("x"), None);
    }

    #[test]
    fn lines_are_found_by_a_part_of_them_newest_first() {
        let history = of(&["get pods", "get nodes", "get pods -A", "get nodes"]);
        assert_eq!(history.find("pods", 0), Some("get pods -A"));
        assert_eq!(history.find("pods", 1), Some("get pods"));
        assert_eq!(history.find("pods", 2), None);
        assert_eq!(history.find("nodes", 1), None, "the same line is found once");
        assert_eq!(history.find("", 0), None);
    }

    #[test]
    fn a_line_goes_on_as_the_newest_did() {
        let history = of(&["get pods", "get nodes"]);
        assert_eq!(history.going_on("get "), Some("nodes"));
        assert_eq!(history.going_on("get p"), Some("ods"));
        assert_eq!(history.going_on("g"), None);
        assert_eq!(history.going_on("get nodes"), None);
    }
}
